"""What commands print on a terminal of 80 columns: whole words, whole cells, one order of one line."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from orderglot.cli.output import write_line
from orderglot.core.counting import counted
from tests.cli.program import PROGRAM, done, on_terminal, refused, run

STYLE = re.compile(r"\x1b\[[0-9;]*m")
NAME = "kole@orders.example:8400/x00753/0123456789ab"


def lines_of(code: str, folder: Path) -> list[str]:
    """Run Python that prints, on a terminal of 24 lines of 80 columns, and give its lines."""
    python = (PROGRAM[0], "-c", f"from orderglot.cli.output import *\n{code}")
    return [STYLE.sub("", line).rstrip() for line in on_terminal(python, folder).splitlines()]


def test_a_table_is_narrowed_between_words_alone(folder: Path) -> None:
    words = [f"word{number}" for number in range(30)]
    lines = lines_of(f"table(('name', 'said'), [({NAME!r}, {' '.join(words)!r})])", folder)

    assert [] == [line for line in lines if len(line) > 80]
    assert [*words] == [word for line in lines for word in line.split() if word.startswith("word")]
    assert 1 == sum(NAME in line for line in lines)


def test_what_an_order_has_beyond_the_page_is_shown_with_who_sent_it(folder: Path) -> None:
    order = (
        "Order(unknown=(Unknown('adobe', ('deliveredAt',), '2026-11-01'),"
        " Unknown('adobe', ('secret',), client=True, omitted=True)),"
        " lines=(Line(unknown=(Unknown('kole', ('items', 0, 'carbon'), Decimal('1.50')),)),))"
    )
    code = "from decimal import Decimal\nfrom orderglot.core.order import *\n"
    lines = lines_of(f"{code}from orderglot.cli.show import *\nprint_order({order})", folder)

    assert ["adobe", "the", "vendor", "deliveredAt", "2026-11-01"] in [one.split() for one in lines]
    assert ["adobe", "a", "client", "secret", "not", "kept"] in [one.split() for one in lines]
    assert ["kole", "the", "vendor", "lines.items[1].carbon", "1.50"] in [
        one.split() for one in lines
    ]


EVENTS = """
from datetime import UTC, datetime
from orderglot.cli.show import *
from orderglot.core.ports import Event
def event(version, what, **more):
    at = datetime(2026, 11, 29, 9, version, tzinfo=UTC)
    return Event(order=1000000001, version=version, what=what, at=at, who="kole:X00001", **more)
