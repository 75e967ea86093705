"""Orderglot as a library: a seller's book for a Python program, and a translation."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from orderglot.core.acts import Person
from orderglot.core.administration import Administration
from orderglot.core.ports import Book
from orderglot.hub.dialects import chosen_one
from orderglot.hub.opening import COMMAND, opened
from orderglot.wire import translation
from orderglot.wire.translation import Translation


@asynccontextmanager
async def open_book(
    url: str,
    seller: str = "",
    *,
    create: bool = False,
    currency: str = "",
    test: bool = False,
    who: str = COMMAND,
    replica: str = "",
) -> AsyncIterator[Book]:
    """Open one seller's order book, and close it at the end.

    ``url`` is ``sqlite:///FILE`` or ``postgresql://USER@HOST/DATABASE``. The seller may be left out
    where there is one. With ``create`` the book is made where there is none, and so is the seller,
    whose ``currency`` is USD by default. With ``test`` test orders are seen, and
    new orders are test orders. ``who`` stands in the events of the orders that are changed.
    ``replica`` is the URL of a copy of a PostgreSQL database that lists may come from.

    Raises NotFound where there is no such book or seller, Invalid where the URL or the choice of a
    seller makes no sense, Upstream where the database cannot be used.
    """
    async with opened(url, create=create, replica=replica) as hub:
        found = await (hub.seller_or_new(seller, currency) if create else hub.seller(seller))
        yield hub.book(found, test=test, who=who)


@asynccontextmanager
async def administer(
    url: str, *, create: bool = False, who: str = COMMAND
) -> AsyncIterator[Administration]:
    """Open what may be done to the sellers of a database and to their keys, and close it at the end.

    ``url`` is as ``open_book`` takes it. ``who`` is whose acts they are, which are written down. Raises
    NotFound where there is no such database and ``create`` does not allow to make one, Upstream where it
    cannot be used.
    """
    async with opened(url, create=create) as hub:
        hub.store.by(Person(who))
        yield hub.administration


def translate(data: bytes | str, source: str, target: str, *, form: str = "") -> Translation:
    """Write one vendor's orders as another vendor would have written them, and tell what was lost.

    ``source`` and ``target`` are names of dialects; ``form`` is ``xml`` or ``json`` where the
    target has both. Raises Invalid where the data are no order of the source, Unsupported where the
    target has no such form.
    """
    body = data.encode() if isinstance(data, str) else data
    one, other = chosen_one(source), chosen_one(target)
    return translation.translate(translation.read(body, one), other, form)
