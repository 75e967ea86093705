"""Rates and the site's lists: fractions on the wire, percents here, and rows that change."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

TAX_CODES = "catalyst.taxCodes"
GST = {"id": 7, "countryCode": "AU", "taxCode": "GST", "rate": 10}


def set_table(shop: Any, name: str, *rows: Any) -> None:
    """Give the site a list of its own."""
    seller = asyncio.run(shop.book.seller())
    tables = {**seller.tables, name: list(rows)}
    asyncio.run(shop.store.change_seller(replace(seller, tables=tables)))


def made(shop: Any, **body: Any) -> str:
    """Make an order and give its id."""
    response = shop.ask("POST", "/orders", {"name": "New", **body})
    assert 201 == response.status, response.body
    return str(response.headers["content-location"].rpartition("/")[2])


def found(shop: Any, where: str) -> list[str]:
    return [str(one["id"]) for one in shop.read(f"/orders?fields=id&where={where}")["items"]]


# Rates


def test_ten_per_cent_of_a_hundred_are_ten(shop: Any) -> None:
    id = made(shop, shippingPrice=100, shippingTaxRate="0.1")
    shown = shop.read(f"/orders/{id}")

    assert (100, Decimal("0.1"), 110) == (
        shown["shippingPrice"],
        shown["shippingTaxRate"],
        shown["totalPrice"],
    )
    assert "10" == str(shop.order(id).shipping.tax_rate)
    assert Decimal(10) == shop.order(id).totals.tax


@pytest.mark.parametrize("rate", ["0.08875", "1.5", "0", "0.12345678", "0.100"])
def test_a_rate_comes_back_as_it_was_sent(shop: Any, rate: str) -> None:
    id = made(shop, shippingPrice=100, shippingTaxRate=rate)

    assert Decimal(rate) == shop.read(f"/orders/{id}")["shippingTaxRate"]


@pytest.mark.parametrize(
    ("rate", "reason"),
    [
        ("0.123456789", "has more than 8 decimals"),
        ("ten", "is not a number"),
        ("1e11", "is out of range"),
    ],
)
def test_a_rate_that_is_none_is_refused_by_name(shop: Any, rate: str, reason: str) -> None:
    refused = shop.ask("POST", "/orders", {"shippingTaxRate": rate})

    assert 400 == refused.status
    assert f"shippingTaxRate: '{rate}' {reason}" in refused.body.decode()


def test_what_is_shown_of_a_rate_is_what_is_compared(shop: Any) -> None:
    id = made(shop, shippingPrice=100, shippingTaxRate="0.15")

    assert [id] == found(shop, "{shippingTaxRate:0.15}")
    assert [id] == found(shop, "{shippingTaxRate:{'$gt':'0.1499','$lte':0.15}}")
    assert [id] == found(shop, "{shippingTaxRate:{'$in':['0.150']}}")
    assert [] == found(shop, "{shippingTaxRate:15}")


def test_the_sites_percents_are_fractions_on_the_wire(shop: Any) -> None:
    set_table(shop, TAX_CODES, GST)
    option = {"id": 9, "description": "Post", "price": 50, "taxRate": 20}
    set_table(shop, "catalyst.shippingOptions", option)
    id = made(shop, taxCodeId=7, shippingOptionId=9, discountCodeId=73824)
    shown = shop.read(
        f"/orders/{id}?fields=shippingTaxRate,totalPrice,taxCode(rate),discountCode(discountPercentage)"
    )

    assert {
        "shippingTaxRate": Decimal("0.2"),
        "totalPrice": 60,
        "taxCode": {"rate": Decimal("0.1")},
        "discountCode": {"discountPercentage": Decimal("0.1")},
    } == shown
    assert [id] == found(shop, "{'taxCode.rate':0.1}")
    assert id in found(shop, "{'discountCode.discountPercentage':{'$lt':0.11}}")
    assert [] == found(shop, "{'taxCode.rate':10}")


# Rows that change


def shown_code(shop: Any, id: str) -> tuple[Any, Any]:
    order = shop.read(f"/orders/{id}?fields=taxCodeId,taxCode")
    return order["taxCodeId"], order["taxCode"].get("taxCode")


def test_a_tax_code_that_is_renamed_stays_with_the_orders_that_have_it(shop: Any) -> None:
    set_table(shop, TAX_CODES, GST)
    before = made(shop, taxCodeId=7)
    set_table(shop, TAX_CODES, {**GST, "taxCode": "VAT", "rate": 12})
    after = made(shop, taxCodeId=7)

    assert (7, "VAT") == shown_code(shop, before) == shown_code(shop, after)
    assert [after, before] == found(shop, "{taxCodeId:7}")
    assert [after, before] == found(shop, "{'taxCode.taxCode':'VAT'}")


def test_a_name_that_another_code_gets_means_the_first_for_orders_that_have_it(shop: Any) -> None:
    set_table(shop, TAX_CODES, GST)
    before = made(shop, taxCodeId=7)
    set_table(shop, TAX_CODES, {**GST, "taxCode": "GST until June"}, {**GST, "id": 8, "rate": 12})
    after = made(shop, taxCodeId=8)

    assert (7, "GST until June") == shown_code(shop, before)
    assert (8, "GST") == shown_code(shop, after)
    assert ([before], [after]) == (found(shop, "{taxCodeId:7}"), found(shop, "{taxCodeId:8}"))


def test_a_tax_code_that_is_taken_out_stays_with_the_orders_that_have_it(shop: Any) -> None:
    set_table(shop, TAX_CODES, GST)
    id = made(shop, taxCodeId=7)
    set_table(shop, TAX_CODES)
    code = shop.read(f"/orders/{id}?fields=taxCode(taxCode,rate)")["taxCode"]

    assert {"taxCode": "GST", "rate": Decimal("0.1")} == code
    assert [id] == found(shop, "{taxCodeId:7}")
    assert [id] == found(shop, "{'taxCode.rate':0.1}")


@pytest.mark.parametrize(
    ("table", "member", "row", "word"),
    [
        ("catalyst.shippingOptions", "shippingOptionId", {"id": 5, "price": 1}, "description"),
        ("catalyst.discountCodes", "discountCodeId", {"id": 5}, "discountCode"),
    ],
)
def test_so_does_what_stands_in_the_sites_other_lists(
    shop: Any, table: str, member: str, row: dict[str, Any], word: str
) -> None:
    set_table(shop, table, {**row, word: "Old"})
    id = made(shop, **{member: 5})
    set_table(shop, table, {**row, word: "New"})

    assert {member: 5} == shop.read(f"/orders/{id}?fields={member}")
    assert [id] == found(shop, f"{{{member}:5}}")


def test_a_number_that_two_names_changed_places_on_is_still_the_orders(shop: Any) -> None:
    a, b = {**GST, "taxCode": "A"}, {**GST, "id": 8, "taxCode": "B"}
    set_table(shop, TAX_CODES, a, b)
    old = made(shop, taxCodeId=7), made(shop, taxCodeId=8)
    set_table(shop, TAX_CODES, {**a, "taxCode": "B"}, {**b, "taxCode": "A"})
    new = made(shop, taxCodeId=7), made(shop, taxCodeId=8)

    assert [(7, "B"), (8, "A")] * 2 == [shown_code(shop, id) for id in (*old, *new)]
