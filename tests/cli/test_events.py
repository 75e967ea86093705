"""What happened to an order, as the command lists it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.program import done, done_json, refused


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
