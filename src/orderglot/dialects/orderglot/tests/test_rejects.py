"""What pulls put aside: seen, tried again, settled and dropped over our own API."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from orderglot.dialects.orderglot.tests.conftest import CUSTOMER, Api
from tests.conformance.specimens import book_of

REJECTS = "/orderglot/v1/rejects"
VALUES = "/orderglot/v1/values"
MAPPED = {"channel": "orderglot", "field": "status", "value": "teleported", "to": "shipped"}
GOOD, BAD = "7001", "7002"
"""The vendor's ids of the one that can be read by now, and of the one that cannot."""


def aside(api: Api, **query: Any) -> dict[str, dict[str, Any]]:
    return {one["id"]: one for one in api.read(REJECTS, **query)["items"]}


def path_of(api: Api, id: str) -> str:
    return f"{REJECTS}/{quote(aside(api)[id]['name'], safe='')}"


def test_they_are_listed_page_by_page_and_by_channel(api: Api) -> None:
    first = api.read(REJECTS, limit=1)
    second = api.read(REJECTS, limit=1, after=first["next"])

    assert {GOOD, BAD} == {one["id"] for one in (*first["items"], *second["items"])}
    assert second["next"] is None
    assert {GOOD, BAD} == set(aside(api, channel="orderglot@east"))
    assert {GOOD, BAD} == set(aside(api, channel="orderglot"))
    assert {} == aside(api, channel="kole")


def test_one_is_shown_as_it_came(api: Api) -> None:
    shown = api.read(path_of(api, BAD))
    (kept,) = [one for one in book_of("orderglot").rejects if one.id == BAD]

    assert "utf-8" == shown["answers"][0]["encoding"]
    assert kept.answers[0].body.decode() == shown["answers"][0]["body"]


def test_what_can_be_read_by_now_is_an_order_and_the_rest_stays(api: Api) -> None:
    response = api.ask("POST", f"{REJECTS}/retry")

    assert {"taken": 1, "left": 1} == json.loads(response.body)
    assert {BAD} == set(aside(api))
    assert "E-7001" == api.read(filter='number = "E-7001"')["items"][0]["number"]


def test_one_is_tried_alone(api: Api) -> None:
    path = path_of(api, GOOD)

    assert {"taken": 0, "left": 1} == json.loads(api.ask("POST", f"{path_of(api, BAD)}/retry").body)
    assert {"taken": 1, "left": 0} == json.loads(api.ask("POST", f"{path}/retry").body)
    api.problem(api.ask("POST", f"{path}/retry"), 404)


def test_one_is_taken_for_an_order_of_the_book_or_for_a_new_one(api: Api) -> None:
    body = {"order": {"id": 1000000003}}
    settled = json.loads(api.ask("POST", f"{path_of(api, GOOD)}/settle", body).body)

    assert {"order": {"id": 1000000003}} == settled
    order = api.read("/orderglot/v1/orders/1000000003")
    assert {"dialect": "orderglot@east", "id": GOOD} in order["references"]
    problem = api.problem(api.ask("POST", f"{path_of(api, BAD)}/settle", {"new": True}), 409)
    assert "totals.total: 'eleven' is not a number" in problem["detail"]
    assert {BAD} == set(aside(api))


def test_one_is_dropped(api: Api) -> None:
    path = path_of(api, BAD)

    assert 204 == api.ask("DELETE", path).status
    api.problem(api.ask("DELETE", path), 404)
    assert {GOOD} == set(aside(api))


def test_why_they_are_dropped_stands_in_the_acts(api: Api) -> None:
    path = path_of(api, BAD)
    refused = api.ask("DELETE", f"{path}?why={'x' * 501}")
    assert "why" == api.problem(refused)["field"]

    assert 204 == api.ask("DELETE", f"{path}?why=sold+elsewhere").status
    asked = {"all": True, "why": "a trial"}
    assert b'"dropped":1' in api.ask("POST", f"{REJECTS}/drop", asked).body

    every, one = api.run(api.store.acts(api.seller))[:2]
    assert ("reject.dropped", {"why": "sold elsewhere"}) == (one.what, one.after)
    assert {"reason": "", "dropped": 1, "why": "a trial"} == every.after
    long = api.ask("POST", f"{REJECTS}/drop", {"all": True, "why": "x" * 501})
    assert "why" == api.problem(long)["field"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "order"),
        ({"new": True, "order": {"id": 1000000001}}, "order"),
        ({"old": True}, "old"),
        ({"new": "perhaps"}, "new"),
    ],
)
def test_what_settles_nothing_is_refused(api: Api, body: Any, field: str) -> None:
    refused = api.ask("POST", f"{path_of(api, GOOD)}/settle", body)

    assert field == api.problem(refused)["field"]


def test_what_was_put_aside_is_the_sellers_alone(api: Api) -> None:
    path = path_of(api, GOOD)
    for method, asked, body in (
        ("GET", REJECTS, None),
        ("GET", path, None),
        ("POST", f"{path}/retry", None),
        ("POST", f"{REJECTS}/retry", None),
        ("POST", f"{path}/settle", {"new": True}),
        ("DELETE", path, None),
        ("PATCH", path, {"body": None}),
        ("POST", f"{path}/check", None),
        ("POST", f"{path}/map", {"to": "shipped"}),
        ("POST", f"{REJECTS}/drop", {"all": True}),
        ("GET", VALUES, None),
        ("POST", VALUES, MAPPED),
        ("DELETE", f"{VALUES}/nothing", None),
    ):
        api.problem(api.ask(method, asked, body, key=CUSTOMER), 403)
    api.problem(api.ask("GET", f"{REJECTS}/nothing", key=CUSTOMER), 403)

    assert {GOOD, BAD} == set(aside(api))


