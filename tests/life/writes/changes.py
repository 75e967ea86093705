"""Steps of a seller's that make an order another one than was ordered: its lines, prices, customer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from tests.life.book_model import DONE, GOODS, NOT_COMING, Line, Order, State, priced
from tests.life.model_changes import billed, detailed, pieces, plus
from tests.life.ways import Members
from tests.life.writes.catalyst import given_to
from tests.life.writes.seller import RUNNING, WHOLE, status_of
from tests.life.writes.write import SellerWrite, lines

CORRECTABLE = RUNNING | {"draft", "on hold", "shipped", "delivered"}


@dataclass(frozen=True)
class Corrects(SellerWrite):
    """Let line 1 be of another quantity, or none, or put in a line; or only the PO number be another."""

    what: str = "quantity"
    quantity: int = 2

    @property
    def command(self) -> str:
        return "correct"

    def of(self, state: State, order: Order) -> State | None:
        if not is_correctable(order):
            return None
        match self.what:
            case "add":
                return state.with_one(plus(state, order, self.quantity))
            case "po_number":
                return state.having(replace(order, po_number=f"P-{self.key}"))
            case _:
                return state.with_one(self._with_line(order))

    def _with_line(self, order: Order) -> Order | None:
        order = replace(order, lines=detailed(order))
        line = first_of(order)
        if line is None:
            return None
        if self.what == "remove":
            return None if is_fixed(line) else without(order, line)
        if self.quantity == line.quantity:
            return with_lines(order, order.lines)
        if is_fixed(line):
            return None
        other = replace(line, quantity=self.quantity)
        return with_lines(order, tuple(other if one is line else one for one in order.lines))

    def members(self) -> Members:
        match self.what:
            case "add":
                return {"add": [{"sku": GOODS, "quantity": self.quantity}]}
            case "po_number":
                return {"po_number": f"P-{self.key}"}
            case "remove":
                return {"remove": [1]}
            case _:
                return lines(self.quantity)


def is_correctable(order: Order) -> bool:
    return order.status in CORRECTABLE and order.kind not in WHOLE and order.asked is None


def first_of(order: Order) -> Line | None:
    return next((line for line in order.lines if line.number == 1), None)


def is_fixed(line: Line) -> bool:
    """Tell whether something became of a line, so that it stays as it was ordered."""
    over = line.status in (*NOT_COMING, *DONE, "returned", "partly shipped")
    return over or bool(line.cancelled or line.out or line.seats) or went_away(line)


def went_away(line: Line) -> bool:
    return bool(line.returned or line.away) or line.quantity < 0


def without(order: Order, line: Line) -> Order | None:
    left = tuple(one for one in order.lines if one.number != line.number)
    if order.status != "draft" and all(one.status in NOT_COMING for one in left):
        return None
    last = max(order.last, *(one.number for one in order.lines))
    return with_lines(replace(order, last=last), left)


def with_lines(order: Order, lines: tuple[Line, ...]) -> Order:
    """Give an order with other lines, summed up where they come to something else."""
    goes_by_lines = order.status == "partly shipped" and lines
    status = status_of(lines) if goes_by_lines else order.status
    return summed(replace(order, lines=lines, status=status), order)


def summed(order: Order, before: Order) -> Order:
    if amounts(order) == amounts(before):
        return order
    return billed(replace(order, summed=True))


def amounts(order: Order) -> list[tuple[int, Decimal | None]]:
    return [(line.quantity, line.total) for line in order.lines]


@dataclass(frozen=True)
class Reprices(SellerWrite):
    """Give line 1 a price that is named, or all lines that of today."""

    price: Decimal | None = None

    @property
    def command(self) -> str:
        return "reprice"

    def of(self, state: State, order: Order) -> State | None:
        if not is_correctable(order):
            return None
        named = order.lines if self.price is None else tuple(filter(None, (first_of(order),)))
        free = [one.number for one in named if one.status not in NOT_COMING and not _is_back(one)]
        if not free:
            return None
        lines = tuple(
            replace(one, price=self._price(state, order, one)) if one.number in free else one
            for one in order.lines
        )
        return state.having(summed(replace(order, lines=lines), order))

    def _price(self, state: State, order: Order, line: Line) -> Decimal:
        today = priced(state, line.sku, pieces(order, line.sku))
        return today if self.price is None else self.price

    def members(self) -> Members:
        return {} if self.price is None else {"line": [{"number": 1, "price": self.price}]}


def _is_back(line: Line) -> bool:
    return line.status == "returned" or went_away(line)


@dataclass(frozen=True)
class Moves(SellerWrite):
    """Give an order to a customer, by the number that he has at Catalyst."""

    customer: int = 0

    @property
    def command(self) -> str:
        return "move"

    def of(self, state: State, order: Order) -> State | None:
        return given_to(state, order, self.customer)

    def members(self) -> Members:
        return {"customer": {"id": str(self.customer), "dialect": "catalyst"}}
