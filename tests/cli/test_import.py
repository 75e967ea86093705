"""Importing by the command: what it says, how it ends, and what it leaves where it is refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import done, done_json, ended, refused, run

BOOK = Path("orderglot.db")
CASES = Path(__file__).parents[1] / "files" / "cases"
NOTHING, ASIDE = 1, 4

LINES = """Invoice,StockCode,Quantity,Price,Customer ID,InvoiceDate,PO Number
1,A,2,1.50,77,2010-12-01 08:26,P1
1,B,1,0.375,77,2010-12-01 08:26,P1
2,A,many,1.50,78,2010-12-01 09:00,P2
2,B,1,1.50,78,2010-12-01 09:00,P2
3,A,-1,1.50,77,2010-12-02 09:00,P3
"""
ACME = ("--seller", "acme")
DOLLARS = (*ACME, "--currency", "USD")


@pytest.fixture
def file(folder: Path) -> Path:
    return folder / "lines.csv"


def test_a_file_of_order_lines_is_imported_and_what_is_wrong_is_put_aside(file: Path) -> None:
    file.write_text(LINES)
    words = ("import", "lines.csv", *ACME, "--currency", "GBP", "--timezone", "Europe/London")
    assert ended(*words, code=ASIDE).splitlines() == [
        "2 orders of 3 lines: 2 new, 0 changed, 0 the same.",
        "The book of acme has 2 orders of 3 lines, in all 1.875 GBP.",
        "Sums: 2 add up.",
        "2 rows put aside, 1 order whole; see lines.csv.rejects.csv.",
        "  order 2 (PO P2), line 4: the quantity 'many' is not a number such as 12, 1.5 or -3",
        "Mended, that file is imported as it is, with the same flags.",
    ]
    again = json.loads(ended("import", "lines.csv", *ACME, "--json", code=ASIDE))
    assert (0, 0, 2, 2) == tuple(
        again["taken"][name] for name in ("new", "changed", "same", "rejected")
    )
    assert done_json("customer", "show", "77")["orders"] == 2
    rejects = file.with_name("lines.csv.rejects.csv")
    rejects.write_text(rejects.read_text().replace("many", "3"))
    assert done("import", str(rejects), *ACME).startswith("1 order of 2 lines: 1 new")


def test_one_of_each_is_said_in_the_singular(file: Path) -> None:
    file.write_text("order,sku,qty,price\n1,A,1,2\n")
    assert done("import", "lines.csv", *DOLLARS).splitlines() == [
        "1 order of 1 line: 1 new, 0 changed, 0 the same.",
        "The book of acme has 1 order of 1 line, in all 2.00 USD.",
        "Sums: 1 adds up.",
    ]


def test_how_many_orders_add_up_is_told_and_the_first_that_do_not_are_named(file: Path) -> None:
    totals = [(1, "2"), (2, "3"), *[(number, "7") for number in range(3, 9)]]
    rows = "".join(f"{number},A,1,2,0,0,{total}\n" for number, total in totals)
    file.write_text(f"order,sku,qty,price,tax,shipping,total\n{rows}9,B,1,,,,\n")
    printed = done("import", "lines.csv", *DOLLARS).splitlines()
    start = printed.index("Sums: 1 adds up, 7 do not, 1 cannot be told.")

    assert "  order 2 does not add up: totals.total is 1 too much" == printed[start + 1]
    assert [f"  order {number} " for number in range(2, 7)] == [
        line[:10] for line in printed[start + 1 : start + 6]
    ]
    assert "  …" == printed[start + 6]
    found = done_json("import", "lines.csv", *DOLLARS)["taken"]["adds_up"]
    assert (1, 7, 1, 5) == (found["add_up"], found["differ"], found["untold"], len(found["first"]))


def test_an_import_of_which_nothing_is_taken_ends_with_1_and_leaves_no_book(file: Path) -> None:
    file.write_text("order,sku,qty,price\n1,A,x,2\n")
    assert "1 row put aside, 1 order whole" in ended("import", "lines.csv", *DOLLARS, code=NOTHING)
    assert not BOOK.exists()


def test_a_book_without_orders_comes_to_nothing(file: Path) -> None:
    done("seller", "add", "acme")
    file.write_text("order,sku,qty,price\n1,A,x,2\n")
    printed = ended("import", "lines.csv", *DOLLARS, code=NOTHING)
    assert "The book of acme has 0 orders of 0 lines." in printed.splitlines()


@pytest.mark.parametrize("words", [(), ("--dry-run",), ("--json",)])
def test_a_file_without_rows_says_so_and_leaves_no_book(file: Path, words: tuple[str, ...]) -> None:
    file.write_text("order,sku,qty,price\n")
    sentence = refused("import", "lines.csv", *DOLLARS, *words)
    assert "lines.csv has no row but its header; there is nothing to take." == sentence
    assert not BOOK.exists()


@pytest.mark.parametrize(
    ("text", "words", "sentence"),
    [
        ("Dear Sir or Madam,\n", DOLLARS, "columns: no column is the order or the sku"),
        ("order,sku,qty\n1,A,2\n", ACME, "currency: the file names none: give one such as"),
        (
            "order,sku,qty,price\n1,A,2,$5\n",
            ACME,
            "currency: the file names none; '$' is written in",
        ),
        ("order,sku,qty,price\n1,A,2,1.500\n", DOLLARS, "decimal: '1.500' on line 2 can be 1.5"),
        ("order,sku,qty\n1,A,2\n", (*DOLLARS, "--timezone", "Mars"), "timezone: There is no time"),
        ("order,sku,qty\n1,A,2\n", (*DOLLARS, "--encoding", "x"), "encoding: There is no encoding"),
        (
            "order,sku,qty\n1,A,2\n",
            (*DOLLARS, "--columns", "tax=Tax"),
            "columns: there is no column",
        ),
        ("order,sku,qty\n1,A,2\n", ("--currency", "USD"), "There is no order book orderglot.db"),
        (
            "PK\x03\x04",
            DOLLARS,
            "The zip is broken (File is not a zip file); get the file again.",
        ),
    ],
)
def test_a_refused_import_leaves_no_book(
    file: Path, text: str, words: tuple[str, ...], sentence: str
) -> None:
    file.write_text(text)
    assert refused("import", "lines.csv", *words).startswith(sentence)
    assert not BOOK.exists()
    assert [file] == list(file.parent.iterdir())


def test_a_file_that_is_not_there_leaves_no_book() -> None:
    assert "nix.csv" in refused("import", "nix.csv", *DOLLARS)
    assert not BOOK.exists()


def test_a_refused_import_adds_no_seller_to_a_book_that_is_there(file: Path) -> None:
    done("seller", "add", "best")
    file.write_text("order,sku,qty,price\n1,A,x,2\n")
    ended("import", "lines.csv", *DOLLARS, code=NOTHING)
    refused("import", "lines.csv", *ACME)
    assert ["best"] == [seller["name"] for seller in done_json("seller", "list")]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--decimal", ";"), "Invalid value for '--decimal'"),
        (("--dates", "ydm"), "Invalid value for '--dates'"),
        (("--currency", "dollars"), "--currency: 'dollars' is not a code of ISO 4217"),
        (("--seller", "a\x1b[2J"), "--seller: 'a\\x1b[2J' is not a name of 1 to 200"),
    ],
)
def test_a_flag_that_makes_no_sense_is_used_wrongly(
    file: Path, words: tuple[str, ...], sentence: str
) -> None:
    file.write_text(LINES)
    assert refused("import", "lines.csv", *ACME, *words, code=2).startswith(sentence)
    assert not BOOK.exists()


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("order,sku,qty,currency\n1,A,2,eur\n2,A,1,GBP\n3,A,1,EUR\n", "EUR"),
        ("order,sku,qty,price\n1,A,2,£5\n", "GBP"),
        ('order,sku,qty,price\n1,A,2,"5,00 €"\n', "EUR"),
    ],
)
def test_a_seller_that_an_import_makes_has_the_files_currency(
    file: Path, text: str, currency: str
) -> None:
    file.write_text(text)
    done("import", "lines.csv", *ACME)
    assert currency == done_json("seller", "show", "acme")["seller"]["currency"]


def test_a_seller_who_is_there_names_the_currency(file: Path) -> None:
    done("seller", "add", "acme", "--currency", "CHF")
    file.write_text("order,sku,qty,price\n1,A,2,5\n")
    done("import", "lines.csv", *ACME)
    assert {"CHF": 10} == done_json("book")[0]["sums"]


def test_the_book_says_how_many_of_its_orders_add_up(file: Path) -> None:
    done("seller", "add", "acme", "--currency", "CHF")
    assert "add" not in done("book").splitlines()[-1]
    file.write_text("order,sku,qty,price,line_total\n1,A,2,5,10\n2,A,2,5,11\n")
    done("import", "lines.csv", *ACME)

    (entry,) = done_json("book")
    assert {"add_up": 1, "differ": 1, "untold": 0, "not_looked_at": 0} == entry["adds_up"]
    assert "acme: 1 adds up, 1 does not." == done("book").splitlines()[-1]
    assert entry["adds_up"] == done_json("seller", "show", "acme")["book"]["adds_up"]
    assert "sums           1 adds up, 1 does not" in done("seller", "show", "acme")


def test_where_no_price_is_known_the_sum_is_not_known(file: Path) -> None:
    file.write_text("order,sku,qty\n1,A,2\n2,A,1\n")
    printed = done("import", "lines.csv", *DOLLARS)
    assert "The book of acme has 2 orders of 2 lines, in all not known." in printed
    (entry,) = done_json("book")
    assert ({}, 2) == (entry["sums"], entry["unpriced"])
    assert "not known" in done("book")
    assert "not known" in done("seller", "show", "acme")


def test_of_how_many_orders_the_sum_is_not_known_is_said(file: Path) -> None:
    file.write_text("order,sku,qty,price\n1,A,2,5\n2,A,1,\n")
    printed = done("import", "lines.csv", *DOLLARS)
    assert "in all 10.00 USD, of 1 not known." in printed


def test_columns_are_named_where_their_names_do_not_tell(file: Path) -> None:
    file.write_text("Beleg,Artikel,Menge\n1,A,2\n")
    mapping = "order=Beleg,sku=Artikel,quantity=Menge"
    done("import", "lines.csv", *DOLLARS, "--columns", mapping)
    assert done_json("show", "1")["lines"][0]["quantity"] == 2


def test_another_shops_order_is_asked_about_and_taken_under_its_name(file: Path) -> None:
    file.write_text("order,sku,qty,price,customer\n1001,A,1,25,7\n")
    done("import", "lines.csv", *DOLLARS)
    file.write_text("order,sku,qty,price,customer\n1001,B,1,99,9\n")
    sentence = refused("import", "lines.csv", *ACME)
    assert "--source NAME" in sentence
    assert {"USD": 25} == done_json("book")[0]["sums"]
    done("import", "lines.csv", *ACME, "--source", "best")
    assert ("A", "B") == tuple(
        done_json("show", name)["lines"][0]["sku"] for name in ("file:1001", "file:best:1001")
    )


def test_what_was_kept_before_a_refusal_is_said(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orderglot.files.imports.BATCH", 2)
    file.write_text("order,sku,qty,price\n9,A,1,5\n")
    done("import", "lines.csv", *DOLLARS)
    rows = "".join(f"{number},B,1,5\n" for number in range(2_000))
    file.write_text(f"order,sku,qty,price\n{rows}")
    result = run("import", "lines.csv", *ACME)
    assert (1, True) == (result.exit_code, "Kept until then: 8 orders of 8 lines" in result.stderr)


def test_a_dry_run_shows_the_first_orders_and_takes_none(file: Path) -> None:
    file.write_text(LINES)
    printed = ended("import", "lines.csv", *ACME, "--currency", "GBP", "--dry-run", code=ASIDE)
    assert "Nothing was taken: 2 orders of 3 lines." in printed
    rows = [line.split(maxsplit=1) for line in printed.splitlines()]
    assert [["FIELD", "COLUMN"], ["order", "Invoice"], ["sku", "StockCode"]] == rows[:3]
    assert "customer        77" in printed
    assert "order 2 (PO P2), line 4" in printed
    assert not BOOK.exists()
    assert [file] == list(file.parent.iterdir())
    found = json.loads(
        ended("import", "lines.csv", *ACME, "--currency", "GBP", "--dry-run", "--json", code=ASIDE)
    )
    assert ["1", "3"] == [order["number"] for order in found["first"]]
    assert "InvoiceDate" == found["columns"]["created"]


def test_two_files_are_joined(folder: Path, file: Path) -> None:
    (folder / "orders.csv").write_text("order,date,freight\n1,2024-01-02,4.50\n")
    file.write_text("order,sku,qty,price\n1,A,2,10\n")
    words = ("orders.csv", "lines.csv", *DOLLARS, "--timezone", "UTC")
    assert "in all 24.50 USD" in done("import", *words)


@pytest.mark.parametrize(
    ("name", "words", "code"),
    [
        ("excelf.csv", (), 0),
        ("sci.csv", (), NOTHING),
        ("de3.csv", (), 0),
        ("total2.csv", (), ASIDE),
        ("trail.csv", (), 0),
        ("blank_order.csv", (), 0),
        ("blank_order.csv", ("--fill-down",), 0),
        ("r1.csv", (), NOTHING),
        ("r1.csv", ("--partial",), ASIDE),
        ("ebay.csv", (), 0),
        ("cur.csv", (), ASIDE),
        ("u16.txt", (), 0),
        ("cp1252.csv", ("--encoding", "cp1252"), 0),
        ("nl.csv", (), 0),
        ("pipe.csv", (), 0),
        ("sep.csv", (), 0),
    ],
)
def test_each_case_ends_as_it_must(
    folder: Path, name: str, words: tuple[str, ...], code: int
) -> None:
    shutil.copy(CASES / name, folder)
    ended("import", name, *DOLLARS, *words, code=code)
    assert (code == NOTHING) is not BOOK.exists()


def test_a_name_of_a_file_that_is_no_text_is_told_as_json(folder: Path) -> None:
    odd = folder / "a\udcff.csv"
    odd.write_text("order,sku,qty,price\n1,A,2,5\n2,A,x,5\n")
    found: Any = json.loads(ended("import", str(odd), *DOLLARS, "--json", code=ASIDE))
    assert found["taken"]["rejects"].endswith("a\\xff.csv.rejects.csv")
