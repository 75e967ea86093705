"""Orders over our own API: lists, what is shown to whom, versions, and what another book reads."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from msgspec.structs import replace

from orderglot.core.errors import NotFound, Problem
from orderglot.core.order import (
    Identity,
    Invoice,
    Line,
    Link,
    Order,
    Reference,
    Unknown,
    by_hub_id,
)
from orderglot.core.query import Window
from orderglot.core.values import Relation
from orderglot.dialects.orderglot import DIALECT, known_members, search
from orderglot.dialects.orderglot.tables import NAME
from orderglot.dialects.orderglot.wire import read_document, read_order, write_document
from orderglot.faces.server import Server
from orderglot.hub.dialects import chosen_one
from orderglot.wire import json as wire
from orderglot.wire.form import Form
from tests.full_records import full
from tests.strategies import orders

ORDERS = "/orderglot/v1/orders"
FIRST = f"{ORDERS}/1000000001"
CUSTOMER, SELLER = ("og_" + str(number).zfill(64) for number in (1, 3))


# lists


def test_cursors_lead_through_all_orders_whatever_they_are_sorted_by(api: Any) -> None:
    for sort in ("", "-created", "totals.total,-number", "po_number"):
        found: list[str] = []
        after: Any = ""
        while after is not None:
            page = api.read(limit=2, sort=sort, after=after, total="true")
            assert 5 == page["total"]
            found += [order["number"] for order in page["items"]]
            after = page["next"]
        assert ["SO-1", "SO-2", "SO-3", "SO-4", "SO-5"] == sorted(found)
    assert ["SO-4", "SO-2"] == [one["number"] for one in api.read(sort="total")["items"]][:2]


def test_a_day_in_a_filter_is_one_by_the_sellers_clock(api: Any) -> None:
    async def move_to_kiritimati() -> None:
        (seller,) = await api.store.sellers()
        await api.store.change_seller(replace(seller, timezone="Pacific/Kiritimati"))

    assert [] == api.read(filter="created = 2024-05-22")["items"]
    api.run(move_to_kiritimati())
    assert 5 == len(api.read(filter="created = 2024-05-22")["items"])


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("page=2", "page"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=ten", "limit"),
        ("offset=-1", "offset"),
        ("total=perhaps", "total"),
        ("after=%00", "after"),
        ("after=WzFd", "after"),
        ("sort=lines.sku", "sort"),
        ("sort=colour", "sort"),
        ("filter=status%20%3D", "filter"),
        ("filter=colour%20%3D%20red", "filter"),
        ("fields=id,colour", "fields"),
        ("fields=lines.colour", "fields"),
        ("limit=1&limit=2", "limit"),
    ],
)
def test_a_parameter_that_is_wrong_is_named(api: Any, query: str, field: str) -> None:
    assert field == api.problem(api.ask("GET", f"{ORDERS}?{query}"))["field"]


def test_fields_show_what_they_name_at_any_depth_and_nothing_else(api: Any) -> None:
    page = api.read(fields="number, lines.sku,ship_to.city,details.hold_reason", limit=3)

    assert {
        "number": "SO-3",
        "lines": [{"sku": "AA124"}],
        "ship_to": {"city": "Carson"},
        "details": {"hold_reason": "no credit"},
    } == page["items"][2]


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
        ("so-2", []),
        ("nothing", []),
    ],
)
def test_what_a_person_types_finds_orders(api: Any, typed: str, found: list[str]) -> None:
    api.change(1, invoice=Invoice(number="INV-1"))
    assert found == [one["number"] for one in api.read(q=typed, fields="number")["items"]]


def test_what_is_typed_goes_with_a_filter_and_through_pages(api: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(search, "MOST", 2)
    page = api.read(q="Example Gifts", filter="status != shipped", limit=2, total="true")
    rest = api.read(q="Example Gifts", filter="status != shipped", limit=2, after=page["next"])

    assert (3, ["SO-1", "SO-3"]) == (page["total"], [one["number"] for one in page["items"]])
    assert ["SO-5"] == [one["number"] for one in rest["items"]]


def test_what_is_typed_finds_nobody_elses_orders(api: Any) -> None:
    for typed in ("PO-9", "SO-4", "1000000004"):
        assert [] == api.read(q=typed, key=CUSTOMER)["items"]


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


# who sees what


def test_what_a_seller_has_from_elsewhere_is_not_for_his_customers(api: Any) -> None:
    api.change(
        1,
        references=(Reference("kole@wholesaler", "K-9"), Reference("kole", "12345")),
        extras={"kole.margin": Decimal("0.4"), "orderglot.last_line": 3},
    )
    whole, own = api.read(FIRST), api.read(FIRST, key=CUSTOMER)

    assert {"kole.margin": 0.4} == whole["extras"]
    assert ["K-9", "12345"] == [one["id"] for one in whole["references"]]
    assert "extras" not in own
    assert [{"dialect": "kole", "id": "12345"}] == own["references"]
    (listed, *_) = api.read(key=CUSTOMER)["items"]
    assert own == listed


def test_nobody_elses_names_are_in_what_a_customer_sees(api: Any) -> None:
    async def name() -> None:
        customer = await api.book.customer(by_hub_id(100_001))
        names = (Reference("kole@wholesaler", "C-9"), Reference("kole", "X1"))
        await api.book.keep_customer(replace(customer, references=names))

    api.run(name())
    named = (Reference("kole@wholesaler", "K-8"), Reference("kole", "222"))
    api.change(3, references=named)
    link = Link(Relation.SPLIT_OF, Identity(id=1_000_000_003))
    api.change(1, links=(link,), extras={"kole.margin": Decimal("0.4")})
    asked = {"ask": True, "by": "Mrs. Smith"}
    assert 200 == api.ask("POST", f"{FIRST}/cancel", asked).status
    assert 200 == api.ask("POST", f"{FIRST}/answer-cancellation", {"answer": "refuse"}).status
    assert 200 == api.ask("POST", f"{FIRST}/cancel", {"ask": True}, key=CUSTOMER).status
    whole = api.read(FIRST)
    for name_of_others in ("C-9", "K-8", "Mrs. Smith", "margin"):
        assert name_of_others in json.dumps(whole)

    own = api.read(FIRST, key=CUSTOMER)
    assert [{"dialect": "kole", "id": "X1"}] == own["customer"]["references"]
    assert [{"dialect": "kole", "id": "222"}] == own["links"][0]["order"]["references"]
    first, second = own["details"]["cancellations"]
    assert {"asked_by", "answered_by"}.isdisjoint(first)
    assert "orderglot:key-1" == second["asked_by"]


@pytest.mark.parametrize(
    "field",
    [
        *("references.id", "customer.references.id", "links.order.references.dialect"),
        *("extras.kole.margin", "details.cancellations.asked_by"),
    ],
)
def test_a_customer_cannot_ask_about_what_he_does_not_see(api: Any, field: str) -> None:
    query = urlencode({"filter": f'status = shipped OR NOT {field} = "K-9"'})
    refused = api.ask("GET", f"{ORDERS}?{query}", key=CUSTOMER)

    assert "filter" == api.problem(refused)["field"]
    assert 200 == api.ask("GET", f"{ORDERS}?{query}").status


def test_what_a_dialect_loses_tells_a_customer_of_nothing_that_he_does_not_see(api: Any) -> None:
    api.server = Server(DIALECT, api.store, named=chosen_one)
    unknown = (Unknown("kole", ("hidden",), "x"),)
    api.change(1, extras={"kole.margin": Decimal("0.4")}, unknown=unknown)
    path = f"{FIRST}/as/adobe"
    lost = [api.read(path, key=key)["losses"] for key in (SELLER, CUSTOMER)]

    assert any("margin" in one for one in lost[0])
    assert any("hidden" in one for one in lost[0])
    assert not any("margin" in one or "hidden" in one for one in lost[1])


def test_an_order_is_for_the_customer_whom_another_dialect_knows(api: Any) -> None:
    async def name() -> None:
        customer = await api.book.customer(by_hub_id(100_002))
        await api.book.keep_customer(replace(customer, references=(Reference("kole", "X7"),)))

    api.run(name())
    lines = [{"sku": "AA125", "quantity": 1}]
    named = {"customer": {"dialect": "kole", "id": "X7"}, "lines": lines}
    made = json.loads(api.ask("POST", ORDERS, named).body)
    assert 100_002 == made["customer"]["id"]
    other = {"customer": {"dialect": "komet", "id": "X7"}, "lines": lines}
    assert "customer" == api.problem(api.ask("POST", ORDERS, other))["field"]


# a book that took the place of another


@pytest.mark.parametrize("id", ["7001", "A-7/1"])
def test_who_takes_the_place_of_another_book_keeps_its_ids(api: Any, id: str) -> None:
    api.change(1, references=(Reference(NAME, id),))
    client = api.client()

    async def read() -> tuple[Order, Order]:
        return await client.get(Reference(NAME, id)), (await client.page(Window())).orders[0]

    got, listed = api.run(read())
    assert (Reference(NAME, id),) == got.references == listed.references
    with pytest.raises(NotFound):
        api.run(client.get(Reference(NAME, "1000000001")))
    assert "SO-1" == api.run(api.book.get(by_hub_id(1_000_000_001))).number


# what another book reads


def both_ways(document: bytes) -> tuple[Order, Order, list[Problem]]:
    """Read a document as it is, and member by member."""
    problems: list[Problem] = []
    straight = read_document(document, "", problems)
    form = Form(wire.read(document), known=known_members.ORDER)
    return straight, read_order(form), [*problems, *form.problems]


@given(order=orders())
def test_an_order_is_read_the_same_straight_and_member_by_member(order: Order) -> None:
    straight, by_member, problems = both_ways(bytes(write_document(order)))

    assert (straight, []) == (by_member, problems)


def test_an_order_that_says_everything_is_read_the_same_both_ways() -> None:
    order = replace(full(Order, 1), id=1_000_000_001)
    straight, by_member, problems = both_ways(bytes(write_document(order)))

    assert (straight, []) == (by_member, problems)
    assert order.extras == straight.extras
    assert order.unknown == straight.unknown


@pytest.mark.parametrize("number", ["1e400", "1" * 30, "1E-400", "12345678901234567890.5"])
@pytest.mark.parametrize("place", ['"totals":{"total":%s}', '"lines":[{"quantity":%s}]'])
def test_a_number_that_no_book_can_keep_is_refused(number: str, place: str) -> None:
    document = b'{"id":7,%b,"kind":"sale","status":"received"}' % (place % number).encode()
    problems: list[Problem] = []
    read_document(document, "", problems)

    assert 1 == len(problems)


def test_what_a_newer_book_says_is_kept_as_unknown() -> None:
    document = b'{"id":7,"mood":"good","lines":[{"number":1,"scent":"rose"}],"extras":{"loose":1}}'
    problems: list[Problem] = []
    order = read_document(document, "", problems)

    assert [] == problems
    assert (
        Unknown(NAME, ("mood",), "good"),
        Unknown(NAME, ("extras", "loose"), 1),
    ) == order.unknown
    assert (Unknown(NAME, ("scent",), "rose"),) == order.lines[0].unknown


def test_a_link_leads_to_the_id_that_the_other_book_gives() -> None:
    link = Link(Relation.SPLIT_OF, Identity(id=1_000_000_002, number="SO-2"))
    problems: list[Problem] = []
    order = read_document(bytes(write_document(Order(id=7, links=(link,)))), "", problems)

    named = Identity(number="SO-2", references=(Reference(NAME, "1000000002"),))
    assert (Link(Relation.SPLIT_OF, named),) == order.links


def test_a_wrong_member_of_an_answer_is_named() -> None:
    problems: list[Problem] = []
    read_document(b'{"id":7,"lines":[{"number":1},{"number":"x"}],"created":"now"}', "", problems)

    assert {"lines[2].number", "created"} == {one.field for one in problems}


def test_a_title_that_looks_like_a_power_of_ten_is_no_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    line = Line(number=1, sku="E+", title="TABLE-CLOTH, SIZE-E+", quantity=12)
    order = Order(id=7, lines=(line,), notes="E-mail")
    monkeypatch.setattr("orderglot.dialects.orderglot.wire.read_order", None)
    problems: list[Problem] = []

    assert (line,) == read_document(bytes(write_document(order)), "", problems).lines
