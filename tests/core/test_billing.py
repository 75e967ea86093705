"""Billing: what an invoice says once somebody calls it paid in full, and once nobody does any more."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from orderglot.core.adding_up import answer
from orderglot.core.billing import settled
from orderglot.core.findings import Answer
from orderglot.core.order import Amounts, Invoice, Line, Order, Totals
from orderglot.core.order_details import OrderDetails, PaymentMade
from orderglot.core.values import InvoiceStatus
from orderglot.stores.document import read_order, write


def whole(amount: int) -> Amounts:
    return Amounts(subtotal=Decimal(amount), total=Decimal(amount))


def billed(paid: int, *payments: int) -> Order:
    status = InvoiceStatus.PARTIALLY_PAID if paid else InvoiceStatus.UNPAID
    bill = Invoice(status=status, due=whole(30), owed=whole(30 - paid), paid=whole(paid))
    listed = tuple(PaymentMade(amount=Decimal(one)) for one in payments)
    return Order(
        currency="USD",
        lines=(Line(quantity=3, unit_price=Decimal(10), total=Decimal(30)),),
        totals=Totals(subtotal=Decimal(30), total=Decimal(30)),
        invoice=bill,
        details=OrderDetails(payments=listed) if listed else None,
    )


def kept(order: Order) -> Order:
    """Give an order as it comes out of a book."""
    return read_order(write(order))


@pytest.mark.parametrize(
    ("order", "status"),
    [
        (billed(0), InvoiceStatus.UNPAID),
        (billed(10), InvoiceStatus.PARTIALLY_PAID),
        (billed(10, 4, 6), InvoiceStatus.PARTIALLY_PAID),
    ],
)
def test_what_was_paid_before_stands_when_a_bill_is_not_called_paid_in_full_any_more(
    order: Order, status: InvoiceStatus
) -> None:
    paid = kept(settled(order, InvoiceStatus.PAID))
    assert paid.invoice is not None
    assert (Decimal(30), Decimal(0)) == (paid.invoice.paid.total, paid.invoice.owed.total)
    assert Answer.YES is answer(paid)

    again = kept(settled(paid, None))
    assert again.invoice is not None
    assert order.invoice is not None
    assert status is again.invoice.status
    assert (order.invoice.paid.total, order.invoice.owed.total) == (
        again.invoice.paid.total,
        again.invoice.owed.total,
    )
    assert (order.details, order.extras) == (again.details, again.extras)
    assert Answer.YES is answer(again)


def test_what_a_ledger_says_that_was_paid_stands() -> None:
    order = billed(30)
    assert order.invoice is not None
    bill = replace(order.invoice, status=InvoiceStatus.PAID)
    again = settled(replace(order, invoice=bill), None).invoice

    assert again is not None
    assert (InvoiceStatus.PARTIALLY_PAID, Decimal(30)) == (again.status, again.paid.total)


def test_of_a_bill_without_figures_nothing_is_known_to_be_paid() -> None:
    paid = settled(Order(invoice=Invoice(number="7")), InvoiceStatus.PAID)

    assert Invoice(number="7", status=InvoiceStatus.PAID) == paid.invoice
    assert Invoice(number="7", status=InvoiceStatus.UNPAID) == settled(paid, None).invoice
