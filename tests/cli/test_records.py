"""Customers and products on the command line: shown, found, changed and removed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.program import done, done_json, refused

pytestmark = pytest.mark.usefixtures("folder")


@pytest.fixture(autouse=True)
def _book(folder: Path) -> None:
    done("seller", "add", "acme")
    done("customer", "add", "C1", "--name", "Corner Shop", "--email", "ann@shop.example")
    done("product", "add", "AA124", "--title", "Mug", "--pack", "6", "--price", "1.20")
    (folder / "lines.csv").write_text("Order,Customer,SKU,Quantity,Price\n1,C1,AA124,6,1.20\n")


def test_a_change_of_a_customer_says_what_is_otherwise() -> None:
    printed = done("customer", "change", "C1", "--phone", "310", "--email", "", "--number", "C7")
    shown = done_json("customer", "show", "C7")["customer"]

    assert "Changed of customer C7: email, number, phone.\n" == printed
    assert ("310", "Corner Shop", 2) == (shown["phone"], shown["name"], shown["version"])
    assert "email" not in shown


def test_a_change_of_nothing_is_refused() -> None:
    assert "say what is to be changed" in refused("customer", "change", "C1", code=2)
    assert "say what is to be changed" in refused("product", "change", "AA124", code=2)


def test_customers_and_products_are_found_by_what_they_are_called() -> None:
    done("customer", "add", "C2", "--name", "Other")

    assert ["C1"] == [one["number"] for one in done_json("customer", "list", "--q", "corner shop")]
    assert ["AA124"] == [one["sku"] for one in done_json("product", "list", "--q", "#aa124")]


def test_a_product_is_shown_and_changed() -> None:
    printed = done("product", "change", "AA124", "--price", "1.25", "--title", "Mug, blue")
    shown = done_json("product", "show", "AA124")

    assert printed.startswith("Changed the product AA124")
    assert ("Mug, blue", 6, [{"quantity": 6, "price": 1.25}]) == (
        shown["title"],
        shown["pack"],
        shown["tiers"],
    )
    assert "Mug, blue" in done("product", "show", "AA124")
    assert "There is no product 'none' here" in refused("product", "show", "none")


def test_what_nothing_points_at_is_removed() -> None:
    assert "Customer C1 is removed.\n" == done("customer", "remove", "C1")
    assert "The product AA124 is removed.\n" == done("product", "remove", "AA124")
    assert [] == done_json("customer", "list")
    assert [] == done_json("product", "list")


def test_what_an_order_points_at_stays() -> None:
    done("import", "lines.csv", "--seller", "acme")

    assert "Customer C1 has 1 order" in refused("customer", "remove", "C1")
    assert "1 order has a line of AA124" in refused("product", "remove", "AA124")
    assert ["1"] == [one["number"] for one in done_json("orders", "list", "--q", "aa124")]


def test_a_link_is_taken_away_again() -> None:
    done("import", "lines.csv", "--seller", "acme")
    (lines := Path("more.csv")).write_text("Order,Customer,SKU,Quantity,Price\n2,C1,AA124,6,1.20\n")
    done("import", str(lines), "--seller", "acme")
    done("link", "2", "1", "--as", "reference")
    printed = done("link", "2", "1", "--as", "reference", "--remove")

    assert "is no longer linked to" in printed
    assert "links" not in done_json("show", "2")
    assert "has no link to" in refused("link", "2", "1", "--as", "reference", "--remove")
