"""Output to what knows nothing but ASCII: no trace, and JSON that stays the same."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from orderglot.cli import NOWHERE
from tests.cli.program import PROGRAM, clean_environment, done, on_terminal

TITLE = "Größe 另 😀"
ASCII = {"PYTHONIOENCODING": "ascii"}
ENCODINGS = {
    "ascii": ASCII,
    "locale": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
}


def printed(folder: Path, environment: dict[str, str], *words: str) -> str:
    ended = subprocess.run(
        (*PROGRAM, *words),
        cwd=folder,
        env={**clean_environment(folder), **environment},
        capture_output=True,
        check=False,
    )
    assert b"Traceback" not in ended.stderr
    assert 0 == ended.returncode, ended.stderr
    return (ended.stdout + ended.stderr).decode("ascii")


@pytest.mark.parametrize("environment", ENCODINGS.values(), ids=ENCODINGS)
def test_an_ascii_terminal_gets_escapes(folder: Path, environment: dict[str, str]) -> None:
    done("seller", "add", "acme")
    done("product", "add", "ÄÖ", "--title", TITLE)
    assert "\\u00c4\\u00d6" in printed(folder, environment, "product", "list")
    assert "Gr\\u00f6\\u00dfe \\u53e6 \\ud83d\\ude00" in printed(
        folder, environment, "product", "list"
    )
    (found,) = json.loads(printed(folder, environment, "product", "list", "--json"))
    assert TITLE == found["title"]


@pytest.mark.parametrize("words", [("--help",), ("samples",), ("serve", "--help")])
def test_help_and_tables_are_shown_on_one(folder: Path, words: tuple[str, ...]) -> None:
    assert on_terminal((*PROGRAM, *words), folder, **ASCII).isascii()


def test_a_bar_is_shown_on_one(folder: Path) -> None:
    printed(folder, ASCII, "seller", "add", "acme")
    copy = (*PROGRAM, "database", "copy", "sqlite:///orderglot.db", "sqlite:///there.db")

    assert "The copy is whole" in on_terminal(copy, folder, **ASCII)


def test_a_refusal_is_one_sentence_on_one(folder: Path) -> None:
    ended = subprocess.run(
        (*PROGRAM, "show", "Größe"),
        cwd=folder,
        env={**clean_environment(folder), **ASCII},
        capture_output=True,
        check=False,
    )
    assert (1, 1) == (ended.returncode, ended.stderr.count(b"\n"))
    assert ended.stderr.startswith(b"orderglot: ")


def test_where_standard_output_is_closed_that_is_said(tmp_path: Path) -> None:
    words = (*PROGRAM, "samples")
    ended = subprocess.run(
        ("sh", "-c", 'exec "$@" >&-', "sh", *words),
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )

    assert (1, f"{NOWHERE}\n") == (ended.returncode, ended.stderr)
