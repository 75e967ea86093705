"""A vendor to pull from and to place with: his channel, a client connected to it, and who knows his ids."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from msgspec import Struct

from orderglot.faces.client import Client
from orderglot.sync.channel import Channel, connected
from orderglot.wire.dialect import Dialect


class Source(Struct, frozen=True):
    """Where orders come from: what references of the vendor go by, and what he speaks.

    ``continued`` says that our clients of the dialect know his ids, because the hub has taken his
    place; ``master`` whose value stands where both sides changed a member (see ``Channel``).
    """

    name: str
    dialect: Dialect
    continued: bool = False
    master: str = ""

    def ours_win(self, *, placed: bool) -> bool:
        """Tell whether ours stands where both changed a member of an order, one that we placed."""
        return self.master == "ours" if self.master else placed


class Vendor(Struct, frozen=True):
    """A source of orders that can be asked, and that orders are placed with."""

    channel: Channel
    client: Client
    source: Source

    @property
    def name(self) -> str:
        """What references of this vendor go by: ``kole@wholesaler``."""
        return self.source.name

    @property
    def dialect(self) -> Dialect:
        """What he speaks."""
        return self.source.dialect


@asynccontextmanager
async def calling(
    dialect: Dialect, channel: Channel, *, continued: bool = False
) -> AsyncIterator[Vendor]:
    """Connect to a vendor."""
    async with connected(dialect, channel) as client:
        source = Source(channel.reference, dialect, continued, channel.master)
        yield Vendor(channel, client, source)
