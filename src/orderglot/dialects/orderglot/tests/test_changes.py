"""Changes of orders, and of which version they are."""

from __future__ import annotations

import json
from typing import Any

import pytest

ORDERS = "/orderglot/v1/orders"
FIRST = f"{ORDERS}/1000000001"
CUSTOMER, SELLER = ("og_" + str(number).zfill(64) for number in (1, 3))


# versions


def test_a_change_of_the_version_that_is_named_goes_through_once(api: Any) -> None:
    tag = api.ask("GET", FIRST).headers["etag"]
    first = api.ask("PATCH", FIRST, {"notes": "Once."}, if_match=tag)
    second = api.ask("PATCH", FIRST, {"notes": "Twice."}, if_match=tag)

    assert 200 == first.status
    assert "Version 2" in api.problem(second, 412)["detail"]
    assert "Once." == api.read(FIRST)["notes"]


def test_what_is_known_already_is_not_sent_again(api: Any) -> None:
    tag = api.ask("GET", FIRST).headers["etag"]
    again = api.ask("GET", FIRST, if_none_match=f'"x", {tag}')

    assert (304, b"", tag) == (again.status, again.body, again.headers["etag"])
    api.change(1, notes="Other.")
    assert 200 == api.ask("GET", FIRST, if_none_match=tag).status


@pytest.mark.parametrize("header", ["If-Match", "If-None-Match"])
@pytest.mark.parametrize(
    "tags", ["3", '"1', '"1" "2"', '"1", *', 'w/"1"', 'W/ "1"', 'x"1"', '"1"x', "W/", ","]
)
def test_an_entity_tag_that_is_none_is_refused(api: Any, header: str, tags: str) -> None:
    refused = api.ask("PATCH", FIRST, {"notes": "Once."}, **{header.lower(): tags})
    assert header == api.problem(refused)["field"]
    assert "Once." != api.read(FIRST).get("notes")


@pytest.mark.parametrize(
    ("tags", "status"),
    [
        ('"1"', 200),
        ('W/"1"', 412),
        ('W/"1", "1"', 200),
        ('"1",W/"1"', 200),
        ('W/"7", "1"', 200),
        ('"7" , "1",', 200),
        ('W/"1", "7"', 412),
        ('"W/", "7"', 412),
        ('""', 412),
        ("*", 200),
    ],
)
def test_only_a_strong_tag_names_the_version_that_is_changed(
    api: Any, tags: str, status: int
) -> None:
    assert status == api.ask("PATCH", FIRST, {"notes": "Once."}, if_match=tags).status
    assert (status == 200) is ("Once." == api.read(FIRST).get("notes"))


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", FIRST, {"notes": "Once."}),
        ("POST", f"{FIRST}/note", {"text": "Once."}),
        ("POST", f"{FIRST}/delete", None),
        ("POST", f"{FIRST}/split", {"line": [{"number": 1, "quantity": 12}]}),
    ],
)
def test_what_may_not_be_of_a_version_is_not_changed_from_it(
    api: Any, method: str, path: str, body: Any
) -> None:
    before = api.read(FIRST)
    for tags in ("*", '"1"', 'W/"1"', '"7", "1"'):
        headers = {"if_none_match": tags, "idempotency_key": f"key {tags}"}
        first = api.ask(method, path, body, **headers)
        api.problem(first, 412)
        assert first == api.ask(method, path, body, **headers)
        assert before == api.read(FIRST)
    assert api.ask(method, path, body, if_none_match='"7"').status < 300


def test_what_is_known_by_a_weak_tag_is_not_sent_again(api: Any) -> None:
    assert 304 == api.ask("GET", FIRST, if_none_match='W/"7", W/"1"').status
    assert 200 == api.ask("GET", FIRST, if_none_match="junk").status


# changes


def test_a_change_says_what_is_otherwise_and_the_rest_stays(api: Any) -> None:
    before = api.read(FIRST)
    changed = api.ask("PATCH", FIRST, {"notes": None, "ship_to": {"line_2": "Dock 4"}})
    after = json.loads(changed.body)

    assert "notes" not in after
    assert {**before["ship_to"], "line_2": "Dock 4"} == after["ship_to"]
    assert before["lines"] == after["lines"]


