"""Seats at a vendor who counts them himself: what he says is left is not counted down once more here."""

from __future__ import annotations

from itertools import permutations

import pytest
from msgspec.structs import replace

from orderglot import dialects
from orderglot.core import lifecycle
from orderglot.core.errors import Invalid
from orderglot.core.order import Identity, Line, Link, Order, Reference
from orderglot.core.ports import UnitOfWork
from orderglot.core.seats import Share, keeping
from orderglot.core.values import Kind, Relation, Status
from orderglot.dialects.adobe.subscriptions import holding_of
from orderglot.sync.reconciling import take
from orderglot.sync.vendor import Source
from orderglot.wire.operation import Context
from tests.clock import HOUR, NOON
from tests.stores.shops import Shop

ADOBE = Source("adobe@there", dialects.dialect("adobe"))
OLD, NEW = "sub-1", "sub-2"
DONE, CANCELLED, FAILED = Status.COMPLETED, Status.CANCELLED, Status.FAILED


def shown(id: str, kind: Kind, *lines: Line, status: Status = DONE, of: str = "") -> Order:
    """Give an order as the vendor shows it; ``of`` is the one that it refers to."""
    relation = Relation.RETURN_OF if kind is Kind.RETURN else Relation.SWITCH_OF
    target = Identity(references=(Reference("adobe", of),))
    return Order(
        references=(Reference("adobe", id),),
        kind=kind,
        status=status,
        customer=Identity(references=(Reference("adobe", "C9"),)),
        currency="USD",
        created=NOON + int(id) * HOUR,
        lines=tuple(replace(line, status=status) for line in lines),
        links=(Link(relation, target),) if of else (),
    )


def sale(left: int | None, id: str = "1") -> Order:
    """Give a sale of ten seats of which so many are left, None where he does not count them."""
    return shown(
        id, Kind.SALE, Line(number=1, sku="A", quantity=10, subscription=OLD, remaining=left)
    )


def back(id: str, quantity: int, status: Status = DONE) -> Order:
    """Give a return of the sale."""
    line = Line(number=1, sku="A", quantity=quantity, subscription=OLD)
    return shown(id, Kind.RETURN, line, status=status, of="1")


def switch(id: str, quantity: int, status: Status = DONE) -> Order:
    """Give a switch of seats of the sale, in which nothing says that they were of the sale."""
    there = Line(number=1, sku="B", quantity=quantity, subscription=NEW, replaces=OLD)
    gone = Line(number=1, sku="A", quantity=-quantity, subscription=OLD)
    return shown(id, Kind.SWITCH, there, gone, status=status)


def reversal(id: str, quantity: int, of: str) -> Order:
    """Give the reversal of a switch."""
    there = Line(number=1, sku="A", quantity=quantity, subscription=OLD, replaces=NEW)
    gone = Line(number=1, sku="B", quantity=-quantity, subscription=NEW)
    return shown(id, Kind.SWITCH_REVERSAL, there, gone, of=of)


def pull(shop: Shop, *orders: Order) -> None:
    """Take orders in as a pull does."""

    async def work(unit: UnitOfWork) -> None:
        await take(unit, ADOBE, orders)

    shop.together(work)


def held(shop: Shop) -> dict[str, object]:
    """Count what the customer holds."""
    found: dict[str, object] = {}

    async def work(unit: UnitOfWork) -> None:
        context = Context(shop.store.keyring, shop.clock(), unit)
        holding = await holding_of(context, await unit.customer(Reference(ADOBE.name, "C9")))
        found.update({id: one.quantity for id, one in holding.held.items()})

    shop.together(work)
    return found


def left(shop: Shop) -> int | None:
    """Tell how much is left of the sale."""
    return shop.get(ADOBE.name, "1").lines[0].remaining


@pytest.mark.parametrize(
    ("orders", "expected"),
    [
        ((sale(6), switch("2", 4)), {OLD: 6, NEW: 4}),
        ((sale(0), switch("2", 10)), {NEW: 10}),
        ((sale(3), switch("2", 4), back("3", 3)), {OLD: 3, NEW: 4}),
        ((sale(1), switch("2", 4), switch("3", 5)), {OLD: 1, NEW: 9}),
        ((sale(6), switch("2", 4, FAILED), switch("3", 4)), {OLD: 6, NEW: 4}),
        ((sale(10), switch("2", 4), reversal("3", 4, "2")), {OLD: 10}),
        ((sale(5), switch("2", 3), switch("3", 5), reversal("4", 3, "2")), {OLD: 5, NEW: 5}),
    ],
)
def test_what_a_vendor_says_is_left_is_held_in_whichever_order_it_arrives(
    shop: Shop, orders: tuple[Order, ...], expected: dict[str, int]
) -> None:
    for arriving in list(permutations(orders))[:6]:
        seller = shop.run(shop.store.add_seller(f"seller {len(shop.run(shop.store.sellers()))}"))
        shop.book, shop.seller = shop.opened(seller=seller.id), seller
        for one in arriving:
            pull(shop, one)

        assert expected == held(shop)


