"""Dividable orders: orders that add up, as Hypothesis draws them, to be split, returned and exchanged."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from msgspec.structs import replace

from orderglot.core.charges import AllowanceCharge, TaxLine, share
from orderglot.core.currencies import rounded
from orderglot.core.line_details import LineDetails
from orderglot.core.order import Amounts, Discount, Invoice, Line, LinePricing, Order, Totals
from orderglot.core.order_details import OrderDetails
from orderglot.core.quantities import Quantity, exact
from orderglot.core.totals import less, worth
from orderglot.core.values import InvoiceStatus, Status

ZERO = Decimal(0)
RATES = (Decimal(19), Decimal(7))
UNITS = {"USD": 2, "JPY": 0, "KWD": 3}


def money(currency: str, largest: int = 100_000) -> SearchStrategy[Decimal]:
    """Draw an amount that can be paid in a currency."""
    return st.integers(0, largest).map(lambda units: Decimal(units).scaleb(-UNITS[currency]))


def counts() -> SearchStrategy[Quantity]:
    """Draw a quantity of a line: pieces, or a measure of one or two decimals."""
    pieces = st.integers(1, 50)
    return st.one_of(pieces, pieces, st.integers(1, 999).map(lambda n: exact(Decimal(n) / 100)))


@st.composite
def lines(draw: st.DrawFn, currency: str, number: int, taxed: bool) -> Line:
    """Draw a line at a price that can be paid, with allowances and a tax beside its total."""
    quantity = draw(counts())
    price = draw(money(currency, 2_000))
    plain = worth(quantity, price)
    charges = tuple(
        AllowanceCharge(charge=charge, amount=amount)
        for charge, amount in draw(
            st.lists(st.tuples(st.booleans(), money(currency, 50)), max_size=2)
        )
    )
    put_on = sum((one.amount if one.charge else -one.amount for one in charges if one.amount), ZERO)
    total = rounded(plain + put_on, currency)
    rate = draw(st.sampled_from(RATES))
    tax = TaxLine(percent=rate, taxable_amount=total, amount=rounded(share(total, rate), currency))
    details = LineDetails(allowance_charges=charges, tax_lines=(tax,) if taxed else ())
    return Line(
        number=number,
        id=f"L{number}",
        sku=f"S{number}",
        quantity=quantity,
        unit="" if isinstance(quantity, int) else "kg",
        unit_price=price,
        total=total,
        weight=draw(st.none() | st.just(Decimal("0.7") * quantity)),
        remaining=draw(st.none() | st.just(quantity)) if isinstance(quantity, int) else None,
        pricing=draw(
            st.none() | st.just(LinePricing(net_price=price, total=rounded(plain, currency)))
        ),
        status=draw(st.sampled_from([None, Status.RECEIVED, Status.PROCESSING])),
        details=None if details == LineDetails() else details,
    )


@st.composite
def orders(draw: st.DrawFn) -> Order:
    """Draw an open order with discount, taxes, shipping, duty and a bill, all of which adds up."""
    currency, taxed = draw(st.sampled_from(sorted(UNITS))), draw(st.booleans())
    made = tuple(
        draw(lines(currency, number, taxed)) for number in range(1, draw(st.integers(1, 4)) + 1)
    )
    subtotal = sum((line.total for line in made if line.total), ZERO)
    off = min(draw(money(currency, 300)), max(subtotal, ZERO))
    allowances = (AllowanceCharge(reason="season", amount=off),) if draw(st.booleans()) else ()
    taxes = _taxes(made) if taxed else _one_tax(subtotal - off, currency)
    included = draw(st.booleans())
    details = OrderDetails(
        tax_lines=taxes if draw(st.booleans()) else (),
        allowance_charges=allowances,
        prices_include_tax=included,
    )
    tax = sum((one.amount for one in taxes if one.amount), ZERO)
    shipping, duty, charges = (draw(money(currency, 900)) for _ in range(3))
    total = subtotal - off + shipping + duty + charges + (ZERO if included else tax)
    totals = Totals(
        subtotal=subtotal,
        discount=off,
        tax=tax,
        shipping=shipping,
        duty=duty,
        charges=charges,
        total=total,
    )
    return Order(
        id=1,
        version=1,
        number="N1",
        status=draw(st.sampled_from([Status.RECEIVED, Status.PROCESSING])),
        currency=currency,
        lines=made,
        discount=Discount(amount=off),
        totals=totals,
        invoice=draw(st.none() | bills(totals, included=included)),
        details=details,
    )


def _taxes(made: tuple[Line, ...]) -> tuple[TaxLine, ...]:
    """Add up the taxes of lines by their rates."""
    every = [one for line in made if line.details for one in line.details.tax_lines]
    return tuple(
        TaxLine(percent=rate, amount=sum((one.amount or ZERO for one in alike), ZERO))
        for rate in RATES
        if (alike := [one for one in every if one.percent == rate])
    )


def _one_tax(base: Decimal, currency: str) -> tuple[TaxLine, ...]:
    return (TaxLine(name="sales", amount=rounded(share(base, RATES[1]), currency)),)


def bills(totals: Totals, *, included: bool) -> SearchStrategy[Invoice]:
    """Draw the bill of an order: not paid, paid in part, or in full."""
    total, tax = totals.total or ZERO, totals.tax or ZERO
    put_on = (totals.shipping or ZERO) + (totals.duty or ZERO) + (ZERO if included else tax)
    due = Amounts(
        subtotal=total - put_on,
        tax=tax,
        duty=totals.duty,
        shipping=totals.shipping,
        total=total,
    )
    none = less(due, due)
    some = replace(none, subtotal=Decimal(1), total=Decimal(1))
    paid = st.sampled_from(
        [
            (InvoiceStatus.UNPAID, none),
            (InvoiceStatus.PARTIALLY_PAID, some),
            (InvoiceStatus.PAID, due),
        ]
    )
    return paid.map(
        lambda one: Invoice(
            number="I1", status=one[0], due=due, paid=one[1], owed=less(due, one[1]), refunded=none
        )
    )
