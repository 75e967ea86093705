"""Fill a book with any number of orders of one seller, made from the orders of a real file.

    .venv/bin/python -m bench.book FILE.csv.gz BOOK.db COUNT

The file's orders are repeated, each time under other numbers and some weeks earlier, with their first
few lines; a second seller has a few orders, too. A book that has some orders is filled further.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from pathlib import Path

from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.order import Identity, Invoice, Order, Reference
from orderglot.core.ports import Book
from orderglot.core.values import Status
from orderglot.files.opening import opened
from orderglot.files.orders import gather
from orderglot.files.plan import ImportOptions
from orderglot.files.rows import Reject
from orderglot.stores.sqlite import SqliteStore
from orderglot.stores.store import BookStore

SELLER, OTHER = "example", "other"
OTHERS = 100
LINES = 5
"""So many lines of an order are kept: lists do not show them, and the file stays small."""

BATCH = 1_000
EARLIER = timedelta(days=29, minutes=7)
STATUSES = (
    *(Status.COMPLETED,) * 12,
    *(Status.SHIPPED,) * 3,
    *(Status.RECEIVED,) * 3,
    Status.PROCESSING,
    Status.CANCELLED,
)
FIRST, FIRST_OF_OTHER = 1_000_000, 5_000_000_000
"""Where the vendor's numbers of the two sellers' orders begin: none is in both books."""

DIALECT = "catalyst"


async def filled(store: BookStore, file: Path, wanted: int) -> Book:
    """Fill a store's book up to so many orders, with lines of progress; give the book."""
    there = {seller.name: seller for seller in await store.sellers()}
    for name in (SELLER, OTHER):
        if name not in there:
            there[name] = await store.add_seller(name)
    book = store.of(Caller(seller=there[SELLER].id, name="bench"))
    other = store.of(Caller(seller=there[OTHER].id, name="bench"))
    have = (await store.counts(there[SELLER].id)).orders
    if not have:
        await other.keep(*islice(endless(file, FIRST_OF_OTHER), OTHERS))
    await _keep(book, islice(endless(file), have, wanted), have, wanted)
    return book


async def _keep(book: Book, orders: Iterator[Order], have: int, wanted: int) -> None:
    began = reported = time.monotonic()
    while batch := tuple(islice(orders, BATCH)):
        await book.keep(*batch)
        have += len(batch)
        if time.monotonic() > reported + 2 or have >= wanted:
            reported = time.monotonic()
            print(f"{have:,} of {wanted:,} orders after {reported - began:,.0f} s", flush=True)


def endless(file: Path, first: int = FIRST) -> Iterator[Order]:
    """Repeat the orders of a file without end, each one under another number."""
    templates = list(_read(file))
    for number in count():
        turn, place = divmod(number, len(templates))
        yield _made(templates[place], str(first + number), turn)


def _read(file: Path) -> Iterator[Order]:
    with opened([file], ImportOptions(currency="GBP")) as found:
        for gathered in gather(found.sample.all(), found.plan, _ignore, found.remarks):
            for one in gathered:
                yield replace(one.order, lines=one.order.lines[:LINES])


def _ignore(_reject: Reject) -> None:
    """Ignore broken rows of the file."""


def _made(template: Order, id: str, turn: int) -> Order:
    created = (template.created or datetime(2010, 1, 1, tzinfo=UTC)) - turn * EARLIER
    customer = template.customer
    return replace(
        template,
        references=(Reference(DIALECT, id),),
        customer=_known(customer) if customer else None,
        number=f"N{id}",
        name=f"Online Shop {id}",
        po_number=f"PO-{id}",
        status=STATUSES[int(id) % len(STATUSES)],
        created=created,
        modified=created,
        invoice=Invoice(number=f"INV{id}"),
    )


def _known(customer: Identity) -> Identity:
    if not customer.number.isdigit():
        return customer
    return replace(customer, references=(Reference(DIALECT, customer.number),))


async def _fill(file: Path, path: Path, wanted: int) -> None:
    store = SqliteStore(path)
    await filled(store, file, wanted)
    await store.close()


def main(file: str, path: str, wanted: str) -> None:
    """Fill a book."""
    asyncio.run(_fill(Path(file), Path(path), int(wanted.replace(",", ""))))


if __name__ == "__main__":
    main(*sys.argv[1:])
