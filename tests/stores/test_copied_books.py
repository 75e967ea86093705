"""Books on both sides of a copy: the source stays as it is, and nobody uses what is not whole."""

from __future__ import annotations

import asyncio
import gzip
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from hashlib import sha256
from pathlib import Path

import asyncpg
import pytest

from orderglot.core.caller import Caller
from orderglot.core.errors import Conflict, HubError, Invalid, Upstream
from orderglot.core.order import Order
from orderglot.core.ports import Book
from orderglot.core.query import Window
from orderglot.hub.books import open_rows, open_store
from orderglot.hub.copying import copy
from orderglot.stores.backend import Unready
from orderglot.stores.marks import NOT_WHOLE
from orderglot.stores.postgres import processes, rows
from orderglot.stores.sqlite import alone, backend
from orderglot.stores.sqlite.opening import prepare
from orderglot.stores.store import BookStore
from tests.postgres import asked, new_database, ordered

OLD = Path(__file__).parent / "before-quantities" / "everything.db.gz"

OPEN = r"is open in .*; stop that, and try again"

kinds = pytest.mark.parametrize("kind", ["sqlite", "postgres"])


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alone, "PATIENCE", 0.1)


def place(kind: str, folder: Path, name: str = "book") -> str:
    return new_database() if kind == "postgres" else f"sqlite:///{folder / name}.db"


def do(url: str, statement: str) -> None:
    """Change a book behind the back of whoever has it open."""
    if url.startswith("postgres"):
        ordered(url, statement)
        return
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as file, file:
        file.execute(statement)


@asynccontextmanager
async def opened(url: str, *, reads: bool = False) -> AsyncIterator[tuple[BookStore, Book]]:
    store = open_store(url, create=not reads, reads=reads)
    try:
        sellers = await store.sellers() or (await store.add_seller("acme"),)
        yield store, store.of(Caller(seller=sellers[0].id))
    finally:
        await store.close()


def filled(url: str, orders: int = 3) -> str:
    async def fill() -> None:
        async with opened(url) as (_, book):
            for _ in range(orders):
                await book.place(Order())

    asyncio.run(fill())
    return url


def copied(source: str, target: str, *, move: bool = False) -> None:
    asyncio.run(copy(source, target, lambda _: None, move=move))


def refused(
    source: str, target: str, kind: type[HubError] = Conflict, *, move: bool = False
) -> str:
    with pytest.raises(kind) as refusal:
        copied(source, target, move=move)
    return refusal.value.message


@kinds
def test_a_target_that_is_open_in_a_server_is_refused_and_served_on(
    kind: str, tmp_path: Path
) -> None:
    source, target = filled(place("sqlite", tmp_path, "source")), place(kind, tmp_path)

    async def work() -> list[int]:
        store = open_store(target, create=True)
        assert () == await store.sellers()
        with pytest.raises(Conflict, match=OPEN):
            await copy(source, target, lambda _: None)
        seller = await store.add_seller("mine")
        order = await store.of(Caller(seller=seller.id)).place(Order())
        await store.check_ready()
        await store.close()
        return [order.id]

    assert [1_000_000_001] == asyncio.run(work())
    assert "is a book already" in refused(source, target)


@kinds
def test_a_target_is_an_unfinished_copy_from_its_first_moment_on(kind: str, tmp_path: Path) -> None:
    source, target = filled(place("sqlite", tmp_path, "source")), place(kind, tmp_path)

    async def begin() -> None:
        # Killed here, it has tables and not a single row.
        await (await open_rows(target, copy_of=source)).close()
        async with opened(target):
            raise AssertionError

    with pytest.raises(Conflict, match="holds a copy that is not finished"):
        asyncio.run(begin())
    copied(source, target)

    assert 3 == asyncio.run(count(target))


async def count(url: str) -> int:
    async with opened(url, reads=True) as (store, book):
        return (await store.counts(book.caller.seller)).orders


