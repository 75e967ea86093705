"""Single values on the wire, where the canonical order has more to say than the page."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from orderglot.core.order import Address, Amounts, Identity, Invoice, Line, Order, Reference
from orderglot.core.values import Status
from orderglot.dialects.kole.media import ORDER
from orderglot.dialects.kole.orders import GET_ORDER
from orderglot.wire.message import Request


def written(order: Order) -> Any:
    """Give the members of an order as they stand in JSON, numbers as they are written."""
    request = Request(method="GET", path="/orders/1", headers={"accept": ORDER[1]})
    body = GET_ORDER.response.write(order, request).body
    return json.loads(body, parse_int=str, parse_float=str)["order"]


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (Status.DRAFT, "HOLD"),
        (Status.RECEIVED, "PROCESSING"),
        (Status.PROCESSING, "PROCESSING"),
        (Status.CHARGED, "CHARGED"),
        (Status.PACKING, "PACKAGING"),
        (Status.SHIPPED, "SHIPPED"),
        (Status.COMPLETED, "SHIPPED"),
        (Status.ON_HOLD, "HOLD"),
        (Status.CANCELLED, "VOID"),
        (Status.FAILED, "VOID"),
    ],
)
def test_every_status_has_a_word(status: Status, word: str) -> None:
    assert word == written(Order(status=status))["status"]


@pytest.mark.parametrize("status", list(Status))
def test_a_line_is_ordered_however_far_it_has_come(status: Status) -> None:
    assert "ORDERED" == written(Order(lines=(Line(status=status),)))["items"][0]["line_status"]


@pytest.mark.parametrize(
    ("amount", "text"),
    [("40.80", "40.8"), ("100", "100"), ("1E+2", "100"), ("0.000001", "0.000001"), ("-7.00", "-7")],
)
def test_an_amount_is_bare_and_exact(amount: str, text: str) -> None:
    order = Order(
        lines=(Line(total=Decimal(amount)),), invoice=Invoice(paid=Amounts(duty=Decimal(amount)))
    )
    assert text == written(order)["items"][0]["line_total"]
    assert text == written(order)["invoice"]["paid"]["duty"]


@pytest.mark.parametrize(
    ("weight", "pounds"),
    [
        ("6.00", "6"),
        ("0.1", "1"),
        ("6.5", "7"),
        ("-6.1", "-7"),
        ("0", "0"),
        ("999999999999.5", "999999999999"),
        ("-999999999999.5", "-999999999999"),
    ],
)
def test_a_weight_is_in_whole_pounds_and_never_less(weight: str, pounds: str) -> None:
    assert pounds == written(Order(lines=(Line(weight=Decimal(weight)),)))["items"][0]["weight"]


@pytest.mark.parametrize(
    ("id", "text"),
    [
        ("12345", 12345),
        ("9999999999", 9999999999),
        ("10000000000", "10000000000"),
        ("007", "007"),
        ("KI-7", "KI-7"),
        ("\u0667", "\u0667"),
    ],
)
def test_an_order_s_id_is_a_number_where_it_can_be_one(id: str, text: int | str) -> None:
    request = Request(method="GET", path="/orders/1", headers={"accept": ORDER[1]})
    order = Order(references=(Reference("kole", id),))
    assert text == json.loads(GET_ORDER.response.write(order, request).body)["order"]["order_id"]


def test_a_customer_goes_by_the_vendor_s_id_else_by_the_hub_s() -> None:
    known = Identity(id=100_001, number="C-1", references=(Reference("kole", "100200"),))
    assert "100200" == written(Order(customer=known))["customer_id"]
    assert "100001" == written(Order(customer=Identity(id=100_001, number="C-1")))["customer_id"]
    assert None is written(Order(customer=Identity(number="C-1")))["customer_id"]


def test_a_zip_code_is_shown_with_five_digits_and_another_postal_code_whole() -> None:
    shown = written(
        Order(bill_to=Address(postal_code="90745-5555"), ship_to=Address(postal_code="EC1A 1BB"))
    )
    assert "90745" == shown["bill_to_address"]["zipcode"]
    assert "EC1A 1BB" == shown["ship_to_address"]["zipcode"]


def test_a_text_longer_than_the_page_says_is_not_cut() -> None:
    assert 30 == len(written(Order(po_number="P" * 30))["po_number"])
