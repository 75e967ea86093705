"""Lists of customers and products: by a filter, sorted, counted, page by page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from orderglot.dialects.orderglot.record_lists import CHUNK
from orderglot.dialects.orderglot.tests.conftest import CUSTOMER, Api
from orderglot.dialects.orderglot.tests.test_records import CUSTOMERS, PRODUCTS, made


@pytest.fixture
def shops(api: Api) -> Api:
    """Give a book with four more customers and three more products."""
    for number, name, phone in (("D-1", "Ann", "3"), ("D-2", "Bea", "1"), ("D-3", "Cat", "2")):
        made(api, CUSTOMERS, number=number, name=name, phone=phone, extras={"kole.terms": number})
    made(api, CUSTOMERS, number="D-4", name="Bea", bill_to={"company": "Corner Ltd"})
    for sku, price in (("P1", "3"), ("P2", "1"), ("P3", "2")):
        made(api, PRODUCTS, sku=sku, pack=12, tiers=[{"quantity": 1, "price": float(price)}])
    return api


def walked(api: Api, path: str, member: str, **asked: Any) -> list[Any]:
    """Give a member of each of a list that is read two by two."""
    seen, after = list[Any](), ""
    while True:
        page = api.read(path, limit=2, **asked, **({"after": after} if after else {}))
        seen += [one[member] for one in page["items"]]
        if (after := page["next"]) is None:
            return seen


@pytest.mark.parametrize(
    ("filter", "numbers"),
    [
        ("name = Bea", ["D-2", "D-4"]),
        ('number = "D-*" AND NOT name = Bea', ["D-1", "D-3"]),
        ("company = Corner*", ["D-4"]),
        ("bill_to.company : corner", ["D-4"]),
        ('extras.kole.terms = "D-3"', ["D-3"]),
        ("phone = (1 OR 3)", ["D-1", "D-2"]),
        ('created < "2000-01-01"', []),
    ],
)
def test_customers_are_found_by_a_filter(shops: Api, filter: str, numbers: list[str]) -> None:
    assert numbers == walked(shops, CUSTOMERS, "number", filter=filter)
    assert len(numbers) == shops.read(CUSTOMERS, filter=filter, total="true", limit=1)["total"]


@pytest.mark.parametrize(
    ("sort", "numbers"),
    [
        ("name,-number", ["D-1", "D-4", "D-2", "D-3"]),
        ("-name", ["D-3", "D-2", "D-4", "D-1"]),
        ("phone", ["D-4", "D-2", "D-3", "D-1"]),
        ("-phone", ["D-1", "D-3", "D-2", "D-4"]),
        ("modified,number", ["D-1", "D-2", "D-3", "D-4"]),
        ("-term_start,number", ["D-1", "D-2", "D-3", "D-4"]),
    ],
)
def test_a_sorted_list_goes_on_behind_its_pages(shops: Api, sort: str, numbers: list[str]) -> None:
    assert numbers == walked(shops, CUSTOMERS, "number", filter='number = "D-*"', sort=sort)


def test_products_are_found_sorted_and_counted(shops: Api) -> None:
    asked = {"filter": "pack = 12 AND sku = P* AND price < 3", "total": "true"}

    assert ["P3", "P2"] == walked(shops, PRODUCTS, "sku", sort="-sku", **asked)
    assert 2 == shops.read(PRODUCTS, **asked)["total"]
    assert 6 == shops.read(PRODUCTS, total="true", limit=1)["total"]
    assert ["P1"] == walked(shops, PRODUCTS, "sku", q="p1", filter="pack = 12", sort="sku")


def test_a_list_is_whole_that_is_longer_than_what_is_looked_at_in_one_go(api: Api) -> None:
    for number in range(CHUNK):
        made(api, PRODUCTS, sku=f"Q{number:04}", pack=7)

    assert CHUNK + 3 == api.read(PRODUCTS, total="true")["total"]
    assert CHUNK == api.read(PRODUCTS, filter="pack = 7", total="true")["total"]
    last = api.read(PRODUCTS, filter=f"sku = Q{CHUNK - 1:04}")
    assert [f"Q{CHUNK - 1:04}"] == [one["sku"] for one in last["items"]]


def test_nobody_finds_himself_by_what_only_the_seller_knows(shops: Api) -> None:
    assert 1 == shops.read(CUSTOMERS, key=CUSTOMER, total="true")["total"]
    hidden = {"filter": 'references.dialect = "kole@*" OR extras.kole.terms : "*"'}
    assert [] == shops.read(CUSTOMERS, key=CUSTOMER, **hidden)["items"]


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("filter", "nonsense = 1", "A customer has no field `nonsense`"),
        ("filter", "name =", "filter"),
        ("sort", "references.id", "A list cannot be sorted by this field"),
        ("sort", "nonsense", "A customer has no such field"),
        ("sort", "extras.kole.x", "A list cannot be sorted by this field"),
        ("after", "!", "not the `next` of an earlier page"),
        ("total", "perhaps", "total"),
        ("colour", "red", "there are filter, q, sort, fields, limit, after, total"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(
    api: Api, name: str, value: str, reason: str
) -> None:
    response = api.ask("GET", f"{CUSTOMERS}?{urlencode({name: value})}")

    assert name == api.problem(response, 400)["field"]
    assert reason in response.body.decode()


def test_a_place_in_a_list_goes_with_its_sort(shops: Api) -> None:
    after = shops.read(CUSTOMERS, limit=1, sort="name")["next"]

    for sort in ("", "name,phone", "created"):
        asked = {"after": after, **({"sort": sort} if sort else {})}
        response = shops.ask("GET", f"{CUSTOMERS}?{urlencode(asked)}")
        assert "after" == shops.problem(response, 400)["field"], sort


def test_the_list_of_orders_names_all_its_parameters(api: Api) -> None:
    response = api.ask("GET", "/orderglot/v1/orders?colour=red")

    assert "expand" in api.problem(response, 400)["reason"]
