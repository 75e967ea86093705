"""Get one, list 25, create: each dialect beside what somebody wrote by hand, and a fixed answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from msgspec import Struct

from bench.copies import Copies
from bench.equivalence import demand_same
from bench.load import Sample, Wrong, endless, once
from bench.output import say
from bench.request_bytes import CREATE, DOINGS, GET, LIST, WIRES, Asked, asked
from bench.rounds import Figures, Spread, figures, in_turns, ratio
from bench.sample_orders import Shop, filled
from bench.serving import Serving, ceiling, floor, orderglot, serving
from orderglot.hub.books import open_store

OURS, FLOOR, SINGLE, CEILING = "orderglot", "floor", "single commits", "ceiling"
CHECKED = 25
"""So many answers of each side are compared before it is measured."""


BARS_AT = {GET: 16, LIST: 16, CREATE: 64}
"""At how many connections, on one worker, the bars look: there more trouble is taken."""


class Effort(Struct, frozen=True, kw_only=True):
    """How much trouble to take: where a bar looks, and elsewhere."""

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
    """One thing measured: all sides' figures, and how many times each side's rate ours is."""

    store: str
    wire: str
    doing: str
    workers: int
    connections: int
    sides: dict[str, Figures]
    ratios: dict[str, Spread]
    costs: dict[str, Spread]
    """How many times ours the time on a core of each side is, which a busy machine leaves alone."""


class Calls(Struct, frozen=True, kw_only=True):
    """All that was measured, and the largest worker of each side in MB by store and workers.

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


async def _filled(copies: Copies, orders: int) -> list[Asked]:
    """Fill the book, and write all that is going to be asked of it."""
    store = open_store(copies.url, create=True)
    found: list[Asked] = []
    shops: dict[str, Shop] = {}
    for wire in WIRES:
        if wire.dialect not in shops:
            say(f"{copies.store}: {orders:,} orders for {wire.dialect}")
            shops[wire.dialect] = await filled(store, wire.dialect, orders)
        found += await asked(store, wire, shops[wire.dialect])
    await store.close()
    copies.filled()
    return found


class _Bench:
    """What one dialect is measured with: our server, and those beside it as they are needed."""

    def __init__(
        self,
        copies: Copies,
        folder: Path,
        effort: Effort,
        workers: int,
        ours: Serving,
        stack: ExitStack,
    ) -> None:
        self.copies = copies
        self.folder = folder
        self.effort = effort
        self.workers = workers
        self.ours = ours
        self.stack = stack
        self.beside: dict[str, Serving] = {}

    def measured(self, several: Iterable[Asked]) -> Calls:
        """Measure all that is done in a dialect; what goes wrong is told, and the rest goes on."""
        cells: list[Cell] = []
        failures: dict[str, str] = {}
        for one in sorted(several, key=lambda one: DOINGS.index(one.doing)):
            try:
                cells += self.cells(one)
            except (Wrong, OSError) as error:
                name = (
                    f"{one.wire.name} {one.doing}, {self.workers} worker{'s' * (self.workers > 1)}"
                )
                failures[name] = str(error)
                say(f"{self.copies.store}: {name} failed: {error}")
        memory: dict[str, float] = {}
        for name, server in self.beside.items():
            memory |= _memory(name, self.workers, server)
        return Calls(cells=tuple(cells), memory=memory, failures=failures)

    def cells(self, asked: Asked) -> Iterator[Cell]:
        """Measure one thing at every number of connections."""
        sides = self._sides(asked)
        self._check(asked, sides)
        with ExitStack() as stack:
            fixed = stack.enter_context(
                serving(ceiling(self._answer(asked, sides[OURS]), self.workers), self.workers)
            )
            for connections in self.effort.connections:
                yield self._cell(asked, {**sides, CEILING: fixed}, connections)

    def _sides(self, asked: Asked) -> dict[str, Serving]:
        dialect = asked.wire.dialect
        hands = partial(self._hands, dialect)
        sides = {
            OURS: self.ours,
            FLOOR: self._serve(f"{FLOOR}, {dialect}", lambda: hands("grouped")),
        }
        if asked.doing == CREATE and self.copies.store == "sqlite":
            sides[SINGLE] = self._serve(f"{SINGLE}, {dialect}", lambda: hands("single"))
        return sides

    def _hands(self, dialect: str, commits: str) -> tuple[str, ...]:
        url = self.copies.copy(f"{dialect}-{commits}")
        return floor(dialect, url, self.workers, commits=commits)

    def _serve(self, name: str, command: Callable[[], tuple[str, ...]]) -> Serving:
        if name not in self.beside:
            self.beside[name] = self.stack.enter_context(serving(command(), self.workers))
        return self.beside[name]

    def _check(self, asked: Asked, sides: Mapping[str, Serving]) -> None:
        step = max(1, len(asked.requests) // CHECKED)
        for request in asked.requests[::step]:
            ours = once(sides[OURS].port, endless([request]))
            for name in sides.keys() - {OURS}:
                demand_same(asked, ours, once(sides[name].port, endless([request])))

    def _answer(self, asked: Asked, ours: Serving) -> Path:
        """Write down one of our answers, for the ceiling to give."""
        _, head, body = once(ours.port, endless(asked.requests))
        path = self.folder / "answer.http"
        path.write_bytes(head + b"\r\n\r\n" + body)
        return path

    def _cell(self, asked: Asked, sides: Mapping[str, Serving], connections: int) -> Cell:
        def turn(server: Serving, seconds: float) -> Sample:
            requests = endless(asked.requests)
            return server.press(requests, connections=connections, seconds=seconds)

        rounds, seconds = self._trouble(asked, connections)
        for server in sides.values():
            turn(server, seconds / 4)
        turns = {name: partial(turn, server, seconds) for name, server in sides.items()}
        found = in_turns(turns, rounds)
        cell = _cell(self.copies.store, asked, self.workers, connections, found)
        rates = ", ".join(f"{name} {side.rate.median:,.0f}/s" for name, side in cell.sides.items())
        say(
            f"{cell.store}: {cell.wire} {cell.doing}, {connections} connections, {self.workers} workers: {rates};"
            f" {cell.ratios[FLOOR].median:.2f} of the floor"
            f" ({cell.costs[FLOOR].median:.2f} by time on a core)"
        )
        return cell

    def _trouble(self, asked: Asked, connections: int) -> tuple[int, float]:
        effort = self.effort
        if self.workers == 1 and connections == BARS_AT[asked.doing]:
            return effort.rounds, effort.seconds
        return effort.rounds_elsewhere, effort.seconds_elsewhere


def _cell(
    store: str, asked: Asked, workers: int, connections: int, found: Mapping[str, list[Sample]]
) -> Cell:
    ours = found[OURS]
    others = {name: samples for name, samples in found.items() if name != OURS}
    return Cell(
        store=store,
        wire=asked.wire.name,
        doing=asked.doing,
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
