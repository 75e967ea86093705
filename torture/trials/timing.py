"""Timing of wrong keys: how long a refusal takes does not tell how wrong the key was."""

from __future__ import annotations

import asyncio
import gc
import math
import statistics
import time
from collections.abc import Sequence

from msgspec import Struct

from orderglot import dialects
from orderglot.faces.server import Server
from orderglot.wire.message import Request, Response
from tests.conformance.callers import Credentials, Site, site
from tests.conformance.test_strangers import guarded
from torture import books
from torture.harness import Harness, Row

ROUNDS = 4_000
FAR = 0.1
"""Either of two is the slower one in half of the cases, give or take so much."""

CERTAIN = 1e-6
MICRO = 1e6
SAME, OTHER = "0123456789abcdef", "fedcba9876543210"


class Apart(Struct, frozen=True):
    """How two samples differ: medians in seconds, how often the first is larger, and p."""

    first: float
    second: float
    larger: float
    chance: float

    def __str__(self) -> str:
        medians = f"{self.first * MICRO:.1f} and {self.second * MICRO:.1f} µs"
        return f"medians {medians}; the first is slower in {self.larger:.1%}; p = {self.chance:.2g}"


def run(harness: Harness) -> None:
    """Time refusals in this process, where they can be timed exactly."""
    for name in dialects.names():
        with harness.row(f"time of a wrong key, {name}") as row:
            asyncio.run(_time(harness, row, name))


async def _time(harness: Harness, row: Row, name: str) -> None:
    async with books.opened(f"sqlite:///{harness.new_folder()}/book.db") as store:
        at = await site(dialects.dialect(name), store)
        key = at.owners()
        pairs = {
            "a secret with the right beginning, and a wholly wrong one": (
                wrong_behind(at, key),
                wholly_wrong(at, key),
            ),
            "an account that is there, and one that is not": (
                {**key, at.dialect.auth.fields[1]: at.dialect.auth.make_secret(b"\xee" * 32)},
                {**wholly_wrong(at, key), **unknown(at)},
            ),
        }
        for what, (one, other) in pairs.items():
            first, second = await _times(harness, at, one, other)
            found = compared(first, second)
            row.note(what, str(found))
            row.survive(len(first) + len(second) - 1)
            differs = abs(found.larger - 0.5) > FAR and found.chance < CERTAIN
            row.expect(False, differs, f"{what}: {found}")


def wrong_behind(at: Site, key: Credentials) -> Credentials:
    """Give a key of which the last character of the secret alone is wrong."""
    field = at.dialect.auth.fields[1]
    return {**key, field: key[field][:-1] + ("a" if key[field][-1] != "a" else "b")}


def wholly_wrong(at: Site, key: Credentials) -> Credentials:
    """Give a key of which every character of the secret is wrong."""
    field = at.dialect.auth.fields[1]
    table = str.maketrans(SAME, OTHER)
    return {**key, field: key[field].translate(table)}


def unknown(at: Site) -> Credentials:
    """Give an account that does not exist, where the dialect has accounts."""
    field = at.dialect.auth.fields[0]
    return {field: at.dialect.auth.make_key_id(b"\xee" * 32)} if field else {}


async def _times(
    harness: Harness, at: Site, one: Credentials, other: Credentials
) -> tuple[list[float], list[float]]:
    """Send requests with either key in turns, in random order."""
    rng = harness.random(at.dialect.name)
    times: tuple[list[float], list[float]] = ([], [])
    requests = [await _asking(at, key) for key in (one, other)]
    gc.disable()
    try:
        for _ in range(harness.scaled(ROUNDS, least=200)):
            for which in rng.sample((0, 1), 2):
                # A new face has no failed logins to remember.
                server = Server(at.dialect, at.store)
                began = time.perf_counter()
                await server(requests[which])
                times[which].append(time.perf_counter() - began)
    finally:
        gc.enable()
    return times


async def _asking(at: Site, key: Credentials) -> Request:
    """Give the first request that shows a key: a login, or what the key itself opens."""
    sent: list[Request] = []

    async def listen(request: Request) -> Response:
        sent.append(request)
        return await Server(at.dialect, at.store)(request)

    hearing = Site(at.dialect, at.store, listen, at.owner)  # type: ignore[arg-type]
    await hearing.ask(guarded(at.dialect.name)[0].request, key)
    return sent[0]


def compared(first: Sequence[float], second: Sequence[float]) -> Apart:
    """Compare two samples as Mann and Whitney do, by the normal approximation."""
    ranked = sorted([(time, 0) for time in first] + [(time, 1) for time in second])
    ranks = sum(rank for rank, (_, which) in enumerate(ranked, 1) if which == 0)
    n, m = len(first), len(second)
    larger = (ranks - n * (n + 1) / 2) / (n * m)
    deviation = math.sqrt((n + m + 1) / (12 * n * m))
    chance = math.erfc(abs(larger - 0.5) / deviation / math.sqrt(2))
    return Apart(statistics.median(first), statistics.median(second), larger, chance)
