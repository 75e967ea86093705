"""Fingerprints: what is asked makes a request the same one, not how it is written."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from orderglot.faces.fingerprint import fingerprint
from orderglot.wire.message import Request

FORM = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
JSON = Request(method="POST", path="/orders", query="a=1", body=b'{"po": "PO-7", "items": [1, 2]}')
XML = replace(JSON, body=b"<order><po>PO-7</po><sku>AA124</sku></order>")
FORMED = replace(JSON, body=b"po=PO-7&sku=AA%20124", headers=FORM)


@pytest.mark.parametrize(
    ("one", "body"),
    [
        (JSON, b'{"po":"PO-7","items":[1,2]}'),
        (JSON, b'\xef\xbb\xbf\n {"items":[1,2],"po":"\\u0050O-7"}\n'),
        (XML, b"<?xml version='1.0'?>\n<order>\n <po>PO-7</po>\n <sku>AA124</sku>\n</order>"),
        (FORMED, b"sku=AA+124&po=PO%2d7"),
    ],
)
def test_the_same_said_otherwise_is_the_same(one: Request, body: bytes) -> None:
    assert fingerprint(one) == fingerprint(replace(one, body=body))


@pytest.mark.parametrize(
    ("one", "body"),
    [
        (JSON, b'{"po": "PO-7", "items": [2, 1]}'),
        (JSON, b'{"po": "PO-7 ", "items": [1, 2]}'),
        (JSON, b'{"po": "PO-7", "items": [1, "2"]}'),
        (JSON, b'{"po": "PO-7", "items": [1, 2], "notes": null}'),
        (JSON, b'{"po": "PO-7", "items": [1, 2]'),
        (XML, b"<order><po>PO-8</po><sku>AA124</sku></order>"),
        (XML, b"<order><po>PO-7</po><sku>AA124</sku>"),
        (FORMED, b"po=PO-7&sku=AA%20125"),
        (JSON, b""),
    ],
)
def test_anything_else_is_another_request(one: Request, body: bytes) -> None:
    assert fingerprint(one) != fingerprint(replace(one, body=body))


def test_numbers_are_the_same_digit_by_digit() -> None:
    one = replace(JSON, body=b'{"price": 0.1000000000000000055511151231257827}')
    other = replace(JSON, body=b'{"price": 0.1}')

    assert fingerprint(one) != fingerprint(other)


@pytest.mark.parametrize("part", ["method", "query"])
def test_method_and_query_make_a_request_another_one(part: str) -> None:
    assert fingerprint(JSON) != fingerprint(replace(JSON, **{part: "x"}))


def test_headers_do_not_make_a_request_another_one() -> None:
    assert fingerprint(JSON) == fingerprint(replace(JSON, headers={"x": "y"}))


def test_who_says_so_does_not_make_a_request_another_one() -> None:
    for one, other in (
        (replace(JSON, query="a=1&token=1"), replace(JSON, query="token=2&a=1")),
        (replace(JSON, body=b'{"po":1,"token":1}'), replace(JSON, body=b'{"po":1,"token":2}')),
        (replace(FORMED, body=b"po=1&token=1"), replace(FORMED, body=b"po=1")),
    ):
        assert fingerprint(one) != fingerprint(other)
        assert fingerprint(one, {"token"}) == fingerprint(other, {"token"})
