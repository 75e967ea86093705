"""Totals: what an order comes to by its lines, its discounts and its shipping."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal, localcontext

from msgspec.structs import replace

from orderglot.core.currencies import rounded
from orderglot.core.order import Amounts, Discount, Invoice, Line, Order, Totals
from orderglot.core.quantities import Quantity
from orderglot.core.values import InvoiceStatus

ZERO = Decimal(0)
PERCENT = Decimal(100)
_QUANTUM = Decimal(1).scaleb(-6)
_EXACT = Context(prec=80, rounding=ROUND_HALF_UP)


def summed(order: Order) -> Order:
    """Sum up an order that is priced here: lines, less discount and voucher, plus shipping and tax.

    Each of these is rounded half up, once, to what can be paid in the order's currency, and so
    their sum is exact; the bill, where one is open, is for that sum. What is taken off never takes
    off more than the lines come to. Of what is not known, nothing is counted. The tax is that on
    shipping (percent). What lines in several currencies come to is not known.
    """
    if len(currencies(order)) > 1:
        return _unsummed(order)
    currency, known = order.currency, order.totals
    discount = payable(order.discount, currency)
    subtotal = rounded(sum(map(_of_line, order.lines), ZERO), currency)
    shipping = rounded(known.shipping or ZERO, currency)
    tax = rounded(shipping * (order.shipping.tax_rate or ZERO) / PERCENT, currency)
    off = (discount.amount or ZERO) + (discount.voucher_amount or ZERO)
    charges = (known.charges or ZERO) + (known.taxable_charges or ZERO)
    goods = less_discount(subtotal, off) + charges
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


def currencies(order: Order) -> frozenset[str]:
    """Name the currencies that an order and its lines are in; "" is one that nobody names."""
    named = {line.currency or order.currency for line in order.lines}
    return frozenset({order.currency, *named} if order.currency else named)


def _unsummed(order: Order) -> Order:
    """Give an order of which nobody knows what it comes to; what was paid stands."""
    totals = replace(order.totals, subtotal=None, tax=None, total=None)
    bill = order.invoice and replace(order.invoice, due=Amounts(), owed=Amounts())
    return replace(order, totals=totals, invoice=bill)


def less_discount(goods: Decimal, off: Decimal) -> Decimal:
    """Take a discount off goods, though never more than they come to; of a return both are below zero."""
    if goods < 0 and off < 0:
        return min(goods - off, ZERO)
    return max(goods - off, min(goods, ZERO))


def repriced(line: Line, before: Line) -> Line:
    """Give a line of which more or less is wanted what it comes to now.

    What was its price for each piece still is; a total that was another one is not known any more.
    """
    if line.quantity == before.quantity or before.total is None:
        return line
    plain = before.total == by_price(before)
    now = line if line.unit_price is not None else replace(line, unit_price=before.unit_price)
    return replace(line, total=by_price(now) if plain else None)


def by_price(line: Line) -> Decimal | None:
    """Give what a line comes to by its price; None where it has none."""
    if line.unit_price is None:
        return None
    each = line.details.price_quantity if line.details else None
    return worth(line.quantity, line.unit_price, each or 1)


def worth(quantity: Quantity, price: Decimal, each: Quantity = 1) -> Decimal:
    """Give what a quantity comes to at a price for ``each`` of it.

    That is exact of what is counted, and of what is measured or sold by so many rounded half up to
    six decimals.
    """
    if each == 1 and isinstance(quantity, int):
        return price * quantity
    with localcontext(_EXACT):
        total = (price * quantity / each).quantize(_QUANTUM)
        whole = total.to_integral_value()
        return whole if total == whole else total.normalize()


def totalled(order: Order) -> Order:
    """Give an order of which nobody says what it comes to what its bill says, else its lines.

    Where one of them has no price, or they are in several currencies, that stays unknown.
    """
    if order.totals.total is not None:
        return order
    total = order.invoice.due.total if order.invoice else None
    if total is None and order.lines:
        goods = _goods(order)
        total = None if goods is None or len(goods) > 1 else sum(goods.values(), ZERO)
    return order if total is None else replace(order, totals=replace(order.totals, total=total))


def without_stale_total(before: Order, now: Order) -> tuple[Order, Order]:
    """Give two states of an order, of which the total is what the bill is for.

    Where the goods have changed and the bill has not followed, it does not say what they come to.
    """
    if before.totals.total != now.totals.total or _goods(before) == _goods(now):
        return before, now
    return _without_total(before), _without_total(now)


def _without_total(order: Order) -> Order:
    return replace(order, totals=replace(order.totals, total=None))


def _goods(order: Order) -> dict[str, Decimal] | None:
    """Give what the lines of an order come to in each currency, None where one has no amount."""
    goods: dict[str, Decimal] = {}
    for line in order.lines:
        if line.total is None:
            return None
        if line.total:
            currency = line.currency or order.currency
            goods[currency] = goods.get(currency, ZERO) + line.total
    return goods


def _of_line(line: Line) -> Decimal:
    if line.total is not None:
        return line.total
    return by_price(line) or ZERO


def payable(discount: Discount, currency: str) -> Discount:
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
    return with_sums(bill, due, less(due, bill.paid))


def with_sums(bill: Invoice, due: Amounts, owed: Amounts) -> Invoice:
    """Give a bill with what is due and owed now: one that was paid in full may not be so any more.

    One that was paid in part is paid in full once nothing is owed of it.
    """
    status, paid = bill.status, bill.paid.total or ZERO
    if status is InvoiceStatus.PAID and (owed.total or ZERO) > 0:
        status = InvoiceStatus.PARTIALLY_PAID if paid else InvoiceStatus.UNPAID
    elif status is InvoiceStatus.PARTIALLY_PAID and owed.total is not None:
        status = InvoiceStatus.PAID if owed.total <= ZERO < paid else status
    return replace(bill, due=due, owed=owed, status=status)


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
