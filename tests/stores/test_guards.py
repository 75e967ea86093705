"""Rules over several orders: what was read to allow a write is unchanged when that is committed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.errors import Conflict, Invalid, NotFound, Overtaken
from orderglot.core.order import HUB, Identity, Link, Order, Reference, by_hub_id
from orderglot.core.ports import Book, UnitOfWork
from orderglot.core.query import Compare, Operator
from orderglot.core.values import Relation
from orderglot.stores.book import TRIES
from orderglot.stores.store import BookStore
from tests.clock import HOUR
from tests.stores.shops import Shop

SEATS = 10
FAMILY = "seats"
TAKEN = Compare("po_number", Operator.EQ, "SEAT")


def elsewhere(shop: Shop) -> Book:
    """Open the book as another process has it, which waits for nobody here."""
    return BookStore(shop.backend, shop.clock).of(Caller(seller=shop.seller.id, name="other"))


async def taken(unit: Book) -> int:
    return len([order async for order in unit.walk(TAKEN)])


async def take(unit: UnitOfWork) -> bool:
    """Take a seat as long as there is one, which is known by all orders that have one."""
    await unit.guard(FAMILY)
    free = await taken(unit) < SEATS
    # Whoever else asks at this moment is told the same.
    await asyncio.sleep(0.001)
    if free:
        await unit.place(Order(po_number="SEAT"))
    return free


def test_no_more_is_taken_than_there_is_however_many_ask_at_once(shop: Shop) -> None:
    async def ask() -> list[bool | BaseException]:
        books = [shop.book, elsewhere(shop)]
        asked = [books[number % 2].transact(take) for number in range(SEATS + 4)]
        return await asyncio.gather(*asked, return_exceptions=True)

    came = shop.run(ask())
    refused = [one for one in came if not isinstance(one, bool)]

    assert all(isinstance(one, Conflict) for one in refused)
    assert came.count(True) == shop.run(taken(shop.book)) <= SEATS
    for _ in range(SEATS):
        shop.run(shop.book.transact(take))
    assert SEATS == shop.run(taken(shop.book))


def test_who_comes_second_asks_the_rule_again(shop: Shop) -> None:
    async def ask() -> list[bool]:
        asked = [book.transact(take) for book in (shop.book, elsewhere(shop))]
        return await asyncio.gather(*asked)

    for _ in range(SEATS - 1):
        shop.run(shop.book.transact(take))

    assert [False, True] == sorted(shop.run(ask()))


def meanwhile(shop: Shop, other: Callable[[Book], Awaitable[object]]) -> None:
    """Ask a rule in a unit, do something else beside it, and then write."""

    async def ask() -> None:
        order = await shop.book.place(Order(po_number="SEAT"))
        async with shop.book.together() as unit:
            await unit.guard(FAMILY)
            assert 1 == await taken(unit)
            await other(elsewhere(shop))
            await unit.place(Order(notes=f"beside {order.id}"))

    shop.run(ask())


def test_an_order_that_was_read_is_expected_unchanged(shop: Shop) -> None:
    async def change(book: Book) -> None:
        async for order in book.walk(TAKEN):
            await book.change(replace(order, notes="changed"))

    with pytest.raises(Overtaken):
        meanwhile(shop, change)

    assert ["changed"] == [order.notes for order in shop.walked()]


def test_a_deleted_one_as_well(shop: Shop) -> None:
    async def delete(book: Book) -> None:
        async for order in book.walk(TAKEN):
            await book.change(replace(order, deleted=book.now()))

    with pytest.raises(Overtaken):
        meanwhile(shop, delete)


def test_an_order_that_has_gone_when_another_is_to_point_at_it_was_overtaken(shop: Shop) -> None:
    placed = shop.placed()
    link = Link(Relation.SPLIT_OF, Identity(id=placed.id))

    async def late(unit: UnitOfWork) -> None:
        found = await unit.get(by_hub_id(placed.id))
        await elsewhere(shop).change(replace(found, deleted=shop.clock()))
        await unit.place(Order(links=(link,)))

    async def own(unit: UnitOfWork) -> None:
        found = await unit.get(by_hub_id(placed.id))
        await unit.change(replace(found, deleted=shop.clock()))
        await unit.place(Order(links=(link,)))

    with pytest.raises(Invalid):
        shop.run(shop.book.transact(own))
    # It is tried again, and then it is not found.
    with pytest.raises(NotFound):
        shop.run(shop.book.transact(late))
    with pytest.raises(Invalid):
        shop.run(shop.book.place(Order(links=(link,))))


def test_what_asks_no_rule_is_not_held_up_and_holds_nobody_up(shop: Shop) -> None:
    meanwhile(shop, lambda book: book.place(Order(po_number="SEAT")))

    assert 3 == len(shop.walked())


def test_a_unit_of_another_family_is_not_held_up(shop: Shop) -> None:
    async def guarded(unit: UnitOfWork) -> None:
        await unit.guard("another")
        await unit.place(Order())

    meanwhile(shop, lambda book: book.transact(guarded))


def test_a_rule_that_allows_nothing_puts_nothing_forward(shop: Shop) -> None:
    async def only_ask(unit: UnitOfWork) -> None:
        await unit.guard(FAMILY)
        await taken(unit)

    meanwhile(shop, lambda book: book.transact(only_ask))
    assert [1] == [note.version for note in shop.run(shop.book.notes("guard"))]


def test_after_some_tries_it_is_a_conflict(shop: Shop) -> None:
    tried = 0

    async def late(unit: UnitOfWork) -> None:
        nonlocal tried
        tried += 1
        await unit.guard(FAMILY)
        await elsewhere(shop).transact(take)
        await unit.place(Order())

    with pytest.raises(Conflict):
        shop.run(shop.book.transact(late))
    assert TRIES == tried


def test_what_is_counted_is_counted_once_however_often_it_is_tried(shop: Shop) -> None:
    counted, until = [], shop.clock() + HOUR

    async def late(unit: UnitOfWork) -> None:
        await unit.guard(FAMILY)
        counted.append(await unit.tally("asked", until))
        if len(counted) < 3:
            await elsewhere(shop).transact(take)
        await unit.place(Order())

    shop.run(shop.book.transact(late))
    assert [1, 1, 1] == counted


def test_a_unit_that_fails_lets_the_next_one_have_its_turn(shop: Shop) -> None:
    async def fail(unit: UnitOfWork) -> None:
        await unit.guard(FAMILY)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        shop.run(shop.book.transact(fail))
    assert shop.run(asyncio.wait_for(shop.book.transact(take), 60))


def test_a_rule_is_asked_in_a_unit(shop: Shop) -> None:
    with pytest.raises(RuntimeError):
        shop.run(shop.book.guard(FAMILY))


def test_two_orders_that_come_to_point_at_each_other_at_once_are_no_circle(shop: Shop) -> None:
    async def point(book: Book, order: Order, other: Order) -> Order:
        link = Link(Relation.SPLIT_OF, Identity(id=other.id))
        return await book.transact(lambda unit: unit.change(replace(order, links=(link,))))

    async def both() -> tuple[Order | BaseException, ...]:
        one, other = [await shop.book.place(Order()) for _ in range(2)]
        ways = point(shop.book, one, other), point(elsewhere(shop), other, one)
        return await asyncio.gather(*ways, return_exceptions=True)

    for _ in range(5):
        assert {Order, Invalid} == {type(one) for one in shop.run(both())}


def test_changes_by_themselves_let_each_other_have_a_turn(shop: Shop) -> None:
    target, pointing = shop.placed(), [shop.placed() for _ in range(3)]
    link = Link(Relation.REFERS_TO, Identity(id=target.id))

    async def changed() -> list[Order]:
        ways = [shop.book.change(replace(order, links=(link,))) for order in pointing]
        return await asyncio.wait_for(asyncio.gather(*ways), 30)

    assert [2, 2, 2] == [order.version for order in shop.run(changed())]


def test_an_order_that_goes_while_it_is_changed_is_looked_for_again(shop: Shop) -> None:
    order = shop.placed()
    tried = 0

    async def change(unit: UnitOfWork) -> None:
        nonlocal tried
        tried += 1
        found = await unit.get(Reference(HUB, str(order.id)))
        await elsewhere(shop).change(replace(found, deleted=shop.clock()))
        await unit.change(replace(found, notes="too late"))

    with pytest.raises(NotFound):
        shop.run(shop.book.transact(change))
    assert 2 == tried


def test_what_a_unit_has_deleted_itself_is_not_found_any_more(shop: Shop) -> None:
    order = shop.placed()

    async def delete(unit: UnitOfWork) -> None:
        found = await unit.get(Reference(HUB, str(order.id)))
        gone = await unit.change(replace(found, deleted=shop.clock()))
        await unit.change(replace(gone, notes="too late"))

    with pytest.raises(NotFound):
        shop.run(shop.book.transact(delete))
