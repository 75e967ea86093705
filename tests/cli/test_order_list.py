"""Orders listed by the command: filtered, sorted, no more than asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.program import done, done_json, refused, run

LINES = """order,sku,qty,price,date,po number,status
7,A,12,5,2024-05-20,P-7,new
8,B,1,2.5,2024-05-21,P-8,shipped
9,A,2,5,2024-05-22,Q-9,shipped
"""


@pytest.fixture(autouse=True)
def _book(folder: Path) -> None:
    folder.joinpath("lines.csv").write_text(LINES)
    done("import", "lines.csv", "--seller", "acme", "--currency", "USD")


def numbers(*options: str) -> list[str]:
    return [order["number"] for order in done_json("orders", "list", *options)]


def test_the_newest_orders_come_first() -> None:
    assert ["9", "8", "7"] == numbers()


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("sku = A", ["9", "7"]),
        ("sku = A AND total > 10", ["7"]),
        ("status = shipped", ["9", "8"]),
        ("po : p-", ["8", "7"]),
        ("created = 2024-05-21", ["8"]),
        ("created > 2024-05-21 OR total = 2.50", ["9", "8"]),
        ("total > 1000", []),
    ],
)
def test_a_filter_finds_orders(wanted: str, found: list[str]) -> None:
    assert found == numbers("--filter", wanted)


def test_days_are_those_of_the_sellers_clock() -> None:
    done("seller", "change", "acme", "--timezone", "Asia/Tokyo")
    assert ["7"] == numbers("--filter", "created >= 2024-05-20 created < 2024-05-21")


def test_orders_are_sorted_by_what_is_asked_for() -> None:
    assert ["7", "9", "8"] == numbers("--sort", "-total")
    assert ["8", "9", "7"] == numbers("--sort", "total")


def test_who_reads_a_page_is_told_that_there_are_more() -> None:
    ran = run("orders", "list", "--limit", "1")
    assert ["9 "] == [line[12:14] for line in ran.stdout.splitlines()[1:]]
    assert "2 orders more are like that; --limit says how many are listed." in ran.stderr


def test_a_list_of_nothing_says_so() -> None:
    assert "No order is like that.\n" == done("orders", "list", "--filter", "total > 1000")


def test_a_filter_or_field_that_is_not_understood_is_refused() -> None:
    assert "did you mean `status`?, at character 1." in refused(
        "orders", "list", "--filter", "statuss = new", code=2
    )
    assert "sort: `lines.sku`: A list cannot be sorted by this field." in refused(
        "orders", "list", "--sort", "lines.sku", code=2
    )


def test_what_a_person_types_finds_orders() -> None:
    assert ["8"] == numbers("--q", "P-8")
    assert ["9"] == numbers("--q", "9")
    assert [] == numbers("--q", "9", "--filter", "sku = B")
    assert "No order is like that.\n" == done("orders", "list", "--q", "nobody")
