"""Notes: what the hub remembers of a seller's business, and who came first."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.errors import Conflict, Forbidden
from orderglot.core.order import Order, Reference
from orderglot.core.ports import Note, UnitOfWork
from tests.stores.shops import Shop

NOTE = Note(kind="pull", name="kole/", document=b"\x00\xff how far")


def write(shop: Shop, *notes: Note, strike: bool = False) -> None:
    async def work(unit: UnitOfWork) -> None:
        for note in notes:
            (unit.strike if strike else unit.note)(note)

    shop.together(work)


def names(shop: Shop, kind: str = "pull", *several: str) -> list[tuple[str, int]]:
    return [(note.name, note.version) for note in shop.run(shop.book.notes(kind, *several))]


def test_a_note_is_found_by_its_kind_and_name_byte_for_byte(shop: Shop) -> None:
    write(shop, NOTE, replace(NOTE, name="adobe/"), replace(NOTE, kind="reject"))

    assert [("adobe/", 1), ("kole/", 1)] == names(shop)
    assert (replace(NOTE, version=1),) == shop.run(shop.book.notes("pull", "kole/"))
    assert [] == names(shop, "pull", "komet/")


def test_notes_are_read_from_a_name_on_either_way(shop: Shop) -> None:
    several = [replace(NOTE, name=name) for name in ("a", "b", "c", "\u00e9", "\U0001f600")]
    write(shop, *several, replace(NOTE, kind="reject", name="b"))

    def behind(name: str, limit: int = 9, *, newest: bool = False) -> list[str]:
        found = shop.run(shop.book.notes_behind("pull", name, limit, newest=newest))
        return [note.name for note in found]

    assert ["a", "b", "c", "\u00e9", "\U0001f600"] == behind("")
    assert ["b", "c"] == behind("a", 2)
    assert [] == behind("\U0001f600")
    assert ["\U0001f600", "\u00e9", "c"] == behind("", 3, newest=True)
    assert ["b", "a"] == behind("c", newest=True)
    assert [] == behind("a", newest=True)
    customers = shop.store.of(Caller(seller=shop.book.caller.seller, customer=1))
    with pytest.raises(Forbidden):
        shop.run(customers.notes_behind("pull"))


def test_a_new_version_takes_the_place_of_the_one_it_was_made_from(shop: Shop) -> None:
    write(shop, NOTE)
    write(shop, replace(NOTE, version=1, document=b"farther"))

    (there,) = shop.run(shop.book.notes("pull"))
    assert (2, b"farther") == (there.version, there.document)


@pytest.mark.parametrize("version", [0, 2])
def test_who_has_not_seen_what_is_there_is_told_so(shop: Shop, version: int) -> None:
    write(shop, NOTE)

    with pytest.raises(Conflict):
        write(shop, replace(NOTE, version=version))
    with pytest.raises(Conflict):
        write(shop, replace(NOTE, version=version), strike=True)
    assert [("kole/", 1)] == names(shop)


def test_a_note_that_was_struck_is_gone(shop: Shop) -> None:
    write(shop, NOTE)
    write(shop, replace(NOTE, version=1), strike=True)

    assert [] == names(shop)
    write(shop, NOTE)
    assert [("kole/", 1)] == names(shop)


def test_a_note_and_the_orders_that_it_speaks_of_are_kept_together_or_not_at_all(
    shop: Shop,
) -> None:
    write(shop, NOTE)

    async def late(unit: UnitOfWork) -> None:
        await unit.keep(Order(references=(Reference("kole", "K1"),)))
        unit.note(NOTE)

    with pytest.raises(Conflict):
        shop.together(late)
    assert [] == shop.walked()


def test_notes_are_their_sellers_alone(shop: Shop) -> None:
    write(shop, NOTE)
    other = shop.opened(seller=shop.run(shop.store.add_seller("other")).id)
    customer = shop.opened(customer=shop.customer(name="Example Gifts").id)

    assert () == shop.run(other.notes("pull"))
    with pytest.raises(Forbidden):
        shop.run(customer.notes("pull"))
