"""A pulled order that looks like one of the book's: a person says whether it is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from msgspec.structs import replace

from orderglot import dialects
from orderglot.core.errors import Conflict, NotFound
from orderglot.core.order import HUB, Order, Reference, id_at, native
from orderglot.core.rejects import rejects_of
from orderglot.core.values import Status
from orderglot.sync.rejects import settle
from orderglot.wire.loss import carried, known_as
from tests.sync.vendors import LISTING, Vendor, vendor

NUMBERING = [one for one in LISTING if "po_number" not in dialects.dialect(one).can.loses]

each = pytest.mark.parametrize("name", NUMBERING)


def done(name: str, work: Callable[[Vendor, Order, Order, str], Awaitable[None]]) -> None:
    """Do some work with a vendor's order, one of the book that it looks like, and its reject."""

    async def worked() -> None:
        async with vendor(name) as shop:
            (theirs,) = await shop.implementation.fill(
                replace(shop.implementation.numbered(0)[0], po_number="PO-LIKE", number="")
            )
            seen = known_as(carried(theirs, name, shop.dialect.can), "nobody")
            made = theirs.created and theirs.created + timedelta(hours=1)
            own = await shop.book.place(replace(seen, created=made, customer=None, links=()))
            await shop.pulled()
            ((note, _),) = await rejects_of(shop.book)
            await work(shop, theirs, own, note.name)

    asyncio.run(worked())


async def settled(shop: Vendor, name: str, order: Order | None) -> Order:
    return (await settle(shop.book, dialects.dialect, name, order)).order


async def counts(shop: Vendor) -> tuple[int, int, int, int]:
    found = (await shop.pulled()).checkpoint
    return found.new, found.changed, found.same, found.rejected


@each
def test_one_that_is_an_order_of_the_book_is_known_by_the_vendors_id(name: str) -> None:
    async def work(shop: Vendor, theirs: Order, own: Order, reject: str) -> None:
        taken = await settled(shop, reject, own)

        assert (own.id, native(theirs, name)) == (taken.id, id_at(taken, shop.channel.reference))
        assert () == await rejects_of(shop.book)
        assert (0, 0, 1, 0) == await counts(shop)
        changed = replace(theirs, po_number="PO-LATER", modified=None)
        await shop.implementation.book.change(changed)
        assert (0, 1, 0, 0) == await counts(shop)
        assert "PO-LATER" == (await shop.book.get(Reference(HUB, str(own.id)))).po_number

    done(name, work)


@each
def test_one_that_is_none_of_the_books_comes_in_as_a_new_order(name: str) -> None:
    async def work(shop: Vendor, theirs: Order, own: Order, reject: str) -> None:
        taken = await settled(shop, reject, None)

        assert own.id != taken.id
        assert native(theirs, name) == id_at(taken, shop.channel.reference)
        assert () == await rejects_of(shop.book)
        assert (0, 0, 1, 0) == await counts(shop)

    done(name, work)


@each
def test_one_that_has_another_id_there_is_not_taken_for_it(name: str) -> None:
    async def work(shop: Vendor, _theirs: Order, own: Order, reject: str) -> None:
        other = Reference(shop.channel.reference, "99")
        known = await shop.book.change(replace(own, references=(*own.references, other)))
        with pytest.raises(Conflict, match=f"order {own.id} as 99 already"):
            await settled(shop, reject, known)
        assert 1 == len(await rejects_of(shop.book))

    done(name, work)


@each
def test_one_that_the_book_has_by_now_is_no_new_order(name: str) -> None:
    async def work(shop: Vendor, theirs: Order, own: Order, reject: str) -> None:
        there = Reference(shop.channel.reference, native(theirs, name))
        await shop.book.change(replace(own, references=(*own.references, there)))
        with pytest.raises(Conflict, match=f"is order {own.id} already"):
            await settled(shop, reject, None)
        another = await shop.book.place(Order(po_number="ANOTHER"))
        with pytest.raises(Conflict, match=f"as order {own.id} already"):
            await settled(shop, reject, another)

    done(name, work)


def test_what_is_not_aside_cannot_be_settled() -> None:
    async def work(shop: Vendor, _theirs: Order, own: Order, _reject: str) -> None:
        with pytest.raises(NotFound, match="Nothing named 'nobody' is aside"):
            await settled(shop, "nobody", own)

    done("kole", work)


@each
def test_what_was_done_here_with_the_order_stays(name: str) -> None:
    async def work(shop: Vendor, _theirs: Order, own: Order, reject: str) -> None:
        mine = await shop.book.change(replace(own, status=Status.CANCELLED, assigned_user="7"))
        taken = await settled(shop, reject, mine)

        assert (Status.CANCELLED, "7") == (taken.status, taken.assigned_user)

    done(name, work)
