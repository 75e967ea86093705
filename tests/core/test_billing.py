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
from orderglot.core.splitting import split
from orderglot.core.totals import less, with_sums
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


def less_of(order: Order, amount: int) -> Order:
    """Give an order of 30 that comes to another amount, of which more or less is paid then."""
    bill = order.invoice or Invoice()
    due = whole(amount)
    return replace(order, invoice=with_sums(bill, due, less(due, bill.paid)))


def paid_of(order: Order) -> tuple[Decimal | None, Decimal | None]:
    bill = order.invoice or Invoice()
    return bill.paid.total, bill.owed.total


def test_a_second_word_that_a_bill_is_paid_adds_to_the_first() -> None:
    paid = settled(less_of(kept(settled(billed(10), InvoiceStatus.PAID)), 60), InvoiceStatus.PAID)

    assert (Decimal(60), Decimal(0)) == paid_of(paid)
    assert (Decimal(10), Decimal(50)) == paid_of(settled(kept(paid), None))


def test_what_was_paid_beyond_what_is_due_is_not_lost_by_a_word() -> None:
    paid = settled(less_of(billed(20), 15), InvoiceStatus.PAID)

    assert (Decimal(20), Decimal(-5)) == paid_of(paid)
    assert (Decimal(20), Decimal(-5)) == paid_of(settled(paid, None))


@pytest.mark.parametrize(("came_in", "paid"), [(20, 30), (5, 15)])
def test_a_payment_that_came_in_after_the_word_stands_when_that_is_taken_back(
    came_in: int, paid: int
) -> None:
    order = settled(billed(10, 10), InvoiceStatus.PAID)
    bank = PaymentMade(id="BANK-7", amount=Decimal(came_in))
    assert order.details is not None
    payments = (order.details.payments[0], bank)
    came = replace(order, details=replace(order.details, payments=payments))

    again = settled(kept(came), None)
    assert (Decimal(paid), Decimal(30 - paid)) == paid_of(again)
    assert again.details is not None
    assert payments == again.details.payments


def test_only_the_payment_that_the_word_added_goes_with_it() -> None:
    order = settled(billed(10, 10), InvoiceStatus.PAID)
    bank = PaymentMade(id="BANK-7", amount=Decimal(5))
    assert order.details is not None
    came = replace(order.details, payments=(bank, *order.details.payments))

    again = settled(replace(order, details=came), None)
    assert again.details is not None
    assert (bank, PaymentMade(amount=Decimal(10))) == again.details.payments


def test_a_split_divides_what_is_paid_by_word_alone() -> None:
    order = kept(settled(billed(20), InvoiceStatus.PAID))
    line = replace(order.lines[0], number=1)
    first, second = split(replace(order, lines=(line,)), {1: 2})
    assert (Decimal(10), Decimal(20)) == (paid_of(first)[0], paid_of(second)[0])

    parts = [paid_of(settled(kept(one), None)) for one in (first, second)]
    assert [(Decimal("6.67"), Decimal("3.33")), (Decimal("13.33"), Decimal("6.67"))] == parts
