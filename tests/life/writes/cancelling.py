"""Cancelling by agreement: a seller has an order asked to be cancelled, and answers that."""

from __future__ import annotations

from dataclasses import dataclass, replace

from orderglot.core import cancelling
from orderglot.core import order as core
from orderglot.core.cancellation_requests import CancellationState
from orderglot.core.ports import UnitOfWork
from tests.life.book_model import DONE, NOT_COMING, Order, State
from tests.life.model_changes import detailed
from tests.life.writes.seller import RUNNING, WHOLE, amounts, cancelled
from tests.life.writes.write import SellerWrite

ANSWERS = ("accepted", "refused", "too late")


@dataclass(frozen=True)
class Asks(SellerWrite):
    """Ask for an order to be cancelled, or for so much of its first line."""

    quantity: int = 0

    @property
    def command(self) -> str:
        return "ask"

    def of(self, state: State, order: Order) -> State | None:
        if order.status not in RUNNING | {"on hold"} or order.asked is not None:
            return None
        if self.quantity and order.kind in WHOLE:
            return None
        if amounts(replace(order, lines=detailed(order)), self.quantity) is None:
            return None
        return state.having(replace(order, asked=self.quantity))

    async def take(self, unit: UnitOfWork, order: core.Order) -> None:
        wanted = {1: self.quantity} if self.quantity else None
        asked = cancelling.ask(order, "ordered twice", "Ann", unit.now(), wanted)
        await unit.change(asked, "cancellation asked")


@dataclass(frozen=True)
class Answers(SellerWrite):
    answer: str = "accepted"

    @property
    def command(self) -> str:
        return "answer-cancellation"

    def of(self, state: State, order: Order) -> State | None:
        if order.asked is None:
            return None
        answered = replace(order, asked=None)
        if self.answer != "accepted":
            return state.having(answered)
        return cancelled(state, answered, left(order) if order.asked else 0)

    async def take(self, unit: UnitOfWork, order: core.Order) -> None:
        state = CancellationState(self.answer)
        await unit.change(cancelling.answer(order, state, "Bob", unit.now()), "answered")


def left(order: Order) -> int:
    """Tell how much is left of what is asked to be cancelled."""
    if order.status in (*DONE, *NOT_COMING, "returned"):
        return 0
    lines = detailed(order)
    if not order.asked:
        return sum(line.to_ship for line in lines)
    return min(order.asked, sum(line.to_ship for line in lines if line.number == 1))


def closed(state: State) -> State:
    """Let nobody ask any more where nothing is left of what was asked."""
    over = (one for one in state.orders.values() if one.asked is not None and not left(one))
    return state.having(*(replace(one, asked=None) for one in over))
