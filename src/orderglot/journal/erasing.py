"""Erasing a person from exchanges: blocks written anew, and what rows say of paths and reasons."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec

from orderglot.core.erasing import Theirs
from orderglot.journal.compression import compressed, decompressed
from orderglot.journal.entries import decode, encode

AT_ONCE = 10
"""So many blocks are looked through at a time."""

TEXTS = ("key", "peer", "path", "reason")
"""What of a row may speak of a person."""

BLOCKS = "SELECT id, content FROM journal_blocks WHERE seller = ? AND id > ? ORDER BY id LIMIT ?"
ROWS = (
    "SELECT id, place, customer, orders, key, peer, path, reason FROM journal_exchanges"
    " WHERE seller = ? AND block = ?"
)
PUT_BLOCK = "UPDATE journal_blocks SET content = ?, size = ? WHERE seller = ? AND id = ?"
PUT_ROW = (
    "UPDATE journal_exchanges SET key = ?, peer = ?, path = ?, reason = ?"
    " WHERE seller = ? AND id = ?"
)


class Cleaned(NamedTuple):
    """A block without somebody, the rows that change with it, and how many exchanges spoke of them."""

    content: bytes
    rows: list[tuple[Any, ...]]
    spoke: int


def cleaned(content: bytes, rows: Iterable[tuple[Any, ...]], theirs: Theirs) -> Cleaned | None:
    """Erase a person from a block and its rows; None where it does not speak of them."""
    packed = decompressed(content)
    every, changed, count = decode(packed), list[tuple[Any, ...]](), 0
    for id, place, customer, orders, *texts in rows:
        sent = every[place]
        seen = msgspec.msgpack.encode(sent) + "\n".join(texts).encode()
        if not theirs.has(customer, map(int, orders.split())) and not theirs.eraser.is_meant(seen):
            continue
        after = [theirs.eraser.text(one) for one in texts]
        clean = theirs.eraser.value(sent)
        if after == texts and clean == sent:
            continue
        every[place] = clean
        count += 1
        if after != texts:
            changed.append((*after, id))
    return Cleaned(compressed(encode(every)), changed, count) if count else None
