"""How long hostile ``where``s take, and whether any of them shows another seller's order.

    .venv/bin/python -m bench.hostile_where BOOK.db [COUNT] [SEED]

BOOK.db is filled by ``bench.book``. Each ``where`` is sent to Catalyst's server face in this
process, without a socket. Ends with 1 where a response was neither a page nor a refusal, or had an
order of the other seller.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from heapq import nlargest
from pathlib import Path

from msgspec import Struct

from bench.book import OTHER, SELLER
from bench.catalyst_server import CatalystServer, opened
from tests.hostile_where import wheres

ALLOWED = 100.0
"""Milliseconds that a response may take."""

SHOWN = 5


class Took(Struct, frozen=True):
    """How long one took, in milliseconds of wall-clock time and of processor time."""

    wall: float
    processor: float
    status: int
    where: str


def main(path: str, count: str = "100000", seed: str = "1") -> int:
    """Send them all and print the figures."""
    with opened(Path(path)) as server:
        others = {seller: server.ids(seller) for seller in (SELLER, OTHER)}
        assert not others[SELLER] & others[OTHER]
        took, strangers = list[Took](), 0
        reported = time.monotonic()
        for number, where in enumerate(wheres(int(seed), int(count))):
            seller, other = (SELLER, OTHER) if number % 8 else (OTHER, SELLER)
            one, found = _ask(server, seller, where)
            took.append(one)
            strangers += bool(found & others[other]) or not found <= others[seller]
            if time.monotonic() > reported + 5:
                reported = time.monotonic()
                print(f"{number + 1:,} sent", flush=True)
    _report(took, strangers)
    return 1 if strangers or any(one.status not in (200, 400) for one in took) else 0


def _ask(server: CatalystServer, seller: str, where: str) -> tuple[Took, set[str]]:
    query = f"where={where}&limit=10"
    wall, processor = time.perf_counter(), time.thread_time()
    response = server.ask(seller, "/orders", query)
    processor, wall = time.thread_time() - processor, time.perf_counter() - wall
    found = server.shown(response) if response.status == 200 else set()
    return Took(wall * 1000, processor * 1000, response.status, where), found


def _report(took: list[Took], strangers: int) -> None:
    print(f"\n{len(took):,} sent: ", end="")
    print(
        ", ".join(
            f"{n:,} times {status}"
            for status, n in Counter(one.status for one in took).most_common()
        )
    )
    for name, times in (
        ("clock", sorted(one.wall for one in took)),
        ("processor", sorted(one.processor for one in took)),
    ):
        p50, p99 = (times[len(times) * part // 100] for part in (50, 99))
        over = sum(one > ALLOWED for one in times)
        print(
            f"{name:10} p50 {p50:7.2f} ms  p99 {p99:7.2f} ms  max {times[-1]:7.2f} ms  over {ALLOWED:.0f} ms: {over}"
        )
    print(f"orders of another seller: {strangers}\n\nthe slowest by the processor:")
    for one in nlargest(SHOWN, took, key=lambda one: one.processor):
        print(
            f"{one.processor:7.2f} ms ({one.wall:.2f} by the clock), {one.status}, {len(one.where):,} characters: {one.where[:300]}"
        )


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
