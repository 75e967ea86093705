"""Shipments in columns: one for each that differs, with lines where rows tell them apart."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from orderglot.core.addresses import Address
from orderglot.core.order import Order, Shipping
from orderglot.core.shipments import Shipment, ShippedLine
from tests.files.books import Shop, order_of, take_rows

SENT = datetime(2026, 7, 3, 14, tzinfo=UTC)


def shipments(order: Order) -> tuple[Shipment, ...]:
    return order.details.shipments if order.details else ()


def test_rows_that_say_the_same_are_one_shipment_of_the_whole_order(
    shop: Shop, tmp_path: Path
) -> None:
    columns = "Tracking Number,Tracking Link,Carrier,Shipping Method,Shipped on"
    row = "'00340,https://example.com/t?n=00340,DHL,Standard,2026-07-03 14:00"
    order = order_of(shop, tmp_path, columns, f"1,A,1,1,{row}", f"1,B,1,1,{row}", "1,C,1,1,,,DHL,,")
    url = "https://example.com/t?n=00340"
    sent = Shipment(
        tracking="00340", tracking_url=url, carrier="DHL", service="Standard", date=SENT
    )
    assert (sent,) == shipments(order)
    assert Shipping(method="Standard", tracking="00340") == order.shipping
    assert {} == order.extras


def test_rows_of_different_numbers_are_shipments_with_their_lines(
    shop: Shop, tmp_path: Path
) -> None:
    columns = "Versandart,Sendungsnummer,Quantity Shipped"
    rows = ("1,A,2,1,DHL,034,2", "1,B,3,1,DHL,035,1", "1,C,1,1,DHL,034,", "1,D,1,1,DHL,,0")
    order = order_of(shop, tmp_path, columns, *rows)
    one = (ShippedLine(number=1, quantity=2), ShippedLine(number=3))
    other = (ShippedLine(number=2, quantity=1),)
    assert (
        Shipment(tracking="034", service="DHL", lines=one),
        Shipment(tracking="035", service="DHL", lines=other),
    ) == shipments(order)
    assert Shipping(method="DHL") == order.shipping


def test_several_numbers_in_one_cell_are_shipments_of_the_whole_order(
    shop: Shop, tmp_path: Path
) -> None:
    columns = "tracking,tracking_url,shipped_at"
    rows = ('1,A,1,1,"034, 035",https://a.example/1;https://a.example/2,2026-07-03T14:00Z',)
    order = order_of(
        shop, tmp_path, columns, *rows, "1,B,1,1,,,", '2,A,1,1,"1;2",https://b.example,'
    )
    assert (
        Shipment(tracking="034", tracking_url="https://a.example/1", date=SENT),
        Shipment(tracking="035", tracking_url="https://a.example/2", date=SENT),
    ) == shipments(order)
    assert ["https://b.example"] * 2 == [one.tracking_url for one in shipments(shop.order("2"))]


def test_a_time_alone_is_a_shipment_and_a_carrier_or_a_method_alone_is_none(
    shop: Shop, tmp_path: Path
) -> None:
    columns = "Ship Date,Ship via,Ship Mode"
    order_of(shop, tmp_path, columns, "1,A,1,1,2026-07-03 14:00,UPS,", "2,A,1,1,,UPS,Second Class")
    one, other = shop.orders()
    assert ((Shipment(carrier="UPS", date=SENT),), ()) == (shipments(one), shipments(other))
    assert (None, {"file.Ship via": "UPS"}) == (other.details, other.extras)
    assert Shipping(method="Second Class") == other.shipping


def test_a_row_that_says_less_than_several_others_is_of_the_one_that_says_most(
    shop: Shop, tmp_path: Path
) -> None:
    rows = [f"1,A,1,1,DHL,{end}" for end in (",", "034,", "034,2026-07-03 14:00")]
    order = order_of(shop, tmp_path, "carrier,tracking,shipped_at", *rows)
    assert (Shipment(carrier="DHL", tracking="034", date=SENT),) == shipments(order)


def test_what_programs_write_for_nothing_says_nothing(shop: Shop, tmp_path: Path) -> None:
    nothing = "NULL,0000-00-00 00:00:00,Does not apply,n/a"
    columns = "tracking,shipped_at,EAN,Refund Reason,Ship to Last Name,Ship to Country"
    order = order_of(shop, tmp_path, columns, f"1,A,1,1,{nothing},Null,NA")
    assert [None, None] == [order.details, order.lines[0].details]
    assert ({}, Address(last_name="Null", country_name="NA")) == (order.extras, order.ship_to)


def test_of_very_many_shipments_each_is_kept(shop: Shop, tmp_path: Path) -> None:
    rows = [f"1,A,1,1,{number:04}" for number in range(150)]
    order = order_of(shop, tmp_path, "tracking", *rows)
    assert [f"{number:04}" for number in range(150)] == [one.tracking for one in shipments(order)]


def test_a_time_of_shipping_that_is_none_is_named(shop: Shop, tmp_path: Path) -> None:
    done = take_rows(shop, tmp_path, "order,sku,qty,Date Shipped", "1,A,1,tomorrow")
    reason = "its 'Date Shipped' on line 2: the time 'tomorrow' is not one such as 2010-12-01 08:26"
    assert [reason] == [one.reason for one in done.aside]
