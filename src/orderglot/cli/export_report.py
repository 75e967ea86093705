"""What an export came to: how many orders are in which file, and what a dialect's wire lost of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from orderglot.cli.output import write_json, write_json_notice, write_line, write_notice
from orderglot.core.counting import counted

if TYPE_CHECKING:
    from orderglot.files.whole.exporting import Exported
    from orderglot.hub.wire_export import Fates

LEFT_OUT = 4


class Done(Struct, frozen=True):
    """An export that is through: into which file, in which format, whose orders and how many."""

    file: str
    format: str
    seller: str
    exported: Exported
    rows: int
    dialect: str | None = None
    fates: Fates | None = None


def exit_code(done: Done) -> int:
    """Give the exit code: 0 where all orders are in the file, 4 where some were left out."""
    return LEFT_OUT if done.fates and done.fates.left_out else 0


def report(done: Done, *, as_json: bool, apart: bool) -> None:
    """Describe an export, ``apart`` from the output where that has the orders."""
    if as_json:
        (write_json_notice if apart else write_json)(_members(done))
        return
    write = write_notice if apart else write_line
    orders, lines = counted(done.exported.orders, "order"), counted(done.exported.lines, "line")
    where = "standard output" if apart else done.file
    write(f"{orders} of {lines} of {done.seller} are in {where}: {counted(done.rows, 'row')}.")
    if done.fates is not None:
        _report_fates(done.fates, done.exported.orders, write)


def _report_fates(fates: Fates, written: int, write: Callable[[str], None]) -> None:
    if fates.left_out:
        orders = counted(fates.left_out, "order was", "orders were")
        write(f"{orders} left out; the first because {fates.reason}.")
    if not fates.found:
        if written:
            write(f"{fates.title} carries all of it.")
        return
    write(f"What {fates.title} does not carry as it is, each with how many orders have it:")
    for one in fates.found:
        write(f"  {one.fate:<11}  {one.field}: {counted(one.orders, 'order')}")
    if fates.more:
        write(f"  and {counted(fates.more, 'field more', 'fields more')}")


def _members(done: Done) -> dict[str, Any]:
    members: dict[str, Any] = {
        "seller": done.seller,
        "file": done.file,
        "format": done.format,
        "orders": done.exported.orders,
        "lines": done.exported.lines,
        "rows": done.rows,
    }
    if done.fates is not None:
        members |= {
            "as": done.dialect,
            "left_out": done.fates.left_out,
            "losses": done.fates.found,
        }
    return members
