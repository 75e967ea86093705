"""The steps that a seller takes with an order, which need nothing else of the book."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tests.life.book_model import DONE, NOT_COMING, OPEN, SWITCHES, Line, Order, State
from tests.life.model_changes import detailed, put
from tests.life.model_seats import deleted, put_into
from tests.life.ways import Members
from tests.life.writes.write import SellerWrite, lines

RUNNING = OPEN | {"partly shipped"}
WHOLE = ("return", *SWITCHES)
ALONG = ("draft", "received", "processing", "charged", "packing", "partly shipped", "shipped")


@dataclass(frozen=True)
class Steps(SellerWrite):
    """A step with an order; with a ``quantity`` of its first line alone."""

    name: str = "confirm"
    quantity: int = 0

    @property
    def command(self) -> str:
        return self.name

    def of(self, state: State, order: Order) -> State | None:
        match self.name:
            case "cancel":
                return cancelled(state, order, self.quantity)
            case "delete":
                return deleted(state, order)
            case "note":
                return state
            case _:
                return state.with_one(self._after(order))

    def _after(self, order: Order) -> Order | None:
        match self.name:
            case "confirm":
                return put(order, "processing") if order.status == "received" else None
            case "hold":
                held = replace(order, status="on hold", lines=detailed(order))
                return held if order.status in RUNNING else None
            case "release":
                return released(order) if order.status == "on hold" else None
            case "ship":
                return shipped(order, self.quantity)
            case "deliver":
                return put(order, "delivered") if order.status == "shipped" else None
            case _:
                return completed(order)

    def members(self) -> Members:
        match self.name:
            case "hold":
                return {"reason": "no credit"}
            case "ship":
                return {**lines(self.quantity), "carrier": "UPS"}
            case "cancel":
                return {**lines(self.quantity), "reason": "sold out"}
            case "note":
                return {"text": "Ring twice."}
            case _:
                return {}


def completed(order: Order) -> Order | None:
    running = order.status in RUNNING | {"shipped", "delivered"}
    return put(order, "completed") if running and order.asked is None else None


def released(order: Order) -> Order:
    """Let a held order go on from where its lines are."""
    return replace(order, status=status_of(order.lines))


def status_of(lines: tuple[Line, ...]) -> str:
    coming = [line for line in lines if line.to_ship or line.out]
    if not coming:
        return "cancelled" if lines else "received"
    waiting = [line for line in coming if line.to_ship]
    if waiting and any(one.out for one in coming):
        return "partly shipped"
    states = [line.status for line in waiting or coming]
    return min(states, key=[*ALONG, "delivered", "completed"].index)


def status_left(order: Order, lines: tuple[Line, ...]) -> str:
    """Tell which status an order has once these lines are left of it; held, it stays held."""
    status = status_of(lines)
    if status in NOT_COMING or status in (*DONE, "returned"):
        return status
    if order.status in ("on hold", "draft"):
        return order.status
    return max(status, order.status, key=ALONG.index)


def shipped(order: Order, quantity: int) -> Order | None:
    if order.status not in RUNNING or order.kind in (*WHOLE, "quote"):
        return None
    if order.asked is not None:
        return None
    order = replace(order, lines=detailed(order))
    parts = amounts(order, quantity)
    if parts is None:
        return None
    lines = tuple(_sent(line, part) for line, part in zip(order.lines, parts, strict=True))
    return replace(order, lines=lines, status=status_of(lines))


def amounts(order: Order, quantity: int) -> list[int] | None:
    """Give how much of each line is meant: all that is left, or so much of the one line 1."""
    left = [line.to_ship for line in order.lines]
    if not quantity:
        return left if any(left) else None
    firsts = [line for line in order.lines if line.number == 1]
    if len(firsts) != 1 or firsts[0].to_ship < quantity:
        return None
    return [quantity if line.number == 1 else 0 for line in order.lines]


def _sent(line: Line, quantity: int) -> Line:
    if not quantity:
        return line
    gone = replace(line, shipped=line.out + quantity)
    return replace(gone, status="partly shipped" if gone.to_ship else "shipped")


def cancelled(state: State, order: Order, quantity: int) -> State | None:
    """Cancel what did not go out, or so much of the first line."""
    if order.status not in RUNNING | {"on hold", "draft"} or order.asked is not None:
        return None
    if quantity and order.kind in WHOLE:
        return None
    order = replace(order, lines=detailed(order))
    parts = amounts(order, quantity)
    if parts is None:
        return None
    lines = tuple(
        _without(line, part, whole=not quantity)
        for line, part in zip(order.lines, parts, strict=True)
    )
    status = status_left(order, lines)
    after = replace(order, lines=lines, status=status)
    given_up = put_into(state, order, status) if status == "cancelled" else state
    return given_up and given_up.having(after)


def _without(line: Line, quantity: int, *, whole: bool) -> Line:
    if not quantity:
        return line
    if whole and not line.out:
        return replace(line, status="cancelled")
    less = replace(line, cancelled=line.cancelled + quantity)
    if less.to_ship:
        return less
    return replace(less, status="shipped" if less.shipped else "cancelled")
