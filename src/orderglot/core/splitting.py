"""Splitting: so much of an order's lines goes into a second order, and its share of the money with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import asdict, replace

from orderglot.core.bill_portions import bill_without, billed
from orderglot.core.billing import divided
from orderglot.core.errors import Conflict, Rule, invalid
from orderglot.core.head_status import status_left, status_of
from orderglot.core.lifecycle import demand, without_reason
from orderglot.core.line_equations import sums_of
from orderglot.core.line_portions import minus, unshared, without
from orderglot.core.line_quantities import RUNNING, settled, shipped, to_ship
from orderglot.core.line_steps import Quantities, amounts_left, detailed
from orderglot.core.linking import MOVED, link_to
from orderglot.core.open_cancellations import demand_unasked
from orderglot.core.order import Discount, Line, Order, Totals
from orderglot.core.order_details import OrderDetails
from orderglot.core.portions import allowances_of, less, portion
from orderglot.core.quantities import Quantity, size
from orderglot.core.resumming import priced_as
from orderglot.core.values import Kind, Relation, Status


def split(order: Order, wanted: Quantities) -> tuple[Order, Order]:
    """Give what is left of an order, and the new one that so much of some of its lines goes into.

    Raises Invalid with each line of which less is still to be sent, or where nothing would be left,
    Conflict where the order cannot be split.
    """
    _demand_divisible(order)
    if not wanted:
        raise invalid("lines", Rule.REQUIRED, "Say how much of which lines the new order gets.")
    order = replace(order, lines=detailed(order))
    moved = amounts_left(order, wanted, tuple(map(to_ship, order.lines)), "to move")
    part = portion(order, moved)
    rest = tuple(_rest(order.lines, moved, part.lines))
    if not any(shipped(line) or to_ship(line) for line in rest):
        raise invalid("lines", Rule.STATE, "Nothing of this order would be left.")
    return _first(order, part, rest), _second(order, part)


def _demand_divisible(order: Order) -> None:
    demand(order, RUNNING | {Status.ON_HOLD}, "split")
    demand_unasked(order, "split")
    if order.kind is not Kind.SALE:
        raise Conflict(f"A {order.kind} is not split; cancel it, and make two.")
    if order.completes is not None:
        reason = f"This order completes by itself at {order.completes:%Y-%m-%d %H:%M:%S}Z"
        raise Conflict(f"{reason}; it is not split meanwhile.")


def _rest(
    lines: Sequence[Line], moved: Sequence[Quantity], parts: Sequence[Line]
) -> Iterator[Line]:
    """Give the lines that stay; what is left of one that goes in part has gone out or is to come."""
    left = iter(parts)
    for line, much in zip(lines, moved, strict=True):
        part = next(left) if much else None
        if part is None:
            yield line
        elif much != size(line.quantity):
            yield settled(without(line, part))


def _first(order: Order, part: Order, rest: tuple[Line, ...]) -> Order:
    bill, extras = order.invoice, order.extras
    if bill is not None:
        own = billed(order, bill, part.totals, sums_of(order))
        bill, extras = bill_without(bill, own), divided(order, own)[0]
    first = replace(
        order,
        lines=rest,
        status=status_left(order, rest),
        totals=less(order.totals, part.totals),
        discount=_discount_left(order.discount, part.discount),
        details=order.details and _details_left(order.details, part.details or OrderDetails()),
        invoice=bill,
        extras=extras,
    )
    return without_reason(first, order.status)


def _second(order: Order, part: Order) -> Order:
    """Give the new order: what the first one is known by, and what happened to it, is not the new one's.

    Nor are the extras of vendors: what they mean there nobody knows here.
    """
    lines = tuple(map(_not_sent, part.lines))
    known = {
        name: None if one is None else getattr(part.totals, name)
        for name, one in asdict(order.totals).items()
    }
    held = order.status is not Status.PARTLY_SHIPPED
    bill = order.invoice and billed(order, order.invoice, part.totals, sums_of(order))
    return replace(
        part,
        id=0,
        version=0,
        number="",
        references=(),
        status=status_left(order, lines) if held else status_of(lines),
        created=None,
        modified=None,
        shipping=replace(order.shipping, tracking="", rate_key=""),
        lines=lines,
        totals=Totals(**known),
        invoice=bill,
        links=(link_to(order, Relation.SPLIT_OF),),
        extras={MOVED: True, **priced_as(order), **(divided(order, bill)[1] if bill else {})},
        unknown=(),
    )


def _not_sent(line: Line) -> Line:
    """Give a line of the new order, of which nothing went out yet."""
    return replace(line, status=Status.PROCESSING) if line.status is Status.PARTLY_SHIPPED else line


def _discount_left(discount: Discount, part: Discount) -> Discount:
    return replace(
        discount,
        amount=minus(discount.amount, part.amount),
        voucher_amount=minus(discount.voucher_amount, part.voucher_amount),
    )


def _details_left(details: OrderDetails, part: OrderDetails) -> OrderDetails:
    """Give an order's details without what of its taxes and allowances went along."""
    allowances = allowances_of(details)
    if part.allowance_charges:
        allowances = unshared(allowances, part.allowance_charges)
    left = iter(allowances)
    charges = tuple(one if one.charge else next(left) for one in details.allowance_charges)
    taxes = unshared(details.tax_lines, part.tax_lines) if part.tax_lines else details.tax_lines
    second = details.second_currency
    second = replace(second, totals=less(second.totals, part.second_currency.totals))
    return replace(details, tax_lines=taxes, allowance_charges=charges, second_currency=second)
