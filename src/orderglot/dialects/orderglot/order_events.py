"""What happened to an order, as a caller may see it."""

from __future__ import annotations

from msgspec.structs import replace

from orderglot.core.ports import Book, Event


async def history(book: Book, order: int) -> tuple[Event, ...]:
    """Give the events of an order, oldest first.

    Who did it, and by which request, the seller's own keys see. Their numbers in the feed are the
    feed's to tell: some books give them later.
    """
    events = tuple(replace(one, sequence=0) for one in await book.events(order))
    return events if book.caller.customer is None else tuple(map(seen_by_customers, events))


def seen_by_customers(event: Event) -> Event:
    """Give an event as customers see it: not who did it, nor by which request."""
    return replace(event, who="", details={}, exchange="", other=None)


def write_event(event: Event) -> dict[str, object]:
    """Write an event; what says nothing is left out."""
    members = ((name, getattr(event, name)) for name in Event.__struct_fields__)
    return {name: value for name, value in members if value not in (None, "", {}, 0)}
