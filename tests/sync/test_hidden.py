"""What a vendor's list hides by its own declaration is seen all the same."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest
from msgspec.structs import replace

from orderglot.core.errors import Unsupported
from orderglot.core.order import Order, Reference, native
from orderglot.core.query import EVERYTHING, And, Compare, Operator, Page, Query, Window
from orderglot.core.values import Status
from orderglot.sync.walks import moment_of, walks
from orderglot.wire.dialect import Dialect, Lists
from orderglot.wire.flow import Flow
from tests.sync.vendors import LISTING, Vendor, vendor

T = TypeVar("T")

each = pytest.mark.parametrize("name", LISTING)
COUNT = 24
NOW = datetime(2024, 7, 1, 12, tzinfo=UTC)
"""Some weeks after the orders were made."""
BEFORE = (Operator.GTE, Operator.GT)
AFTER = (Operator.LTE, Operator.LT)


def with_vendor(name: str, work: Callable[[Vendor], Awaitable[T]]) -> T:
    async def worked() -> T:
        async with vendor(name, COUNT) as shop:
            set_clock(shop, NOW)
            return await work(shop)

    return asyncio.run(worked())


def set_clock(shop: Vendor, now: datetime) -> None:
    shop.store._clock = lambda: now
    shop.book = shop.store.of(shop.book.caller)


async def first(shop: Vendor) -> Order:
    """Give the vendor's oldest order."""
    found = [one async for one in shop.implementation.book.walk()]
    return found[0]


def comparisons(where: Query) -> Iterator[Compare]:
    match where:
        case And(parts):
            for part in parts:
                yield from comparisons(part)
        case Compare():
            yield where
        case _:
            pass


def bounds(where: Query, moment: str, operators: tuple[Operator, ...]) -> list[datetime]:
    return [
        one.value
        for one in comparisons(where)
        if one.field == moment and one.operator in operators and isinstance(one.value, datetime)
    ]


def hiding(dialect: Dialect, lists: Lists, now: datetime) -> Dialect:
    """Give a dialect whose vendor hides what a declaration says, and is declared so."""
    moment = moment_of(dialect)
    assert dialect.flows.page is not None
    real = dialect.flows.page

    def shown(order: Order, where: Query) -> bool:
        status = [one for one in comparisons(where) if one.field == "status"]
        if order.status in lists.hides and not status:
            return False
        at = getattr(order, moment) if moment else None
        if at is None:
            return True
        since, until = bounds(where, moment, BEFORE), bounds(where, moment, AFTER)
        if not since and lists.begins is not None and at < now - lists.begins:
            return False
        return lists.closed or (at not in since and at not in until)

    def page(window: Window) -> Flow[Page]:
        since, until = bounds(window.where, moment, BEFORE), bounds(window.where, moment, AFTER)
        end = until[0] if until else now
        found = yield from real(window)
        if lists.longest is not None and moment and (not since or end - since[0] > lists.longest):
            raise Unsupported("That window is too long.")
        orders = tuple(one for one in found.orders if shown(one, window.where))
        return replace(found, orders=orders, total=None)

    flows = dataclasses.replace(dialect.flows, page=page)
    return dataclasses.replace(dialect, flows=flows, lists=lists)


DECLARATIONS = {
    "states": Lists(hides=frozenset({Status.CANCELLED, Status.COMPLETED})),
    "beginning": Lists(begins=timedelta(days=30)),
    "window": Lists(longest=timedelta(days=200)),
    "open": Lists(closed=False, begins=timedelta(days=30)),
    "all": Lists(
        hides=frozenset({Status.CANCELLED}),
        begins=timedelta(days=30),
        longest=timedelta(days=90),
        closed=False,
    ),
}


def can_make_up_for(dialect: Dialect, lists: Lists) -> bool:
    """Tell whether the list can be asked for what it hides; where not, it cannot be declared so."""
    if (lists.begins or lists.longest) and not moment_of(dialect):
        return False
    if not lists.hides:
        return True
    assert dialect.flows.page is not None
    asked = next(dialect.flows.page(Window(where=Compare("status", Operator.EQ, Status.CANCELLED))))
    return asked != next(dialect.flows.page(Window(where=EVERYTHING)))


