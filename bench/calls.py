"""Get one, list 25, create: each dialect beside the hand-written floor and a fixed response."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from msgspec import Struct

from bench.copies import Copies
from bench.equivalence import demand_same
from bench.load import Sample, Wrong, endless, once
from bench.output import log
from bench.request_bytes import CALLS, CREATE, GET, LIST, WIRES, Workload, workloads
from bench.rounds import Figures, Spread, figures, in_turns, ratio
from bench.sample_orders import Shop, filled
from bench.serving import Serving, ceiling, floor, orderglot, serving
from orderglot.hub.books import open_store

OURS, FLOOR, SINGLE, CEILING = "orderglot", "floor", "single commits", "ceiling"
CHECKED = 25
"""So many responses of each side are compared before it is measured."""


BARS_AT = {GET: 16, LIST: 16, CREATE: 64}
"""At so many connections, with one worker, the bars are read; there more is measured."""


class Effort(Struct, frozen=True, kw_only=True):
    """How much to measure: where a bar is read, and elsewhere."""

    orders: int = 10_000
    rounds: int = 7
    seconds: float = 0.4
    rounds_elsewhere: int = 3
    seconds_elsewhere: float = 0.2
    connections: tuple[int, ...] = (1, 16, 64)
    workers: tuple[int, ...] = (1, 2)


QUICK = Effort(
    orders=300,
    rounds=3,
    seconds=0.1,
    rounds_elsewhere=1,
    seconds_elsewhere=0.1,
    connections=(16, 64),
    workers=(1,),
)


class Cell(Struct, frozen=True, kw_only=True):
    """One call measured: all sides' figures, and how many times each side's rate ours is."""

    store: str
    wire: str
    call: str
    workers: int
    connections: int
    sides: dict[str, Figures]
    ratios: dict[str, Spread]
    costs: dict[str, Spread]
    """How many times ours each side's processor time is, which hardly depends on a busy machine."""


class Calls(Struct, frozen=True, kw_only=True):
    """All figures, and the memory of each side's largest worker in MB by number of workers.

    ``failures`` says what could not be measured, and why.
    """

    cells: tuple[Cell, ...]
    memory: dict[str, float]
    failures: dict[str, str] = {}


def measured(copies: Copies, folder: Path, effort: Effort, wires: Iterable[str] = ()) -> Calls:
    """Measure every wire, or those named."""
    every = asyncio.run(_filled(copies, effort.orders))
    chosen = [one for one in every if not wires or one.wire.name in wires]
    calls = Calls(cells=(), memory={})
    for workers in effort.workers:
        with serving(orderglot(copies.copy("orderglot"), workers), workers) as ours:
            for dialect in dict.fromkeys(one.wire.dialect for one in chosen):
                with ExitStack() as stack:
                    bench = _Bench(copies, folder, effort, workers, ours, stack)
                    several = [one for one in chosen if one.wire.dialect == dialect]
                    calls = _added(calls, bench.measured(several))
            calls = _added(calls, Calls(cells=(), memory=_memory(OURS, workers, ours)))
    return calls


def _added(one: Calls, other: Calls) -> Calls:
    return Calls(
        cells=(*one.cells, *other.cells),
        memory={**one.memory, **other.memory},
        failures={**one.failures, **other.failures},
    )


def _memory(name: str, workers: int, server: Serving) -> dict[str, float]:
    key = f"{name}, {workers} worker{'s' * (workers > 1)}"
    return {key: round(server.memory(), 1)}


async def _filled(copies: Copies, orders: int) -> list[Workload]:
    """Fill the book, and encode all requests."""
    store = open_store(copies.url, create=True)
    found: list[Workload] = []
    shops: dict[str, Shop] = {}
    for wire in WIRES:
        if wire.dialect not in shops:
            log(f"{copies.store}: {orders:,} orders for {wire.dialect}")
            shops[wire.dialect] = await filled(store, wire.dialect, orders)
        found += await workloads(store, wire, shops[wire.dialect])
    await store.close()
    copies.filled()
    return found


