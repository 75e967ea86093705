"""Opening a book: who reads leaves it as it is, and nobody makes one by mistake."""

from __future__ import annotations

import asyncio
import gzip
import shutil
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

import pytest

from orderglot import stores
from orderglot.core.caller import Caller
from orderglot.core.errors import Conflict, HubError, Invalid, NotFound, Upstream
from orderglot.core.order import Order
from orderglot.core.query import Window
from orderglot.hub.books import open_store
from orderglot.stores.backend import Unready
from orderglot.stores.migrations import migrations
from orderglot.stores.sqlite import alone, file, log_index, page_copies
from orderglot.stores.store import BookStore
from tests.postgres import asked, new_database, ordered
from tests.stores.test_migrations import with_another_step

OLD = Path(__file__).parent / "before-quantities" / "everything.db.gz"

kinds = pytest.mark.parametrize("kind", ["sqlite", "postgres"])


def place(kind: str, folder: Path) -> str:
    return new_database() if kind == "postgres" else f"sqlite:///{folder / 'book.db'}"


async def names(store: BookStore) -> list[str]:
    return [seller.name for seller in await store.sellers()]


def opened(
    url: str,
    work: Callable[[BookStore], Awaitable[object]] = names,
    *,
    create: bool = False,
    reads: bool = False,
) -> object:
    async def once() -> object:
        store = open_store(url, create=create, reads=reads)
        try:
            return await work(store)
        finally:
            await store.close()

    return asyncio.run(once())


def refused(url: str, kind: type[HubError], *, reads: bool = False) -> str:
    with pytest.raises(kind) as refusal:
        opened(url, reads=reads)
    return refusal.value.message


def steps(url: str) -> list[int]:
    text = "SELECT number FROM migrations ORDER BY number"
    if url.startswith("postgres"):
        return [int(str(number)) for (number,) in asked(url, text)]
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as file:
        return [number for (number,) in file.execute(text)]


@kinds
def test_who_reads_brings_no_book_to_another_version(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = place(kind, tmp_path)
    opened(url, lambda store: store.add_seller("acme"), create=True)
    before = steps(url)
    monkeypatch.setattr(stores.migrations, "FOLDER", with_another_step(kind, tmp_path))

    assert "bring it to this one with 'orderglot database migrate" in refused(
        url, Conflict, reads=True
    )
    assert before == steps(url)
    assert ["acme"] == opened(url)
    assert [*before, len(before) + 1] == steps(url)
    assert ["acme"] == opened(url, reads=True)


def test_a_file_that_an_older_program_has_open_is_not_upgraded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alone, "PATIENCE", 0.1)
    (tmp_path / "book.db").write_bytes(gzip.decompress(OLD.read_bytes()))
    url = f"sqlite:///{tmp_path / 'book.db'}"
    with closing(sqlite3.connect(tmp_path / "book.db")) as older:
        older.execute("SELECT count(*) FROM orders").fetchone()
        assert "book.db is open in another program" in refused(url, Conflict)
        older.execute("UPDATE orders SET version = version")
        older.commit()

    assert ["acme"] != opened(url) != []
    assert len(migrations("sqlite")) == len(steps(url))


def test_who_upgrades_at_the_same_time_waits_for_the_other(tmp_path: Path) -> None:
    (tmp_path / "book.db").write_bytes(gzip.decompress(OLD.read_bytes()))
    url = f"sqlite:///{tmp_path / 'book.db'}"

    async def work() -> list[object]:
        return await asyncio.gather(*[asyncio.to_thread(opened, url) for _ in range(4)])

    first, *others = asyncio.run(work())
    assert [first] * 3 == others


@pytest.mark.parametrize("reads", [False, True])
@pytest.mark.parametrize("content", [None, b""], ids=["none", "empty"])
def test_no_book_is_made_of_a_file_that_is_none(
    content: bytes | None, reads: bool, tmp_path: Path
) -> None:
    path = tmp_path / "book.db"
    if content is not None:
        path.write_bytes(content)
    sentence = refused(f"sqlite:///{path}", NotFound, reads=reads)

    assert f"There is no order book {path}" in sentence
    assert ("(the file is empty)" in sentence) is (content is not None)
    assert ([path] if content is not None else []) == [*tmp_path.iterdir()]
    assert content is None or not path.read_bytes()


