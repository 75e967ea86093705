"""Whole quantities: what a wire that knows no others does with 1.5 kg.

Shown, it is one piece at what the line comes to, with the quantity in its text, so that sums stand.
Sent to a vendor it would be another order, so it is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from msgspec.structs import replace

from orderglot.core.amounts import LARGEST
from orderglot.core.boxes import unpacked
from orderglot.core.errors import Problem, Rule, invalid
from orderglot.core.order import Line, LinePricing, Order
from orderglot.core.pricing import pieces
from orderglot.core.quantities import with_unit
from orderglot.core.totals import by_price

QUANTITY = "lines.quantity"


def in_pieces(line: Line) -> Line:
    """Give a line as a wire of whole pieces shows it, which knows no boxes."""
    return in_whole(unpacked(line))


def in_whole(line: Line) -> Line:
    """Give a line as a wire of whole quantities shows it; one that is whole stays as it is."""
    quantity = line.quantity
    if isinstance(quantity, int):
        return line
    piece = 1 if quantity > 0 else -1
    total = _total(line)
    text = with_unit(quantity, line.unit)
    return replace(
        line,
        quantity=piece,
        unit_price=None if total is None else total * piece,
        total=total,
        pricing=line.pricing and _of_one(line.pricing),
        units_per_box=None,
        title=f"{line.title} ({text})" if line.title else text,
    )


def _total(line: Line) -> Decimal | None:
    total = by_price(line) if line.total is None else line.total
    return total if total is None or abs(total) < LARGEST else None


def _of_one(pricing: LinePricing) -> LinePricing | None:
    """Give the figures of a line where all of it is one piece."""
    total = pricing.total
    if total is None:
        return None
    return LinePricing(list_price=total, discounted_price=total, net_price=total, total=total)


def with_whole_quantities(order: Order) -> Order:
    """Give an order whose lines are all as a wire of whole quantities shows them."""
    if all(isinstance(line.quantity, int) for line in order.lines):
        return order
    return replace(order, lines=tuple(map(in_whole, order.lines)))


def whole_pieces(line: Line) -> int:
    """Give how many pieces of a line are to be ordered; raises Invalid where that is not whole."""
    return whole(replace(line, quantity=pieces(line)))


def whole(line: Line) -> int:
    """Give the quantity of a line that is to be ordered; raises Invalid where it is not whole."""
    if isinstance(line.quantity, int):
        return line.quantity
    raise invalid(QUANTITY, Rule.MALFORMED, _reason(line))


def fractions(order: Order) -> Iterator[Problem]:
    """Name the lines of an order that a wire of whole quantities cannot order."""
    for place, line in enumerate(order.lines, 1):
        if not isinstance(line.quantity, int):
            yield Problem(f"lines[{line.number or place}].quantity", Rule.MALFORMED, _reason(line))


def _reason(line: Line) -> str:
    what = with_unit(line.quantity, line.unit)
    return (
        f"{what} of {line.sku or line.title or 'nothing'} is not a whole quantity, and this vendor "
        "takes no other; order it in whole packs, or of somebody who sells by measure."
    )
