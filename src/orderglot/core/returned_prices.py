"""Returned prices: whether what a return took of an order has the price still that the return says."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from orderglot.core.boxes import counted_as
from orderglot.core.currencies import DECIMALS
from orderglot.core.errors import Rule, invalid
from orderglot.core.line_equations import amount_of
from orderglot.core.line_portions import of_line
from orderglot.core.order import Line, Order
from orderglot.core.quantities import Quantity, size
from orderglot.core.returns import bought_as


def demand_same_price(order: Order, others: Iterable[Order]) -> None:
    """Raise Invalid where what a return took of the others has another price by now than it says."""
    for one in others:
        for line in order.lines:
            bought = bought_as(one, line)
            if bought is not None and _costs_otherwise(bought, line, one.currency):
                reason = f"Line {line.number} has another price by now; make a new return of it."
                raise invalid("status", Rule.STATE, reason)


def _costs_otherwise(bought: Line, back: Line, currency: str) -> bool:
    """Tell whether a line has another price than its return; without one, whether it is worth other.

    What was rounded another way, by the smallest unit of the currency, is no other worth.
    """
    if bought.unit_price is not None and back.unit_price is not None:
        return _price(bought) != _price(back)
    worth = amount_of(of_line(bought, size(counted_as(back, bought)), currency))
    if worth is None or back.total is None:
        return False
    return abs(abs(worth) - abs(back.total)) > Decimal(1).scaleb(-DECIMALS.get(currency, 2))


def _price(line: Line) -> tuple[Decimal | None, Quantity]:
    return line.unit_price, (line.details and line.details.price_quantity) or 1
