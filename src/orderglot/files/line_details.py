"""Line details: what the columns of a file say of a line beside its goods and its money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from msgspec.structs import replace

from orderglot.core.charges import TaxLine
from orderglot.core.item_numbers import ItemNumbers
from orderglot.core.line_details import LineDetails
from orderglot.core.order import Line, Order
from orderglot.core.quantities import Quantity
from orderglot.files.units import unit_code

NOTHING = LineDetails()


def with_units(order: Order, words: Sequence[str]) -> Order:
    """Give the lines of an order the words of their units, and the codes of those that are known."""

    def measured(line: Line, word: str) -> Line:
        code = unit_code(word)
        details = replace(line.details or NOTHING, unit_code=code) if code else line.details
        return replace(line, unit=word, details=details) if word else line

    return replace(order, lines=tuple(map(measured, order.lines, words)))


def with_item_numbers(order: Order, columns: Mapping[str, Sequence[str]]) -> Order:
    """Give the lines of an order what others call their items, by member of the item numbers."""

    def named(line: Line, place: int) -> Line:
        known = {name: texts[place] for name, texts in columns.items() if texts[place]}
        details = line.details or NOTHING
        numbers = ItemNumbers(**known)
        return replace(line, details=replace(details, item_numbers=numbers)) if known else line

    lines = (named(line, place) for place, line in enumerate(order.lines))
    return replace(order, lines=tuple(lines))


def with_quantities(order: Order, columns: Mapping[str, Sequence[Quantity | None]]) -> Order:
    """Give the lines of an order what has become of how much of them, by member of the details."""
    lines = list(order.lines)
    for place, line in enumerate(lines):
        known = {
            name: column[place] for name, column in columns.items() if column[place] is not None
        }
        if known:
            lines[place] = replace(line, details=replace(line.details or NOTHING, **known))
    return replace(order, lines=tuple(lines))


def with_taxes(
    order: Order, rates: Sequence[Decimal | None], amounts: Sequence[Decimal | None]
) -> Order:
    """Give the lines of an order the tax on each: its rate in percent, and what it comes to."""
    lines = list(order.lines)
    for place, (percent, amount) in enumerate(zip(rates, amounts, strict=True)):
        if percent is not None or amount is not None:
            tax = TaxLine(percent=percent, amount=amount)
            details = replace(lines[place].details or NOTHING, tax_lines=(tax,))
            lines[place] = replace(lines[place], details=details)
    return replace(order, lines=tuple(lines))
