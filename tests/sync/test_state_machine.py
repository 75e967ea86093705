"""Books that are each other's vendors: whatever happens in any, the same things hold.

`make books` tries it with many more runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test as run
from msgspec import structs

from orderglot import dialects
from orderglot.core.order import Order
from orderglot.core.ports import Outcome
from orderglot.core.reconciliation import reconcile
from orderglot.sync import reconciling
from orderglot.sync.channel import Channel
from orderglot.sync.notes import Placing
from orderglot.sync.place import _Attempt
from orderglot.sync.recovery import Looking, Seen
from orderglot.sync.vendor import Source
from tests.sync.failing import Failure, Way
from tests.sync.placing_machine import Books

pytestmark = pytest.mark.long

USUAL = settings()
BRIEF = settings(
    max_examples=25 * USUAL.max_examples // 60,
    stateful_step_count=30,
    deadline=None,
    derandomize=USUAL.derandomize,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def machine(*names: str, **how: object) -> type[Books]:
    return type("BooksIn" + "".join(names), (Books,), {"in_dialects": names, **how})


@pytest.mark.parametrize("name", dialects.names())
def test_whatever_happens_in_books_of_one_dialect_the_same_things_hold(name: str) -> None:
    run(machine(name), settings=BRIEF)


def test_whatever_happens_in_books_of_all_dialects_the_same_things_hold() -> None:
    run(machine(*dialects.names()), settings=BRIEF)


def wherever_it_fails(books: type[Books]) -> None:
    """Place an order, and pull one, with each failure at each place, and begin anew."""
    for way, at, ends in product(Way, range(1, 10), ("not", "between")):
        failure = Failure(way, at)
        with opened(books) as machine:
            machine.an_order_is_placed(0, 0, 0, 0, failure, ends)
            machine.pulled(
                machine.book(0), machine.book(1), machine.in_dialects[0], failure=failure
            )
            machine.an_order_is_placed(0, 0, 0, 0, None, "not")
            machine.holds()


@contextmanager
def opened(books: type[Books]) -> Iterator[Books]:
    machine = books()
    try:
        machine.everybody_opens(2)
        yield machine
    finally:
        machine.teardown()


@pytest.mark.parametrize("name", dialects.names())
def test_wherever_it_is_killed_or_an_answer_is_lost_the_same_things_hold(name: str) -> None:
    wherever_it_fails(machine(name))


def forget_words(monkeypatch: pytest.MonkeyPatch) -> None:
    async def none(*_: object) -> dict[int, object]:
        return {}

    monkeypatch.setattr(reconciling, "vendor_states", none)
    monkeypatch.setattr(reconciling, "keep_state", lambda *_, **__: None)


def compare_clocks(monkeypatch: pytest.MonkeyPatch) -> None:
    real = reconciling._update

    async def update(unit: Any, source: Any, received: Order, kept: Order, note: Any) -> Any:
        if received.modified and kept.modified and received.modified <= kept.modified:
            return reconciling.Arrived(kept, Outcome.SAME)
        if received.created and kept.modified and received.created <= kept.modified:
            return reconciling.Arrived(kept, Outcome.SAME)
        return await real(unit, source, received, kept, note)

    monkeypatch.setattr(reconciling, "_update", update)


def name_references_by_dialect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Channel, "reference", property(lambda self: f"{self.dialect}@B"))


def take_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    real = reconcile

    def replaced(last: Order, theirs: Order, ours: Order, **how: Any) -> Any:
        return real(Order(), theirs, ours, **{**how, "ours_win": False})

    monkeypatch.setattr("orderglot.sync.reconciling.reconcile", replaced)


def send_again_without_asking(monkeypatch: pytest.MonkeyPatch) -> None:
    async def nothing(_self: Looking) -> Seen:
        return Seen()

    monkeypatch.setattr(Looking, "look", nothing)


def forget_what_is_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    async def written(self: Any, placing: Placing) -> None:
        self.note = None

    monkeypatch.setattr(_Attempt, "_write_down", written)


def sell_whatever_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    async def nothing(*_: object) -> tuple[()]:
        return ()

    monkeypatch.setattr("orderglot.sync.place.refusals", nothing)


def take_over_the_customer(monkeypatch: pytest.MonkeyPatch) -> None:
    real = reconcile

    def replaced(last: Order, theirs: Order, ours: Order, **how: Any) -> Any:
        found = real(last, theirs, ours, **how)
        return structs.replace(found, order=structs.replace(found.order, customer=theirs.customer))

    monkeypatch.setattr(reconciling, "reconcile", replaced)


def recognise_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async def nobody(_book: object, _channel: str, _dialect: object, orders: list[Order]) -> Any:
        return [None] * len(orders)

    monkeypatch.setattr(reconciling, "find_twins", nobody)


def let_theirs_stand_always(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Source, "ours_win", lambda _self, placed: False)


MUTANTS: dict[Callable[[pytest.MonkeyPatch], None], tuple[str, ...]] = {
    forget_words: ("kole",),
    compare_clocks: ("kole",),
    name_references_by_dialect: ("kole",),
    take_everything: ("kole",),
    sell_whatever_there_is: ("kole",),
    take_over_the_customer: ("kole",),
    recognise_nothing: ("kole", "adobe"),
    let_theirs_stand_always: ("kole",),
}


@pytest.mark.parametrize("mutate", MUTANTS)
def test_what_would_break_it_is_caught(
    mutate: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    mutate(monkeypatch)
    # A book that recognises nothing of its own would never come to the end of its list.
    books = machine(*MUTANTS[mutate], least=2, itself=False)
    with pytest.raises(Exception):  # noqa: B017, PT011 (a broken book fails in many ways)
        run(books, settings=settings(BRIEF, max_examples=300, derandomize=True))


FORGETFUL = [(forget_what_is_under_way, name) for name in dialects.names()]
# Catalyst's mark and Adobe's own key save what is sent again there.
HASTY = [(send_again_without_asking, name) for name in ("kodaris", "kole", "komet", "orderglot")]


@pytest.mark.parametrize(("mutate", "name"), [*FORGETFUL, *HASTY])
def test_what_would_send_an_order_twice_is_caught(
    mutate: Callable[[pytest.MonkeyPatch], None], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mutate(monkeypatch)
    with pytest.raises(AssertionError):
        wherever_it_fails(machine(name))
