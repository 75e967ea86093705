"""Placements that ended unknown: orders of which nobody knows whether a vendor has them."""

from __future__ import annotations

from orderglot.core.ports import Book
from orderglot.stores import document
from orderglot.sync.notes import PLACING, Placing, read


async def unknown_placements(book: Book) -> dict[str, list[int]]:
    """Give the orders by channel that were sent, and whose answer never came."""
    found = dict[str, list[int]]()
    for note in await book.notes(PLACING):
        placing = read(note, Placing)
        if not placing.refused:
            order = document.read_order(placing.order)
            found.setdefault(placing.channel or placing.dialect, []).append(order.id)
    return found
