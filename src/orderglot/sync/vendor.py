"""A vendor to pull from and to place with: his channel, a client connected to it, and who knows his ids."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from msgspec import Struct

from orderglot.core.order import Order
from orderglot.core.ports import Book
from orderglot.core.time_zones import from_zone, shown_in, to_zone, zone_of
from orderglot.core.totals import totalled
from orderglot.faces.client import Client
from orderglot.faces.recording import Observed
from orderglot.sync.budget import Budget
from orderglot.sync.channel import Channel, connected
from orderglot.sync.id_mapping import incoming, outgoing
from orderglot.sync.value_mapping import meanings_of
from orderglot.wire.dialect import Dialect
from orderglot.wire.loss import in_its_boxes, loses

UNZONED = timedelta(days=1)
"""So far may a clock be from ours whose zone nobody has named."""


class Source(Struct, frozen=True):
    """Where orders come from: what references of the vendor go by, and what he speaks.

    ``continued`` says that our clients of the dialect know his ids, because the hub has taken his
    place; ``master`` and ``zone`` are the channel's.
    """

    name: str
    dialect: Dialect
    continued: bool = False
    master: str = ""
    zone: str = ""

    def incoming(self, received: Order, *, continued: bool = False) -> Order:
        """Give what the vendor says of an order with the book's names of him, and true moments.

        Where his wire never says what an order comes to, that is what its bill or its lines do.
        """
        order = self.timed(incoming(received, self.dialect.name, self.name, continued=continued))
        return totalled(order) if loses(self.dialect.can, "totals.total") else order

    def timed(self, received: Order) -> Order:
        """Give an order as the vendor shows it with true moments."""
        return from_zone(received, zone_of(self.zone)) if self._needs_zone else received

    def outgoing(self, order: Order) -> Order:
        """Give an order as the vendor may be sent it: with his own ids alone, and by his clock.

        Boxes are the pieces in them where he knows none.
        """
        order = outgoing(order, self.dialect.name, self.name)
        order = in_its_boxes(order, self.dialect.can)
        return to_zone(order, zone_of(self.zone)) if self._needs_zone else order

    def clock(self, moment: datetime | None) -> datetime | None:
        """Give a moment as the vendor's clock shows it, as his list has to be asked for it."""
        if moment is None or not self._needs_zone:
            return moment
        return shown_in(moment, zone_of(self.zone))

    @property
    def overlap(self) -> timedelta:
        """How far his clock may be from ours, where nobody says which zone it shows."""
        return timedelta() if self.dialect.lists.zoned or self.zone else UNZONED

    @property
    def _needs_zone(self) -> bool:
        return bool(self.zone) and not self.dialect.lists.zoned

    def ours_win(self, *, placed: bool) -> bool:
        """Tell whether ours stands where both changed a member of an order, one that we placed."""
        return self.master == "ours" if self.master else placed


class Vendor(Struct, frozen=True):
    """A source of orders that can be asked, and that orders are placed with."""

    channel: Channel
    client: Client
    source: Source
    observed: Observed | None = None

    @property
    def name(self) -> str:
        """What references of this vendor go by: ``kole@wholesaler``."""
        return self.source.name

    @property
    def dialect(self) -> Dialect:
        """What he speaks."""
        return self.source.dialect

    async def understood(self, book: Book) -> None:
        """Have his words read from now on as a book's seller says that they are meant."""
        self.client.meanings = await meanings_of(book, self.name, self.dialect.name)


@asynccontextmanager
async def calling(
    dialect: Dialect,
    channel: Channel,
    *,
    continued: bool = False,
    notify: Callable[[str], None] = lambda _text: None,
    observed: Observed | None = None,
    budget: Budget | None = None,
) -> AsyncIterator[Vendor]:
    """Connect to a vendor; whoever waits for a long pause of his is notified why.

    What is asked is ``observed``, if anybody records it, and counts for the channel's ``budget``.
    """
    async with connected(dialect, channel, notify, observed, budget) as client:
        source = Source(channel.reference, dialect, continued, channel.master, channel.zone)
        yield Vendor(channel, client, source, observed)
