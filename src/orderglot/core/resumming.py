"""Resumming: what an order comes to once its lines, its discount or its shipping have changed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from orderglot.core.currencies import rounded
from orderglot.core.line_equations import amount_of
from orderglot.core.order import Amounts, Invoice, Order
from orderglot.core.totals import ZERO, summed, with_sums


def is_priced_here(order: Order) -> bool:
    """Tell whether the figures of an order are ours: nobody else knows it by an id of his own."""
    return not order.references


def resum(order: Order, before: Order) -> Order:
    """Give an order that has changed what it comes to now, and its bill as well; what was paid stands.

    One that is priced here is summed up. The figures of any other are those of whoever it came from:
    they stand, and are so much more or less as its lines are. Where that cannot be told of a line,
    what the order comes to is not known.
    """
    if _parts(order) == _parts(before):
        return order
    if is_priced_here(order):
        return summed(order)
    more = _more(order, before)
    return order if more == ZERO else _moved(order, more)


def overpaid(order: Order) -> Decimal:
    """Tell how much more was paid for an order than it comes to."""
    owed = order.invoice and order.invoice.owed.total
    return max(ZERO, -(owed or ZERO))


def _parts(order: Order) -> tuple[Any, ...]:
    """Give what decides over what an order comes to."""
    amounts = tuple((line.quantity, amount_of(line)) for line in order.lines)
    return amounts, order.discount, order.totals.shipping, order.shipping.tax_rate


def _more(order: Order, before: Order) -> Decimal | None:
    """Tell how much more the lines of an order come to; None where that cannot be told.

    A currency that nobody names is the one that is named.
    """
    every = (*order.lines, *before.lines)
    named = {order.currency, *(line.currency for line in every)} - {""}
    now, then = _goods(order), _goods(before)
    if now is None or then is None or len(named) > 1:
        return None
    currency = next(iter(named), "")
    return rounded(now, currency) - rounded(then, currency)


def _goods(order: Order) -> Decimal | None:
    """Give what the lines of an order come to, None where one has no price."""
    amounts = [amount_of(line) for line in order.lines]
    known = [one for one in amounts if one is not None]
    return sum(known, ZERO) if len(known) == len(amounts) else None


def _moved(order: Order, more: Decimal | None) -> Order:
    """Give an order that comes to so much more; with None nobody knows what it comes to."""
    was = order.totals
    totals = replace(was, subtotal=_sum(was.subtotal, more), total=_sum(was.total, more))
    bill = order.invoice
    return replace(order, totals=totals, invoice=bill and _billed(bill, more))


def _billed(bill: Invoice, more: Decimal | None) -> Invoice:
    """Bill so much more; a bill without figures stays so, and one of which that is not known."""
    if more is None or bill.due.total is None:
        return bill
    return with_sums(bill, _with(bill.due, more), _with(bill.owed, more))


def _with(amounts: Amounts, more: Decimal) -> Amounts:
    subtotal, total = _sum(amounts.subtotal, more), _sum(amounts.total, more)
    return replace(amounts, subtotal=subtotal, total=total)


def _sum(amount: Decimal | None, more: Decimal | None) -> Decimal | None:
    return None if amount is None or more is None else amount + more
