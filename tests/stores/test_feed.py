"""The feed: a seller's events by number, without gaps, in scope, the same in every store."""

from __future__ import annotations

from collections import defaultdict

import pytest
from msgspec.structs import replace

from orderglot.core.order import Identity, Order, Reference
from orderglot.core.order_details import OrderDetails
from orderglot.core.ports import Book, Event
from orderglot.stores import backend
from orderglot.stores.backend import LOOKED
from tests.clock import HOUR
from tests.stores.shops import Shop


def read(shop: Shop, book: Book | None = None, *, after: int = 0, limit: int = 100) -> list[Event]:
    """Read a feed to its end, so many events at a time."""
    found, more = list[Event](), True
    while more:
        feed = shop.run((book or shop.book).feed(after, limit))
        assert len(feed.events) <= limit
        found += feed.events
        assert after <= feed.after
        after, more = feed.after, feed.more
    return found


def happened(events: list[Event]) -> list[tuple[int, int, str]]:
    return [(one.order, one.version, one.what) for one in events]


def versions(events: list[Event]) -> dict[int, list[int]]:
    found = defaultdict[int, list[int]](list)
    for one in events:
        found[one.order].append(one.version)
    return found


def changed(shop: Shop, order: Order, notes: str, book: Book | None = None) -> Order:
    shop.clock.forward()
    return shop.run((book or shop.book).change(replace(order, notes=notes)))


def test_a_book_without_orders_has_an_empty_feed(shop: Shop) -> None:
    feed = shop.run(shop.book.feed())

    assert ((), 0, False) == (feed.events, feed.after, feed.more)


def test_events_are_numbered_from_one_in_the_order_in_which_they_came(shop: Shop) -> None:
    first = shop.placed()
    shop.clock.forward()
    second = shop.placed()
    changed(shop, first, "again")
    events = read(shop)

    assert [1, 2, 3] == [one.sequence for one in events]
    assert happened(events) == [
        (first.id, 1, "placed"),
        (second.id, 1, "placed"),
        (first.id, 2, "changed"),
    ]
    assert {"kole:X1"} == {one.who for one in events}


@pytest.mark.parametrize("limit", [1, 2, 5, LOOKED, 10 * LOOKED])
def test_a_feed_read_in_parts_is_the_whole_feed(shop: Shop, limit: int) -> None:
    orders = [shop.placed() for _ in range(4)]
    for order in orders:
        changed(shop, order, "again")

    assert read(shop) == read(shop, limit=limit)
    assert read(shop)[3:] == read(shop, after=3, limit=limit)


def test_a_number_stays_with_its_event_whatever_comes_later(shop: Shop) -> None:
    orders = [shop.placed() for _ in range(3)]
    before = read(shop)
    for order in orders:
        changed(shop, order, "again")

    assert before == read(shop)[: len(before)]
    assert [*range(1, 7)] == [one.sequence for one in read(shop)]


def test_what_is_committed_together_comes_in_the_order_of_versions(shop: Shop) -> None:
    order = shop.placed()

    async def write() -> None:
        async with shop.book.together() as unit:
            new = await unit.change(replace(order, notes="a"), "a")
            new = await unit.change(replace(new, notes="b"), "b")
            await unit.change(replace(new, notes="c"), "c")

    shop.run(write())

    assert [
        (order.id, 1, "placed"),
        *((order.id, 2 + n, w) for n, w in enumerate("abc")),
    ] == happened(read(shop))


def test_versions_come_in_order_where_the_clock_goes_back(shop: Shop) -> None:
    order = shop.placed()
    new = changed(shop, order, "a")
    shop.clock.forward(-HOUR)
    other = shop.placed()
    changed(shop, new, "b")
    events = read(shop)

    assert {order.id: [1, 2, 3], other.id: [1]} == versions(events)
    assert [1, 2, 3, 4] == [one.sequence for one in events]


def test_what_was_not_kept_leaves_no_gap(shop: Shop) -> None:
    same = Reference("kole", "K1")
    works = [shop.book.place(Order(references=(same,))) for _ in range(3)]
    shop.gathered(*works, shop.book.place(Order()))

    assert [1, 2] == [one.sequence for one in read(shop)]


def test_each_seller_has_a_feed_of_its_own(shop: Shop) -> None:
    other = shop.opened(seller=shop.run(shop.store.add_seller("other")).id)
    shop.placed()
    theirs = shop.placed(other)
    shop.placed()

    assert [1, 2] == [one.sequence for one in read(shop)]
    assert [(theirs.id, 1, "placed")] == happened(read(shop, other))


