"""``orderglot export``: the orders of a seller, or those that a filter finds, into a file."""

import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from orderglot.cli import completing
from orderglot.cli.command import AsJson, Misused, SellerName, with_book
from orderglot.cli.demo_address import BASE
from orderglot.cli.export_report import Done, exit_code, report
from orderglot.cli.garbage import seldom_collected
from orderglot.cli.options import argument, switch, value
from orderglot.cli.output import is_terminal, standard_output
from orderglot.cli.progress import showing_progress
from orderglot.cli.selecting import SORT, OrderFilter, Typed, finding, limit

if TYPE_CHECKING:
    from orderglot.core.order import Order
    from orderglot.core.query import Window
    from orderglot.core.seller import Seller
    from orderglot.files.whole.exporting import Exported, Selected
    from orderglot.files.whole.writer import Destination, Writer
    from orderglot.hub.opening import Hub

STANDARD_OUTPUT = "-"
TEXTS = ("csv", "jsonl")
"""The formats that a person can read."""

Write = Callable[[Sequence["Order"]], Awaitable[Sequence["Order"]]]


@with_book(reads=True)
async def export(
    hub: "Hub",
    file: Annotated[
        str,
        argument("FILE", "Named .csv, .xlsx, .parquet or .jsonl; - for standard output."),
    ],
    filter: OrderFilter = "",
    q: Typed = "",
    sort: Annotated[str, value("FIELDS", SORT, "the oldest first")] = "",
    limit: Annotated[
        int | None, limit("How many at most; all of them unless this is said.")
    ] = None,
    lines: Annotated[
        bool, switch("--lines", "A row for each line of an order, in place of one for the order.")
    ] = False,
    dialect: Annotated[
        str | None,
        value(
            "DIALECT",
            "As this dialect's clients would get them.",
            flag="--as",
            completes=completing.dialects,
        ),
    ] = None,
    form: Annotated[
        Literal["csv", "xlsx", "parquet", "jsonl"] | None,
        typer.Option("--format", help="What to write, where the file's name does not tell."),
    ] = None,
    force: Annotated[bool, switch("--force", "Replace a file that is there.")] = False,
    deleted: Annotated[bool, switch("--deleted", "Those that were deleted as well.")] = False,
    test: Annotated[bool, switch("--test", "Those of test mode as well.")] = False,
    seller: SellerName = None,
    as_json: AsJson = False,
) -> None:
    """Write the orders of a seller into a file, all or those that a filter finds.

    A table (CSV, XLSX, Parquet) has a row for each order, with --lines one for each of its lines;
    JSON lines have each order whole. Nothing is left out: 'orderglot import' makes the same orders of the
    file. It gets its name once it is whole. docs/exporting.md has the columns, docs/filters.md the
    language of filters.

    $ orderglot export orders.csv
    $ orderglot export shipped.xlsx --lines --filter 'status = shipped'
    $ orderglot export - --format jsonl --seller acme
    $ orderglot export largest.csv --sort=-total --limit 100
    $ orderglot export kole.jsonl --as kole
    """
    from orderglot.files.whole.exporting import Selected, closing, format_of, writer_of

    piped = file == STANDARD_OUTPUT
    if piped and form is None:
        raise Misused("--format: say what goes to standard output, such as --format csv.")
    kind = form or format_of(file)
    if lines and kind == "jsonl":
        raise Misused("--lines: JSON lines have each order whole; it goes with a table.")
    owner = await hub.seller(seller)
    book = hub.book(owner, tests=test, deleted=deleted)
    orders = Selected(finding(book, q), _window(filter, sort, owner), limit)
    with _destination(file, kind, replace=force) as target:
        if dialect:
            from orderglot.hub.wire_export import WireExport

            wires = WireExport(hub, book, dialect, kind, target, lines=lines, base=BASE)
            with closing(wires):
                exported = await _export(orders, wires.write)
            done = Done(file, kind, owner.name, exported, wires.rows, dialect, wires.fates)
        else:
            writer = writer_of(kind, target, lines=lines)
            with closing(writer):
                exported = await _export(orders, _written_by(writer))
            done = Done(file, kind, owner.name, exported, writer.rows)
    await _write_down(hub, owner, done, filter)
    report(done, as_json=as_json, apart=piped)
    raise typer.Exit(exit_code(done))


async def _write_down(hub: "Hub", owner: "Seller", done: Done, filter: str) -> None:
    """Write down that orders were taken out of the book, unless that may only be read."""
    from contextlib import suppress

    from orderglot.core.errors import Upstream

    what = {"orders": done.exported.orders, "filter": filter, "as": done.dialect}
    with suppress(Upstream):
        named = {name: value for name, value in what.items() if value}
        await hub.store.act(owner.id, "orders.exported", done.file, named)


def _window(filter: str, sort: str, owner: "Seller") -> "Window":
    """Give the window on the orders that a filter finds, sorted."""
    from orderglot.core.query import Window
    from orderglot.core.time_zones import zone_of
    from orderglot.wire.aip160 import read_filter, read_sort

    where = read_filter(filter, zone_of(owner.timezone))
    return Window(where=where, sort=read_sort(sort) if sort else ())


def _written_by(writer: "Writer") -> Write:
    async def write(orders: Sequence["Order"]) -> Sequence["Order"]:
        writer.write(orders)
        return orders

    return write


async def _export(orders: "Selected", write: Write) -> "Exported":
    from orderglot.core.counting import counted
    from orderglot.files.whole.exporting import export as run

    def show(done: "Exported") -> None:
        written, lines = counted(done.orders, "order"), counted(done.lines, "line")
        on_step(f"{written} of {lines} written", done.seen, done.total)

    with showing_progress("exporting") as on_step, seldom_collected():
        return await run(orders, write, show)


@contextmanager
def _destination(file: str, kind: str, *, replace: bool) -> Iterator["Destination"]:
    """Open what is written to: a file, or standard output."""
    from orderglot.files.whole.destination import put_in_place

    if file != STANDARD_OUTPUT:
        with put_in_place(Path(file), replace=replace) as target:
            yield target
        return
    if kind not in TEXTS and is_terminal():
        raise Misused(f"{kind} is nothing for a terminal: name a file, or send it on with | or >.")
    yield standard_output(harmless=kind == "jsonl" or is_terminal())
    sys.stdout.flush()
