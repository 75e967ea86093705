"""Sellers over our own API: their settings, who sees and changes them, and for whom an operator acts."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from orderglot.dialects.orderglot import DIALECT
from orderglot.dialects.orderglot.tests.conftest import (
    ADMIN,
    KEYS,
    OPERATOR,
    ORDER,
    SELLERS,
    Api,
    done,
)
from orderglot.faces.server import Server
from orderglot.hub.dialects import chosen_one
from orderglot.wire.message import Request
from orderglot.wire.trace import Trace
from tests.conformance.random_requests import requests


def test_an_operator_acts_for_any_seller_that_it_names(whole: Api) -> None:
    done(whole, "POST", SELLERS, {"name": "Café Groß", "currency": "eur"}, OPERATOR)
    acting = {"key": OPERATOR, "orderglot_seller": "Caf%C3%A9%20Gro%C3%9F"}
    new = {"lines": [{"sku": "A1", "quantity": 1}]}

    assert 400 == whole.ask("POST", "/orderglot/v1/orders", new, **acting).status
    assert [] == done(whole, "GET", "/orderglot/v1/orders", **acting)["items"]
    assert 404 == whole.ask("GET", ORDER, **acting).status
    assert 200 == whole.ask("GET", ORDER, key=OPERATOR, orderglot_seller="demo-wholesale").status
    key = done(whole, "POST", KEYS, {"everybody": True, "live": True}, **acting)
    assert [] == done(whole, "GET", "/orderglot/v1/orders", key=key["secret"])["items"]
    assert "nobody" in str(
        whole.problem(whole.ask("GET", ORDER, key=OPERATOR, orderglot_seller="nobody"))
    )
    assert 400 == whole.ask("POST", KEYS, {"everybody": True}, OPERATOR).status
    done(whole, "POST", f"{KEYS}/{key['id']}/end", **acting)
    done(whole, "DELETE", f"{SELLERS}/Caf%C3%A9%20Gro%C3%9F", key=OPERATOR)


def seller_of_journal(api: Api, method: str, path: str, body: Any, key: str) -> int | None:
    """Ask as an operator who acts for the specimens' seller, and give whose exchange it is."""
    trace = Trace()
    headers = {"authorization": f"Bearer {key}", "orderglot-seller": "demo-wholesale"}
    sent = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    request = Request(method=method, path=path, headers=headers, body=sent, trace=trace)
    api.run(api.server(request))
    return None if trace.caller is None else trace.caller.seller


def test_what_an_operator_asks_about_sellers_is_in_no_sellers_journal(whole: Api) -> None:
    batches = "/orderglot/v1/batches"
    new = {"method": "POST", "path": SELLERS, "body": {"name": "acme"}}
    note = {"method": "POST", "path": f"{ORDER}/note", "body": {"text": "x"}}
    for method, path, body in (
        ("GET", SELLERS, None),
        ("GET", f"{SELLERS}/empty-seller", None),
        ("POST", SELLERS, {"name": "other"}),
        ("POST", SELLERS, b"{"),
        ("PATCH", f"{SELLERS}/other", {"title": "Other"}),
        ("DELETE", f"{SELLERS}/other", None),
        ("POST", batches, {"requests": [note, new]}),
        ("POST", batches, {"requests": [new, {"method": "GET"}]}),
        ("POST", batches, json.dumps({"requests": [new]}).encode()[:-1]),
    ):
        assert 0 == seller_of_journal(whole, method, path, body, OPERATOR), (method, path, body)
    for method, path, body in (
        ("GET", ORDER, None),
        ("GET", KEYS, None),
        ("POST", batches, {"requests": [note]}),
    ):
        assert whole.seller == seller_of_journal(whole, method, path, body, OPERATOR), path


def test_settings_are_merged_and_checked(whole: Api) -> None:
    path = f"{SELLERS}/demo-wholesale"
    done(whole, "PATCH", path, {"tables": {"kole.repeats": 5, "orderglot.repeats": 0}})
    done(
        whole,
        "PATCH",
        path,
        {"tables": {"kole.repeats": None}, "continues": {"kole": "kole@wholesaler"}},
    )
    shown = done(whole, "PATCH", path, {"references": [{"dialect": "kole", "id": "X1"}]})

    assert {"orderglot.repeats": 0} == shown["tables"]
    assert {"kole": "kole@wholesaler"} == shown["continues"]
    assert [{"dialect": "kole", "id": "X1"}] == shown["references"]
    for body, field in (
        ({"tables": {"kole.repeats": "often"}}, "kole.repeats"),
        ({"tables": {"nobody.repeats": 1}}, "tables.nobody.repeats"),
        ({"currency": "XXY"}, "currency"),
        ({"currency": None}, "currency"),
        ({"timezone": "Mars"}, "timezone"),
        ({"continues": {"kole": "wholesaler"}}, "continues.kole"),
        ({"continues": {"kole": 7}}, "continues.kole"),
        ({"references": [{"dialect": "kole"}]}, "references[1].id"),
        ({"references": [{"dialect": "nobody", "id": "1"}]}, "dialect"),
        ({"references": "kole"}, "references"),
        ({"name": "another"}, "name"),
        ({"tables": []}, "tables"),
    ):
        response = whole.ask("PATCH", path, body, ADMIN)
        assert field == whole.problem(response)["field"], response.body
    assert shown == done(whole, "GET", path)


