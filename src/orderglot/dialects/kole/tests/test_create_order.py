"""createOrder's rules, one by one: what the page's request table and prerequisites demand."""

from __future__ import annotations

import copy
import json
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from orderglot.core.customer import ShippingAccount
from orderglot.core.order import Address
from orderglot.core.values import InvoiceStatus, PaymentMethod, Status
from orderglot.dialects.kole.media import ORDER
from orderglot.wire.message import Response

JSON = ORDER[1]
UNREADY, SELLER_WIDE = 1, 2

GOOD: dict[str, Any] = {
    "po_number": "PO-7001",
    "notes": "Call first.",
    "ship_options": {
        "carrier": "UPS",
        "service": "PRIORITY",
        "signature": 0,
        "instructions": "Use the ramp.",
    },
    "ship_to_address": {
        "first_name": "Erin",
        "last_name": "Example",
        "company": "Sample Store",
        "address_1": "2 Sample Road",
        "address_2": "Suite 3",
        "city": "Reno",
        "state": "NV",
        "zipcode": "89501",
        "ext_zipcode": "5555",
        "country": "US",
        "phone": "5555550101",
    },
    "items": [{"sku": "AA124", "quantity": 24}],
}


def order_with(path: str, value: Any) -> dict[str, Any]:
    """Give the good order with another value at a path, or without it where the value is None."""
    order = copy.deepcopy(GOOD)
    *outer, name = path.split(".")
    inside: Any = order
    for step in outer:
        inside = inside[int(step) if step.isdigit() else step]
    inside[name] = value
    if value is None:
        del inside[name]
    return order


def create(shop: Any, order: dict[str, Any], key: int = 0) -> Response:
    response = shop.ask(
        "POST", "/orders", json.dumps(order).encode(), key, content_type=JSON, accept=JSON
    )
    assert isinstance(response, Response)
    return response


def problems(response: Response) -> list[tuple[str, str]]:
    assert 400 == response.status
    return [(error["field"], error["rule"]) for error in json.loads(response.body)["errors"]]


@pytest.mark.parametrize(
    ("path", "value", "rule"),
    [
        ("po_number", "P" * 21, "length"),
        ("po_number", ["PO-7001"], "malformed"),
        ("notes", "n" * 251, "length"),
        ("ship_options.carrier", None, "required"),
        ("ship_options.carrier", "DHL", "choice"),
        ("ship_options.service", "", "required"),
        ("ship_options.service", "SLOW", "choice"),
        ("ship_options.signature", "perhaps", "malformed"),
        ("ship_options.signature", 2, "malformed"),
        ("ship_options.instructions", "i" * 251, "length"),
        ("ship_to_address.first_name", "f" * 41, "length"),
        ("ship_to_address.last_name", "l" * 41, "length"),
        ("ship_to_address.company", "c" * 61, "length"),
        ("ship_to_address.address_1", None, "required"),
        ("ship_to_address.address_1", "a" * 101, "length"),
        ("ship_to_address.address_2", "a" * 101, "length"),
        ("ship_to_address.city", "  ", "required"),
        ("ship_to_address.city", "c" * 61, "length"),
        ("ship_to_address.state", None, "required"),
        *(("ship_to_address.state", wrong, "malformed") for wrong in ("N", "NVA", "N1")),
        ("ship_to_address.zipcode", None, "required"),
        *(
            ("ship_to_address.zipcode", wrong, "malformed")
            for wrong in ("8950", "895011", "8950A", "٨٩٥٠١")
        ),
        *(("ship_to_address.ext_zipcode", wrong, "malformed") for wrong in ("555", "55555")),
        ("ship_to_address.country", None, "required"),
        ("ship_to_address.country", "CA", "choice"),
        ("ship_to_address.phone", "55555501012", "length"),
        ("ship_to_address.phone", "555-CALL-US", "malformed"),
    ],
)
def test_a_field_that_breaks_its_rule_is_refused_by_name(
    shop: Any, path: str, value: Any, rule: str
) -> None:
    assert [(path, rule)] == problems(create(shop, order_with(path, value)))


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("sku", None, "required"),
        ("sku", "AA12", "length"),
        ("sku", "AA1244", "length"),
        ("sku", "QQ999", "unknown"),
        ("quantity", None, "required"),
        ("quantity", 0, "range"),
        ("quantity", -24, "range"),
        ("quantity", 1_000_000, "range"),
        ("quantity", "many", "malformed"),
        ("quantity", 24.5, "malformed"),
        ("quantity", True, "malformed"),
        ("quantity", 25, "pack"),
    ],
)
def test_an_item_that_breaks_its_rule_is_refused_by_name_and_number(
    shop: Any, name: str, value: Any, rule: str
) -> None:
    order = order_with(f"items.0.{name}", value)
    assert [(f"items.item[1].{name}", rule)] == problems(create(shop, order))


@pytest.mark.parametrize("whole", ["ship_options", "ship_to_address", "items"])
def test_each_part_of_an_order_is_required(shop: Any, whole: str) -> None:
    assert (whole, "required") == problems(create(shop, order_with(whole, None)))[0]
    empty: Any = [] if whole == "items" else {}
    assert "required" in dict(problems(create(shop, order_with(whole, empty)))).values()


