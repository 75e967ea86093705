"""One book behind the faces of all dialects: every write of each, alone and two at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from orderglot.core.caller import Caller
from orderglot.core.customer import Customer
from orderglot.core.order import Address, Reference
from tests.life.book_model import GOODS, OFFER, OTHER_OFFER, State
from tests.life.doors import Doors
from tests.life.drawn_writes import (
    OTHER_CUSTOMER,
    Make,
    carts,
    few,
    flags,
    goods,
    parts,
    places,
    seats,
    statuses,
    writes,
)
from tests.life.faces import counted, look
from tests.life.model_faces import Shown, counts, expected
from tests.life.model_seats import finished
from tests.life.ways import commands_here
from tests.life.writes.adobe import AdobeBuys, AdobeReverts, AdobeSwitches
from tests.life.writes.cancelling import ANSWERS, Answers, Asks, closed
from tests.life.writes.catalyst import CatalystPuts
from tests.life.writes.kole import KoleOrders
from tests.life.writes.seller import Steps
from tests.life.writes.write import Sent, Write

T = TypeVar("T")


class OneBook(RuleBasedStateMachine):
    """One book, its doors, and the model; ``workers`` ask it, each with a store of its own."""

    open_doors: Callable[[], Coroutine[Any, Any, list[Doors]]]

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.state = State()
        self.drawn = 0

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        with commands_here():
            return self.loop.run_until_complete(work)

    @initialize()
    def the_doors_open(self) -> None:
        self.workers = self.do(type(self).open_doors())
        self.do(other_customer(self.workers[0]))
        for sku in (OFFER, OTHER_OFFER):
            key = self.next()
            self.try_out([AdobeBuys(key, quantity=10, sku=sku)])
            self.try_out([CatalystPuts(self.next(), key, "statusTypeId", "completed")])

    def teardown(self) -> None:
        for doors in reversed(getattr(self, "workers", ())):
            self.do(doors.store.close())
        self.loop.close()

    @rule(make=writes, at=places, who=flags)
    def somebody_writes(self, make: Make, at: int, who: bool) -> None:
        self.try_out([self.made(make, at)], first=who)

    @rule(make=st.tuples(writes, writes), at=st.tuples(places, places), same=flags)
    def two_write_at_once(self, make: tuple[Make, Make], at: tuple[int, int], same: bool) -> None:
        one = self.made(make[0], at[0])
        other = self.made(make[1], at[0] if same else at[1])
        if one.is_one_request and other.is_one_request:
            return self.try_out([one, other])
        self.try_out([one])
        return self.try_out([other])

    @rule(make=seats, at=places, who=flags)
    def somebody_moves_seats(self, make: Make, at: int, who: bool) -> None:
        self.try_out([self.made(make, at)], first=who)

    @rule(make=st.tuples(seats, seats), at=st.tuples(places, places))
    def two_move_seats_at_once(self, make: tuple[Make, Make], at: tuple[int, int]) -> None:
        self.try_out([self.made(one, place) for one, place in zip(make, at, strict=True)])

    @rule(make=st.tuples(carts, carts), at=st.tuples(places, places))
    def two_fill_a_cart_at_once(self, make: tuple[Make, Make], at: tuple[int, int]) -> None:
        asked = [self.made(one, place) for one, place in zip(make, at, strict=True)]
        if all(one.is_one_request for one in asked):
            self.try_out(asked)

    @rule(quantity=few, at=places, back=flags)
    def seats_are_switched_and_switched_back(self, quantity: int, at: int, back: bool) -> None:
        switch = self.made(lambda key, target: AdobeSwitches(key, target, quantity), at)
        self.try_out([switch])
        if switch.key in self.state.orders:
            self.try_out([CatalystPuts(self.next(), switch.key, "statusTypeId", "completed")])
            if back:
                self.try_out([AdobeReverts(self.next(), switch.key)])

    @rule(part=parts, make=st.lists(goods, min_size=1, max_size=2), at=places)
    def goods_go_out_and_come_back(self, part: int, make: list[Make], at: int) -> None:
        ships = self.made(lambda key, target: Steps(key, target, "ship", part), at)
        self.try_out([ships])
        back = [one(self.next(), ships.target) for one in make]
        if all(one.can_be_tried(self.state) for one in back):
            self.try_out(back)

    @rule(make=writes, at=places, part=parts, answer=st.sampled_from((None, *ANSWERS)))
    def somebody_writes_while_a_cancellation_is_open(
        self, make: Make, at: int, part: int, answer: str | None
    ) -> None:
        asks = self.made(lambda key, target: Asks(key, target, part), at)
        self.try_out([asks])
        write = make(self.next(), asks.target)
        answers = [] if answer is None else [Answers(self.next(), asks.target, answer)]
        if asks.target in self.state.orders and write.can_be_tried(self.state):
            self.try_out([write, *answers] if write.is_one_request else [write])

    @rule(price=st.sampled_from(("2", "7.50")))
    def a_price_changes(self, price: str) -> None:
        self.do(self.workers[0].price(GOODS, Decimal(price)))
        self.state = State(self.state.orders, Decimal(price))

    @rule(status=statuses)
    def faces_count_what_they_show(self, status: str) -> None:
        assert counts(self.state, status) == self.do(counted(self.workers[0], status))

    def next(self) -> int:
        """Give a key that nothing has yet."""
        self.drawn += 1
        return self.drawn

    def made(self, make: Make, at: int) -> Write:
        """Make a write about an order: mostly about one of those with which it can be made at all."""
        state, own = self.state, self.next()
        asked = [make(own, key) for key in state.orders]
        asked = [one for one in asked if one.can_be_tried(state)] or [KoleOrders(own)]
        if at % 4:
            asked = [one for one in asked if one.expected(state) not in (None, state)] or asked
        return asked[at // 4 % len(asked)]

    def try_out(self, asked: list[Write], *, first: bool = True) -> None:
        """Let clients write, and find one order of their writes that comes to what is there then."""
        for doors in self.workers:
            doors.clock.forward(timedelta(seconds=1))
        before = self.state
        answers = self.do(self.sent(asked, first=first))
        found = []
        for order in permutations(range(len(asked))):
            state = outcome(before, asked, answers, order)
            if state is not None:
                touched = {write.key for write in asked} | {write.target for write in asked}
                touched |= {k for k in state.orders if state.orders[k] != before.orders.get(k)}
                found.append((state, touched))
        about = [before.orders[one.target] for one in asked if one.target in before.orders]
        assert found, ("Nobody expected that", asked, answers, about, before)
        seen: Any = None
        for state, touched in found:
            ids = [state.orders[key].id for key in touched if state.get(key)]
            seen = self.do(look(self.workers[-1], ids))
            if expected(state, touched) == seen:
                self.state = state
                return
        state, touched = found[0]
        raise AssertionError(difference(asked, before, expected(state, touched), seen))

    async def sent(self, asked: list[Write], *, first: bool) -> list[Sent]:
        doors = self.workers if first else self.workers[::-1]
        ids = [
            self.state.orders[one.target].id if one.target in self.state.orders else 0
            for one in asked
        ]
        return list(
            await asyncio.gather(
                *(
                    write.send(doors[number % len(doors)], id)
                    for number, (write, id) in enumerate(zip(asked, ids, strict=True))
                )
            )
        )


def difference(asked: list[Write], before: State, wanted: Shown, seen: Shown) -> str:
    """Say where faces do not show what the model says."""
    about = [before.orders[one.target] for one in asked if one.target in before.orders]
    return "\n".join((f"After {asked} of {about}:", *differences(wanted, seen)))


def differences(wanted: Shown, seen: Shown, place: str = "") -> Iterator[str]:
    for name in {**wanted, **seen}:
        one, other = wanted.get(name), seen.get(name)
        if isinstance(one, dict) and isinstance(other, dict):
            yield from differences(one, other, f"{place} {name}")
        elif one != other:
            yield f"{place} {name} is not\n  {one} but\n  {other}"


def outcome(
    state: State, asked: list[Write], answers: list[Sent], order: tuple[int, ...]
) -> State | None:
    """Give what the writes come to in an order, None where they are not answered as they were."""
    for number in order:
        write, (taken, id) = asked[number], answers[number]
        after = write.expected(state)
        if (after is not None) is not taken:
            return None
        state = closed(after or state)
        if id is not None:
            bound = with_ids(state, write, id)
            if bound is None:
                return None
            state = bound
    turn = max(write.key for write in asked)
    new = [replace(one, made=turn) for one in state.orders.values() if not one.made]
    return finished(state.having(*new).by_age())


def with_ids(state: State, write: Write, ids: int | tuple[int, int]) -> State | None:
    """Learn which ids the orders have that a write made or went into, None where they have others."""
    if isinstance(ids, int):
        return with_id(state, write.key, ids)
    first = with_id(state, write.key, ids[0])
    return first and with_id(first, -write.key, ids[1])


def with_id(state: State, key: int, id: int) -> State | None:
    known = {one.id: key for key, one in state.orders.items() if one.id}
    if id in known:
        return state
    order = state.orders.get(key)
    if order is None:
        unnamed = [one for one in state.orders.values() if not one.id]
        order = unnamed[0] if len(unnamed) == 1 else None
    if order is None or order.id not in (0, id):
        return None
    return state.having(replace(order, id=id))


async def other_customer(doors: Doors) -> None:
    """Let the seller have another customer, whom the clients of some dialects know."""
    book = doors.store.of(Caller(seller=doors.seller))
    home = Address(company="Other", line_1="9 Other Road", city="Reno", country="US")
    references = (Reference("catalyst", str(OTHER_CUSTOMER)),)
    await book.keep_customer(Customer(name="Other", bill_to=home, references=references))
