"""Billing: the invoice of an order once it is issued, and once it is paid or not paid any more."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from orderglot.core.order import Amounts, Invoice, Order
from orderglot.core.totals import less
from orderglot.core.values import InvoiceStatus


def issued(order: Order, number: str, now: datetime) -> Order:
    """Give an order whose invoice is issued: it has a number and a date, its own where it has them."""
    bill = order.invoice or Invoice(status=InvoiceStatus.UNPAID)
    number, date = bill.number or number, bill.date or now
    return replace(order, invoice=replace(bill, number=number, date=date))


def settled(order: Order, status: InvoiceStatus | None) -> Order:
    """Give an order whose invoice somebody calls paid in full, or not paid: the ledger goes along.

    Of an invoice without figures nothing is known to be paid.
    """
    bill = order.invoice or Invoice()
    if bill.due.total is None:
        return replace(order, invoice=replace(bill, status=status))
    paid = bill.due if status is InvoiceStatus.PAID else less(Amounts(), Amounts())
    bill = replace(bill, status=status, paid=paid, owed=less(bill.due, paid))
    return replace(order, invoice=bill)
