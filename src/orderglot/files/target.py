"""The target of an import: a book that is opened, and perhaps made, when the first orders come."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from orderglot.core.ports import Book


class Target(Protocol):
    """Where orders go: a book that is opened, and perhaps made, when the first come."""

    @property
    def currency(self) -> str:
        """The seller's currency; "" as long as there is no seller."""
        ...

    @property
    def timezone(self) -> str:
        """The seller's time zone; "" is UTC."""
        ...

    async def open(self, currency: str, *, tests: bool = False) -> Book:
        """Open the book; a seller who is made for it has that currency.

        With ``tests`` the orders of test mode are in sight.
        """
        ...

    async def open_known(self) -> Book:
        """Open the book; raises NotFound where there is none, or no such seller."""
        ...


class Ready(Struct, frozen=True):
    """A book that is open."""

    book: Book
    currency: str
    timezone: str = ""

    async def open(self, currency: str, *, tests: bool = False) -> Book:  # noqa: ARG002
        """Give the book."""
        return self.book

    async def open_known(self) -> Book:
        """Give the book."""
        return self.book
