"""Customer names: a customer whom the vendor has renamed is renamed here, with an event."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import asdict, replace

from orderglot.core.customer import Customer
from orderglot.core.errors import HubError, NotFound
from orderglot.core.order import Reference
from orderglot.core.ports import Book, UnitOfWork
from orderglot.core.query import Compare, Operator, Window
from orderglot.sync.notes import CUSTOMER, note_of, noted, read
from orderglot.sync.retrying import written
from orderglot.sync.vendor import Vendor

MOST = 1_000
"""So many orders of a customer at most get the event."""


class Names(Struct, frozen=True, kw_only=True):
    """How a vendor last called a customer; "" where his wire has no such name."""

    name: str = ""
    first_name: str = ""
    last_name: str = ""


async def rename_customers(
    book: Book, vendor: Vendor, warn: Callable[[str], None] = lambda _text: None
) -> int:
    """Take over what the vendor now calls those of his customers who are known here; counts them."""
    if vendor.dialect.flows.customers is None:
        return 0
    try:
        shown = await vendor.client.customers()
    except NotFound:
        return 0
    except HubError as error:
        warn(f"The names of customers could not be asked for: {error.message}")
        return 0
    renamed = 0
    for customer in shown:
        renamed += await _renamed(book, vendor, customer)
    return renamed


async def _renamed(book: Book, vendor: Vendor, theirs: Customer) -> bool:
    async def write(unit: UnitOfWork) -> bool:
        for reference in theirs.references:
            try:
                mine = await unit.customer(Reference(vendor.name, reference.id))
            except NotFound:
                continue
            return await _take(unit, vendor.name, mine, theirs)
        return False

    return await written(book, write)


async def _take(unit: UnitOfWork, channel: str, mine: Customer, theirs: Customer) -> bool:
    """Take what he calls a customer otherwise than before, where it was not changed here."""
    names = Names(name=theirs.name, first_name=theirs.first_name, last_name=theirs.last_name)
    before = await note_of(unit, CUSTOMER, f"{channel}/{mine.id}")
    last = read(before, Names) if before else Names()
    if names == last:
        return False
    unit.note(noted(CUSTOMER, f"{channel}/{mine.id}", names, before))
    changed = {
        name: new
        for name, new in asdict(names).items()
        if new and new != getattr(mine, name) and getattr(mine, name) in ("", getattr(last, name))
    }
    if not changed:
        return False
    await unit.keep_customer(replace(mine, **changed))
    if before is None:
        return False  # Who is named for the first time is not renamed.
    await _record(unit, channel, mine, ", ".join(changed.values()))
    return True


async def _record(unit: UnitOfWork, channel: str, customer: Customer, name: str) -> None:
    """Record with the customer's orders what the customer is called now."""
    theirs = Compare("customer.id", Operator.EQ, customer.id)
    for order in (await unit.page(Window(where=theirs, limit=MOST))).orders:
        unit.record(order, f"customer renamed: {channel}: {name}")