@pytest.mark.parametrize("member", ["tables", "continues", "references", "title", "timezone"])
def test_null_takes_a_setting_out_and_nothing_said_leaves_it(whole: Api, member: str) -> None:
    path = f"{SELLERS}/demo-wholesale"
    bare = done(whole, "PATCH", path, {"title": None})
    given = {
        "tables": {"rate_limit": "100/min", "kole.repeats": 5},
        "continues": {"kole": "kole@wholesaler"},
        "references": [{"dialect": "kole", "id": "X1"}],
        "title": "Demo",
        "timezone": "Europe/Berlin",
    }
    before = done(whole, "PATCH", path, given)
    assert given.items() <= before.items()
    for wrong in ({"tables": ""}, {"continues": ""}, {"references": ""}):
        assert [*wrong] == [whole.problem(whole.ask("PATCH", path, wrong, ADMIN))["field"]]
    after = done(whole, "PATCH", path, {member: None})

    there = before.keys() - {member, "version"}
    assert {name: before[name] for name in there} == {name: after[name] for name in there}
    assert member not in after
    assert member == "title" or member not in bare


def test_a_limit_of_requests_is_set_and_taken_out(whole: Api) -> None:
    path = f"{SELLERS}/demo-wholesale"
    shown = done(whole, "PATCH", path, {"tables": {"rate_limit": "100/min"}})
    assert {"rate_limit": "100/min"} == shown["tables"]
    for wrong in ("often", 5, ["5/min"]):
        refused = whole.ask("PATCH", path, {"tables": {"rate_limit": wrong}}, ADMIN)
        assert "rate_limit" == whole.problem(refused)["field"]
    assert shown == done(whole, "GET", path)
    assert "tables" not in done(whole, "PATCH", path, {"tables": {"rate_limit": None}})
    done(whole, "POST", SELLERS, {"name": "slow", "tables": {"rate_limit": "5/min"}}, OPERATOR)


@pytest.mark.parametrize("name", [".", "..", "...."])
def test_a_name_of_dots_alone_is_refused(whole: Api, name: str) -> None:
    refused = whole.ask("POST", SELLERS, {"name": name}, OPERATOR)
    assert "name" == whole.problem(refused)["field"]
    done(whole, "POST", SELLERS, {"name": f"{name}a"}, OPERATOR)


def test_a_seller_is_changed_and_removed_from_the_version_that_is_meant(whole: Api) -> None:
    path = f"{SELLERS}/new"
    made = whole.ask("POST", SELLERS, {"name": "new"}, OPERATOR)
    first = made.headers["etag"]
    got = whole.ask("GET", path, key=OPERATOR)
    assert first == got.headers["etag"]
    assert 304 == whole.ask("GET", path, key=OPERATOR, if_none_match=first).status
    assert 200 == whole.ask("GET", f"{path}?expand=book", key=OPERATOR, if_none_match=first).status

    changed = whole.ask("PATCH", path, {"title": "A"}, OPERATOR, if_match=first)
    second = changed.headers["etag"]
    assert (200, True) == (changed.status, first != second)
    stale: tuple[dict[str, str], ...] = (
        {"if_match": first},
        {"if_none_match": second},
        {"if_none_match": "*"},
    )
    for wrong in stale:
        assert 412 == whole.ask("PATCH", path, {"title": "B"}, OPERATOR, **wrong).status
        assert 412 == whole.ask("DELETE", path, None, OPERATOR, **wrong).status
    assert 400 == whole.ask("DELETE", path, None, OPERATOR, if_match="2").status
    assert "A" == done(whole, "GET", path, key=OPERATOR)["title"]
    assert 204 == whole.ask("DELETE", path, None, OPERATOR, if_match=second).status
    assert 404 == whole.ask("DELETE", path, None, OPERATOR, if_match=second).status


ASKED = requests(DIALECT.name).filter(lambda one: "/sellers" in one.path or "/keys" in one.path)

KEYS_THAT_MAY = st.sampled_from([ADMIN, OPERATOR])


@settings(deadline=None)
@given(request=ASKED, key=KEYS_THAT_MAY, acting=st.sampled_from(["", "demo-wholesale"]))
def test_whatever_comes_is_answered(request: Request, key: str, acting: str) -> None:
    api = Api()
    api.server = Server(DIALECT, api.store, named=chosen_one)
    headers = {**request.headers, "authorization": f"Bearer {key}"}
    if acting and key == OPERATOR:
        headers["orderglot-seller"] = acting

    response = api.run(api.server(replace(request, headers=headers)))

    assert 200 <= response.status < 500, response.body
    assert response.status < 400 or DIALECT.faults.read(response) is not None
