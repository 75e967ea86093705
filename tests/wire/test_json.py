"""Strict JSON: exact numbers in and out, and one error for whatever is not JSON."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderglot.core.errors import Invalid, Rule
from orderglot.wire import json

NUMBERS = st.decimals(-(10**12), 10**12, places=6) | st.integers(-(2**63), 2**63 - 1)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


@given(VALUES)
def test_any_value_survives_exactly(value: Any) -> None:
    assert value == json.read(json.write(value))


def test_a_fraction_is_never_a_float() -> None:
    read = json.read(b'{"price": 1.10, "far": 1e5}')

    assert Decimal("1.10") == read["price"]
    assert [Decimal, Decimal] == [type(value) for value in read.values()]


def test_a_decimal_is_printed_as_it_stands() -> None:
    assert json.write([Decimal("5.00"), Decimal("1.84")]) == b"[5.00,1.84]"


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b" ", b"{", b"[1,]", b"{'a': 1}", b"nul", b"NaN", b"Infinity", b"01", b"+1"),
        *(b'"\xff"', b'"\\ud800"', b'"\\x"', b'{"a": 1} {}', b"\x00"),
        *('{"a": 1}'.encode("utf-16"), b"1" * 5000, b"1e" + b"9" * 40, b"[" * 100_000),
    ],
    ids=lambda body: repr(body[:12]),
)
def test_what_is_not_json_is_invalid(body: bytes) -> None:
    with pytest.raises(Invalid) as caught:
        json.read(body)

    assert ["body"] == [problem.field for problem in caught.value.problems]
    assert "class" not in caught.value.message


@given(st.binary(max_size=200))
def test_any_bytes_are_json_or_invalid(body: bytes) -> None:
    with suppress(Invalid):
        json.read(body)


def test_a_byte_order_mark_is_passed_over() -> None:
    assert {} == json.read(b"\xef\xbb\xbf{}")


def test_the_error_names_what_was_read() -> None:
    with pytest.raises(Invalid, match=r"^where: "):
        json.read(b"{", "where")


@pytest.mark.parametrize(
    "body",
    [
        b'{"quantity": 24, "quantity": 48}',
        b'{"quantity": 1, "quantity": true}',
        b'{"quantity": 1, "quantity": "1"}',
        b'{"quantity": 1, "quantity": null}',
        b'{"items": [{"price": {"quantity": 1, "other": 2, "quantity": 3}}]}',
        b'{"qu\\u0061ntity": 1, "quantity": 2}',
        b'\xef\xbb\xbf{"quantity": 1.5, "quantity": 1.50}',
    ],
)
def test_a_member_that_says_two_things_is_refused_by_its_name(body: bytes) -> None:
    with pytest.raises(Invalid) as caught:
        json.read_sent(body)

    assert [("quantity", Rule.DUPLICATE)] == [
        (problem.field, problem.rule) for problem in caught.value.problems
    ]


@pytest.mark.parametrize("text", [b"24", b'"a"', b"null", b'{"b": [1, {}]}'])
def test_a_member_may_say_the_same_thing_twice(text: bytes) -> None:
    body = b'{"a": ' + text + b', "a": ' + text + b"}"

    assert json.read(body) == json.read_sent(body)


@given(VALUES)
def test_what_is_sent_is_read_as_everything_else(value: Any) -> None:
    assert value == json.read_sent(json.write(value))


@given(st.binary(max_size=200))
def test_any_bytes_that_are_sent_are_json_or_invalid(body: bytes) -> None:
    with suppress(Invalid):
        json.read_sent(body)


def test_what_is_sent_may_be_nested_as_deeply_as_everything_else() -> None:
    for depth in (10, 500, 900, 1_100, 100_000):
        with suppress(Invalid):
            json.read_sent(b'{"a":' * depth + b"1" + b"}" * depth)
