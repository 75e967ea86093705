"""``orderglot database migrate``: what it prints, and what it refuses."""

import gzip
import re
from pathlib import Path

import pytest

from orderglot import stores
from orderglot.stores.migrations import latest
from tests.cli.program import PROGRAM, done, done_json, on_terminal, refused, run
from tests.postgres import asked, new_database, ordered
from tests.stores.next_version import next_steps

OLD = Path(__file__).parents[1] / "stores" / "before-quantities" / "everything.db.gz"
OLD_STEP = 7
"""The last step of the tables that it has."""

MORE = """
-- beside: 11

-- quick:
CREATE TABLE more (seller BIGINT);
-- batched orders (seller, id):
UPDATE orders SET version = version
WHERE id > 0;
"""


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Give the URL of a book for which there is a next version, and which counts as large."""
    url = new_database()
    done("seller", "add", "acme", "--database", url)
    ordered(
        url,
        "INSERT INTO orders (seller, id, version, test, kind, status, created, modified, lines, document)"
        " VALUES (1, 7, 1, 0, 'sale', 'open', 1, 1, 0, '{}')",
    )
    monkeypatch.setattr(stores.migrations, "FOLDER", next_steps(tmp_path, MORE))
    monkeypatch.setattr("orderglot.stores.postgres.opening.FEW", 0)
    return url


def test_what_opens_a_large_book_says_what_to_run(url: str) -> None:
    for command in (("book",), ("serve", "--port", "0")):
        sentence = refused(*command, "--database", url)
        assert "bring it to this one with 'orderglot database migrate --database " in sentence


def test_it_is_migrated_and_said_to_be(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orderglot.cli.progress.PAUSE", 0.0)
    result = run("database", "migrate", "--database", url)

    assert (0, "The book is of this version now: 1 step, 2 statements.\n") == (
        result.exit_code,
        result.stdout,
    )
    lines = result.stderr.splitlines()
    assert re.fullmatch(
        r"0 %: \d{4}_more.sql, quick: CREATE TABLE more \(seller BIGINT\)", lines[0]
    )
    assert any(re.search(r"batched: UPDATE orders SET .*, 1 of 1$", line) for line in lines)
    assert "of this version." in done("database", "migrate", "--database", url)
    assert "acme" in done("seller", "list", "--database", url)


def test_a_dry_run_prints_the_statements_and_changes_nothing(url: str) -> None:
    printed = done("database", "migrate", "--dry-run", "--database", url)
    found = done_json("database", "migrate", "--dry-run", "--database", url)

    assert "CREATE TABLE more (seller BIGINT)" in printed
    assert (False, ["quick", "batched"]) == (
        found["done"],
        [one["kind"] for one in found["statements"]],
    )
    assert [] == asked(url, "SELECT 1 FROM pg_class WHERE relname = 'more'")


def test_scripts_are_told_what_was_done(url: str) -> None:
    found = done_json("database", "migrate", "--database", url)

    assert (True, 2) == (found["done"], len(found["statements"]))


def test_on_a_terminal_a_bar_goes_and_the_result_stays(folder: Path) -> None:
    url = new_database()
    done("seller", "add", "acme", "--database", url)
    shown = on_terminal((*PROGRAM, "database", "migrate", "--database", url), folder)

    assert "The book is of this version." in shown


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("sqlite:///orderglot.db", "There is no order book orderglot.db; 'orderglot seller add"),
        ("postgresql://me:hush@127.0.0.1:1/x", "start it, or check"),
    ],
)
def test_what_cannot_be_migrated_is_one_sentence(url: str, words: str) -> None:
    assert words in refused("database", "migrate", "--database", url)


def test_a_file_is_migrated_by_it_as_well(folder: Path) -> None:
    book = ("--database", "sqlite:///old.db")
    (folder / "old.db").write_bytes(gzip.decompress(OLD.read_bytes()))
    planned = done_json("database", "migrate", "--dry-run", *book)
    assert {"alone"} == {one["kind"] for one in planned["statements"]}
    assert "'orderglot database migrate --database sqlite:///old.db'" in refused("book", *book)
    printed = run("database", "migrate", *book).stdout

    steps = latest("sqlite") - OLD_STEP
    assert f"now: {steps} steps, {len(planned['statements'])} statements." in printed
    assert "of this version." in done("database", "migrate", *book)
    assert "" == run("book", *book).stderr


def test_where_there_is_no_book_none_is_made() -> None:
    url = new_database()

    assert "There is no order book in" in refused("database", "migrate", "--database", url)
    assert [] == asked(url, "SELECT 1 FROM pg_class WHERE relname = 'migrations'")
