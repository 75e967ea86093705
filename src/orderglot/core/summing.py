"""Summing up: what an order comes to by its lines, its discounts and its shipping."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from msgspec.structs import replace

from orderglot.core.order import Line, Order

ZERO = Decimal(0)
CENT = Decimal("0.01")
PERCENT = Decimal(100)


def summed(order: Order) -> Order:
    """Sum up an order that is priced here: lines, less discount and voucher, plus shipping and tax.

    What is taken off never takes off more than the lines come to. Of what is not known, nothing is
    counted. The tax is that on shipping (percent), rounded to cents, and what was there on lines.
    """
    subtotal = sum(map(_of_line, order.lines), ZERO)
    off = (order.discount.amount or ZERO) + (order.discount.voucher_amount or ZERO)
    shipping = order.totals.shipping or ZERO
    tax = (shipping * (order.shipping.tax_rate or ZERO) / PERCENT).quantize(CENT, ROUND_HALF_UP)
    totals = replace(
        order.totals,
        subtotal=subtotal,
        discount=order.discount.amount,
        shipping=shipping,
        tax=tax,
        total=max(subtotal - off, ZERO) + shipping + tax,
    )
    return replace(order, totals=totals)


def _of_line(line: Line) -> Decimal:
    if line.total is not None:
        return line.total
    return (line.unit_price or ZERO) * line.quantity
