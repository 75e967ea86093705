"""What a vendor's API has no word for is not there: over its face it is as if it had never been."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from orderglot import dialects
from orderglot.core.caller import OPEN, READ
from orderglot.core.errors import NotFound
from orderglot.core.values import Kind, Status
from orderglot.wire.dialect import Dialect
from tests.conformance.callers import Site
from tests.conformance.implementations import Shop
from tests.conformance.specimens import provoked, welcome
from tests.conformance.test_deleted import change_all, writes_to_an_order
from tests.conformance.test_strangers import with_decoys, with_secrets

WITHOUT_DRAFTS = [{"id": 7, "label": "New", "means": "received"}]
"""The statuses of a site that has none for a draft."""

WORDLESS = [
    *[(name, one) for name in dialects.names() for one in sorted(dialects.dialect(name).can.omits)],
    *[(name, Status.DRAFT) for name in dialects.names() if dialects.dialect(name).can.omits_at],
]
"""Each kind and status of an order beside a dialect that has no word for it."""


async def without_words(at: Site) -> Site:
    """Take a site's own words for drafts out of its lists, where a dialect has such lists."""
    if at.dialect.can.omits_at is not None:
        seller = min(await at.store.sellers(), key=lambda one: one.id)
        tables = {**seller.tables, f"{at.dialect.name}.statuses": WITHOUT_DRAFTS}
        await at.store.change_seller(replace(seller, tables=tables))
    return at


async def with_orders_that_are(one: Kind | Status, dialect: Dialect, shop: Shop) -> Site:
    """Give a site in which all orders of the owner came to be of a kind or in a status."""
    at = await without_words(await with_secrets(dialect, shop))
    await change_all(at, **{"kind" if isinstance(one, Kind) else "status": one})
    return at


@pytest.mark.parametrize(("name", "one"), WORDLESS)
def test_what_a_dialect_has_no_word_for_is_as_if_it_had_never_been(
    name: str, one: Kind | Status, shop: Shop
) -> None:
    async def ask() -> None:
        dialect = dialects.dialect(name)
        omitted = await with_orders_that_are(one, dialect, shop)
        decoys = await without_words(await with_decoys(dialect, shop))
        keys = [await at.key(at.owner) for at in (omitted, decoys)]
        for specimen in provoked(name):
            found = await omitted.ask(specimen.request, keys[0])
            blank = await decoys.ask(specimen.request, keys[1])

            assert blank == found, specimen.name

    shop.run(ask())


@pytest.mark.parametrize(("name", "one"), WORDLESS)
def test_no_write_reaches_what_a_dialect_has_no_word_for(
    name: str, one: Kind | Status, shop: Shop
) -> None:
    async def ask() -> None:
        dialect = dialects.dialect(name)
        at = await with_orders_that_are(one, dialect, shop)
        before = await at.orders()
        for specimen in writes_to_an_order(dialect):
            answer = await at.server(specimen.request)

            assert isinstance(dialect.faults.read(answer), NotFound), specimen.name
            assert before == await at.orders(), specimen.name

    shop.run(ask())


@pytest.mark.parametrize("has_words", [True, False])
def test_a_client_leaves_no_order_in_a_state_that_its_dialect_has_no_word_for(
    dialect: Dialect, has_words: bool, shop: Shop
) -> None:
    async def ask() -> None:
        at = await with_secrets(dialect, shop)
        if not has_words:
            await without_words(at)
        seller = min(await at.store.sellers(), key=lambda one: one.id)
        omits_at: Any = dialect.can.omits_at or (lambda _: frozenset())
        omits = dialect.can.omits | omits_at(seller)
        before = await at.orders()
        for specimen in welcome(dialect.name):
            operation = specimen.operation
            if operation is None or operation.endpoint.right in (OPEN, READ):
                continue
            await at.server(specimen.request)
            after = await at.orders()
            made = [order for order in after if order not in before]

            assert not [one for one in made if omits & {one.kind, one.status}], specimen.name
            before = after

    shop.run(ask())


def test_no_kind_is_called_as_a_status_is() -> None:
    assert not {*map(str, Kind)} & {*map(str, Status)}
