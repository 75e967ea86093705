"""Help that teaches, at once, and a program with manners at its ends."""

import inspect
import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from orderglot.cli.app import app
from tests.cli.program import PROGRAM, clean_environment, done, on_terminal, run


def commands(group: Any, *words: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, *words, name)
        else:
            yield (*words, name), command


COMMANDS = dict(commands(get_command(app)))
EXAMPLES = [
    (words, example)
    for words, command in COMMANDS.items()
    for example in re.findall(r"^\$ (.*)$", (command.help or "").replace("\\\n", ""), re.MULTILINE)
]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_teaches_by_an_example(words: tuple[str, ...]) -> None:
    assert f"$ orderglot {' '.join(words)}" in done(*words, "--help")


@pytest.mark.parametrize(("words", "example"), EXAMPLES, ids=[one for _, one in EXAMPLES])
def test_every_example_can_be_typed(words: tuple[str, ...], example: str) -> None:
    typed = shlex.split(example)
    assert ["orderglot", *words] == typed[: 1 + len(words)]
    COMMANDS[words].make_context(" ".join(words), typed[1 + len(words) :])


GROUPS = {words[:1]: "" for words in COMMANDS if words[1:]}
ACTS = {("log",), ("jobs",), ("console",)}
"""Groups that do something where they are alone, as their helps say."""


@pytest.mark.parametrize("words", [(), *(words for words in GROUPS if words not in ACTS)])
def test_a_group_alone_shows_what_there_is(words: tuple[str, ...]) -> None:
    assert done(*words, "--help") == done(*words)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_that_needs_a_book_takes_its_place(words: tuple[str, ...]) -> None:
    # The demo's place is its own, a copy has two, and the others need no book.
    without = (("demo",), ("samples",), ("openapi",), ("translate",), ("database", "copy"))
    assert ("--database" in done(*words, "--help")) != (words in without)


def folded_lines(*words: str) -> list[str]:
    """Give the lines of a help above its tables, at 80 columns."""
    shown = CliRunner().invoke(app, [*words, "--help"], env={"COLUMNS": "80"}).stdout
    return [line.strip() for line in shown.partition("╭")[0].splitlines()]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_no_example_is_folded_at_80_columns(words: tuple[str, ...]) -> None:
    lines = folded_lines(*words)
    text = inspect.cleandoc(COMMANDS[words].help or "")
    examples = text[text.index("$ ") :].splitlines()
    assert [line.strip() for line in examples] == [*filter(None, lines)][-len(examples) :]


@pytest.mark.parametrize("words", [("pull",), ("import",), ("key", "add")])
def test_the_lines_of_a_help_end_where_the_terminal_does(words: tuple[str, ...]) -> None:
    paragraphs = "\n".join(folded_lines(*words)).strip().partition("\n$ ")[0].split("\n\n")[2:]
    lines = [line for one in paragraphs for line in one.strip().splitlines()[:-1]]
    assert [] == [line for line in lines if len(line) < 60]
    assert lines


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_nothing_in_a_help_is_cut_off_at_80_columns(words: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(app, [*words, "--help"], env={"COLUMNS": "80"}).stdout
    assert [] == [line for line in shown.splitlines() if line.rstrip("│ ").endswith("…")]


def test_the_version_is_said() -> None:
    assert re.fullmatch(r"orderglot \d+\.\d+\.\d+\S*\n", done("--version"))


def test_a_closed_pipe_is_quiet(folder: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer) as nobody:
        ended = subprocess.run(
            (*PROGRAM, "demo"),
            stdout=nobody,
            stderr=subprocess.PIPE,
            check=False,
            env=clean_environment(folder),
        )
    assert (1, b"") == (ended.returncode, ended.stderr)


def test_a_narrow_terminal_does_not_break_a_curl_line(folder: Path) -> None:
    shown = on_terminal((*PROGRAM, "demo"), folder, COLUMNS="60")
    assert "http://127.0.0.1:8400/orders?limit=1'\r\n" in shown


def test_settings_that_are_wrong_stop_every_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDERGLOT_PORT", "http")
    result = run("seller", "list")
    assert result.exit_code == 2
    assert result.stderr.startswith("orderglot: ORDERGLOT_PORT: 'http' is not a whole number")
