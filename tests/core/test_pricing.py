"""Pricing: what a draft costs, and why it cannot be bought."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from orderglot.core.errors import Invalid, Rule
from orderglot.core.order import Line, LinePricing, Order
from orderglot.core.pricing import line_pricing, price
from orderglot.core.product import Product, Tier, price_of
from orderglot.core.values import InvoiceStatus, Status

CUP = Product(
    sku="AA124",
    title="Cup",
    upc="012345678905",
    pack=12,
    tiers=(Tier(quantity=12, price=Decimal("1.10")), Tier(quantity=48, price=Decimal("0.95"))),
    weight=Decimal("0.25"),
)
PLATE = Product(sku="AA125", tiers=(Tier(price=Decimal("2.005")),))
BARE = Product(sku="AA126")
PRODUCTS = {product.sku: product for product in (CUP, PLATE, BARE)}


def draft(*lines: tuple[str, int]) -> Order:
    return Order(lines=tuple(Line(sku=sku, quantity=quantity) for sku, quantity in lines))


def test_a_line_costs_its_pieces_and_the_order_the_sum() -> None:
    order = price(draft(("AA124", 12), ("AA125", 3)), PRODUCTS)

    assert [Decimal("13.20"), Decimal("6.015")] == [line.total for line in order.lines]
    assert Decimal("19.215") == order.totals.subtotal == order.totals.total


def test_the_tier_goes_by_all_pieces_of_a_product_in_the_order() -> None:
    order = price(draft(("AA124", 24), ("AA124", 24)), PRODUCTS)

    assert [Decimal("0.95")] * 2 == [line.unit_price for line in order.lines]


@pytest.mark.parametrize(
    ("quantity", "unit_price"),
    [(1, "1.10"), (12, "1.10"), (47, "1.10"), (48, "0.95"), (99, "0.95")],
)
def test_the_highest_tier_that_is_reached_gives_the_price(quantity: int, unit_price: str) -> None:
    assert Decimal(unit_price) == price_of(CUP, quantity)


def test_a_product_without_tiers_has_no_price() -> None:
    assert price_of(BARE, 1) is None


def test_a_line_takes_on_what_its_product_says() -> None:
    (line,) = price(draft(("AA124", 12)), PRODUCTS).lines

    assert ("Cup", "012345678905", 1, Status.RECEIVED) == (
        line.title,
        line.upc,
        line.number,
        line.status,
    )
    assert Decimal("3.00") == line.weight


def test_all_of_it_is_still_owed() -> None:
    invoice = price(draft(("AA124", 12)), PRODUCTS).invoice

    assert invoice is not None
    assert InvoiceStatus.UNPAID == invoice.status
    assert invoice.due == invoice.owed
    assert (Decimal("13.20"), Decimal(0)) == (invoice.owed.total, invoice.paid.total)


def test_every_line_that_cannot_be_bought_is_told_at_once() -> None:
    with pytest.raises(Invalid) as caught:
        price(draft(("AA999", 1), ("AA124", 13), ("AA125", 1), ("AA126", 1)), PRODUCTS)

    assert [("sku", Rule.UNKNOWN, 1), ("quantity", Rule.PACK, 2), ("sku", Rule.INELIGIBLE, 4)] == [
        (problem.field, problem.rule, problem.line) for problem in caught.value.problems
    ]


EURO = Product(sku="AA127", currency="EUR", tiers=(Tier(price=Decimal(2)),))


def in_currency(order: str, line: str) -> Order:
    return Order(currency=order, lines=(Line(sku="AA127", quantity=1, currency=line),))


@pytest.mark.parametrize(("order", "line"), [("", ""), ("EUR", ""), ("USD", "EUR")])
def test_a_product_is_sold_in_its_currency(order: str, line: str) -> None:
    assert Decimal(2) == price(in_currency(order, line), {"AA127": EURO}).totals.total


@pytest.mark.parametrize(("order", "line"), [("USD", ""), ("", "USD"), ("EUR", "USD")])
def test_a_product_is_sold_in_no_other_currency(order: str, line: str) -> None:
    with pytest.raises(Invalid) as refused:
        price(in_currency(order, line), {"AA127": EURO})
    (problem,) = refused.value.problems

    assert ("currency", Rule.CURRENCY) == (problem.field, problem.rule)


def test_a_priced_line_has_its_figures_as_a_partner_sees_them() -> None:
    (line,) = price(draft(("AA124", 12)), PRODUCTS).lines
    piece = Decimal("1.10")

    assert line_pricing(Line()) is None
    assert LinePricing(
        list_price=piece, discounted_price=piece, net_price=piece, total=Decimal("13.20")
    ) == line_pricing(line)


def worth(price_: str, sku: str = "AA128", currency: str = "") -> Product:
    return Product(sku=sku, currency=currency, tiers=(Tier(price=Decimal(price_)),))


FINE = {"AA128": worth("1.235"), "AA129": worth("0.333", "AA129")}


@pytest.mark.parametrize(("currency", "due"), [("USD", "4.04"), ("JPY", "4"), ("KWD", "4.038")])
def test_what_is_due_is_rounded_once_to_what_can_be_paid(currency: str, due: str) -> None:
    order = price(replace(draft(("AA128", 3), ("AA129", 1)), currency=currency), FINE)

    assert order.invoice is not None
    assert Decimal(due) == order.totals.total == order.invoice.due.total == order.invoice.owed.total
    assert [Decimal("3.705"), Decimal("0.333")] == [line.total for line in order.lines]


def test_where_each_line_is_a_figure_the_sum_is_theirs() -> None:
    wanted = replace(draft(("AA128", 1), ("AA128", 1)), currency="USD")
    order = price(wanted, FINE, lines_rounded=True)

    assert [Decimal("1.24")] * 2 == [line.total for line in order.lines]
    assert Decimal("2.48") == order.totals.total
    assert Decimal("2.47") == price(wanted, FINE).totals.total


def test_amounts_in_two_currencies_have_no_sum() -> None:
    wanted = Order(
        lines=(
            Line(sku="AA127", quantity=1, currency="EUR"),
            Line(sku="AA128", quantity=1, currency="JPY"),
        )
    )
    order = price(wanted, {**FINE, "AA127": EURO})

    assert order.invoice is not None
    assert order.totals.total is order.invoice.due.total is None
