"""Links: an order points at another one, and no more."""

from __future__ import annotations

import json
from typing import Any

import pytest

from orderglot.core.linking import MOVED
from orderglot.core.order import Reference
from orderglot.core.values import Kind
from orderglot.dialects.orderglot.tests.conftest import CUSTOMER, ORDERS, Api

FIRST, SECOND, THIRD = (f"{ORDERS}/100000000{number}" for number in (1, 2, 3))


def to(number: int, relation: str, **more: Any) -> dict[str, Any]:
    return {"order": {"id": 1_000_000_000 + number}, "as": relation, **more}


def test_an_order_points_at_another_one_and_no_more(api: Api) -> None:
    linked = api.ask("POST", f"{THIRD}/link", to(1, "reference", reason="belongs together"))
    again = api.ask("POST", f"{THIRD}/link", to(1, "reference"))
    found = [one["number"] for one in api.read(f"{THIRD}/linked")["items"]]
    unlinked = api.ask("POST", f"{THIRD}/unlink", to(1, "reference"))

    assert [200, 200, 200] == [one.status for one in (linked, again, unlinked)]
    assert ["SO-1"] == found
    assert linked.body == again.body
    assert [] == api.read(f"{THIRD}/linked")["items"]
    assert ["linked", "unlinked"] == [
        one["what"] for one in api.read(f"{THIRD}/events")["items"][-2:]
    ]
    assert "belongs together" == api.read(f"{THIRD}/events")["items"][-2]["why"]


def test_the_other_one_may_be_named_as_another_dialect_knows_it(api: Api) -> None:
    api.change(1, references=(Reference("kole", "K1"),))
    body = {"order": {"dialect": "kole", "id": "K1"}, "as": "exchange"}

    assert 200 == api.ask("POST", f"{THIRD}/link", body).status
    assert "exchange of" == api.read(THIRD)["links"][0]["relation"]


@pytest.mark.parametrize(
    ("step", "path", "body", "field"),
    [
        ("link", FIRST, to(1, "split"), "order"),
        ("link", FIRST, to(2, "split"), "order"),
        ("unlink", FIRST, to(2, "reference"), "order"),
        ("link", FIRST, {"as": "split"}, "order.id"),
        ("link", FIRST, {"order": {"id": 1000000002}}, "as"),
        ("link", FIRST, to(2, "cousin"), "as"),
        ("link", FIRST, to(2, "split", why="x"), "why"),
    ],
)
def test_what_cannot_be_so_is_refused(
    api: Api, step: str, path: str, body: Any, field: str
) -> None:
    assert field == api.problem(api.ask("POST", f"{path}/{step}", body))["field"]


def test_an_order_that_is_not_there_is_not_found(api: Api) -> None:
    api.problem(api.ask("POST", f"{FIRST}/link", to(77, "reference")), 404)


@pytest.mark.parametrize("change", [{"extras": {MOVED: True}}, {"kind": Kind.RETURN}])
def test_a_link_that_goods_go_by_stays(api: Api, change: dict[str, Any]) -> None:
    api.change(2, **change)
    problem = api.problem(api.ask("POST", f"{SECOND}/unlink", to(1, "split")))

    assert "goes by that it is a split of" in problem["reason"]
    assert 1 == len(json.loads(api.ask("GET", SECOND).body)["links"])


def test_links_are_the_sellers_to_say(api: Api) -> None:
    for step in ("link", "unlink"):
        api.problem(api.ask("POST", f"{SECOND}/{step}", to(1, "split"), key=CUSTOMER), 403)
