"""Three books, two of them vendors of the third: whatever happens in any, the same things hold.

A plain model says what our book must have: the vendor's last word on each order, and the status that
it comes to here. After each pull the book is compared with it.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run
from msgspec.structs import replace

from orderglot import dialects
from orderglot.core.order import Address, Order, id_at
from orderglot.core.ports import Outcome
from orderglot.core.reconciliation import reconcile
from orderglot.core.values import Status
from orderglot.sync import reconciling
from orderglot.sync.channel import Channel
from orderglot.sync.criteria import Criteria
from orderglot.sync.pull import Progress, pull
from orderglot.wire.loss import carried
from tests.sync.hubs import QUICK, Hub, hubs
from tests.sync.vendors import LISTING

STATUSES = (Status.PROCESSING, Status.SHIPPED, Status.COMPLETED, Status.CANCELLED, Status.ON_HOLD)
BRIEF = settings(
    max_examples=30,
    stateful_step_count=50,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)

Key = tuple[str, str]
"""A vendor's name and the id that he has for an order."""


class Killed(Exception):
    """Somebody pulled the plug."""


@dataclasses.dataclass
class Known:
    """What the model knows of one order of a vendor's: his last word, and what stands here."""

    said: Status
    here: Status
    customer: int | None


class Books(RuleBasedStateMachine):
    """Our book and two vendors' of one dialect."""

    name = "kole"

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.ours, *self.vendors = self.do(hubs("A", "B", "C"))
        self.known: dict[Key, Known] = {}
        self.dialect = dialects.dialect(self.name)

    def teardown(self) -> None:
        self.loop.close()

    def do(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)

    def told(self, order: Order) -> Status:
        """Give the status of a vendor's order as his wire carries it."""
        return carried(order, self.name, self.dialect.can).status

    @initialize()
    def everybody_has_orders(self) -> None:
        for vendor in self.vendors:
            for _ in range(3):
                self.do(vendor.order())
            self.pulled(vendor)

    @rule(which=st.integers(0, 1))
    def an_order_comes_in_at_a_vendor(self, which: int) -> None:
        self.do(self.vendors[which].order())

    @rule()
    def an_order_of_our_own_comes_in(self) -> None:
        self.do(self.ours.order())

    @rule(number=st.integers(0, 9), status=st.sampled_from(STATUSES))
    def we_change_an_order(self, number: int, status: Status) -> None:
        if orders := self.do(self.ours.orders()):
            order = orders[number % len(orders)]
            self.do(self.ours.change(order, status=status, assigned_user="7"))
            if (key := self.key(order)) in self.known:
                self.known[key].here = status

    @rule(number=st.integers(0, 9))
    def we_give_an_order_to_another_customer(self, number: int) -> None:
        if orders := self.do(self.ours.orders()):
            order = orders[number % len(orders)]
            self.do(self.ours.change(order, customer=None))
            if (key := self.key(order)) in self.known:
                self.known[key].customer = None

    @rule(days=st.integers(-400, 400), which=st.integers(0, 2))
    def a_clock_jumps(self, days: int, which: int) -> None:
        hub = (self.ours, *self.vendors)[which]
        hub.now += timedelta(days=days)

    @rule(
        which=st.integers(0, 1),
        since_last=st.booleans(),
        number=st.integers(0, 9),
        status=st.none() | st.sampled_from(STATUSES),
    )
    def we_pull_what_may_have_changed(
        self, which: int, since_last: bool, number: int, status: Status | None
    ) -> None:
        orders = self.do(self.vendors[which].orders())
        order = orders[number % len(orders)]
        self.do(self.vendors[which].change(order, **_changed(order, status)))
        self.pulled(self.vendors[which], since_last=since_last and not self.dialect.customer)

    @precondition(lambda self: not self.dialect.customer)
    @rule(which=st.integers(0, 1))
    def a_pull_is_killed_and_begun_again(self, which: int) -> None:
        def kill(_progress: Progress) -> None:
            raise Killed

        vendor = self.vendors[which]
        asked = Criteria(url="https://hub.example")
        with suppress(Killed):
            self.do(self.from_vendor(vendor, asked, kill))
        self.pulled(vendor)

    async def from_vendor(
        self, vendor: Hub, asked: Criteria, tell: Callable[[Progress], None]
    ) -> Progress:
        there = await self.ours.vendor(vendor, self.name)
        return await pull(self.ours.book, there, asked, retry_policy=QUICK, tell=tell)

    def pulled(self, vendor: Hub, *, since_last: bool = False) -> None:
        if since_last:
            asked = Criteria(url="https://hub.example", since_last=True)
            self.do(self.from_vendor(vendor, asked, lambda _progress: None))
        self.do(self.ours.pull(vendor, self.name))
        for order in self.do(vendor.orders()):
            if not self.dialect.customer or order.customer is not None:
                self.expect(vendor, order)
        self.compare()

    def expect(self, vendor: Hub, order: Order) -> None:
        """Say what an order that was just shown comes to here."""
        key, said = (f"{self.name}@{vendor.name}", str(order.id)), self.told(order)
        known = self.known.get(key)
        if known is None:
            owner = next(
                one.customer for one in self.do(self.ours.orders()) if self.key(one) == key
            )
            self.known[key] = Known(said, said, owner.id if owner else None)
        elif known.said != said:
            known.said = known.here = said

    def key(self, order: Order) -> Key:
        for vendor in self.vendors:
            channel = f"{self.name}@{vendor.name}"
            if id := id_at(order, channel):
                return channel, id
        return "", str(order.id)

    def compare(self) -> None:
        here = {self.key(order): order for order in self.do(self.ours.orders())}
        for key, known in self.known.items():
            order = here[key]
            assert known.here == order.status, key
            assert known.customer == (order.customer.id if order.customer else None), key

    @invariant()
    def no_order_is_there_twice(self) -> None:
        orders = self.do(self.ours.orders())
        keys = Counter(self.key(order) for order in orders)
        marks = Counter(_mark(order) for order in orders)
        assert {1} >= {*keys.values()} | {*marks.values()}