@each
@pytest.mark.parametrize("which", DECLARATIONS)
def test_what_the_list_hides_by_declaration_is_not_missed(name: str, which: str) -> None:
    lists = DECLARATIONS[which]

    async def work(shop: Vendor) -> None:
        for number, order in enumerate([one async for one in shop.implementation.book.walk()]):
            if number % 3 == 0:
                await shop.implementation.book.change(replace(order, status=Status.CANCELLED))
        now = shop.book.now()
        if not can_make_up_for(shop.dialect, lists):
            assert 1 == len(walks(dataclasses.replace(shop.dialect, lists=lists), None, now)) or (
                lists.hides
            )
            return
        shop.client.dialect = hiding(shop.dialect, lists, now)
        await shop.pulled()

        assert {*await shop.there()} == {*await shop.here()}

    with_vendor(name, work)


async def changed_later(shop: Vendor, order: Order, **members: Any) -> Order:
    """Let the vendor change an order an hour after now."""
    later = replace(order, modified=NOW + timedelta(hours=1), **members)
    return await shop.implementation.book.change(later)


async def assert_arrived(shop: Vendor, changed: Order, *members: str) -> None:
    """Hold members of an order here against what the vendor shows of them."""
    reference = Reference(shop.channel.reference, native(changed, shop.dialect.name))
    mine, expected = await shop.book.get(reference), shop.shown(changed)
    assert [getattr(expected, name) for name in members] == [
        getattr(mine, name) for name in members
    ]


@each
def test_an_open_order_that_changed_comes_with_the_next_pull_since_last(name: str) -> None:
    async def work(shop: Vendor) -> None:
        await shop.pulled()
        await shop.pulled(since_last=True)
        oldest = await first(shop)
        changed = await changed_later(shop, oldest, status=Status.SHIPPED, po_number="PO-LATER")
        await shop.pulled(since_last=True)

        await assert_arrived(shop, changed, "status", "po_number")

    with_vendor(name, work)


@each
def test_any_other_order_that_changed_comes_within_a_day(name: str) -> None:
    async def work(shop: Vendor) -> None:
        done = await first(shop)
        done = await shop.implementation.book.change(replace(done, status=Status.COMPLETED))
        await shop.pulled()
        changed = await changed_later(shop, done, po_number="PO-LATER", notes="LATER")
        set_clock(shop, NOW + timedelta(days=1, minutes=1))
        await shop.pulled(since_last=True)

        await assert_arrived(shop, changed, "po_number", "notes")

    with_vendor(name, work)


@each
def test_a_pull_of_some_days_does_not_move_the_mark_of_since_last(name: str) -> None:
    async def work(shop: Vendor) -> None:
        found = await shop.pulled(since=shop.book.now() - timedelta(days=2))
        assert found.checkpoint.completed is None
        again = await shop.pulled(since_last=True)
        assert again.checkpoint.since is None
        assert {*await shop.there()} == {*await shop.here()}

    with_vendor(name, work)


@each
@pytest.mark.parametrize("other", ["account", "url"])
def test_a_pull_by_another_account_or_address_does_not_move_the_mark_of_since_last(
    name: str, other: str
) -> None:
    async def work(shop: Vendor) -> None:
        await shop.pulled(since_last=True)
        before = getattr(shop, other)
        old = await first(shop)
        old = await shop.implementation.book.change(replace(old, status=Status.COMPLETED))
        setattr(shop, other, "https://elsewhere.example")
        # Whoever this is, he is shown nothing.
        real = shop.client.dialect
        shop.client.dialect = _showing_nothing(real)
        set_clock(shop, NOW + timedelta(hours=30))
        await shop.pulled(since_last=True)
        setattr(shop, other, before)
        shop.client.dialect = real
        await shop.implementation.book.change(
            replace(old, po_number="PO-LATER", notes="LATER", modified=NOW + timedelta(hours=1))
        )
        found = await shop.pulled(since_last=True)

        assert found.checkpoint.since is None
        expected = {id: (one.po_number, one.notes) for id, one in (await shop.there()).items()}
        assert expected == {
            id: (one.po_number, one.notes) for id, one in (await shop.here()).items()
        }

    with_vendor(name, work)


def _showing_nothing(dialect: Dialect) -> Dialect:
    def page(window: Window) -> Flow[Page]:
        assert dialect.flows.page is not None
        found = yield from dialect.flows.page(window)
        return replace(found, orders=(), total=0 if found.total is not None else None, next=None)

    flows = dataclasses.replace(dialect.flows, page=page, get=None)
    return dataclasses.replace(dialect, flows=flows)
