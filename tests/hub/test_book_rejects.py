"""What pulls put aside and what goes to vendors, from a Python program with and without a loop."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from orderglot import demo, open_book, open_book_sync
from orderglot.core.errors import Conflict, Invalid, NotFound
from orderglot.hub.library import BlockingBook
from orderglot.sync.rejects import put_aside
from tests.cli.program import serving
from tests.conformance.specimens import book_of
from tests.hub.test_placing import OWN, account

BODY = (
    b'{"items": [{"id": 7002, "number": "E-7002", "status": "%s", "totals": {"total": 1.20}}], '
    b'"next": null}'
)


@pytest.fixture
def book(tmp_path: Path) -> Iterator[BlockingBook]:
    url = f"sqlite:///{tmp_path}/book.db"

    async def fill() -> None:
        async with open_book(url, "acme", create=True) as book, book.together() as unit:
            await put_aside(unit, book_of("orderglot").rejects)

    asyncio.run(fill())
    with open_book_sync(url, "acme", who="Sample Person") as book:
        yield book


def test_what_is_aside_is_corrected_and_taken(book: BlockingBook) -> None:
    (name,) = book.rejects.list(reason="eleven")
    assert "eleven" in book.rejects.check(name).problems[0].reason
    looked = book.rejects.correct(name, BODY % b"received")
    assert looked.order is not None
    assert "E-7002" == looked.order.number
    correction = book.rejects.get(name).correction
    assert correction is not None
    assert "Sample Person" == correction.by
    assert (1, 0) == book.rejects.retry(name)
    assert [name] == [*book.rejects.list(corrected=True)]
    with pytest.raises(Conflict, match="as it was corrected"):
        book.rejects.withdraw(name)
    book.rejects.drop(name)
    with pytest.raises(NotFound):
        book.rejects.get(name)
    assert 1 == book.rejects.drop_all(channel="orderglot@east")


def test_a_word_is_mapped_and_unmapped(book: BlockingBook) -> None:
    (name,) = book.rejects.list(reason="eleven")
    book.rejects.correct(name, BODY % b"teleported")
    with pytest.raises(Invalid, match="'beamed' is nothing that status can say"):
        book.rejects.map_word(name, "beamed")
    mapped = book.rejects.map_word(name, "shipped")
    assert (2, 0) == (mapped.taken, mapped.left)
    assert "shipped" == book.orders.get("E-7002").status
    kole = book.rejects.map_value("kole", "status", "TELEPORTED", "shipped")
    assert {kole.name, mapped.mapping.name} == {one.name for one in book.rejects.mappings()}
    assert kole == book.rejects.unmap(kole.name)
    assert [mapped.mapping] == book.rejects.mappings()


def test_an_order_is_placed_with_a_vendor(tmp_path: Path) -> None:
    with serving(tmp_path, "--demo", "--database", "sqlite:///there.db") as vendor:
        assert demo.part("kole").key.secret
        channels = {"wholesaler": account(vendor.base)}
        url = f"sqlite:///{tmp_path}/book.db"
        with open_book_sync(url, "acme", create=True, channels=channels) as book:
            book.place(OWN)
            assert ["wholesaler"] == [one.name for one in book.placements.channels()]
            assert "placeable" == book.placements.place("OWN-1", "wholesaler", dry_run=True).state
            placed = book.placements.place("OWN-1", "wholesaler")
            assert ("placed", "sent") == (placed.state, placed.how)
            assert [placed.id] == [one.id for one in book.placements.of_order("OWN-1")]
            assert "placed" == book.placements.settle("OWN-1", "wholesaler", stands=True).state
            assert [] == book.placements.open()
            with pytest.raises(Invalid, match="There is no channel 'https://evil"):
                book.placements.place("OWN-1", "https://evil.example")