def _changed(order: Order, status: Status | None) -> dict[str, object]:
    """Give what a vendor changes: the status, or else goods and address and the status not."""
    if status is not None:
        return {"status": status}
    line, address = order.lines[0], order.ship_to or Address()
    return {
        "lines": (replace(line, quantity=line.quantity + 24),),
        "ship_to": replace(address, line_2=f"Dock {line.quantity}"),
    }


def _mark(order: Order) -> str:
    return order.po_number.removeprefix("PO-") or order.lines[0].sku.removeprefix("SKU-")


def machine(name: str) -> type[Books]:
    return type(f"Books_{name}", (Books,), {"name": name})


@pytest.mark.parametrize("name", LISTING)
def test_whatever_happens_in_three_books_the_same_things_hold(name: str) -> None:
    run(machine(name), settings=BRIEF)


def forget_words(monkeypatch: pytest.MonkeyPatch) -> None:
    async def none(*_: object) -> dict[int, object]:
        return {}

    monkeypatch.setattr(reconciling, "last_words", none)
    monkeypatch.setattr(reconciling, "keep_word", lambda *_, **__: None)


def compare_clocks(monkeypatch: pytest.MonkeyPatch) -> None:
    real = reconciling._update

    async def update(unit: Any, source: Any, said: Order, kept: Order, note: Any) -> Any:
        if said.modified and kept.modified and said.modified <= kept.modified:
            return reconciling.Arrived(kept, Outcome.SAME)
        if said.created and kept.modified and said.created <= kept.modified:
            return reconciling.Arrived(kept, Outcome.SAME)
        return await real(unit, source, said, kept, note)

    monkeypatch.setattr(reconciling, "_update", update)


def name_references_by_dialect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Channel, "reference", property(lambda self: f"{self.dialect}@B"))


def take_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    real = reconcile

    def replaced(last: Order, theirs: Order, ours: Order, **how: Any) -> Any:
        return real(Order(), theirs, ours, **{**how, "ours_win": False})

    monkeypatch.setattr("orderglot.sync.reconciling.reconcile", replaced)


@pytest.mark.parametrize(
    "mutate", [forget_words, compare_clocks, name_references_by_dialect, take_everything]
)
def test_what_would_break_it_is_caught(
    mutate: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    mutate(monkeypatch)
    with pytest.raises(Exception):  # noqa: B017, PT011 (a broken book fails in many ways)
        run(machine("kole"), settings=BRIEF)
