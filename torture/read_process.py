"""A process that reads the feeds of a book until it is killed: ``python -m torture.read_process URL LOG LIMIT PAUSE``.

It keeps what it read in LOG, a line an event (seller, sequence, order, version, type), and goes on behind the last
line that is there whole: whoever starts it again reads on.
"""

from __future__ import annotations

import asyncio
import sys
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

from orderglot.core.caller import Caller
from orderglot.core.errors import Upstream
from orderglot.core.event_types import type_of
from orderglot.core.ports import Event
from orderglot.hub.books import open_store

IDLE = 0.05
"""So many seconds it rests where nothing is new."""


class Read(NamedTuple):
    """What a line says: whose feed it was read from, its number there, and what it tells of."""

    seller: int
    sequence: int
    order: int
    version: int
    type: str


def read(log: Path) -> list[Read]:
    """Give what whole lines of a log say; what is left of a line that was cut off is taken away."""
    if not log.exists():
        return []
    whole, _, rest = log.read_bytes().rpartition(b"\n")
    if rest:
        log.write_bytes(whole + b"\n" if whole else b"")
    return [_event(*line.split()) for line in whole.decode().splitlines()]


def _event(seller: str, sequence: str, order: str, version: str, type: str) -> Read:
    return Read(int(seller), int(sequence), int(order), int(version), type)


def _line(seller: int, event: Event) -> str:
    return f"{seller} {event.sequence} {event.order} {event.version} {type_of(event)}\n"


async def main(url: str, log: Path, limit: int, pause: float) -> None:
    """Read on, ``limit`` events at a time, and rest after each for ``pause`` seconds."""
    after = defaultdict[int, int](int)
    for one in read(log):
        after[one.seller] = one.sequence
    store = open_store(url)
    callers = [Caller(seller=one.id, tests=True, deleted=True) for one in await store.sellers()]
    with log.open("a") as lines:
        while True:
            came = False
            for caller in callers:
                seller = caller.seller
                try:
                    feed = await store.of(caller).feed(after[seller], limit)
                except Upstream:
                    # A database that was killed comes again.
                    continue
                lines.write("".join(_line(seller, one) for one in feed.events))
                lines.flush()
                after[seller] = feed.after
                came = came or bool(feed.events)
                await asyncio.sleep(pause)
            if not came:
                await asyncio.sleep(IDLE)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])))
