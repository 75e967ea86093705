"""What a Python program gets of ``import orderglot``: a few names, loaded when they are asked for."""

from __future__ import annotations

import ast
import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

import orderglot
from orderglot import HubError, Line, Order, Reference, find_order, open_book, translate
from orderglot.core.errors import Conflict, Invalid, NotFound, Unsupported
from orderglot.wire.changes import Fate

PROMISED = {"open_book", "Order", "Query", "translate"}
KOLE = """<order><order_id>48213</order_id><po_number>PO-7001</po_number>
<status>SHIPPED</status></order>"""


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/book.db"


def typed() -> dict[str, str]:
    """Give what a type checker is told of the package: names, and where each comes from."""
    root = ast.parse(Path(orderglot.__file__).read_text("utf-8"))
    checked = next(node for node in root.body if isinstance(node, ast.If))
    return {
        one.asname or "": node.module or ""
        for node in checked.body
        if isinstance(node, ast.ImportFrom)
        for one in node.names
    }


def loaded_by(code: str) -> set[str]:
    """Run some code and give which modules of ours it has loaded by its end."""
    code += "; import sys; print(*(name for name in sys.modules if name.startswith('orderglot')))"
    ended = subprocess.run((sys.executable, "-c", code), check=True, capture_output=True, text=True)
    return set(ended.stdout.split())


def test_the_promised_names_are_there_and_are_shown() -> None:
    assert set() == PROMISED - set(orderglot.__all__)
    assert set() == set(orderglot.__all__) - set(dir(orderglot))
    assert [] == [name for name in orderglot.__all__ if not hasattr(orderglot, name)]


def test_a_type_checker_is_told_what_there_is() -> None:
    assert typed() == {name: orderglot._HOMES[name] for name in orderglot.__all__}


def test_what_is_not_there_is_an_attribute_error_as_in_any_module() -> None:
    with pytest.raises(AttributeError, match="module 'orderglot' has no attribute 'open_books'"):
        _ = orderglot.open_books  # type: ignore[attr-defined]


def test_to_import_the_package_loads_nothing_of_it() -> None:
    assert {"orderglot"} == loaded_by("import orderglot; dir(orderglot)")


def test_a_name_loads_what_it_needs() -> None:
    assert "orderglot.hub" not in " ".join(loaded_by("from orderglot import Order, Query"))


def test_a_new_book_is_made_only_where_that_is_asked_for(url: str) -> None:
    async def opened() -> None:
        with pytest.raises(NotFound, match="There is no order book"):
            async with open_book(url):
                pass
        async with open_book(url, "acme", create=True, currency="GBP") as book:
            assert ("acme", "GBP") == ((await book.seller()).name, (await book.seller()).currency)
        with pytest.raises(NotFound, match="There is no seller 'best'"):
            async with open_book(url, "best"):
                pass
        async with open_book(url) as book:
            assert "acme" == (await book.seller()).name

    asyncio.run(opened())


def test_an_order_is_found_by_whatever_name_a_person_has_for_it(url: str) -> None:
    async def found() -> None:
        async with open_book(url, "acme", create=True) as book:
            placed = await book.place(
                Order(number="7", references=(Reference("kole", "12404"),), lines=(Line(sku="A"),))
            )
            for name in ("7", "kole:12404", str(placed.id)):
                assert placed == await find_order(book, name)
            with pytest.raises(NotFound, match="There is no order '12404' here"):
                await find_order(book, "12404")
            await book.place(Order(number="7"))
            with pytest.raises(Conflict, match="'7' is more than one order: "):
                await find_order(book, "7")

    asyncio.run(found())


def test_test_orders_are_seen_by_who_opens_the_book_for_them(url: str) -> None:
    async def numbers(*, test: bool) -> list[str]:
        async with open_book(url, test=test) as book:
            return [order.number async for order in book.walk()]

    async def placed() -> None:
        async with open_book(url, "acme", create=True, test=True) as book:
            await book.place(Order(number="7"))

    asyncio.run(placed())
    assert ["7"] == asyncio.run(numbers(test=True))
    assert [] == asyncio.run(numbers(test=False))


def test_a_translation_gives_the_other_vendors_text_and_what_was_lost() -> None:
    done = translate(KOLE, "kole", "adobe")

    assert '"externalReferenceId":"PO-7001"' in done.text
    assert [("status", Fate.CHANGED)] == [(loss.field, loss.fate) for loss in done.losses]
    assert not done.whole
    assert translate(KOLE.encode(), "kole", "kole", form="json").whole


def test_what_cannot_be_translated_is_refused() -> None:
    with pytest.raises(Invalid, match="There is no dialect 'klingon'; there are adobe, "):
        translate(KOLE, "kole", "klingon")
    with pytest.raises(Unsupported, match="has no XML"):
        translate(KOLE, "kole", "adobe", form="xml")
    with pytest.raises(HubError, match="this is empty"):
        translate("", "kole", "adobe")
