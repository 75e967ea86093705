"""The page: all figures as tables and pictures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from bench.bars import readings
from bench.calls import CEILING, FLOOR, OURS, SINGLE, Calls, Cell
from bench.figures import GROWTH, Found
from bench.growth import Grown
from bench.journal import OFF, ON
from bench.output import Output
from bench.request_bytes import CALLS, CREATE, GET, LEFT_OUT, NOTES
from bench.rounds import Spread

HEAD = """# Performance

Written by `make bench` out of `bench/results/`; [bench/README.md](../bench/README.md) tells how to
take the figures again, and what is compared with what. Every ratio was taken in one run, in turns: each
round measures every side once. A figure is the median of the rounds, with the least and the greatest
in parentheses.
"""
ABOUT_CALLS = """*Floor* is the same work by hand: a raw ASGI function over the bare driver that reads the same
documents into its own structs, checks the key by its hash, is limited to the caller's orders and writes
the same response, which is compared before anything is measured. A create that comes again is made
once there, too: with an order of adobe's, its response is kept under the client's key, with one of kole's
or kodaris's its id, for ten minutes, under a digest of customer, PO number, address and lines. All sides
run on Granian, with the settings of `orderglot serve`. *Single commits* is the floor with one commit per
request, *ceiling* the same bytes as a fixed response. *By time* is the share by processor time per
response, which also holds on a busy machine. A single worker has a core to itself and the load generator
the other one; two workers share both cores with it.
"""


def write_page(found: Found, output: Output, pictures: Sequence[str]) -> None:
    """Write the page."""
    output.page.parent.mkdir(parents=True, exist_ok=True)
    parts = [HEAD, *_machine(found), *_bars(found), *_calls(found, output, pictures)]
    parts += [*_oscar(found), *_import_and_pull(found), *_growth(found, output, pictures)]
    parts += _cluster(found)
    parts += _searches(found)
    parts += _journal(found)
    parts += _webhooks(found)
    parts += _flames(output, pictures)
    output.page.write_text("\n".join(parts).rstrip() + "\n")


def _machine(found: Found) -> Iterator[str]:
    machine = found.machine
    if machine is None:
        return
    packages = ", ".join(f"{name} {version}" for name, version in machine.packages.items())
    yield (
        f"Taken on {machine.date}; {machine.cores} cores ({machine.processor}),"
        f" {machine.memory_gb} GiB, {machine.system}, Python {machine.python}, SQLite"
        f" {machine.sqlite}; {packages}. One after another, SQLite commits {machine.commits:,}"
        " durable transactions a second here. That is the machine of the chapters taken last; those that"
        " were not taken then are from others of two cores.\n"
    )


def _bars(found: Found) -> Iterator[str]:
    yield "## The bars\n"
    every = list(readings(found))
    rows = [
        (
            one.bar.name,
            one.what,
            one.bar.demand,
            "" if one.figure is None else f"{one.figure:.2f}{one.bar.unit}",
            one.verdict,
        )
        for one in every
    ]
    yield table(("what", "of", "bar", "figure", ""), rows)
    missed = {one.bar.name: one.bar.note for one in every if one.missed and one.bar.note}
    yield from (f"* Not met: {name}. {note}\n" for name, note in missed.items())


def _calls(found: Found, output: Output, pictures: Sequence[str]) -> Iterator[str]:
    for store, calls in found.calls.items():
        yield f"## Get, list, create: {'SQLite' if store == 'sqlite' else 'PostgreSQL'}\n"
        yield ABOUT_CALLS
        for name in pictures:
            if name.startswith(f"{store}-"):
                yield f"![{name}]({output.pictures.name}/{name}.svg)\n"
        for call in CALLS:
            yield f"### {call}\n"
            yield _calls_table(calls, call)
        yield f"Memory of the largest worker: {_memory(calls)}.\n"
        for what, why in calls.failures.items():
            yield f"* Could not be measured: {what}: {why}"
    yield "Left out: " + "; ".join(f"{LEFT_OUT[one]}" for one in LEFT_OUT) + ".\n"
    yield (
        "What a call is where its name does not say: "
        + "; ".join(f"{one[0]}: {NOTES[one]}" for one in NOTES)
        + ".\n"
    )


def _calls_table(calls: Calls, call: str) -> str:
    head = [
        "wire",
        "workers",
        "connections",
        "requests/s",
        "p50 ms",
        "p99 ms",
        "of the floor",
        "by time",
    ]
    head += ["times single commits"] if call == CREATE else []
    head += ["floor/s", "ceiling/s"]
    cells = [cell for cell in calls.cells if cell.call == call]
    return table(head, [_calls_row(cell) for cell in cells])


def _calls_row(cell: Cell) -> list[str]:
    ours = cell.sides[OURS]
    row = [cell.wire, str(cell.workers), str(cell.connections), f"{ours.rate.median:,.0f}"]
    row += [f"{ours.p50.median:.2f}", f"{ours.p99.median:.2f}", shown(cell.ratios[FLOOR])]
    row += [f"{cell.costs[FLOOR].median:.2f}"]
    if SINGLE in cell.ratios:
        row.append(f"{cell.ratios[SINGLE].median:.1f}")
    return [*row, *(f"{cell.sides[side].rate.median:,.0f}" for side in (FLOOR, CEILING))]


def _memory(calls: Calls) -> str:
    return "; ".join(f"{name} {megabytes:.0f} MB" for name, megabytes in calls.memory.items())


def _oscar(found: Found) -> Iterator[str]:
    yield "## Beside django-oscar-api\n"
    oscar = found.oscar
    if oscar is None:
        yield f"Not run: {found.reasons.get('oscar', 'it was not run')}.\n"
        return
    rows = []
    for call in CALLS:
        for wire, times in oscar.times[call].items():
            ours, theirs = oscar.ours[call][wire].rate, oscar.oscar[call].rate
            rows.append((call, wire, f"{ours.median:,.0f}", f"{theirs.median:,.1f}", shown(times)))
    yield (
        f"Both on PostgreSQL with two workers, {oscar.orders:,} orders, {oscar.connections}"
        f" connections; Oscar's largest worker has {oscar.memory:.0f} MB.\n"
    )
    yield table(("", "wire", "Orderglot/s", "Oscar/s", "times"), rows)
    for call in (GET, *CALLS[1:]):
        yield f"* {call}: {oscar.notes[call]}"
    yield ""


def _import_and_pull(found: Found) -> Iterator[str]:
    yield "## Import and pull\n"
    one = found.imports
    if one is not None:
        yield (
            f"Import of {one.file}: {one.rate.median:,.0f} orders/s; {shown(one.of_lines)} of a"
            f" program that reads the file's rows and puts them into one table by `executemany`,"
            f" {shown(one.of_rows)}"
            f" of a bare `executemany` of the very rows that the import ends in. Memory at its highest"
            f" {one.memory:.0f} MB, for half of the lines {one.memory_of_half:.0f} MB.\n"
        )
    for form in found.exports or ():
        yield (
            f"Export to Parquet, {form.form}, of {form.file}: {form.rows:,} rows in"
            f" {form.seconds.median:,.1f} s, {shown(form.times)} times a bare pyarrow write of the same rows, {shown(form.by_time)} by processor"
            " time, the start of the program included."
            f" Memory at its highest {form.memory:.0f} MB, for half of the orders"
            f" {form.memory_of_half:.0f} MB.\n"
        )
    if found.pull:
        rows = [
            (
                pulled.dialect,
                f"{pulled.orders:,}",
                f"{pulled.pull.median:,.0f}",
                f"{pulled.again.median:,.0f}",
                f"{pulled.bare.median:,.0f}",
                shown(pulled.share),
            )
            for pulled in found.pull
        ]
        yield table(("dialect", "orders", "pull/s", "again/s", "bare paging/s", "share"), rows)
    hubs = found.hubs
    if hubs is not None:
        yield (
            f"From hub to hub in our own dialect, {hubs.file}: {hubs.orders:,} orders with {hubs.lines:,} lines"
            f" at {hubs.ours.median:,.0f} orders/s; {shown(hubs.times)} times the rate over Kodaris's, whose"
            f" list shows them without their lines ({hubs.beside.median:,.0f}/s), {shown(hubs.by_time)} by"
            " processor time.\n"
        )


def _growth(found: Found, output: Output, pictures: Sequence[str]) -> Iterator[str]:
    if not found.growth:
        return
    yield "## Growth\n"
    yield "One connection, Catalyst's server face, and our own for what is typed (q) and for filters on a field; p50 and p99 in milliseconds.\n"
    for store, growth in found.growth.items():
        yield f"### {store}\n"
        if (name := GROWTH[store]) in pictures:
            yield f"![{name}]({output.pictures.name}/{name}.svg)\n"
        yield _grown(growth)


def _grown(growth: Sequence[Grown]) -> str:
    head = [
        "",
        *(
            f"{one.sellers:,} sellers, {one.orders:,} orders"
            if one.sellers > 1
            else f"{one.orders:,} orders"
            for one in growth
        ),
    ]
    rows = []
    for what in growth[0].queries:
        queries = [one.queries.get(what) for one in growth]
        waits = [f"{one.p50.median:.2f} / {one.p99.median:.2f}" if one else "" for one in queries]
        rows.append((what, *waits))
    rows.append(("file, MB", *(f"{one.megabytes:,.0f}" for one in growth)))
    return table(head, rows)


def _cluster(found: Found) -> Iterator[str]:
    if not found.cluster:
        return
    yield "## On a cluster\n"
    yield (
        "Citus, with a coordinator and two workers on this machine, beside a plain database of the same server;"
        " four sellers. A cost is the processor time of all servers together. Reads and creates go straight to"
        " the machine that has the seller's rows.\n"
    )
    rows = [
        (
            one.what,
            f"{one.plain.median:,.0f}",
            f"{one.cluster.median:,.0f}",
            shown(one.times),
            *(f"{rate:,.0f}" for rate in one.rates),
        )
        for one in found.cluster
    ]
    yield table(("what", "µs plain", "µs cluster", "times", "plain/s", "cluster/s"), rows)


def _searches(found: Found) -> Iterator[str]:
    if not found.searches:
        return
    yield "## A get while others search\n"
    yield (
        "One connection gets orders by id with one key, Catalyst's server face; meanwhile others search"
        " with another key for a text within every order, or list pages of 500. A search that comes"
        " while as many are under way as may be is refused, and its client waits before it asks again.\n"
    )
    rows = [
        (
            one.store,
            f"{one.orders:,}",
            name,
            f"{beside.gets.rate.median:,.0f}",
            f"{beside.gets.p50.median:.2f}",
            f"{beside.gets.p99.median:.2f}",
            ", ".join(f"{n:,} times {status}" for status, n in sorted(beside.answers.items())),
        )
        for one in found.searches
        for name, beside in one.beside.items()
    ]
    head = ("store", "orders", "beside", "gets/s", "p50 ms", "p99 ms", "the others were answered")
    yield table(head, rows)


def _journal(found: Found) -> Iterator[str]:
    if not found.journal:
        return
    yield "## With the journal on\n"
    yield (
        "Every exchange is kept, to the byte, beside the same book with the journal off; everything else"
        " on this page is measured with it off.\n"
    )
    rows = [
        (
            one.store,
            f"{one.wire} {one.call}",
            *(f"{one.sides[side].cost.median:.0f}" for side in (OFF, ON)),
            shown(one.costs),
            shown(one.ratio),
            f"{one.dropped:,}",
        )
        for one in found.journal
    ]
    head = ("store", "call", "µs off", "µs on", "by processor time", "by rate", "dropped")
    yield table(head, rows)


def _webhooks(found: Found) -> Iterator[str]:
    if not found.webhooks:
        return
    yield "## Webhooks\n"
    yield (
        "One process sends events to one receiver that is well, in a process of its own: read from the feed,"
        " signed, sent, and written down.\n"
    )
    rows = [
        (one.store, f"{one.rate.median:,.0f}", f"{one.rate.least:,.0f}", f"{one.cost:.0f}")
        for one in found.webhooks
    ]
    yield table(("store", "deliveries/s", "least", "µs each"), rows)


def _flames(output: Output, pictures: Sequence[str]) -> Iterator[str]:
    flames = [name for name in pictures if name.startswith("flame-")]
    if not flames:
        return
    yield "## Where time goes\n"
    yield "Flame graphs of a worker under load, by py-spy; wide is slow.\n"
    for name in flames:
        words = name.removeprefix("flame-").replace("-", " ")
        yield f"* [{words}]({output.pictures.name}/{name}.svg)"
    yield ""


def shown(figure: Spread) -> str:
    """Show a ratio with its spread."""
    return f"{figure.median:.2f} ({figure.least:.2f} to {figure.most:.2f})"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
