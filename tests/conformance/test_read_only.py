"""What only reads: asked as every specimen asks, it leaves nothing behind in the book."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from orderglot.core.caller import READ
from orderglot.core.errors import HubError
from orderglot.faces.server import Server
from orderglot.stores import writes
from orderglot.stores.memory import MemoryStore
from orderglot.stores.memory.backend import MemoryBackend
from orderglot.wire.dialect import Dialect
from tests.conformance.specimens import Specimen, book_of, shelve, specimens_of

CARRYING = {"batches.create"}
"""What writes nothing itself, and carries requests that may."""


def _reads(specimen: Specimen, server: Server) -> bool:
    request = specimen.request
    try:
        operation = server.routes.find(request.method, request.path).operation
    except HubError:
        return False
    endpoint = operation.endpoint
    return endpoint.right == READ and not endpoint.idempotent and operation.name not in CARRYING


def test_what_only_reads_writes_nothing(dialect: Dialect, monkeypatch: pytest.MonkeyPatch) -> None:
    async def ask() -> tuple[int, list[Any]]:
        store = MemoryStore(lambda: book_of(dialect.name).now)
        await shelve(store, dialect)
        server = Server(dialect, store)
        written: list[Any] = []

        async def commit(_backend: MemoryBackend, _seller: int, batch: Any) -> None:
            # A token is the keyring's business, which no unit holds.
            written.extend(one for one in batch if not isinstance(one, writes.KeyWrite))

        monkeypatch.setattr(MemoryBackend, "commit", commit)
        asked = [one for one in specimens_of(dialect.name) if _reads(one, server)]
        for specimen in asked:
            await server(specimen.request)
        return len(asked), written

    asked, written = asyncio.run(ask())
    assert asked
    assert [] == written
