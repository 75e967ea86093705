"""Deleted is deleted: of what was, every operation of every dialect tells as if it had never been."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from orderglot import dialects
from orderglot.core.caller import CHANGE, OPEN, READ, Caller
from orderglot.core.errors import NotFound
from orderglot.core.order import Order, native
from orderglot.core.query import Compare, Operator
from orderglot.wire.dialect import Dialect
from tests.conformance.callers import Site
from tests.conformance.implementations import Shop
from tests.conformance.members import orders_of
from tests.conformance.specimens import Specimen, on_orders, provoked, welcome
from tests.conformance.test_strangers import with_decoys, with_secrets


async def with_nothing_left(dialect: Dialect, shop: Shop) -> Site:
    """Give a site in which the owner had orders that were all deleted."""
    at = await with_secrets(dialect, shop)
    await change_all(at, deleted=at.store.now())
    return at


async def change_all(at: Site, **changes: Any) -> None:
    """Change every order of a site's book."""
    whole = at.store.of(Caller(seller=at.owner.seller))
    for order in [order async for order in whole.walk()]:
        await whole.change(replace(order, **changes))


def test_what_was_deleted_is_told_as_if_it_had_never_been(dialect: Dialect, shop: Shop) -> None:
    async def ask() -> None:
        deleted, decoys = await with_nothing_left(dialect, shop), await with_decoys(dialect, shop)
        keys = [await at.key(at.owner) for at in (deleted, decoys)]
        for specimen in provoked(dialect.name):
            if specimen.operation and specimen.operation.name in NO_ORDERS:
                continue
            found = await deleted.ask(specimen.request, keys[0])
            blank = await decoys.ask(specimen.request, keys[1])

            assert blank == found, specimen.name

    shop.run(ask())


NO_ORDERS = {"events.list", "exchanges.list", "exchanges.get", "exchanges.compare"}
"""What tells of no orders, but of what happened: that stays as it was, with its numbers."""

GONE = Compare("deleted", Operator.NE, None)


IDS = {
    name: {native(order, name) for order in asyncio.run(orders_of(name))}
    for name in dialects.names()
}
"""By what the orders of the specimens' books are known."""


def writes_to_an_order(dialect: Dialect) -> Iterator[Specimen]:
    """Give the specimens of writes that name an order of the book; what only sends one back does not."""
    for specimen in welcome(dialect.name):
        operation, made = specimen.operation, specimen.orders
        if operation is None or operation.endpoint.right in (OPEN, READ):
            continue
        request = specimen.request
        words = set(re.findall(r"\w+", f"{request.path} {request.query} {request.body!r}"))
        new = operation.endpoint.right != CHANGE and isinstance(made, Order) and not made.links
        if IDS[dialect.name] & words and not new:
            yield specimen


def test_every_operation_that_changes_an_order_is_asked_to(dialect: Dialect) -> None:
    changing = {
        one.name
        for one in dialect.operations
        if one.endpoint.right == CHANGE and on_orders(dialect.name, one.name)
    }
    asked = {one.operation.name for one in writes_to_an_order(dialect) if one.operation}

    assert changing <= asked


def test_no_write_reaches_what_was_deleted(dialect: Dialect, shop: Shop) -> None:
    async def ask() -> None:
        at = await with_nothing_left(dialect, shop)
        everything = at.store.of(Caller(seller=at.owner.seller, tests=True))
        before = [order async for order in everything.walk(GONE)]
        for specimen in writes_to_an_order(dialect):
            answer = await at.server(specimen.request)

            assert isinstance(dialect.faults.read(answer), NotFound), specimen.name
            assert before == [order async for order in everything.walk(GONE)], specimen.name
            assert () == await at.orders(), specimen.name

    shop.run(ask())
