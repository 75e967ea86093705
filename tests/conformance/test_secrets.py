"""A law of the journal: no secret that a dialect declares is stored, wherever it stands.

A marked secret is put into every place in which one can stand, and then looked for in every byte.
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from msgspec.structs import replace

from orderglot.core.caller import OPEN, READ, Caller
from orderglot.faces.client import Client
from orderglot.faces.dispatcher import Dispatcher
from orderglot.faces.exchange_ids import ExchangeIds
from orderglot.faces.recording import Observed
from orderglot.hub.journals import striking
from orderglot.journal.recorder import Recorder
from orderglot.journal.sqlite import SqliteJournal
from orderglot.wire.dialect import Dialect
from orderglot.wire.exchange import Exchange
from orderglot.wire.message import Request, Response
from orderglot.wire.operation import Operation
from orderglot.wire.striking import ALWAYS, STRUCK, Striking
from orderglot.wire.trace import Trace
from tests.conformance.callers import Site, site
from tests.conformance.specimens import specimens_of
from tests.stored_bytes import everything

MARK = "c0ffee5ecre7"
FORM = {"content-type": "application/x-www-form-urlencoded"}
JSON = {"content-type": "application/json"}

Asked = Iterator[Request]


class Recording:
    """A recorder over a file, and what is asked of a dialect's server with it."""

    def __init__(self, at: Site, path: Path, strike: Striking | None = None) -> None:
        self.path = path
        self.recorder = Recorder(SqliteJournal(path), strike or striking())
        self.dispatcher = Dispatcher([at.server])
        self.ids = ExchangeIds()

    async def ask(self, request: Request) -> Response:
        request = replace(request, id=self.ids(), trace=Trace())
        assert request.trace is not None
        response = await self.dispatcher.answer(request)
        self.recorder(
            Exchange(
                direction="in", request=request, response=response, trace=request.trace, took=0.0
            )
        )
        return response

    async def stored(self) -> bytes:
        await self.recorder.close()
        return everything(self.path)


def misspelled(request: Request) -> Asked:
    """Give a request as it is meant, by another method, and to a path that nobody has."""
    yield request
    yield replace(request, method="PATCH")
    yield replace(request, path=f"{request.path}/nowhere")
    yield replace(request, path="/nowhere/at/all")


def in_headers(dialect: Dialect) -> Asked:
    coded = base64.b64encode(f"id:{MARK}".encode()).decode()
    shown = (MARK, f"Bearer {MARK}", f"bearer  {MARK}", f"Basic {coded}", f"Basic id:{MARK}")
    for name in sorted(ALWAYS | dialect.auth.proofs.headers):
        for value in (*shown, f"Token {MARK}"):
            for specimen in specimens_of(dialect.name):
                headers = {**specimen.request.headers, name: value}
                yield from misspelled(replace(specimen.request, headers=headers))


def in_queries(dialect: Dialect) -> Asked:
    proofs = dialect.auth.proofs
    for specimen in specimens_of(dialect.name):
        for name in sorted(proofs.arguments):
            for query in queries(name):
                joined = "&".join(filter(None, (specimen.request.query, query)))
                yield from misspelled(replace(specimen.request, query=joined))
    for operation in logins(dialect):
        for name in sorted(proofs.logins[operation.name]):
            for query in queries(name):
                yield from misspelled(replace(bare(operation), query=query))


def in_bodies(dialect: Dialect) -> Asked:
    for operation in logins(dialect):
        for name in sorted(dialect.auth.proofs.logins[operation.name]):
            for headers, body in bodies(name):
                yield from misspelled(replace(bare(operation), headers=headers, body=body))
    if dialect.auth.proofs.bodies:
        for name in sorted(dialect.auth.proofs.arguments):
            for specimen in specimens_of(dialect.name):
                for headers, body in bodies(name):
                    yield from misspelled(replace(specimen.request, headers=headers, body=body))


def logins(dialect: Dialect) -> list[Operation[object, object]]:
    return [one for one in dialect.operations if one.name in dialect.auth.proofs.logins]


def bare(operation: Operation[object, object]) -> Request:
    return Request(method=operation.endpoint.method, path=operation.endpoint.paths[0])


def queries(name: str) -> Iterator[str]:
    escaped = "".join(f"%{ord(sign):02x}" for sign in name)
    yield f"{name}={MARK}"
    yield f"a=1&{escaped}={MARK}&b=2"
    yield f"{name.upper()}={MARK}&{name}={MARK}"
    yield f"+{name}={MARK}%20"


