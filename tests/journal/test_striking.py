"""Secrets are struck out of what a journal stores where a dialect declares them, and there alone."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from urllib.parse import quote

from msgspec.structs import replace

from orderglot import dialects
from orderglot.wire.message import Request
from orderglot.wire.striking import STRUCK, Striking
from tests.conformance.callers import site
from tests.conformance.specimens import specimens_of
from tests.conformance.test_secrets import (
    FORM,
    JSON,
    MARK,
    Recording,
    bare,
    in_bodies,
    in_queries,
    logins,
)


def test_what_is_declared_nowhere_is_found(tmp_path: Path) -> None:
    # That the law finds what is stored, where nothing is struck out.
    dialect = dialects.dialect("komet")

    async def ask() -> bytes:
        at = await site(dialect, orders=False)
        recording = Recording(at, tmp_path / "kept", Striking({}))
        for request in (*in_queries(dialect), *in_bodies(dialect)):
            await recording.ask(request)
        return await recording.stored()

    assert MARK.encode() in asyncio.run(ask())


def test_of_a_login_all_but_the_secret_stays(tmp_path: Path) -> None:
    dialect = dialects.dialect("adobe")

    async def ask() -> bytes:
        recording = Recording(await site(dialect, orders=False), tmp_path / "kept")
        body = f"grant_type=client_credentials&client_id=me&client_secret={MARK}".encode()
        (operation,) = logins(dialect)
        await recording.ask(replace(bare(operation), headers=FORM, body=body))
        return await recording.stored()

    assert b"grant_type=client_credentials&client_id=me&client_secret=***" in asyncio.run(ask())


def test_what_was_read_of_the_journal_is_not_in_it_again(tmp_path: Path) -> None:
    dialect = dialects.dialect("orderglot")
    (specimen,) = [
        one for one in specimens_of("orderglot") if one.name == "exchanges.get-no-answer"
    ]

    async def ask() -> bytes:
        recording = Recording(await site(dialect), tmp_path / "kept")
        answer = await recording.ask(specimen.request)
        assert b"No answer came within 30 seconds." in answer.body
        return await recording.stored()

    stored = asyncio.run(ask())
    assert specimen.request.path.encode() in stored
    assert b"No answer came within" not in stored


def test_a_login_that_is_nested_without_end_is_struck_out_as_a_whole(tmp_path: Path) -> None:
    dialect = dialects.dialect("adobe")
    body = b'{"client_secret": "' + MARK.encode() + b'", "a": ' + b"[" * 100_000

    async def ask() -> bytes:
        recording = Recording(await site(dialect, orders=False), tmp_path / "kept")
        (operation,) = logins(dialect)
        json = {"content-type": "application/json"}
        await recording.ask(replace(bare(operation), headers=json, body=body))
        return await recording.stored()

    stored = asyncio.run(ask())
    assert b"***" in stored
    assert MARK.encode() not in stored


HANDING = ("keys.create", "keys.roll", "webhooks.create", "webhooks.roll")


def batched(request: Request) -> Request:
    """Ask by a batch for what is asked by itself."""
    sent = json.loads(request.body) if request.body else None
    item = {"method": request.method, "path": request.path, "body": sent}
    body = json.dumps({"requests": [{**item, "path": f"{item['path']}-none"}, item]}).encode()
    headers = {**request.headers, **JSON, "idempotency-key": "once"}
    return replace(request, path="/orderglot/v1/batches", headers=headers, body=body)


def test_what_a_batch_hands_out_is_never_stored(tmp_path: Path) -> None:
    dialect = dialects.dialect("orderglot")
    handing = [
        one.request
        for one in specimens_of(dialect.name)
        if one.operation is not None and one.operation.name in HANDING
    ]
    given: list[str] = []

    async def ask() -> bytes:
        at = await site(dialect, orders=False)
        recording = Recording(at, tmp_path / "kept")
        (seller, *_) = await at.store.sellers()
        for request in handing:
            for acting in ({}, {"orderglot-seller": quote(seller.name)}):
                named = replace(request, headers={**request.headers, **acting})
                answer = (await recording.ask(batched(named))).body.decode()
                given.extend(re.findall(r'"secret": ?"([^"]+)"', answer))
        return await recording.stored()

    stored = asyncio.run(ask())

    assert {"og_", "whs"} == {one[:3] for one in given if not one.startswith("ogop_")}
    assert [] == [one for one in given if one.encode() in stored]
    assert STRUCK.encode() in stored
