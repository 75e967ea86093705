"""Keys over our own API: who may make and end which, whose they are, and that secrets are told once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from orderglot.core.caller import EVERY_RIGHT, Caller
from orderglot.dialects.orderglot import DIALECT
from orderglot.dialects.orderglot.tests.conftest import (
    ADMIN,
    KEYS,
    OPERATOR,
    ORDER,
    SELLER,
    SELLERS,
    Api,
    done,
)
from orderglot.faces.server import Server
from orderglot.hub.dialects import chosen_one
from orderglot.wire.message import Request


def test_a_key_for_a_vendors_clients_is_made_shown_once_and_lets_in(whole: Api) -> None:
    asked = {"dialect": "kole", "customer": {"id": 100001}, "live": True, "expires": "2030-01-31"}
    made = done(whole, "POST", KEYS, asked)

    assert {"id": 100001} == made["customer"]
    assert "2030-02-01T00:00:00Z" == made["expires"]
    admitted = whole.run(whole.store.keyring.admit("kole", made["secret"]))
    assert (f"kole:{admitted.id}", 100001) == (made["id"], admitted.caller.customer)
    shown = done(whole, "GET", f"{KEYS}/{made['id']}")
    assert {name: one for name, one in made.items() if name != "secret"} == shown
    assert made["secret"] not in json.dumps(done(whole, "GET", KEYS))


NOT_NAMED: tuple[dict[str, Any], ...] = (
    {},
    {"number": "C-1"},
    {"id": None},
    {"id": ""},
    {"id": " "},
    {"dialect": "kole"},
)


@pytest.mark.parametrize("customer", NOT_NAMED)
def test_a_customer_who_is_not_named_is_not_everybody(whole: Api, customer: dict[str, Any]) -> None:
    before = done(whole, "GET", KEYS)
    for more in ({}, {"everybody": False}, {"dialect": "kole"}):
        refused = whole.ask("POST", KEYS, {"customer": customer, "live": True, **more}, ADMIN)
        assert 400 == refused.status
        fields = {one["field"] for one in json.loads(refused.body)["errors"]}
        assert "customer.id" in fields
        assert ("customer.number" in fields) is ("number" in customer)
    assert before == done(whole, "GET", KEYS)


@pytest.mark.parametrize("customer", NOT_NAMED)
def test_an_order_for_a_customer_who_is_not_named_is_not_nobodys(
    whole: Api, customer: dict[str, Any]
) -> None:
    line = {"lines": [{"sku": "AA124", "quantity": 12}]}
    path = "/orderglot/v1/orders"
    before = whole.read(path)
    refused = whole.ask("POST", path, {**line, "customer": customer})
    assert "customer.id" == whole.problem(refused)["field"]
    moved = whole.ask("POST", f"{ORDER}/move", {"customer": customer})
    assert 400 == moved.status
    assert b"customer.id" in moved.body
    assert before == whole.read(path)
    for nobody in (line, {**line, "customer": None}):
        assert "customer" not in done(whole, "POST", path, nobody, SELLER)


def test_members_that_there_are_not_are_refused_at_any_depth(whole: Api) -> None:
    for method, path, body, field in (
        ("POST", KEYS, {"customer": {"id": 100001, "number": "C-1"}}, "customer.number"),
        (
            "PATCH",
            f"{SELLERS}/demo-wholesale",
            {"references": [{"dialect": "kole", "id": "X1", "name": "x"}]},
            "references[1].name",
        ),
    ):
        assert field == whole.problem(whole.ask(method, path, body, ADMIN))["field"]


def test_a_rolled_key_lets_in_with_both_secrets(whole: Api) -> None:
    made = done(whole, "POST", KEYS, {"everybody": True, "live": True})
    rolled = done(whole, "POST", f"{KEYS}/{made['id']}/roll", {"grace": "12h"})

    assert "2024-05-22T07:30:00Z" == rolled["former_until"]
    for secret in (made["secret"], rolled["secret"]):
        assert 200 == whole.ask("GET", ORDER, key=secret).status
    done(whole, "POST", f"{KEYS}/{made['id']}/roll", {"grace": "0"})
    for secret in (made["secret"], rolled["secret"]):
        assert 401 == whole.ask("GET", ORDER, key=secret).status


def test_nobody_but_who_administers_sees_or_makes_keys(whole: Api) -> None:
    for key in (SELLER, f"og_{'1'.zfill(64)}", f"og_{'4'.zfill(64)}"):
        for method, path in (
            ("GET", SELLERS),
            ("GET", KEYS),
            ("POST", KEYS),
            ("POST", f"{KEYS}/orderglot:key-1/end"),
            ("DELETE", f"{SELLERS}/empty-seller"),
        ):
            assert 403 == whole.ask(method, path, key=key).status


def test_an_administrator_has_its_own_seller_alone(whole: Api) -> None:
    other = whole.run(whole.store.seller("empty-seller")).id
    ring = whole.store.keyring
    theirs = whole.run(
        ring.issue_key(
            "orderglot",
            Caller(seller=other, may=EVERY_RIGHT),
            DIALECT.auth.make_secret,
            DIALECT.auth.make_key_id,
        )
    )
    name = f"orderglot:{theirs.id}"

    assert ["empty-seller"] == [
        one["name"] for one in done(whole, "GET", SELLERS, key=theirs.secret)["items"]
    ]
    assert [name] == [one["id"] for one in done(whole, "GET", KEYS, key=theirs.secret)["items"]]
    for method, path, body in (
        ("GET", f"{SELLERS}/empty-seller", None),
        ("PATCH", f"{SELLERS}/empty-seller", {"title": "Mine"}),
        ("GET", f"{KEYS}/{name}", None),
        ("POST", f"{KEYS}/{name}/roll", {}),
        ("POST", f"{KEYS}/{name}/live", None),
        ("POST", f"{KEYS}/{name}/end", None),
    ):
        there = whole.ask(method, path, body, ADMIN)
        none = path.replace(theirs.id, "key-0").replace("empty-seller", "no-seller")
        absent = whole.ask(method, none, body, ADMIN)
        assert 404 == there.status == absent.status
        assert there.body.replace(theirs.id.encode(), b"key-0").replace(
            b"empty-seller", b"no-seller"
        ) == (absent.body)
    assert whole.run(ring.admit("orderglot", theirs.secret)).ended is None


def test_no_other_key_becomes_an_operators(whole: Api) -> None:
    for key in (ADMIN, SELLER, f"og_{'1'.zfill(64)}"):
        for named in ("demo-wholesale", "empty-seller", "nobody", ""):
            assert 403 == whole.ask("GET", ORDER, key=key, orderglot_seller=named).status
        assert 403 == whole.ask("POST", SELLERS, {"name": "mine"}, key).status
        assert 403 == whole.ask("POST", KEYS, {"operator": True}, key).status
    for secret in (OPERATOR[:-1] + "8", "ogop_", OPERATOR.removeprefix("ogop_")):
        assert 401 == whole.ask("GET", SELLERS, key=secret).status
        assert 401 == whole.ask("GET", ORDER, key=secret, orderglot_seller="nobody").status
    made = done(whole, "POST", KEYS, {"everybody": True, "may": ["admin", "read"], "live": True})
    assert 403 == whole.ask("POST", SELLERS, {"name": "mine"}, made["secret"]).status


def test_no_vendors_dialect_takes_an_operators_key(whole: Api) -> None:
    paths = {"kole": "/api/2020-09/orders", "catalyst": "/api/v2/admin/sites/1/orders"}
    for name, path in paths.items():
        server = Server(chosen_one(name), whole.store)
        headers = {"authorization": f"Bearer {OPERATOR}", "orderglot-seller": "demo-wholesale"}
        response = whole.run(server(Request(method="GET", path=path, headers=headers)))
        assert response.status in (401, 403, 404), (name, response.body)
        assert b"SO-1" not in response.body


def test_a_key_in_test_mode_changes_no_keys_and_sellers(whole: Api) -> None:
    made = done(whole, "POST", KEYS, {"everybody": True, "may": ["admin", "read"]})
    assert made["live"] is False
    assert done(whole, "GET", KEYS, key=made["secret"])["items"]
    for method, path, body in (
        ("POST", KEYS, {"everybody": True}),
        ("POST", f"{KEYS}/{made['id']}/live", None),
        ("POST", f"{KEYS}/orderglot:key-1/end", None),
        ("POST", f"{KEYS}/orderglot:key-1/roll", {}),
        ("PATCH", f"{SELLERS}/demo-wholesale", {"title": "Mine"}),
    ):
        assert 403 == whole.ask(method, path, body, made["secret"]).status


def test_what_is_done_over_the_api_is_an_act_of_its_key(whole: Api) -> None:
    made = done(whole, "POST", KEYS, {"everybody": True})
    done(whole, "PATCH", f"{SELLERS}/demo-wholesale", {"timezone": "Europe/Berlin"})
    done(whole, "POST", f"{KEYS}/{made['id']}/end")
    done(whole, "POST", SELLERS, {"name": "new-seller"}, OPERATOR)
    done(whole, "DELETE", f"{SELLERS}/new-seller", key=OPERATOR)

    acts = whole.run(whole.store.acts(whole.seller, limit=3))
    assert ["key.ended", "seller.changed", "key.made"] == [one.what for one in acts]
    assert {"orderglot:key-5"} == {one.who for one in acts}
    assert ({"timezone": ""}, {"timezone": "Europe/Berlin"}) == (acts[1].before, acts[1].after)
    assert made["secret"] not in str(acts)
    above = whole.run(whole.store.acts(0))
    assert {
        ("orderglot:operator-1", "seller.removed"),
        ("orderglot:operator-1", "seller.added"),
    } == {(one.who, one.what) for one in above}


def secret_that_was_rolled(api: Api, key: str) -> str:
    """Roll a key that may do anything, and give the secret that it had before."""
    acting = {"orderglot_seller": "demo-wholesale"} if key == OPERATOR else {}
    rights = {"everybody": True, "live": True, "may": sorted(EVERY_RIGHT)}
    asked = {"operator": True} if key == OPERATOR else rights
    made = done(api, "POST", KEYS, asked, key)
    assert done(api, "POST", f"{KEYS}/{made['id']}/live", None, made["secret"])
    done(api, "POST", f"{KEYS}/{made['id']}/roll", {}, key)
    assert 200 == api.ask("GET", ORDER, None, made["secret"], **acting).status
    return str(made["secret"])


@pytest.mark.parametrize("key", [ADMIN, OPERATOR])
def test_a_former_secret_changes_no_keys_and_sellers(whole: Api, key: str) -> None:
    former = secret_that_was_rolled(whole, key)
    before = done(whole, "GET", KEYS, key=former), done(whole, "GET", SELLERS, key=former)
    own = before[0]["items"][-1]["id"]
    for method, path, body in (
        ("POST", KEYS, {"everybody": True}),
        ("POST", KEYS, {"operator": True}),
        ("POST", f"{KEYS}/{own}/live", None),
        ("POST", f"{KEYS}/{own}/end", None),
        ("POST", f"{KEYS}/{own}/roll", {"grace": "0"}),
        ("PATCH", f"{SELLERS}/demo-wholesale", {"title": "Mine"}),
        ("POST", SELLERS, {"name": "mine"}),
        ("DELETE", f"{SELLERS}/empty-seller", None),
    ):
        refused = whole.ask(method, path, body, former)
        assert 403 == refused.status, (method, path)
        assert b"before the key was rolled" in refused.body or key == ADMIN
    assert before == (done(whole, "GET", KEYS, key=former), done(whole, "GET", SELLERS, key=former))


@pytest.mark.parametrize("right", sorted(EVERY_RIGHT - {"admin"}))
def test_a_key_hands_out_rights_that_it_has_itself(whole: Api, right: str) -> None:
    rights = sorted(EVERY_RIGHT - {right})
    made = done(whole, "POST", KEYS, {"everybody": True, "live": True, "may": rights})
    other = done(whole, "POST", KEYS, {"dialect": "kole", "everybody": True, "may": [right]})
    for path, body in (
        (KEYS, {"everybody": True}),
        (KEYS, {"everybody": True, "may": [right]}),
        (KEYS, {"everybody": True, "may": ["admin", right]}),
        (f"{KEYS}/{other['id']}/roll", {}),
    ):
        assert right in str(whole.problem(whole.ask("POST", path, body, made["secret"]), 403))
    alike = done(whole, "POST", KEYS, {"everybody": True, "may": rights}, made["secret"])
    assert done(whole, "POST", f"{KEYS}/{alike['id']}/roll", {}, made["secret"])["secret"]
    assert done(whole, "POST", f"{KEYS}/{other['id']}/end", None, made["secret"])["ended"]


def test_pages_go_on_behind_a_name(whole: Api) -> None:
    names: list[str] = []
    after: str | None = ""
    while after is not None:
        query = f"?limit=2&total=true{f'&after={after}' if after else ''}"
        page = done(whole, "GET", f"{KEYS}{query}")
        assert 6 == page["total"]
        names += [one["id"] for one in page["items"]]
        after = page["next"]
    assert len(names) == len(set(names)) == 6
    assert "after" == whole.problem(whole.ask("GET", f"{KEYS}?after=x", key=ADMIN))["field"]
    assert "limit" == whole.problem(whole.ask("GET", f"{KEYS}?limit=101", key=ADMIN))["field"]
