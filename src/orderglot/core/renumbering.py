"""Renumbering: the seller's SKUs in the place of the numbers that a customer calls items by."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from msgspec.structs import replace

from orderglot.core.item_numbers import ItemNumbers
from orderglot.core.line_details import LineDetails
from orderglot.core.order import Line, Order

_NOTHING = LineDetails()


def in_skus(order: Order, skus: Mapping[str, str]) -> Order:
    """Give an order whose lines go by the SKUs that its customer's numbers stand for.

    Such a line keeps the customer's number as ``details.item_numbers.buyer``.
    """
    if not any(line.sku in skus for line in order.lines):
        return order
    return replace(order, lines=tuple(_in_sku(line, skus.get(line.sku)) for line in order.lines))


def _in_sku(line: Line, sku: str | None) -> Line:
    if sku is None:
        return line
    details = line.details or _NOTHING
    numbers: ItemNumbers = replace(details.item_numbers, buyer=line.sku)
    return replace(line, sku=sku, details=replace(details, item_numbers=numbers))


def ordered_by(line: Line) -> str:
    """Give the number that a line was ordered by: the customer's own, else our SKU."""
    return (line.details.item_numbers.buyer if line.details is not None else "") or line.sku


def skus_in(order: Order, numbers: Collection[str]) -> dict[str, str]:
    """Give which SKUs an order has for its customer's numbers, of those that are asked for."""
    found: dict[str, str] = {}
    for line in order.lines:
        number = ordered_by(line)
        if number in numbers and line.sku not in ("", number):
            found.setdefault(number, line.sku)
    return found
