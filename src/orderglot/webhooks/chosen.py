"""Which events an endpoint is sent: those of its types, of orders that its filter holds for."""

from __future__ import annotations

from collections.abc import Sequence

from orderglot.core.event_types import type_of
from orderglot.core.ports import Book, Event
from orderglot.core.query import And, Compare, Operator, Window
from orderglot.core.time_zones import zone_of
from orderglot.core.webhooks import Endpoint
from orderglot.wire.aip160 import read_filter

AT_ONCE = 50
"""So many orders are asked for at a time: that is within what every book takes in one question."""


class Chosen:
    """The choice of an endpoint; days in its filter are those of the seller's zone."""

    def __init__(self, endpoint: Endpoint, zone: str) -> None:
        self._types = frozenset(endpoint.types)
        self._where = read_filter(endpoint.filter, zone_of(zone)) if endpoint.filter else None

    async def of(self, book: Book, events: Sequence[Event]) -> list[tuple[str, Event]]:
        """Give the events that are chosen, with their types; orders are asked as they stand by now."""
        typed = [(type_of(event), event) for event in events]
        if self._types:
            typed = [one for one in typed if one[0] in self._types]
        if self._where is None or not typed:
            return typed
        held = await self._held(book, sorted({event.order for _, event in typed}))
        return [one for one in typed if one[1].order in held]

    async def _held(self, book: Book, orders: Sequence[int]) -> set[int]:
        assert self._where is not None
        held = set[int]()
        for first in range(0, len(orders), AT_ONCE):
            some = orders[first : first + AT_ONCE]
            these = Compare("id", Operator.IN, tuple(some))
            window = Window(where=And((these, self._where)), limit=AT_ONCE)
            held |= {order.id for order in (await book.page(window)).orders}
        return held
