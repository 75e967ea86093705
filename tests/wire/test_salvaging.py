"""Glances: a member of a body that nobody can read."""

from __future__ import annotations

import pytest

from orderglot.wire.salvaging import LONGEST, salvaged


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"id": 1234, "lines": [', "1234"),
        (b'{"id": "A-1", "total": 1.2.3}', "A-1"),
        (b'{"id" : "A\\"\\u00e9"', 'A"\u00e9'),
        (b"<order><id> A &amp; B </id><total>", "A & B"),
        (b'{"lines": [{"id": 1}, {"id": 2}], "note": "}}", "id": 7, "status": {"id": 3}', "7"),
        (b'{"id": 7}, {"id": 8}', ""),
        (b'{"orderid": 7, "ids": 8', ""),
        (b'{"id": null', ""),
        (b'{"id": "' + b"9" * (LONGEST + 1) + b'"', ""),
        (b"<id></id>", ""),
        (b"\xff\xfe", ""),
        (b"", ""),
    ],
)
def test_a_member_is_told_where_it_has_one_value(body: bytes, value: str) -> None:
    assert value == salvaged(body, "id")


def test_a_member_without_a_name_is_none() -> None:
    assert "" == salvaged(b'{"": 1}', "")
