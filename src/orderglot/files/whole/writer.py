"""What the writers of all formats have in common."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import IO, Protocol

from orderglot.core.errors import Unsupported
from orderglot.core.order import Order

Destination = IO[bytes]


class Writer(Protocol):
    """Writes orders into one file, which is whole once it is closed."""

    @property
    def rows(self) -> int:
        """How many rows were written, those that name the columns not counted."""
        ...

    def write(self, orders: Sequence[Order]) -> None:
        """Write some more orders."""
        ...

    def close(self) -> None:
        """Write what belongs to the end of the file; the destination stays open."""
        ...


def not_installed(what: str, package: str) -> Unsupported:
    """Tell what has to be installed for a format."""
    return Unsupported(
        f"{what} needs {package}, which is not installed: install 'orderglot[files]'."
    )


def plain_number(number: int | Decimal) -> str:
    """Write a number digit by digit, without an exponent."""
    return f"{number:f}" if isinstance(number, Decimal) else str(number)


def iso_time(moment: datetime) -> str:
    """Write an instant in UTC, as JSON has it."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
