"""Shown sums: what a page shows that has no member for some of the money of an order.

What a vendor says himself stands as it came: a sum is another one only where the order says of money
that such a page has no place for, which its vendor cannot have said.
"""

from __future__ import annotations

from decimal import Decimal

from orderglot.core.amounts import LARGEST
from orderglot.core.currencies import rounded
from orderglot.core.line_equations import discount_of
from orderglot.core.order import Line, Order, Totals
from orderglot.core.totals import ZERO, less_discount


def net_subtotal(order: Order) -> Decimal | None:
    """Give the subtotal of an order, less discount and voucher, with duty, without a tax in the prices.

    So it comes to the total with what stands beside it. Where it does not, a part is not known, or
    they are beyond all bounds, it is given as it came.
    """
    if _nothing_off(order) and not order.totals.duty:
        return order.totals.subtotal
    try:
        return _bounded(_net_subtotal(order), order.totals.subtotal)
    except ArithmeticError:
        return order.totals.subtotal


def _net_subtotal(order: Order) -> Decimal | None:
    totals = order.totals
    subtotal, total = totals.subtotal, totals.total
    off = discount_of(order) or ZERO
    more = (totals.duty or ZERO) - _tax_within(order)
    if subtotal is None or total is None or not (off or more):
        return subtotal
    net = total - _beside(totals)
    # It may be without the discount already.
    return net if net - more in (subtotal, less_discount(subtotal, off)) else subtotal


def _nothing_off(order: Order) -> bool:
    """Tell whether nobody says of anything that is taken off, or in the prices, as nearly always."""
    off = order.discount
    plain = order.details is None and not order.totals.discount
    return plain and not off.amount and not off.voucher_amount


def _tax_within(order: Order) -> Decimal:
    included = order.details is not None and order.details.prices_include_tax
    return order.totals.tax or ZERO if included else ZERO


def _beside(totals: Totals) -> Decimal:
    amounts = (totals.shipping, totals.charges, totals.taxable_charges, totals.tax)
    return sum(filter(None, amounts), ZERO)


def charges_beside(order: Order) -> Decimal | None:
    """Give what is charged beside the goods but taxes, None where nobody says anything of it.

    Where that is beyond all bounds, it is the charges as they came.
    """
    totals = order.totals
    if totals.taxable_charges is None and not totals.shipping and totals.charges is not None:
        return totals.charges
    amounts = (totals.charges, totals.taxable_charges, totals.shipping)
    known = [one for one in amounts if one is not None]
    try:
        return _bounded(sum(known, ZERO) if known else None, totals.charges)
    except ArithmeticError:
        return totals.charges


def lines_total(order: Order) -> Decimal | None:
    """Give what the priced lines of an order come to, less those that a switch takes away.

    That is its total where nobody says of anything else that makes one, or they are beyond all bounds.
    """
    totals = order.totals
    beside = totals.shipping or totals.tax or totals.duty or totals.charges
    if not beside and not totals.taxable_charges and _nothing_off(order):
        return totals.total
    try:
        return _bounded(_lines_total(order), totals.total)
    except ArithmeticError:
        return totals.total


def _lines_total(order: Order) -> Decimal | None:
    totals, each = order.totals, [_partners(line) for line in order.lines]
    others = (charges_beside(order), totals.tax, totals.duty, discount_of(order))
    if totals.total is None or None in each or not any(others):
        return totals.total
    return rounded(sum(filter(None, each), ZERO), order.currency)


def _partners(line: Line) -> Decimal | None:
    """Give what a line comes to as a partner sees it, below zero where it is taken away."""
    total = line.pricing.total if line.pricing else None
    return total if total is None or line.quantity >= 0 else -abs(total)


def _bounded(found: Decimal | None, came: Decimal | None) -> Decimal | None:
    """Give a sum, or what came in its place where it is larger than an amount may be."""
    return came if found is not None and abs(found) >= LARGEST else found
