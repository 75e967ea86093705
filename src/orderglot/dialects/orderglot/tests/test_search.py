"""What a person types finds orders, however it is spelled."""

from __future__ import annotations

from typing import Any

import pytest

from orderglot.core.order import Invoice, Line, Order, Reference
from orderglot.dialects.orderglot.tests.conftest import Api

ORDERS = "/orderglot/v1/orders"
FIRST = f"{ORDERS}/1000000001"
CUSTOMER, SELLER = ("og_" + str(number).zfill(64) for number in (1, 3))


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("1000000003", ["SO-3"]),
        ("SO-2", ["SO-2"]),
        ("PO-9", ["SO-4"]),
        ("INV-1", ["SO-1"]),
        ("ann@example.com", ["SO-1", "SO-2", "SO-3", "SO-5"]),
        ("Example", ["SO-1", "SO-2", "SO-3", "SO-5"]),
        ("Example Gifts", ["SO-1", "SO-2", "SO-3", "SO-5"]),
        ("so-2", ["SO-2"]),
        (" #SO-2 ", ["SO-2"]),
        ("#1000000002", ["SO-2"]),
        ("orderglot:1000000002", ["SO-2"]),
        ("aa125", ["SO-1", "SO-2", "SO-4", "SO-5"]),
        ("1Z 999 AA1 0123 456784", ["SO-2"]),
        ("c-1", ["SO-1", "SO-2", "SO-3", "SO-5"]),
        ("nothing", []),
    ],
)
def test_what_a_person_types_finds_orders(api: Any, typed: str, found: list[str]) -> None:
    api.change(1, invoice=Invoice(number="INV-1"))
    assert found == [one["number"] for one in api.read(q=typed, fields="number")["items"]]


def test_what_is_typed_goes_with_a_filter_and_through_pages(api: Any) -> None:
    page = api.read(q="Example Gifts", filter="status != shipped", limit=2, total="true")
    rest = api.read(q="Example Gifts", filter="status != shipped", limit=2, after=page["next"])

    assert (3, ["SO-1", "SO-3"]) == (page["total"], [one["number"] for one in page["items"]])
    assert ["SO-5"] == [one["number"] for one in rest["items"]]


def test_what_is_typed_finds_nobody_elses_orders(api: Any) -> None:
    for typed in ("PO-9", "SO-4", "1000000004"):
        assert [] == api.read(q=typed, key=CUSTOMER)["items"]


def test_what_is_typed_is_passed_over_and_sorted_as_any_list(api: Any) -> None:
    whole = api.read(q="Example Gifts", sort="-created", fields="number")["items"]
    rest = api.read(q="Example Gifts", sort="-created", fields="number", offset=1, total="true")

    assert 4 == rest["total"]
    assert whole[1:] == rest["items"]


IDS = {
    "X-77": "kole",
    "5120008001": "adobe@wholesaler",
    "ord_9": "catalyst",
    "K/12": "kodaris@east",
    "31-7": "komet",
}


@pytest.mark.parametrize("id", IDS)
def test_an_order_is_found_by_the_id_that_any_dialect_knows(api: Any, id: str) -> None:
    api.change(2, references=(Reference(IDS[id], id),))
    typed = (id, id.lower(), f"# {id}", f"{IDS[id]}:{id}")

    assert [["SO-2"]] * 4 == [
        [one["number"] for one in api.read(q=one, fields="number")["items"]] for one in typed
    ]


def test_what_a_channel_calls_an_order_finds_a_customer_nothing(api: Any) -> None:
    api.change(2, references=(Reference("kodaris@east", "K/12"), Reference("kole", "X-77")))
    for typed in ("K/12", "kodaris@east:K/12"):
        assert [] == api.read(q=typed, key=CUSTOMER)["items"]

    assert ["SO-2"] == [one["number"] for one in api.read(q="X-77", key=CUSTOMER)["items"]]
    assert 0 == api.read(q="K/12", key=CUSTOMER, total="true")["total"]


def test_any_number_of_orders_of_a_sku_are_found_page_by_page(api: Any) -> None:
    async def fill() -> None:
        for number in range(60):
            await api.book.place(Order(number=f"P-{number:02}", lines=(Line(number=1, sku="QQ7"),)))

    api.run(fill())
    for limit in (25, 20, 60, 59):
        seen: list[str] = []
        after: Any = ""
        while after is not None:
            page = api.read(q="qq7", limit=limit, after=after, fields="number", total="true")
            seen += [one["number"] for one in page["items"]]
            assert 60 == page["total"]
            after = page["next"]

        assert [f"P-{number:02}" for number in range(60)] == seen


def test_pages_by_offset_find_what_an_id_elsewhere_tells(api: Api) -> None:
    for number, place in ((1, "here"), (2, "there")):
        api.change(number, references=(Reference(place, "E-1"),))
    first = api.read(q="E-1", limit=1, total="true")
    second = api.read(q="E-1", limit=1, offset=1, total="true")

    assert first["total"] == second["total"]
    assert first["items"] != second["items"]
