"""Vendor states: each order as its vendor last showed it, kept beside it for the next comparison."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Raw
from msgspec.structs import replace

from orderglot.core.order import Order
from orderglot.core.ports import Note, UnitOfWork
from orderglot.stores import document
from orderglot.sync.notes import STATE, VendorState, noted, read


def state_name(channel: str, order: int) -> str:
    """Give the name of the note with an order's state at a channel's vendor."""
    return f"{channel}/{order}"


async def vendor_states(unit: UnitOfWork, channel: str, orders: Collection[int]) -> dict[int, Note]:
    """Give the notes with some orders as a vendor last showed them, by the orders' ids."""
    names = {state_name(channel, order): order for order in orders}
    found = await unit.notes(STATE, *names) if names else ()
    return {names[note.name]: note for note in found}


def read_state(note: Note) -> tuple[VendorState, Order]:
    """Read a vendor state, and the order in it."""
    state = read(note, VendorState)
    return state, document.read_order(bytes(state.order))


def keep_state(
    unit: UnitOfWork,
    channel: str,
    order: int,
    received: Order,
    before: Note | None,
    *,
    placed: bool = False,
    hidden: Collection[str] = (),
) -> None:
    """Keep what a channel's vendor says of an order, in the place of what he said before."""
    state = VendorState(
        order=Raw(document.write(received)), placed=placed, hidden=tuple(sorted(hidden))
    )
    unit.note(noted(STATE, state_name(channel, order), state, before))


def forget_parts(received: Order, last: Order, hidden: Collection[str]) -> Order:
    """Give an order as a vendor shows it, with the parts that he shows no more as he last showed them."""
    changes = {}
    for path in hidden:
        name, _, inner = path.partition(".")
        if not inner:
            changes[name] = getattr(last, name)
    return replace(received, **changes) if changes else received
