"""Help that teaches, at once, and a program with manners at its ends."""

import os
import pty
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from orderglot.cli.app import app
from tests.cli.program import PROGRAM, clean_environment, done, run


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


@pytest.mark.parametrize("words", [(), *{words[:1]: "" for words in COMMANDS if words[1:]}])
def test_a_group_alone_shows_what_there_is(words: tuple[str, ...]) -> None:
    assert done(*words, "--help") == done(*words)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_that_needs_a_book_takes_its_place(words: tuple[str, ...]) -> None:
    # The demo's place is its own, a copy has two, and the others need no book.
    without = (("demo",), ("samples",), ("openapi",), ("translate",), ("database", "copy"))
    assert ("--database" in done(*words, "--help")) != (words in without)


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
    ours, theirs = pty.openpty()
    environment = {**clean_environment(folder), "COLUMNS": "60", "TERM": "xterm"}
    with os.fdopen(ours, "rb", buffering=0) as screen:
        subprocess.run((*PROGRAM, "demo"), stdout=theirs, check=True, env=environment)
        os.close(theirs)
        shown = screen.read(65536).decode()
    assert "http://127.0.0.1:8400/orders?limit=1'\r\n" in shown


def test_settings_that_are_wrong_stop_every_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDERGLOT_PORT", "http")
    result = run("seller", "list")
    assert result.exit_code == 2
    assert result.stderr.startswith("orderglot: ORDERGLOT_PORT: 'http' is not a whole number")
