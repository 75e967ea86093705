"""The hub's pages that say whether it lives, and whether it is ready."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace

import asyncpg
import pytest

from orderglot.core.errors import Upstream
from orderglot.core.seller import Seller
from orderglot.hub import pages
from orderglot.hub.faces import faces
from orderglot.stores import open_store
from orderglot.stores.memory import MemoryStore
from orderglot.stores.store import BookStore
from orderglot.wire.message import Response
from tests.postgres import new_database


class Failing(MemoryStore):
    """A store whose disk is gone."""

    async def sellers(self) -> tuple[Seller, ...]:
        raise Upstream("The disk of /secret/place failed; look at the disk and try again.")

    async def check_ready(self) -> None:
        await self.sellers()


class Hanging(MemoryStore):
    """A store that does not answer."""

    async def check_ready(self) -> None:
        await asyncio.sleep(60)


async def asked(store: BookStore, path: str, method: str = "GET") -> Response:
    """Ask for a page through the whole ASGI application."""
    sent: list[dict[str, object]] = []
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "path": path,
        "headers": [(b"host", b"orders.example")],
        "query_string": b"",
    }

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b""}

    async def send(message: object) -> None:
        assert isinstance(message, dict)
        sent.append(message)

    await faces(store)(scope, receive, send)
    status, body = sent[0]["status"], sent[1]["body"]
    assert isinstance(status, int)
    assert isinstance(body, bytes)
    return Response(status=status, body=body)


def page(store: BookStore, path: str, method: str = "GET") -> Response:
    return asyncio.run(asked(store, path, method))


@pytest.mark.parametrize(
    "store", [MemoryStore(), Failing(), Hanging()], ids=["well", "off", "hung"]
)
def test_the_process_lives_whatever_the_book_does(store: BookStore) -> None:
    answer = page(store, "/healthz")

    assert (200, {"status": "ok"}) == (answer.status, json.loads(answer.body))


def test_a_book_that_answers_is_ready() -> None:
    answer = page(MemoryStore(), "/readyz")

    assert (200, {"status": "ok"}) == (answer.status, json.loads(answer.body))


def test_a_book_that_fails_is_not_ready_and_where_it_is_stays_secret(
    caplog: pytest.LogCaptureFixture,
) -> None:
    answer = page(Failing(), "/readyz")

    failing = {"status": "failing", "reason": "The order book does not answer."}
    assert (503, failing) == (answer.status, json.loads(answer.body))
    (entry,) = caplog.records
    assert ("not ready", True) == (entry.message, "/secret/place" in vars(entry)["reason"])


def test_a_book_that_does_not_answer_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "TIMEOUT", 0.05)

    assert 503 == page(Hanging(), "/readyz").status


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_both_pages_are_only_read(path: str) -> None:
    assert 405 == page(MemoryStore(), path, "POST").status


def renamed(path: Path) -> None:
    path.rename(path.with_suffix(".away"))


def replaced(path: Path) -> None:
    copy = path.with_suffix(".copy")
    copy.write_bytes(path.read_bytes())
    copy.replace(path)


def protected(path: Path) -> None:
    path.chmod(0o444)


def written_by_a_newer_one(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO migrations VALUES (9999, '9999-later.sql')")
    connection.close()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (renamed, "The order book's file is gone; put it back or begin again."),
        (replaced, "The order book's file was replaced by another one; begin again."),
        (protected, "The order book may only be read; allow writing to it and its folder."),
        (
            written_by_a_newer_one,
            "The order book is of another version of Orderglot; begin again.",
        ),
    ],
)
def test_a_file_that_can_no_longer_be_used_is_told(
    tmp_path: Path, change: Callable[[Path], None], reason: str
) -> None:
    place = tmp_path / "place"
    place.mkdir()
    path = place / "book.db"

    async def ask() -> tuple[Response, Response]:
        store = open_store(f"sqlite:///{path}")
        try:
            before = await asked(store, "/readyz")
            change(path)
            await asyncio.sleep(0)
            return before, await asked(store, "/readyz")
        finally:
            place.chmod(0o755)
            await store.close()

    before, after = asyncio.run(ask())
    assert (200, 503) == (before.status, after.status)
    assert {"status": "failing", "reason": reason} == json.loads(after.body)


def test_a_folder_that_nobody_may_write_to_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(f"sqlite:///{tmp_path}/book.db")
    monkeypatch.setattr(os, "access", lambda path, _mode: Path(path) != tmp_path)

    answer = page(store, "/readyz")
    asyncio.run(store.close())

    assert (503, True) == (answer.status, b"may only be read" in answer.body)


def test_a_disk_that_is_full_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(f"sqlite:///{tmp_path}/book.db")
    monkeypatch.setattr(os, "statvfs", lambda _path: SimpleNamespace(f_bavail=0))

    answer = page(store, "/readyz")
    asyncio.run(store.close())

    assert (503, True) == (answer.status, b"disk is full" in answer.body)


async def in_database(url: str, statement: str) -> None:
    """Do something in a database, or with a database from another one of the same server."""
    connection = await asyncpg.connect(url)
    await connection.execute(statement)
    await connection.close()


def reason_of(url: str, change: Callable[[], Awaitable[None]], *, again: bool = False) -> str:
    """Give why a database is no longer ready, for who had it open or opens it ``again``."""

    async def ask() -> Response:
        store = open_store(url)
        assert 200 == (await asked(store, "/readyz")).status
        await change()
        asking = open_store(url) if again else store
        try:
            return await asked(asking, "/readyz")
        finally:
            await store.close()
            await asking.close()

    answer = asyncio.run(ask())
    assert 503 == answer.status
    return str(json.loads(answer.body)["reason"])


def test_a_database_that_may_only_be_read_is_told() -> None:
    url = new_database()
    name = url.partition("?")[0].rpartition("/")[2]
    closing = f'ALTER DATABASE "{name}" SET default_transaction_read_only = on'

    reason = reason_of(url, lambda: in_database(url, closing), again=True)

    assert "The order book may only be read just now." == reason


def test_a_database_of_a_newer_version_is_told() -> None:
    url = new_database()
    later = "INSERT INTO migrations VALUES (9999, '9999-later.sql')"

    reason = reason_of(url, lambda: in_database(url, later))

    assert "The order book is of another version of Orderglot; begin again." == reason


def test_a_database_that_was_made_anew_is_told() -> None:
    url, other = new_database(), new_database()
    name = url.partition("?")[0].rpartition("/")[2]

    async def make_anew() -> None:
        await in_database(other, f'DROP DATABASE "{name}" WITH (FORCE)')
        await in_database(other, f'CREATE DATABASE "{name}"')
        store = open_store(url)
        await store.sellers()
        await store.close()

    assert "The order book was replaced by another one; begin again." == reason_of(url, make_anew)


def test_a_database_without_its_tables_is_told() -> None:
    url = new_database()

    reason = reason_of(url, lambda: in_database(url, "DROP TABLE migrations CASCADE"))

    assert "The order book does not answer." == reason
