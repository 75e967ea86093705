"""Requests and responses: queries and path templates, to and fro."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderglot.core.errors import Invalid, Rule
from orderglot.core.order import Reference
from orderglot.wire.message import (
    LONGEST_FORM,
    Request,
    Response,
    argument,
    arguments,
    essence,
    fill,
    form_pairs,
    is_message_alone,
    once,
    pairs,
    query_of,
    words_of,
)

TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]))


@given(st.lists(st.tuples(TEXT.filter(bool), TEXT), max_size=5).map(tuple))
def test_a_query_is_read_as_it_was_written(values: tuple[tuple[str, str], ...]) -> None:
    assert values == pairs(query_of(values))


@given(st.lists(st.tuples(TEXT.filter(bool), TEXT), max_size=5).map(tuple))
def test_a_form_is_read_as_it_was_written(values: tuple[tuple[str, str], ...]) -> None:
    form = Request(method="POST", path="/", body=f"{query_of(values)}\n".encode())

    assert values == form_pairs(form)


def test_a_form_longer_than_any_is_refused() -> None:
    longest = Request(method="POST", path="/", body=b"a=".ljust(LONGEST_FORM, b"%"))
    longer = Request(method="POST", path="/", body=longest.body + b"%")

    assert "a" == form_pairs(longest)[0][0]
    with pytest.raises(Invalid, match="A form may have 65536 bytes, not 65537"):
        form_pairs(longer)


@given(st.text(max_size=60))
def test_any_query_is_read(query: str) -> None:
    assert all(len(pair) == 2 for pair in pairs(query))


def test_the_last_of_several_values_counts() -> None:
    request = Request(method="GET", path="/", query="a=1&b=&a=2")

    assert argument(request, "a") == "2"
    assert argument(request, "b") == ""
    assert argument(request, "c") is None
    assert ("1", "2") == arguments(request, "a")


def test_a_value_cannot_leave_its_place_in_a_path() -> None:
    reference = Reference("tiny", "../a/b?c=d#e%2F ä")

    path = fill("/orders/{order_id}", order_id=reference.id)

    assert path == "/orders/..%2Fa%2Fb%3Fc%3Dd%23e%252F%20%C3%A4"


def test_the_essence_of_a_media_type_has_no_parameters() -> None:
    assert essence(" Application/JSON ; charset=utf-8") == "application/json"


def test_an_argument_that_says_two_things_is_refused_by_its_name() -> None:
    with pytest.raises(Invalid) as caught:
        once(pairs("quantity=1&price=2&quantity=3"))

    assert [("quantity", Rule.DUPLICATE)] == [
        (problem.field, problem.rule) for problem in caught.value.problems
    ]


def test_an_argument_may_say_the_same_thing_twice() -> None:
    assert {"a": "1", "b": ""} == once(pairs("a=1&b=&a=1"))


def test_an_answer_that_is_nested_without_end_says_nothing() -> None:
    for body in (b'{"a":' * 100_000, b"[" * 100_000):
        answer = Response(status=502, headers={}, body=body)
        assert "" == words_of(answer)
        assert not is_message_alone(answer)