def test_an_item_that_is_no_item_is_refused(shop: Any) -> None:
    found = problems(create(shop, order_with("items", ["AA124"])))
    assert ("items.item[1]", "malformed") == found[0]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("po_number", "P" * 20),
        ("notes", "n" * 250),
        ("ship_options.signature", None),
        ("ship_to_address.company", "c" * 60),
        ("ship_to_address.first_name", None),
        ("ship_to_address.ext_zipcode", None),
        ("ship_to_address.country", "USA"),
        ("ship_to_address.phone", None),
        ("ship_to_address.phone", "(555) 555-0101"),
        ("items.0.quantity", 24 * 41_666),
    ],
)
def test_a_field_at_its_bound_is_taken(shop: Any, path: str, value: Any) -> None:
    assert 201 == create(shop, order_with(path, value)).status


def test_without_a_company_both_names_are_required(shop: Any) -> None:
    order = order_with("ship_to_address.company", None)
    assert 201 == create(shop, order).status
    del order["ship_to_address"]["first_name"], order["ship_to_address"]["last_name"]
    assert [
        ("ship_to_address.first_name", "required"),
        ("ship_to_address.last_name", "required"),
    ] == problems(create(shop, order))


def test_all_problems_are_told_at_once_those_of_prices_after_those_of_fields(shop: Any) -> None:
    order = order_with("ship_to_address.zipcode", "1")
    order["items"] = [{"sku": "AA124", "quantity": 23}, {"sku": "", "quantity": 0}]
    assert [
        ("ship_to_address.zipcode", "malformed"),
        ("items.item[2].sku", "required"),
        ("items.item[2].quantity", "range"),
        ("items.item[1].quantity", "pack"),
    ] == problems(create(shop, order))


def test_small_letters_are_read_as_the_constants_they_stand_for(shop: Any) -> None:
    order = copy.deepcopy(GOOD)
    order["ship_options"] |= {"carrier": "fedex", "service": "Ground"}
    order["ship_to_address"] |= {"state": "nv", "country": "usa"}
    order["items"][0]["sku"] = "aa124"
    kept = shop.order(new_id(create(shop, order)))
    assert ("FEDEX", "GROUND") == (kept.shipping.carrier, kept.shipping.service)
    assert ("NV", "US", "AA124") == (kept.ship_to.state, kept.ship_to.country, kept.lines[0].sku)


def test_a_new_order_is_the_customer_s_priced_and_all_still_owed(shop: Any) -> None:
    kept = shop.order(new_id(create(shop, GOOD)))
    assert Status.PROCESSING is kept.status
    assert shop.customer("100200").id == kept.customer.id
    assert shop.customer("100200").bill_to == kept.bill_to
    assert ("A0B0C0", True) == (kept.shipping.account, kept.tax_exempt)
    assert ("89501-5555", "5555550101") == (kept.ship_to.postal_code, kept.ship_to.phone)
    assert (Decimal("28.8"), "USD") == (kept.totals.total, kept.currency)
    assert (InvoiceStatus.UNPAID, Decimal("28.8")) == (kept.invoice.status, kept.invoice.owed.total)
    assert kept.created == kept.received


def test_a_carrier_that_the_customer_has_no_account_with_leaves_the_account_open(
    shop: Any,
) -> None:
    customer = shop.customer("100200")
    fedex = tuple(one for one in customer.shipping_accounts if one.carrier == "FEDEX")
    shop.change(replace(customer, shipping_accounts=fedex))
    kept = shop.order(new_id(create(shop, GOOD)))
    assert ("UPS", "") == (kept.shipping.carrier, kept.shipping.account)


@pytest.mark.parametrize(
    ("less", "missing"),
    [
        ({"bill_to": None}, "a billing address"),
        ({"bill_to": Address()}, "a billing address"),
        ({"payment_methods": ()}, "a payment method"),
        ({"shipping_accounts": ()}, "a FedEx or UPS shipping account"),
        (
            {"shipping_accounts": (ShippingAccount(carrier="DHL", number="0"),)},
            "a FedEx or UPS shipping account",
        ),
        (
            {"bill_to": None, "payment_methods": ()},
            "a billing address and a payment method",
        ),
    ],
)
def test_an_account_that_lacks_a_prerequisite_may_not_order_and_is_told_what_it_lacks(
    shop: Any, less: dict[str, Any], missing: str
) -> None:
    shop.change(replace(shop.customer("100200"), **less))
    response = create(shop, GOOD)
    (error,) = json.loads(response.body)["errors"]
    assert (403, "Forbidden") == (response.status, error["kind"])
    assert f"without {missing};" in error["message"]


def test_an_account_is_ready_once_it_has_all_three(shop: Any) -> None:
    assert 403 == create(shop, GOOD, key=UNREADY).status
    shop.change(
        replace(
            shop.customer("100201"),
            bill_to=Address(line_1="3 Sample Road"),
            payment_methods=(PaymentMethod.ACCOUNT,),
            shipping_accounts=(ShippingAccount(carrier="FedEx", number="000333444"),),
        )
    )
    assert 201 == create(shop, GOOD, key=UNREADY).status


def test_a_key_of_the_seller_reads_every_order_and_creates_none(shop: Any) -> None:
    assert 200 == shop.ask("GET", "/orders/48213", key=SELLER_WIDE).status
    assert 403 == create(shop, GOOD, key=SELLER_WIDE).status


def new_id(response: Response) -> str:
    assert 201 == response.status, response.body
    return response.headers["location"].rpartition("/")[2]
