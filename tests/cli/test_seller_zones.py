"""A seller's time zone: said when the seller is added or later, shown, and what files go by."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.program import done, done_json, refused

FILE = Path("lines.csv")
TEXT = "order,sku,qty,price,date\n1,A,1,2,2024-07-01\n"


def created() -> str:
    """Give when the one order of the book was made."""
    created: str = done_json("show", "1")["created"]
    return created


def test_the_zone_is_shown_and_is_utc_at_first(folder: Path) -> None:
    done("seller", "add", "acme")
    done("seller", "add", "berliner", "--timezone", "Europe/Berlin")

    assert [None, "Europe/Berlin"] == [one.get("timezone") for one in done_json("seller", "list")]
    assert "Europe/Berlin" in done("seller", "show", "berliner")
    assert "UTC" in done("seller", "show", "acme")


def test_the_zone_is_changed_and_set_back(folder: Path) -> None:
    done("seller", "add", "acme")

    assert "The clock of acme shows the time of Asia/Tokyo.\n" == done(
        "seller", "change", "acme", "--timezone", "Asia/Tokyo"
    )
    assert "Asia/Tokyo" == done_json("seller", "show", "acme")["seller"]["timezone"]
    assert "timezone" not in done_json("seller", "change", "acme", "--timezone", "utc")


def test_a_file_is_read_by_the_sellers_clock_unless_another_is_named(folder: Path) -> None:
    done("seller", "add", "acme", "--timezone", "Europe/Berlin")
    FILE.write_text(TEXT)
    taken = done("import", str(FILE))

    assert "Times without a zone are taken as Europe/Berlin, the seller's; --timezone" in taken
    assert "2024-06-30T22:00:00Z" == created()
    done("import", str(FILE), "--timezone", "UTC")
    assert "2024-07-01T00:00:00Z" == created()


@pytest.mark.parametrize("words", [("add", "other"), ("change", "acme")])
def test_a_zone_that_is_none_is_refused_and_changes_nothing(
    folder: Path, words: tuple[str, str]
) -> None:
    done("seller", "add", "acme")
    before = done("seller", "list", "--json")

    sentence = refused("seller", *words, "--timezone", "Berlin", code=2)

    assert "There is no time zone 'Berlin'; give one such as Europe/Berlin." in sentence
    assert before == done("seller", "list", "--json")
    assert 1 == len(json.loads(before))


def test_a_change_of_nothing_is_refused(folder: Path) -> None:
    done("seller", "add", "acme")

    assert "say what to change, such as --timezone Europe/Berlin." in refused(
        "seller", "change", "acme", code=2
    )
