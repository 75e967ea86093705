"""``orderglot rejects`` and ``orderglot values``: what was put aside, put right by hand."""

import asyncio
import json
import os
import pty
import subprocess
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from orderglot.hub.opening import opened
from orderglot.sync.rejects import put_aside
from tests.cli.program import PROGRAM, clean_environment, done, done_json, ended, refused, run
from tests.conformance.specimens import book_of

HERE = ("--database", "sqlite:///here.db", "--seller", "here")
WRONG = 4


def body(status: str = "received", total: str = "1.20", id: int = 7002) -> str:
    order = (
        f'{{"id": {id}, "number": "E-{id}", "status": "{status}", "totals": {{"total": {total}}}}}'
    )
    return f'{{"items": [{order}], "next": null}}'


@pytest.fixture
def name(folder: Path) -> str:
    """Put what the specimens' vendor sent aside, and give the name of the one that cannot be read."""
    done("seller", "add", "here", "--database", "sqlite:///here.db")
    asyncio.run(_put_aside())
    (bad,) = [one for one in aside() if one["id"] == "7002"]
    return str(bad["name"])


async def _put_aside() -> None:
    rejects = book_of("orderglot").rejects
    more = [replace(rejects[1], id=str(id), answers=_odd(id)) for id in (7003, 7004)]
    async with opened("sqlite:///here.db") as hub:
        unit = hub.book(await hub.seller("here")).together()
        async with unit as written:
            await put_aside(written, (*rejects, *more))


def _odd(id: int) -> Any:
    (answer,) = book_of("orderglot").rejects[1].answers
    return (type(answer)(answer.status, answer.content_type, body("teleported", id=id).encode()),)


