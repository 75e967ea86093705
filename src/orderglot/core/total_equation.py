"""The total equation: an order comes to its goods, less discounts, with charges, shipping and taxes."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from msgspec import Struct

from orderglot.core.amounts import Amounts, Totals
from orderglot.core.charges import put_on
from orderglot.core.currencies import rounded
from orderglot.core.findings import (
    AFTER_DISCOUNT,
    EXACTLY,
    INCLUDED,
    ON_TOP,
    Difference,
    Finding,
    Missing,
    Way,
)
from orderglot.core.line_equations import discount_of, sums_of, ways_of_goods
from orderglot.core.order import Order
from orderglot.core.totals import less_discount

ZERO = Decimal(0)


class Parts(Struct, frozen=True, kw_only=True, gc=False):
    """What a total is made of: the goods, what is put on, what is taken off, and the tax.

    ``goods`` are what they come to in each known way. ``included`` tells whether the tax is in the
    prices, None where nobody says. ``unsaid`` are members that could explain a total that is more,
    ``untaken`` that is less.
    """

    goods: list[tuple[str, Decimal]]
    more: Decimal = ZERO
    off: Decimal = ZERO
    tax: Decimal = ZERO
    included: bool | None = None
    unsaid: tuple[str, ...] = ()
    untaken: tuple[str, ...] = ()


def of_total(order: Order) -> Iterator[Finding]:
    """Compare the total of an order with its parts."""
    sums = sums_of(order)
    if sums.total is None:
        yield Missing("totals.total")
        return
    goods = _goods(order, sums)
    if not goods:
        yield Missing("lines.total" if order.lines else "lines")
        return
    yield from compared("totals.total", sums.total, _parts(order, sums, goods), order.currency)


def totals_by_parts(order: Order) -> dict[tuple[str, ...], Decimal]:
    """Give what an order comes to by its parts, in each known way; none where they are not known."""
    sums = sums_of(order)
    goods = _goods(order, sums)
    return dict(_values(_parts(order, sums, goods))) if goods else {}


def _goods(order: Order, sums: Totals) -> list[tuple[str, Decimal]]:
    subtotal = sums.subtotal
    if subtotal is None:
        return ways_of_goods(order) if order.lines else []
    ways = [(EXACTLY, subtotal)]
    if not order.lines or not discount_of(order):
        return ways
    # A subtotal that has the discount taken off already is known by its lines.
    after = [one for how, one in ways_of_goods(order) if how is AFTER_DISCOUNT]
    if rounded(subtotal, order.currency) in [rounded(one, order.currency) for one in after]:
        ways.append((AFTER_DISCOUNT, subtotal + (discount_of(order) or ZERO)))
    return ways


def _parts(order: Order, sums: Totals, goods: list[tuple[str, Decimal]]) -> Parts:
    off, tax = discount_of(order), tax_of(order, sums)
    more = put_on_of(order)
    unsaid = [] if sums.shipping is not None else ["totals.shipping"]
    return Parts(
        goods=goods,
        more=more + (sums.shipping or ZERO) + (sums.duty or ZERO),
        off=off or ZERO,
        tax=tax or ZERO,
        included=order.details.prices_include_tax if order.details else None,
        unsaid=(*unsaid, *([] if tax is not None else ["totals.tax"])),
        untaken=() if off is not None else ("totals.discount",),
    )


def put_on_of(order: Order) -> Decimal:
    """Give what is charged beside goods and shipping: the sums, else the charges one by one."""
    sums = (order.totals.charges, order.totals.taxable_charges)
    if sums == (None, None) and order.details is not None:
        return put_on(one for one in order.details.allowance_charges if one.charge)
    return sum(filter(None, sums), ZERO)


def tax_of(order: Order, sums: Totals) -> Decimal | None:
    """Give the tax of an order: its sum, else that of its tax lines; None where nobody says."""
    if sums.tax is not None or order.details is None:
        return sums.tax
    amounts = [one.amount for one in order.details.tax_lines]
    return None if not amounts or None in amounts else sum(filter(None, amounts), ZERO)


def compared(member: str, total: Decimal, parts: Parts, currency: str) -> Iterator[Finding]:
    """Compare a total with its parts, in every known way."""
    stated = rounded(total, currency)
    values = list(_values(parts))
    for ways, value in values:
        if value == total or rounded(value, currency) == stated:
            yield from map(Way, ways)
            return
    off = min((total - value for _, value in values), key=abs)
    unsaid = parts.unsaid if off > 0 else parts.untaken
    yield from map(Missing, unsaid) if unsaid else [Difference(member, rounded(off, currency))]


def _values(parts: Parts) -> Iterator[tuple[tuple[str, ...], Decimal]]:
    """Give what parts come to, each with the ways in which that is so."""
    taxes = [(ON_TOP, parts.tax), (INCLUDED, ZERO)] if parts.tax else [(EXACTLY, ZERO)]
    if parts.tax and parts.included is not None:
        taxes = taxes[1:] if parts.included else taxes[:1]
    for placed, tax in taxes:
        for how, goods in parts.goods:
            yield (
                tuple(filter(None, (how, placed))),
                less_discount(goods, parts.off) + parts.more + tax,
            )


def of_amounts(member: str, amounts: Amounts, currency: str) -> Iterator[Finding]:
    """Compare the total of a sum by its parts with them, where it has any."""
    if amounts.total is None or amounts.subtotal is None:
        return
    named = ("shipping", "tax")
    of_order = amounts if isinstance(amounts, Totals) else Totals()
    more = (amounts.shipping, amounts.duty, of_order.charges, of_order.taxable_charges)
    parts = Parts(
        goods=[(EXACTLY, amounts.subtotal)],
        more=sum(filter(None, more), ZERO),
        off=of_order.discount or ZERO,
        tax=amounts.tax or ZERO,
        unsaid=tuple(f"{member}.{name}" for name in named if getattr(amounts, name) is None),
    )
    yield from compared(f"{member}.total", amounts.total, parts, currency)
