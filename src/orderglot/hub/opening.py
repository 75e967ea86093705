"""Opening an order book, and the opened book that commands work with."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from orderglot.core.administration import Administration, demand_name
from orderglot.core.caller import Caller
from orderglot.core.errors import NotFound, Rule, invalid
from orderglot.core.journal import Journal
from orderglot.core.ports import Note
from orderglot.core.seller import Seller
from orderglot.core.webhook_addresses import Addresses
from orderglot.faces.administering import administration_over
from orderglot.faces.completing import Completing
from orderglot.faces.proxies import read_networks
from orderglot.faces.recording import Observed
from orderglot.faces.resolving import look_up
from orderglot.hub.books import open_store
from orderglot.hub.dialects import chosen, chosen_one
from orderglot.hub.journals import journal_of
from orderglot.journal.recorder import Recorder
from orderglot.stores.book import Book
from orderglot.stores.store import BookStore
from orderglot.wire.dialect import Dialect

if TYPE_CHECKING:
    from orderglot.hub.retrying import Retries

COMMAND = "orderglot"
"""Who did it, in an order's events, where nobody else is named."""

Table = Mapping[str, str | int | float | bool]
"""What the configuration says of the hub's account with one vendor."""


class Hub:
    """An opened order book with all its sellers: what commands work with."""

    def __init__(
        self,
        store: BookStore,
        seller: str = "",
        vendors: Mapping[str, Table] | None = None,
        channels: Mapping[str, Table] | None = None,
        url: str = "",
        recording: Callable[[], Recorder | None] = lambda: None,
        feed_days: int = 0,
    ) -> None:
        self.url = url
        self.feed_days = feed_days
        self._recording = recording
        self._recorder: Recorder | None = None
        self.store = store
        self.named = seller
        self.vendors = vendors or {}
        self.channels = channels or {}
        self._completing = Completing(store, lambda: chosen(()))

    @property
    def administration(self) -> Administration:
        """What may be done to sellers and keys; whose acts it is, the store was told."""
        return administration_over(self.store, chosen_one)

    @property
    def retries(self) -> Retries:
        """What may be done with what pulls put aside; whose acts it is, the store was told."""
        # Few commands speak to vendors, and what does takes long to load.
        from orderglot.hub.retrying import Retries

        return Retries(self.store)

    @property
    def journal(self) -> Journal:
        """The exchanges that are kept of this book."""
        found = journal_of(self.url)
        if found is None:
            raise NotFound("A book in memory keeps no exchanges.")
        return found

    def observed(self, dialect: Dialect, channel: str, seller: int) -> Observed | None:
        """Give what records what is asked of a vendor for a seller, None where nothing is recorded."""
        if self._recorder is None:
            self._recorder = self._recording()
        if self._recorder is None:
            return None
        caller = Caller(seller=seller, name=COMMAND)
        return Observed(dialect, channel, caller, self._recorder)

    async def close(self) -> None:
        """Write what is recorded, and let go of the store."""
        if self._recorder is not None:
            await self._recorder.close()
        await self.store.close()

    async def seller_or_new(self, name: str | None, currency: str) -> Seller:
        """Give a seller as ``seller`` does, added now where the name is new."""
        if name and name not in {seller.name for seller in await self.store.sellers()}:
            demand_name("--seller", name)
            return await self.store.add_seller(name, currency=currency or "USD")
        return await self.seller(name)

    async def seller(self, name: str | None = None) -> Seller:
        """Give the seller of a name, else the configured one, else the only one there is."""
        found = {seller.name: seller for seller in await self.store.sellers()}
        name = name or self.named
        if name in found:
            return await self.up_to_date(found[name])
        if name:
            raise NotFound(f"There is no seller {name!r}; {_choice(found)}.")
        if len(found) != 1:
            raise invalid("--seller", Rule.REQUIRED, f"say whose book is meant; {_choice(found)}.")
        return await self.up_to_date(next(iter(found.values())))

    async def up_to_date(self, seller: Seller) -> Seller:
        """Give a seller back in whose book everything is complete that is so by now."""
        await self._completing(seller.id, self.store.now())
        return seller

    def book(
        self,
        seller: Seller,
        *,
        test: bool = False,
        tests: bool = False,
        deleted: bool = False,
        who: str = COMMAND,
        observed: Observed | None = None,
        fence: Note | None = None,
    ) -> Book:
        """Open a seller's whole book, perhaps in ``test`` mode.

        Test orders and deleted ones are in sight only if asked. Its events name the exchange that
        was ``observed`` last. With a ``fence`` nothing is written once that is not as it was.
        """
        caller = Caller(
            seller=seller.id, test=test, tests=tests, deleted=deleted, name=who, unlimited=True
        )
        exchange = observed.exchange if observed is not None else ""
        return self.store.of(caller, exchange=exchange, fence=fence)


@asynccontextmanager
async def opened(
    url: str,
    *,
    create: bool = False,
    reads: bool = False,
    replica: str = "",
    seller: str = "",
    vendors: Mapping[str, Table] | None = None,
    channels: Mapping[str, Table] | None = None,
    recording: Callable[[], Recorder | None] = lambda: None,
    webhook_networks: Collection[str] = (),
    feed_days: int = 0,
) -> AsyncIterator[Hub]:
    """Open an order book, brought up to date, and close it at the end.

    With ``reads`` nothing will be written. ``recording`` makes what records the exchanges with
    vendors, where there are any; ``webhook_networks`` are those to which webhooks may be sent though
    they are not open to everybody. ``feed_days`` is how old an event of a feed may become, 0 for any. Raises NotFound where there is none and ``create`` does
    not allow to make one.
    """
    store = open_store(url, create=create, replica=replica, reads=reads)
    store.webhooks.addresses = Addresses(read_networks(webhook_networks), look_up)
    hub = Hub(store, seller, vendors, channels, url, recording, feed_days)
    try:
        # A server that cannot be used says so now, before any work is begun.
        await store.sellers()
        yield hub
    finally:
        await hub.close()


def _choice(sellers: Iterable[str]) -> str:
    names = ", ".join(sellers)
    return f"the book has {names}" if names else "add one with 'orderglot seller add NAME'"
