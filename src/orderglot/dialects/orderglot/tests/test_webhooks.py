"""Webhooks over our own API: who may do what, what is refused by name, and that secrets are told once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from orderglot.core.caller import Caller
from orderglot.core.event_types import TYPES
from orderglot.core.order import Order
from orderglot.dialects.orderglot.tests.conftest import ADMIN, CUSTOMER, OPERATOR, SELLER, Api, done

WEBHOOKS = "/orderglot/v1/webhooks"
THERE = f"{WEBHOOKS}/wh-0123456789abcdef"
HOOK = {"url": "https://shop.example/hooks"}
SEVERAL = (
    ("GET", WEBHOOKS),
    ("POST", WEBHOOKS),
    ("GET", THERE),
    ("PATCH", THERE),
    ("DELETE", THERE),
    ("POST", f"{THERE}/roll"),
    ("POST", f"{THERE}/trigger"),
    ("POST", f"{THERE}/resend"),
    ("GET", f"{THERE}/deliveries"),
    ("GET", f"{THERE}/deliveries/000000000001"),
    ("POST", f"{THERE}/deliveries/000000000001/resend"),
)


@pytest.mark.parametrize(("method", "path"), SEVERAL)
@pytest.mark.parametrize("key", [SELLER, CUSTOMER])
def test_it_takes_the_right_to_administer(api: Api, method: str, path: str, key: str) -> None:
    assert 403 == api.ask(method, path, key=key).status


@pytest.mark.parametrize(("method", "path"), [one for one in SEVERAL if "wh-" in one[1]])
def test_another_sellers_webhook_is_as_one_that_there_is_not(
    api: Api, method: str, path: str
) -> None:
    bodies = {"roll": {}, "trigger": {"type": "order.created"}, "resend": {"since": "2024-01-01"}}
    single = "deliveries" not in path
    body = bodies.get(path.rpartition("/")[2], {}) if method != "GET" and single else None
    acting = {"orderglot-seller": "empty-seller"}
    stranger = api.ask(method, path, body, OPERATOR, **acting)
    unknown = api.ask(method, path.replace("0123", "9999"), body, OPERATOR, **acting)
    assert 404 == stranger.status == unknown.status
    assert stranger.body == unknown.body.replace(b"9999", b"0123")
    assert 200 == api.ask("GET", THERE, key=ADMIN).status


@pytest.mark.parametrize("id", ["%00", "wh-%00", "%F0%9F%98%80", "..%2F", "x" * 2_000])
def test_odd_ids_are_those_of_nothing(api: Api, id: str) -> None:
    for path in (f"{WEBHOOKS}/{id}", f"{THERE}/deliveries/{id}"):
        assert 404 == api.ask("GET", path, key=ADMIN).status


def test_an_operator_acts_for_a_seller(api: Api) -> None:
    acting = {"orderglot-seller": "empty-seller"}
    made = done(api, "POST", WEBHOOKS, HOOK, OPERATOR, **acting)
    assert [made["id"]] == [
        one["id"] for one in done(api, "GET", WEBHOOKS, key=OPERATOR, **acting)["items"]
    ]
    assert 400 == api.ask("POST", WEBHOOKS, HOOK, OPERATOR).status


def test_a_key_in_test_mode_changes_none(api: Api) -> None:
    caller = Caller(seller=api.seller, test=True, may=frozenset({"read", "admin"}), name="x")
    secret = "og_" + "8".zfill(64)
    api.run(api.store.keyring.plant_key("orderglot", caller, "key-8", secret))
    assert 200 == api.ask("GET", THERE, key=secret).status
    for method, path, body in (
        ("POST", WEBHOOKS, HOOK),
        ("PATCH", THERE, {"body": "thin"}),
        ("DELETE", THERE, None),
        ("POST", f"{THERE}/roll", {}),
        ("POST", f"{THERE}/trigger", {"type": "order.created"}),
    ):
        refused = api.problem(api.ask(method, path, body, secret), 403)
        assert "changes no webhooks" in refused["detail"]


def test_the_secret_is_told_once(api: Api) -> None:
    made = done(api, "POST", WEBHOOKS, HOOK)
    path = f"{WEBHOOKS}/{made['id']}"
    rolled = done(api, "POST", f"{path}/roll", {"grace": "12h"})
    secrets = (made["secret"], rolled["secret"])
    assert all(one.startswith("whsec_") and len(one) == 50 for one in secrets)
    assert len(set(secrets)) == 2
    done(api, "PATCH", path, {"body": "thin"})
    shown = [done(api, "GET", one) for one in (WEBHOOKS, path, f"{path}/deliveries")]
    notes = [
        note
        for kind in ("webhook", "act", f"webhook-waiting/{made['id']}")
        for note in api.run(api.store.of(Caller(seller=api.seller)).notes(kind))
    ]
    acts = api.run(api.store.acts(api.seller))
    assert ["webhook.changed", "webhook.rolled", "webhook.added"] == [one.what for one in acts[:3]]
    for secret in secrets:
        assert secret not in json.dumps(shown) + repr(notes) + repr(acts)
        assert secret not in repr(api.run(api.store.webhooks.signing(api.seller, made["id"])))


def test_two_secrets_sign_while_one_is_rolled(api: Api) -> None:
    made = done(api, "POST", WEBHOOKS, HOOK)
    roll = f"{WEBHOOKS}/{made['id']}/roll"
    rolled = done(api, "POST", roll)
    signing = api.run(api.store.webhooks.signing(api.seller, made["id"]))
    now = api.store.now()
    assert (rolled["secret"], made["secret"]) == signing.secrets(now)
    assert "former_until" in rolled
    last = done(api, "POST", roll, {"grace": "0"})
    signing = api.run(api.store.webhooks.signing(api.seller, made["id"]))
    assert (last["secret"],) == signing.secrets(now)
    assert "former_until" not in last


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"url": None}, "url"),
        ({"url": ""}, "url"),
        ({"url": 7}, "url"),
        ({"url": "http://127.0.0.1:3000/"}, "url"),
        ({"url": "http://[::ffff:10.0.0.1]/"}, "url"),
        ({"url": "http://2130706433/"}, "url"),
        ({"types": "order.created"}, "types"),
        ({"types": ["order.lost"]}, "types"),
        ({"types": [7]}, "types"),
        ({"types": [""]}, "types.0"),
        ({"filter": "total >"}, "filter"),
        ({"filter": "colour = red"}, "filter"),
        ({"filter": ["x"]}, "filter"),
        ({"body": "all"}, "body"),
        ({"enabled": "perhaps"}, "enabled"),
        ({"secret": "whsec_mine"}, "secret"),
        ({"id": "wh-1"}, "id"),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_what_makes_no_sense_is_refused_by_name(
    api: Api, method: str, members: dict[str, Any], field: str
) -> None:
    before = done(api, "GET", WEBHOOKS)
    path, body = (WEBHOOKS, {**HOOK, **members}) if method == "POST" else (THERE, members)
    assert field == api.problem(api.ask(method, path, body, ADMIN))["field"]
    assert before == done(api, "GET", WEBHOOKS)


def test_a_change_is_of_a_version(api: Api) -> None:
    response = api.ask("GET", THERE, key=ADMIN)
    tag = response.headers["etag"]
    changed = api.ask("PATCH", THERE, {"types": None, "enabled": False}, ADMIN, if_match=tag)
    assert 200 == changed.status
    assert tag != changed.headers["etag"]
    shown = json.loads(changed.body)
    assert ("by hand", False) == (shown["disabled"], shown["enabled"])
    assert "types" not in shown
    for method, body in (("PATCH", {"body": "thin"}), ("DELETE", None)):
        assert 412 == api.ask(method, THERE, body, ADMIN, if_match=tag).status
    assert 409 == api.ask("POST", f"{THERE}/trigger", {"type": TYPES[0]}, ADMIN).status
    again = done(api, "PATCH", THERE, {"enabled": True})
    assert again["enabled"]
    assert "disabled" not in again
    unchanged = done(api, "PATCH", THERE, {"enabled": True})
    assert again == unchanged
    assert 204 == api.ask("DELETE", THERE, None, ADMIN).status
    assert 404 == api.ask("GET", THERE, key=ADMIN).status


@pytest.mark.parametrize("type", TYPES)
def test_there_is_a_sample_of_each_type(api: Api, type: str) -> None:
    sample = done(api, "POST", f"{THERE}/trigger", {"type": type})
    assert (type, "waiting") == (sample["type"], sample["state"])
    listed = done(api, "GET", f"{THERE}/deliveries")["items"]
    assert sample["id"] == listed[0]["id"]


def test_deliveries_are_listed_page_by_page(api: Api) -> None:
    for _ in range(5):
        done(api, "POST", f"{THERE}/trigger", {"type": "order.created"})
    whole = done(api, "GET", f"{THERE}/deliveries?limit=100")
    assert whole["next"] is None
    pages, after = list[str](), ""
    while True:
        page = done(api, "GET", f"{THERE}/deliveries?limit=3&after={after}")
        pages += [one["id"] for one in page["items"]]
        if page["next"] is None:
            break
        after = page["next"]
    assert [one["id"] for one in whole["items"]] == pages
    assert 7 == len(set(pages))


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("roll", {"grace": "91d"}, "grace"),
        ("trigger", {}, "type"),
        ("trigger", {"type": "x"}, "type"),
        ("resend", {}, "since"),
        ("resend", {"since": "yesterday"}, "since"),
        ("resend", {"since": "2024-01-01", "everything": "x"}, "everything"),
        ("deliveries/000000000001/resend", {"x": 1}, "x"),
    ],
)
def test_what_is_asked_wrongly_is_refused_by_name(
    api: Api, path: str, body: Any, field: str
) -> None:
    assert field == api.problem(api.ask("POST", f"{THERE}/{path}", body, ADMIN))["field"]


def test_a_seller_has_so_many_webhooks_at_most(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orderglot.stores.webhooks.MOST_ENDPOINTS", 2)
    assert 201 == api.ask("POST", WEBHOOKS, HOOK, ADMIN).status
    assert 409 == api.ask("POST", WEBHOOKS, HOOK, ADMIN).status


def test_an_order_costs_no_more_because_of_webhooks(api: Api) -> None:
    """Nothing is written with an order: its event is in the feed, and is read from there."""
    before = api.run(api.book.notes("webhook-progress"))
    api.run(api.book.place(Order(currency="USD")))
    api.change(1, notes="x")
    assert before == api.run(api.book.notes("webhook-progress"))
    assert () == api.run(api.book.notes("webhook-waiting/wh-0123456789abcdef"))