@kinds
@pytest.mark.parametrize("mark", [0, -1], ids=["unfinished", "moved"])
def test_a_server_on_a_book_that_is_not_whole_serves_nobody_until_it_is(
    kind: str, mark: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = filled(place(kind, tmp_path))
    monkeypatch.setattr(processes, "STALE", 0.0)

    async def work() -> None:
        async with opened(url) as (store, book):
            await book.place(Order())
            do(url, f"INSERT INTO migrations (number, name) VALUES ({mark}, 'elsewhere')")
            for ask in (book.place(Order()), book.page(Window()), store.keyring.admit("kole", "x")):
                with pytest.raises(Upstream, match=NOT_WHOLE):
                    await ask
            with pytest.raises((Unready, Upstream), match=NOT_WHOLE):
                await store.check_ready()
            do(url, f"DELETE FROM migrations WHERE number = {mark}")
            await book.place(Order())
            assert 5 == len([one async for one in book.walk()])
            await store.check_ready()

    asyncio.run(work())


def digest(url: str) -> str:
    return sha256(Path(url.removeprefix("sqlite:///")).read_bytes()).hexdigest()


@pytest.mark.parametrize("target", ["sqlite", "postgres"])
def test_a_file_that_is_copied_stays_as_it_is_to_the_last_byte(target: str, tmp_path: Path) -> None:
    source = filled(place("sqlite", tmp_path, "source"))
    before, beside = digest(source), sorted(tmp_path.iterdir())
    copied(source, place(target, tmp_path / "..", f"{tmp_path.name}-there"))

    assert (before, beside) == (digest(source), sorted(tmp_path.iterdir()))


@pytest.mark.parametrize("target", ["sqlite", "postgres"])
def test_a_backup_of_an_earlier_version_is_copied_and_stays_of_that(
    target: str, tmp_path: Path
) -> None:
    old = tmp_path / "old.db"
    old.write_bytes(gzip.decompress(OLD.read_bytes()))
    before, there = old.read_bytes(), place(target, tmp_path, "there")
    copied(f"sqlite:///{old}", there)

    assert before == old.read_bytes()
    assert [old] == sorted(tmp_path.glob("old.db*"))
    assert 0 < asyncio.run(count(there))


def test_what_a_log_holds_beside_a_file_is_copied_and_stays_there(tmp_path: Path) -> None:
    source, taken = filled(place("sqlite", tmp_path, "source")), tmp_path / "taken.db"

    async def take() -> None:
        async with opened(source) as (_, book):
            await book.place(Order())
            for end in ("", "-wal"):
                shutil.copy(tmp_path / f"source.db{end}", tmp_path / f"taken.db{end}")

    asyncio.run(take())
    log = taken.with_name("taken.db-wal")
    before = taken.read_bytes(), log.read_bytes()
    copied(f"sqlite:///{taken}", place("sqlite", tmp_path, "there"))

    assert before == (taken.read_bytes(), log.read_bytes())
    assert 4 == asyncio.run(count(place("sqlite", tmp_path, "there")))


def test_a_server_that_is_copied_from_is_not_written_to(tmp_path: Path) -> None:
    source = filled(place("postgres", tmp_path))
    rows = "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_user_tables"
    ordered(source, "SELECT pg_stat_reset()")
    copied(source, place("sqlite", tmp_path, "there"))
    ordered(source, "SELECT pg_stat_clear_snapshot()")

    assert 0 == asked(source, rows)[0][0]


@kinds
def test_a_book_that_moved_says_where_to_and_is_read_alone(kind: str, tmp_path: Path) -> None:
    source, target = filled(place(kind, tmp_path)), place("sqlite", tmp_path, "there")
    copied(source, target, move=True)

    async def read() -> int:
        async with opened(source, reads=True) as (_, book):
            return len([one async for one in book.walk()])

    with pytest.raises(Conflict, match=f"has moved to {target}; use that."):
        filled(source)
    assert 3 == asyncio.run(read())
    filled(target)
    back = place(kind, tmp_path, "back")
    copied(source, back)
    filled(back)


@kinds
def test_a_book_that_is_open_does_not_move(kind: str, tmp_path: Path) -> None:
    source, target = filled(place(kind, tmp_path)), place("sqlite", tmp_path, "there")

    async def work() -> None:
        async with opened(source) as (_, book):
            with pytest.raises(Conflict, match=OPEN):
                await copy(source, target, lambda _: None, move=True)
            await book.place(Order())

    asyncio.run(work())
    copied(source, target, move=True)
    assert 4 == asyncio.run(count(target))


def test_whoever_goes_on_with_a_copy_that_was_killed_looks_again_who_has_the_book_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = filled(new_database()), place("sqlite", tmp_path, "there")
    look = processes.present

    async def killed(_: object) -> None:
        raise KeyboardInterrupt

    async def work() -> None:
        async with opened(source) as (_, book):
            monkeypatch.setattr(rows, "present", killed)
            with pytest.raises(KeyboardInterrupt):
                await copy(source, target, lambda _: None, move=True)
            monkeypatch.setattr(rows, "present", look)
            with pytest.raises(Conflict, match=OPEN):
                await copy(source, target, lambda _: None, move=True)
            await book.place(Order())

    asyncio.run(work())
    assert [(-1,)] == asked(source, "SELECT number FROM migrations WHERE number < 0")
    copied(source, target, move=True)
    assert 4 == asyncio.run(count(target))


def test_nor_is_anything_copied_into_a_database_that_somebody_opened_meanwhile(
    tmp_path: Path,
) -> None:
    source, target = filled(place("sqlite", tmp_path, "source")), new_database()

    async def work() -> None:
        async with opened(target) as (store, _):
            there = await open_rows(target, copy_of=source)
            try:
                do(target, f"INSERT INTO migrations (number, name) VALUES (0, '{source}')")
                with pytest.raises(Conflict, match=OPEN):
                    await there.begin(source)
            finally:
                await there.close()
            assert 1 == len(await store.sellers())

    asyncio.run(work())


def test_of_two_that_move_a_book_none_goes_on_without_the_mark_of_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = filled(new_database()), place("sqlite", tmp_path, "there")
    look, looked = processes.present, asyncio.Event()
    seen = list[str]()

    async def first_sees_somebody(connection: asyncpg.Connection) -> tuple[str, ...]:
        seen.append("")
        if len(seen) > 1:
            return await look(connection)
        looked.set()
        await asyncio.sleep(0.5)
        return ("somebody who has gone since",)

    async def second() -> None:
        await looked.wait()
        await copy(source, target, lambda _: None, move=True)

    async def work() -> None:
        one = asyncio.create_task(
            copy(source, place("sqlite", tmp_path, "first"), lambda _: None, move=True)
        )
        await second()
        with pytest.raises(Conflict, match=OPEN):
            await one

    monkeypatch.setattr(rows, "present", first_sees_somebody)
    asyncio.run(work())

    with pytest.raises(Conflict, match=f"has moved to {target}; use that."):
        filled(source)


@kinds
def test_a_book_moves_to_one_place_alone(kind: str, tmp_path: Path) -> None:
    source, target = filled(place(kind, tmp_path)), place("sqlite", tmp_path, "there")
    copied(source, target, move=True)
    sentence = refused(source, place("sqlite", tmp_path, "elsewhere"), move=True)

    assert f"moves to {target} already, or has moved there; use that" in sentence
    copied(source, target, move=True)


def test_both_schemes_of_a_server_are_one(tmp_path: Path) -> None:
    url = filled(new_database())
    other = f"postgres://{url.partition('://')[2]}"

    assert "would be copied into itself" in refused(url, other, Invalid)
    assert "would be copied into itself" in refused(url, f"{url}&statement_cache=off", Invalid)


def test_a_file_by_another_name_is_the_same(tmp_path: Path) -> None:
    url = filled(place("sqlite", tmp_path))
    (tmp_path / "link.db").hardlink_to(tmp_path / "book.db")

    assert "would be copied into itself" in refused(url, f"sqlite:///{tmp_path}/link.db", Invalid)


def test_whoever_opens_a_file_at_the_moment_a_copy_into_it_begins_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = filled(place("sqlite", tmp_path))

    def and_then(path: Path, *, create: bool, reads: bool) -> object:
        found = prepare(path, create=create, reads=reads)
        do(url, "INSERT INTO migrations VALUES (0, 'elsewhere')")
        return found

    monkeypatch.setattr(backend, "prepare", and_then)
    with pytest.raises(Conflict, match="holds a copy that is not finished"):
        open_store(url)
    with alone.alone(tmp_path / "book.db"):
        pass
