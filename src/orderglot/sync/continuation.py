"""Continuation: whether the hub has taken a vendor's place, so that its clients go on seeing his ids.

A seller continues one channel of a dialect at most: the first one that is pulled while no client of
that dialect was told anything, or one that a person names.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.errors import HubError
from orderglot.core.seller import Seller
from orderglot.stores.fingerprints import KEY
from orderglot.stores.store import BookStore
from orderglot.sync.channel import Channel
from orderglot.sync.notes import PULL, Checkpoint, read


async def begin(store: BookStore, seller: Seller, channel: Channel) -> tuple[Seller, bool]:
    """Let a seller continue a channel by itself where nothing speaks against it.

    Gives the seller, and whether it begins with this.
    """
    if channel.dialect in seller.continues or not await _is_unused(store, seller, channel):
        return seller, False
    return await store.change_seller(continuing(seller, channel.dialect, channel.reference)), True


@asynccontextmanager
async def begun(
    store: BookStore, seller: Seller, channel: Channel
) -> AsyncIterator[tuple[Seller, bool]]:
    """Let a seller continue a channel as ``begin`` does, unless the block fails with nothing pulled.

    A channel that was mistyped, or whose credentials are wrong, is not continued in the right one's
    place.
    """
    owner, begins = await begin(store, seller, channel)
    try:
        yield owner, begins
    except HubError:
        if begins and not await _is_pulled(store, owner, channel):
            await store.change_seller(replace(owner, continues=seller.continues))
        raise


async def _is_pulled(store: BookStore, seller: Seller, channel: Channel) -> bool:
    """Tell whether anything was ever pulled over a channel."""
    notes = await store.of(Caller(seller=seller.id)).notes(PULL)
    return any(read(note, Checkpoint).channel == channel.reference for note in notes)


def continuing(seller: Seller, dialect: str, channel: str) -> Seller:
    """Let a seller's clients of a dialect know things by a channel's ids."""
    continues: Mapping[str, str] = {**seller.continues, dialect: channel}
    return replace(seller, continues=dict(continues))


def is_continued(seller: Seller, channel: Channel) -> bool:
    """Tell whether a seller's clients of the dialect know things by this channel's ids."""
    return seller.continues.get(channel.dialect) == channel.reference


async def _is_unused(store: BookStore, seller: Seller, channel: Channel) -> bool:
    """Tell whether no client of the dialect can know any other ids than this channel's.

    Books from before there were channels kept a vendor's ids as those of the dialect's clients.
    """
    book = store.of(Caller(seller=seller.id))
    for note in await book.notes(PULL):
        there = read(note, Checkpoint)
        if not there.channel and there.dialect == channel.dialect:
            return there.url == channel.url
    keys = await store.keyring.credentials(seller.id)
    return not any(one.dialect == channel.dialect and one.kind == KEY for one in keys)