def aside(*words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = done_json("rejects", "list", *words, *HERE)
    return found


def test_one_is_corrected_from_a_file_and_taken_then(folder: Path, name: str) -> None:
    Path("wrong.json").write_text(body(total='"twelve"'))
    output = ended("rejects", "edit", name, "--file", "wrong.json", *HERE, code=WRONG)
    assert [
        f"{name} cannot be an order yet:",
        "  items[1].totals.total: 'twelve' is not a number.",
    ] == output.splitlines()
    Path("right.json").write_text(body())
    output = done("rejects", "edit", name, "--file", "right.json", *HERE)
    assert f"{name} would be an order: E-7002, received, 0 lines, 1.20 " in output
    assert f"orderglot rejects retry {name}" in output

    assert body() == done("rejects", "show", name, "--corrected", *HERE)
    assert "eleven" in done("rejects", "show", name, *HERE)
    (bad,) = [one for one in aside() if one["name"] == name]
    assert body() == bad["correction"]["body"]
    assert "1 order is in the book now" in done("rejects", "retry", name, *HERE)
    assert name not in {one["name"] for one in aside()}
    assert [name] == [one["name"] for one in aside("--corrected")]


def test_one_is_corrected_and_taken_at_once_by_a_script(name: str) -> None:
    result = subprocess.run(
        [*PROGRAM, "rejects", "edit", name, "--file", "-", "--retry", "--json", *HERE],
        input=body().encode(),
        env=clean_environment(Path()),
        capture_output=True,
        check=True,
    )
    assert {"taken": 1, "left": 0} == json.loads(result.stdout)
    (act, *_) = [one for one in done_json("log", "acts", *HERE) if "reject" in one["what"]][1:]
    assert ("reject.corrected", name) == (act["what"], act["about"])
    assert {"answer", "bytes", "sha256"} == set(act["after"])


def test_without_a_terminal_a_file_is_asked_for(name: str) -> None:
    sentence = refused("rejects", "edit", name, *HERE, code=2)
    assert "--file: give the corrected body in a FILE, or - for standard input." in sentence


@pytest.mark.parametrize(
    ("script", "code", "shown"),
    [
        ('sed -i s/\\"eleven\\"/11.04/', 0, "would be an order"),
        ("true", WRONG, "Nothing was changed."),
        ("false", 2, "'false' ended with 1; nothing was corrected"),
        ("no-such-editor", 2, "'no-such-editor' cannot be run"),
    ],
)
def test_on_a_terminal_it_is_opened_in_the_editor(
    name: str, script: str, code: int, shown: str
) -> None:
    ours, theirs = pty.openpty()
    environment = {**clean_environment(Path()), "EDITOR": script}
    environment.pop("VISUAL", None)
    with subprocess.Popen(
        [*PROGRAM, "rejects", "edit", name, *HERE],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment,
        close_fds=True,
    ) as program:
        os.close(theirs)
        output = _read(ours)
        assert (code, True) == (program.wait(60), shown in " ".join(output.split())), output


def _read(terminal: int) -> str:
    read = b""
    while True:
        try:
            more = os.read(terminal, 4096)
        except OSError:
            more = b""
        if not more:
            os.close(terminal)
            return read.decode()
        read += more


def test_a_correction_is_taken_back(name: str) -> None:
    Path("right.json").write_text(body())
    done("rejects", "edit", name, "--file", "right.json", *HERE)
    assert f"{name} is as it came." in done("rejects", "withdraw", name, *HERE)
    assert "eleven" in ended("rejects", "check", name, *HERE, code=WRONG)


def test_a_word_is_mapped_and_the_rest_is_taken(name: str) -> None:
    (one,) = [one["name"] for one in aside() if one["id"] == "7003"]
    output = ended("rejects", "check", one, *HERE, code=WRONG)
    assert "No list knows status 'teleported'; say what it stands for with" in output
    assert "'shiped' is nothing that status can say" in refused(
        "rejects", "map", one, "shiped", *HERE
    )
    output = ended("rejects", "map", one, "shipped", *HERE, code=WRONG)
    assert [
        "status teleported of orderglot@east stands for shipped from now on.",
        "3 orders are in the book now; 1 stays aside.",
    ] == output.splitlines()[:2]

    (mapped,) = done_json("values", "list", *HERE)
    assert ("orderglot@east", "status", "teleported", "shipped") == tuple(
        mapped[member] for member in ("channel", "field", "value", "to")
    )
    done("values", "map", "orderglot@east", "status", "teleported", "delivered", *HERE)
    assert ["delivered"] == [one["to"] for one in done_json("values", "list", *HERE)]
    assert "stands for nothing any more" in done("values", "remove", mapped["name"], *HERE)
    assert "No value is mapped" in done("values", "list", *HERE)
    assert "No value is mapped under the name" in refused("values", "remove", mapped["name"], *HERE)


def test_what_is_mapped_goes_with_a_copy_of_the_book(name: str) -> None:
    done("values", "map", "kole", "status", "TELEPORTED", "shipped", *HERE)
    done("database", "copy", "sqlite:///here.db", "sqlite:///there.db")
    there = ("--database", "sqlite:///there.db", "--seller", "here")
    assert ["shipped"] == [one["to"] for one in done_json("values", "list", *there)]


def test_those_of_a_reason_are_listed_tried_and_dropped_together(name: str) -> None:
    assert name in {one["name"] for one in aside("--reason", "eleven")}
    assert "say which: NAME, or --channel" in refused("rejects", "drop", *HERE, code=2)
    assert 2 == run("rejects", "drop", name, "--all", *HERE).exit_code
    assert "0 rejects are dropped." in done("rejects", "drop", "--channel", "kole", *HERE)
    many = len(aside("--reason", "ELEVEN"))
    assert many > 1
    assert f"{many} rejects are dropped." in done("rejects", "drop", "--reason", "eleven", *HERE)
    assert ["7001"] == [one["id"] for one in aside()]
    assert "1 reject is dropped." in done("rejects", "drop", "--all", "--why", "a trial", *HERE)
    assert (
        "a trial"
        == done_json("log", "acts", "--filter", 'what = "rejects.dropped"', *HERE)[0]["after"][
            "why"
        ]
    )
    assert "Nothing is aside." in done("rejects", "list", *HERE)
