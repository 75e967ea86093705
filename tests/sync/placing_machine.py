"""Books that pull each other and place orders with each other, wherever that is cut off."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule
from msgspec.structs import replace

from orderglot import dialects
from orderglot.core.errors import HubError
from orderglot.core.order import Order, Reference, id_at
from orderglot.core.values import Status
from orderglot.sync.discrepancies import taken_of
from orderglot.sync.notes import PLACING
from orderglot.sync.place import place
from orderglot.sync.placement_checks import ENDED, Terms
from orderglot.sync.placement_results import Placed
from orderglot.wire.loss import carried
from tests.sync.books_machine import Pulled, orders
from tests.sync.books_model import VendorState, count_of, same_in
from tests.sync.failing import Failure, Killed, failing, failures
from tests.sync.hubs import Hub, mark_of

TERMS = Terms(without=("ship_to", "lines"))
ATTEMPTS = 4


class Books(Pulled):
    """Books of which each is the others' vendor."""

    was_compared = False
    """Whether what the vendor has of the order that is placed was compared before."""

    @rule(
        who=orders,
        with_=orders,
        by=orders,
        number=orders,
        failure=st.none() | failures,
        ends=st.sampled_from(("not", "not", "before", "between")),
    )
    def an_order_is_placed(
        self, who: int, with_: int, by: int, number: int, failure: Failure | None, ends: str
    ) -> None:
        """Place an order that may be cancelled before, or while its answer is lost."""
        here, name = self.book(who), self.dialect(by)
        there = self.book(who + 1 + with_ % max(len(self.books) - 1, 1))
        order = self.to_be_placed(here, there, f"{name}@{there.name}", number)
        if order is None:
            return
        if ends == "before":
            order = self.do(here.book.change(replace(order, status=Status.CANCELLED)))
        if failure is not None:
            with failing(here, failure):
                self.place(here, there, name, order)
            self.time_passes()
        arrived = self.do(count_of(there, order))
        if ends == "between":
            now = self.do(here.all.get(Reference("orderglot", str(order.id))))
            self.do(here.book.change(replace(now, status=Status.CANCELLED)))
        came = self.place_at_last(here, there, name, order)
        sold = self.do(count_of(there, order))
        assert sold <= 1, f"{sold} of {mark_of(order)} at {there.name}"
        if ends != "not" or order.status in ENDED:
            assert arrived >= sold, f"{order.id}, which is cancelled, was sold"
        if isinstance(came, Placed):
            assert 1 == sold, f"{order.id} is with {there.name}, which has {sold}"
            self.note_state(here, there, name, came)
        else:
            under_way = (here.name, f"{name}@{there.name}", order.id) in self.under_way
            assert sold == 0 or under_way, came

    def to_be_placed(self, here: Hub, there: Hub, channel: str, number: int) -> Order | None:
        """Choose an order that the other book does not have, or has from here.

        To buy what the other one has pulled from here as well is another matter.
        """
        if here is there:
            return None
        theirs = {mark_of(one) for one in self.do(there.everything())}
        strange = {mark for _, mark in self.alike}
        mine = [one for one in self.do(here.orders()) if mark_of(one) not in strange]
        found = [one for one in mine if mark_of(one) not in theirs]
        found += [one for one in mine if self.is_placed(here, channel, one)]
        return found[number % len(found)] if found else None

    def is_placed(self, here: Hub, channel: str, order: Order) -> bool:
        state = self.states.get((here.name, channel, id_at(order, channel)))
        return state is not None and state.placed

    def place_at_last(self, here: Hub, there: Hub, name: str, order: Order) -> Placed | Exception:
        """Run the same command again and again, with some time between."""
        came = self.place(here, there, name, order)
        for _ in range(ATTEMPTS):
            if isinstance(came, Placed):
                break
            self.time_passes()
            came = self.place(here, there, name, order)
        return came

    def time_passes(self) -> None:
        """Let so much time pass that nobody takes a request for the one before come again."""
        for hub in self.books:
            hub.now += timedelta(minutes=15)

    def note_state(self, here: Hub, there: Hub, name: str, came: Placed) -> None:
        channel = f"{name}@{there.name}"
        self.under_way.discard((here.name, channel, came.order.id))
        (sold,) = self.do(same_in(there, came.order))
        received = carried(sold, name, dialects.dialect(name).can)
        state = self.states.get((here.name, channel, came.id))
        if state is not None and self.was_compared:
            # He was not asked once more.
            return
        if state is None or sold.deleted is None:
            self.states[here.name, channel, came.id] = VendorState(received, placed=True)

    def place(self, here: Hub, there: Hub, name: str, order: Order) -> Placed | Exception:
        """Place an order once; what was begun and has no end yet is under way."""
        way = (here.name, f"{name}@{there.name}", order.id)
        taken = self.do(taken_of(here.book, way[1], order.id))
        self.was_compared = taken is not None and taken.checked
        try:
            return self.do(_place(here, there, name, order))
        except (Killed, HubError) as error:
            if self.do(_is_under_way(here, way)):
                self.under_way.add(way)
            return error


async def _place(here: Hub, there: Hub, name: str, order: Order) -> Placed:
    now = await here.all.get(Reference("orderglot", str(order.id)))
    return await place(here.all, await here.buying(there, name), now, TERMS)


async def _is_under_way(here: Hub, way: tuple[str, str, int]) -> bool:
    return bool(await here.book.notes(PLACING, f"{way[1]}/{way[2]}"))
