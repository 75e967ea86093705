"""What few orders say of their money: kept, found and compared like any member, in every store alike."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from orderglot import dialects
from orderglot.core.amounts import Totals
from orderglot.core.charges import AllowanceCharge, TaxLine
from orderglot.core.errors import Invalid
from orderglot.core.line_details import LineDetails
from orderglot.core.order import Line, Order
from orderglot.core.order_details import (
    OrderDetails,
    PaymentMade,
    Refund,
    RefundedLine,
    SecondCurrency,
)
from orderglot.core.query import Compare, Operator, Window
from orderglot.core.reconciliation import reconcile
from orderglot.stores import document
from orderglot.wire.loss import losses
from tests.stores.shops import Shop

VAT = TaxLine(category="S", percent=Decimal(20), taxable_amount=Decimal(10), amount=Decimal(2))
CODE = AllowanceCharge(code="SPRING", amount=Decimal("1.50"))
WRAPPING = AllowanceCharge(charge=True, reason="wrapping", amount=Decimal(3))
DETAILS = OrderDetails(
    prices_include_tax=False,
    tax_lines=(VAT,),
    allowance_charges=(CODE, WRAPPING),
    second_currency=SecondCurrency(
        currency="EUR", rate=Decimal("0.92"), totals=Totals(total=Decimal("12.42"))
    ),
    payments=(PaymentMade(method="card", amount=Decimal("13.50")),),
    refunds=(Refund(amount=Decimal(6), lines=(RefundedLine(number=1, quantity=Decimal("0.50")),)),),
)
LINE = Line(number=1, quantity=2, details=LineDetails(tax_lines=(VAT,), allowance_charges=(CODE,)))


def test_an_order_that_says_none_of_it_is_written_as_ever() -> None:
    order = Order(lines=(Line(quantity=24, details=LineDetails(shipped=3)),))

    assert b'{"lines":[{"quantity":24,"details":{"shipped":3}}]}' == document.write(order)
    assert document.read_order(document.write(order)).details is None


def test_all_of_it_is_kept(shop: Shop) -> None:
    placed = shop.placed(currency="USD", lines=(LINE,), details=DETAILS)
    kept = shop.get("orderglot", str(placed.id))

    assert placed == kept
    assert kept.details is not None
    assert replace(DETAILS, refunds=()) == replace(kept.details, refunds=())
    (line,) = kept.details.refunds[0].lines
    assert "0.5" == str(line.quantity)


def test_a_quantity_of_a_refund_is_one_like_any(shop: Shop) -> None:
    refund = Refund(lines=(RefundedLine(number=1, quantity=Decimal("0.0000001")),))

    with pytest.raises(Invalid, match=r"details\.refunds\.lines\.quantity"):
        shop.placed(details=OrderDetails(refunds=(refund,)))


@pytest.mark.parametrize(
    ("name", "operator", "value"),
    [
        ("details.prices_include_tax", Operator.EQ, False),
        ("details.tax_lines.percent", Operator.EQ, 20),
        ("details.allowance_charges.charge", Operator.EQ, True),
        ("details.second_currency.totals.total", Operator.GT, Decimal("12.41")),
        ("details.payments.method", Operator.BEGINS, "CA"),
        ("details.refunds.lines.quantity", Operator.LT, 1),
        ("lines.details.tax_lines.amount", Operator.EQ, 2),
        ("lines.details.allowance_charges.code", Operator.EQ, "SPRING"),
    ],
)
def test_an_order_is_found_by_any_of_it(
    shop: Shop, name: str, operator: Operator, value: object
) -> None:
    shop.placed(lines=(Line(quantity=2),))
    found = shop.placed(lines=(LINE,), details=DETAILS)

    where = Compare(name, operator, value)  # type: ignore[arg-type]
    assert (found,) == shop.run(shop.book.page(Window(where=where))).orders


def test_what_a_vendor_changes_of_it_is_taken_and_what_he_does_not_show_stays() -> None:
    before = Order(number="V-1", details=OrderDetails(tax_lines=(VAT,)))
    ours = replace(before, details=DETAILS)
    taxed = replace(VAT, amount=Decimal("2.01"))
    now = replace(before, details=OrderDetails(tax_lines=(taxed,)))
    found = reconcile(before, now, ours, ours_win=False)

    assert replace(DETAILS, tax_lines=(taxed,)) == found.order.details
    assert ("details.tax_lines",) == found.taken
    hidden = reconcile(before, replace(before, details=None), ours, ours_win=False)
    assert (DETAILS, ("details",)) == (hidden.order.details, hidden.hidden)


@pytest.mark.parametrize("name", dialects.names())
def test_a_wire_that_has_no_place_for_it_declares_that(name: str) -> None:
    order = Order(lines=(LINE,), details=DETAILS)

    lost = losses(order, name, dialects.dialect(name).can)
    assert {one.split(".")[0] for one in lost if "details" in one or one == "lines"} >= {
        "details",
        "lines",
    }
