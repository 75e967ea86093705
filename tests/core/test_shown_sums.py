"""Shown sums: what a page shows that has no member for some of the money of an order."""

from __future__ import annotations

from decimal import Decimal

from msgspec.structs import replace

from orderglot.core.order import Discount, Line, LinePricing, Order, Totals
from orderglot.core.shown_sums import charges_beside, lines_total, net_subtotal

HUGE = Decimal("9E+999999")


def line(quantity: int, total: int) -> Line:
    return Line(quantity=quantity, pricing=LinePricing(total=Decimal(total)))


def test_lines_come_to_the_total_but_for_what_else_the_order_says() -> None:
    order = Order(
        currency="USD", lines=(line(2, 70), line(-1, 45)), totals=Totals(total=Decimal(26))
    )
    shipped = replace(order, totals=replace(order.totals, shipping=Decimal(1)))

    assert Decimal(26) == lines_total(order), "as its vendor says"
    assert Decimal(25) == lines_total(shipped)
    assert lines_total(replace(shipped, totals=Totals(shipping=Decimal(1)))) is None


def test_what_is_charged_beside_goods_is_not_known_where_nobody_says_any_of_it() -> None:
    assert charges_beside(Order(totals=Totals(tax=Decimal(1)))) is None
    assert Decimal(8) == charges_beside(
        Order(totals=Totals(shipping=Decimal(5), charges=Decimal(1), taxable_charges=Decimal(2)))
    )


def test_amounts_beyond_all_bounds_are_shown_as_they_came() -> None:
    order = Order(
        lines=(replace(line(1, 1), pricing=LinePricing(total=HUGE)),) * 2,
        totals=Totals(subtotal=HUGE, charges=HUGE, shipping=HUGE, total=HUGE),
        discount=Discount(amount=Decimal(1), voucher_amount=HUGE),
    )

    assert (HUGE, HUGE, HUGE) == (net_subtotal(order), charges_beside(order), lines_total(order))


def test_sums_that_are_larger_than_an_amount_may_be_are_shown_as_they_came() -> None:
    large, one = Decimal(10) ** 12 - 1, Decimal(1)
    order = Order(
        lines=(replace(line(1, 1), pricing=LinePricing(total=large)),) * 2,
        totals=Totals(subtotal=large, charges=large, shipping=one, duty=one, total=one),
    )

    assert (large, large, one) == (net_subtotal(order), charges_beside(order), lines_total(order))
