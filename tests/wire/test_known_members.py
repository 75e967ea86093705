"""Known members: read off a shape, and what a body has beside them is found at any depth."""

from __future__ import annotations

from typing import Annotated, Any, TypedDict

import pytest

from orderglot.core.order import Unknown
from orderglot.wire.form import Form
from orderglot.wire.known_members import Known, known_members, unknown_in, with_unknown
from orderglot.wire.shape import XML_WRAPPED, xml_name


class Price(TypedDict):
    net: float


class Item(TypedDict):
    sku: str
    price: Price | None
    anything: Any


class Sheet(TypedDict):
    id: int
    items: Annotated[list[Annotated[Item, xml_name("item")]], XML_WRAPPED]
    links: dict[str, Price]


KNOWN = known_members(Sheet, "tiny")


def found(value: Any, *apart: str) -> dict[tuple[str | int, ...], Any]:
    return {one.path: one.value for one in unknown_in(value, KNOWN, *apart)}


def test_what_the_shape_has_is_known_at_any_depth() -> None:
    item = {"sku": "A", "price": {"net": 1}, "anything": {"goes": [{"here": 1}]}}

    assert {} == found({"id": 1, "items": [item], "links": {"x": {"y": 1}}})


def test_what_it_has_not_is_found_where_it_stands() -> None:
    item = {"sku": "A", "new": 1, "price": {"net": 1, "gross": 2}}

    assert {
        ("more",): [3],
        ("items", 0, "new"): 1,
        ("items", 0, "price", "gross"): 2,
    } == found({"id": 1, "items": [item], "more": [3]})


@pytest.mark.parametrize(
    ("items", "place"),
    [
        ({"item": [{"sku": "A"}, {"new": 1}]}, 1),
        ({"item": {"new": 1}}, 0),
    ],
)
def test_the_elements_of_a_list_may_stand_in_a_wrapper(items: Any, place: int) -> None:
    assert {("items", place, "new"): 1} == found({"items": items})


def test_beside_the_elements_in_a_wrapper_nothing_is_known() -> None:
    items = {"item": [{"sku": "A", "new": 1}], "count": "1"}

    assert {("items", "count"): "1"} == found({"items": items}, "items")
    assert {("items", "count"): "1", ("items", 0, "new"): 1} == found({"items": items})


def test_a_part_that_is_read_apart_tells_its_own() -> None:
    form = Form({"new": 1, "items": [{"new": 2}]}, known=KNOWN)
    (item,) = form.each("items")

    assert (Unknown("tiny", ("new",), 1),) == form.unknown("items")
    assert (Unknown("tiny", ("new",), 2),) == item.unknown()


@pytest.mark.parametrize("value", ["text", None, 7, [], [[{"new": 1}]]])
def test_what_is_no_object_has_no_members(value: Any) -> None:
    assert {} == found({"items": [{"price": value}]})
    assert () == Form(value, known=KNOWN).unknown()


def test_a_form_of_which_nothing_is_known_tells_nothing() -> None:
    assert () == Form({"new": 1}).unknown()


def test_the_case_of_names_does_not_matter_where_it_does_not() -> None:
    known = Known("tiny", frozenset({"orderid"}), folded=True)

    assert ("Order", "new") == tuple(
        one.path[0] for one in unknown_in({"orderID": 1, "Order": 2, "new": 3}, known)
    )


def test_what_the_vendor_sent_is_put_back_where_it_stood() -> None:
    members = {"id": 1, "items": [{"sku": "A"}], "links": None}
    unknown = (
        Unknown("tiny", ("new",), 1),
        Unknown("tiny", ("items", 0, "new"), {"a": 2}),
        Unknown("tiny", ("id",), "never over what is there"),
        Unknown("tiny", ("items", 5, "new"), "nowhere"),
        Unknown("tiny", ("items", "new"), "nowhere"),
        Unknown("tiny", ("links", "new"), "nowhere"),
        Unknown("tiny", ("fromAClient",), 3, client=True),
        Unknown("tiny", ("omitted",), omitted=True),
        Unknown("other", ("another",), 4),
    )

    assert {
        "id": 1,
        "items": [{"sku": "A", "new": {"a": 2}}],
        "links": None,
        "new": 1,
    } == with_unknown(members, unknown, "tiny")
