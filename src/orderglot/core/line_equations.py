"""Line equations: a line comes to its price times its quantity, and the goods to all lines."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from msgspec.structs import replace

from orderglot.core.amounts import Totals
from orderglot.core.boxes import sizes
from orderglot.core.charges import put_on, tax_on
from orderglot.core.currencies import rounded
from orderglot.core.findings import (
    AFTER_DISCOUNT,
    EXACTLY,
    PER_LINE,
    PER_ORDER,
    WITHOUT_CANCELLED,
    Difference,
    Finding,
    Missing,
    Way,
)
from orderglot.core.order import Line, LinePricing, Order
from orderglot.core.quantities import size
from orderglot.core.totals import by_price, currencies, worth
from orderglot.core.values import Status

ZERO = Decimal(0)
NOTHING = (None, None, None)


def of_lines(order: Order) -> Iterator[Finding]:
    """Compare what each line comes to with its price times its quantity."""
    for place, line in enumerate(order.lines, 1):
        price = line.unit_price
        if line.total is not None and price is not None and price * line.quantity != line.total:
            off = _off(line, line.total, price, order.currency)
            if off:
                yield Difference(f"lines[{line.number or place}].total", off)
        if line.pricing is not None:
            yield from _of_pricing(line, line.pricing, line.number or place, order.currency)


def _off(line: Line, total: Decimal, price: Decimal, currency: str) -> Decimal:
    """Tell how much more a line comes to than it should, 0 where it comes to that in any known way."""
    plain = by_price(line) or ZERO
    code = line.currency or currency
    stated = rounded(total, code)
    expected = (plain, *_by_pieces(line, price), *_with_details(line, plain))
    offs = [stated - rounded(one, code) for one in expected]
    return ZERO if ZERO in offs else min(offs, key=abs)


def _by_pieces(line: Line, price: Decimal) -> list[Decimal]:
    """Give what a line comes to where its price is for what a box or a unit of it holds."""
    if line.units_per_box is None and line.pieces_per_unit is None:
        return []
    return [worth(line.quantity, price * one) for one in sizes(line) if one != 1]


def _with_details(line: Line, plain: Decimal) -> list[Decimal]:
    """Give what a line comes to with its allowances and charges, and with its taxes as well."""
    if line.details is None:
        return []
    with_charges = plain + put_on(line.details.allowance_charges)
    taxes = [tax_on(with_charges, one) for one in line.details.tax_lines]
    return [with_charges, with_charges + sum(filter(None, taxes), ZERO)]


def _of_pricing(
    line: Line, pricing: LinePricing, number: int, currency: str
) -> Iterator[Difference]:
    if pricing.net_price is None or pricing.total is None:
        return
    code = line.currency or currency
    # What takes back is shown with the amount of what was bought.
    counts = (line.quantity, size(line.quantity))
    stated = rounded(pricing.total, code)
    offs = [stated - rounded(worth(one, pricing.net_price), code) for one in counts]
    if ZERO not in offs:
        yield Difference(f"lines[{number}].pricing.total", min(offs, key=abs))


def of_goods(order: Order) -> Iterator[Finding]:
    """Compare the subtotal with what the lines come to."""
    subtotal = sums_of(order).subtotal
    if subtotal is None or not order.lines or _is_sum(subtotal, order):
        return
    ways = ways_of_goods(order)
    if not ways:
        yield Missing("lines.total")
        return
    for how, goods in ways:
        if goods == subtotal:
            if how:
                yield Way(how)
            return
    goods = rounded(ways[0][1], order.currency)
    off = subtotal - goods
    if off < 0 and discount_of(order) is None and sums_of(order).total != goods:
        # Some wires show what goods come to without what is taken off, and not how much that is.
        yield Missing("totals.discount")
        return
    member = "totals" if order.totals.subtotal is not None else "invoice.due"
    yield Difference(f"{member}.subtotal", off)


def _is_sum(subtotal: Decimal, order: Order) -> bool:
    """Tell whether a subtotal plainly is what the lines come to, as it nearly always is."""
    goods = ZERO
    for line in order.lines:
        if line.total is None or line.currency not in ("", order.currency):
            return False
        goods += line.total
    return goods == subtotal


def sums_of(order: Order) -> Totals:
    """Give what an order comes to by its parts: its totals, else what its bill is for.

    Some vendors say it in the bill alone.
    """
    totals = order.totals
    if order.invoice is None or (totals.subtotal, totals.tax, totals.shipping) != NOTHING:
        return totals
    due = order.invoice.due
    if due.subtotal is None:
        return totals
    total = due.total if totals.total is None else totals.total
    return replace(
        totals,
        subtotal=due.subtotal,
        tax=due.tax,
        duty=due.duty,
        shipping=due.shipping,
        total=total,
    )


def ways_of_goods(order: Order) -> list[tuple[str, Decimal]]:
    """Give what the lines of an order come to, in every known way; none where that is not known."""
    amounts = [amount_of(line) for line in order.lines]
    known = [one for one in amounts if one is not None]
    if len(known) < len(amounts) or len(currencies(order)) > 1:
        return []
    exact = sum(known, ZERO)
    ways = [(EXACTLY, exact)]
    one_by_one = [rounded(one, order.currency) for one in known]
    if one_by_one != known:
        ways += [(PER_ORDER, rounded(exact, order.currency)), (PER_LINE, sum(one_by_one, ZERO))]
    if off := _discount(order):
        ways.append((AFTER_DISCOUNT, rounded(exact - off, order.currency)))
    if any(line.status is Status.CANCELLED for line in order.lines):
        staying = zip(order.lines, known, strict=True)
        left = (one for line, one in staying if line.status is not Status.CANCELLED)
        ways.append((WITHOUT_CANCELLED, rounded(sum(left, ZERO), order.currency)))
    return ways


def amount_of(line: Line) -> Decimal | None:
    """Give what a line comes to, by its price where nobody says; None where that is not known."""
    if line.total is not None:
        return line.total
    if line.pricing is not None and line.pricing.total is not None:
        return line.pricing.total
    return by_price(line)


def _discount(order: Order) -> Decimal:
    return discount_of(order) or ZERO


def discount_of(order: Order) -> Decimal | None:
    """Give what is taken off an order, vouchers and all; None where nobody says."""
    amount = order.totals.discount
    if amount is None:
        amount = order.discount.amount
    if amount is None and order.details is not None:
        charges = [one for one in order.details.allowance_charges if not one.charge]
        known = bool(charges) and None not in [one.amount for one in charges]
        amount = -put_on(charges) if known else None
    voucher = order.discount.voucher_amount
    return amount if not voucher else (amount or ZERO) + voucher
