"""Numbers that nobody can compute with: each is refused as the client's mistake, or kept as it is not read."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from orderglot.core.caller import OPEN, READ
from orderglot.core.errors import Invalid, Upstream
from orderglot.wire.dialect import Dialect
from tests.conformance.callers import keyed, site
from tests.conformance.specimens import Specimen, welcome

HOSTILE = ("1e9999999", "1e-9999999", "0e-9999999", "NaN", "Infinity")
QUANTITY = re.compile(r"quantity|qty|units|packs?", re.IGNORECASE)
_MARK = "a place for a number"


def with_numbers(body: bytes, number: str) -> Iterator[tuple[str, bytes]]:
    """Put a number bare, and as a text, in the place of each number of a body; says which it was."""
    try:
        document = json.loads(body)
    except ValueError:
        text = body.decode()
        for found in re.finditer(r"<([^<>/ ]+)>([0-9.]+)<", text):
            sent = text[: found.start(2)] + number + text[found.end(2) :]
            yield found[1], sent.encode()
        return
    for name, inside, key in list(_numbers("", document)):
        before, inside[key] = inside[key], _MARK
        text = json.dumps(document)
        inside[key] = before
        for spelled in (number, json.dumps(number)):
            yield name, text.replace(json.dumps(_MARK), spelled).encode()


def _numbers(name: str, value: Any) -> Iterator[tuple[str, Any, Any]]:
    each = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in each:
        called = key if isinstance(key, str) else name
        if isinstance(inner, dict | list):
            yield from _numbers(called, inner)
        elif not isinstance(inner, bool) and re.fullmatch(r"[0-9]+(\.[0-9]+)?", str(inner)):
            yield called, value, key


def writing(dialect: Dialect) -> list[Specimen]:
    return [
        one
        for one in welcome(dialect.name)
        if one.operation and one.request.body and one.operation.endpoint.right not in (OPEN, READ)
    ]


@pytest.mark.parametrize("number", HOSTILE)
def test_no_number_brings_a_face_down(dialect: Dialect, number: str) -> None:
    async def every() -> int:
        at, asked = await site(dialect), 0
        for specimen in writing(dialect):
            for name, body in with_numbers(specimen.request.body, number):
                asked += 1
                request = keyed(dialect, replace(specimen.request, body=body), f"hostile-{asked}")
                response = await at.server(request)
                error = dialect.faults.read(response)
                assert response.status < 500, body
                assert not isinstance(error, Upstream), body
                if QUANTITY.fullmatch(name) and not number.startswith("0"):
                    assert isinstance(error, Invalid), (specimen.name, body, response)
        return asked

    assert asyncio.run(every())