def test_a_customer_reads_of_its_own_orders_alone(shop: Shop) -> None:
    owner, other = shop.customer(number="C1"), shop.customer(number="C2")
    mine = shop.placed(customer=Identity(id=owner.id))
    shop.placed(customer=Identity(id=other.id))
    shop.placed()
    changed(shop, mine, "again")
    book = shop.opened(customer=owner.id)

    assert [(mine.id, 1, "placed"), (mine.id, 2, "changed")] == happened(read(shop, book))
    assert [1, 4] == [one.sequence for one in read(shop, book, limit=1)]
    assert [] == read(shop, shop.opened(customer=other.id), after=2)


def test_test_orders_are_read_by_whom_they_are_in_sight_of(shop: Shop) -> None:
    live = shop.placed()
    trial = shop.placed(shop.opened(test=True))

    assert [(live.id, 1, "placed")] == happened(read(shop))
    assert 2 == shop.run(shop.book.feed()).after
    for book in (shop.opened(test=True), shop.opened(tests=True)):
        assert [live.id, trial.id] == [one.order for one in read(shop, book)]


def test_events_of_deleted_orders_are_read_by_whom_those_are_in_sight_of(shop: Shop) -> None:
    gone, there = shop.placed(), shop.placed()
    shop.clock.forward()
    shop.run(shop.book.change(replace(gone, deleted=shop.clock()), "deleted"))

    assert [there.id] == [one.order for one in read(shop)]
    assert ["placed", "placed", "deleted"] == [
        one.what for one in read(shop, shop.opened(deleted=True))
    ]


