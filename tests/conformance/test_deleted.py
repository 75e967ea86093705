"""Deleted is deleted: of what was, every operation of every dialect tells as if it had never been."""

from __future__ import annotations

from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.wire.dialect import Dialect
from tests.conformance.callers import Site
from tests.conformance.implementations import Shop
from tests.conformance.specimens import provoked
from tests.conformance.test_strangers import with_decoys, with_secrets


async def with_nothing_left(dialect: Dialect, shop: Shop) -> Site:
    """Give a site in which the owner had orders that were all deleted."""
    at = await with_secrets(dialect, shop)
    whole = at.store.of(Caller(seller=at.owner.seller))
    for order in [order async for order in whole.walk()]:
        await whole.change(replace(order, deleted=at.store.now()), "deleted")
    return at


def test_what_was_deleted_is_told_as_if_it_had_never_been(dialect: Dialect, shop: Shop) -> None:
    async def ask() -> None:
        deleted, decoys = await with_nothing_left(dialect, shop), await with_decoys(dialect, shop)
        keys = [await at.key(at.owner) for at in (deleted, decoys)]
        for specimen in provoked(dialect.name):
            found = await deleted.ask(specimen.request, keys[0])
            blank = await decoys.ask(specimen.request, keys[1])

            assert blank == found, specimen.name

    shop.run(ask())
