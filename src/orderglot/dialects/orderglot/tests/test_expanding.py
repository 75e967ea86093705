"""What of an order is shown beside it: its customer, the orders that it is linked to, its history."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from orderglot.core.order import Reference, by_hub_id
from orderglot.dialects.orderglot.tests.conftest import CUSTOMER, ORDERS, Api

SECOND = f"{ORDERS}/1000000002"


def test_an_order_is_shown_with_what_is_asked_for_and_else_as_ever(api: Api) -> None:
    plain = api.read(SECOND)
    whole = api.read(SECOND, expand="customer,linked,events")

    assert api.read("/orderglot/v1/customers/100001") == whole.pop("customer")
    assert [api.read(f"{ORDERS}/1000000001")] == whole.pop("linked")
    assert api.read(f"{SECOND}/events")["items"] == whole.pop("events")
    assert {name: value for name, value in plain.items() if name != "customer"} == whole


def test_a_list_shows_it_of_each_and_fields_name_the_rest(api: Api) -> None:
    page = api.read(expand="customer", fields="number", limit=2)

    assert [("SO-1", "Example Gifts"), ("SO-2", "Example Gifts")] == [
        (one["number"], one["customer"]["name"]) for one in page["items"]
    ]
    assert ["SO-3"] == [
        one["number"] for one in api.read(expand="customer", limit=1, after=page["next"])["items"]
    ]


def test_what_is_shown_beside_an_order_is_what_the_key_may_see(api: Api) -> None:
    api.change(1, references=(Reference("kole@east", "K1"),), extras={"kole.x": 1})

    async def known() -> None:
        one = await api.book.customer(by_hub_id(100001))
        await api.book.keep_customer(replace(one, references=(Reference("kole@east", "K9"),)))

    api.run(known())
    whole = api.read(SECOND, expand="customer,linked,events")
    seen = api.read(SECOND, key=CUSTOMER, expand="customer,linked,events")

    assert "K9" in json.dumps(whole["customer"])
    assert "kole" not in json.dumps(seen)
    assert ["SO-1"] == [one["number"] for one in seen["linked"]]
    assert all("who" not in one for one in seen["events"])


def test_whoever_knows_an_order_is_told_what_stands_beside_it_all_the_same(api: Api) -> None:
    tag = api.ask("GET", SECOND).headers["etag"]

    assert 304 == api.ask("GET", SECOND, if_none_match=tag).status
    assert 200 == api.ask("GET", f"{SECOND}?expand=events", if_none_match=tag).status


@pytest.mark.parametrize("path", [ORDERS, SECOND])
def test_what_cannot_be_shown_is_refused(api: Api, path: str) -> None:
    assert "expand" == api.problem(api.ask("GET", f"{path}?expand=customer,keys"))["field"]


def test_the_client_reads_an_order_the_same_whatever_stands_beside_it(api: Api) -> None:
    from orderglot.dialects.orderglot.orders import GET_ORDER, Showing

    plain = api.ask("GET", SECOND)
    whole = api.ask("GET", f"{SECOND}?expand=customer,linked,events")
    ask = Showing("1000000002", ("customer", "linked", "events"))

    order = GET_ORDER.response.read(plain, Showing("1000000002"))
    read = GET_ORDER.response.read(whole, ask)

    assert order == read.order
    assert "Example Gifts" == read.beside.customer.name
    assert ["SO-1"] == [one.number for one in read.beside.linked]
    assert ["kept"] == [one.what for one in read.beside.events]
