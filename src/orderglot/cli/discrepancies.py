"""Discrepancies: what vendors have otherwise than the book, listed, and let stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderglot.cli.command import Misused
from orderglot.cli.output import table, write_json, write_line

if TYPE_CHECKING:
    from orderglot.core.order import Order
    from orderglot.core.ports import Book

COLUMNS = ("order", "number", "channel", "id", "difference")


async def show_pending(book: Book, dialect: str, at: str, *, as_json: bool) -> None:
    """List every order that a vendor has otherwise than the book."""
    from orderglot.dialects import dialect as chosen
    from orderglot.sync.discrepancies import pending

    found = [one async for one in pending(book, chosen) if _is_meant(one.channel, dialect, at)]
    if as_json:
        return write_json(found)
    if not found:
        return write_line("Nothing is with a vendor otherwise than here.")
    return table(
        COLUMNS,
        [
            (one.order, one.number, one.channel, one.id, difference)
            for one in found
            for difference in one.differences
        ],
    )


async def settle(book: Book, order: Order, dialect: str, at: str, *, as_json: bool) -> None:
    """Let what vendors have otherwise of an order stand."""
    from orderglot.dialects import dialect as chosen
    from orderglot.sync.discrepancies import settle_differences

    channels = [one.dialect for one in order.references if _is_meant(one.dialect, dialect, at)]
    if not channels:
        raise Misused(f"order {order.id} is with no such vendor; see 'orderglot show {order.id}'.")
    settled = await settle_differences(book, order, chosen, channels)
    if as_json:
        return write_json(settled)
    if not settled:
        return write_line(f"Nothing of order {order.id} differs.")
    for one in settled:
        write_line(
            f"Order {order.id} stands as {one.channel} has it: {'; '.join(one.differences)}."
        )
    return None


def _is_meant(channel: str, dialect: str, at: str) -> bool:
    """Tell whether a reference's name is a channel of that dialect and name, where one is given."""
    own, sign, name = channel.partition("@")
    return bool(sign) and dialect in ("", own) and at in ("", name)
