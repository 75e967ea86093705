"""``orderglot import``: the orders of a file of order lines, into a seller's book."""

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orderglot.cli.command import AsJson, with_book
from orderglot.cli.output import is_terminal, say, sums_text, tell, write_json
from orderglot.core.counting import counted

if TYPE_CHECKING:
    from orderglot.files.imports import Progress
    from orderglot.hub.opened import Hub

PAUSE = 2.0
"""So many seconds lie between two lines on how far it has come."""

SELDOM = 500_000
"""So many things are made, and stay, before Python looks for cycles among them."""


@with_book(create=True)
async def load(
    hub: "Hub",
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A CSV of order lines; it may be gzipped.")
    ],
    seller: Annotated[
        str | None,
        typer.Option("--seller", metavar="NAME", help="Whose orders; one who is new is added."),
    ] = None,
    columns: Annotated[
        str,
        typer.Option(
            metavar="FIELD=COLUMN,…", help="Which column is what, where its name does not tell."
        ),
    ] = "",
    currency: Annotated[
        str,
        typer.Option(metavar="CODE", help="For orders without one.", show_default="the seller's"),
    ] = "",
    timezone: Annotated[
        str, typer.Option(metavar="ZONE", help="Of times without one, such as Europe/London.")
    ] = "UTC",
    rejects: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Where rows go that cannot be taken.",
            show_default="FILE.rejects.csv",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Take the orders of a file of order lines into a seller's book.

    The same file once more changes nothing, or completes an import that was cut short.

    $ orderglot import lines.csv.gz --seller acme --currency GBP --timezone Europe/London
    $ orderglot import lines.csv --seller acme --columns order=Invoice,sku=StockCode
    """
    from msgspec.structs import asdict

    from orderglot.cli import flags
    from orderglot.files.imports import take

    _check(file, columns, timezone)
    owner = await hub.seller_or_new(seller, flags.read_currency(currency) if currency else "")
    with _telling() as told, _seldom_collected():
        done = await take(
            hub.book(owner),
            file,
            mapping=columns,
            timezone=timezone,
            currency=currency,
            rejects=rejects,
            tell=told,
        )
    counts = await hub.store.counts(owner.id)
    if as_json:
        taken = {**asdict(done), "rejects": str(done.rejects) if done.rejects else None}
        return write_json({"seller": owner.name, "taken": taken, "book": counts})
    say(f"{_spoken(done)}.")
    say(
        f"The book of {owner.name} has {_said(counts.orders, counts.lines)}, "
        f"in all {sums_text(counts.sums)}."
    )
    if done.rejected:
        say(f"{counted(done.rejected, 'row was', 'rows were')} rejected; see {done.rejects}.")
    return None


def _check(file: Path, columns: str, timezone: str) -> None:
    """Raise what an import would raise at its beginning, before a seller is added for it."""
    from orderglot.files.columns import read_mapping, recognise
    from orderglot.files.lines import read_zone
    from orderglot.files.rows import open_rows

    read_zone(timezone)
    with open_rows(file, lambda _: None) as rows:
        recognise(rows.header, read_mapping(columns))


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """Let Python look for cycles seldom, and among what is new alone.

    An import makes very many things and hardly a cycle: looking as often as Python would by itself
    takes a tenth of the time.
    """
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(SELDOM, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()


def _said(orders: int, lines: int) -> str:
    return f"{counted(orders, 'order')} of {counted(lines, 'line')}"


def _spoken(done: "Progress") -> str:
    return (
        f"{_said(done.orders, done.lines)}: {done.new:,} new, "
        f"{done.changed:,} changed, {done.same:,} the same"
    )


@contextmanager
def _telling() -> Iterator[Callable[["Progress"], None]]:
    """Give what tells the person how far it has come: a bar on a terminal, else a line at times."""
    if not is_terminal():
        yield _lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    parts = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*parts, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("0 rows", total=None)
        yield lambda done: bar.update(
            task, total=done.size, completed=done.read, description=counted(done.rows, "row")
        )


def _lines() -> Callable[["Progress"], None]:
    said = time.monotonic()

    def line(done: "Progress") -> None:
        nonlocal said
        if time.monotonic() - said >= PAUSE:
            said = time.monotonic()
            tell(f"{counted(done.rows, 'row')} read, {_spoken(done)}")

    return line
