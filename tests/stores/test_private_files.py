"""A book's files are its owner's alone, whatever the umask, and others that are there are told of."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from stat import S_IMODE

import pytest

from orderglot.core.caller import Caller
from orderglot.core.order import Order
from orderglot.hub.books import lax_files
from orderglot.hub.copying import copy
from orderglot.stores.sqlite import SqliteStore

UMASKS = [0, 0o022, 0o077, 0o277]


@contextmanager
def masked(umask: int) -> Iterator[None]:
    before = os.umask(umask)
    try:
        yield
    finally:
        os.umask(before)


def rights(folder: Path) -> dict[str, int]:
    return {file.name: S_IMODE(file.stat().st_mode) for file in folder.iterdir()}


async def written(path: Path) -> SqliteStore:
    """Open a book and write to it, so that all its files are there."""
    store = SqliteStore(path)
    seller = await store.add_seller("example")
    await store.of(Caller(seller=seller.id)).place(Order())
    return store


@pytest.mark.parametrize("umask", UMASKS, ids=oct)
def test_a_book_is_made_for_its_owner_alone_with_all_its_files(tmp_path: Path, umask: int) -> None:
    async def made() -> dict[str, int]:
        store = await written(tmp_path / "book.db")
        found = rights(tmp_path)
        await store.close()
        return found

    with masked(umask):
        found = asyncio.run(made())

    assert {"book.db": 0o600, "book.db-wal": 0o600, "book.db-shm": 0o600} == found
    assert {} == lax_files(f"sqlite:///{tmp_path}/book.db")


@pytest.mark.parametrize("umask", UMASKS, ids=oct)
def test_a_copy_is_made_for_its_owner_alone(tmp_path: Path, umask: int) -> None:
    async def copied() -> None:
        await (await written(tmp_path / "book.db")).close()
        source, target = (f"sqlite:///{tmp_path}/{name}.db" for name in ("book", "copy"))
        with masked(umask):
            await copy(source, target, lambda _progress: None)

    asyncio.run(copied())
    assert {0o600} == set(rights(tmp_path).values())


def test_a_book_that_is_there_keeps_its_rights_and_is_told_of(tmp_path: Path) -> None:
    path = tmp_path / "book.db"

    async def opened() -> dict[Path, int]:
        await (await written(path)).close()
        path.chmod(0o640)
        store = SqliteStore(path)
        await store.add_seller("another")
        found = lax_files(f"sqlite:///{path}")
        await store.close()
        return found

    expected = {path.with_name(f"book.db{one}"): 0o640 for one in ("", "-wal", "-shm")}
    assert expected == asyncio.run(opened())


def test_a_book_behind_a_link_that_leads_nowhere_yet_is_made_so_as_well(tmp_path: Path) -> None:
    (tmp_path / "link.db").symlink_to(tmp_path / "real.db")
    with masked(0):
        asyncio.run(SqliteStore(tmp_path / "link.db").close())

    assert 0o600 == rights(tmp_path)["real.db"]


def test_a_database_on_a_server_has_no_files_here() -> None:
    assert {} == lax_files("postgresql://me@db.example/orders")
