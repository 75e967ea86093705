"""Order files of shops as people have them: what is known of each is right to the cent.

They stand in a folder beside the repository, or where ORDERGLOT_SHOP_FILES names it, with what they
come to in ``expect.json``. What is made up in their layouts is in ``shops/`` (test_shop_files.py).
"""

from __future__ import annotations

import json
import shlex
import shutil
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from orderglot.core.errors import Invalid
from orderglot.core.order import Order
from orderglot.core.values import Status
from orderglot.files.progress import Progress
from tests.files.books import Shop
from tests.shop_files import FOLDER, MISSING

EXPECT: dict[str, dict[str, Any]] = (
    json.loads((FOLDER / "expect.json").read_text("utf-8")) if FOLDER.exists() else {}
)
HEADERS_ALONE = "northwind-orders.csv"
WHOLE = [name for name in EXPECT if name != HEADERS_ALONE]

pytestmark = pytest.mark.skipif(not EXPECT, reason=MISSING)

STATES = {
    "amazon-orders.txt": {"completed": 10},
    "bigcommerce-orders.csv": {
        "shipped": 3,
        "received": 1,
        "received, unpaid": 1,
        "cancelled": 1,
        "completed": 1,
        "completed, refunded": 1,
        "completed, paid and partially refunded": 1,
        "partly shipped": 1,
    },
    "ebay-orders.csv": {"shipped": 8, "received": 1},
    "etsy-sold-items.csv": {"shipped": 109},
    "northwind-order-details.csv": {"completed": 141},
    "northwind-orders.csv + northwind-order-details.csv": {"shipped": 137, "received": 4},
    "orders.xlsx": {"shipped": 3, "received": 2, "cancelled": 1, "partly shipped": 1},
    "sales-data.csv": {
        "shipped": 14,
        "on hold": 7,
        "processing": 6,
        "completed": 4,
        "cancelled": 4,
    },
    "shop-de.csv": {
        "shipped": 3,
        "processing": 1,
        "received": 1,
        "cancelled": 1,
        "partly shipped": 1,
        "returned": 1,
    },
    "shopify-ars.csv": {"received, paid in full": 12},
    "shopify-pkr.csv.gz": {
        "completed, paid in full": 129,
        "completed, unpaid": 1,
        "received, paid in full": 1,
        "cancelled, cancelled": 5,
        "cancelled, refunded": 2,
        "cancelled, unpaid": 1,
        "cancelled, paid in full": 1,
    },
    "shopify-zar.csv": {
        "completed, paid in full": 27,
        "received, unpaid": 12,
        "received, paid in full": 7,
        "cancelled, cancelled": 2,
        "partly shipped, unpaid": 1,
        "partly shipped, paid in full": 1,
    },
    "superstore-mac.csv": {"shipped": 111},
    "woo-orders.csv": {
        "completed": 5,
        "processing": 3,
        "cancelled": 1,
        "on hold": 1,
        "completed, refunded": 1,
        "completed, paid and partially refunded": 1,
    },
}
"""How many orders of each file are in which state, and in which that of their bill."""


def options_of(command: str) -> dict[str, Any]:
    words = shlex.split(command)
    flags = (word.removeprefix("--") for word in words[::2])
    return dict(zip(flags, words[1::2], strict=True))


def take(shop: Shop, folder: Path, name: str, **more: str) -> Progress:
    """Import a file into the empty book of a seller of whom no currency is known."""
    expected = EXPECT[name]
    files = [Path(shutil.copy(FOLDER / one, folder)) for one in expected.get("files", [name])]
    shop.change_seller(currency="")
    return shop.take(*files, **{**options_of(expected["command"]), **more})


@pytest.mark.parametrize("name", WHOLE)
def test_a_file_of_a_shop_comes_to_what_is_known_of_it(
    shop: Shop, tmp_path: Path, name: str
) -> None:
    expected = EXPECT[name]
    done = take(shop, tmp_path, name)
    orders = shop.orders()
    lines = [line for order in orders for line in order.lines]
    assert (expected["orders"], expected["lines"], expected["pieces"]) == (
        *(len(orders), len(lines)),
        sum(line.quantity for line in lines),
    )
    assert {expected["currency"]} == {order.currency for order in orders}
    assert expected["cancelled_orders"] == sum(one.status is Status.CANCELLED for one in orders)
    sums = sums_of(orders)
    known = {what: Decimal(expected[what]) if expected[what] is not None else None for what in sums}
    assert known == sums
    if expected["first_created"] is not None:
        first = datetime.fromisoformat(expected["first_created"])
        earliest = min(order.created for order in orders if order.created)
        assert earliest == (first if first.tzinfo else first.replace(tzinfo=UTC))
    assert len(expected["put_aside"]) == done.rejected - ("Summe" in str(done.remarks)) - (
        name == "orders.xlsx"
    )
    assert len(expected["put_aside"]) == len(done.aside)