def corrected(status: str = "received", total: str = "11.04") -> str:
    """Give what the vendor should have sent."""
    order = (
        f'{{"id": 7002, "number": "E-7002", "status": "{status}", "totals": {{"total": {total}}}}}'
    )
    return f'{{"items": [{order}], "next": null}}'


def patched(api: Api, body: str | None, **members: Any) -> dict[str, Any]:
    response = api.ask("PATCH", path_of(api, BAD), {"body": body, **members})
    assert 200 == response.status, response.body
    return dict(json.loads(response.body))


def test_a_correction_is_read_at_once_and_says_what_is_wrong_or_what_it_would_be(api: Api) -> None:
    wrong = patched(api, corrected(total='"twelve"'))
    assert [{"field": "items[1].totals.total", "reason": "'twelve' is not a number."}] == wrong[
        "problems"
    ]
    assert wrong["order"] is None
    right = patched(api, corrected(), answer=1)
    assert ([], "E-7002") == (right["problems"], right["order"]["number"])
    assert right == json.loads(api.ask("POST", f"{path_of(api, BAD)}/check").body)

    shown = api.read(path_of(api, BAD))
    assert "eleven" in shown["answers"][0]["body"]
    correction = shown["correction"]
    assert (1, corrected(), "orderglot:key-3") == tuple(
        correction[name] for name in ("answer", "body", "by")
    )
    assert "eleven" in patched(api, None)["problems"][0]["reason"]
    assert "correction" not in api.read(path_of(api, BAD))


def test_a_corrected_one_is_an_order_and_known_as_corrected(api: Api) -> None:
    path = path_of(api, BAD)
    patched(api, corrected())
    api.ask("POST", f"{path}/retry")

    assert {GOOD} == set(aside(api))
    ((id, listed),) = aside(api, corrected="true").items()
    assert (BAD, listed["order"]) == (id, api.read(path)["order"])
    problem = api.problem(api.ask("PATCH", path, {"body": "{}"}), 409)
    assert f"It is order {listed['order']} of the book" in problem["detail"]


def test_what_was_done_is_written_down_without_a_word_of_the_bodies(api: Api) -> None:
    patched(api, corrected())
    patched(api, None)
    api.ask("DELETE", path_of(api, BAD))
    acts = api.run(api.store.acts(api.seller, limit=3))

    assert ["reject.dropped", "reject.correction-withdrawn", "reject.corrected"] == [
        act.what for act in acts
    ]
    assert {"orderglot:key-3"} == {act.who for act in acts}
    assert {"bytes", "sha256"} == set(acts[-1].before)
    assert "E-7002" not in str(acts)


def test_a_word_is_mapped_by_a_reject_or_by_itself_and_taken_out(api: Api) -> None:
    patched(api, corrected("teleported"))
    mapped = json.loads(api.ask("POST", f"{path_of(api, BAD)}/map", {"to": "shipped"}).body)

    assert (2, 0) == (mapped["taken"], mapped["left"])
    assert mapped["mapping"] in api.read(VALUES)["items"]
    assert 2 == len(api.read(VALUES)["items"])
    assert "shipped" == api.read(filter='number = "E-7002"')["items"][0]["status"]
    path = f"{VALUES}/{quote(mapped['mapping']['name'], safe='')}"
    assert 204 == api.ask("DELETE", path).status
    api.problem(api.ask("DELETE", path), 404)
    assert "orderglot" == json.loads(api.ask("POST", VALUES, MAPPED).body)["channel"]


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"to": "beamed"}, "to"),
        ({"value": "shipped"}, "value"),
        ({"field": "sku"}, "field"),
        ({"channel": "nobody"}, "channel"),
        ({"value": ""}, "value"),
        ({"also": "this"}, "also"),
        ({"field": "x" * 251}, "field"),
    ],
)
def test_what_maps_nothing_is_refused(api: Api, members: Any, field: str) -> None:
    assert field == api.problem(api.ask("POST", VALUES, {**MAPPED, **members}))["field"]
    assert ["kole@west"] == [one["channel"] for one in api.read(VALUES)["items"]]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body"),
        ({"body": "!", "encoding": "base64"}, "body"),
        ({"body": "", "encoding": "latin-1"}, "encoding"),
        ({"body": "", "answer": 2}, "answer"),
        ({"body": "", "answer": 0}, "answer"),
        ({"body": "", "reason": "none"}, "reason"),
    ],
)
def test_what_corrects_nothing_is_refused(api: Api, body: Any, field: str) -> None:
    assert field == api.problem(api.ask("PATCH", path_of(api, BAD), body))["field"]


def test_those_of_a_channel_or_for_a_reason_are_dropped_together(api: Api) -> None:
    assert "all" == api.problem(api.ask("POST", f"{REJECTS}/drop", {}))["field"]
    both = {"reason": "eleven", "all": True}
    assert "all" == api.problem(api.ask("POST", f"{REJECTS}/drop", both))["field"]
    for asked, dropped in (
        ({"channel": "kole"}, 0),
        ({"reason": "ELEVEN"}, 1),
        ({"all": True}, 1),
    ):
        response = api.ask("POST", f"{REJECTS}/drop", asked)
        assert {"dropped": dropped} == json.loads(response.body)
    assert {} == aside(api)
