"""Beside documents: the rows in tables of their own that repeat what a document says, to be looked up by it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from msgspec import Struct

from orderglot.core.customer import Customer
from orderglot.core.order import Order
from orderglot.stores.rows import Row
from orderglot.stores.sql.grammar import fragment
from orderglot.stores.sql.linking import links

MOST = 500
"""So many documents at most are compared at a time."""


class Beside(Struct, frozen=True):
    """A table beside documents: its columns, of which the first is whose document it is, and what they have to be."""

    table: str
    columns: tuple[str, ...]
    rows: Callable[[Any], Iterable[Row]]

    def select(self, mark: str) -> str:
        """Say the statement for the rows of a seller's documents from one id to another."""
        one, two, three = (mark.format(place) for place in (1, 2, 3))
        return fragment(
            "SELECT",
            ", ".join(self.columns),
            "FROM",
            f"{self.table} WHERE seller = {one} AND {self.columns[0]} BETWEEN {two} AND {three}",
        )


def _names(thing: Order | Customer) -> Iterator[Row]:
    return ((thing.id, ref.id, ref.dialect) for ref in thing.references)


BESIDE = {
    "orders": (
        Beside("order_references", ("order_id", "name", "dialect"), _names),
        Beside("order_links", ("order_id", "position", "name", "dialect", "target"), links),
    ),
    "customers": (Beside("customer_references", ("customer", "name", "dialect"), _names),),
}
"""By the tables of the documents."""


class Run:
    """Documents of one seller by rising ids, to be compared with what stands beside them."""

    def __init__(self, seller: int) -> None:
        self.seller = seller
        self._things: dict[int, Any] = {}

    def add(self, id: int, thing: Any) -> None:
        """Add a document, None where it cannot be read."""
        self._things[id] = thing

    def is_over(self, seller: int) -> bool:
        """Tell whether this is to be compared before a document of some seller is added."""
        return seller != self.seller or len(self._things) >= MOST

    @property
    def ends(self) -> tuple[int, int]:
        """The first and the last id."""
        return min(self._things), max(self._things)

    def odd(self, beside: Beside, found: Iterable[Row]) -> list[int]:
        """Give the ids of documents that say something else than the rows beside them."""
        readable = [thing for thing in self._things.values() if thing is not None]
        expected = {row for thing in readable for row in beside.rows(thing)}
        there = {row for row in found if self._things.get(row[0], self) is not None}
        return sorted({row[0] for row in expected ^ there})
