"""The documents on the command line."""

from __future__ import annotations

import json

import pytest

from orderglot import dialects
from tests.cli.program import done, refused


@pytest.mark.parametrize("name", dialects.names())
def test_a_dialects_document_is_printed(name: str) -> None:
    document = json.loads(done("openapi", name, "--url", "https://orders.example/"))

    assert "3.1.0" == document["openapi"]
    assert [{"url": "https://orders.example"}] == document["servers"]
    assert document["paths"]


def test_an_unknown_dialect_is_one_sentence() -> None:
    assert "There is no dialect 'klingon'; there are adobe" in refused("openapi", "klingon")
