"""The report of an import: its progress while it runs, and what it came to."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from orderglot.cli.output import (
    is_terminal,
    path_text,
    sums_text,
    table,
    write_json,
    write_line,
    write_notice,
)
from orderglot.cli.sum_report import report_sums
from orderglot.core.counting import counted

if TYPE_CHECKING:
    from orderglot.core.seller import Seller
    from orderglot.files.progress import Progress, Taken
    from orderglot.files.remarks import Aside
    from orderglot.stores.backend import Counts

PAUSE = 2.0
"""So many seconds lie between two lines on how far it has come."""

NAMED = 5
"""So many of the orders that were put aside are named."""

NOTHING, ASIDE = 1, 4


def exit_code(done: Progress) -> int:
    """Give the exit code: 0 where all was taken, 4 where something was not, 1 where nothing was."""
    if done.rejected and not done.orders:
        return NOTHING
    return 0 if done.whole else ASIDE


def report(taken: Taken, seller: Seller | None, counts: Counts | None, *, as_json: bool) -> None:
    """Describe what an import came to, how the file was read, and what was put aside."""
    done = taken.progress
    if as_json:
        name = seller.name if seller else None
        members = {"seller": name, "taken": _members(done), "columns": taken.columns}
        return write_json({**members, "book": counts})
    write_line(f"{_summary(done)}.")
    if seller and counts:
        sums = sums_text(counts.sums, counts.unpriced)
        write_line(
            f"The book of {seller.name} has {counted(counts.orders, 'order')} of "
            f"{counted(counts.lines, 'line')}{f', in all {sums}' if sums else ''}."
        )
    return _report_rest(done)


def report_dry(taken: Taken, *, as_json: bool) -> None:
    """Describe what an import would come to, and show the first orders."""
    from orderglot.cli.show import print_order

    done, columns = taken.progress, taken.columns
    if as_json:
        members = {"taken": _members(done), "columns": columns, "first": taken.first}
        return write_json(members)
    table(("field", "column"), [(_of(field), name) for field, name in columns.items()])
    for order in taken.first:
        write_line("")
        print_order(order)
    write_line("")
    write_line(
        f"Nothing was taken: {counted(done.orders, 'order')} of {counted(done.lines, 'line')}."
    )
    return _report_rest(done)


def _of(field: str) -> str:
    """Name a field; of an amount that is the sum of several columns, all but the first have a plus."""
    name, plus, _ = field.partition("+")
    return f"+ {name}" if plus else name


def report_kept(done: Progress) -> None:
    """Describe what was kept before an import was refused."""
    if done.new or done.changed or done.same:
        write_notice(f"Kept until then: {_summary(done)}.")


def _report_rest(done: Progress) -> None:
    report_sums(done.adds_up)
    for sentence in done.remarks:
        write_line(sentence)
    if not done.rejected:
        return
    where = f"; see {done.rejects}" if done.rejects else ""
    orders = f", {counted(done.orders_aside, 'order')} whole" if done.orders_aside else ""
    write_line(f"{counted(done.rejected, 'row')} put aside{orders}{where}.")
    for one in done.aside[:NAMED]:
        write_line(_aside(one))
    if len(done.aside) > NAMED:
        write_line("  …")
    if done.rejects:
        write_line("Mended, that file is imported as it is, with the same flags.")


def _aside(one: Aside) -> str:
    purchase = f" (PO {one.po_number})" if one.po_number else ""
    which = f"order {one.order}{purchase}" if one.order else "no order"
    return f"  {which}, line {one.line}: {one.reason}"


def _members(done: Progress) -> dict[str, object]:
    from msgspec.structs import asdict

    return {**asdict(done), "rejects": path_text(done.rejects) if done.rejects else None}


def _summary(done: Progress) -> str:
    return (
        f"{counted(done.orders, 'order')} of {counted(done.lines, 'line')}: {done.new:,} new, "
        f"{done.changed:,} changed, {done.same:,} the same"
    )


@contextmanager
def showing_progress() -> Iterator[Callable[[Progress], None]]:
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
            task, total=done.size, completed=done.read, description=f"{done.rows:,} rows"
        )


def _lines() -> Callable[[Progress], None]:
    shown = time.monotonic()

    def line(done: Progress) -> None:
        nonlocal shown
        if time.monotonic() - shown >= PAUSE:
            shown = time.monotonic()
            write_notice(f"{done.rows:,} rows read, {_summary(done)}")

    return line
