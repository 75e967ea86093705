"""Totals: what an order comes to by its lines, its discounts and its shipping."""

from __future__ import annotations

from decimal import Decimal

from msgspec.structs import replace

from orderglot.core.currencies import rounded
from orderglot.core.order import Amounts, Discount, Invoice, Line, Order, Totals

ZERO = Decimal(0)
PERCENT = Decimal(100)


def summed(order: Order) -> Order:
    """Sum up an order that is priced here: lines, less discount and voucher, plus shipping and tax.

    Each of these is rounded half up, once, to what can be paid in the order's currency, and so
    their sum is exact; the bill, where one is open, is for that sum. What is taken off never takes
    off more than the lines come to. Of what is not known, nothing is counted. The tax is that on
    shipping (percent).
    """
    currency, known = order.currency, order.totals
    discount = _payable(order.discount, currency)
    subtotal = rounded(sum(map(_of_line, order.lines), ZERO), currency)
    shipping = rounded(known.shipping or ZERO, currency)
    tax = rounded(shipping * (order.shipping.tax_rate or ZERO) / PERCENT, currency)
    off = (discount.amount or ZERO) + (discount.voucher_amount or ZERO)
    charges = (known.charges or ZERO) + (known.taxable_charges or ZERO)
    goods = max(subtotal - off, ZERO) + charges
    totals = replace(
        known,
        subtotal=subtotal,
        discount=discount.amount,
        shipping=shipping,
        tax=tax,
        total=goods + tax + (known.duty or ZERO) + shipping,
    )
    bill = order.invoice and _billed(order.invoice, goods, totals)
    return replace(order, discount=discount, totals=totals, invoice=bill)


def _of_line(line: Line) -> Decimal:
    if line.total is not None:
        return line.total
    return (line.unit_price or ZERO) * line.quantity


def _payable(discount: Discount, currency: str) -> Discount:
    """Round what is taken off."""

    def of(amount: Decimal | None) -> Decimal | None:
        return None if amount is None else rounded(amount, currency)

    return replace(discount, amount=of(discount.amount), voucher_amount=of(discount.voucher_amount))


def _billed(bill: Invoice, goods: Decimal, totals: Totals) -> Invoice:
    """Bill what an order comes to now, less what was paid; a bill without figures stays so."""
    if bill.due.total is None:
        return bill
    due = Amounts(
        subtotal=goods,
        tax=totals.tax,
        duty=totals.duty,
        shipping=totals.shipping,
        total=totals.total,
    )
    return replace(bill, due=due, owed=less(due, bill.paid))


def less(due: Amounts, paid: Amounts) -> Amounts:
    """Take one sum off another, part by part; a part that is not known is zero."""

    def of(left: Decimal | None, right: Decimal | None) -> Decimal:
        return (left or ZERO) - (right or ZERO)

    return Amounts(
        subtotal=of(due.subtotal, paid.subtotal),
        tax=of(due.tax, paid.tax),
        duty=of(due.duty, paid.duty),
        shipping=of(due.shipping, paid.shipping),
        total=of(due.total, paid.total),
    )