"""


def test_what_happened_to_an_order_is_shown_with_when_by_whom_and_why(folder: Path) -> None:
    events = (
        "event(1, 'placed'), event(2, 'suspected duplicate', other=1000000000),"
        " event(3, 'canceled', why='they found it cheaper elsewhere')"
    )
    lines = lines_of(f"{EVENTS}print_timeline([{events}])", folder)

    assert [] == [line for line in lines if len(line) > 80]
    assert ["when", "what", "by", "why"] in [line.split() for line in lines]
    words = [word for line in lines for word in line.split()]
    for word in ("2026-11-29", "09:03:00Z", "1000000000", "cheaper", "kole:X00001"):
        assert word in words


def test_where_nobody_said_why_there_is_no_column_for_it(folder: Path) -> None:
    lines = lines_of(f"{EVENTS}print_timeline([event(1, 'placed')])", folder)

    assert ["2026-11-29 09:01:00Z  placed  kole:X00001"] == lines[-1:]


def test_what_does_not_add_up_is_shown_with_its_difference(folder: Path) -> None:
    order = (
        "Order(currency='USD', lines=(Line(total=Decimal(9)),), totals=Totals(total=Decimal(8)))"
    )
    code = "from decimal import Decimal\nfrom orderglot.core.order import *\n"
    lines = lines_of(f"{code}from orderglot.cli.show import *\nprint_order({order})", folder)

    assert "sums: cannot be told: nobody says totals.discount" in lines
    known = order.replace("total=Decimal(8)", "total=Decimal(8), discount=Decimal(0)")
    lines = lines_of(f"{code}from orderglot.cli.show import *\nprint_order({known})", folder)
    assert "sums: does not add up: totals.total is 1 too little" in lines


@pytest.mark.parametrize("write", ["write_line", "write_notice"])
def test_a_sentence_is_folded_between_words(write: str, folder: Path) -> None:
    words = [f"word{number}" for number in range(30)]
    lines = lines_of(f"{write}({' '.join(words)!r})", folder)

    assert [] == [line for line in lines if len(line) > 80]
    assert words == " ".join(lines).split()


def test_a_command_within_a_sentence_is_never_broken(folder: Path) -> None:
    command = "'orderglot pull kole --rejects'"
    text = "x" * 60 + f": see {command}, and {'y' * 20}."
    lines = lines_of(f"write_line({text!r})", folder)

    assert 1 == sum(command in line for line in lines)
    assert text == " ".join(lines)


def test_what_is_no_terminal_gets_a_sentence_on_one_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    write_line("word " * 40 + "end")
    assert "word " * 40 + "end\n" == capsys.readouterr().out


def test_what_is_too_wide_for_a_table_is_a_sheet_for_each_row(folder: Path) -> None:
    rows = [(NAME, "X" * 40, 1), (NAME, "Y" * 40, 2)]
    lines = lines_of(f"table(('name', 'reason', 'place'), {rows!r}, right=('place',))", folder)

    sheets = [
        [f"name    {NAME}", f"reason  {sign * 40}", f"place   {n}"] for sign, n in ("X1", "Y2")
    ]
    assert [*sheets[0], "", *sheets[1]] == lines


def test_columns_that_say_nothing_give_way_to_those_that_do(folder: Path) -> None:
    names = ("key", "customer", "may", "since", "ended", "old_until", "expires")
    days = ("2026-12-01", "", "", "2027-03-01")
    row = ("orderglot:key-325fa7c9fc1c", "everybody", "admin, change", *days)
    lines = lines_of(f"table({names!r}, [{row!r}] * 2)", folder)

    assert ["key", "customer", "may", "since", "expires"] == lines[0].split()
    assert 2 == sum(row[0] in line and "2027-03-01" in line for line in lines)


def test_a_narrow_table_is_a_table(folder: Path) -> None:
    lines = lines_of("table(('sku', 'pieces'), [('AA124', 24)], right=('pieces',))", folder)

    assert ["sku    pieces", "AA124      24"] == [lines[0], lines[2]]


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0 orders"), (1, "1 order"), (2, "2 orders"), (1000, "1,000 orders")]
)
def test_one_is_said_as_one(number: int, text: str) -> None:
    assert text == counted(number, "order")


def test_an_import_of_one_order_of_one_line_says_so(folder: Path) -> None:
    (folder / "one.csv").write_text("order,sku,quantity,price\n1,A,1,2.50\nbad,B,x,1\n")

    result = run("import", "one.csv", "--seller", "acme", "--currency", "USD")

    assert 4 == result.exit_code
    assert [
        "1 order of 1 line: 1 new, 0 changed, 0 the same.",
        "The book of acme has 1 order of 1 line, in all 2.50 USD.",
        "Sums: 1 adds up.",
        "1 row put aside, 1 order whole; see one.csv.rejects.csv.",
    ] == result.stdout.splitlines()[:4]


def test_a_command_that_is_nearly_right_is_asked_about() -> None:
    expected = "No such command 'imprt'. Did you mean 'import'? Try 'orderglot --help'."
    assert expected == refused("imprt", code=2)


def test_an_order_in_a_dialect_is_indented_and_raw_as_it_goes_over_the_wire(folder: Path) -> None:
    (folder / "one.csv").write_text("order,sku,quantity,price\n1,A,1,2.50\n")
    done("import", "one.csv", "--seller", "acme", "--currency", "USD")
    xml, raw = (done("show", "1", "--as", "kole", *more) for more in ((), ("--raw",)))
    wire = done("show", "1", "--as", "kole", "--format", "json")
    one = done("show", "1", "--as", "kole", "--format", "json", "--raw")

    assert "\n  <order_id>" in xml
    assert raw.split("?>")[1].strip() == "".join(
        line.strip() for line in xml.split("?>")[1].splitlines()
    )
    assert "\n  " in wire
    assert 1 == one.count("\n")
    assert json.loads(wire) == json.loads(one)
    assert "--raw: it goes with --as" in refused("show", "1", "--raw", code=2)
