"""Resumming: what an order comes to once its lines, its discount or its shipping have changed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.charges import share
from orderglot.core.currencies import rounded
from orderglot.core.line_equations import amount_of, discount_of, sums_of
from orderglot.core.order import HUB, Amounts, Invoice, Order, Totals
from orderglot.core.totals import ZERO, less_discount, payable, summed, with_sums

PRICED_ELSEWHERE = f"{HUB}.priced_elsewhere"
"""The extra of an order that nobody else knows, whose figures are out of one that is priced elsewhere."""


class More(Struct, frozen=True, kw_only=True):
    """How much more an order comes to by its parts, ``goods`` before and ``net`` after the discount.

    These two are not known where that cannot be told of a line, nor is the ``total`` then. ``before``
    and ``after`` are what the goods came to so far, None where there was no discount.
    """

    goods: Decimal | None
    net: Decimal | None
    discount: Decimal
    shipping: Decimal
    tax: Decimal
    total: Decimal | None
    before: Decimal | None
    after: Decimal | None


def is_priced_here(order: Order) -> bool:
    """Tell whether the figures of an order are ours.

    Nobody else knows it by an id of his own, and it is not made out of one that somebody else does.
    """
    return not order.references and PRICED_ELSEWHERE not in order.extras


def priced_as(order: Order) -> dict[str, Any]:
    """Give the extras of an order that has its figures out of another one: whose these are."""
    return {} if is_priced_here(order) else {PRICED_ELSEWHERE: True}


def resum(order: Order, before: Order) -> Order:
    """Give an order that has changed what it comes to now, and its bill as well; what was paid stands.

    One that is priced here is summed up. The figures of any other are those of whoever it came from:
    they stand, and are so much more or less as its lines, discount and shipping are. Where that cannot
    be told of a line, what the order comes to is not known.
    """
    if _parts(order) == _parts(before):
        return order
    if is_priced_here(order):
        return summed(order)
    if order.discount != before.discount:
        order = replace(order, discount=payable(order.discount, order.currency))
    return _moved(_with_shipping(order, before), before)


def followed(order: Order, before: Order) -> Order:
    """Give an order whose lines its vendor has changed, and who shows no total, what it comes to now.

    What else he shows of its sums stands, and so does the bill. Of a line without a total nobody knows
    what it comes to by now, nor then of the order.
    """
    was, now = before.totals, order.totals
    if was.total is None or _parts(order) == _parts(before):
        return order
    unbilled = replace(order, totals=replace(was, shipping=now.shipping), invoice=None)
    totals = _moved(unbilled, before).totals
    if any(line.total is None for line in (*order.lines, *before.lines)):
        totals = replace(totals, subtotal=None, total=None)
    names = {name for name in Totals.__struct_fields__ if getattr(now, name) != getattr(was, name)}
    shown = {name: getattr(now, name) for name in names - {"total"}}
    return replace(order, totals=replace(totals, **shown))


def overpaid(order: Order) -> Decimal:
    """Tell how much more was paid for an order than it comes to."""
    owed = order.invoice and order.invoice.owed.total
    return max(ZERO, -(owed or ZERO))


def _parts(order: Order) -> tuple[Any, ...]:
    """Give what decides over what an order comes to."""
    return _amounts(order), order.discount, order.totals.shipping, order.shipping.tax_rate


def _amounts(order: Order) -> tuple[Any, ...]:
    return tuple((line.quantity, amount_of(line)) for line in order.lines)


def _with_shipping(order: Order, before: Order) -> Order:
    """Give an order of which shipping has changed sums by its parts, which its bill may have alone."""
    shipping = order.totals.shipping
    if shipping == before.totals.shipping:
        return order
    if shipping is not None:
        shipping = rounded(shipping, order.currency)
    return replace(order, totals=replace(sums_of(before), shipping=shipping))


def _moved(order: Order, before: Order) -> Order:
    """Give an order that comes to so much more than before, and its bill."""
    more = _more(order, before)
    was, bill = order.totals, order.invoice
    totals = replace(
        was,
        subtotal=_sum(was.subtotal, _of_goods(was.subtotal, more, more.goods)),
        discount=_sum(was.discount, more.discount),
        tax=_sum(was.tax, more.tax),
        total=_sum(was.total, more.total),
    )
    return replace(order, totals=totals, invoice=bill and _billed(bill, more))


def _more(order: Order, before: Order) -> More:
    """Tell how much more an order comes to; once its goods are not known, neither are all together."""
    goods = ZERO if _amounts(order) == _amounts(before) else _more_goods(order, before)
    was, old = discount_of(before) or ZERO, _goods(before) if before.lines else None
    off = _more_off(order, before)
    net = None if goods is None else goods - off
    if goods is not None and old is not None:
        old = rounded(old, order.currency)
        net = less_discount(old + goods, was + off) - less_discount(old, was)
    then = sums_of(before).shipping or ZERO
    shipping = (order.totals.shipping or ZERO) - then
    tax = _tax_on(order, order.totals.shipping or ZERO) - _tax_on(before, then)
    included = order.details is not None and order.details.prices_include_tax
    return More(
        goods=goods,
        net=net,
        discount=off - _more_voucher(order, before),
        shipping=shipping,
        tax=tax,
        total=_sum(net, shipping + (ZERO if included else tax)),
        before=old if was else None,
        after=less_discount(old, was) if was and old is not None else None,
    )


def _more_goods(order: Order, before: Order) -> Decimal | None:
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


def _more_off(order: Order, before: Order) -> Decimal:
    """Tell how much more is taken off an order, its voucher included."""
    now, was = order.discount.amount, before.discount.amount
    more = _more_voucher(order, before)
    if now == was:
        return more
    if was is None:
        was = (discount_of(before) or ZERO) - (before.discount.voucher_amount or ZERO)
    return more + (now or ZERO) - was


def _more_voucher(order: Order, before: Order) -> Decimal:
    return (order.discount.voucher_amount or ZERO) - (before.discount.voucher_amount or ZERO)


def _tax_on(order: Order, shipping: Decimal) -> Decimal:
    """Give the tax on the shipping of an order."""
    return rounded(share(shipping, order.shipping.tax_rate or ZERO), order.currency)


def _goods(order: Order) -> Decimal | None:
    """Give what the lines of an order come to, None where one has no price."""
    amounts = [amount_of(line) for line in order.lines]
    known = [one for one in amounts if one is not None]
    return sum(known, ZERO) if len(known) == len(amounts) else None


def _of_goods(subtotal: Decimal | None, more: More, usual: Decimal | None) -> Decimal | None:
    """Give how much more a subtotal is, which has the discount taken off or has it not."""
    if subtotal is not None and subtotal == more.after:
        return more.net
    return more.goods if subtotal is not None and subtotal == more.before else usual


def _billed(bill: Invoice, more: More) -> Invoice:
    """Bill so much more; a bill without figures stays so, and one of which that is not known."""
    if more.total is None or bill.due.total is None:
        return bill
    subtotal = _of_goods(bill.due.subtotal, more, more.net)
    return with_sums(bill, _with(bill.due, more, subtotal), _with(bill.owed, more, subtotal))


def _with(amounts: Amounts, more: More, subtotal: Decimal | None) -> Amounts:
    shipping = amounts.shipping if amounts.shipping is not None or not more.shipping else ZERO
    return replace(
        amounts,
        subtotal=_sum(amounts.subtotal, subtotal),
        shipping=_sum(shipping, more.shipping),
        tax=_sum(amounts.tax, more.tax),
        total=_sum(amounts.total, more.total),
    )


def _sum(amount: Decimal | None, more: Decimal | None) -> Decimal | None:
    return None if amount is None or more is None else amount + more