def test_a_read_looks_at_so_many_numbers_at_most(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    for where in ("memory.backend", "sqlite.feed", "postgres.feed"):
        monkeypatch.setattr(f"orderglot.stores.{where}.LOOKED", 3)
    owner = shop.customer(number="C1")
    for _ in range(4):
        shop.placed()
    mine = shop.placed(customer=Identity(id=owner.id))
    book = shop.opened(customer=owner.id)
    feed = shop.run(book.feed())

    assert ((), 3, True) == (feed.events, feed.after, feed.more)
    assert [mine.id] == [one.order for one in read(shop, book)]
    assert 1_000 == backend.LOOKED


def test_the_next_number_is_looked_up_where_there_may_be_a_gap_alone(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = [shop.placed() for _ in range(3)]
    for where in ("sqlite.feed", "postgres.feed"):
        monkeypatch.setattr(f"orderglot.stores.{where}.BEGINNING", "SELECT is FROM nowhere")

    assert [one.id for one in orders] == [one.order for one in read(shop)]
    assert [orders[2].id] == [one.order for one in read(shop, after=2)]


def test_who_has_read_everything_goes_on_where_new_events_will_be(shop: Shop) -> None:
    shop.placed()
    feed = shop.run(shop.book.feed())
    ahead = shop.run(shop.book.feed(7))

    assert (1, False) == (feed.after, feed.more)
    assert ((), 7, False) == (ahead.events, ahead.after, ahead.more)
    new = shop.placed()
    assert [new.id] == [one.order for one in read(shop, after=feed.after)]


def whys(shop: Shop, order: Order) -> list[str]:
    events = [one for one in read(shop) if one.order == order.id]
    assert events == [*shop.run(shop.book.events(order.id))]
    return [one.why for one in events]


@pytest.mark.parametrize("reason", ["cancel_reason", "hold_reason"])
def test_an_event_says_why_where_the_version_that_it_made_brings_the_reason(
    shop: Shop, reason: str
) -> None:
    def because(why: str) -> OrderDetails:
        return replace(OrderDetails(), **{reason: why})

    order = shop.placed(details=because("credit"))
    for details in (because("credit"), because("stock"), OrderDetails(), because("stock")):
        shop.clock.forward()
        order = shop.run(
            shop.book.change(replace(order, details=details, notes=f"version {order.version}"))
        )

    assert ["credit", "", "stock", "", "stock"] == whys(shop, order)


def test_the_reason_of_a_cancellation_goes_before_that_of_a_hold(shop: Shop) -> None:
    held = OrderDetails(hold_reason="credit", cancel_reason="too late")

    assert ["too late"] == whys(shop, shop.placed(details=held))


def test_a_reason_that_is_given_goes_before_all_others(shop: Shop) -> None:
    order = shop.placed()
    shop.clock.forward()
    order = shop.run(shop.book.change(order, why="they called"))
    shop.clock.forward()
    details = OrderDetails(cancel_reason="too late")
    shop.run(shop.book.change(replace(order, details=details), "canceled", why="they wrote"))

    assert ["", "they called", "they wrote"] == whys(shop, order)


def test_an_event_names_the_request_that_a_book_was_opened_for(shop: Shop) -> None:
    caller = shop.book.caller
    order = shop.run(shop.store.of(caller, exchange="e1").place(Order()))
    shop.clock.forward()

    async def write() -> None:
        async with shop.store.of(caller, exchange="e2").together() as unit:
            unit.record(await unit.change(order), "looked at")

    shop.run(write())
    changed(shop, replace(order, version=2), "by a command")

    assert ["e1", "e2", "e2", ""] == [one.exchange for one in read(shop)]
    assert ["placed", "changed", "looked at", "changed"] == [one.what for one in read(shop)]


def test_an_order_has_the_events_that_the_feed_has_of_it(shop: Shop) -> None:
    order = shop.placed()
    changed(shop, order, "again")
    shop.placed()
    events = read(shop)

    assert [one for one in events if one.order == order.id] == [
        *shop.run(shop.book.events(order.id))
    ]


def test_what_is_thinned_out_of_the_feed_stays_with_its_order(shop: Shop) -> None:
    first = shop.placed()
    first = changed(shop, first, "a")
    events = shop.run(shop.book.events(first.id))
    shop.clock.forward(HOUR)
    since = shop.store.now()
    second = shop.placed()

    assert 2 == shop.run(shop.store.thin(shop.seller.id, since))
    assert [(second.id, 1, "placed")] == happened(read(shop))
    assert [3] == [one.sequence for one in read(shop)]
    assert [("placed", 1), ("changed", 2)] == [
        (one.what, one.version) for one in shop.run(shop.book.events(first.id))
    ]
    assert events[0].at == shop.run(shop.book.events(first.id))[0].at
    assert 0 == shop.run(shop.store.thin(shop.seller.id, since))


def test_a_reader_of_a_feed_sees_up_to_where_it_is_thinned_out(shop: Shop) -> None:
    for _ in range(3):
        shop.placed()
    assert 0 == shop.run(shop.book.feed()).floor
    shop.clock.forward()
    shop.run(shop.store.thin(shop.seller.id, shop.store.now()))

    empty = shop.run(shop.book.feed())
    assert (3, 3, (), False) == (empty.floor, empty.after, empty.events, empty.more)
    shop.placed()
    later = shop.run(shop.book.feed())
    assert (3, [4]) == (later.floor, [one.sequence for one in later.events])
    assert (3, [4]) == (
        shop.run(shop.book.feed(3)).floor,
        [one.sequence for one in shop.run(shop.book.feed(3)).events],
    )


def test_a_feed_is_thinned_out_up_to_the_first_event_that_is_young_enough(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orderglot.stores.store.THINNED_AT_ONCE", 2)
    for _ in range(5):
        shop.placed()
    read(shop)
    shop.clock.forward(HOUR)
    since = shop.store.now()
    young = shop.placed()
    read(shop)
    # The clock goes back: what comes then is old, and behind one that is not.
    shop.clock.forward(-HOUR)
    behind = shop.placed()
    steps = list[tuple[int, int]]()

    done = shop.run(
        shop.store.thin(shop.seller.id, since, lambda at: steps.append((at.floor, at.last)))
    )

    assert 5 == done
    assert [(2, 7), (4, 7)] == steps
    assert [young.id, behind.id] == [one.order for one in read(shop)]


def test_a_feed_that_was_thinned_out_stays_so_for_each_seller_alone(shop: Shop) -> None:
    other = shop.opened(seller=shop.run(shop.store.add_seller("other")).id)
    shop.placed()
    theirs = shop.placed(other)
    shop.clock.forward()
    assert 1 == shop.run(shop.store.thin(shop.seller.id, shop.store.now()))
    # Whoever comes with an earlier moment brings nothing back.
    assert 0 == shop.run(shop.store.thin(shop.seller.id, shop.store.now() - HOUR))

    assert [] == read(shop)
    assert [(theirs.id, 1, "placed")] == happened(read(shop, other))
    assert 0 == shop.run(other.feed()).floor
