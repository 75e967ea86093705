"""Law 1: whatever has orders behaves alike, be it a store or a vendor behind a client face."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from typing import Any

import pytest
from msgspec.structs import replace

from orderglot.core.errors import Invalid, NotFound, Unsupported
from orderglot.core.order import Identity, Link, Order, Reference
from orderglot.core.query import EVERYTHING, And, Compare, Not, Operator, Or, Query, Window, matches
from orderglot.core.values import Relation, Status
from tests.conformance.conftest import Check, checking
from tests.conformance.implementations import IMPLEMENTATIONS, NEEDS, NOON, Implementation, can


async def walked(implementation: Implementation, where: Query = EVERYTHING) -> list[str]:
    return [implementation.ref(order).id async for order in implementation.orders.walk(where)]


# place


def test_a_placed_order_is_in_the_book_and_can_be_got(placing: Check) -> None:
    async def behaviour(implementation: Implementation) -> None:
        placed = await implementation.orders.place(implementation.draft)
        (kept,) = [order async for order in implementation.book.walk()]

        assert implementation.seen(kept) == placed
        assert placed == await implementation.orders.get(implementation.ref(placed))

    placing(behaviour)


def test_a_placed_order_says_what_was_asked_for(placing: Check) -> None:
    async def behaviour(implementation: Implementation) -> None:
        placed, asked = (
            await implementation.orders.place(implementation.draft),
            implementation.seen(implementation.draft),
        )

        assert asked.po_number == placed.po_number
        assert asked.notes == placed.notes
        assert asked.ship_to == placed.ship_to
        assert [(line.sku, line.quantity) for line in asked.lines] == [
            (line.sku, line.quantity) for line in placed.lines
        ]

    placing(behaviour)


def test_two_placed_orders_are_two(placing: Check) -> None:
    async def behaviour(implementation: Implementation) -> None:
        # Whoever means two orders gives each a number of its own.
        drafts = [replace(implementation.draft, po_number=number) for number in ("PO-7", "PO-8")]
        first, second = [await implementation.orders.place(draft) for draft in drafts]

        assert implementation.ref(first) != implementation.ref(second)
        assert 2 == len([order async for order in implementation.book.walk()])

    placing(behaviour)


# get


def test_an_order_is_got_by_the_id_that_is_known_here(orders: Check) -> None:
    async def behaviour(implementation: Implementation) -> None:
        for order in await implementation.fill(*implementation.numbered(0, 1, 2)):
            assert implementation.seen(order) == await implementation.orders.get(
                implementation.ref(order)
            )

    orders(behaviour)


def test_an_order_that_was_born_in_the_hub_is_got_by_the_hubs_id(orders: Check) -> None:
    async def behaviour(implementation: Implementation) -> None:
        born = await implementation.book.place(
            replace(implementation.draft, customer=implementation.customer)
        )

        assert implementation.seen(born) == await implementation.orders.get(
            Reference(implementation.name, str(born.id))
        )

    orders(behaviour)


STRANGE = (
    "nothing",
    "0",
    "-1",
    "9999999999",
    "70000 ",
    "a/b",
    "..",
    "%2F",
    "ä ö",
    "?x#y",
    "7" * 300,
)


@pytest.mark.parametrize("id", STRANGE)
def test_an_unknown_order_is_not_found(orders: Check, id: str) -> None:
    async def behaviour(implementation: Implementation) -> None:
        await implementation.filled(1)

        with pytest.raises(NotFound):
            await implementation.orders.get(Reference(implementation.name, id))

    orders(behaviour)


def test_an_order_with_an_id_of_its_own_is_not_known_by_the_hubs(orders: Check) -> None:
    async def behaviour(implementation: Implementation) -> None:
        (order,) = await implementation.fill(*implementation.numbered(0))

        with pytest.raises(NotFound):
            await implementation.orders.get(Reference(implementation.name, str(order.id)))

    orders(behaviour)


# walk

SIZES: dict[str, Callable[[int], int]] = {
    "none": lambda size: 0,
    "one": lambda size: 1,
    "a page": lambda size: size,
    "a page and one": lambda size: size + 1,
    "two pages": lambda size: 2 * size,
    "more": lambda size: 2 * size + 1,
}


@pytest.mark.parametrize("count", SIZES.values(), ids=SIZES)
def test_a_walk_gives_each_order_once(paging: Check, count: Callable[[int], int]) -> None:
    async def behaviour(implementation: Implementation) -> None:
        ids = await implementation.filled(count(implementation.size))

        assert sorted(ids) == sorted(await walked(implementation))

    paging(behaviour)


def test_a_walk_gives_orders_as_get_does(paging: Check) -> None:
    async def behaviour(implementation: Implementation) -> None:
        kept = await implementation.fill(*implementation.numbered(0, 1))
        seen = [order async for order in implementation.orders.walk()]

        assert {implementation.ref(order): implementation.seen(order) for order in kept} == {
            implementation.ref(order): order for order in seen
        }

    paging(behaviour)


@pytest.mark.parametrize("minutes", [-1_000, 1_000], ids=["older", "newer"])
def test_a_walk_misses_nothing_when_orders_arrive_meanwhile(paging: Check, minutes: int) -> None:
    async def behaviour(implementation: Implementation) -> None:
        ids = await implementation.filled(2 * implementation.size + 1)
        found = []
        async for order in implementation.orders.walk():
            found.append(implementation.ref(order).id)
            if len(found) in (1, implementation.size + 1):
                await implementation.fill(*implementation.numbered(minutes + len(found)))

        assert len(found) == len(set(found))
        assert set(ids) <= set(found)

    paging(behaviour)


ASKED: dict[str, Query] = {
    "nothing": Compare("po_number", Operator.EQ, "PO-none"),
    "one": Compare("po_number", Operator.EQ, "PO-3"),
    "all but one": Compare("po_number", Operator.NE, "PO-3"),
    "a status": Compare("status", Operator.EQ, Status.CHARGED),
    "a beginning": Compare("po_number", Operator.BEGINS, "po-1"),
    "part of a line": Compare("lines.sku", Operator.CONTAINS, "a103"),
    "a quantity": Compare("lines.quantity", Operator.GT, 20),
    "since": Compare("created", Operator.GTE, NOON),
    "several": Compare("po_number", Operator.IN, ("PO-1", "PO-26", "PO-none")),
    "neither": Not(
        Or((Compare("lines.sku", Operator.EQ, "AA100"), Compare("po_number", Operator.EQ, "PO-1")))
    ),
    "both": And(
        (Compare("lines.quantity", Operator.LTE, 9), Compare("lines.sku", Operator.NE, "AA100"))
    ),
}


@pytest.mark.parametrize("where", ASKED.values(), ids=ASKED)
def test_a_walk_gives_what_matches_and_nothing_else(paging: Check, where: Query) -> None:
    async def behaviour(implementation: Implementation) -> None:
        kept = await implementation.fill(*implementation.numbered(*range(implementation.size + 3)))
        fitting = [
            implementation.ref(order).id
            for order in kept
            if matches(implementation.seen(order), where)
        ]

        assert sorted(fitting) == sorted(await walked(implementation, where))

    paging(behaviour)


# page


def test_pages_lead_from_one_to_the_next_and_give_each_order_once(paging: Check) -> None:
    async def behaviour(implementation: Implementation) -> None:
        ids = await implementation.filled(7)
        for limit in (1, 2, 3, 7, 8):
            window: Window | None = Window(limit=limit)
            found: list[list[str]] = []
            while window is not None:
                page = await implementation.orders.page(window)
                found.append([implementation.ref(order).id for order in page.orders])
                window = page.next

            assert sorted(ids) == sorted(chain.from_iterable(found))
            assert {limit} >= {len(page) for page in found[:-1]}
            assert 1 <= len(found[-1]) <= limit

    paging(behaviour)


def test_a_page_is_no_longer_than_allowed(paging: Check) -> None:
    async def behaviour(implementation: Implementation) -> None:
        await implementation.filled(implementation.size + 1)

        page = await implementation.orders.page(
            Window(limit=implementation.size if implementation.dialect is None else 10**6)
        )

        assert implementation.size == len(page.orders)
        assert page.next is not None

    paging(behaviour)


def test_an_empty_book_has_one_empty_page(paging: Check) -> None:
    async def behaviour(implementation: Implementation) -> None:
        page = await implementation.orders.page(Window())

        assert ((), None) == (page.orders, page.next)

    paging(behaviour)


# linked


def test_linked_orders_are_found_from_both_ends(linking: Check) -> None:
    async def behaviour(implementation: Implementation) -> None:
        one, two, three = await implementation.fill(*implementation.numbered(0, 1, 2))
        pointing = replace(three, links=(Link(Relation.SPLIT_OF, Identity(id=one.id)),))
        three = await implementation.book.change(pointing)

        assert (implementation.seen(three),) == await implementation.orders.linked(
            implementation.ref(one)
        )
        assert (implementation.seen(one),) == await implementation.orders.linked(
            implementation.ref(three)
        )
        assert () == await implementation.orders.linked(implementation.ref(two))

    linking(behaviour)


def test_the_links_of_an_unknown_order_are_not_found(linking: Check) -> None:
    async def behaviour(implementation: Implementation) -> None:
        with pytest.raises(NotFound):
            await implementation.orders.linked(Reference(implementation.name, "nothing"))

    linking(behaviour)


# what cannot be


LACKING = [
    (implementation, need)
    for implementation in IMPLEMENTATIONS
    for need in NEEDS
    if not can(implementation, need)
]


@pytest.mark.parametrize(("implementation", "need"), LACKING)
def test_what_is_not_offered_is_unsupported(
    implementation: str, need: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    asks: dict[str, Any] = {"place": Order(), "page": Window()}

    async def behaviour(opened: Implementation) -> None:
        with pytest.raises(Unsupported):
            await getattr(opened.orders, need)(asks.get(need, Reference(opened.name, "70000")))

    checking(implementation, tmp_path_factory)(behaviour)


def test_an_order_nobody_could_have_meant_is_refused_and_not_kept(placing: Check) -> None:
    async def behaviour(implementation: Implementation) -> None:
        wrong = replace(implementation.draft, notes="\0", lines=())
        with pytest.raises(Invalid):
            await implementation.orders.place(wrong)

        assert [] == [order async for order in implementation.book.walk()]

    placing(behaviour)
