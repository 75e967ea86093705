"""Progress: how far an import has come, and what it came to in the end."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from orderglot.core.order import Order
from orderglot.core.sum_counts import SumCounts
from orderglot.files.remarks import Aside


class Progress(Struct, frozen=True, kw_only=True):
    """How far an import has come, or what it came to.

    ``read`` and ``size`` are bytes of the file as it lies there. ``rows`` were read, ``lines`` of
    them are in the book with their orders, ``rejected`` are in the file ``rejects``, ``passed`` are
    no order's; the others still wait for their orders to be complete.
    """

    read: int = 0
    size: int = 0
    rows: int = 0
    lines: int = 0
    orders: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    rejected: int = 0
    rejects: Path | None = None
    passed: int = 0
    adds_up: SumCounts = SumCounts()
    """How many of the orders add up, do not, or cannot be told."""
    orders_aside: int = 0
    """How many orders were put aside whole."""
    aside: tuple[Aside, ...] = ()
    """The first of what was put aside: orders, whole or in part, and rows of none."""
    remarks: tuple[str, ...] = ()
    """In the end, what there is to say of how the file was read and of what was left out."""
    left_out: bool = False
    """In the end, whether something that the file says of its orders was not taken."""

    @property
    def whole(self) -> bool:
        """Tell whether all was taken."""
        return not self.rejected and not self.left_out


class Taken(Struct, frozen=True):
    """What an import came to, which column was taken for which field, and a dry run's first orders."""

    progress: Progress
    columns: dict[str, str]
    first: tuple[Order, ...]


def no_progress(_progress: Progress) -> None:
    """Tell nobody."""