def sums_of(orders: Iterable[Order]) -> dict[str, Decimal | None]:
    """Add up what all orders come to; None is what no order says."""
    orders = list(orders)
    refunds = [order.invoice.refunded.total if order.invoice else None for order in orders]
    goods = [
        line.total if line.unit_price is None else line.quantity * line.unit_price
        for order in orders
        for line in order.lines
    ]
    return {
        "goods": added(goods),
        **{
            what: added([getattr(order.totals, what) for order in orders])
            for what in ("shipping", "tax", "discount", "total")
        },
        "refunded": added(refunds),
    }


def added(amounts: Iterable[Decimal | None]) -> Decimal | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal()) if known else None


@pytest.mark.parametrize("name", WHOLE)
def test_each_order_is_in_the_state_that_its_words_say(
    shop: Shop, tmp_path: Path, name: str
) -> None:
    done = take(shop, tmp_path, name)
    assert Counter(map(state, shop.orders())) == STATES[name]
    assert "not known, and were left out" not in str(done.remarks)


def state(order: Order) -> str:
    bill = order.invoice and order.invoice.status
    return f"{order.status}, {bill}" if bill else f"{order.status}"


@pytest.mark.parametrize("name", [name for name in WHOLE if "tax_in_prices" in EXPECT[name]])
def test_it_is_known_whether_a_tax_is_in_the_prices(shop: Shop, tmp_path: Path, name: str) -> None:
    take(shop, tmp_path, name)
    taxed = [order for order in shop.orders() if order.totals.tax]
    assert taxed
    assert {EXPECT[name]["tax_in_prices"]} == {
        order.details and order.details.prices_include_tax for order in taxed
    }


@pytest.mark.parametrize("name", [name for name in WHOLE if "tracking_numbers" in EXPECT[name]])
def test_each_tracking_number_is_a_shipment(shop: Shop, tmp_path: Path, name: str) -> None:
    take(shop, tmp_path, name)
    numbers = {
        parcel.tracking
        for order in shop.orders()
        for parcel in (order.details.shipments if order.details else ())
    }
    assert EXPECT[name]["tracking_numbers"] == len(numbers - {""})


@pytest.mark.parametrize("name", [name for name in WHOLE if EXPECT[name].get("lines_without_sku")])
def test_what_stands_in_for_a_sku_is_said(shop: Shop, tmp_path: Path, name: str) -> None:
    done = take(shop, tmp_path, name)
    count = EXPECT[name]["lines_without_sku"]
    lines = "line" if count == 1 else "lines"
    assert any(f"{count} {lines} had no SKU" in remark for remark in done.remarks)


@pytest.mark.parametrize(
    "name", [name for name in WHOLE if "--encoding" in EXPECT[name]["command"]]
)
def test_an_encoding_that_nobody_says_is_asked_for(shop: Shop, tmp_path: Path, name: str) -> None:
    encoding = options_of(EXPECT[name]["command"])["encoding"]
    with pytest.raises(Invalid, match=f"give --encoding {encoding}"):
        take(shop, tmp_path, name, encoding="")


@pytest.mark.parametrize(
    "name", [name for name in WHOLE if "--currency" in EXPECT[name]["command"]]
)
def test_a_currency_that_nobody_says_is_asked_for(shop: Shop, tmp_path: Path, name: str) -> None:
    with pytest.raises(Invalid, match="currency: the file names none"):
        take(shop, tmp_path, name, currency="")


def test_headers_alone_are_refused(shop: Shop, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"headers of orders and no lines.*give the file of lines"):
        take(shop, tmp_path, HEADERS_ALONE)


@pytest.mark.parametrize("name", [name for name in WHOLE if EXPECT[name].get("also_fair")])
def test_what_is_fair_to_say_may_be_said(shop: Shop, tmp_path: Path, name: str) -> None:
    for flag in EXPECT[name]["also_fair"]:
        done = take(shop, tmp_path, name, **options_of(flag))
        assert EXPECT[name]["orders"] == done.orders
    total = added(order.totals.total for order in shop.orders())
    assert Decimal(EXPECT[name]["total"]) == total


def test_a_total_that_is_not_that_of_its_parts_stands_and_is_said(
    shop: Shop, tmp_path: Path
) -> None:
    done = take(shop, tmp_path, "shopify-pkr.csv.gz")
    assert "The total of 1 order is not that of the parts ('#1104'); the total is taken." in (
        done.remarks
    )
    done = take(shop, tmp_path, "sales-data.csv", source="sales")
    sentence = "The amount of 116 lines is not quantity times price; the amount is taken."
    assert sentence in done.remarks
