"""Orders over our own API: what is shown to whom, and what another book reads."""

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
    Line,
    Link,
    Order,
    Reference,
    Unknown,
    by_hub_id,
)
from orderglot.core.query import Window
from orderglot.core.values import Relation
from orderglot.dialects.orderglot import DIALECT, known_members
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


LARGEST_AMOUNT, TOO_LARGE = "999999999999.99", "1000000000000"


@pytest.mark.parametrize("place", ['"totals":{"total":%s}', '"lines":[{"unit_price":%s}]'])
@pytest.mark.parametrize("sign", ["", "-"])
def test_an_amount_is_smaller_than_every_store_and_dialect_can_have(place: str, sign: str) -> None:
    for amount, refused in ((LARGEST_AMOUNT, 0), (TOO_LARGE, 1), ("123456789012345678", 1)):
        for spelled in (sign + amount, f" {sign + amount}"):
            problems: list[Problem] = []
            read_document(b"{%b}" % (place % spelled).encode(), "", problems)
            assert refused == len(problems), spelled


def test_a_quantity_may_be_larger_than_an_amount_and_a_text_longer() -> None:
    document = b'{"number":"12345678901234567","lines":[{"quantity":123456789012345678}]}'
    problems: list[Problem] = []
    order = read_document(document, "", problems)

    assert [] == problems
    assert 123456789012345678 == order.lines[0].quantity


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
