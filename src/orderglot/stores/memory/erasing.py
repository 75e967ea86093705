"""Erasing in memory: what a database has as rows, read and written as such."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from orderglot.core.ports import Event
from orderglot.stores.memory.tables import SellerTables
from orderglot.stores.sql.rows import microseconds
from orderglot.stores.sweeping import ANSWERS, EVENTS, Rewritten, Row, Swept


def sweep(room: SellerTables, table: Swept, behind: Row, most: int) -> list[Row]:
    """Give so many rows behind a key, by rising key: the keys, and the texts behind them."""
    width = len(table.key)
    return sorted(row for row in _rows(room, table) if row[:width] > behind)[:most]


def _rows(room: SellerTables, table: Swept) -> list[Row]:
    if table is EVENTS:
        return [(*_key(one), *_texts(one)) for one in room.events]
    if table is ANSWERS:
        return [(*key, one.answer) for key, one in room.answers.items()]
    return [(*key, one.document) for key, one in room.notes.items()]


def rewrite(room: SellerTables, table: Swept, rows: list[Rewritten]) -> None:
    """Write texts in the place of those that were read, where they are still the same."""
    for row in rows:
        if table is EVENTS:
            _rewrite_event(room, row)
        elif table is ANSWERS:
            answered = room.answers[row.key]
            room.answers[row.key] = replace(answered, answer=row.after[0])
        else:
            note = room.notes[row.key]
            room.notes[row.key] = replace(note, document=row.after[0], version=note.version + 1)


def _rewrite_event(room: SellerTables, row: Rewritten) -> None:
    who, why, details = row.after
    for at, one in enumerate(room.events):
        if _key(one) == row.key:
            details_of = msgspec.json.decode(details) if details else {}
            room.events[at] = replace(one, who=who, why=why, details=details_of)


def _key(one: Event) -> Row:
    return one.order, one.version, microseconds(one.at), one.what


def _texts(one: Event) -> Row:
    return one.who, one.why, msgspec.json.encode(one.details).decode() if one.details else None
