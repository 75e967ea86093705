"""What happened to an order, as the command lists it."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from threading import Thread

import pytest

from tests.cli.program import done, done_json, refused, started


@pytest.fixture(autouse=True)
def _book(folder: Path) -> None:
    folder.joinpath("lines.csv").write_text("order,sku,qty,price,status\n7,A,12,5,new\n")
    done("import", "lines.csv", "--seller", "acme", "--currency", "USD")
    done("change", "7", "--carrier", "UPS", "--why", "the truck is late")


def test_events_are_listed_oldest_first_with_their_reasons() -> None:
    head, first, last = done("events", "7").splitlines()
    assert ["WHEN", "WHAT", "BY", "WHY"] == head.split()
    assert "kept" in first
    assert last.endswith("the truck is late")


def test_scripts_get_every_member_of_an_event() -> None:
    kept, changed = done_json("events", "7")
    assert ("kept", "the truck is late") == (kept["what"], changed["why"])
    assert (1, 2) == (kept["version"], changed["version"])


def test_an_order_that_is_not_there_has_no_events() -> None:
    assert "There is no order '8' here; check the id." == refused("events", "8")


def test_of_one_order_or_of_all_and_a_number_only_with_all() -> None:
    assert "say of which order, or --follow" in refused("events", code=2)
    assert "say of which order, or --follow" in refused("events", "7", "--follow", code=2)
    assert refused("events", "7", "--after", "3", code=2).startswith("--after: ")
    assert refused("events", "--follow", "--after=-1", code=2).startswith("--after: ")


@pytest.mark.parametrize("words", [("--after", "0"), ("--after", "0", "--json"), ()])
def test_followed_is_what_comes(folder: Path, words: tuple[str, ...]) -> None:
    following = started(folder, "events", "--follow", *words)
    try:
        printed = following.stdout
        assert printed is not None
        if words:
            earlier = [printed.readline() for _ in range(2)]
            assert "order.created" in earlier[0]
            assert "the truck is late" in earlier[1]
        else:
            # It says nothing of what was before; until it is there, changes are made.
            assert None is following.poll()
        lines = list[str]()
        reader = Thread(target=lambda: lines.append(printed.readline()))
        reader.start()
        for count in range(60):
            done("change", "7", "--carrier", f"C{count}", "--why", "once more")
            reader.join(1)
            if lines:
                break
        assert "once more" in lines[0]
        assert "order." in lines[0]
        if "--json" in words:
            assert "1.0" == json.loads(lines[0])["specversion"]
    finally:
        following.send_signal(signal.SIGINT)
        following.communicate(timeout=60)
