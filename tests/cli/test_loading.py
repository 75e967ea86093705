"""A command loads what it needs and no more, so that it is there at once and gone at once."""

import subprocess
import sys
from collections.abc import Collection
from pathlib import Path

import pytest

from tests.cli.program import clean_environment, done

LINES = "Invoice,StockCode,Quantity,InvoiceDate,Price\n489434,85048,12,2009-12-01 07:45:00,6.95\n"

FOR_SERVERS = {"granian", "orderglot.faces.asgi", "starlette", "structlog", "uvloop"}
FOR_CLIENTS = {"httpx2", "orderglot.faces.client"}
FOR_TERMINALS = {"rich"}
FOR_OTHER_STORES = {"asyncpg", "orderglot.stores.memory", "orderglot.stores.postgres"}
FOR_BOOKS = {"asyncio", "orderglot.core.order", "sqlite3"}
SELDOM_NEEDED = FOR_SERVERS | FOR_CLIENTS | FOR_TERMINALS | FOR_OTHER_STORES

ENDING = """
import atexit, gc, sys
from orderglot.cli import main
atexit.register(lambda: print({}, file=sys.stderr))
main()
"""


def at_the_end_of(*words: str, says: str, folder: Path) -> str:
    """Run a command that must end well, and give what an expression comes to at its end."""
    ended = subprocess.run(
        (sys.executable, "-c", ENDING.format(says), *words),
        check=True,
        cwd=folder,
        env=clean_environment(folder),
        text=True,
        capture_output=True,
    )
    return ended.stderr.splitlines()[-1]


def loaded(*words: str, of: Collection[str], folder: Path) -> set[str]:
    """Run a command, and give which of some modules it has loaded by its end."""
    says = f"*sys.modules.keys() & {set(of)!r}"
    return set(at_the_end_of(*words, says=says, folder=folder).split())


@pytest.fixture
def book(folder: Path) -> Path:
    """Give a folder with a book, of two sellers, and with lines to import."""
    (folder / "lines.csv").write_text(LINES)
    done("import", "lines.csv", "--seller", "acme", "--currency", "GBP")
    done("seller", "add", "best")
    return folder


@pytest.mark.parametrize(
    "words",
    [
        ("import", "lines.csv", "--seller", "acme"),
        ("show", "489434", "--seller", "acme"),
        ("book",),
        ("seller", "list"),
        ("seller", "add", "new"),
        ("product", "list", "--seller", "acme"),
        ("key", "list", "--seller", "acme"),
    ],
    ids=" ".join,
)
def test_a_plain_command_loads_nothing_that_others_need(words: tuple[str, ...], book: Path) -> None:
    assert set() == loaded(*words, of=SELDOM_NEEDED, folder=book)


def test_a_book_is_what_a_command_with_a_book_loads(book: Path) -> None:
    assert FOR_BOOKS == loaded("book", of=FOR_BOOKS, folder=book)


def test_who_asks_for_the_version_waits_for_nothing_else(folder: Path) -> None:
    assert set() == loaded("--version", of=SELDOM_NEEDED | FOR_BOOKS, folder=folder)


def test_what_is_described_is_not_served(folder: Path) -> None:
    of = FOR_SERVERS | FOR_CLIENTS | FOR_OTHER_STORES
    assert set() == loaded("openapi", "kole", of=of, folder=folder)


def test_at_its_end_nobody_looks_through_all_that_there_was(folder: Path) -> None:
    assert "True" == at_the_end_of("--version", says="gc.get_freeze_count() > 0", folder=folder)