@pytest.mark.parametrize(
    ("orders", "expected"),
    [
        ((switch("2", 4), sale(10)), {OLD: 6, NEW: 4}),
        ((switch("2", 4), sale(None)), {OLD: 6, NEW: 4}),
        ((switch("2", 4), sale(7), back("3", 3)), {OLD: 3, NEW: 4}),
    ],
)
def test_of_a_vendor_whose_lines_do_not_count_switches_the_switch_counts(
    shop: Shop, orders: tuple[Order, ...], expected: dict[str, int]
) -> None:
    pull(shop, *orders)

    assert expected == held(shop)


def test_what_was_bought_beside_is_held_beside(shop: Shop) -> None:
    pull(shop, sale(6), sale(10, "3"), switch("2", 4))

    assert {OLD: 16, NEW: 4} == held(shop)


@pytest.mark.parametrize("first", ["sale", "return"])
def test_a_return_that_its_vendor_cancels_is_given_back_once(shop: Shop, first: str) -> None:
    pull(shop, sale(4), back("2", 3), back("3", 3))
    changes = [sale(7), back("2", 3, CANCELLED)]
    for one in changes if first == "sale" else changes[::-1]:
        pull(shop, one)

    assert 7 == left(shop)
    assert {OLD: 7} == held(shop)


@pytest.mark.parametrize("first", ["sale", "return"])
def test_a_return_that_its_vendor_takes_up_again_is_taken_once(shop: Shop, first: str) -> None:
    pull(shop, sale(3), back("2", 3, CANCELLED), back("3", 7))
    changes = [sale(0), back("2", 3)]
    for one in changes if first == "sale" else changes[::-1]:
        pull(shop, one)

    assert 0 == left(shop)


@pytest.mark.parametrize("first", ["sale", "switch"])
def test_a_switch_of_ours_that_fails_at_the_vendor_is_given_back_once(
    shop: Shop, first: str
) -> None:
    pull(shop, sale(4), back("2", 2), switch("3", 4))
    ours = shop.get(ADOBE.name, "3")
    shop.run(shop.book.change(keeping(ours, [Share(shop.get(ADOBE.name, "1").id, 1, 4)])))
    changes = [sale(8), switch("3", 4, FAILED)]
    for one in changes if first == "sale" else changes[::-1]:
        pull(shop, one)

    assert 8 == left(shop)
    assert {OLD: 8} == held(shop)


def given_up(shop: Shop, *, status: Status = CANCELLED) -> None:
    """Give the vendor's switch up here, or take it up again, as another dialect's client does."""
    order = shop.get(ADOBE.name, "2")
    shop.run(shop.book.change(lifecycle.put_into(order, status, NOON)))


def test_a_switch_of_a_vendors_that_is_given_up_here_gives_its_seats_back(shop: Shop) -> None:
    pull(shop, sale(3), switch("2", 4), back("3", 3))
    given_up(shop)
    assert (7, {OLD: 7}) == (left(shop), held(shop))
    pull(shop, sale(3), switch("2", 4), back("3", 3))
    assert (7, {OLD: 7}) == (left(shop), held(shop)), "he has said nothing new"

    given_up(shop, status=DONE)
    assert (3, {OLD: 3, NEW: 4}) == (left(shop), held(shop))


def test_what_a_vendor_says_next_of_a_switch_that_was_given_up_here_is_right_again(
    shop: Shop,
) -> None:
    pull(shop, sale(6), switch("2", 4))
    given_up(shop)
    pull(shop, sale(5), back("3", 1))
    assert 5 == left(shop)
    pull(shop, switch("2", 4, FAILED), sale(9))
    assert (9, {OLD: 9}) == (left(shop), held(shop))


def test_a_switch_of_which_no_line_knows_gives_nothing_back(shop: Shop) -> None:
    pull(shop, sale(10), switch("2", 4))
    given_up(shop)

    assert (10, {OLD: 10}) == (left(shop), held(shop))


def test_a_switch_of_a_vendors_is_taken_up_again_if_its_seats_are_there(shop: Shop) -> None:
    pull(shop, sale(6), switch("2", 4))
    given_up(shop)
    pull(shop, sale(2), switch("4", 8))

    with pytest.raises(Invalid, match="not there any more"):
        given_up(shop, status=DONE)
    assert {OLD: 2, NEW: 8} == held(shop)
