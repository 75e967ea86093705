"""Books that are each other's vendors, and a plain model of what has to hold in each.

The model knows each vendor's last state of each order as his wire carries it, and says member by
member what a pull has to come to. It knows nothing of how that is done.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import timedelta
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from msgspec.structs import replace

from orderglot import dialects
from orderglot.core.errors import HubError, NotFound
from orderglot.core.order import Address, Order, Reference, id_at
from orderglot.core.query import matches
from orderglot.core.rejects import rejects_of
from orderglot.core.values import Status
from orderglot.sync.revisiting import UNFINISHED
from orderglot.wire.loss import carried
from tests.sync.books_model import (
    MEMBERS,
    VendorState,
    is_same,
    is_shown_without_lines,
    merged,
    more_of,
    tells,
)
from tests.sync.failing import Failure, Killed, failing, failures
from tests.sync.hubs import Hub, hubs, mark_of

T = TypeVar("T")

STATUSES = (Status.PROCESSING, Status.SHIPPED, Status.COMPLETED, Status.CANCELLED, Status.ON_HOLD)

Key = tuple[str, str, str]
"""A book, the channel that an order came by, and the id that it has there."""

orders = st.integers(0, 9)


class Pulled(RuleBasedStateMachine):
    """One, two or three books that pull each other in some dialects."""

    in_dialects: tuple[str, ...] = ("kole",)
    least = 1
    itself = True
    """Whether a book may pull itself."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.books: list[Hub] = []
        self.states: dict[Key, VendorState] = {}
        self.owners: dict[tuple[str, int], int | None] = {}
        self.under_way: set[tuple[str, str, int]] = set()
        self.alike: set[tuple[str, str]] = set()

    def teardown(self) -> None:
        self.loop.close()

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def book(self, number: int) -> Hub:
        return self.books[number % len(self.books)]

    def dialect(self, number: int) -> str:
        return self.in_dialects[number % len(self.in_dialects)]

    def chosen(self, hub: Hub, number: int) -> Order | None:
        found = self.do(hub.orders())
        return found[number % len(found)] if found else None

    @initialize(count=st.integers(1, 3))
    def everybody_opens(self, count: int) -> None:
        self.books = self.do(hubs(*"ABC"[: max(count, self.least)]))
        for hub in self.books:
            self.do(hub.trade(self.books))
            self.an_order_comes_in(self.books.index(hub))

    # What happens in a book.

    @rule(who=orders)
    def an_order_comes_in(self, who: int) -> None:
        made = self.do(self.book(who).order())
        for hub in self.books:
            self.do(hub.stock(made.lines[0].sku))

    @rule(who=orders, number=orders, status=st.sampled_from(STATUSES))
    def an_order_moves_on(self, who: int, number: int, status: Status) -> None:
        self.change(who, number, lambda order: replace(order, status=status))

    @rule(who=orders, number=orders)
    def more_is_wanted(self, who: int, number: int) -> None:
        self.change(who, number, more_of)

    @rule(who=orders, number=orders)
    def it_goes_elsewhere(self, who: int, number: int) -> None:
        def elsewhere(order: Order) -> Order:
            address = order.ship_to or Address()
            return replace(order, ship_to=replace(address, line_2=f"Dock {len(address.line_2)}"))

        self.change(who, number, elsewhere)

    @rule(who=orders, number=orders)
    def an_order_is_given_to_another_customer(self, who: int, number: int) -> None:
        changed = self.change(who, number, lambda order: replace(order, customer=None))
        if changed is not None:
            self.owners[self.book(who).name, changed.id] = None

    @rule(who=orders, number=orders)
    def an_order_is_deleted(self, who: int, number: int) -> None:
        hub = self.book(who)
        self.change(who, number, lambda order: replace(order, deleted=hub.now))

    def change(self, who: int, number: int, how: Callable[[Order], Order]) -> Order | None:
        hub = self.book(who)
        order = self.chosen(hub, number)
        if order is None or (order.status is Status.DRAFT):
            return None
        return self.do(hub.book.change(how(order)))

    @rule(who=orders, hours=st.integers(-10_000, 10_000))
    def a_clock_jumps(self, who: int, hours: int) -> None:
        self.book(who).now += timedelta(hours=hours)

    # What happens between two.

    @rule(
        number=st.integers(0, 99),
        ours=st.none() | st.sampled_from(STATUSES),
        theirs=st.none() | st.sampled_from(STATUSES),
        more=st.sampled_from(("nobody", "ours", "theirs", "both")),
    )
    def an_order_that_two_have_changes_and_is_pulled(
        self, number: int, ours: Status | None, theirs: Status | None, more: str
    ) -> None:
        """Let one or both sides change an order that one has from the other, or had placed there."""
        if not self.states:
            return
        name, channel, id = sorted(self.states)[number % len(self.states)]
        by, _, source = channel.partition("@")
        here, there = self.named(name), self.named(source)
        with suppress(NotFound):
            mine = self.do(here.book.get(Reference(channel, id)))
            his = self.do(there.book.get(Reference(by, id)))
            if here is not there:
                mine = more_of(more_of(mine)) if more in ("ours", "both") else mine
                his = more_of(his) if more in ("theirs", "both") else his
                self.do(here.book.change(replace(mine, status=ours or mine.status)))
                self.do(there.book.change(replace(his, status=theirs or his.status)))
        self.pulled(here, there, by)

    def named(self, name: str) -> Hub:
        return next(one for one in self.books if one.name == name)

    @rule(
        into=orders,
        source=orders,
        by=orders,
        since_last=st.booleans(),
        failure=st.none() | failures,
    )
    def one_pulls_another(
        self, into: int, source: int, by: int, since_last: bool, failure: Failure | None
    ) -> None:
        here, there, name = self.book(into), self.book(source), self.dialect(by)
        self.pulled(here, there, name, failure=failure, since_last=since_last)

    def pulled(
        self,
        here: Hub,
        there: Hub,
        name: str,
        *,
        failure: Failure | None = None,
        since_last: bool = False,
    ) -> None:
        if here is there and not self.itself:
            return
        before = {order.id: order for order in self.do(here.everything())}
        if failure is not None:
            with failing(here, failure), suppress(Killed, HubError):
                self.do(here.pull(there, name))
        if since_last:
            self.do(here.pull(there, name, since_last=True))
        self.do(here.pull(there, name))
        shown = self.shown(here, there, name, before)
        self.compare(here, there, name, before, shown)

    def shown(self, here: Hub, there: Hub, name: str, before: dict[int, Order]) -> list[Order]:
        """Give those of a vendor's orders that he shows, as his wire carries them."""
        dialect = dialects.dialect(name)
        if dialect.flows.page is None:
            return self.do(self.asked_for(here, there, name, before))
        return [
            carried(order, name, dialect.can)
            for order in self.do(there.orders())
            if not dialect.customer or order.customer is not None
        ]

    async def asked_for(
        self, here: Hub, there: Hub, name: str, before: dict[int, Order]
    ) -> list[Order]:
        """Give what a vendor without a list shows of the orders that are known and not finished."""
        vendor, found = await here.vendor(there, name), list[Order]()
        for order in before.values():
            id = id_at(order, f"{name}@{there.name}")
            if id and order.deleted is None and matches(order, UNFINISHED):
                with suppress(NotFound):
                    found.append(await vendor.client.get(Reference(name, id)))
        return found

    def compare(
        self, here: Hub, there: Hub, name: str, before: dict[int, Order], shown: list[Order]
    ) -> None:
        """Hold what is here against the model, and note what the vendor has said."""
        channel = f"{name}@{there.name}"
        after = {id_at(order, channel): order for order in self.do(here.everything())}
        aside = {one.id for _, one in self.do(rejects_of(here.book, channel))}
        for received in shown:
            id = id_at(received, name)
            self.look_for_strangers(here, channel, received, before)
            if id not in after:
                itself = here is there and int(id) not in before
                assert id in aside or itself, f"{id} of {channel} is not in {here.name}"
                continue
            mine, key = after[id], (here.name, channel, id)
            state = self.states.get(key)
            was = before.get(mine.id)
            expected = self.expected(name, was, received, state)
            for member, value in expected.items():
                found = MEMBERS[member](mine)
                assert value == found, f"{member} of {key} is {found}, not {value}"
            assert was is None or was.deleted == mine.deleted, key
            placed = (here.name, channel, mine.id) in self.under_way
            self.under_way.discard((here.name, channel, mine.id))
            self.states[key] = VendorState(received, placed or (state is not None and state.placed))

    def look_for_strangers(
        self, here: Hub, channel: str, received: Order, before: dict[int, Order]
    ) -> None:
        """Note an order of which nothing that two wires both carry tells that it is one of ours."""
        for order in before.values():
            if (
                is_same(order, received)
                and not id_at(order, channel)
                and not tells(order, received)
            ):
                self.alike.add((here.name, mark_of(received)))
        if (channel.partition("@")[2], mark_of(received)) in self.alike:
            self.alike.add((here.name, mark_of(received)))

    def expected(
        self, name: str, was: Order | None, received: Order, state: VendorState | None
    ) -> dict[str, Any]:
        """Describe what each member of an order that was shown comes to here."""
        if was is None:
            return {
                member: of(received)
                for member, of in MEMBERS.items()
                # A total that is not shown follows from the goods.
                if member != "total" or received.totals.total is not None
            }
        if state is None:
            return {member: of(was) for member, of in MEMBERS.items()}
        seen = carried(was, name, dialects.dialect(name).can)
        found = {
            member: merged(
                of(was), of(seen), of(state.received), of(received), ours_win=state.placed
            )
            for member, of in MEMBERS.items()
        }
        # A total that is not shown follows from the goods, and so does one for goods that lose.
        if received.totals.total is None or found["quantity"] != MEMBERS["quantity"](received):
            del found["total"]
        return found

    # What holds at any time.

    def holds(self) -> None:
        """Check all of it."""
        self.no_order_is_there_twice()
        self.every_order_is_whose_it_was()
        self.sums_are_those_of_the_goods()

    @invariant()
    def no_order_is_there_twice(self) -> None:
        for hub in self.books:
            marks = Counter(mark_of(order) for order in self.do(hub.orders()))
            twice = {mark for mark in marks if marks[mark] > 1}
            assert twice <= {mark for name, mark in self.alike if name == hub.name}, (
                hub.name,
                [
                    (
                        o.id,
                        o.references,
                        o.created,
                        o.deleted,
                        o.po_number,
                        o.lines[0].quantity if o.lines else None,
                        self.do(hub.book.events(o.id)),
                    )
                    for o in self.do(hub.orders())
                    if mark_of(o) in twice
                ],
            )

    @invariant()
    def every_order_is_whose_it_was(self) -> None:
        for hub in self.books:
            for order in self.do(hub.everything()):
                whose = order.customer.id if order.customer else None
                assert whose == self.owners.setdefault((hub.name, order.id), whose), order.id

    @invariant()
    def sums_are_those_of_the_goods(self) -> None:
        for hub in self.books:
            for order in self.do(hub.orders()):
                total = order.totals.total
                if order.lines and total is not None and not is_shown_without_lines(order):
                    goods = [line.total for line in order.lines]
                    # Where no total is shown, it is the bill's, which may be behind the goods.
                    billed = order.invoice.due.total if order.invoice else None
                    assert None in goods or total in (billed, sum(filter(None, goods))), (
                        f"{hub.name}'s {order.id} comes to {total}, and its lines to {goods}"
                    )
