"""Sellers: what each request needs to know of a seller, such as what a time means that names no zone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from orderglot.core.caller import Caller
from orderglot.core.order import HUB
from orderglot.core.ports import Store
from orderglot.core.seller import Seller

EVERY = timedelta(seconds=1)
"""How long a seller may have another zone or list before this process learns of it."""


class _Read(NamedTuple):
    """A seller, and when it was read."""

    seller: Seller
    at: datetime


class Sellers:
    """The sellers of a store, each read once a second at most."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._read: dict[int, _Read] = {}

    async def of(self, id: int, now: datetime) -> Seller:
        """Give the seller of an id."""
        known = self._read.get(id)
        if known is None or not known.at <= now < known.at + EVERY:
            book = self._store.of(Caller(seller=id, name=HUB))
            known = self._read[id] = _Read(await book.seller(), now)
        return known.seller
