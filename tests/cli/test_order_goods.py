"""The commands that make a second order: what they print, what they refuse, and what show tells of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.program import PROGRAM, done, done_json, on_terminal, refused

LINES = "order,customer,sku,qty,price,unit,status\n7,C-1,A,12,5,,new\n7,C-1,B,1.5,2,kg,new\n"
PRODUCTS = "sku,title,price\nCUP,Cup,1.25\n"


@pytest.fixture
def order(folder: Path) -> str:
    """Have a book with one new order of twelve pieces and one and a half kilograms, and a product."""
    folder.joinpath("lines.csv").write_text(LINES)
    folder.joinpath("products.csv").write_text(PRODUCTS)
    done("import", "lines.csv", "--seller", "acme", "--currency", "USD")
    done("product", "import", "products.csv")
    return "7"


def printed(text: str) -> list[str]:
    """Give what a step prints, with hub ids as they are counted."""
    ids = list(dict.fromkeys(re.findall(r"\b\d{10}\b", text)))
    for place, id in enumerate(ids, 1):
        text = text.replace(id, f"#{place}")
    return text.splitlines()


def last_event(id: str) -> tuple[str, str, int | None]:
    event = done_json("show", id)["events"][-1]
    return event["what"], event["why"], event["other"]


def test_an_order_is_split_and_shown_with_its_links_both_ways(order: str, folder: Path) -> None:
    assert [
        "Order #1 is received.",
        "  line 1: 9 of A: 9 to ship",
        "  line 2: 1.5 kg of B: 1.5 to ship",
        "Order #2 is a split of order #1.",
        "  line 1: 3 of A",
        "  It comes to 15.00 USD.",
    ] == printed(done("orders", "split", order, "--line", "1=3", "--reason", "sold out"))

    first = done_json("show", order)
    (link,) = first["linked"]
    second = done_json("show", f"orderglot:{link['order']}")
    assert ("split of", "split of", first["id"]) == (
        link["relation"],
        second["links"][0]["relation"],
        second["links"][0]["order"]["id"],
    )
    assert ("split", "sold out", second["id"]) == last_event(order)
    assert ("placed", "sold out", None) == last_event(f"orderglot:{second['id']}")
    assert first["events"][-1]["who"]
    on_one = on_terminal((*PROGRAM, "show", order), folder)
    on_other = on_terminal((*PROGRAM, "show", f"orderglot:{second['id']}"), folder)
    assert f"Order {second['id']}, which is received, is a split of this one." in on_one
    assert f"This order is a split of order {first['id']}." in on_other


def test_goods_come_back_in_a_return_and_a_cancelled_one_gives_them_back(order: str) -> None:
    done("orders", "ship", order)
    words = ("--line", "1=2", "--reason", "broken")
    assert [
        "Order #1 is shipped.",
        "  line 1: 12 of A: 12 shipped, 2 returned",
        "  line 2: 1.5 kg of B: 1.5 shipped",
        "Order #2 is a return of order #1.",
        "  line 1: -2 of A",
        "  It comes to -10.00 USD.",
    ] == printed(done("orders", "return", order, *words))
    made = done_json("orders", "return", order)
    assert "returned" == made["order"]["status"]
    assert ("returned", "", made["made"][0]["id"]) == last_event(order)

    done("orders", "cancel", f"orderglot:{made['made'][0]['id']}", "--reason", "never arrived")
    shown = done_json("show", order)
    assert ("shipped", 2) == (shown["status"], shown["lines"][0]["details"]["returned"])
    assert "given back" == last_event(order)[0]


def test_an_exchange_is_a_return_and_a_sale_in_one(order: str) -> None:
    done("orders", "ship", order)
    words = ("--line", "1=2", "--for", "CUP=3", "--reason", "wrong colour")
    shown = printed(done("orders", "exchange", order, *words))

    assert [
        "Order #2 is a return of order #1.",
        "  line 1: -2 of A",
        "  It comes to -10.00 USD.",
        "Order #3 is an exchange of order #1.",
        "  line 1: 3 of CUP",
        "  It comes to 3.75 USD.",
    ] == shown[3:]
    assert ("exchanged", "wrong colour") == last_event(order)[:2]


@pytest.mark.parametrize(
    ("words", "message", "code"),
    [
        (("split",), "--line LINE=QUANTITY", 2),
        (("exchange", "--line", "1=1"), "--for SKU=QUANTITY", 2),
        (("exchange", "--for", "CUP"), "--for", 2),
        (("split", "--line", "1=13"), "Line 1 has 12 left to move, not 13.", 1),
        (("split", "--line", "1=12", "--line", "2=1.5"), "Nothing of this order would be left.", 1),
        (("return",), "Nothing of this order is left to return.", 1),
        (("exchange", "--for", "CUP=1"), "Nothing of this order is left to return.", 1),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, tuple) else "",
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    order: str, words: tuple[str, ...], message: str, code: int
) -> None:
    before = done_json("show", order)

    assert message in refused("orders", words[0], order, *words[1:], code=code)
    assert before == done_json("show", order)
    assert 1 == done_json("book")[0]["orders"]
