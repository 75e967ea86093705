"""Payments and refunds in columns: one by one, with amounts where only one can have them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from orderglot.core.adding_up import adds_up, in_words
from orderglot.core.order import Order
from orderglot.core.order_details import OrderDetails, PaymentMade, Refund, RefundedLine
from tests.files.books import Shop, order_of, take_rows

PAID = datetime(2026, 7, 3, tzinfo=UTC)
TEN = Decimal(10)


def details(order: Order) -> OrderDetails:
    return order.details or OrderDetails()


@pytest.mark.parametrize(
    ("columns", "row", "expected"),
    [
        ("Paid at", "2026-07-03", PaymentMade(method="PayPal", date=PAID)),
        ("Amount Paid", "10.00", PaymentMade(method="PayPal", amount=TEN)),
        ("Financial Status", "paid", PaymentMade(method="PayPal")),
        ("Financial Status,amount paid", "refunded,10", PaymentMade(method="PayPal", amount=TEN)),
    ],
)
def test_a_payment_is_made_by_a_time_an_amount_or_a_state(
    shop: Shop, tmp_path: Path, columns: str, row: str, expected: PaymentMade
) -> None:
    order = order_of(shop, tmp_path, f"Payment Method,{columns}", f"1,A,1,10,PayPal,{row}")
    assert (expected,) == details(order).payments
    assert {} == order.extras


def test_a_way_of_paying_alone_is_no_payment_and_stays_text(shop: Shop, tmp_path: Path) -> None:
    columns = "order,sku,qty,Zahlungsart,Payment Reference,Financial Status,Amount Paid"
    rows = ("1,A,1,Rechnung,R-77,pending,0", "2,A,1,Karte,R-78,paid,0")
    done = take_rows(shop, tmp_path, columns, *rows)
    assert (
        "What says nothing by itself is kept as text, in some orders: 'Zahlungsart', 'Payment Reference'."
        in done.remarks
    )
    order = shop.order("1")
    assert None is order.details
    assert {"file.Zahlungsart": "Rechnung", "file.Payment Reference": "R-77"} == order.extras


def test_different_payments_are_one_each_and_none_has_the_amount(
    shop: Shop, tmp_path: Path
) -> None:
    columns = "Payment ID,Payment Method,Date Paid,Amount Paid"
    rows = (
        "1,A,1,4,T1,card,2026-07-03,10",
        "1,B,1,4,T2,voucher,2026-07-03,10",
        "1,C,1,2,T1,,,10",
        "1,D,1,0,,,2026-07-03,10",
    )
    expected = (
        PaymentMade(id="T1", method="card", date=PAID),
        PaymentMade(id="T2", method="voucher", date=PAID),
    )
    assert expected == details(order_of(shop, tmp_path, columns, *rows)).payments


def test_a_refund_is_of_the_lines_that_say_so(shop: Shop, tmp_path: Path) -> None:
    refunded = "R1,damaged,2026-07-03,7.50"
    order = order_of(
        shop,
        tmp_path,
        "Refund ID,Refund Reason,Refunded at,refunded,Line Refund Amount,Quantity Returned",
        f"1,A,2,5,{refunded},5.00,1",
        f"1,B,1,4,{refunded},0.00,0",
        f"1,C,1,4,{refunded},,",
    )
    lines = (RefundedLine(number=1, quantity=1, amount=Decimal("5.00")),)
    refund = Refund(id="R1", reason="damaged", date=PAID, amount=Decimal("7.50"), lines=lines)
    assert (refund,) == details(order).refunds
    assert "adds up" == in_words(adds_up(order))


def test_different_refunds_are_one_each_with_the_lines_of_their_rows(
    shop: Shop, tmp_path: Path
) -> None:
    columns = "refund_id,refunded,line_refunded"
    rows = ("1,A,2,5,R1,9,5", "1,B,1,4,R2,9,-4", "1,C,1,4,,9,")
    assert (
        Refund(id="R1", lines=(RefundedLine(number=1, amount=Decimal(5)),)),
        Refund(id="R2", lines=(RefundedLine(number=2, amount=Decimal(4)),)),
    ) == details(order_of(shop, tmp_path, columns, *rows)).refunds


def test_what_lines_say_of_a_refund_is_not_its_sum(shop: Shop, tmp_path: Path) -> None:
    order = order_of(shop, tmp_path, "Line Refund Amount", "1,A,2,5,5.00", "2,A,1,1,0", "3,A,1,1,")
    assert (Refund(lines=(RefundedLine(number=1, amount=Decimal("5.00")),)),) == details(
        order
    ).refunds
    assert [None, None] == [one.invoice for one in (order, shop.order("2"))]
    assert [None, None] == [shop.order(number).details for number in ("2", "3")]


def test_more_refunded_than_ordered_does_not_add_up(shop: Shop, tmp_path: Path) -> None:
    order = order_of(shop, tmp_path, "Refund ID,Quantity Refunded", "1,A,2,5,R1,3")
    found = in_words(adds_up(order))
    assert found.startswith("does not add up: lines[1].returned is 1 too much")


def test_times_of_payments_are_clues_for_the_dates_of_the_file(shop: Shop, tmp_path: Path) -> None:
    columns = "Paid on,Refund Date,Refund Reason"
    done = take_rows(
        shop, tmp_path, f"order,sku,qty,price,{columns}", "1,A,1,1,03/07/2026,25/07/2026,late"
    )
    assert "Dates are read as dmy, as the file has '25/07/2026'." in done.remarks
    assert "Times without a zone are taken as UTC; --timezone names another." in done.remarks
    assert [PAID] == [one.date for one in details(shop.order("1")).payments]


def test_a_time_that_is_none_is_named_by_column_and_line(shop: Shop, tmp_path: Path) -> None:
    done = take_rows(shop, tmp_path, "order,sku,qty,Paid at", "1,A,1,2026-07-03", "1,B,1,never")
    reason = "its 'Paid at' on line 3: the time 'never' is not one such as 2010-12-01 08:26"
    assert [reason] == [one.reason for one in done.aside]
