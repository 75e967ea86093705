"""Payments and refunds: what came in and what went back, out of the columns that say how and when."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from msgspec.structs import replace

from orderglot.core.order import Order
from orderglot.core.order_details import PaymentMade, Refund, RefundedLine
from orderglot.core.quantities import Quantity
from orderglot.core.values import InvoiceStatus
from orderglot.files.detail_columns import DetailCells, entries
from orderglot.files.head_details import NO_ORDER_DETAILS

CAME_IN = frozenset(
    {
        InvoiceStatus.PARTIALLY_PAID,
        InvoiceStatus.PAID,
        InvoiceStatus.PAID_PENDING_REFUND,
        InvoiceStatus.PAID_PARTIALLY_REFUNDED,
        InvoiceStatus.REFUNDED,
    }
)
"""States of a bill for which money has come in."""


def with_payments(order: Order, cells: DetailCells) -> Order:
    """Give an order its payments; a way of paying alone, without a day, a sum or a state, is none."""
    found = entries(cells, ("payment_id", "payment_method", "paid_at"))
    bill = order.invoice
    came_in = bill is not None and (bill.status in CAME_IN or bool(bill.paid.total))
    if not came_in and not any(date for _, _, date in found):
        return order
    amount = bill.paid.total if bill is not None and len(found) == 1 else None
    payments = tuple(
        PaymentMade(id=id or "", method=method or "", date=date, amount=amount)
        for id, method, date in found
    )
    return replace(order, details=replace(order.details or NO_ORDER_DETAILS, payments=payments))


def with_refunds(order: Order, cells: DetailCells) -> Order:
    """Give an order its refunds, each with the lines that it is of, as far as rows say that.

    What lines say may be less than what went back in all, which is known by the order's sum alone.
    """
    found = entries(cells, ("refund_id", "refund_reason", "refunded_at"))
    sums = cells.numbers("line_refunded")
    if not found and not any(sums):
        return order
    amount = order.invoice.refunded.total if order.invoice is not None else None
    if len(found) < 2:
        found = {next(iter(found), ("", "", None)): list(range(cells.rows))}
    made = tuple(
        Refund(
            id=id or "",
            reason=reason or "",
            date=date,
            amount=amount if len(found) == 1 else None,
            lines=tuple(_refunded(order, sums, places)),
        )
        for (id, reason, date), places in found.items()
    )
    return replace(order, details=replace(order.details or NO_ORDER_DETAILS, refunds=made))


def _refunded(
    order: Order, sums: list[Decimal | None], places: Iterable[int]
) -> Iterable[RefundedLine]:
    for place in places:
        line, amount = order.lines[place], sums[place]
        quantity: Quantity | None = line.details.returned if line.details else None
        if amount or quantity:
            off = abs(amount) if amount else None
            yield RefundedLine(number=line.number, quantity=quantity or None, amount=off)
