"""Boxes: how many pieces a line of boxes has, and that line as one of its pieces."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from msgspec import Struct
from msgspec.structs import asdict, replace

from orderglot.core.errors import Invalid, Problem, Rule
from orderglot.core.line_details import LineDetails
from orderglot.core.order import Line, Order
from orderglot.core.quantities import Quantity, plain
from orderglot.core.totals import worth


class Packing(Struct, frozen=True, kw_only=True):
    """The box that a vendor sells a product in, and what is in it; no ``box`` where it is by the piece."""

    box: str = ""
    box_id: str = ""
    unit: str = ""
    pieces_per_unit: int | None = None
    units_per_box: int | None = None


COUNTED = ("cancelled", "shipped", "returned")


def unpacked(line: Line) -> Line:
    """Give a line of boxes as one of the pieces that its price is for: 2 boxes of 50 at 0.50 are 100.

    What the price is for, a box or what is in it, is told by what the line comes to, else the price
    is taken to be for what is in the box. A line that comes to its price by its quantity stays.
    """
    each = _each(line)
    if each == 1:
        return line
    remaining = None if line.remaining is None else line.remaining * each
    return replace(
        line,
        quantity=plain(line.quantity * each),
        remaining=remaining,
        details=line.details and _times(line.details, each),
        box="",
        box_id="",
        units_per_box=None,
        pieces_per_unit=None,
    )


def packed(line: Line, bought: Line) -> Line:
    """Give a line of pieces as one of whole boxes, such as the line has that they were bought on.

    It is unpacked as that one is. Raises Invalid where the pieces fill no whole boxes.
    """
    each = _each(bought)
    if each == 1:
        return line
    if line.quantity % each:
        reason = f"They came in boxes of {each}, which are returned whole; {line.quantity} are not."
        raise Invalid(Problem("quantity", Rule.MISMATCH, reason, line.number))
    # One that has no price is taken to be of what is in the box, so it has to name one.
    box = {"box": bought.box or "BX", "box_id": bought.box_id, "units_per_box": each}
    return replace(line, quantity=line.quantity // each, **box)


def boxed(line: Line, packing: Packing) -> Line:
    """Give a line in the boxes that a vendor sells its product in, and counts it by.

    One that is in such boxes stays, and so does one in others that nobody says the content of. Raises
    Invalid where the pieces fill no whole boxes.
    """
    held = packing.units_per_box or 1
    own = line.units_per_box
    if not packing.box or (line.box and own in (None, held if line.box == packing.box else None)):
        return line
    pieces = unpacked(line)
    if pieces.quantity % held:
        reason = f"They come in boxes of {held}, which {pieces.quantity} do not fill."
        raise Invalid(Problem("quantity", Rule.MISMATCH, reason, line.number))
    return replace(pieces, quantity=plain(pieces.quantity // held), **asdict(packing))


def counted_as(line: Line, bought: Line | None) -> Quantity:
    """Give how much a line is of one that was bought, as that is counted: where it is in pieces, in pieces."""
    return line.quantity if bought is None or _each(bought) != 1 else unpacked(line).quantity


def with_unpacked(order: Order) -> Order:
    """Give an order whose lines are all of pieces."""
    lines = tuple(map(unpacked, order.lines))
    return order if lines == order.lines else replace(order, lines=lines)


def sizes(line: Line) -> tuple[int, ...]:
    """Give how many times its quantity a line's price may be for: by its boxes, units and pieces."""
    held, each = max(line.units_per_box or 1, 1), max(line.pieces_per_unit or 1, 1)
    first = (held, 1) if line.box else (1, held)
    return tuple(dict.fromkeys((*first, each, held * each)))


def _each(line: Line) -> int:
    if line.units_per_box is None and line.pieces_per_unit is None:
        return 1
    return next(_ways(line), sizes(line)[0])


def _ways(line: Line) -> Iterator[int]:
    """Give those of the sizes by which a line's price comes to its total."""
    price, total = line.unit_price, line.total
    if price is None or total is None:
        return
    per = line.details.price_quantity if line.details else None
    with suppress(ArithmeticError):  # amounts beyond all bounds
        for each in sizes(line):
            if worth(plain(line.quantity * each), price, per or 1) == total:
                yield each


def _times(details: LineDetails, each: int) -> LineDetails:
    counts: dict[str, Quantity] = {
        name: plain(much * each) for name in COUNTED if (much := getattr(details, name)) is not None
    }
    return replace(details, **counts) if counts else details
