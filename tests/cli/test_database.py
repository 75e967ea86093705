"""``orderglot database``: a book moved to another place by one command."""

import gzip
import re
import subprocess
from pathlib import Path

import pytest

from orderglot import demo
from tests.cli.program import PROGRAM, done, done_json, on_terminal, refused, run, serving
from tests.postgres import new_database

HERE, THERE = "sqlite:///here.db", "sqlite:///there.db"


def make(folder: Path) -> None:
    with serving(folder, "--demo", "--database", HERE):
        pass


def test_a_copy_is_the_same_book_and_is_said_to_be(folder: Path) -> None:
    make(folder)
    printed = done("database", "copy", HERE, THERE)

    assert "count and checksum of every table are the same." in printed
    assert done("book", "--database", HERE) == done("book", "--database", THERE)
    assert "The copy was whole already" in done("database", "copy", HERE, THERE)


def test_a_copy_served_in_the_place_of_its_source_takes_the_same_keys(folder: Path) -> None:
    make(folder)
    done("database", "copy", HERE, THERE)
    with serving(folder, "--database", THERE) as server:
        kole = demo.part("kole").key
        address = server.base.replace("//", f"//{kole.id}:{kole.secret}@")
        curl = ("curl", "--silent", "--fail", f"{address}/orders?limit=1")
        assert subprocess.run(curl, check=True, capture_output=True).stdout


def test_scripts_are_told_every_table(folder: Path) -> None:
    make(folder)
    found = done_json("database", "copy", HERE, THERE)

    assert (HERE, THERE) == (found["from"], found["to"])
    orders = next(one for one in found["tables"] if one["name"] == "orders")
    assert 0 < orders["rows"] == orders["written"]
    assert 64 == len(orders["checksum"])


def test_elsewhere_than_on_a_terminal_plain_lines_say_how_far_it_is(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(folder)
    monkeypatch.setattr("orderglot.cli.progress.PAUSE", 0.0)
    monkeypatch.setattr("orderglot.stores.copying.SIZE", 10)
    lines = run("database", "copy", HERE, THERE).stderr.splitlines()

    assert re.fullmatch(r"\d+ %: copying [a-z_]+, [\d,]+ of [\d,]+, [\d,]+ rows/s", lines[0])
    assert lines[-1].startswith("99 %: comparing ")


def test_on_a_terminal_a_bar_goes_and_the_result_stays(folder: Path) -> None:
    make(folder)
    shown = on_terminal((*PROGRAM, "database", "copy", HERE, THERE), folder, COLUMNS="100")
    assert "\x1b[2K" in shown
    assert "The copy is whole: " in shown


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("sqlite:///gone.db", THERE), "There is no order book gone.db"),
        ((HERE, HERE), "would be copied into itself; name another target."),
        ((HERE, "sqlite:///./here.db"), "would be copied into itself; name another target."),
        ((HERE, "there.db"), "'there.db' is not where an order book can be; write sqlite"),
        ((HERE, "postgresql://me:hush@127.0.0.1:1/x"), "me:…@127.0.0.1:1/x; start it, or check"),
        ((HERE, "sqlite:///other.db"), "The target is a book already, with other "),
    ],
)
def test_what_cannot_be_copied_is_one_sentence(words: tuple[str, str], sentence: str) -> None:
    for url in (HERE, "sqlite:///other.db"):
        done("seller", "add", url.rpartition("/")[2][:-3], "--database", url)
    assert sentence in refused("database", "copy", *words)


def test_what_a_cluster_would_be_told_is_printed() -> None:
    url = new_database()
    printed = done("database", "distribute", "--dry-run", "--database", url).splitlines()

    assert "There is no order book in postgresql://" in refused("book", "--database", url)
    assert "SELECT create_distributed_table('orders', 'seller');" in printed
    found = done_json("database", "distribute", "--dry-run", "--database", url)
    assert printed == [f"{statement};" for statement in found["statements"]]
    assert found["done"] is False


def test_where_there_is_no_cluster_nothing_is_done() -> None:
    url = new_database()
    done("seller", "add", "acme", "--database", url)

    assert "has no Citus; install it" in refused("database", "distribute", "--database", url)
    assert "is no PostgreSQL; copy it" in refused("database", "distribute", "--database", HERE)


def test_a_book_goes_to_a_server_and_back(folder: Path) -> None:
    make(folder)
    server = new_database()
    done("database", "copy", HERE, server)
    done("database", "copy", server, THERE)

    assert done("book", "--database", HERE) == done("book", "--database", THERE)
    assert done("book", "--database", HERE) == done("book", "--database", server)


def test_opening_an_older_book_says_once_that_older_programs_must_have_been_stopped(
    folder: Path,
) -> None:
    old = Path(__file__).parents[1] / "stores" / "before-quantities" / "everything.db.gz"
    (folder / "here.db").write_bytes(gzip.decompress(old.read_bytes()))
    first, second = (run("seller", "list", "--database", HERE) for _ in range(2))

    assert 1 == first.stderr.count("programs of the version before must have been stopped first.")
    assert "" == second.stderr
    assert first.stdout == second.stdout
