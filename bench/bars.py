"""The bars: targets for the figures, each compared with what was measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from bench.calls import BARS_AT, FLOOR, OURS, SINGLE
from bench.console_pages import PATHS
from bench.figures import GROWTH, Found
from bench.growth import AGAIN, MIDDLE, MOST, NAMED, NEAR_END, PAGE_1, SOME, Grown
from bench.own_queries import QUERIES
from bench.request_bytes import CREATE, GET, LEFT_OUT, LIST, WIRES
from bench.rounds import Figures
from bench.searches import NOBODY

JSON = tuple(wire.name for wire in WIRES if not wire.xml)
XML = tuple(wire.name for wire in WIRES if wire.xml)
EVERY = (*JSON, *XML)

LARGE, SMALL = 1_000_000, 10_000


class Missing(Exception):
    """A figure was not measured, and why."""


Figure = tuple[str, float | Missing]
"""What a figure is of, and the figure, or why there is none."""


@dataclass(frozen=True)
class Bar:
    """A target; ``figures`` gives the figures it is for, or raises Missing."""

    name: str
    bound: float
    figures: Callable[[Found], Iterator[Figure]]
    at_most: bool = False
    unit: str = ""
    note: str = ""
    """What the page says where it is not met."""

    def met(self, figure: float) -> bool:
        """Tell whether a figure is good enough."""
        return figure <= self.bound if self.at_most else figure >= self.bound

    @property
    def demand(self) -> str:
        """The bound, in words."""
        return f"{'at most' if self.at_most else 'at least'} {self.bound:g}{self.unit}"


@dataclass(frozen=True)
class Reading:
    """A bar with its figure; ``figure`` is None where there is none, and ``why`` says why."""

    bar: Bar
    what: str
    figure: float | None = None
    why: str = ""

    @property
    def missed(self) -> bool:
        """Whether there is a figure, and it is not good enough."""
        return self.figure is not None and not self.bar.met(self.figure)

    @property
    def verdict(self) -> str:
        """Whether it is met, in a word or two."""
        if self.figure is None:
            return f"not run: {self.why}"
        return "NOT MET" if self.missed else "met"


def readings(found: Found) -> Iterator[Reading]:
    """Compare every bar with the figures."""
    for bar in BARS:
        try:
            for what, figure in bar.figures(found):
                if isinstance(figure, Missing):
                    yield Reading(bar, what, None, str(figure))
                else:
                    yield Reading(bar, what, figure)
        except Missing as missing:
            yield Reading(bar, "", None, str(missing))


def _of_side(
    store: str, call: str, wires: tuple[str, ...], side: str, found: Found
) -> Iterator[Figure]:
    """Give how many times the rate of a side ours is, on one worker, wire by wire."""
    calls = found.calls.get(store)
    if calls is None:
        raise Missing(found.reasons.get(f"calls-{store}", "it was not run"))
    connections = BARS_AT[call]
    cells = {
        cell.wire: cell
        for cell in calls.cells
        if (cell.call, cell.connections, cell.workers) == (call, connections, 1)
    }
    for wire in wires:
        if wire in cells:
            yield wire, cells[wire].ratios[side].median
        elif (wire.removesuffix("-xml"), call) not in LEFT_OUT:
            why = calls.failures.get(f"{wire} {call}, 1 worker", "it was not run")
            yield wire, Missing(why)


def _import(found: Found) -> Iterator[Figure]:
    if found.imports is None:
        raise Missing(found.reasons.get("imports", "it was not run"))
    yield found.imports.file, found.imports.of_lines.median


def _import_memory(found: Found) -> Iterator[Figure]:
    if found.imports is None:
        raise Missing(found.reasons.get("imports", "it was not run"))
    yield "the file against half of it", found.imports.memory / found.imports.memory_of_half


def _export(found: Found) -> Iterator[Figure]:
    if found.exports is None:
        raise Missing(found.reasons.get("exports", "it was not run"))
    for one in found.exports:
        yield one.form, one.times.median


def _export_memory(found: Found) -> Iterator[Figure]:
    if found.exports is None:
        raise Missing(found.reasons.get("exports", "it was not run"))
    for one in found.exports:
        yield f"{one.form}, the book against half of it", one.memory / one.memory_of_half


def _hubs(found: Found) -> Iterator[Figure]:
    if found.hubs is None:
        raise Missing(found.reasons.get("hubs", "it was not run"))
    yield found.hubs.file, found.hubs.times.median


def _at(store: str, found: Found, orders: int) -> Grown:
    for grown in found.growth.get(store, ()):
        if grown.sellers == 1 and grown.orders == orders:
            return grown
    why = f"a book of {orders:,} orders was not measured"
    raise Missing(found.reasons.get(GROWTH[store], why))


def _grows(store: str, what: str, found: Found) -> Iterator[Figure]:
    large, small = (_query(store, found, orders, what) for orders in (LARGE, SMALL))
    yield what, large.p99.median / small.p99.median


def _query(store: str, found: Found, orders: int, what: str) -> Figures:
    queries = _at(store, found, orders).queries
    if what not in queries:
        raise Missing("it was not run since there is such a query")
    return queries[what]


def _names(found: Found) -> Iterator[Figure]:
    yield NAMED, _query("postgres", found, LARGE, NAMED).p99.median


def _waits(what: str, found: Found) -> Iterator[Figure]:
    yield what, _at("sqlite", found, LARGE).queries[what].p99.median


def _console(store: str, found: Found) -> Iterator[Figure]:
    for what in PATHS:
        yield what, _query(store, found, LARGE, what).p99.median


def _as_page_1(what: str, found: Found) -> Iterator[Figure]:
    queries = _at("sqlite", found, LARGE).queries
    yield what, queries[what].p99.median / queries[PAGE_1].p99.median


def _on_a_cluster(what: str, found: Found) -> Iterator[Figure]:
    if found.cluster is None:
        raise Missing(found.reasons.get("cluster", "there was no cluster"))
    for one in found.cluster:
        if one.what.startswith(what):
            yield one.what, one.times.median


def _beside_searches(found: Found) -> Iterator[Figure]:
    if found.searches is None:
        raise Missing(found.reasons.get("searches", "it was not run"))
    for one in found.searches:
        for name, beside in one.beside.items():
            if name != NOBODY:
                yield f"{one.store}, {name}", beside.gets.p99.median


def _journal(found: Found) -> Iterator[Figure]:
    if found.journal is None:
        raise Missing(found.reasons.get("journal", "it was not run"))
    for one in found.journal:
        yield f"{one.store}, {one.wire} {one.call}", one.costs.median


def _dropped(found: Found) -> Iterator[Figure]:
    if found.journal is None:
        raise Missing(found.reasons.get("journal", "it was not run"))
    yield "", sum(one.dropped for one in found.journal)


def _webhooks(found: Found) -> Iterator[Figure]:
    if found.webhooks is None:
        raise Missing(found.reasons.get("webhooks", "it was not run"))
    for one in found.webhooks:
        yield one.store, one.rate.median


def _oscar(call: str, found: Found) -> Iterator[Figure]:
    if found.oscar is None:
        raise Missing(found.reasons.get("oscar", "it was not run"))
    for wire, times in found.oscar.times[call].items():
        yield f"{call}, {wire}", times.median


def _memory(found: Found) -> Iterator[Figure]:
    if not found.calls:
        raise Missing("it was not run")
    for store, calls in found.calls.items():
        for name, megabytes in calls.memory.items():
            if name.startswith(OURS):
                yield f"{store}, {name.removeprefix(OURS + ', ')}", megabytes


BARS = (
    Bar(
        "get one, JSON: share of the hand-written floor",
        0.80,
        partial(_of_side, "sqlite", GET, JSON, FLOOR),
        note="Both sides run on the same HTTP server, which takes half of the time of a get.",
    ),
    Bar(
        "get one, Kole XML: share of the floor with lxml",
        0.70,
        partial(_of_side, "sqlite", GET, XML, FLOOR),
    ),
    Bar("list of 25: share of the floor", 0.85, partial(_of_side, "sqlite", LIST, EVERY, FLOOR)),
    Bar(
        "create at 64 connections: times one commit a request",
        4,
        partial(_of_side, "sqlite", CREATE, EVERY, SINGLE),
        note="A durable commit takes a tenth of a millisecond on this disk, so that one commit a"
        " request reaches 2,000/s by itself; the floor with group commits comes to 3 or 4 times that.",
    ),
    Bar(
        "create at 64 connections: share of bare group commits",
        0.5,
        partial(_of_side, "sqlite", CREATE, EVERY, FLOOR),
        note="On both sides an order that comes again is made once: adobe's by its key, those of kole"
        " and kodaris by PO number, address and lines. Orderglot also looks for earlier orders of that"
        " PO number, which the new one may double, and gives the first response again to the byte;"
        " the floors keep the id of the order alone.",
    ),
    Bar(
        "PostgreSQL, get one: share of the floor",
        0.70,
        partial(_of_side, "postgres", GET, EVERY, FLOOR),
    ),
    Bar(
        "PostgreSQL, create: share of the floor",
        0.70,
        partial(_of_side, "postgres", CREATE, EVERY, FLOOR),
    ),
    Bar(
        "import: share of a bare executemany of the file's rows",
        0.4,
        _import,
        note="The file is read, its columns recognised, its lines checked and gathered into orders;"
        " no single step is more than a tenth of the time.",
    ),
    Bar("import: memory for a file against half of it", 1.2, _import_memory, at_most=True),
    Bar(
        "export to Parquet: times a bare pyarrow write of the same rows",
        3,
        _export,
        at_most=True,
        note="With an order a row, to read the orders out of the book takes as long as a bare write by itself,"
        " since all of their lines are; another fifth is the start of the program.",
    ),
    Bar("export: memory for a book against half of it", 1.2, _export_memory, at_most=True),
    Bar(
        "hub to hub: times the rate of Kodaris's dialect",
        2,
        _hubs,
        note="Kodaris's list shows orders without their lines, ours has all of them. Two thirds of a pull"
        " are to keep what came, which is the same for both but that an order with its lines is ten times"
        " as long.",
    ),
    Bar(
        "p99 at 1,000,000 orders against 10,000: list, page 1",
        1.5,
        partial(_grows, "sqlite", PAGE_1),
        at_most=True,
    ),
    Bar(
        "p99 at 1,000,000 orders against 10,000: filter",
        1.5,
        partial(_grows, "sqlite", SOME),
        at_most=True,
    ),
    Bar(
        "p99 at 1,000,000 orders against 10,000: in the middle",
        1.5,
        partial(_grows, "sqlite", MIDDLE),
        at_most=True,
    ),
    Bar(
        "p99 at 1,000,000 orders against 10,000: near the end",
        5,
        partial(_grows, "sqlite", NEAR_END),
        at_most=True,
    ),
    Bar(
        "p99 at 1,000,000 orders: filter that most match, with its total",
        60,
        partial(_waits, MOST),
        at_most=True,
        unit=" ms",
    ),
    Bar(
        "p99 at 1,000,000 orders: the same again, against page 1",
        2,
        partial(_as_page_1, AGAIN),
        at_most=True,
    ),
    *(
        Bar(
            f"PostgreSQL, p99 at 1,000,000 orders against 10,000: {what}",
            1.5,
            partial(_grows, "postgres", what),
            at_most=True,
        )
        for what in (PAGE_1, MIDDLE, NEAR_END, SOME, MOST)
    ),
    Bar(
        "PostgreSQL, p99 at 1,000,000 orders: what few names contain, with its total",
        60,
        _names,
        at_most=True,
        unit=" ms",
    ),
    *(
        Bar(
            f"{where}our own API, p99 of page 1 at 1,000,000 orders against 10,000: {what}",
            1.5,
            partial(_grows, store, what),
            at_most=True,
        )
        for store, where in (("sqlite", ""), ("postgres", "PostgreSQL, "))
        for what in QUERIES
    ),
    Bar(
        "cluster, create: times plain PostgreSQL's processor time",
        2.5,
        partial(_on_a_cluster, "create"),
        at_most=True,
        note="Citus plans each statement of the function anew at every call.",
    ),
    Bar(
        "cluster, get: times plain PostgreSQL's processor time",
        1.4,
        partial(_on_a_cluster, "get"),
        at_most=True,
        note="What several ask at once goes together there for each part of the tables, here for the whole book;"
        " eight reads in one round trip cost a third of eight by themselves.",
    ),
    Bar(
        "cluster, list: times plain PostgreSQL's processor time",
        1.4,
        partial(_on_a_cluster, "list"),
        at_most=True,
    ),
    Bar(
        "p99 of a get while others search",
        10,
        _beside_searches,
        at_most=True,
        unit=" ms",
        note="PostgreSQL scans on the two cores that the gets need: with as many scans sent to it directly,"
        " and none through Orderglot, a get's p99 is 8 to 9 ms.",
    ),
    *(
        Bar(
            f"{name}, p99 at 1,000,000 orders: pages of the console",
            100,
            partial(_console, store),
            at_most=True,
            unit=" ms",
        )
        for name, store in (("SQLite", "sqlite"), ("PostgreSQL", "postgres"))
    ),
    Bar("get and create with the journal on: share of off, by processor time", 0.90, _journal),
    Bar("exchanges that the journal dropped meanwhile", 0, _dropped, at_most=True),
    Bar("webhooks: deliveries a second to a receiver that is well", 1_000, _webhooks),
    Bar(
        "times django-oscar-api: get",
        50,
        partial(_oscar, GET),
        note="The HTTP server takes half of the time of a get, on our side and on that of the floor.",
    ),
    Bar("times django-oscar-api: list", 50, partial(_oscar, LIST)),
    Bar(
        "times django-oscar-api: create",
        50,
        partial(_oscar, CREATE),
        note="Beside the HTTP server's share, a create looks for the same order that came before, and"
        " keeps its answer for when it comes again.",
    ),
    Bar("memory of a worker", 120, _memory, at_most=True, unit=" MB"),
)
