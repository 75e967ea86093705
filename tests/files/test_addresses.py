"""Addresses in columns: of who pays and of where an order goes to, by the names that shops have."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import convert

from orderglot.core.addresses import Address
from orderglot.core.order import Order
from orderglot.core.parties import Party, Role
from tests.files.books import Shop, order_of, take_rows

PARTS = [
    "first_name",
    "last_name",
    "line_1",
    "line_2",
    "city",
    "postal_code",
    "country",
    "country_name",
]


def address(*texts: str) -> Address:
    return convert(dict(zip(PARTS, texts, strict=True)), Address)


ANNA = address("Anna Maria", "Berg", "Lindenweg 4", "Hof 2", "Bremen", "01067", "DE", "DE")
HERE = "Anna Maria Berg,Lindenweg 4,Hof 2,Bremen,'01067,DE"

WOO = ("Full Name", "Address 1&2", "Address 2", "City", "Postcode", "Country Code")

SHOPS = {
    "Shopify": (
        "Billing Name,Billing Address1,Billing Address2,Billing City,Billing Zip,Billing Country",
        "Shipping Name,Shipping Address1,Shipping Address2,Shipping City,Shipping Zip,Shipping Country",
    ),
    "eBay": (
        "Buyer Name,Buyer Address 1,Buyer Address 2,Buyer City,Buyer Zip,Buyer Country",
        "Post To Name,Post To Address 1,Post To Address 2,Post To City,Post To Postcode,Post To Country",
    ),
    "WooCommerce": (
        ",".join(f"{name} (Billing)" for name in WOO),
        ",".join(f"{name} (Shipping)" for name in WOO),
    ),
    "Amazon": (
        "buyer-name,billing-address-1,billing address 2,bill to city,billing-postal-code,bill-to-country",
        "recipient-name,ship-address-1,ship-address-2,ship-city,ship-postal-code,ship-country",
    ),
    "a German shop": (
        "Rechnungsadresse Name,Straße,Adresszusatz,Ort,PLZ,Land",
        "Lieferadresse Name,Lieferadresse Straße,Liefer-Adresszusatz,Lieferort,Liefer-PLZ,Lieferland",
    ),
}


@pytest.mark.parametrize("name", SHOPS)
def test_the_addresses_of_a_shop_are_who_pays_and_where_it_goes_to(
    shop: Shop, tmp_path: Path, name: str
) -> None:
    bill_to, ship_to = SHOPS[name]
    there = "Jo Ek,Torg 1,,Oslo,0150,NO"
    order = order_of(shop, tmp_path, f"{bill_to},{ship_to}", f"1,A,1,1,{HERE},{there}")
    other = address("Jo", "Ek", "Torg 1", "", "Oslo", "0150", "NO", "NO")
    assert (ANNA, other, {}) == (order.bill_to, order.ship_to, order.extras)
    assert order.details is None


def places(order: Order) -> list[str]:
    return [line.details.ship_to if line.details else "" for line in order.lines]


def test_an_address_on_the_first_row_alone_is_the_orders(shop: Shop, tmp_path: Path) -> None:
    rows = ("1,A,1,1,Bremen,DE", "1,B,1,1,,DE", "1,C,1,1,,")
    order = order_of(shop, tmp_path, "Shipping City,Shipping Country", *rows)
    assert Address(city="Bremen", country="DE", country_name="DE") == order.ship_to
    assert (["", "", ""], None) == (places(order), order.details)


def test_lines_that_go_elsewhere_name_a_further_place(shop: Shop, tmp_path: Path) -> None:
    rows = ("1,A,1,1,Bremen", "1,B,1,1,Oslo", "1,C,1,1,", "1,D,1,1,Paris", "1,E,1,1,Oslo")
    order = order_of(shop, tmp_path, "ship_to_city", *rows)
    assert Address(city="Bremen") == order.ship_to
    assert order.details is not None
    assert (
        Party(role=Role.SHIP_TO, number="2", address=Address(city="Oslo")),
        Party(role=Role.SHIP_TO, number="3", address=Address(city="Paris")),
    ) == order.details.parties
    assert ["", "2", "", "3", "2"] == places(order)


def test_who_pays_is_one_for_the_whole_order(shop: Shop, tmp_path: Path) -> None:
    done = take_rows(shop, tmp_path, "order,sku,qty,Billing City", "1,A,1,Oslo", "1,B,1,Paris")
    (reason,) = (one.reason for one in done.aside)
    assert reason.startswith("its city is 'Paris', but 'Oslo' on line 2")


def test_mail_addresses_that_differ_by_row_stay_text(shop: Shop, tmp_path: Path) -> None:
    columns = "Email (Billing),buyer-phone-number"
    order = order_of(shop, tmp_path, columns, "1,A,1,1,a@b.example,1", "1,B,1,1,c@d.example,2")
    assert None is order.bill_to
    mails, phones = ["a@b.example", "c@d.example"], ["1", "2"]
    assert {"file.Email (Billing)": mails, "file.buyer-phone-number": phones} == order.extras


def test_the_plain_names_are_who_pays_beside_those_of_billing(shop: Shop, tmp_path: Path) -> None:
    order = order_of(
        shop, tmp_path, "Billing Street,Street,Billing Address1,Phone", "1,A,1,1,x,y,z,1"
    )
    assert Address(line_1="y", phone="1") == order.bill_to
    assert {"file.Billing Street": "x", "file.Billing Address1": "z"} == order.extras
    assert None is order.ship_to


def test_a_whole_name_is_parted_only_where_first_and_last_are_not_there(
    shop: Shop, tmp_path: Path
) -> None:
    columns = "Billing Name,First Name,Last Name,Shipping Name"
    order = order_of(shop, tmp_path, columns, "1,A,1,1,Bo Ek,Anna,Berg,Madonna")
    assert Address(first_name="Anna", last_name="Berg") == order.bill_to
    assert Address(last_name="Madonna") == order.ship_to


def test_a_file_of_headers_says_where_its_orders_go_to(shop: Shop, tmp_path: Path) -> None:
    headers, lines = tmp_path / "headers.csv", tmp_path / "lines.csv"
    headers.write_text("order,ship_name,ship_city,ship_country\n1,Ana Trujillo,Lyon,France\n")
    lines.write_text("order,sku,qty,price\n1,A,1,1\n1,B,1,1\n")
    assert shop.take(lines, headers, currency="EUR").whole
    expected = Address(
        first_name="Ana", last_name="Trujillo", city="Lyon", country="FR", country_name="France"
    )
    assert expected == shop.order("1").ship_to


@pytest.mark.parametrize(
    ("text", "code"),
    [("'4182", "4182"), ("'SW1A 1AA", "SW1A 1AA"), ("'B1842", "B1842"), ("01067", "01067")],
)
def test_an_apostrophe_before_a_postal_code_is_a_spreadsheets(
    shop: Shop, tmp_path: Path, text: str, code: str
) -> None:
    order = order_of(shop, tmp_path, "zip,ship to zip", f"1,A,1,5,{text},{text}")
    assert order.bill_to
    assert order.ship_to
    assert (code, code) == (order.bill_to.postal_code, order.ship_to.postal_code)


def test_a_price_out_of_an_amount_has_no_more_decimals_than_it_needs(
    shop: Shop, tmp_path: Path
) -> None:
    take_rows(shop, tmp_path, "order,sku,qty,line total", "1,A,12,75.00", "1,B,3,10.00", "1,C,8,1")
    assert ["6.25", "None", "0.125"] == [f"{one.unit_price}" for one in shop.order("1").lines]
