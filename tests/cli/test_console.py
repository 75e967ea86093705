"""``orderglot console``: who may sign in, and links that do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.program import done, run


@pytest.fixture(autouse=True)
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work on a new book with the seller acme."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ORDERGLOT_DATABASE", f"sqlite:///{tmp_path}/book.db")
    (tmp_path / "orders.csv").write_text("order,sku,quantity\n1,A,1\n", "utf-8")
    done("import", "orders.csv", "--seller", "acme", "--currency", "GBP")
    (tmp_path / "word").write_text("correct horse battery\n", "utf-8")


def test_a_user_is_added_listed_changed_and_removed() -> None:
    done("console", "user", "add", "ada", "--role", "admin", "--password-file", "word")
    done("console", "user", "add", "ada", "--role", "viewer", "--seller", "acme")

    (ada,) = json.loads(done("console", "user", "list", "--json"))
    assert {"name": "ada", "roles": {"every seller": "admin", "acme": "viewer"}} == ada
    assert "correct horse" not in done("console", "user", "list")
    done("console", "user", "password", "ada", "--password-file", "word")
    done("console", "user", "remove", "ada")
    assert [] == json.loads(done("console", "user", "list", "--json"))


@pytest.mark.parametrize(
    ("words", "sentence", "code"),
    [
        (("user", "add", "ada"), "--password-file", 2),
        (("user", "add", "ada", "--role", "king", "--password-file", "word"), "no role 'king'", 2),
        (("user", "add", "a b", "--password-file", "word"), "no name of a user", 1),
        (("user", "add", "ada", "--seller", "north", "--password-file", "word"), "'north'", 1),
        (("user", "remove", "bob"), "no user 'bob'", 1),
        (("user", "password", "bob", "--password-file", "word"), "no user 'bob'", 1),
        (("user", "add", "ada", "--password-file", "missing"), "missing", 1),
        (("link", "--user", "bob"), "no user 'bob'", 1),
        (("link", "--at", "orders.example"), "no address", 2),
    ],
)
def test_what_is_wrong_is_one_sentence(words: tuple[str, ...], sentence: str, code: int) -> None:
    result = run("console", *words)
    assert (code, True) == (result.exit_code, sentence in result.stderr)
    assert "Traceback" not in result.stderr


def test_a_short_password_is_refused(tmp_path: Path) -> None:
    (tmp_path / "word").write_text("short\n", "utf-8")
    result = run("console", "user", "add", "ada", "--password-file", "word")
    assert (1, True) == (result.exit_code, "12 to 1024 characters" in result.stderr)


def test_a_link_leads_to_where_the_console_is() -> None:
    found = done("console", "link", "--at", "https://orders.example/")
    assert found.startswith("https://orders.example/orderglot/link?code=")
    assert 43 == len(found.strip().partition("code=")[2])
