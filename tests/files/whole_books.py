"""Books for the tests of exports: filled with rich orders, exported, imported again, and compared."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from orderglot.core.order import Identity, Link, Order
from orderglot.core.ports import Book
from orderglot.files.imports import take
from orderglot.files.plan import ImportOptions
from orderglot.files.progress import Progress
from orderglot.files.whole.exporting import Selected, export, writer_of

FORMS = [
    ("jsonl", False),
    *[(table, lines) for table in ("csv", "xlsx", "parquet") for lines in (False, True)],
]
"""The formats, each with an order a row and with a line a row."""


async def exported(book: Book, format: str, *, lines: bool) -> bytes:
    """Export a whole book."""
    file = BytesIO()
    writer = writer_of(format, file, lines=lines)

    async def write(orders: Sequence[Order]) -> Sequence[Order]:
        writer.write(orders)
        return orders

    await export(Selected(book.page), write)
    writer.close()
    return file.getvalue()


async def taken(book: Book, path: Path, content: bytes, **options: Any) -> Progress:
    """Import what was exported."""
    path.write_bytes(content)  # noqa: ASYNC240
    return await take(book, path, options=ImportOptions(**options))


async def every(book: Book) -> list[Order]:
    """Give all orders of a book."""
    return [order async for order in book.walk()]


def essence(order: Order) -> Order:
    """Give an order without what is a book's own."""
    return replace(
        order,
        id=0,
        version=0,
        modified=None,
        references=(),
        customer=order.customer and _named(order.customer),
        links=tuple(Link(one.relation, _named(one.order)) for one in order.links),
    )


def _named(named: Identity) -> Identity:
    return replace(named, id=0, references=())
