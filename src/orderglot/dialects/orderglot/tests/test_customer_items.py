"""What customers call the seller's items, over our own API."""

from __future__ import annotations

import json
from typing import Any

import pytest

from orderglot.dialects.orderglot.tests.conftest import CUSTOMER, Api

ITEMS = "/orderglot/v1/customers/100001/items"


def items(api: Api, **also: str) -> dict[str, str]:
    found = api.read(ITEMS, **also)["items"]
    return {one["theirs"]: one["ours"] for one in found}


def put(api: Api, **numbers: str) -> Any:
    rows = [{"theirs": theirs, "ours": ours} for theirs, ours in numbers.items()]
    return api.ask("POST", ITEMS, {"items": rows})


def test_numbers_are_set_changed_and_removed(api: Api) -> None:
    assert {"changed": 2} == json.loads(put(api, G7="AA124", G8="AA125").body)
    assert {"changed": 1} == json.loads(put(api, G7="AA124", G8="AA124").body)
    assert {"G7": "AA124", "G8": "AA124"} == items(api)
    assert 204 == api.ask("DELETE", f"{ITEMS}/G7").status
    assert 404 == api.ask("DELETE", f"{ITEMS}/G7").status
    assert {"G8": "AA124"} == items(api)


def test_of_numbers_that_make_no_sense_none_is_set(api: Api) -> None:
    response = put(api, G7="AA124", G8="ZZ999", AA125="AA124")

    assert {"ours", "theirs"} == {one["field"] for one in json.loads(response.body)["errors"]}
    assert {} == items(api)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "items"),
        ({"items": []}, "items"),
        ({"items": [{"theirs": "G7"}]}, "items[1].ours"),
        ({"items": [{"theirs": "x" * 251, "ours": "AA124"}]}, "items[1].theirs"),
        (
            {"items": [{"theirs": "G7", "ours": "AA124"}, {"theirs": "G7", "ours": "AA125"}]},
            "items[2].theirs",
        ),
        ({"items": [{"theirs": "G7", "ours": "AA124", "why": "x"}]}, "items[1].why"),
    ],
)
def test_what_is_asked_wrong_is_refused_by_name(api: Api, body: Any, field: str) -> None:
    assert field == api.problem(api.ask("POST", ITEMS, body))["field"]
    assert {} == items(api)


def test_a_customer_sees_their_own_numbers_and_sets_none(api: Api) -> None:
    put(api, G7="AA124")

    own = api.ask("GET", ITEMS, key=CUSTOMER)
    assert [{"theirs": "G7", "ours": "AA124"}] == json.loads(own.body)["items"]
    assert 404 == api.ask("GET", ITEMS.replace("100001", "100002"), key=CUSTOMER).status
    for method, path, body in (
        ("POST", ITEMS, {"items": [{"theirs": "G8", "ours": "AA124"}]}),
        ("DELETE", f"{ITEMS}/G7", None),
    ):
        assert 403 == api.ask(method, path, body, key=CUSTOMER).status
