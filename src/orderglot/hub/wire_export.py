"""An export as a dialect's clients would get the orders, and what its wire loses of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.errors import HubError, Invalid, Rule, invalid
from orderglot.core.order import Order
from orderglot.core.ports import Book
from orderglot.files.whole.documents import Documents
from orderglot.files.whole.writer import Destination
from orderglot.hub.dialects import chosen_one
from orderglot.hub.opening import Hub
from orderglot.hub.rendering import written
from orderglot.wire import json
from orderglot.wire.changes import LOSSES, Fate, changes
from orderglot.wire.dialect import Dialect
from orderglot.wire.loss import known_as

MOST_FIELDS = 100
"""So many fields that a wire does not carry are counted; a vendor's extras may have any number."""


class Loss(Struct, frozen=True):
    """A field that a wire does not carry as it is, and how many orders have it."""

    field: str
    fate: Fate
    orders: int


class Fates(Struct):
    """What became of the orders of an export: those ``left_out``, the first for that ``reason``."""

    title: str
    left_out: int = 0
    reason: str = ""
    counts: dict[tuple[str, Fate], int] = {}
    more: int = 0
    """How many losses there were of fields beyond those that are counted."""

    @property
    def found(self) -> list[Loss]:
        """The fields that the wire did not carry, in the order in which they came up."""
        return [Loss(field, fate, orders) for (field, fate), orders in self.counts.items()]


class WireExport:
    """Writes orders as a dialect's clients at ``base`` would get them.

    Raises Invalid where there is no such dialect, or lines are wanted and its orders have none.
    """

    def __init__(
        self,
        hub: Hub,
        book: Book,
        name: str,
        format: str,
        file: Destination,
        *,
        lines: bool,
        base: str,
    ) -> None:
        self._dialect: Dialect = chosen_one(name)
        bodies = self._dialect.bodies
        if lines and not bodies.lines:
            reason = f"the orders of {self._dialect.title} have no lines in them; leave it out."
            raise invalid("--lines", Rule.UNEXPECTED, reason)
        self.fates = Fates(self._dialect.title)
        self._hub = hub
        self._book = book
        self._base = base
        self._documents = Documents(file, format, bodies.lines if lines else "")

    @property
    def rows(self) -> int:
        """How many rows were written."""
        return self._documents.rows

    async def write(self, orders: Sequence[Order]) -> list[Order]:
        """Write some more orders, and give those that the dialect has words for."""
        return [order for order in orders if await self._write(order)]

    def close(self) -> None:
        """Write what is left."""
        self._documents.close()

    async def _write(self, order: Order) -> bool:
        dialect, fates = self._dialect, self.fates
        if not dialect.can.omits.isdisjoint((order.kind, order.status)):
            fates.left_out += 1
            fates.reason = fates.reason or f"{dialect.title} has no word for such orders"
            return False
        try:
            response = await written(
                order, self._book, self._hub.store.keyring, dialect.name, self._base, "json"
            )
            arrived = dialect.bodies.read(response.body).orders
        except HubError as error:
            fates.left_out += 1
            fates.reason = fates.reason or f"order {order.id}: {error.message}".rstrip(".")
            return False
        self._documents.write(response.body, _inside(json.read(response.body), dialect.bodies.id))
        if arrived:
            self._note_losses(order, arrived[0])
        return True

    def _note_losses(self, order: Order, arrived: Order) -> None:
        counts = self.fates.counts
        # Ids are each side's own; what another vendor says beside is lost to this one's clients.
        before = replace(known_as(order, self._dialect.name), extras=order.extras)
        for change in changes(before, arrived):
            if change.fate not in LOSSES:
                continue
            key = (change.field, change.fate)
            if key in counts or len(counts) < MOST_FIELDS:
                counts[key] = counts.get(key, 0) + 1
            else:
                self.fates.more += 1


def _inside(document: Any, id: str) -> Any:
    """Find the order in what is wrapped around it: the outermost object with an id."""
    level = [document]
    while level:
        for value in level:
            if isinstance(value, dict) and id in value:
                return value
        level = [inner for value in level for inner in _elements(value)]
    raise Invalid(message="There is no order in the response.")


def _elements(value: Any) -> Sequence[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else ()
