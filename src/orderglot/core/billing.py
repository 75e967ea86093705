"""Billing: the invoice of an order once it is issued, and once it is paid or not paid any more."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from msgspec.structs import replace

from orderglot.core.order import HUB, Amounts, Invoice, Order
from orderglot.core.order_details import PaymentMade
from orderglot.core.totals import ZERO, less
from orderglot.core.values import InvoiceStatus

PAID_BEFORE = f"{HUB}.paid"
"""The extra that says what was paid of a bill before somebody called it paid in full.

Under ``payments`` it counts those that were listed then.
"""

NOTHING = less(Amounts(), Amounts())


def issued(order: Order, number: str, now: datetime) -> Order:
    """Give an order whose invoice is issued: it has a number and a date, its own where it has them."""
    bill = order.invoice or Invoice(status=InvoiceStatus.UNPAID)
    number, date = bill.number or number, bill.date or now
    return replace(order, invoice=replace(bill, number=number, date=date))


def settled(order: Order, status: InvoiceStatus | None) -> Order:
    """Give an order whose invoice somebody calls paid in full, or not so: the ledger goes along.

    What was paid before stands, and what was paid by that word alone is taken back with it. Of an
    invoice without figures nothing is known to be paid.
    """
    bill = order.invoice or Invoice()
    if status is InvoiceStatus.PAID:
        paid = replace(order, invoice=replace(bill, status=status))
        return paid if bill.due.total is None else _paid_in_full(paid, bill)
    return _paid_as_before(order, bill)


def _paid_in_full(order: Order, bill: Invoice) -> Order:
    payments = order.details.payments if order.details else ()
    before = {"paid": _amounts(bill.paid), "payments": len(payments)}
    rest = _unlisted(bill, payments)
    if rest and order.details:
        further = (*payments, PaymentMade(amount=rest))
        order = replace(order, details=replace(order.details, payments=further))
    paid = replace(bill, status=InvoiceStatus.PAID, paid=bill.due, owed=NOTHING)
    return replace(order, invoice=paid, extras={**order.extras, PAID_BEFORE: before})


def _paid_as_before(order: Order, bill: Invoice) -> Order:
    before: dict[str, Any] = order.extras.get(PAID_BEFORE, {})
    extras = {name: value for name, value in order.extras.items() if name != PAID_BEFORE}
    paid = msgspec.convert(before.get("paid", bill.paid), Amounts, from_attributes=True)
    if order.details and before:
        payments = order.details.payments[: before["payments"]]
        order = replace(order, details=replace(order.details, payments=payments))
    status = InvoiceStatus.PARTIALLY_PAID if paid.total else InvoiceStatus.UNPAID
    bill = replace(bill, status=status, paid=paid)
    if bill.due.total is not None:
        bill = replace(bill, owed=less(bill.due, paid))
    return replace(order, invoice=bill, extras=extras)


def _unlisted(bill: Invoice, payments: tuple[PaymentMade, ...]) -> Decimal:
    """Give how much of a bill is in none of its payments, 0 where nobody lists them."""
    amounts = [one.amount for one in payments]
    if not amounts or None in amounts or bill.due.total is None:
        return ZERO
    return max(bill.due.total - sum(filter(None, amounts), ZERO), ZERO)


def _amounts(paid: Amounts) -> dict[str, Decimal]:
    named = msgspec.structs.asdict(paid)
    return {name: amount for name, amount in named.items() if amount is not None}
