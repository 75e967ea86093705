"""Conflicts: members of orders that a vendor and we have both changed, listed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderglot.cli.output import table, write_json, write_line

if TYPE_CHECKING:
    from orderglot.core.ports import Book

COLUMNS = ("order", "channel", "member", "ours", "theirs", "stands", "since")


async def show_conflicts(book: Book, channel: str, *, as_json: bool) -> None:
    """List what both sides changed, of one channel or of all, with both values."""
    from orderglot.sync.conflicts import disagreements

    found = [
        one for one in await disagreements(book) if channel in ("", one.channel.partition("@")[2])
    ]
    if as_json:
        return write_json(found)
    if not found:
        return write_line("Nothing was changed on both sides.")
    rows = [
        (
            one.order,
            one.channel,
            one.field,
            one.ours,
            one.theirs,
            "ours" if one.ours_stands else "theirs",
            f"{one.at:%Y-%m-%d %H:%M}",
        )
        for one in found
    ]
    return table(COLUMNS, rows, right=("order",))
