"""Translation: what a file may hold, and in one sentence what it may not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orderglot.core.errors import Invalid, Unsupported
from orderglot.core.order import Order
from orderglot.wire import json
from orderglot.wire.bodies import Held, candidates, read_candidates, resembles
from orderglot.wire.changes import Change, Fate
from orderglot.wire.form import Form
from orderglot.wire.known_members import Known
from orderglot.wire.translation import Translation, read, translate
from tests.faces.tiny import DIALECT as TINY

MEMBERS = ("po", "notes")


def knows(name: str) -> bool:
    return name in MEMBERS


def read_order(form: Form) -> Order:
    return Order(po_number=form.text("po", longest=5), notes=form.text("notes"))


def asked(content: object) -> Order:
    return Order(po_number="asked")


@pytest.mark.parametrize(
    ("value", "like"),
    [
        ({"po": "1"}, True),
        ({"id": 1, "po": "1"}, True),
        ({"po": "1", "colour": "red"}, False),
        ({"po": "1", "notes": "", "colour": "red"}, True),
        ({"id": 1}, False),
        ({}, False),
        (["po"], False),
        (None, False),
        ("po", False),
    ],
)
def test_an_order_is_known_by_most_of_its_members(value: object, like: bool) -> None:
    assert like is resembles(value, knows)


ORDER = {"po": "1"}
NOTHING = Known("vendor")


@pytest.mark.parametrize(
    ("value", "orders"),
    [
        (ORDER, [ORDER]),
        ([ORDER, ORDER], [ORDER, ORDER]),
        ({"orders": [ORDER]}, [ORDER]),
        ({"data": {"orders": ORDER}}, [ORDER]),
        ({"10": 3, "9": 2, "links": []}, [2, 3]),
        ({"orders": []}, []),
        ({"orders": ""}, []),
        ({"error": "none"}, []),
        (None, []),
        (7, []),
    ],
)
def test_orders_are_found_however_they_are_wrapped(value: object, orders: list[object]) -> None:
    assert orders == list(candidates(value, knows, "data", "orders"))


def test_a_wrapping_that_has_no_end_is_gone_through() -> None:
    value: object = ORDER
    for _ in range(5_000):
        value = {"data": value}

    assert [ORDER] == list(candidates(value, knows, "data"))


def test_one_order_without_what_answers_have_asks_for_a_new_one() -> None:
    assert Held((Order(po_number="asked"),), asked=True) == read_candidates(
        [ORDER], knows, read_order, asked, ("id",), NOTHING
    )
    assert Held((Order(po_number="1"),)) == read_candidates(
        [{"id": 1, **ORDER}], knows, read_order, asked, ("id",), NOTHING
    )


def test_what_is_wrong_is_named_with_the_order_that_it_is_in() -> None:
    with pytest.raises(Invalid) as caught:
        read_candidates([ORDER, {"po": "too long"}, 7], knows, read_order, asked, ("id",), NOTHING)

    assert ["order[2].po", "order[3]"] == [one.field for one in caught.value.problems]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "this is empty; give a body with an order in it."),
        (b" \n", "this is empty; give a body with an order in it."),
        (b"HTTP/1.1 200 OK\n\n{}", "this begins with headers; give the body alone."),
    ],
)
def test_a_file_without_a_body_is_refused(body: bytes, message: str) -> None:
    with pytest.raises(Invalid) as caught:
        read(body, TINY)

    assert message == caught.value.message


def test_a_body_without_an_order_is_refused() -> None:
    nothing = replace(TINY, bodies=replace(TINY.bodies, read=lambda body: Held()))

    with pytest.raises(Invalid) as caught:
        read(b"{}", nothing)

    assert "there is no order of Tiny in this; check whose order it is." == caught.value.message


def test_what_cannot_be_read_is_told_with_the_reason() -> None:
    with pytest.raises(Invalid) as caught:
        read(json.write({"notes": "x" * 100}), TINY)

    assert caught.value.message.startswith("this cannot be read as an order of Tiny: notes: ")


def test_a_form_that_the_vendor_has_not_is_refused() -> None:
    with pytest.raises(Unsupported) as caught:
        translate(Held((Order(),)), TINY, "xml")

    assert "Tiny has no XML; leave the format out." == caught.value.message


@pytest.mark.parametrize(
    ("fate", "whole"),
    [(Fate.LEFT_OUT, False), (Fate.CHANGED, False), (Fate.MADE_UP, True), (Fate.ID, True)],
)
def test_ids_and_what_is_made_up_are_no_losses(fate: Fate, whole: bool) -> None:
    assert whole is Translation(b"", ((Change("notes", fate),),)).whole


def test_a_translation_says_what_came_out_of_it() -> None:
    done = translate(Held((Order(po_number="7", name="Web"),), asked=True), TINY)

    assert {"id": "0", "po": "7", "notes": ""} == json.read(done.body)
    assert done.asked
    assert ("name", Fate.LEFT_OUT) in [(one.field, one.fate) for one in done.fates[0]]
