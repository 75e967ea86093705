"""The commands that make an order another one than was ordered, or take it away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import done, done_json, refused

PRODUCTS = "sku,title,price\nCUP,Cup,1.25\nSALT,Salt,0.90\n"
LINES = (
    "order,customer,sku,qty,price,status,currency\n"
    "7,C-1,CUP,12,1.25,new,USD\n7,C-1,SALT,3,0.90,new,USD\n"
)


@pytest.fixture
def order(folder: Path) -> str:
    """Have a book with two products and one order of twelve cups and three bags of salt."""
    folder.joinpath("lines.csv").write_text(LINES)
    folder.joinpath("products.csv").write_text(PRODUCTS)
    done("import", "lines.csv", "--seller", "acme", "--currency", "USD")
    done("product", "import", "products.csv")
    return "7"


def last_event(order: str, *flags: str) -> tuple[str, str, str]:
    event = done_json("show", order, *flags)["events"][-1]
    return event["what"], event["who"], event["why"]


def lines(order: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [(one["number"], one["sku"], one["quantity"], one["total"]) for one in order["lines"]]


def test_lines_are_corrected_removed_and_added_in_one_step(order: str) -> None:
    words = ("--line", "1=24", "--remove", "2", "--add", "CUP=6", "--po-number", "PO-7")
    printed = done("orders", "correct", order, *words, "--reason", "a dozen short")

    assert "It comes to 37.50 USD." in printed
    shown = done_json("show", order)
    assert [(1, "CUP", 24, 30), (3, "CUP", 6, 7.5)] == lines(shown)
    assert ("PO-7", 37.5, "adds up") == (
        shown["po_number"],
        shown["totals"]["total"],
        shown["adds_up"]["answer"],
    )
    what, who, why = last_event(order)
    assert ("corrected", "a dozen short") == (what, why)
    assert who


def test_addresses_and_shipping_are_corrected_and_what_is_there_says_nothing_new(
    order: str,
) -> None:
    place = "1 Sample Street, Carson, CA 90745, US"
    words = ("--ship-to", place, "--recipient", "Ann Example", "--bill-to", place)
    more = ("--method", "Air", "--carrier", "UPS", "--instructions", "Ring twice.")
    first = done_json("orders", "correct", order, *words, *more)

    assert ("Ann", "", "Carson") == (
        first["ship_to"]["first_name"],
        first["bill_to"].get("first_name", ""),
        first["bill_to"]["city"],
    )
    assert {"method": "Air", "carrier": "UPS", "instructions": "Ring twice."} == first["shipping"]
    assert first == done_json("orders", "correct", order, *words, *more)
    assert first["version"] == done_json("show", order)["version"]


def test_what_went_out_is_refused_by_name_and_nothing_is_changed(order: str) -> None:
    before = done_json("orders", "ship", order, "--line", "1=2")
    message = refused("orders", "correct", order, "--line", "1=24", "--remove", "9", "--notes", "X")

    assert "Line 1 went out, in whole or in part; it stays." in message
    assert "The order has no line 9." in message
    assert before["version"] == done_json("show", order)["version"]


def test_a_line_is_not_removed_where_it_is_to_have_another_quantity_as_well(order: str) -> None:
    before = done_json("show", order)["version"]
    message = refused("orders", "correct", order, "--line", "1=5", "--remove", "1")

    assert "Line 1 cannot both be removed and have another quantity; say which." in message
    assert before == done_json("show", order)["version"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "say what is to be corrected"),
        (("--line", "1"), "--line: say how much of line 1, such as 1=12."),
        (("--add", "CUP"), "--add: 'CUP' is not a pair"),
        (("--add", "CUP=x"), "--add: 'x'"),
        (("--add", "CUP=0"), "--add: say how much of CUP"),
    ],
)
def test_a_correction_that_says_nothing_is_misused(
    order: str, words: tuple[str, ...], message: str
) -> None:
    assert message in refused("orders", "correct", order, *words, code=2)


def test_lines_are_repriced_at_the_price_of_today_or_at_one_that_is_named(order: str) -> None:
    done("product", "add", "CUP", "--price", "2")
    assert "It comes to 26.70 USD." in done("orders", "reprice", order, "--line", "1")
    assert ("repriced", "a rebate") == last_event_of(order, "--line", "2=0.5")
    assert [24, 1.5] == [one["total"] for one in done_json("show", order)["lines"]]
    assert "--line: 'x' is not a number" in refused(
        "orders", "reprice", order, "--line", "2=x", code=2
    )
    assert "'x' does not begin with the number of a line; write LINE or LINE=PRICE" in refused(
        "orders", "reprice", order, "--line", "x", code=2
    )


def last_event_of(order: str, *words: str) -> tuple[str, str]:
    """Reprice an order, and give what its history says of that."""
    done("orders", "reprice", order, *words, "--reason", "a rebate")
    what, _, why = last_event(order)
    return what, why


def test_an_order_is_moved_to_another_customer(order: str) -> None:
    done("customer", "add", "C-2", "--bill-to", "1 Sample Street, Carson, CA 90745, US")
    assert "is customer C-2's." in done("orders", "move", order, "C-2", "--reason", "wrong branch")

    moved = done_json("show", order)
    assert ("C-2", "Carson", "Carson") == (
        moved["customer"]["number"],
        moved["bill_to"]["city"],
        moved["ship_to"]["city"],
    )
    assert ("moved", "wrong branch") == last_event(order)[::2]
    assert "There is no customer" in refused("orders", "move", order, "C-3")


def test_a_note_is_a_line_more_and_its_history_says_who_and_when(order: str) -> None:
    done("orders", "note", order, "Ring twice.")
    noted = done_json("orders", "note", order, "No, once.")

    assert "Ring twice.\nNo, once." == noted["notes"]
    assert ("noted", "No, once.") == last_event(order)[::2]
    assert "status" not in noted


def test_what_is_deleted_is_gone_for_every_command(order: str) -> None:
    gone = done_json("orders", "delete", order, "--reason", "entered twice")

    assert gone["deleted"]
    for step in (("delete",), ("confirm",), ("note", "Why?"), ("correct", "--po-number", "P")):
        refused("orders", step[0], order, *step[1:])
    assert ("deleted", "entered twice") == last_event(order, "--deleted")[::2]
