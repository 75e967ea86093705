"""The journal: get one and create with it on, beside the same with it off, in turns, on both stores."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from bench.calls import BARS_AT
from bench.copies import Copies, Databases, Files
from bench.load import Sample, endless
from bench.output import log
from bench.postgres import postgres
from bench.request_bytes import CREATE, GET, WIRES, Workload, workloads
from bench.rounds import Figures, Spread, figures, in_turns, ratio
from bench.sample_orders import Shop, filled
from bench.serving import Serving, orderglot, serving
from orderglot.core.caller import Caller
from orderglot.hub.books import open_store
from orderglot.hub.journals import journal_of
from orderglot.journal.recorder import PAUSE

BEHIND = 3 * PAUSE
"""After so many seconds all that was answered is written."""

ON, OFF = "on", "off"


class Journaled(Struct, frozen=True, kw_only=True):
    """One call measured with the journal on and off: how many times the rate with it off it has.

    ``costs`` says the same by processor time. ``dropped`` are exchanges that came too fast to be
    written.
    """

    store: str
    wire: str
    call: str
    sides: dict[str, Figures]
    ratio: Spread
    costs: Spread
    dropped: int = 0


class Effort(Struct, frozen=True, kw_only=True):
    """How much to measure; ``seconds`` are those of a turn."""

    orders: int = 10_000
    rounds: int = 9
    seconds: float = 1.0
    wires: tuple[str, ...] = tuple(wire.name for wire in WIRES)


QUICK = Effort(orders=300, rounds=3, seconds=0.2, wires=("kole",))


def measured(folder: Path, effort: Effort) -> list[Journaled]:
    """Measure both stores."""
    with postgres() as server:
        places: tuple[Copies, ...] = (Files(folder), Databases(server))
        return [one for copies in places for one in _measured(copies, effort)]


def _measured(copies: Copies, effort: Effort) -> Iterator[Journaled]:
    several = asyncio.run(_filled(copies, effort))
    urls = {side: copies.copy(f"journal-{side}") for side in (ON, OFF)}
    with (
        serving(orderglot(urls[ON], journal="all")) as on,
        serving(orderglot(urls[OFF])) as off,
    ):
        for workload in several:
            if workload.call in (GET, CREATE) and workload.wire.name in effort.wires:
                yield _compared(copies.store, workload, {ON: on, OFF: off}, urls[ON], effort)


async def _filled(copies: Copies, effort: Effort) -> list[Workload]:
    store = open_store(copies.url, create=True)
    found: list[Workload] = []
    shops: dict[str, Shop] = {}
    for wire in WIRES:
        if wire.name in effort.wires:
            if wire.dialect not in shops:
                log(f"journal: {copies.store}, {effort.orders:,} orders for {wire.dialect}")
                shops[wire.dialect] = await filled(store, wire.dialect, effort.orders)
            found += await workloads(store, wire, shops[wire.dialect])
    await store.close()
    copies.filled()
    return found


def _compared(
    store: str, workload: Workload, servers: dict[str, Serving], url: str, effort: Effort
) -> Journaled:
    def turn(server: Serving, seconds: float) -> Sample:
        requests, connections = endless(workload.requests), BARS_AT[workload.call]
        before = server.processor_time()
        sample = server.send_load(requests, connections=connections, seconds=seconds)
        # What is written behind the answers is part of what they cost.
        time.sleep(BEHIND)
        return replace(sample, cost=(server.processor_time() - before) / sample.answers)

    for server in servers.values():
        turn(server, effort.seconds / 4)
    before = asyncio.run(_dropped(url))
    turns: dict[str, Callable[[], Sample]] = {
        side: partial(turn, server, effort.seconds) for side, server in servers.items()
    }
    found = in_turns(turns, effort.rounds)
    one = Journaled(
        store=store,
        wire=workload.wire.name,
        call=workload.call,
        sides={side: figures(samples) for side, samples in found.items()},
        ratio=ratio([one.rate for one in found[ON]], [one.rate for one in found[OFF]]),
        costs=ratio([one.cost for one in found[OFF]], [one.cost for one in found[ON]]),
        dropped=asyncio.run(_dropped(url)) - before,
    )
    log(
        f"journal: {store}, {one.wire} {one.call}: {one.ratio.median:.2f} of off"
        f" ({one.costs.median:.2f} by processor time), {one.dropped} dropped"
    )
    return one


async def _dropped(url: str) -> int:
    """Count what the journal dropped so far."""
    kept, store = journal_of(url), open_store(url)
    assert kept is not None
    sellers = [0, *(one.id for one in await store.sellers())]
    gaps = [gap for one in sellers for gap in await kept.gaps(Caller(seller=one))]
    await kept.close()
    await store.close()
    return sum(one.dropped for one in gaps)
