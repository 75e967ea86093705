"""``orderglot duplicates``: what may have been ordered twice is listed, as long as both stand."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from orderglot import dialects
from orderglot.core.caller import Caller
from orderglot.core.values import Status
from orderglot.stores.sqlite import SqliteStore
from tests.cli.program import done, done_json, refused
from tests.clock import Clock
from tests.conformance.callers import creations, site

BOOK = Path("orderglot.db")
KOLE = dialects.dialect("kole")


@contextmanager
def opened(clock: Clock) -> Iterator[SqliteStore]:
    store = SqliteStore(BOOK, clock)
    yield store
    asyncio.run(store.close())


@pytest.fixture
def twice() -> None:
    """Let a customer send one order twice, a quarter of an hour apart."""
    clock = Clock(datetime(2026, 3, 1, 9, tzinfo=UTC))
    with opened(clock) as store:

        async def send() -> None:
            at = await site(KOLE, store, orders=False)
            request = next(one.request for one in creations("kole") if one.orders.po_number)
            for _ in range(2):
                await at.server(request)
                clock.forward(timedelta(minutes=15))

        asyncio.run(send())


@pytest.mark.usefixtures("twice")
def test_an_order_that_may_double_another_is_listed_with_it() -> None:
    (found,) = done_json("duplicates")

    assert (1_000_000_002, 1_000_000_001) == (found["order"], found["like"])
    lines = done("duplicates").splitlines()
    assert 2 == len(lines)
    assert "1000000002" in lines[1]


@pytest.mark.usefixtures("twice")
def test_what_was_cancelled_doubles_nothing() -> None:
    with opened(Clock(datetime(2026, 3, 2, tzinfo=UTC))) as store:

        async def cancel() -> None:
            (seller,) = await store.sellers()
            book = store.of(Caller(seller=seller.id))
            ((new, _),) = await book.duplicates()
            await book.change(replace(new, status=Status.CANCELLED), "cancelled")

        asyncio.run(cancel())

    assert "No order is suspected to double another.\n" == done("duplicates")
    assert [] == done_json("duplicates")


def test_a_seller_sets_the_window_in_minutes() -> None:
    done("seller", "add", "acme")
    for minutes in (0, 60, 10_080):
        Path("window.json").write_text(json.dumps(minutes))
        done("seller", "table", "acme", "kole.repeats", "window.json")
        assert f"{minutes}\n" == done("seller", "table", "acme", "kole.repeats")


@pytest.mark.parametrize("wrong", ["-1", "10081", "1.5", "true", '"10"', "[]"])
def test_a_window_is_a_whole_number_of_minutes(wrong: str) -> None:
    done("seller", "add", "acme")
    Path("window.json").write_text(wrong)

    assert "whole number of minutes" in refused(
        "seller", "table", "acme", "kole.repeats", "window.json"
    )
