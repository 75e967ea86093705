"""Files of tracking numbers: parcels for orders that are in the book."""

from __future__ import annotations

from pathlib import Path

import pytest

from orderglot.core.errors import Invalid
from orderglot.core.lifecycle import hold
from orderglot.core.order import Order
from orderglot.core.shipments import Shipment
from orderglot.core.values import Status
from orderglot.files.progress import Progress
from tests.files.books import Shop, take_rows

ORDERS = (
    "order,sku,qty,price,status",
    *("1,A,2,5,open", "1,B,3,1,open", "2,A,1,5,open", "3,A,1,5,cancelled", "4,A,1,5,completed"),
)


def numbered(shop: Shop, folder: Path, *rows: str, **options: object) -> Progress:
    """Import orders and a file of tracking numbers."""
    if not shop.numbers():
        take_rows(shop, folder, *ORDERS)
    return take_rows(shop, folder, *rows, **options)


def parcels(order: Order) -> tuple[Shipment, ...]:
    return order.details.shipments if order.details else ()


def test_a_tracking_number_ships_all_that_is_left_of_an_order(shop: Shop, tmp_path: Path) -> None:
    done = numbered(
        *(shop, tmp_path, "Order No.,Tracking Number,Carrier,Shipped on", "1,Z1,UPS,2026-07-04")
    )
    assert (1, 1, 0, 0) == (done.orders, done.changed, done.same, done.rejected)
    order = shop.order("1")
    assert order.status is Status.SHIPPED
    (parcel,) = parcels(order)
    assert ("Z1", "UPS", "2026-07-04") == (parcel.tracking, parcel.carrier, f"{parcel.date:%F}")
    assert [(1, 2), (2, 3)] == [(line.number, line.quantity) for line in parcel.lines]


def test_a_tracking_number_with_goods_ships_these_alone(shop: Shop, tmp_path: Path) -> None:
    rows = ("order,tracking,sku,qty", "1,Z1,A,2", "2,Z9,A,1", "1,Z1,B,1")
    numbered(shop, tmp_path, *rows)
    order = shop.order("1")
    assert order.status is Status.PARTLY_SHIPPED
    assert [[(1, 2), (2, 1)]] == [
        [(line.number, line.quantity) for line in one.lines] for one in parcels(order)
    ]
    numbered(shop, tmp_path, "order,tracking,sku,qty", "1,Z2,B,")
    assert shop.order("1").status is Status.SHIPPED


def test_the_same_file_once_more_changes_nothing(shop: Shop, tmp_path: Path) -> None:
    rows = ("order,tracking", "1,Z1", "2,Z2")
    numbered(shop, tmp_path, *rows)
    before = shop.orders()
    done = numbered(shop, tmp_path, *rows)
    assert (0, 2) == (done.changed, done.same)
    assert before == shop.orders()


def test_the_orders_of_a_file_imported_again_keep_their_parcels(shop: Shop, tmp_path: Path) -> None:
    numbered(shop, tmp_path, "order,tracking", "1,Z1")
    lines = ("order,sku,qty,price,date", "7,A,2,5,2026-07-01")
    take_rows(shop, tmp_path, *lines)
    numbered(shop, tmp_path, "order,tracking", "7,Z7")
    done = take_rows(shop, tmp_path, *lines)
    assert (0, 1) == (done.changed, done.same)
    assert ["Z7"] == [one.tracking for one in parcels(shop.order("7"))]


def test_a_number_comes_to_the_parcel_that_went_out_without_one(shop: Shop, tmp_path: Path) -> None:
    take_rows(shop, tmp_path, "order,sku,qty,shipped at,status", "5,A,1,2026-07-04,shipped")
    numbered(shop, tmp_path, "order,tracking,carrier,shipped at", "5,Z5,DHL,2026-07-05")
    (parcel,) = parcels(shop.order("5"))
    assert ("Z5", "DHL", "2026-07-04") == (parcel.tracking, parcel.carrier, f"{parcel.date:%F}")


