"""What a customer calls the seller's items: set, listed, imported and taken out on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.program import done, done_json, refused

FILE = Path("numbers.csv")
LINES = Path("lines.csv")
ITEMS = ("customer", "items")


@pytest.fixture(autouse=True)
def _book(folder: Path) -> None:
    done("seller", "add", "acme")
    for sku in ("AA124", "AA125"):
        done("product", "add", sku, "--price", "1")
    for number in ("C1", "C2"):
        done("customer", "add", number)


def table(customer: str = "C1") -> dict[str, str]:
    """Give a customer's table."""
    return {one["theirs"]: one["ours"] for one in done_json(*ITEMS, "list", customer)}


def test_a_number_is_set_listed_and_removed() -> None:
    assert "Customer C1 calls AA124 4711-B.\n" == done(*ITEMS, "set", "C1", "4711-B", "AA124")
    assert {"4711-B": "AA124"} == table()
    assert {} == table("C2")
    assert "4711-B" in done(*ITEMS, "list", "C1")
    assert "own item numbers  yes" in done("customer", "show", "C1")

    assert "Removed 4711-B of customer C1.\n" == done(*ITEMS, "remove", "C1", "4711-B")
    assert {} == table()
    assert "own item numbers" not in done("customer", "show", "C1")


def test_an_imported_order_goes_by_our_sku() -> None:
    done(*ITEMS, "set", "C1", "4711-B", "AA124")
    LINES.write_text("order,sku,qty,price,customer\n1,4711-B,2,1,C1\n2,4711-B,2,1,C2\n")
    done("import", str(LINES))

    assert ["AA124", "4711-B"] == [done_json("show", one)["lines"][0]["sku"] for one in "12"]
    assert "4711-B" == done_json("show", "1")["lines"][0]["details"]["item_numbers"]["buyer"]


def test_a_file_of_numbers_is_imported_and_once_more_changes_nothing() -> None:
    done(*ITEMS, "set", "C1", "old", "AA124")
    FILE.write_text("theirs,ours\n4711-B,AA124\n007,AA125\n\n")

    assert "Read 2 item numbers of customer C1: 2 new or changed.\n" == done(
        *ITEMS, "import", "C1", str(FILE)
    )
    assert {"old": "AA124", "4711-B": "AA124", "007": "AA125"} == table()
    assert done(*ITEMS, "import", "C1", str(FILE)).endswith(": 0 new or changed.\n")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("number,sku\nx,AA124\n", "the first line must be the header theirs,ours."),
        ("theirs,ours\nx,AA124\ny\n", "line 3: it is not one number and one SKU."),
        ("theirs,ours\nx,AA124\ny,\n", "line 3: it is not one number and one SKU."),
        ("theirs,ours\nx,AA124\nx,AA125\n", "line 3: 'x' stands for two SKUs."),
        ("theirs,ours\nx,AA124\n4.00638E+12,AA125\n", "line 3: the theirs '4.00638E+12' was"),
        (
            "theirs,ours\nx,AA124\ny,AA999\n",
            "There is no product with the SKU 'AA999'; add it first.",
        ),
        ("theirs,ours\nx,AA124\nAA125,AA124\n", "'AA125' is an SKU of the seller's own"),
        ("", "the first line must be the header theirs,ours."),
        ("theirs,ours\nx,\xff\n", "this is no CSV in UTF-8"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_whole(text: str, reason: str) -> None:
    FILE.write_bytes(text.encode("latin-1"))

    assert reason in refused(*ITEMS, "import", "C1", str(FILE))
    assert {} == table()


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("set", "C1", "x", "AA999"), "There is no product with the SKU 'AA999'; add it first."),
        (("set", "C9", "x", "AA124"), "There is no customer 'C9'; see 'orderglot customer list'."),
        (("remove", "C1", "x"), "Customer C1 has no item number 'x'."),
        (("list", "C9"), "There is no customer 'C9'; see 'orderglot customer list'."),
    ],
)
def test_what_makes_no_sense_is_refused(words: tuple[str, ...], reason: str) -> None:
    assert reason in refused(*ITEMS, *words)
