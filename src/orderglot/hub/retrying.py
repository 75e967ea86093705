"""What was put aside, read once more for whoever asks over the API: the port that operations are given."""

from __future__ import annotations

from orderglot.core.caller import Caller
from orderglot.core.order import Order, Reference
from orderglot.core.ports import Store
from orderglot.hub.dialects import chosen_one
from orderglot.sync import rejects


class Retries:
    """Rejects over a store, each in a transaction of its own."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def retry(self, caller: Caller, whose: str, name: str) -> tuple[int, int]:
        """Try one by its name again, or all of a dialect or channel."""
        tried = await rejects.try_again(self._store.of(caller), chosen_one, whose, name)
        return tried.taken, tried.left

    async def settle(self, caller: Caller, name: str, order: Reference | None) -> Order:
        """Take one for an order of the book, or for a new one where that is None."""
        book = self._store.of(caller)
        mine = await book.get(order) if order is not None else None
        return (await rejects.settle(book, chosen_one, name, mine)).order
