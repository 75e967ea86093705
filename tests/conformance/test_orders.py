"""Law 1: whatever has orders behaves alike, be it a store or a vendor behind a client face."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from typing import Any

import pytest
from msgspec.structs import replace

from orderglot.core.errors import Invalid, NotFound, Unsupported
from orderglot.core.order import Identity, Link, Order, Reference
from orderglot.core.query import (
    EVERYTHING,
    And,
    Compare,
    Not,
    Operator,
    Or,
    Query,
    Window,
    matches,
)
from orderglot.core.values import Relation, Status
from tests.conformance.conftest import Hold, holding
from tests.conformance.houses import HOUSES, NEEDS, NOON, House, can


async def walked(house: House, where: Query = EVERYTHING) -> list[str]:
    return [house.ref(order).id async for order in house.orders.walk(where)]


# place


def test_a_placed_order_is_in_the_book_and_can_be_got(placing: Hold) -> None:
    async def law(house: House) -> None:
        placed = await house.orders.place(house.draft)
        (kept,) = [order async for order in house.book.walk()]

        assert house.seen(kept) == placed
        assert placed == await house.orders.get(house.ref(placed))

    placing(law)


def test_a_placed_order_says_what_was_asked_for(placing: Hold) -> None:
    async def law(house: House) -> None:
        placed, asked = await house.orders.place(house.draft), house.seen(house.draft)

        assert asked.po_number == placed.po_number
        assert asked.notes == placed.notes
        assert asked.ship_to == placed.ship_to
        assert [(line.sku, line.quantity) for line in asked.lines] == [
            (line.sku, line.quantity) for line in placed.lines
        ]

    placing(law)


def test_two_placed_orders_are_two(placing: Hold) -> None:
    async def law(house: House) -> None:
        first, second = [await house.orders.place(house.draft) for _ in range(2)]

        assert house.ref(first) != house.ref(second)
        assert 2 == len([order async for order in house.book.walk()])

    placing(law)


# get


def test_an_order_is_got_by_the_id_that_is_known_here(orders: Hold) -> None:
    async def law(house: House) -> None:
        for order in await house.fill(*house.numbered(0, 1, 2)):
            assert house.seen(order) == await house.orders.get(house.ref(order))

    orders(law)


def test_an_order_that_was_born_in_the_hub_is_got_by_the_hubs_id(orders: Hold) -> None:
    async def law(house: House) -> None:
        born = await house.book.place(replace(house.draft, customer=house.customer))

        assert house.seen(born) == await house.orders.get(Reference(house.name, str(born.id)))

    orders(law)


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
def test_an_unknown_order_is_not_found(orders: Hold, id: str) -> None:
    async def law(house: House) -> None:
        await house.filled(1)

        with pytest.raises(NotFound):
            await house.orders.get(Reference(house.name, id))

    orders(law)


def test_an_order_with_an_id_of_its_own_is_not_known_by_the_hubs(orders: Hold) -> None:
    async def law(house: House) -> None:
        (order,) = await house.fill(*house.numbered(0))

        with pytest.raises(NotFound):
            await house.orders.get(Reference(house.name, str(order.id)))

    orders(law)


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
def test_a_walk_gives_each_order_once(paging: Hold, count: Callable[[int], int]) -> None:
    async def law(house: House) -> None:
        ids = await house.filled(count(house.size))

        assert sorted(ids) == sorted(await walked(house))

    paging(law)


def test_a_walk_gives_orders_as_get_does(paging: Hold) -> None:
    async def law(house: House) -> None:
        kept = await house.fill(*house.numbered(0, 1))
        seen = [order async for order in house.orders.walk()]

        assert {house.ref(order): house.seen(order) for order in kept} == {
            house.ref(order): order for order in seen
        }

    paging(law)


@pytest.mark.parametrize("minutes", [-1_000, 1_000], ids=["older", "newer"])
def test_a_walk_misses_nothing_when_orders_arrive_meanwhile(paging: Hold, minutes: int) -> None:
    async def law(house: House) -> None:
        ids = await house.filled(2 * house.size + 1)
        found = []
        async for order in house.orders.walk():
            found.append(house.ref(order).id)
            if len(found) in (1, house.size + 1):
                await house.fill(*house.numbered(minutes + len(found)))

        assert len(found) == len(set(found))
        assert set(ids) <= set(found)

    paging(law)


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
def test_a_walk_gives_what_matches_and_nothing_else(paging: Hold, where: Query) -> None:
    async def law(house: House) -> None:
        kept = await house.fill(*house.numbered(*range(house.size + 3)))
        fitting = [house.ref(order).id for order in kept if matches(house.seen(order), where)]

        assert sorted(fitting) == sorted(await walked(house, where))

    paging(law)


# page


def test_pages_lead_from_one_to_the_next_and_give_each_order_once(paging: Hold) -> None:
    async def law(house: House) -> None:
        ids = await house.filled(7)
        for limit in (1, 2, 3, 7, 8):
            window: Window | None = Window(limit=limit)
            found: list[list[str]] = []
            while window is not None:
                page = await house.orders.page(window)
                found.append([house.ref(order).id for order in page.orders])
                window = page.next

            assert sorted(ids) == sorted(chain.from_iterable(found))
            assert {limit} >= {len(page) for page in found[:-1]}
            assert 1 <= len(found[-1]) <= limit

    paging(law)


def test_a_page_is_no_longer_than_allowed(paging: Hold) -> None:
    async def law(house: House) -> None:
        await house.filled(house.size + 1)

        page = await house.orders.page(Window(limit=house.size if house.dialect is None else 10**6))

        assert house.size == len(page.orders)
        assert page.next is not None

    paging(law)


def test_an_empty_book_has_one_empty_page(paging: Hold) -> None:
    async def law(house: House) -> None:
        page = await house.orders.page(Window())

        assert ((), None) == (page.orders, page.next)

    paging(law)


# linked


def test_linked_orders_are_found_from_both_ends(linking: Hold) -> None:
    async def law(house: House) -> None:
        one, two, three = await house.fill(*house.numbered(0, 1, 2))
        pointing = replace(three, links=(Link(Relation.SPLIT_OF, Identity(id=one.id)),))
        three = await house.book.change(pointing)

        assert (house.seen(three),) == await house.orders.linked(house.ref(one))
        assert (house.seen(one),) == await house.orders.linked(house.ref(three))
        assert () == await house.orders.linked(house.ref(two))

    linking(law)


def test_the_links_of_an_unknown_order_are_not_found(linking: Hold) -> None:
    async def law(house: House) -> None:
        with pytest.raises(NotFound):
            await house.orders.linked(Reference(house.name, "nothing"))

    linking(law)


# what cannot be


LACKING = [(house, need) for house in HOUSES for need in NEEDS if not can(house, need)]


@pytest.mark.parametrize(("house", "need"), LACKING)
def test_what_is_not_offered_is_unsupported(
    house: str, need: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    asks: dict[str, Any] = {"place": Order(), "page": Window()}

    async def law(opened: House) -> None:
        with pytest.raises(Unsupported):
            await getattr(opened.orders, need)(asks.get(need, Reference(opened.name, "70000")))

    holding(house, tmp_path_factory)(law)


def test_an_order_nobody_could_have_meant_is_refused_and_not_kept(placing: Hold) -> None:
    async def law(house: House) -> None:
        wrong = replace(house.draft, notes="\0", lines=())
        with pytest.raises(Invalid):
            await house.orders.place(wrong)

        assert [] == [order async for order in house.book.walk()]

    placing(law)
