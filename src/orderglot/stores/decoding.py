"""Decoding: many documents at a time, without keeping others waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

T = TypeVar("T")

AT_ONCE = 20
"""So many documents are decoded before others have their turn: in less than a millisecond."""


def decoded(read: Callable[[bytes], T], rows: Sequence[Any]) -> tuple[T, ...]:
    """Decode the documents in rows, in each of which one stands first."""
    return tuple([read(row[0]) for row in rows])


async def decoded_in_turns(read: Callable[[bytes], T], rows: Sequence[Any]) -> tuple[T, ...]:
    """Decode the documents in rows, in each of which one stands first, some at a time."""
    every = list[T]()
    for begin in range(0, len(rows), AT_ONCE):
        if begin:
            await asyncio.sleep(0)
        every += decoded(read, rows[begin : begin + AT_ONCE])
    return tuple(every)
