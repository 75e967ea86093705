"""``orderglot database backup``, ``restore`` and ``verify``: what they do, print and refuse."""

from __future__ import annotations

import asyncio
import errno
import fcntl
import gzip
import os
import re
import shutil
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

import pytest

from orderglot.core.caller import Caller
from orderglot.core.customer import Customer
from orderglot.core.errors import Conflict
from orderglot.core.order import Order
from orderglot.hub import backups as hub_backups
from orderglot.hub.books import open_rows, open_store
from orderglot.stores.backend import BEGINNINGS
from orderglot.stores.database_url import canonical, shown
from orderglot.stores.marks import SKIPPED
from orderglot.stores.sqlite import alone, backups, names
from orderglot.stores.sqlite.names import being_made
from orderglot.stores.sqlite.opening import prepare
from tests.cli.program import done, done_json, refused, run, serving
from tests.postgres import asked, new_database, ordered
from tests.stores.test_damage import damage

DOCS = Path(__file__).parents[2] / "docs" / "databases.md"
OLD = Path(__file__).parents[1] / "stores" / "before-quantities" / "everything.db.gz"

PLACES: dict[str, Callable[[], str]] = {
    "sqlite": lambda: "sqlite:///book.db",
    "postgres": new_database,
}


@pytest.fixture(params=PLACES)
def url(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Give the URL of a book with two orders."""
    monkeypatch.setattr(alone, "PATIENCE", 0.1)
    url = PLACES[request.param]()
    done("seller", "add", "acme", "--database", url)
    placed(url, 2)
    return url


def placed(url: str, count: int) -> list[int]:
    """Place orders and a customer, and give the ids of all."""

    async def place() -> list[int]:
        store = open_store(url)
        try:
            book = store.of(Caller(seller=(await store.seller("acme")).id))
            orders = [(await book.place(Order())).id for _ in range(count)]
            return [*orders, (await book.keep_customer(Customer())).id]
        finally:
            await store.close()

    return asyncio.run(place())


def last_event(url: str) -> int:
    """Give the number of the last event of acme."""

    async def last() -> int:
        store = open_store(url)
        try:
            book = store.of(Caller(seller=(await store.seller("acme")).id))
            feed = await book.feed(0, 1_000)
            while feed.more:
                feed = await book.feed(feed.after, 1_000)
            return feed.after
        finally:
            await store.close()

    return asyncio.run(last())


def listed(url: str) -> list[int]:
    found = done_json("orders", "list", "--database", url)
    return [int(one["id"]) for one in (found["orders"] if isinstance(found, dict) else found)]


def test_a_backup_is_the_book_of_its_moment_and_of_its_owner_alone(url: str, folder: Path) -> None:
    printed = done("database", "backup", "today.db", "--database", url)
    placed(url, 1)

    assert re.fullmatch(
        r"The backup today\.db is whole: [\d,]+ rows of [\d,]+ tables can be read\.\n", printed
    )
    assert 2 == len(listed("sqlite:///today.db"))
    assert ["today.db"] == sorted(one.name for one in folder.glob("today*"))
    assert 0o600 == (folder / "today.db").stat().st_mode & 0o777
    assert "whole" in done("database", "verify", "--database", "sqlite:///today.db")
    assert "today.db is there already; name a new file." in refused(
        "database", "backup", "today.db", "--database", url
    )


def test_it_is_made_while_a_server_writes(url: str, folder: Path) -> None:
    with serving(folder, "--database", url):
        done("database", "backup", "today.db", "--database", url)

    assert listed(url) == listed("sqlite:///today.db")


def test_no_id_is_handed_out_again_after_going_back(url: str) -> None:
    done("database", "backup", "today.db", "--database", url)
    since = placed(url, 3)
    back = url if url.startswith("sqlite") else new_database()
    done("database", "restore", "today.db", "--database", back)

    assert listed("sqlite:///today.db") == listed(back)
    again = placed(back, 150)
    assert set() == {*since} & {*again}


def test_what_the_docs_say_after_pg_restore_goes_for_every_seller() -> None:
    url = new_database()
    for name in ("acme", "other"):
        done("seller", "add", name, "--database", url)
    placed(url, 1)
    before = asked(url, "SELECT thing, next FROM sequences WHERE seller = 1")
    (statement,) = re.findall(
        r"^    (INSERT INTO sequences.*?;)$", DOCS.read_text(), re.MULTILINE | re.DOTALL
    )
    ordered(url, statement)
    rows = asked(url, "SELECT seller, thing, next FROM sequences")
    after = {(seller, thing): int(str(following)) - SKIPPED for seller, thing, following in rows}

    assert BEGINNINGS == {one: after[2, one] for one in BEGINNINGS}
    for thing, following in before:
        assert following == after[1, thing]


def test_nor_that_of_a_seller_who_came_after_the_backup(folder: Path) -> None:
    url = "sqlite:///book.db"
    done("seller", "add", "first", "--database", url)
    done("database", "backup", "today.db", "--database", url)
    done("seller", "add", "acme", "--database", url)
    since = placed(url, 3)
    for _ in range(2):
        done("database", "restore", "today.db", "--database", url)
        done("seller", "add", "acme", "--database", url)
        again = placed(url, 150)

        assert set() == {*since} & {*again}
        assert "whole" in done("database", "verify", "--database", url)
        since += again


def test_nor_in_postgresql_that_of_a_seller_who_came_after_the_backup(folder: Path) -> None:
    url, back = new_database(), new_database()
    done("seller", "add", "first", "--database", url)
    done("database", "backup", "today.db", "--database", url)
    done("seller", "add", "acme", "--database", url)
    since, events = placed(url, 3), last_event(url)
    done("database", "restore", "today.db", "--database", back)
    done("seller", "add", "acme", "--database", back)

    assert set() == {*since} & {*placed(back, 3)}
    assert last_event(back) > SKIPPED >= events


def test_nor_where_the_backup_is_put_back_by_hand(folder: Path) -> None:
    url = "sqlite:///book.db"
    done("seller", "add", "acme", "--database", url)
    done("database", "backup", "today.db", "--database", url)
    since = placed(url, 3)
    shutil.copy(folder / "today.db", folder / "book.db")

    assert set() == {*since} & {*placed(url, 3)}


def test_what_was_there_is_kept_and_no_log_of_it_is_taken_for_the_new_one(folder: Path) -> None:
    url = "sqlite:///book.db"
    done("seller", "add", "acme", "--database", url)
    done("database", "backup", "today.db", "--database", url)
    killed(url, folder)
    assert (folder / "book.db-wal").stat().st_size
    printed = done("database", "restore", "today.db", "--database", url)
    (kept,) = folder.glob("book.db.before-*")

    assert f"What was there is kept in {kept.name}" in printed
    assert [] == listed(url)
    assert 1 == len(listed(f"sqlite:///{kept.name}"))
    assert {"book.db", "today.db", kept.name} == {one.name for one in folder.glob("*.db*")}


def killed(url: str, folder: Path) -> None:
    """Leave a book with a log beside it, as a program does that is killed."""
    path = url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path)) as other:
        other.execute("SELECT count(*) FROM orders").fetchone()
        placed(url, 1)
        for end in ("", "-wal"):
            shutil.copy(folder / f"{path}{end}", folder / f"aside{end}")
    for end in ("", "-wal"):
        shutil.move(folder / f"aside{end}", folder / f"{path}{end}")


@pytest.mark.parametrize("content", [b"", b"no longer a book, " * 1_000], ids=["empty", "damaged"])
def test_a_book_that_cannot_be_opened_is_replaced(content: bytes, folder: Path) -> None:
    url = "sqlite:///book.db"
    done("seller", "add", "acme", "--database", url)
    done("database", "backup", "today.db", "--database", url)
    (folder / "book.db").write_bytes(content)
    (folder / "book.db-wal").write_bytes(b"stale" * 100)
    done("database", "restore", "today.db", "--database", url)

    assert "acme" in done("seller", "list", "--database", url)
    assert "whole" in done("database", "verify", "--database", url)


def test_a_book_that_is_open_is_not_replaced(folder: Path) -> None:
    url = "sqlite:///book.db"
    done("seller", "add", "acme", "--database", url)
    done("database", "backup", "today.db", "--database", url)
    with serving(folder, "--database", url) as server:
        sentence = refused("database", "restore", "today.db", "--database", url)
        assert server.get("/readyz")[0] == 200

    assert re.search(r"book\.db is open in another program.*; stop that, and try again\.", sentence)
    assert {"book.db", "today.db"} == {one.name for one in folder.glob("*.db*")}


def test_whoever_writes_to_a_book_before_its_place_is_taken_is_kept(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "sqlite:///book.db"
    done("seller", "add", "acme", "--database", url)
    done("database", "backup", "today.db", "--database", url)
    since = list[int]()

    def meanwhile(part: Path) -> object:
        found = prepare(part)
        with ThreadPoolExecutor(1) as another:
            since.extend(another.submit(placed, url, 3).result())
        return found

    monkeypatch.setattr(backups, "prepare", meanwhile)
    done("database", "restore", "today.db", "--database", url)
    (kept,) = folder.glob("book.db.before-*")

    assert 3 == len(listed(f"sqlite:///{kept.name}"))
    assert set() == {*since} & {*placed(url, 3)}


@pytest.mark.parametrize("log", [True, False], ids=["with-a-log", "without"])
def test_nobody_gets_into_a_book_while_another_takes_its_place(
    log: bool, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "sqlite:///book.db"
    done("seller", "add", "acme", "--database", url)
    done("database", "backup", "today.db", "--database", url)
    if log:
        killed(url, folder)
    link, locked = os.link, list[str]()

    def look(source: Path, target: Path) -> None:
        with closing(sqlite3.connect(source, timeout=0)) as other:
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("SELECT count(*) FROM sellers").fetchone()
            locked.append(source.name)
        link(source, target)

    monkeypatch.setattr(os, "link", look)
    done("database", "restore", "today.db", "--database", url)
    (kept,) = folder.glob("book.db.before-*")

    assert ["book.db"] == locked
    assert {"book.db", "today.db", kept.name} == {one.name for one in folder.glob("*.db*")}
    assert int(log) == len(listed(f"sqlite:///{kept.name}"))


def test_a_book_that_somebody_makes_at_that_moment_is_left_alone(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done("seller", "add", "acme", "--database", "sqlite:///there.db")
    done("database", "backup", "today.db", "--database", "sqlite:///there.db")
    link = os.link

    def make(source: Path, target: Path) -> None:
        target.write_bytes(b"a new book")
        link(source, target)

    monkeypatch.setattr(os, "link", make)
    sentence = refused("database", "restore", "today.db", "--database", "sqlite:///book.db")

    assert "book.db was made by another program just now; try again." in sentence
    assert b"a new book" == (folder / "book.db").read_bytes()
    assert {"book.db", "there.db", "today.db"} == {one.name for one in folder.iterdir()}


def test_whatever_was_kept_before_stays(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Still(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Still:
            return cls(2026, 1, 2, tzinfo=tz)

    monkeypatch.setattr(hub_backups, "datetime", Still)
    url = "sqlite:///book.db"
    done("seller", "add", "acme", "--database", url)
    done("database", "backup", "today.db", "--database", url)
    placed(url, 2)
    kept = "book.db.before-20260102T000000Z"
    (folder / f"{kept}-2-wal").write_bytes(b"of another one")
    for _ in range(3):
        done("database", "restore", "today.db", "--database", url)

    assert {kept, f"{kept}-2-wal", f"{kept}-3", f"{kept}-4"} == {
        one.name for one in folder.glob("book.db.before-*")
    }
    assert [2, 0, 0] == [
        len(listed(f"sqlite:///{name}")) for name in (kept, f"{kept}-3", f"{kept}-4")
    ]


def test_a_database_with_a_book_in_it_is_not_replaced() -> None:
    url = new_database()
    done("seller", "add", "acme", "--database", url)
    placed(url, 1)
    done("database", "backup", "today.db", "--database", url)
    placed(url, 1)

    assert "name an empty database" in refused("database", "restore", "today.db", "--database", url)
    assert 2 == len(listed(url))


def test_a_backup_of_an_earlier_version_is_put_back(folder: Path) -> None:
    (folder / "old.db").write_bytes(gzip.decompress(OLD.read_bytes()))
    done("database", "restore", "old.db", "--database", "sqlite:///book.db")

    assert gzip.decompress(OLD.read_bytes()) == (folder / "old.db").read_bytes()
    assert 8 == len(listed("sqlite:///book.db"))


def test_a_damaged_book_is_backed_up_and_said_to_be_and_not_put_back(
    url: str, folder: Path
) -> None:
    back = url if url.startswith("sqlite") else new_database()
    damage(url, "orders", "id = 1000000001")
    result = run("database", "backup", "today.db", "--database", url)
    if url.startswith("postgres"):
        # Row by row it is refused at the first one that is damaged.
        assert 1 == result.exit_code
        assert "The order 1000000001 of seller 'acme' in postgresql" in result.stderr
        assert not (folder / "today.db").exists()
        return
    assert (1, True) == (result.exit_code, "today.db is not whole: 1 thing amiss." in result.stdout)
    assert re.search(r"orders +acme +1000000001 +is damaged", result.stdout)
    before = (folder / "book.db").read_bytes()
    sentence = refused("database", "restore", "today.db", "--database", back)

    assert "today.db is not whole, and nothing was changed; see 'orderglot database ver" in sentence
    assert before == (folder / "book.db").read_bytes()
    assert {"book.db", "today.db"} == {one.name for one in folder.glob("*.db*")}


def page_of(path: Path, name: str) -> int:
    with closing(sqlite3.connect(path)) as file:
        text = "SELECT rootpage FROM sqlite_schema WHERE name = ?"
        return int(file.execute(text, (name,)).fetchone()[0])


def no_links(number: int) -> Callable[[Path, Path], None]:
    def refuse(*_: Path) -> None:
        raise OSError(number, os.strerror(number))

    return refuse


@pytest.mark.parametrize("number", [errno.EPERM, errno.EOPNOTSUPP])
def test_where_files_have_one_name_each_backups_are_made_and_put_back(
    number: int, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "link", no_links(number))
    url = "sqlite:///book.db"
    done("seller", "add", "acme", "--database", url)
    placed(url, 2)
    done("database", "backup", "today.db", "--database", url)
    since = placed(url, 1)
    for _ in range(2):
        done("database", "restore", "today.db", "--database", url)
        assert 2 == len(listed(url))
    done("database", "restore", "today.db", "--database", "sqlite:///new.db")
    first, second = sorted(folder.glob("book.db.before-*"), key=lambda kept: kept.stat().st_ctime)

    assert [3, 2, 2] == [
        len(listed(f"sqlite:///{one.name}")) for one in (first, second, folder / "new.db")
    ]
    assert set() == {*since} & {*placed(url, 3)}
    assert {"book.db", "today.db", "new.db", first.name, second.name} == {
        one.name for one in folder.iterdir()
    }


def test_nor_is_a_file_replaced_there_that_somebody_has_just_made(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "sqlite:///book.db"
    done("seller", "add", "acme", "--database", url)
    rename = names.rename

    def meanwhile(path: Path, other: Path) -> None:
        if other.name in ("book.db", "today.db"):
            other.write_bytes(b"somebody's")
        rename(path, other)

    for link in (os.link, no_links(errno.EPERM)):
        monkeypatch.setattr(os, "link", link)
        monkeypatch.setattr(backups, "rename", meanwhile)
        assert "today.db is there already; name a new file." in refused(
            "database", "backup", "today.db", "--database", url
        )
        assert b"somebody's" == (folder / "today.db").read_bytes()
        (folder / "today.db").unlink()
    monkeypatch.setattr(backups, "rename", rename)
    done("database", "backup", "today.db", "--database", url)
    monkeypatch.setattr(backups, "rename", meanwhile)
    sentence = refused("database", "restore", "today.db", "--database", url)

    (kept,) = folder.glob("book.db.before-*")
    assert re.search(
        rf"book.db was made by another program just now.*kept as {kept.name}", sentence
    )
    assert b"somebody's" == (folder / "book.db").read_bytes()
    assert "acme" in done("seller", "list", "--database", f"sqlite:///{kept.name}")
    assert {"book.db", "today.db", kept.name} == {one.name for one in folder.iterdir()}


def test_of_two_that_make_one_file_at_once_the_second_is_refused(url: str, folder: Path) -> None:
    sentence = "today.db.part is being made by another program; wait for that, or name a new file."
    with being_made(Path("today.db.part")):
        assert sentence in refused("database", "backup", "today.db", "--database", url)
    done("database", "backup", "today.db", "--database", url)
    if url.startswith("sqlite"):
        with being_made(Path("book.db.restoring")):
            assert "book.db.restoring is being made by another program" in refused(
                "database", "restore", "today.db", "--database", url
            )

    assert 2 == len(listed("sqlite:///today.db"))
    assert {"today.db", "book.db"} >= {one.name for one in folder.iterdir()}


def test_a_lock_that_goes_while_it_is_taken_is_taken_anew(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, flock, times = folder / "x.part.lock", fcntl.flock, list[int]()

    def meanwhile(opened: int, how: int) -> None:
        if not times:
            # As whoever had it does in the end.
            lock.unlink()
        times.append(how)
        flock(opened, how)

    monkeypatch.setattr(fcntl, "flock", meanwhile)
    with being_made(folder / "x.part"), pytest.raises(Conflict), being_made(folder / "x.part"):
        pass

    assert 3 == len(times)
    assert not lock.exists()


@pytest.mark.parametrize("fill", [b"\x00", b"\xff"], ids=["zeros", "ones"])
@pytest.mark.parametrize("table", ["orders", "order_counts", "order_events"])
def test_a_page_that_is_damaged_is_listed_and_no_trace(
    table: str, fill: bytes, folder: Path
) -> None:
    url = "sqlite:///book.db"
    done("seller", "add", "acme", "--database", url)
    placed(url, 2)
    book = folder / "book.db"
    at = 8192 * (page_of(book, table) - 1)
    whole = book.read_bytes()
    book.write_bytes(whole[:at] + fill * 8192 + whole[at + 8192 :])

    for words in (("verify",), ("backup", "today.db")):
        result = run("database", *words, "--database", url)
        assert (1, "") == (result.exit_code, result.stderr)
        assert "is not whole" in result.stdout
        if table != "order_counts":
            assert re.search(rf"{table} +cannot be read to its end: .* is damaged", result.stdout)
    assert "today.db is not whole, and nothing was changed" in refused(
        "database", "restore", "today.db", "--database", url
    )


@pytest.mark.parametrize("end", ["-wal", "-shm", "-journal"])
def test_no_log_of_a_file_that_is_gone_is_taken_for_a_part_of_a_backup(
    end: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "sqlite:///book.db"
    done("seller", "add", "acme", "--database", url)
    stale = folder / f"today.db{end}"
    stale.write_bytes(b"of another file")
    sentence = f"today.db{end} would be taken for a part of today.db; delete what is left"

    assert sentence in refused("database", "backup", "today.db", "--database", url)
    stale.unlink()
    verify = hub_backups.verify

    async def and_then(*asked: Any) -> Any:
        stale.write_bytes(b"of another file")
        return await verify(*asked)

    monkeypatch.setattr(hub_backups, "verify", and_then)
    assert sentence in refused("database", "backup", "today.db", "--database", url)
    assert {"book.db", stale.name} == {one.name for one in folder.iterdir()}


def test_a_backup_that_is_killed_does_not_keep_its_name_from_the_next_one(
    url: str, folder: Path
) -> None:
    # As it stands between the copy, which is whole, and its place.
    done("database", "backup", "today.db", "--database", url)
    (folder / "today.db").rename(folder / "today.db.part")
    placed(url, 1)
    done("database", "backup", "today.db", "--database", url)

    assert 3 == len(listed("sqlite:///today.db"))
    assert ["today.db"] == sorted(one.name for one in folder.glob("today*"))


def test_a_backup_that_was_not_finished_is_gone_on_with(folder: Path) -> None:
    url = new_database()
    done("seller", "add", "acme", "--database", url)

    async def begin() -> None:
        name = shown(canonical(url))
        rows = await open_rows("sqlite:///today.db.part", copy_of=name)
        await rows.close()

    asyncio.run(begin())
    before = (folder / "today.db.part").stat().st_ino
    done("database", "backup", "today.db", "--database", url)

    assert before == (folder / "today.db").stat().st_ino
    assert "acme" in done("seller", "list", "--database", "sqlite:///today.db")


def test_scripts_are_told_what_is_amiss(url: str) -> None:
    assert [] == done_json("database", "verify", "--database", url)["findings"]
    damage(url, "orders", "id = 1000000001")
    result = run("database", "verify", "--database", url, "--json")

    assert 1 == result.exit_code
    assert '"seller": "acme"' in result.stdout
    shown = run("show", "1000000001", "--database", url)
    assert (1, 1) == (shown.exit_code, shown.stderr.count("\n"))
    assert shown.stderr.startswith("orderglot: The order 1000000001 of seller 'acme' in ")
    assert 1 == len(listed(url))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("verify",), "There is no order book orderglot.db"),
        (("backup", "x.db"), "There is no order book orderglot.db"),
        (("backup", "no/such/x.db"), "There is no folder no/such; make it first."),
        (("restore", "gone.db"), "There is no order book gone.db"),
        (("restore", "letter.txt"), "letter.txt is not an Orderglot book; name another file."),
        (("restore", "today.db", "--database", "sqlite:///today.db"), "restored into itself"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    words: tuple[str, ...], sentence: str, folder: Path
) -> None:
    (folder / "letter.txt").write_text("Dear Sir or Madam, " * 100)
    done("seller", "add", "acme", "--database", "sqlite:///there.db")
    done("database", "backup", "today.db", "--database", "sqlite:///there.db")

    assert sentence in refused("database", *words)
    assert {"letter.txt", "there.db", "today.db"} == {one.name for one in folder.iterdir()}


def test_a_file_that_has_come_to_its_place_stays_there_whatever_stops_the_program(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = Path.replace

    def interrupted(path: Path, other: Path) -> Path:
        replace(path, other)
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "link", no_links(errno.EPERM))
    monkeypatch.setattr(Path, "replace", interrupted)
    (folder / "one").write_bytes(b"the only one")
    with pytest.raises(KeyboardInterrupt):
        names.rename(folder / "one", folder / "other")

    assert {"other": b"the only one"} == {one.name: one.read_bytes() for one in folder.iterdir()}
