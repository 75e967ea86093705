"""Placement results: an order that a vendor has, kept with his id and compared with what is here."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.errors import HubError, NotFound
from orderglot.core.order import Order, Reference
from orderglot.core.ports import Book, UnitOfWork
from orderglot.sync.criteria import native_id
from orderglot.sync.discrepancies import taken_of, unsettled
from orderglot.sync.matching import Arrival, arrived
from orderglot.sync.recovery import Notify, Unknown
from orderglot.sync.retrying import written
from orderglot.sync.vendor import Vendor


class How(StrEnum):
    """How it came that the vendor's id of an order is known."""

    SENT = "sent"
    FOUND = "found"
    THERE = "there"
    GIVEN = "given"


class Placed(Struct, frozen=True):
    """An order as it is in the book, the vendor's id of it, and how that came to be known.

    ``differences`` say how what he has differs from what is here.
    """

    order: Order
    id: str
    how: How
    differences: tuple[str, ...] = ()


async def there(book: Book, vendor: Vendor, order: Order, id: str, notify: Notify) -> Placed:
    """State that a vendor has an order, and compare what nobody has compared yet."""
    taken = await taken_of(book, vendor.name, order.id)
    if taken is not None and not taken.checked:
        return await _checked(book, vendor, Placed(order, id, How.THERE), notify)
    return Placed(order, id, How.THERE, await unsettled(book, vendor.source, order))


async def keep(
    book: Book, vendor: Vendor, order: Order, theirs: Order, how: How, notify: Notify
) -> Placed:
    """Keep what a vendor has taken, in one transaction with the end of the note, and compare it.

    Raises Unknown where it cannot be kept: he has it all the same.
    """
    id = native_id(theirs, vendor.dialect.name)
    final = how is How.GIVEN or vendor.dialect.flows.get is None
    try:
        arrival = await _written(book, vendor, order, theirs, checked=final)
    except HubError as error:
        raise Unknown(
            f"The {vendor.dialect.title} has order {order.id} as {id}, and that could not be kept "
            f"here: {error.message}"
        ) from error
    placed = Placed(arrival.order, id, how, arrival.differences)
    return placed if final else await _checked(book, vendor, placed, notify)


async def _checked(book: Book, vendor: Vendor, placed: Placed, notify: Notify) -> Placed:
    """Ask a vendor for what he has taken, and keep that as his state of it."""
    try:
        theirs = await vendor.client.get(Reference(vendor.dialect.name, placed.id))
        arrival = await _written(book, vendor, placed.order, theirs, checked=True)
    except NotFound:
        hidden = f"they do not show it as {placed.id}"
        return replace(placed, differences=(*placed.differences, hidden))
    except HubError as error:
        notify(
            f"What they have could not be compared ({error.message}); run the same command again."
        )
        return placed
    found = tuple(dict.fromkeys((*placed.differences, *arrival.differences)))
    return replace(placed, order=arrival.order, differences=found)


async def _written(
    book: Book, vendor: Vendor, order: Order, theirs: Order, *, checked: bool
) -> Arrival:
    async def write(unit: UnitOfWork) -> Arrival:
        return await arrived(unit, vendor, order.id, theirs, checked=checked)

    return await written(book, write)