@dataclass
class _Bench:
    """What one dialect is measured with: our server, and the others as they are needed."""

    copies: Copies
    folder: Path
    effort: Effort
    workers: int
    ours: Serving
    stack: ExitStack
    others: dict[str, Serving] = field(default_factory=dict)

    def measured(self, several: Iterable[Workload]) -> Calls:
        """Measure a dialect's calls; a failure is reported, and the rest goes on."""
        cells: list[Cell] = []
        failures: dict[str, str] = {}
        for one in sorted(several, key=lambda one: CALLS.index(one.call)):
            try:
                cells += self.cells(one)
            except (Wrong, OSError) as error:
                name = (
                    f"{one.wire.name} {one.call}, {self.workers} worker{'s' * (self.workers > 1)}"
                )
                failures[name] = str(error)
                log(f"{self.copies.store}: {name} failed: {error}")
        memory: dict[str, float] = {}
        for name, server in self.others.items():
            memory |= _memory(name, self.workers, server)
        return Calls(cells=tuple(cells), memory=memory, failures=failures)

    def cells(self, workload: Workload) -> Iterator[Cell]:
        """Measure one call at every number of connections."""
        sides = self._sides(workload)
        self._check(workload, sides)
        with ExitStack() as stack:
            fixed = stack.enter_context(
                serving(ceiling(self._response(workload, sides[OURS]), self.workers), self.workers)
            )
            for connections in self.effort.connections:
                yield self._cell(workload, {**sides, CEILING: fixed}, connections)

    def _sides(self, workload: Workload) -> dict[str, Serving]:
        dialect = workload.wire.dialect
        command = partial(self._floor, dialect)
        sides = {
            OURS: self.ours,
            FLOOR: self._serve(f"{FLOOR}, {dialect}", lambda: command("grouped")),
        }
        if workload.call == CREATE and self.copies.store == "sqlite":
            sides[SINGLE] = self._serve(f"{SINGLE}, {dialect}", lambda: command("single"))
        return sides

    def _floor(self, dialect: str, commits: str) -> tuple[str, ...]:
        url = self.copies.copy(f"{dialect}-{commits}")
        return floor(dialect, url, self.workers, commits=commits)

    def _serve(self, name: str, command: Callable[[], tuple[str, ...]]) -> Serving:
        if name not in self.others:
            self.others[name] = self.stack.enter_context(serving(command(), self.workers))
        return self.others[name]

    def _check(self, workload: Workload, sides: Mapping[str, Serving]) -> None:
        step = max(1, len(workload.requests) // CHECKED)
        for request in workload.requests[::step]:
            ours = once(sides[OURS].port, endless([request]))
            for name in sides.keys() - {OURS}:
                demand_same(workload, ours, once(sides[name].port, endless([request])))

    def _response(self, workload: Workload, ours: Serving) -> Path:
        """Write one of our responses to a file, for the ceiling to give."""
        _, head, body = once(ours.port, endless(workload.requests))
        path = self.folder / "response.http"
        path.write_bytes(head + b"\r\n\r\n" + body)
        return path

    def _cell(self, workload: Workload, sides: Mapping[str, Serving], connections: int) -> Cell:
        def turn(server: Serving, seconds: float) -> Sample:
            requests = endless(workload.requests)
            return server.send_load(requests, connections=connections, seconds=seconds)

        rounds, seconds = self._effort(workload, connections)
        for server in sides.values():
            turn(server, seconds / 4)
        turns = {name: partial(turn, server, seconds) for name, server in sides.items()}
        found = in_turns(turns, rounds)
        cell = _cell(self.copies.store, workload, self.workers, connections, found)
        rates = ", ".join(f"{name} {side.rate.median:,.0f}/s" for name, side in cell.sides.items())
        log(
            f"{cell.store}: {cell.wire} {cell.call}, {connections} connections, {self.workers} workers: {rates};"
            f" {cell.ratios[FLOOR].median:.2f} of the floor"
            f" ({cell.costs[FLOOR].median:.2f} by processor time)"
        )
        return cell

    def _effort(self, workload: Workload, connections: int) -> tuple[int, float]:
        effort = self.effort
        if self.workers == 1 and connections == BARS_AT[workload.call]:
            return effort.rounds, effort.seconds
        return effort.rounds_elsewhere, effort.seconds_elsewhere


def _cell(
    store: str,
    workload: Workload,
    workers: int,
    connections: int,
    found: Mapping[str, list[Sample]],
) -> Cell:
    ours = found[OURS]
    others = {name: samples for name, samples in found.items() if name != OURS}
    return Cell(
        store=store,
        wire=workload.wire.name,
        call=workload.call,
        workers=workers,
        connections=connections,
        sides={name: figures(samples) for name, samples in found.items()},
        ratios={
            name: ratio([one.rate for one in ours], [one.rate for one in samples])
            for name, samples in others.items()
        },
        costs={
            name: ratio([one.cost for one in samples], [one.cost for one in ours])
            for name, samples in others.items()
        },
    )
