"""The seller: whose order book it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.order import Reference


class Seller(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A company with a book of its own; ``name`` is unique, ``references`` are its ids at vendors."""

    id: int = 0
    version: int = 0
    name: str = ""
    title: str = ""
    currency: str = "USD"
    timezone: str = ""
    """What the seller's clock shows: the IANA name of a zone, "" for UTC."""
    references: tuple[Reference, ...] = ()
    continues: dict[str, str] = {}
    """The channel whose ids our own clients of a dialect know things by, by dialect."""
    tables: dict[str, Any] = {}
    """The seller's own numbered lists, by ``<vendor>.<list>``: a Catalyst site's order statuses."""
    former: dict[str, list[Any]] = {}
    """The rows that those lists once had and have no more: there are orders that speak of them."""

    def __hash__(self) -> int:
        """Let what follows from a seller be remembered for as long as all of it is the same."""
        return hash((self.id, self.version, self.name))


def succeeded(before: Seller, after: Seller) -> Seller:
    """Keep, of a seller that takes another's place, what its numbered lists no longer say.

    A row that was taken out or changed is among the former ones, the last of a number in front.
    """
    former = dict(after.former)
    for name, rows in before.tables.items():
        now = after.tables.get(name, [])
        if rows != now and (gone := [row for row in _numbered(rows) if row not in _listed(now)]):
            kept = [row for row in former.get(name, []) if row not in gone]
            former[name] = [*gone, *kept]
    return replace(after, former=former)


def _numbered(table: Any) -> Iterator[Mapping[str, Any]]:
    return (row for row in _listed(table) if isinstance(row, Mapping) and "id" in row)


def _listed(table: Any) -> list[Any]:
    return table if isinstance(table, list) else []
