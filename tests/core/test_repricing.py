"""Repricing: which lines can have another price, which one that is, and what the order comes to then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from orderglot.core import lifecycle
from orderglot.core.adding_up import answer
from orderglot.core.billing import settled
from orderglot.core.charges import AllowanceCharge, TaxLine
from orderglot.core.correcting import Correction, correct
from orderglot.core.errors import Conflict, HubError, Invalid, Rule
from orderglot.core.findings import Answer
from orderglot.core.line_details import LineDetails
from orderglot.core.line_quantities import counting
from orderglot.core.order import Line, LinePricing, Order, Reference
from orderglot.core.pricing import price
from orderglot.core.product import Product, Tier
from orderglot.core.repricing import reprice
from orderglot.core.resumming import overpaid
from orderglot.core.shipments import Shipment
from orderglot.core.values import InvoiceStatus, Kind, Status

NOON = datetime(2026, 5, 21, 12, tzinfo=UTC)


def at(cup: str, salt: str = "0.999") -> dict[str, Product]:
    """Give the products at these prices; sixty cups are a tenth off."""
    tiers = (Tier(price=Decimal(cup)), Tier(quantity=60, price=Decimal(cup) * Decimal("0.9")))
    return {
        "CUP": Product(sku="CUP", currency="USD", tiers=tiers),
        "SALT": Product(sku="SALT", currency="USD", tiers=(Tier(price=Decimal(salt)),)),
    }


def ordered(cups: int = 12) -> Order:
    lines = (Line(sku="CUP", quantity=cups), Line(sku="SALT", quantity=3))
    return price(Order(status=Status.PROCESSING, currency="USD", lines=lines), at("1.25"))


def with_first(order: Order, **members: object) -> Order:
    return replace(order, lines=(replace(order.lines[0], **members), *order.lines[1:]))


def problems(step: Callable[[], Order]) -> list[tuple[str, Rule, int | None]]:
    with pytest.raises(Invalid) as refused:
        step()
    return [(one.field, one.rule, one.line) for one in refused.value.problems]


def test_lines_have_the_prices_of_today_and_the_bill_follows() -> None:
    order = reprice(ordered(60), at("2", "1"))

    assert [(Decimal("1.8"), Decimal(108)), (Decimal(1), Decimal(3))] == [
        (one.unit_price, one.total) for one in order.lines
    ]
    assert order.invoice is not None
    assert Decimal(111) == order.totals.total == order.invoice.owed.total


def test_a_price_that_is_named_is_for_that_line_alone() -> None:
    order = reprice(ordered(), at("2"), {2: Decimal("0.50")})

    assert [(Decimal("1.25"), 15), (Decimal("0.50"), Decimal("1.50"))] == [
        (one.unit_price, one.total) for one in order.lines
    ]
    assert Decimal("16.50") == order.totals.total


def test_what_was_paid_stands_and_what_was_paid_too_much_is_told() -> None:
    order = reprice(settled(ordered(), InvoiceStatus.PAID), at("1"))

    assert order.invoice is not None
    assert (Decimal(18), Decimal(3)) == (order.invoice.paid.total, overpaid(order))


def test_the_figures_of_a_vendor_move_by_what_the_line_does() -> None:
    theirs = replace(ordered(), references=(Reference("kole@w", "7"),))
    order = reprice(theirs, at("2"), {1: None})

    assert order.invoice is not None
    assert Decimal(27) == order.totals.total == order.invoice.due.total


def test_a_box_costs_what_is_in_it() -> None:
    order = with_first(ordered(), box="FB", units_per_box=10)

    assert 120 == reprice(order, at("1"), {1: Decimal(1)}).lines[0].total


def test_a_price_for_a_hundred_is_one_for_a_hundred_unless_it_is_that_of_today() -> None:
    order = with_first(ordered(), details=LineDetails(price_quantity=100))
    named, today = (reprice(order, at("2"), {1: one}).lines[0] for one in (Decimal(50), None))

    assert (Decimal(6), Decimal(24)) == (named.total, today.total)
    assert today.details is not None
    assert today.details.price_quantity is None


@pytest.mark.parametrize("named", [None, Decimal("1.25")])
def test_a_total_that_nobody_can_explain_is_what_its_price_makes_it(named: Decimal | None) -> None:
    order = reprice(with_first(ordered(), total=Decimal(14)), at("1.25"), {1: named})

    assert (Decimal(15), Decimal(18)) == (order.lines[0].total, order.totals.total)
    assert 10 * Decimal("1.25") == correct(order, Correction(quantities={1: 10}), {}).lines[0].total


def test_a_line_that_comes_to_its_price_stays_as_it_is() -> None:
    order = with_first(ordered(), unit_price=Decimal("1.2499"), total=Decimal("15.00"))

    assert order == reprice(order, at("1.25"), {1: Decimal("1.2499")})


OFF = AllowanceCharge(amount=Decimal(3))
TAX = TaxLine(percent=Decimal(10))


@pytest.mark.parametrize(
    ("charges", "taxes", "total", "expected"),
    [
        ((OFF,), (), "12", "21"),
        ((AllowanceCharge(charge=True, amount=Decimal(1)),), (), "16", "25"),
        ((OFF,), (TAX,), "12", "21"),
        ((OFF,), (TAX,), "13.20", "23.1"),
        ((OFF,), (), "15", "24"),
        ((OFF,), (), "13", "21"),
    ],
)
def test_what_is_put_on_a_line_or_taken_off_is_in_its_new_total_as_in_the_old(
    charges: tuple[AllowanceCharge, ...], taxes: tuple[TaxLine, ...], total: str, expected: str
) -> None:
    details = LineDetails(allowance_charges=charges, tax_lines=taxes)
    order = with_first(ordered(), total=Decimal(total), details=details)

    now = reprice(order, at("2"), {1: Decimal(2)})
    assert Decimal(expected) == now.lines[0].total
    assert details == now.lines[0].details


def test_nobody_is_sent_to_reprice_a_line_that_comes_to_no_more_by_that() -> None:
    details = LineDetails(allowance_charges=(OFF,))
    order = with_first(ordered(), total=Decimal(12), details=details)

    for now, reason in (
        (order, "allowances"),
        (with_first(order, details=None), "reprice it first"),
    ):
        with pytest.raises(Invalid, match=reason):
            correct(now, Correction(quantities={1: 6}), {})


def test_a_partner_sees_the_new_price() -> None:
    pricing = LinePricing(net_price=Decimal("1.25"), total=Decimal(15))
    order = reprice(with_first(ordered(), pricing=pricing), at("2"), {1: Decimal(1)})

    assert order.lines[0].pricing is not None
    assert (Decimal(1), Decimal(12)) == (
        order.lines[0].pricing.net_price,
        order.lines[0].pricing.total,
    )


def test_what_went_out_can_still_be_repriced() -> None:
    order = reprice(lifecycle.ship(ordered(), Shipment(), NOON), at("2"))

    assert (Status.SHIPPED, Decimal(27)) == (order.status, order.totals.total)


@pytest.mark.parametrize(
    "line",
    [Line(status=Status.CANCELLED), Line(remaining=2), counting(Line(), returned=1)],
)
def test_what_came_back_or_does_not_come_keeps_its_price(line: Line) -> None:
    members = {name: getattr(line, name) for name in ("status", "remaining", "details")}
    order = with_first(ordered(), **members)

    assert [("number", Rule.STATE, 1)] == problems(lambda: reprice(order, at("2"), {1: None}))
    assert [order.lines[0], replace(order.lines[1], unit_price=Decimal(1), total=Decimal(3))] == [
        *reprice(order, at("2", "1")).lines
    ]


def test_what_was_cancelled_of_a_line_does_not_fix_its_price() -> None:
    sold = with_first(ordered(), remaining=12)
    order = reprice(lifecycle.cancel(sold, "sold out", {1: 5}), at("2"), {1: None})

    assert (7, Decimal(2)) == (order.lines[0].remaining, order.lines[0].unit_price)


def test_each_line_that_has_no_price_is_named() -> None:
    products = {"CUP": Product(sku="CUP")}

    assert [("sku", Rule.INELIGIBLE, 1), ("sku", Rule.UNKNOWN, 2)] == problems(
        lambda: reprice(ordered(), products)
    )
    assert [
        ("price", Rule.RANGE, 1),
        ("number", Rule.UNKNOWN, 7),
    ] == problems(lambda: reprice(ordered(), products, {1: Decimal(-1), 7: None}))


@pytest.mark.parametrize(
    "order",
    [
        replace(ordered(), status=Status.COMPLETED),
        replace(ordered(), deleted=NOON),
        replace(ordered(), kind=Kind.RETURN),
        replace(ordered(), lines=()),
    ],
)
def test_what_is_over_is_not_repriced(order: Order) -> None:
    with pytest.raises(Conflict):
        reprice(order, at("2"))


PRICES = st.sampled_from((None, Decimal(0), Decimal("0.333"), Decimal(7), Decimal(-1)))


@given(
    st.sampled_from(((), (Reference("kole@w", "7"),))),
    st.sampled_from((InvoiceStatus.UNPAID, InvoiceStatus.PAID)),
    st.lists(st.dictionaries(st.integers(1, 3), PRICES, max_size=2), max_size=3),
)
def test_an_order_adds_up_after_whatever_was_repriced(
    references: tuple[Reference, ...],
    paid: InvoiceStatus,
    prices: list[dict[int, Decimal | None]],
) -> None:
    order = settled(replace(ordered(), references=references), paid)
    for one in prices:
        try:
            now = reprice(order, at("1.1111", "2"), one)
        except HubError:
            continue
        assert Answer.YES is answer(now)
        assert order.invoice is not None
        assert now.invoice is not None
        assert order.invoice.paid == now.invoice.paid
        order = now
