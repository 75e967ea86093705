"""Shops' files that are odd: one layout as different years and settings of the shop write it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from orderglot.core.errors import Invalid
from orderglot.core.order import Order
from orderglot.core.values import Status
from tests.files.books import Shop

ETSY = (
    "Sale Date,Item Name,Buyer,Quantity,Price,Order Shipping,Order Sales Tax,Item Total,Currency,"
    "Transaction ID,Listing ID,Order ID,SKU\n"
)
WOO = (
    "Order Number,Order Status,Order Date,Email (Billing),SKU,Item Name,Quantity (- Refund),Item Cost,"
    "Order Shipping Amount,Order Refund Amount,Order Total Amount,Order Total Tax Amount\n"
)


def taken(shop: Shop, file: Path, text: str, currency: str = "") -> list[Order]:
    file.write_text(text)
    shop.take(file, currency=currency)
    return list(shop.orders())


@pytest.mark.parametrize(
    ("postages", "postage"),
    [(("5.00", "5.00"), 5), (("5.00", "0.00"), 5), (("5.00", "2.00"), 7), (("5.00", ""), 5)],
)
def test_postage_on_each_row_of_an_etsy_order_is_one_where_it_is_repeated(
    postages: tuple[str, str], postage: int, shop: Shop, tmp_path: Path
) -> None:
    rows = (
        f"05/13/24,Hat,ann,1,20.00,{each},0.00,20.00,USD,{number},7,9001,HAT\n"
        for number, each in enumerate(postages)
    )
    (order,) = taken(shop, tmp_path / "etsy.csv", ETSY + "".join(rows))

    assert (Decimal(postage), Decimal(40 + postage)) == (order.totals.shipping, order.totals.total)


def test_a_woocommerce_file_may_have_what_is_left_of_quantities_alone(
    shop: Shop, tmp_path: Path
) -> None:
    first, refunded = taken(
        shop,
        tmp_path / "woo.csv",
        f"{WOO}501,Completed,2024-03-01 11:22,a@example.com,MUG,Mug,2,10.00,4.00,0,24.00,0\n"
        "502,Refunded,2024-03-02 11:22,b@example.com,PEN,Pen,0,10.00,0,10.00,10.00,0\n",
        currency="GBP",
    )

    assert (2, Decimal(24)) == (first.lines[0].quantity, first.totals.total)
    assert (0, Decimal(10)) == (refunded.lines[0].quantity, refunded.totals.total)


AMAZON = (
    "amazon-order-id\tpurchase-date\torder-status\tsales-channel\tproduct-name\tsku\tasin\t"
    "item-status\tquantity\tcurrency\titem-price\titem-tax\tshipping-price\tshipping-tax\n"
)
SOLD = "1\t2024-05-01T10:00:00+00:00\tShipped\tAmazon.com\tMug\tMUG\tB0\tShipped\t2\tUSD\t20.00\t1.60\t4.99\t0\n"
GONE = "2\t2024-05-01T10:00:00+00:00\tCancelled\tAmazon.com\tPen\tPEN\tB1\tCancelled\t0\t\t\t\t\t\n"


def test_a_cancelled_amazon_order_without_amounts_needs_no_currency(
    shop: Shop, tmp_path: Path
) -> None:
    shop.change_seller(currency="")
    sold, gone = taken(shop, tmp_path / "amazon.txt", AMAZON + SOLD + GONE)

    assert ("USD", "USD", Status.CANCELLED) == (sold.currency, gone.currency, gone.status)


def test_an_order_with_amounts_and_no_currency_is_asked_for(shop: Shop, tmp_path: Path) -> None:
    shop.change_seller(currency="")
    nameless = "3" + SOLD.removeprefix("1").replace("USD", "")
    with pytest.raises(Invalid, match="order '3' names none: give one such as --currency USD"):
        taken(shop, tmp_path / "amazon.txt", AMAZON + SOLD + nameless)


@pytest.mark.parametrize(
    ("column", "flag"),
    [
        ("Discount", "discount_rate=Discount for rates of lines, or discount="),
        ("Tax", "tax_rate=Tax"),
    ],
)
def test_amounts_with_a_percent_sign_are_rates_of_what_a_person_says(
    column: str, flag: str, shop: Shop, tmp_path: Path
) -> None:
    rows = f"order,sku,qty,price,{column},currency\n1,A,2,50,10%,GBP\n2,A,1,5,0%,GBP\n"
    with pytest.raises(Invalid, match=f"has rates, such as 10%, and no amounts; .*{flag}"):
        taken(shop, tmp_path / "rates.csv", rows)
    if column == "Discount":
        shop.take(tmp_path / "rates.csv", columns="discount_rate=Discount")
        assert [90, 5] == [order.totals.total for order in shop.orders()]


@pytest.mark.parametrize(
    "text", ['[{"order": 1}]', '\ufeff[\n  {"order": 1,\n "sku": "A"}]', "[ ]"]
)
def test_a_json_list_is_told_from_json_lines(text: str, shop: Shop, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="one JSON list; write each of its objects on a line"):
        taken(shop, tmp_path / "orders.json", text)