def test_further_numbers_of_what_is_out_are_parcels_of_their_own(
    shop: Shop, tmp_path: Path
) -> None:
    numbered(shop, tmp_path, "order,tracking", '4,"Z1, Z2"')
    order = shop.order("4")
    assert order.status is Status.COMPLETED
    assert ["Z1", "Z2"] == [one.tracking for one in parcels(order)]


def test_what_cannot_be_shipped_is_put_aside_with_the_reason(shop: Shop, tmp_path: Path) -> None:
    take_rows(shop, tmp_path, *ORDERS)
    shop.change(hold(shop.order("2"), "unpaid"))
    before = shop.orders()
    done = numbered(
        shop,
        tmp_path,
        "order,tracking,sku,qty",
        *("9,Z1,,", "3,Z2,,", "2,Z3,,", "1,Z4,A,7", "1,Z5,C,1", "1,,A,1"),
    )
    assert before == shop.orders()
    reasons = {one.order: one.reason for one in done.aside}
    assert {
        "": "it has no tracking number",
        "9": "there is no order '9'; import the orders first",
        "3": "This order is cancelled; it cannot be shipped.",
        "2": "This order is on hold; it cannot be shipped.",
    }.items() <= reasons.items()
    assert "it has no line of 'C'" in reasons["1"] or "left to ship, not 7" in reasons["1"]
    assert 6 == done.rejected
    kept = (tmp_path / "rows.csv.rejects.csv").read_text()
    assert "9,Z1,,,2,its order '9' is as it was: there is no order" in kept


def test_an_order_is_found_by_its_number_or_its_purchase_order_too(
    shop: Shop, tmp_path: Path
) -> None:
    take_rows(shop, tmp_path, "order,sku,qty,po", "8,A,1,PO-8", source="web")
    numbered(shop, tmp_path, "order,tracking", "8,Z8")
    numbered(shop, tmp_path, "order,tracking", "PO-8,Z9")
    assert ["Z8", "Z9"] == [
        one.tracking for order in shop.orders() if order.number == "8" for one in parcels(order)
    ]


def test_a_dry_run_changes_nothing_and_shows_the_orders(shop: Shop, tmp_path: Path) -> None:
    take_rows(shop, tmp_path, *ORDERS)
    before = shop.orders()
    done = numbered(shop, tmp_path, "order,tracking", "1,Z1", "9,Z1", dry_run=True)
    assert (1, 1) == (done.changed, done.rejected)
    assert before == shop.orders()
    assert not (tmp_path / "rows.csv.rejects.csv").exists()


def test_it_can_be_said_that_a_file_is_of_tracking_numbers(shop: Shop, tmp_path: Path) -> None:
    rows = ("order,tracking,date", "1,Z1,2026-07-04")
    with pytest.raises(Invalid, match="say --from tracking"):
        numbered(shop, tmp_path, *rows)
    assert 1 == numbered(shop, tmp_path, *rows, shape="tracking").changed


def test_tracking_numbers_with_titles_are_asked_about(shop: Shop, tmp_path: Path) -> None:
    take_rows(shop, tmp_path, *ORDERS)
    before = shop.orders()
    rows = ("order,tracking,item sku,item name,qty shipped", "1,Z1,A,A thing,2")
    assert 1 == numbered(shop, tmp_path, *rows, shape="tracking").changed
    assert before != shop.orders()
    before = shop.orders()
    rows = ("order,tracking,sku,item name,qty", "1,Z2,B,A thing,3")
    with pytest.raises(Invalid, match="say --from tracking or --from plain"):
        numbered(shop, tmp_path, *rows)
    assert before == shop.orders()
    assert 1 == numbered(shop, tmp_path, *rows, shape="tracking").changed
    assert shop.order("1").status is Status.SHIPPED
    assert 1 == numbered(shop, tmp_path, *rows, shape="plain", source="other").new
