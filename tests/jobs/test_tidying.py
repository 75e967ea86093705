"""Tidying up: what is over goes, in every seller's book, and nothing else."""

from __future__ import annotations

from datetime import timedelta

from orderglot.core.ports import Answered, UnitOfWork
from tests.clock import HOUR, NOON
from tests.stores.shops import Shop


def test_answers_and_counts_that_are_over_go_and_the_others_stay(shop: Shop) -> None:
    async def remember(unit: UnitOfWork) -> None:
        for key, expires in (("over", NOON + HOUR), ("kept", NOON + 3 * HOUR)):
            unit.remember(
                Answered(dialect="kole", key=key, asked="what", answer=b"{}", expires=expires)
            )

    shop.together(remember)
    for until in (NOON + HOUR, NOON + 3 * HOUR):
        shop.run(shop.book.tally("requests", until))
    assert 0 == shop.run(shop.store.tidy())["expired"]
    shop.clock.forward(HOUR + timedelta(seconds=1))

    assert 2 == shop.run(shop.store.tidy())["expired"]
    assert 0 == shop.run(shop.store.tidy())["expired"]
    caller = shop.book.caller
    assert shop.run(shop.store.answered(caller, "kole", "kept")) is not None
    assert 2 == shop.run(shop.book.tally("requests", NOON + 3 * HOUR))