def bodies(name: str) -> Iterator[tuple[dict[str, str], bytes]]:
    slashed = "".join(f"\\u{ord(sign):04x}" for sign in name)
    for query in queries(name):
        yield FORM, query.encode()
        yield {}, query.encode()
        yield JSON, query.encode()
    for value in (f'"{MARK}"', f'["{MARK}"]', f'{{"a": "{MARK}"}}', f'"a\\"b{MARK}"'):
        yield JSON, f'{{"first": "\\"x\\":", "{name}": {value}, "last": 1}}'.encode()
        yield JSON, f'{{"deep": [{{"{slashed}" : {value}}}]}}'.encode()
        yield FORM, f'{{"{name}":{value}}}'.encode()
        yield JSON, f'{{"{name}": {value}, "cut": '.encode()
        yield JSON, f'{{"{slashed}": {value}, "cut": '.encode()
    yield {"content-type": "application/xml"}, f"<login><{name}>{MARK}</{name}></login>".encode()
    yield (
        {"content-type": "multipart/form-data; boundary=x"},
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{MARK}\r\n--x--'.encode(),
    )
    yield {"content-type": "text/plain"}, f"{name}: {MARK}".encode()


@pytest.mark.parametrize("places", [in_headers, in_queries, in_bodies])
def test_a_secret_in_a_request_is_never_stored(
    dialect: Dialect, places: object, tmp_path: Path
) -> None:
    assert callable(places)
    asked = list(places(dialect))

    async def ask() -> bytes:
        recording = Recording(await site(dialect, orders=False), tmp_path / "kept")
        for number, request in enumerate(asked):
            await recording.ask(request)
            if number % 100 == 0:
                await asyncio.sleep(0.01)
        return await recording.stored()

    stored = asyncio.run(ask())

    assert MARK.encode() not in stored
    assert quote(MARK, safe="").encode() not in stored
    assert base64.b64encode(f"id:{MARK}".encode())[:12] not in stored
    if asked:
        assert STRUCK.encode() in stored


def test_what_a_login_gives_is_never_stored_on_either_face(
    dialect: Dialect, tmp_path: Path
) -> None:
    given: list[str] = []

    async def ask() -> bytes:
        at = await site(dialect)
        recording = Recording(at, tmp_path / "kept")
        observed = Observed(dialect, "there", Caller(seller=1), recording.recorder)

        async def send(request: Request) -> Response:
            response = await recording.ask(request)
            observed(request, response, "", 0.0)
            return response

        client = Client(dialect, send, at.owners(), at.store.now)
        specimen = next(
            one
            for one in specimens_of(dialect.name)
            if one.operation
            and one.operation.endpoint.right == READ
            and one.request.method == "GET"
        )
        response = await client._send(specimen.request)
        assert response.status not in (401, 403), response
        given.extend((at.owners()[dialect.auth.fields[1]], *client.session.kept.values()))
        return await recording.stored()

    stored = asyncio.run(ask())

    long = [one for one in given if len(one) >= 10]
    assert long
    assert [] == [one for one in long if one.encode() in stored]


def test_what_an_operation_hands_out_is_never_stored(dialect: Dialect, tmp_path: Path) -> None:
    proofs = dialect.auth.proofs
    handing = [
        one
        for one in specimens_of(dialect.name)
        if one.operation is not None and one.operation.name in proofs.answers
    ]
    given: set[str] = set()

    async def ask() -> bytes:
        at = await site(dialect, orders=False)
        recording = Recording(at, tmp_path / "kept")
        for specimen in handing:
            answer = (await recording.ask(specimen.request)).body.decode()
            given.update(re.findall(r"[A-Za-z0-9]{20,}", answer))
        return await recording.stored()

    stored = asyncio.run(ask())

    assert bool(proofs.answers) == bool(handing)
    assert bool(given) == bool(handing)
    assert [] == [one for one in given if one.encode() in stored]


def test_a_vendor_who_repeats_a_secret_has_it_struck_out(dialect: Dialect, tmp_path: Path) -> None:
    async def ask() -> bytes:
        recording = Recording(await site(dialect, orders=False), tmp_path / "kept")
        observed = Observed(dialect, "there", Caller(seller=1), recording.recorder)
        for number, request in enumerate((*in_headers(dialect), *in_queries(dialect))):
            if number % 7:
                continue
            answer = json.dumps({"message": f"The token {MARK!r} is not known."}).encode()
            response = Response(status=403, headers={"x-echo": MARK, **JSON}, body=answer)
            observed(request, response, f"{MARK} is not known.", 0.0)
        return await recording.stored()

    assert MARK.encode() not in asyncio.run(ask())


def test_every_login_declares_where_its_secrets_stand(dialect: Dialect) -> None:
    proofs = dialect.auth.proofs
    named = {one.name for one in dialect.operations}

    assert {one.name for one in dialect.operations if one.tries} <= proofs.logins.keys()
    assert {*proofs.logins, *proofs.answers, *proofs.repeats} <= named
    assert all(name == name.lower() for name in proofs.headers)
    shown = {
        scheme.name.lower()
        for operation in dialect.operations
        for way in (dialect.auth.security(operation) if operation.endpoint.right != OPEN else ())
        for scheme in way
        if scheme.place == "query"
    }
    assert {name.lower() for name in proofs.arguments} <= shown
