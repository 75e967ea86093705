"""Where the numbers of new sellers begin once a book has gone back, and none or all of its sellers are gone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from orderglot.core.caller import Caller
from orderglot.core.customer import Customer
from orderglot.hub.backups import back_up, restore
from orderglot.hub.books import open_store
from orderglot.hub.copying import copy
from orderglot.stores.backend import FIRST, Backend, Entity
from orderglot.stores.marks import SKIPPED, behind
from tests import citus
from tests.postgres import new_database

Numbers = tuple[int, int]
"""The ids of an order and of a customer."""

NONE: Numbers = (FIRST[Entity.ORDER], FIRST[Entity.CUSTOMER])
"""Those that a seller begins with in a book that never went back."""


def in_file(folder: Path) -> str:
    return f"sqlite:///{folder / 'book.db'}"


PLACES: dict[str, Callable[[Path], str]] = {
    "sqlite": in_file,
    "postgres": lambda _folder: new_database(),
}
if citus.COORDINATOR:
    PLACES["citus"] = lambda _folder: citus.new_book()
places = pytest.mark.parametrize("place", PLACES)


async def numbers(whose: int, backend: Backend) -> Numbers:
    """Hand out a number of each kind, without anything that stays in the book."""
    found = [await backend.numbers(whose, one, 1) for one in (Entity.ORDER, Entity.CUSTOMER)]
    return found[0][0], found[1][0]


async def _come_and_go(url: str, name: str) -> Numbers:
    store = open_store(url, create=True)
    try:
        seller = await store.add_seller(name)
        found = await numbers(seller.id, store._backend)
        await store.remove_seller(name)
        return found
    finally:
        await store.close()


def come_and_go(url: str, name: str = "acme") -> Numbers:
    """Have a seller who is handed numbers, and removed again; gives those."""
    return asyncio.run(_come_and_go(url, name))


def later(before: Numbers, millions: int) -> Numbers:
    first, second = before
    return first + millions * SKIPPED, second + millions * SKIPPED


def copied(source: str, target: str) -> None:
    asyncio.run(copy(source, target, lambda _: None))


@places
def test_a_book_without_sellers_that_went_back_hands_out_nothing_again(
    place: str, tmp_path: Path
) -> None:
    source, target = f"sqlite:///{tmp_path / 'source.db'}", PLACES[place](tmp_path)
    assert NONE == come_and_go(source)

    copied(source, target)
    # What the source hands out since is not handed out by the copy, whoever of its sellers comes.
    come_and_go(source)
    assert later(NONE, 1) == come_and_go(target)
    assert later(NONE, 1) == come_and_go(target, "another")


@places
def test_what_the_last_seller_had_skipped_is_kept_when_it_goes(place: str, tmp_path: Path) -> None:
    source, target = f"sqlite:///{tmp_path / 'source.db'}", PLACES[place](tmp_path)

    async def stay() -> None:
        store = open_store(source, create=True)
        await store.add_seller("acme")
        await store.close()

    async def go() -> Numbers:
        store = open_store(target, create=False)
        (seller,) = await store.sellers()
        # More than a million of its own, too.
        await store._backend.numbers(seller.id, Entity.ORDER, 2 * SKIPPED + 5)
        await store.remove_seller("acme")
        await store.close()
        return await _come_and_go(target, "another")

    asyncio.run(stay())
    copied(source, target)

    order, customer = NONE
    assert (order + 3 * SKIPPED, customer + SKIPPED) == asyncio.run(go())


@places
def test_each_going_back_skips_once_more(place: str, tmp_path: Path) -> None:
    there = PLACES[place](tmp_path)
    source = f"sqlite:///{tmp_path / 'source.db'}"
    come_and_go(source)
    copied(source, there)
    come_and_go(there)
    again = f"sqlite:///{tmp_path / 'again.db'}"

    copied(there, again)

    assert later(NONE, 2) == come_and_go(again)


def test_what_a_replaced_file_had_skipped_is_skipped_by_the_backup_in_its_place(
    tmp_path: Path,
) -> None:
    taken = tmp_path / "taken.db"
    come_and_go(in_file(tmp_path))

    async def back() -> None:
        await restore(str(taken), in_file(tmp_path), lambda *_: None)

    asyncio.run(back_up(in_file(tmp_path), str(taken), lambda *_: None))
    for times in range(1, 4):
        asyncio.run(back())
        given = come_and_go(in_file(tmp_path))
        assert given >= later(NONE, times)


def test_a_million_more_is_told_from_a_few() -> None:
    first, _ = NONE
    assert [first, first, first + SKIPPED, first + 2 * SKIPPED] == [
        behind(first, first + more) for more in (-5, SKIPPED - 1, SKIPPED, 2 * SKIPPED + 7)
    ]


def test_customers_are_numbered_behind_what_was_noted(tmp_path: Path) -> None:
    source, target = f"sqlite:///{tmp_path / 'source.db'}", in_file(tmp_path)
    come_and_go(source)
    copied(source, target)

    async def customer() -> int:
        store = open_store(target, create=False)
        seller = await store.add_seller("acme")
        kept = await store.of(Caller(seller=seller.id)).keep_customer(Customer(name="Example"))
        await store.close()
        return kept.id

    assert NONE[1] + SKIPPED <= asyncio.run(customer())
