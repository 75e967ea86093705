"""The checksum of a table: the same for every form of the same, another for anything else."""

from __future__ import annotations

import pytest

from orderglot.stores.checksum import Digest
from orderglot.stores.rows import Table

TABLE = Table("orders", ("id", "document"), 1)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"a":1,"b":[2]}', '{"b": [2], "a": 1}'),
        ('{"a":1.50}', '{"a":1.5}'),
        ('{"a":1E+2}', '{"a":100}'),
        ('{"a":1e-2}', '{"a":0.01}'),
        ('{"a":1E+20}', '{"a":100000000000000000000}'),
        ('{"a":1E+9999999}', '{"a":10e+9999998}'),
        (r'{"a":"\u00e4"}', '{"a":"ä"}'),
    ],
)
def test_a_document_that_is_spelled_otherwise_is_the_same(one: str, other: str) -> None:
    assert _sum(one) == _sum(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"a":1}', '{"a":"1"}'),
        ('{"a":0.1}', '{"a":0.10000000000000001}'),
        ('{"a":100000000000000000000}', '{"a":100000000000000000001}'),
        ('{"a":1E-9999999}', '{"a":2E-9999999}'),
        ('{"a":null}', "{}"),
        ('{"a":[1,2]}', '{"a":[2,1]}'),
        ('{"a":1}', None),
    ],
)
def test_a_document_that_says_something_else_is_another(one: str, other: str | None) -> None:
    assert _sum(one) != _sum(other)


def _sum(document: str | None) -> object:
    digest = Digest(TABLE)
    digest.add((1, document))
    return digest.sum()
