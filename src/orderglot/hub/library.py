"""Orderglot as a library: a seller's book for a Python program, and a translation."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Coroutine, Generator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any, Self, cast

from orderglot.core.acts import Person
from orderglot.core.administration import Administration
from orderglot.core.errors import Invalid
from orderglot.core.keyring import Keyring
from orderglot.hub.blocking import Blocking, Blocks, Held, background
from orderglot.hub.book_jobs import BookJobs
from orderglot.hub.book_orders import BookOrders
from orderglot.hub.book_records import BookCustomers, BookProducts
from orderglot.hub.book_rejects import BookPlacements, BookRejects
from orderglot.hub.dialects import chosen_one
from orderglot.hub.opening import COMMAND, Hub, opened
from orderglot.hub.placing import Channels, Placements
from orderglot.hub.retrying import Retries
from orderglot.stores.backend import Backend
from orderglot.stores.book import Book
from orderglot.wire import translation
from orderglot.wire.translation import Translation

VendorTables = Mapping[str, Mapping[str, object]]
"""Accounts with vendors by their names: what the dialect, the address and the credentials are."""


class OpenBook(Book):
    """A seller's order book that a program has open.

    ``orders`` and ``jobs`` have the operations of our own API, ``rejects`` what pulls put aside,
    ``placements`` what goes to vendors.
    """

    def __init__(
        self,
        book: Book,
        keyring: Keyring,
        ending: AsyncExitStack,
        retries: Retries,
        placements: Placements,
    ) -> None:
        # It is that book, and knows more.
        vars(self).update(vars(book))
        self.keyring = keyring
        self.orders = BookOrders(self, keyring)
        self.customers: BookCustomers = BookCustomers(self, keyring)
        self.products: BookProducts = BookProducts(self, keyring)
        self.jobs = BookJobs(self)
        self.rejects = BookRejects(self, retries)
        self.placements = BookPlacements(self.orders, placements)
        self._ending = ending

    async def close(self) -> None:
        """Let go of the book; closed once more, nothing happens. Whatever it is asked from then on is refused."""
        self._backend = cast("Backend", _Closed())
        await self._ending.aclose()


class _Closed:
    """What a closed book asks instead of its store."""

    def __getattr__(self, name: str) -> Any:
        raise Invalid(message="This book is closed; open it again.")


class Opening(AbstractAsyncContextManager[OpenBook]):
    """A book that is about to be opened, by ``async with`` until its end, or by ``await`` until it is closed."""

    def __init__(self, opening: Coroutine[Any, Any, OpenBook]) -> None:
        self._opening = opening
        self._book: OpenBook | None = None

    def __await__(self) -> Generator[Any, Any, OpenBook]:
        return self._opening.__await__()

    async def __aenter__(self) -> OpenBook:
        self._book = await self._opening
        return self._book

    async def __aexit__(self, *_: object) -> None:
        if self._book is not None:
            await self._book.close()


def open_book(
    url: str,
    seller: str = "",
    *,
    create: bool = False,
    currency: str = "",
    test: bool = False,
    who: str = COMMAND,
    replica: str = "",
    channels: VendorTables | None = None,
) -> Opening:
    """Open one seller's order book, with ``async with`` for as long as that lasts.

    ``url`` is ``sqlite:///FILE`` or ``postgresql://USER@HOST/DATABASE``. The seller may be left out
    where there is one. With ``create`` the book is made where there is none, and so is the seller,
    whose ``currency`` is USD by default. With ``test`` test orders are seen, and
    new orders are test orders. ``who`` stands in the events of the orders that are changed.
    ``replica`` is the URL of a copy of a PostgreSQL database that lists may come from.
    ``channels`` are accounts with vendors, by their names, as ``[channels.NAME]`` has them in a
    configuration: ``book.placements`` places orders over them.
    ``await open_book(...)`` gives a book that is open until ``await book.close()``.

    Raises NotFound where there is no such book or seller, Invalid where the URL or the choice of a
    seller makes no sense, Upstream where the database cannot be used.
    """
    return Opening(_open(url, seller, create, currency, test, who, replica, channels))


async def _open(
    url: str,
    seller: str,
    create: bool,
    currency: str,
    test: bool,
    who: str,
    replica: str,
    channels: VendorTables | None,
) -> OpenBook:
    async with AsyncExitStack() as ending:
        hub = await ending.enter_async_context(opened(url, create=create, replica=replica))
        found = await (hub.seller_or_new(seller, currency) if create else hub.seller(seller))
        hub.store.by(Person(who))
        book = hub.book(found, test=test, who=who)
        mine = {name: {"seller": found.name, **one} for name, one in (channels or {}).items()}
        return book_of(hub, book, ending.pop_all(), mine)


def book_of(
    hub: Hub,
    book: Book,
    ending: AsyncExitStack | None = None,
    channels: VendorTables | None = None,
) -> OpenBook:
    """Give a book of a hub as a program has it."""
    ending = ending or AsyncExitStack()
    placements = Placements(hub.store, Channels(channels or {}))
    ending.push_async_callback(placements.close)
    return OpenBook(book, hub.store.keyring, ending, hub.retries, placements)


class BlockingOrders(BookOrders, Blocks):
    """The orders of a book, each method of which blocks."""

    def __init__(self, book: OpenBook, held: Held) -> None:
        super().__init__(book, book.keyring)
        self.held = held


class BlockingCustomers(BookCustomers, Blocks):
    """The customers of a book, each method of which blocks."""

    def __init__(self, book: OpenBook, held: Held) -> None:
        super().__init__(book, book.keyring)
        self.held = held


class BlockingProducts(BookProducts, Blocks):
    """The products of a book, each method of which blocks."""

    def __init__(self, book: OpenBook, held: Held) -> None:
        super().__init__(book, book.keyring)
        self.held = held


class BlockingJobs(BookJobs, Blocks):
    """The jobs of a book, each method of which blocks."""

    def __init__(self, book: OpenBook, held: Held) -> None:
        super().__init__(book)
        self.held = held


class BlockingRejects(BookRejects, Blocks):
    """What pulls put aside, each method of which blocks."""

    def __init__(self, book: OpenBook, held: Held) -> None:
        super().__init__(book, book.rejects._retries)
        self.held = held


class BlockingPlacements(BookPlacements, Blocks):
    """What goes to vendors, each method of which blocks."""

    def __init__(self, book: OpenBook, held: Held) -> None:
        super().__init__(book.orders, book.placements._placements)
        self.held = held


class BlockingBook(Blocking):
    """An open book for programs without an event loop: whatever it is asked, it waits for the answer.

    ``orders``, ``customers``, ``products``, ``rejects``, ``placements`` and ``jobs`` have what our own API
    has; all else that a book has is here as well. It is
    closed by ``close``, at the end of a ``with``, when nothing refers to it any more, or with the program.
    """

    def __init__(self, book: OpenBook, held: Held) -> None:
        super().__init__(book, held)
        self.orders = BlockingOrders(book, held)
        self.jobs = BlockingJobs(book, held)
        self.rejects = BlockingRejects(book, held)
        self.placements = BlockingPlacements(book, held)
        self.customers = BlockingCustomers(book, held)
        self.products = BlockingProducts(book, held)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of seller {self.caller.seller}>"

    def close(self) -> None:
        """Let go of the book; closed once more, nothing happens."""
        self.held.close()


def open_book_sync(
    url: str,
    seller: str = "",
    *,
    create: bool = False,
    currency: str = "",
    test: bool = False,
    who: str = COMMAND,
    replica: str = "",
    channels: VendorTables | None = None,
) -> BlockingBook:
    """Open one seller's order book for a program without an event loop, as ``open_book`` does for others.

    What it is asked is done by one loop in the background, in a script as well as in a notebook, whose
    own loop is left alone. Raises what ``open_book`` does.
    """
    loop = background()
    book = loop.run(_open(url, seller, create, currency, test, who, replica, channels))
    return BlockingBook(book, Held(book, loop))


@asynccontextmanager
async def administer(
    url: str,
    *,
    create: bool = False,
    who: str = COMMAND,
    webhook_networks: Collection[str] = (),
) -> AsyncIterator[Administration]:
    """Open what may be done to the sellers of a database, their keys and webhooks, and close it at the end.

    ``url`` is as ``open_book`` takes it. ``who`` is whose acts they are, which are written down.
    ``webhook_networks`` are addresses and networks, such as 10.0.0.0/8, to which webhooks may be sent
    though they are not open to everybody. Raises
    NotFound where there is no such database and ``create`` does not allow to make one, Upstream where it
    cannot be used.
    """
    async with opened(url, create=create, webhook_networks=webhook_networks) as hub:
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