@kinds
def test_whoever_makes_a_book_knows_it(kind: str, tmp_path: Path) -> None:
    async def made(store: BookStore) -> bool:
        await store.sellers()
        return store.made

    url = place(kind, tmp_path)
    if kind == "sqlite":
        (tmp_path / "book.db").touch()

    assert [True, False] == [opened(url, made, create=True) for _ in range(2)]


def on_path(url: str, path: str) -> str:
    return f"{url}&search_path={path}"


def test_a_search_path_that_leads_nowhere_is_said_to() -> None:
    url = new_database()
    opened(url, lambda store: store.add_seller("acme"), create=True)
    ordered(url, "CREATE SCHEMA other")

    for create in (False, True):
        with pytest.raises(Invalid, match="names no schema that is there; make it with CREATE"):
            opened(on_path(url, "nowhere"), create=create)
    for path in ("other", "other,public"):
        sentence = refused(on_path(url, path), Invalid)
        assert "leads to the schema 'other', and there is an order book in 'public'" in sentence
    opened(on_path(url, "other"), lambda store: store.add_seller("mine"), create=True)

    assert ["mine"] == opened(on_path(url, "other"))
    assert ["acme"] == opened(url)


def overwritten(path: Path, by: Path) -> None:
    with path.open("r+b") as file:
        file.write(by.read_bytes())


def truncated(path: Path, by: Path) -> None:
    shutil.copyfile(by, path)


def replaced(path: Path, by: Path) -> None:
    shutil.copy(by, path.with_suffix(".new"))
    path.with_suffix(".new").rename(path)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (overwritten, "The order book's file was overwritten; begin again."),
        (truncated, "The order book's file was overwritten; begin again."),
        (replaced, "The order book's file was replaced by another one; begin again."),
        (
            lambda path, _: path.unlink(),
            "The order book's file is gone; put it back or begin again.",
        ),
    ],
)
@pytest.mark.parametrize("since", [0, 3, 400], ids=["idle", "some", "many"])
def test_nothing_is_read_from_or_written_to_a_file_that_is_another_one(
    change: Callable[[Path, Path], None], reason: str, since: int, tmp_path: Path
) -> None:
    path, backup = tmp_path / "book.db", tmp_path / "backup.db"

    async def work() -> None:
        store = open_store(f"sqlite:///{path}", create=True)
        book = store.of(Caller(seller=(await store.add_seller("acme")).id))
        await book.place(Order())
        await asyncio.to_thread(page_copies.copy_pages, path, backup)
        for _ in range(since):
            await book.place(Order())
        await store.check_ready()
        await asyncio.sleep(file.OFTEN + 0.05)
        change(path, backup)
        with pytest.raises(Upstream, match=reason):
            await book.place(Order())
        with pytest.raises(Upstream, match=reason):
            await book.page(Window())
        with pytest.raises(Unready, match=reason):
            await store.check_ready()
        await store.close()

    asyncio.run(work())


def test_a_file_that_others_write_to_is_still_the_same(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'book.db'}"
    opened(url, lambda store: store.add_seller("acme"), create=True)

    async def work() -> None:
        stores = [open_store(url) for _ in range(3)]

        async def write(store: BookStore) -> None:
            book = store.of(Caller(seller=1))
            for _ in range(150):
                await book.place(Order(notes="x" * 5_000))
                await store.check_ready()

        async def check(store: BookStore) -> None:
            # Beside the loop: a checkpoint waits for readers, with the lock for writing held, and they end in the loop.
            with closing(sqlite3.connect(tmp_path / "book.db", check_same_thread=False)) as other:
                for _ in range(60):
                    await asyncio.to_thread(other.execute, "PRAGMA wal_checkpoint(TRUNCATE)")
                    await store.check_ready()
                    await store.of(Caller(seller=1)).page(Window())
                    await asyncio.sleep(0.01)

        await asyncio.gather(*map(write, stores), check(stores[0]))
        for store in stores:
            await store.close()

    asyncio.run(work())
    assert {} == log_index._open
