"""Summing up: what an order comes to, rounded once, and what its bill is for."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from orderglot.core.line_details import LineDetails
from orderglot.core.order import Amounts, Discount, Invoice, Line, Order, Shipping, Totals
from orderglot.core.quantities import Quantity
from orderglot.core.totals import by_price, summed, totalled

GOODS = (Line(quantity=3, unit_price=Decimal("1.235")), Line(quantity=1, total=Decimal("0.333")))


def order(currency: str, shipping: str = "0", rate: str = "0", off: str = "0") -> Order:
    return Order(
        currency=currency,
        lines=GOODS,
        totals=Totals(shipping=Decimal(shipping)),
        shipping=Shipping(tax_rate=Decimal(rate)),
        discount=Discount(amount=Decimal(off)),
    )


@pytest.mark.parametrize(
    ("currency", "total"), [("USD", "4.04"), ("JPY", "4"), ("KWD", "4.038"), ("", "4.038")]
)
def test_the_sum_of_the_lines_is_rounded_once(currency: str, total: str) -> None:
    totals = summed(order(currency)).totals

    assert Decimal(total) == totals.subtotal == totals.total


@pytest.mark.parametrize(
    ("currency", "tax", "total"),
    [("USD", "1.58", "16.12"), ("KWD", "1.575", "16.113"), ("JPY", "2", "17")],
)
def test_the_tax_on_shipping_is_rounded_in_the_orders_currency(
    currency: str, tax: str, total: str
) -> None:
    totals = summed(order(currency, "10.5", "15")).totals

    assert (Decimal(tax), Decimal(total)) == (totals.tax, totals.total)


def test_what_is_taken_off_is_an_amount_that_can_be_paid() -> None:
    sum_ = summed(order("USD", off="1.005"))

    assert Decimal("1.01") == sum_.discount.amount == sum_.totals.discount
    assert Decimal("3.03") == sum_.totals.total


def test_no_more_than_the_lines_come_to_is_taken_off() -> None:
    assert Decimal(2) == summed(order("USD", "2", off="50")).totals.total


def test_a_bill_is_for_the_new_sum_less_what_was_paid() -> None:
    paid = Amounts(subtotal=Decimal(4), total=Decimal(4))
    bill = Invoice(due=Amounts(total=Decimal("4.04")), paid=paid)
    changed = summed(replace(order("USD", "10", "10"), invoice=bill)).invoice

    assert changed is not None
    assert Decimal("15.04") == changed.due.total
    assert Decimal("11.04") == changed.owed.total
    assert (Decimal("0.04"), Decimal(1)) == (changed.owed.subtotal, changed.owed.tax)


def test_a_bill_without_figures_gets_none() -> None:
    bill = Invoice(number="1029")

    assert bill == summed(replace(order("USD"), invoice=bill)).invoice


@pytest.mark.parametrize(
    ("quantity", "price", "per", "total"),
    [
        (24, "1.20", None, "28.80"),
        (24, "1.20", 12, "2.4"),
        (Decimal("1.5"), "2.99", None, "4.485"),
        (Decimal("0.333333"), "0.000001", Decimal("0.000003"), "0.111111"),
        (10, "10", 3, "33.333333"),
        (2**60, "999999999999.999999", Decimal("0.000001"), None),
    ],
)
def test_a_line_comes_to_its_price_for_as_many_as_that_is_for(
    quantity: Quantity, price: str, per: Quantity | None, total: str | None
) -> None:
    details = LineDetails(price_quantity=per)
    found = by_price(Line(quantity=quantity, unit_price=Decimal(price), details=details))

    assert found is not None
    assert total in (None, str(found))


DOLLARS, EUROS = (
    Line(quantity=1, total=Decimal(5), currency=currency) for currency in ("USD", "EUR")
)


def test_lines_in_two_currencies_come_to_no_sum_and_what_was_paid_stands() -> None:
    paid = Amounts(total=Decimal(4))
    bill = Invoice(due=Amounts(total=Decimal(5)), paid=paid)
    found = summed(replace(order("USD", "2"), lines=(DOLLARS, EUROS), invoice=bill))

    assert (None, None, Decimal(2)) == (
        found.totals.subtotal,
        found.totals.total,
        found.totals.shipping,
    )
    assert Invoice(paid=paid) == found.invoice


@pytest.mark.parametrize("currency", ["", "USD"])
def test_lines_in_two_currencies_do_not_say_what_an_order_comes_to(currency: str) -> None:
    plain = replace(DOLLARS, currency="")
    order = Order(currency=currency, lines=(plain, EUROS))

    assert totalled(order).totals.total is None
    assert Decimal(10) == totalled(replace(order, lines=(plain, plain))).totals.total
