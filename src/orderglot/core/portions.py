"""Portions: what some of an order's goods come to, out of all that the order comes to.

The sums of an order are divided by what the goods are worth. Shipping and further charges are for the
order as a whole, and no portion has any of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import asdict, replace

from orderglot.core.charges import AllowanceCharge, TaxLine, put_on
from orderglot.core.charges import share as percentage
from orderglot.core.currencies import rounded
from orderglot.core.line_equations import amount_of, discount_of, sums_of
from orderglot.core.line_portions import minus, of_line, share, shared
from orderglot.core.order import Amounts, Discount, Line, Order, Totals
from orderglot.core.order_details import OrderDetails, SecondCurrency
from orderglot.core.quantities import Quantity
from orderglot.core.tax_equations import allowances_of_lines
from orderglot.core.total_equation import totals_by_parts
from orderglot.core.totals import ZERO
from orderglot.core.values import Status

A = TypeVar("A", Amounts, Totals)

FOR_THE_WHOLE = ("shipping", "charges", "taxable_charges")
"""Sums of an order that are not for its goods one by one."""


class Goods(Struct, frozen=True, kw_only=True):
    """Some of an order's lines beside all of them, and what both are worth, in the order's currency."""

    lines: tuple[Line, ...]
    every: tuple[Line, ...]
    part: Decimal
    whole: Decimal
    currency: str

    def of(self, amount: Decimal | None) -> Decimal | None:
        """Give the share of an amount, None where the amount is not known."""
        part = min(max(self.part, ZERO), max(self.whole, ZERO))
        return share(amount, part, max(self.whole, ZERO), self.currency)

    def as_listed(
        self, amount: Decimal, whole: Decimal | None, part: Decimal | None
    ) -> Decimal | None:
        """Give the share of an amount that comes to a ``whole`` by a list: what comes to by that."""
        if whole is None or part is None or rounded(whole, self.currency) != amount:
            return self.of(amount)
        return part if whole == amount else rounded(part, self.currency)


def portion(order: Order, quantities: Sequence[Quantity]) -> Order:
    """Give an order with so much of each of its lines, and with what that comes to, without a bill.

    A line of which that is nothing is not in it. Where nobody knows what the goods are worth, the
    sums are not known either. Payments, refunds, parcels and responses are the whole order's.
    """
    lines = tuple(
        of_line(line, much, order.currency)
        for line, much in zip(order.lines, quantities, strict=True)
        if much
    )
    goods = _goods(order, lines)
    details = order.details and _details(order.details, goods)
    part = replace(order, lines=lines, invoice=None, totals=Totals(), details=details)
    if goods is None:
        none = replace(order.discount, amount=None, voucher_amount=None)
        return replace(part, discount=none)
    part = replace(part, discount=_discount(order, part, goods))
    sums = _sums(order, part, goods)
    if details is not None and details.second_currency != SecondCurrency():
        second = _second(details.second_currency, sums_of(order), sums)
        part = replace(part, details=replace(details, second_currency=second))
    return replace(part, totals=sums)


def less(whole: A, part: Amounts) -> A:
    """Take sums off others; of what is not known nothing is taken."""
    left = {name: minus(one, getattr(part, name, None)) for name, one in asdict(whole).items()}
    return type(whole)(**left)


def _goods(order: Order, lines: tuple[Line, ...]) -> Goods | None:
    """Weigh some of an order's goods; None where nobody knows what they are worth.

    Cancelled lines count where the sums of the order count them.
    """
    part, every = _worth(lines), _worth(order.lines)
    coming = _worth(line for line in order.lines if line.status is not Status.CANCELLED)
    foreign = any(line.currency not in ("", order.currency) for line in order.lines)
    if part is None or every is None or coming is None or foreign:
        return None
    subtotal = sums_of(order).subtotal
    sums = [rounded(one, order.currency) for one in (every, coming)]
    counts = subtotal not in sums or sums[0] == subtotal
    whole = every if counts else coming
    return Goods(lines=lines, every=order.lines, part=part, whole=whole, currency=order.currency)


def _worth(lines: Iterable[Line]) -> Decimal | None:
    return _sum(map(amount_of, lines))


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """Add amounts up; None where one of them is not known."""
    known = list(amounts)
    return None if None in known else sum(filter(None, known), ZERO)


def _details(details: OrderDetails, goods: Goods | None) -> OrderDetails | None:
    taxes, allowances = tuple[TaxLine, ...](), tuple[AllowanceCharge, ...]()
    second = SecondCurrency()
    if goods is not None:
        taxes = tuple(_tax_line(one, goods) for one in details.tax_lines)
        allowances = shared(allowances_of(details), goods.of, goods.currency)
        second = details.second_currency
    part = replace(
        details,
        tax_lines=taxes,
        allowance_charges=allowances,
        second_currency=second,
        payments=(),
        refunds=(),
        responses=(),
        shipments=(),
        cancel_reason="",
        cancellations=(),
    )
    return None if part == OrderDetails() else part


def allowances_of(details: OrderDetails) -> tuple[AllowanceCharge, ...]:
    """Give what is taken off an order one by one."""
    return tuple(one for one in details.allowance_charges if not one.charge)


def _tax_line(tax: TaxLine, goods: Goods) -> TaxLine:
    """Give the share of one tax: that of the lines which say it, else by worth."""

    def of(member: str) -> Decimal | None:
        amount = getattr(tax, member)
        whole = [getattr(one, member) for one in _alike(goods.every, tax)]
        part = [getattr(one, member) for one in _alike(goods.lines, tax)]
        if amount is None or not whole:
            return goods.of(amount)
        return goods.as_listed(amount, _sum(whole), _sum(part))

    return replace(tax, taxable_amount=of("taxable_amount"), amount=of("amount"))


def _alike(lines: Iterable[Line], tax: TaxLine) -> Iterator[TaxLine]:
    """Give the taxes of lines that are of one category, name and rate."""
    for one in _taxes_of(lines):
        if (one.category, one.name, one.percent) == (tax.category, tax.name, tax.percent):
            yield one


def _taxes_of(lines: Iterable[Line]) -> Iterator[TaxLine]:
    for line in lines:
        yield from line.details.tax_lines if line.details else ()


def _discount(order: Order, part: Order, goods: Goods) -> Discount:
    amount = order.discount.amount
    voucher = goods.of(order.discount.voucher_amount)
    off = None if amount is None else _off(amount, order, part, goods)
    return replace(order.discount, amount=off, voucher_amount=voucher)


def _off(amount: Decimal, order: Order, part: Order, goods: Goods) -> Decimal | None:
    """Give the share of a discount: that of the allowances which it is the sum of, else by worth."""
    for whole, own in zip(_allowances(order), _allowances(part), strict=True):
        if whole == amount:
            return own
    return goods.of(amount)


def _allowances(order: Order) -> tuple[Decimal | None, Decimal | None]:
    """Give what is taken off one by one of an order as a whole, and of its lines as well."""
    own = allowances_of(order.details) if order.details else ()
    if not own or None in [one.amount for one in own]:
        return None, None
    return -put_on(own), -put_on((*own, *allowances_of_lines(order)))


def _sums(order: Order, part: Order, goods: Goods) -> Totals:
    """Give what a portion comes to, by its parts and in all."""
    whole = sums_of(order)
    of_none = {name: None if getattr(whole, name) is None else ZERO for name in FOR_THE_WHOLE}
    off = None if whole.discount is None else _off(whole.discount, order, part, goods)
    sums = Totals(
        subtotal=_subtotal(whole.subtotal, _discounts(order, part, off), goods),
        discount=off,
        tax=None if whole.tax is None else _tax(whole.tax, order, part, goods),
        duty=goods.of(whole.duty),
        **of_none,
    )
    return replace(sums, total=_total(whole.total, order, replace(part, totals=sums)))


def _discounts(order: Order, part: Order, off: Decimal | None) -> tuple[Decimal, Decimal]:
    """Give what is taken off an order in all, and off a portion of it."""
    own = replace(part, totals=Totals(discount=off))
    return discount_of(order) or ZERO, discount_of(own) or ZERO


def _subtotal(
    subtotal: Decimal | None, discounts: tuple[Decimal, Decimal], goods: Goods
) -> Decimal | None:
    """Give what some goods come to in the way in which all do, before or after the discount."""
    if subtotal is None:
        return None
    for of_whole, of_part in ((ZERO, ZERO), discounts):
        whole, own = goods.whole - of_whole, goods.part - of_part
        if subtotal == whole:
            return own
        if subtotal == rounded(whole, goods.currency):
            return rounded(own, goods.currency)
    return goods.of(subtotal)


def _tax(tax: Decimal, order: Order, part: Order, goods: Goods) -> Decimal | None:
    """Give the share of the tax: that of the taxes which are listed, else by worth.

    What is known to be on shipping stays with the shipping.
    """
    lists = (order.details and order.details.tax_lines, part.details and part.details.tax_lines)
    if all(lists):
        whole, own = (_sum(one.amount for one in taxes or ()) for taxes in lists)
        return goods.as_listed(tax, whole, own)
    if of_lines := [one.amount for one in _taxes_of(goods.every)]:
        own = _sum(one.amount for one in _taxes_of(goods.lines))
        return goods.as_listed(tax, _sum(of_lines), own)
    shipping, rate = order.totals.shipping, order.shipping.tax_rate
    on_shipping = rounded(percentage(shipping or ZERO, rate or ZERO), goods.currency)
    return goods.of(tax - on_shipping if 0 <= on_shipping <= tax else tax)


def _total(total: Decimal | None, order: Order, part: Order) -> Decimal | None:
    """Give what a portion comes to in the way in which its order comes to its total."""
    if total is None:
        return None
    whole, own = totals_by_parts(order), totals_by_parts(part)
    payable = rounded(total, order.currency)
    ways = [way for way, one in whole.items() if rounded(one, order.currency) == payable]
    found = next((own[way] for way in ways if way in own), None)
    if found is None:
        found = next(iter(own.values()), ZERO)
    return rounded(found, order.currency) if payable == total else found


def _second(second: SecondCurrency, whole: Totals, part: Totals) -> SecondCurrency:
    """Give what a portion comes to in a second currency: each sum by its share in the first."""
    sums = {
        name: share(
            amount, getattr(part, name) or ZERO, getattr(whole, name) or ZERO, second.currency
        )
        for name, amount in asdict(second.totals).items()
    }
    return replace(second, totals=Totals(**sums))
