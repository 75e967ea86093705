"""Tax equations: tax lines and charges come to their share of what they are of, and to their sums."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from orderglot.core.charges import AllowanceCharge, TaxLine, put_on, share
from orderglot.core.currencies import rounded
from orderglot.core.findings import EXACTLY, PER_LINE, PER_ORDER, PER_RATE, Difference, Finding, Way
from orderglot.core.order import Order
from orderglot.core.order_details import OrderDetails

ZERO = Decimal(0)


def of_taxes(order: Order, details: OrderDetails) -> Iterator[Finding]:
    """Compare each tax line with its rate, and their sum with the tax of the order."""
    yield from _shares("details.tax_lines", details.tax_lines, order.currency)
    tax = order.totals.tax
    amounts = [one.amount for one in details.tax_lines]
    if tax is None and amounts and None not in amounts:
        tax = sum(filter(None, amounts), ZERO)
    if tax is None:
        return
    if amounts and None not in amounts:
        yield from _same("totals.tax", tax, [(EXACTLY, sum(filter(None, amounts), ZERO))], order)
    of_lines = [tax for line in order.lines if line.details for tax in line.details.tax_lines]
    if of_lines and (ways := ways_of_taxes(of_lines, order.currency)):
        yield from _same("totals.tax", tax, ways, order)


def _same(
    member: str, amount: Decimal, ways: list[tuple[str, Decimal]], order: Order
) -> Iterator[Finding]:
    for how, value in ways:
        if rounded(value, order.currency) == rounded(amount, order.currency):
            yield from [Way(how)] if how else []
            return
    yield Difference(member, rounded(amount - ways[0][1], order.currency))


def ways_of_taxes(taxes: list[TaxLine], currency: str) -> list[tuple[str, Decimal]]:
    """Give what the taxes of lines come to, as they are said and by the three ways of rounding."""
    amounts = [one.amount for one in taxes]
    ways = [] if None in amounts else [(EXACTLY, sum(filter(None, amounts), ZERO))]
    rates = dict[Decimal, Decimal]()
    one_by_one = ZERO
    for tax in taxes:
        if tax.percent is None or tax.taxable_amount is None:
            return ways
        rates[tax.percent] = rates.get(tax.percent, ZERO) + tax.taxable_amount
        one_by_one += rounded(share(tax.taxable_amount, tax.percent), currency)
    shares = [share(base, percent) for percent, base in rates.items()]
    by_rate = sum((rounded(one, currency) for one in shares), ZERO)
    at_once = rounded(sum(shares, ZERO), currency)
    return [*ways, (PER_LINE, one_by_one), (PER_RATE, by_rate), (PER_ORDER, at_once)]


def _shares(name: str, taxes: Iterable[TaxLine], currency: str) -> Iterator[Finding]:
    for place, tax in enumerate(taxes, 1):
        yield from _of_share(
            f"{name}[{place}]", tax.amount, tax.taxable_amount, tax.percent, currency
        )


def _of_share(
    name: str,
    amount: Decimal | None,
    base: Decimal | None,
    percent: Decimal | None,
    currency: str,
) -> Iterator[Finding]:
    if amount is None or base is None or percent is None:
        return
    off = rounded(amount, currency) - rounded(share(base, percent), currency)
    if off:
        yield Difference(f"{name}.amount", off)


def of_charges(order: Order) -> Iterator[Finding]:
    """Compare allowances and charges with their percentages, and their sum with the order's."""
    for place, line in enumerate(order.lines, 1):
        if line.details is not None:
            name = f"lines[{line.number or place}]"
            charges = line.details.allowance_charges
            yield from _of_each(f"{name}.allowance_charges", charges, order.currency)
            yield from _shares(f"{name}.tax_lines", line.details.tax_lines, order.currency)
    details = order.details
    if details is None or not details.allowance_charges:
        return
    yield from _of_each("details.allowance_charges", details.allowance_charges, order.currency)
    allowances = [one for one in details.allowance_charges if not one.charge]
    discount = order.totals.discount
    if allowances and discount is not None and None not in [one.amount for one in allowances]:
        both = [*allowances, *allowances_of_lines(order)]
        ways = [(EXACTLY, -put_on(allowances)), (EXACTLY, -put_on(both))]
        yield from _same("totals.discount", discount, ways, order)


def allowances_of_lines(order: Order) -> tuple[AllowanceCharge, ...]:
    """Give what is taken off an order's lines one by one."""
    detailed = (line.details for line in order.lines if line.details)
    every = (one for details in detailed for one in details.allowance_charges)
    return tuple(one for one in every if not one.charge)


def _of_each(name: str, charges: Iterable[AllowanceCharge], currency: str) -> Iterator[Finding]:
    for place, one in enumerate(charges, 1):
        yield from _of_share(f"{name}[{place}]", one.amount, one.base_amount, one.percent, currency)
