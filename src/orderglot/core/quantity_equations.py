"""Quantity equations: of no line is more cancelled, shipped, returned or refunded than was ordered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from orderglot.core.boxes import unpacked
from orderglot.core.findings import Difference, Finding
from orderglot.core.line_details import LineDetails
from orderglot.core.linking import MOVED
from orderglot.core.order import Line, Order
from orderglot.core.quantities import Quantity, size
from orderglot.core.values import COME_TO_NOTHING, Kind, Relation


def of_quantities(order: Order) -> Iterator[Finding]:
    """Compare what has become of how much of each line with how much was ordered."""
    for place, line in enumerate(order.lines, 1):
        name = f"lines[{line.number or place}]"
        if line.details is not None:
            yield from _of_line(name, size(line.quantity), line.details)
        if line.remaining is not None and size(line.remaining) > size(line.quantity):
            yield _more(f"{name}.remaining", size(line.remaining), size(line.quantity))
    if order.details is not None and order.details.refunds:
        yield from _of_refunds(order)


def _of_line(name: str, ordered: Quantity, details: LineDetails) -> Iterator[Finding]:
    cancelled, shipped, returned = details.cancelled, details.shipped, details.returned
    if (cancelled or 0) > ordered:
        yield _more(f"{name}.cancelled", cancelled or 0, ordered)
    elif (gone := (cancelled or 0) + (shipped or 0)) > ordered:
        yield _more(f"{name}.shipped", gone, ordered)
    most = ordered if shipped is None else min(shipped, ordered)
    if (returned or 0) > most:
        yield _more(f"{name}.returned", returned or 0, most)


def _more(member: str, there: Quantity, most: Quantity) -> Difference:
    return Difference(member, Decimal(there) - Decimal(most))


def _of_refunds(order: Order) -> Iterator[Finding]:
    """Hold how much of each line was refunded against how much of it was ordered."""
    refunds = order.details.refunds if order.details else ()
    back = dict[int, Quantity]()
    for refund in refunds:
        for one in refund.lines:
            back[one.number] = back.get(one.number, 0) + size(one.quantity or 0)
    ordered = {line.number: size(line.quantity) for line in order.lines}
    for number, quantity in back.items():
        if quantity > ordered.get(number, 0):
            yield _more(f"details.refunds.lines[{number}]", quantity, ordered.get(number, 0))


def along(order: Order, others: Iterable[Order]) -> tuple[Difference, ...]:
    """Compare an order with those that are a split or a return of it, by the SKUs of their lines.

    No more of anything may be in all splits, or in all returns, than was ordered; and where a line
    says how much of it was returned, no more than that. What was moved into a split is in no line of
    the order any more.
    """
    found = list[Difference]()
    ordered, returned = _counted(order.lines), _returnable(order)
    for relation, most in ((Relation.SPLIT_OF, ordered), (Relation.RETURN_OF, returned)):
        gone = _counted(
            line for one in others if _is_of(one, order, relation) for line in one.lines
        )
        for sku, quantity in gone.items():
            if quantity > most.get(sku, 0):
                found.append(_more(f"{relation} {sku}", quantity, most.get(sku, 0)))
    return tuple(found)


def _is_of(other: Order, order: Order, relation: Relation) -> bool:
    if other.status in COME_TO_NOTHING or (
        relation is Relation.RETURN_OF and other.kind is not Kind.RETURN
    ):
        return False
    if relation is Relation.SPLIT_OF and MOVED in other.extras:
        return False
    return any(one.relation is relation and one.order.id == order.id for one in other.links)


def _counted(lines: Iterable[Line]) -> dict[str, Quantity]:
    found = dict[str, Quantity]()
    for line in lines:
        found[line.sku] = found.get(line.sku, 0) + size(unpacked(line).quantity)
    return found


def _returnable(order: Order) -> dict[str, Quantity]:
    """Count how much of each SKU may be in returns: what was returned, else what was ordered."""
    found = dict[str, Quantity]()
    for line in map(unpacked, order.lines):
        returned = line.details.returned if line.details else None
        most = size(line.quantity) if returned is None else returned
        found[line.sku] = found.get(line.sku, 0) + most
    return found
