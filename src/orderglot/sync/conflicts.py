"""Conflicts: members of orders that both sides changed, kept until they agree again."""

from __future__ import annotations

from collections.abc import Collection

from orderglot.core.order import Order
from orderglot.core.ports import Book, UnitOfWork
from orderglot.core.reconciliation import Conflict
from orderglot.sync.notes import CONFLICT, Disagreement, noted, read


async def note_conflicts(
    unit: UnitOfWork,
    channel: str,
    order: Order,
    conflicts: Collection[Conflict],
    *,
    ours_win: bool,
) -> None:
    """Keep what both sides changed of an order, with both values."""
    names = {f"{channel}/{order.id}/{one.field}": one for one in conflicts}
    before = {note.name: note for note in await unit.notes(CONFLICT, *names)}
    for name, one in names.items():
        content = Disagreement(
            channel=channel,
            order=order.id,
            field=one.field,
            ours=_shown(one.ours),
            theirs=_shown(one.theirs),
            ours_stands=ours_win,
            at=unit.now(),
        )
        unit.note(noted(CONFLICT, name, content, before.get(name)))


async def disagreements(book: Book, channel: str = "") -> tuple[Disagreement, ...]:
    """Give what both sides changed, of one channel or of all, by order and member."""
    found = [read(note, Disagreement) for note in await book.notes(CONFLICT)]
    return tuple(one for one in found if channel in ("", one.channel))


def _shown(value: object) -> str:
    return "" if value is None else str(value)