def test_lines_that_a_change_does_not_name_are_taken_out(api: Any) -> None:
    lines = [{"number": 2, "quantity": 5}, {"sku": "AA124", "quantity": 12}]
    after = json.loads(api.ask("PATCH", FIRST, {"lines": lines}).body)

    assert [(2, "AA125", 5), (3, "AA124", 12)] == [
        (line["number"], line["sku"], line["quantity"]) for line in after["lines"]
    ]
    assert 16.54 == after["totals"]["total"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body"),
        ({"colour": "red"}, "body"),
        ({"notes": "x", "status": "shipped"}, "status"),
        ({"lines": []}, "lines"),
        ({"lines": [{"number": 9}]}, "lines[1].number"),
        ({"lines": [{"number": 1}, {"number": 1}]}, "lines[2].number"),
        ({"lines": [{"number": 1, "sku": "AA125"}]}, "lines[1].sku"),
        ({"lines": [{"number": 1, "quantity": -1}]}, "lines[1].quantity"),
        ({"shipping": 3}, "shipping"),
        *(({name: None}, name) for name in ("bill_to", "ship_to", "shipping", "lines")),
        *(({name: ""}, name) for name in ("bill_to", "ship_to", "shipping", "lines")),
        ({"shipping": {"tracking": "1Z9"}}, "shipping.tracking"),
        ({"shipping": {"rate_key": None}}, "shipping.rate_key"),
        ({"shipping": {"notifications": {}}}, "shipping.notifications"),
        ({"ship_to": {"unknown": []}}, "ship_to.unknown"),
        ({"lines": [{"number": 1, "unit_price": 0.01}]}, "lines[1].unit_price"),
        ({"lines": [{"number": 1, "unit": "kg"}]}, "lines[1].unit"),
        ({"lines": [{"number": 1, "quantity": None}]}, "lines[1].quantity"),
        ({"lines": [{"number": 1, "deliver_by": None}]}, "lines[1].deliver_by"),
        ({"lines": [{"sku": "AA125", "quantity": 1, "title": "Cup"}]}, "lines[1].title"),
        ({"lines": [{"sku": "AA125", "quantity": 1, "deliver_by": "soon"}]}, "lines[1].deliver_by"),
        ({"lines": [{"sku": "AA125", "quantity": 1.5}]}, "lines[1].quantity"),
    ],
)
def test_a_change_that_is_wrong_is_refused_by_name(api: Any, body: Any, field: str) -> None:
    before = api.read(FIRST)

    assert field == api.problem(api.ask("PATCH", FIRST, body))["field"]
    assert before == api.read(FIRST)


def test_what_a_change_says_of_a_further_line_is_in_the_book(api: Any) -> None:
    further = {
        "sku": "AA125",
        "quantity": 12,
        "deliver_by": "2030-01-01",
        "ship_name": "Ann",
        "mark_code": "M-1",
    }
    lines = [{"number": 1}, {"number": 2}, further]
    assert 200 == api.ask("PATCH", FIRST, {"lines": lines}).status
    line = api.read(FIRST)["lines"][2]

    assert further == {name: line[name] for name in further}


def test_a_change_of_shipping_says_all_that_a_new_order_may(api: Any) -> None:
    mails = [{"type": "TRACKING", "email": "ann@example.com"}]
    sent = {"carrier": "UPS", "signature": True, "notifications": mails}
    before = api.read(FIRST).get("shipping", {})
    assert 200 == api.ask("PATCH", FIRST, {"shipping": sent}).status
    assert {**before, **sent} == api.read(FIRST)["shipping"]

    nothing = dict.fromkeys(sent)
    assert 200 == api.ask("PATCH", FIRST, {"shipping": nothing}).status
    left = {name: value for name, value in before.items() if name not in sent}
    assert left == api.read(FIRST).get("shipping", {})
