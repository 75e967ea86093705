"""Exports: the orders of a book that a question finds, written into one file, in constant memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.errors import Rule, invalid
from orderglot.core.order import Order
from orderglot.core.query import Page, Window
from orderglot.files.whole.writer import Destination, Writer

STRIDE = 500
"""So many orders are held at a time."""

FORMATS = ("csv", "xlsx", "parquet", "jsonl")


class Closed(Protocol):
    """What is to be closed in the end."""

    def close(self) -> None:
        """Write what is left."""
        ...


class Exported(Struct, kw_only=True):
    """How far an export has come: ``seen`` of a ``total`` of orders, and what was written of them."""

    seen: int = 0
    total: int = 0
    orders: int = 0
    lines: int = 0


class Selected(Struct, frozen=True):
    """Which orders are written, and in which order: those of a window, ``most`` of them or all."""

    find: Callable[[Window], Awaitable[Page]]
    window: Window = Window()
    most: int | None = None


async def export(
    orders: Selected,
    write: Callable[[Sequence[Order]], Awaitable[Sequence[Order]]],
    on_progress: Callable[[Exported], None] = lambda _: None,
) -> Exported:
    """Give orders to what writes them, a stride at a time, and tell how many it wrote."""
    done = Exported()
    async for orders_read, total in _pages(orders):
        kept = await write(orders_read)
        done.seen += len(orders_read)
        done.orders += len(kept)
        done.lines += sum(len(order.lines) for order in kept)
        done.total = max(total, done.seen)
        on_progress(done)
    return done


async def _pages(orders: Selected) -> AsyncIterator[tuple[Sequence[Order], int]]:
    left, total = orders.most, 0
    window: Window | None = replace(orders.window, limit=STRIDE, total=True)
    while window is not None and left != 0:
        if left is not None:
            window = replace(window, limit=min(STRIDE, left))
        page = await orders.find(window)
        total = total or page.total or 0
        if page.orders:
            yield page.orders, total if orders.most is None else min(total, orders.most)
        left = left and left - len(page.orders)
        # They are counted once.
        window = page.next and replace(page.next, total=False)


@contextmanager
def closing(writer: Closed) -> Iterator[None]:
    """Close what writes, whatever comes; of a file that is not to be it gives up what it holds."""
    try:
        yield
    except BaseException:
        with suppress(Exception):
            writer.close()
        raise
    writer.close()


def writer_of(format: str, file: Destination, *, lines: bool) -> Writer:
    """Make what writes orders in a format; raises Unsupported where what it needs is not installed."""
    # What only some formats need takes a while to load.
    match format:
        case "csv":
            from orderglot.files.whole.csv_writer import CsvWriter

            return CsvWriter(file, lines=lines)
        case "xlsx":
            from orderglot.files.whole.xlsx_writer import XlsxWriter

            return XlsxWriter(file, lines=lines)
        case "parquet":
            from orderglot.files.whole.parquet_writer import ParquetWriter

            return ParquetWriter(file, lines=lines)
        case _:
            from orderglot.files.whole.jsonl_writer import JsonlWriter

            return JsonlWriter(file)


def format_of(name: str) -> str:
    """Give the format that a file's name ends with; raises Invalid where that is none."""
    ending = name.lower().rpartition(".")[2]
    if ending not in FORMATS or "." not in name:
        known = ", ".join(f".{one}" for one in FORMATS)
        reason = f"{name} does not end with {known}; name the format with --format."
        raise invalid("FILE", Rule.MALFORMED, reason)
    return ending
