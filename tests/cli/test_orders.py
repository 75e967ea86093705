"""The steps of an order's life by the command: what they say, and what they refuse."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.program import PROGRAM, done, done_json, on_terminal, refused

LINES = "order,sku,qty,price,unit,status\n7,A,12,5,,new\n7,B,1.5,2,kg,new\n"


@pytest.fixture
def order(folder: Path) -> str:
    """Have a book with one new order of twelve pieces and one and a half kilograms."""
    folder.joinpath("lines.csv").write_text(LINES)
    done("import", "lines.csv", "--seller", "acme", "--currency", "USD")
    return "7"


def state(printed: str) -> list[str]:
    """Give what a step prints, without the hub's own number of the order."""
    return [" ".join(line.split()[2:]) for line in printed.splitlines()]


def test_an_order_is_confirmed_shipped_in_parts_delivered_and_completed(order: str) -> None:
    assert ["is processing.", *["12 of A: 12 to ship", "1.5 kg of B: 1.5 to ship"]] == state(
        done("orders", "confirm", order)
    )
    parcel = ("--line", "1=3", "--carrier", "UPS", "--tracking", "1Z9")
    assert ["is partly shipped.", "12 of A: 3 shipped, 9 to ship"] == state(
        done("orders", "ship", order, *parcel)
    )[:2]
    assert "1.5 kg of B: 0.5 cancelled, 1 to ship" in state(
        done("orders", "cancel", order, "--line", "2=0.5", "--reason", "sold out")
    )
    shipped = done_json("orders", "ship", order)
    assert ("shipped", "sold out") == (shipped["status"], shipped["details"]["cancel_reason"])
    assert [[(1, 3)], [(1, 9), (2, 1)]] == [
        [(one["number"], one["quantity"]) for one in parcel["lines"]]
        for parcel in shipped["details"]["shipments"]
    ]
    assert "is delivered." == state(done("orders", "deliver", order))[0]
    assert "is completed." == state(done("orders", "complete", order))[0]


def test_lines_that_say_nothing_of_it_are_as_far_as_their_order(folder: Path) -> None:
    folder.joinpath("sent.csv").write_text("order,sku,qty,price,status\n8,A,12,5,shipped\n")
    done("import", "sent.csv", "--seller", "acme", "--currency", "USD")

    corrected = done("orders", "correct", "8", "--po-number", "P-8")

    assert ["is shipped.", "12 of A: 12 shipped"] == state(corrected)[:2]


def test_a_held_order_is_not_shipped_before_it_is_released(order: str) -> None:
    assert "--reason TEXT" in refused("orders", "hold", order, code=2)
    assert "is on hold." == state(done("orders", "hold", order, "--reason", "no credit"))[0]
    assert "This order is on hold; it cannot be shipped." in refused("orders", "ship", order)
    assert "is received." == state(done("orders", "release", order))[0]


def test_the_history_says_why_each_time(order: str) -> None:
    done("orders", "hold", order, "--reason", "no credit")
    done("orders", "release", order)
    for line in ("1=1", "1=2"):
        done("orders", "cancel", order, "--line", line, "--reason", "sold out")

    events = done_json("show", order)["events"][-4:]
    assert [
        ("held", "no credit"),
        ("released", ""),
        ("cancelled", "sold out"),
        ("cancelled", "sold out"),
    ] == [(one["what"], one["why"]) for one in events]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("x",), "'x' does not begin with the number of a line; write LINE=QUANTITY, such as 1=12"),
        (("=3",), "'=3' does not begin with the number of a line"),
        (("1.5=2",), "'1.5=2' does not begin with the number of a line"),
        (("1",), "say how much of line 1, such as 1=12."),
        (("1=",), "'' is not a number; write how much as in 1=12 or 1=0.5."),
        (("1=NaN",), "'NaN' is not a number; write how much as in 1=12 or 1=0.5."),
        (("1=0.1234567",), "'0.1234567' has more than 6 decimals; write how much"),
        (("1=2", "1=3"), "line 1 is named twice; name it once."),
    ],
)
def test_a_line_that_cannot_be_read_is_refused_with_what_is_wrong_and_how_it_is_written(
    order: str, words: tuple[str, ...], message: str
) -> None:
    lines = [flag for word in words for flag in ("--line", word)]
    assert f"--line: {message}" in refused("orders", "ship", order, *lines, code=2)


def test_show_has_the_parcels_and_the_reasons(order: str, folder: Path) -> None:
    done("orders", "ship", order, "--line", "1=3", "--carrier", "UPS", "--tracking", "1Z9")
    done("orders", "hold", order, "--reason", "no credit")
    printed = on_terminal((*PROGRAM, "show", order), folder).replace("\r", "")

    assert re.search(r"^parcel \d{4}-\d\d-\d\d UPS 1Z9: 3 of A$", printed, re.MULTILINE)
    assert re.search(r"^held +no credit$", printed, re.MULTILINE)


def test_no_more_is_shipped_than_there_is(order: str) -> None:
    words = ("orders", "ship", order, "--line", "1=13", "--line", "9=1")
    assert "Line 1 has 12 left to ship, not 13." in refused(*words)
    assert "status" not in done_json("show", order), "it is still received"


def test_a_cancellation_is_asked_for_and_answered(order: str) -> None:
    asked = done(
        *("orders", "cancel", order, "--ask", "--line", "1=2"),
        *("--by", "Ann", "--reason", "ordered twice"),
    )
    day = r"\d{4}-\d{2}-\d{2}"
    assert "is received." == state(asked)[0]
    assert re.search(f"cancellation of 2 of A asked {day} by Ann: ordered twice\\.$", asked.strip())
    assert "answer that before it is shipped" in refused("orders", "ship", order)
    assert "it is asked again" in refused("orders", "cancel", order, "--ask")

    answered = done("orders", "answer-cancellation", order, "accept", "--reason", "so be it")
    assert "12 of A: 2 cancelled, 10 to ship" in state(answered)
    assert re.search(f"; accepted {day} by .+: so be it\\.$", answered.strip())
    assert "Nobody asks" in refused("orders", "answer-cancellation", order, "refuse")
    assert [("cancellation asked", "ordered twice"), ("cancellation accepted", "so be it")] == [
        (one["what"], one["why"]) for one in done_json("show", order)["events"][-2:]
    ]


def test_a_cancellation_that_is_refused_lets_the_order_go_on(order: str, folder: Path) -> None:
    done("orders", "cancel", order, "--ask")
    refused_ = done_json("orders", "answer-cancellation", order, "refuse", "--by", "Bob")
    assert [("refused", "Bob")] == [
        (one["state"], one["answered_by"]) for one in refused_["details"]["cancellations"]
    ]
    done("orders", "ship", order)

    shown = " ".join(on_terminal((*PROGRAM, "show", order), folder).split())
    assert "cancellation of all that is left asked" in shown
    assert re.search("refused .{10} by Bob", shown)


def test_who_cancels_at_once_names_nobody_else(order: str) -> None:
    assert "--by" in refused("orders", "cancel", order, "--by", "Ann", code=2)
