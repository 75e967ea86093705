"""Zones: what the clock of a seller shows, for the wires whose times name no zone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from orderglot.core.caller import Caller
from orderglot.core.order import HUB
from orderglot.core.ports import Store

EVERY = timedelta(seconds=1)
"""How long a seller may have another zone before this process learns of it."""


class _Read(NamedTuple):
    """A seller's zone, and when it was read."""

    zone: str
    at: datetime


class Zones:
    """The zones of the sellers of a store, each read once a second at most."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._read: dict[int, _Read] = {}

    async def of(self, seller: int, now: datetime) -> str:
        """Give the zone of a seller, "" for UTC."""
        known = self._read.get(seller)
        if known is None or not known.at <= now < known.at + EVERY:
            book = self._store.of(Caller(seller=seller, name=HUB))
            known = self._read[seller] = _Read((await book.seller()).timezone, now)
        return known.zone
