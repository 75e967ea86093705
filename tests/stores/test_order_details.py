"""What few orders say: kept, found and compared like any member, in every store alike."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from msgspec.structs import replace

from orderglot import dialects
from orderglot.core.amounts import Totals
from orderglot.core.cancellation_requests import (
    CancellationRequest,
    CancellationState,
    LineToCancel,
)
from orderglot.core.charges import AllowanceCharge, TaxLine
from orderglot.core.errors import Invalid
from orderglot.core.item_numbers import ItemNumbers
from orderglot.core.line_details import LineDetails
from orderglot.core.order import Address, Line, Order, Reference
from orderglot.core.order_details import (
    OrderDetails,
    PaymentMade,
    Refund,
    RefundedLine,
    SecondCurrency,
)
from orderglot.core.order_responses import LineResponse, OrderResponse, ResponseCode
from orderglot.core.parties import Party, Role
from orderglot.core.query import Compare, Operator, Value, Window
from orderglot.core.reconciliation import reconcile
from orderglot.core.schedule import Schedule
from orderglot.core.shipments import Shipment, ShippedLine
from orderglot.core.values import Status
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
    parties=(Party(role=Role.SHIP_TO, number="7", name="Dock 7", address=Address(city="Carson")),),
    schedule=Schedule(wanted=date(2026, 12, 24), cancel_after=date(2026, 12, 31)),
    responses=(
        OrderResponse(
            code=ResponseCode.CHANGED,
            date=datetime(2026, 12, 1, tzinfo=UTC),
            lines=(LineResponse(number=1, code=ResponseCode.REFUSED, reason="sold out"),),
        ),
    ),
    shipments=(Shipment(tracking="1Z7", lines=(ShippedLine(number=1, quantity=Decimal("1.50")),)),),
    hold_reason="credit",
    cancellations=(
        CancellationRequest(
            state=CancellationState.ASKED,
            asked=datetime(2026, 12, 2, tzinfo=UTC),
            asked_by="Ann",
            lines=(LineToCancel(number=1, quantity=Decimal("0.50")),),
        ),
    ),
)
LINE = Line(
    number=1,
    quantity=2,
    details=LineDetails(
        tax_lines=(VAT,),
        allowance_charges=(CODE,),
        item_numbers=ItemNumbers(buyer="B-124", gtin="4006381333931"),
        schedule=Schedule(promised=date(2026, 12, 23)),
        ship_to="7",
    ),
)


def test_an_order_that_says_none_of_it_is_written_as_ever() -> None:
    order = Order(lines=(Line(quantity=24, details=LineDetails(shipped=3)),))

    assert b'{"lines":[{"quantity":24,"details":{"shipped":3}}]}' == document.write(order)
    assert document.read_order(document.write(order)).details is None


def test_all_of_it_is_kept(shop: Shop) -> None:
    placed = shop.placed(currency="USD", lines=(LINE,), details=DETAILS)
    kept = shop.get("orderglot", str(placed.id))

    assert placed == kept
    assert kept.details is not None
    assert DETAILS == kept.details
    (refunded,), (shipped,) = kept.details.refunds[0].lines, kept.details.shipments[0].lines
    assert ("0.5", "1.5") == (str(refunded.quantity), str(shipped.quantity))


TINY = Decimal("0.0000001")
"""Smaller than any quantity."""


@pytest.mark.parametrize(
    ("name", "details"),
    [
        ("refunds", OrderDetails(refunds=(Refund(lines=(RefundedLine(quantity=TINY),)),))),
        ("shipments", OrderDetails(shipments=(Shipment(lines=(ShippedLine(quantity=TINY),)),))),
        (
            "responses",
            OrderDetails(responses=(OrderResponse(lines=(LineResponse(quantity=TINY),)),)),
        ),
        (
            "cancellations",
            OrderDetails(
                cancellations=(CancellationRequest(lines=(LineToCancel(quantity=TINY),)),)
            ),
        ),
    ],
)
def test_a_quantity_in_the_details_is_one_like_any(
    shop: Shop, name: str, details: OrderDetails
) -> None:
    with pytest.raises(Invalid, match=rf"details\.{name}\.lines\.quantity"):
        shop.placed(details=details)


@pytest.mark.parametrize(
    ("name", "operator", "value"),
    [
        ("details.prices_include_tax", Operator.EQ, False),
        ("details.tax_lines.percent", Operator.EQ, 20),
        ("details.allowance_charges.charge", Operator.EQ, True),
        ("details.second_currency.totals.total", Operator.GT, Decimal("12.41")),
        ("details.payments.method", Operator.BEGINS, "CA"),
        ("details.refunds.lines.quantity", Operator.LT, 1),
        ("details.parties.role", Operator.EQ, "ship to"),
        ("details.parties.address.city", Operator.BEGINS, "cars"),
        ("details.schedule.wanted", Operator.LTE, date(2026, 12, 24)),
        ("details.responses.date", Operator.GTE, datetime(2026, 12, 1, tzinfo=UTC)),
        ("details.responses.lines.code", Operator.EQ, "refused"),
        ("details.shipments.tracking", Operator.EQ, "1Z7"),
        ("details.hold_reason", Operator.EQ, "credit"),
        ("details.cancellations.state", Operator.EQ, "asked"),
        ("details.cancellations.asked", Operator.LT, datetime(2026, 12, 3, tzinfo=UTC)),
        ("details.cancellations.asked_by", Operator.BEGINS, "a"),
        ("details.cancellations.lines.quantity", Operator.LT, 1),
        ("lines.details.item_numbers.gtin", Operator.EQ, "4006381333931"),
        ("lines.details.schedule.promised", Operator.EQ, date(2026, 12, 23)),
        ("lines.details.ship_to", Operator.EQ, "7"),
        ("lines.details.tax_lines.amount", Operator.EQ, 2),
        ("lines.details.allowance_charges.code", Operator.EQ, "SPRING"),
    ],
)
def test_an_order_is_found_by_any_of_it(
    shop: Shop, name: str, operator: Operator, value: Value
) -> None:
    shop.placed(lines=(Line(quantity=2),))
    found = shop.placed(lines=(LINE,), details=DETAILS)

    where = Compare(name, operator, value)
    assert (found,) == shop.run(shop.book.page(Window(where=where))).orders


def test_orders_whose_cancellation_nobody_asks_for_are_told_apart(shop: Shop) -> None:
    (asked,) = DETAILS.cancellations
    refused = replace(asked, state=CancellationState.REFUSED)
    shop.placed(
        lines=(replace(LINE, quantity=1),), details=OrderDetails(cancellations=(refused, asked))
    )
    others = (
        shop.placed(lines=(Line(quantity=2),)),
        shop.placed(details=OrderDetails(hold_reason="credit")),
        shop.placed(lines=(LINE,), details=OrderDetails(cancellations=(refused,))),
    )

    where = Compare("details.cancellations.state", Operator.NE, "asked")
    assert others == shop.run(shop.book.page(Window(where=where))).orders


def test_what_comes_again_from_elsewhere_leaves_what_was_asked(shop: Shop) -> None:
    order = Order(references=(Reference("file@shop", "7"),), lines=(LINE,))
    (kept,) = shop.run(shop.book.keep(order))
    asked = replace(kept.order, details=OrderDetails(cancellations=DETAILS.cancellations))
    shop.run(shop.book.change(asked))
    for details in (None, OrderDetails(hold_reason="credit")):
        (again,) = shop.run(shop.book.keep(replace(order, notes="More.", details=details)))
        found = again.order.details
        assert found == replace(details or OrderDetails(), cancellations=DETAILS.cancellations)


def test_an_open_request_is_closed_by_whatever_leaves_nothing_of_it(shop: Shop) -> None:
    placed = shop.placed(lines=(LINE,), details=DETAILS)
    sent = shop.run(shop.book.change(replace(placed, status=Status.COMPLETED)))
    again = shop.run(shop.book.change(replace(sent, name="Another")))

    assert again.details is not None
    assert [CancellationState.TOO_LATE] == [one.state for one in again.details.cancellations]
    events = [(one.version, one.what) for one in shop.run(shop.book.events(placed.id))]
    assert [(1, "placed"), (2, "cancellation too late"), (2, "changed"), (3, "changed")] == sorted(
        events
    )


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

    can = dialects.dialect(name).can
    lost = losses(order, name, can)
    if not can.loses:
        assert () == lost
        return
    assert {one.split(".")[0] for one in lost if "details" in one or one == "lines"} >= {
        "details",
        "lines",
    }
