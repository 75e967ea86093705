"""The seller: whose order book it is."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from orderglot.core.order import Reference


class Seller(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A company with a book of its own; ``name`` is unique, ``references`` are its ids at vendors."""

    id: int = 0
    version: int = 0
    name: str = ""
    title: str = ""
    currency: str = "USD"
    references: tuple[Reference, ...] = ()
    continues: dict[str, str] = {}
    """The channel whose ids our own clients of a dialect know things by, by dialect."""
    tables: dict[str, Any] = {}
    """The seller's own numbered lists, by ``<vendor>.<list>``: a Catalyst site's order statuses."""

    def __hash__(self) -> int:
        """Let what follows from a seller be remembered for as long as all of it is the same."""
        return hash((self.id, self.version, self.name))
