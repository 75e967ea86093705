"""Cancelling by agreement: a seller has an order asked to be cancelled, and answers that."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tests.life.book_model import DONE, NOT_COMING, Order, State
from tests.life.model_changes import detailed
from tests.life.ways import Members
from tests.life.writes.seller import RUNNING, WHOLE, amounts, cancelled
from tests.life.writes.write import SellerWrite, lines

ANSWERS = {"accepted": "accept", "refused": "refuse", "too late": "too-late"}
"""What is answered, and by which word that is said."""


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

    @property
    def step(self) -> str:
        return "cancel"

    def members(self) -> Members:
        return {**lines(self.quantity), "ask": True, "by": "Ann", "reason": "ordered twice"}


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

    def members(self) -> Members:
        return {"answer": ANSWERS[self.answer], "by": "Bob"}


def left(order: Order) -> int:
    """Tell how much is left of what is asked to be cancelled."""
    if order.status in (*DONE, *NOT_COMING, "returned"):
        return 0
    there = detailed(order)
    if not order.asked:
        return sum(line.to_ship for line in there)
    return min(order.asked, sum(line.to_ship for line in there if line.number == 1))


def closed(state: State) -> State:
    """Let nobody ask any more where nothing is left of what was asked."""
    over = (one for one in state.orders.values() if one.asked is not None and not left(one))
    return state.having(*(replace(one, asked=None) for one in over))
