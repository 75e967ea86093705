"""``orderglot events``: what happened to an order, or to all of them, oldest first."""

from typing import TYPE_CHECKING, Annotated

from orderglot.cli.command import ORDER_IDS, AsJson, Misused, SellerName, with_book
from orderglot.cli.options import argument, switch, value
from orderglot.cli.output import write_json_line, write_line

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from orderglot.core.ports import Book, Event
    from orderglot.hub.opening import Hub

LOOKS = 0.5
"""So often, in seconds, it is looked whether there is a new event."""

MOST = 1_000
"""So many events are read at once."""


@with_book(reads=True)
async def events(
    hub: "Hub",
    order: Annotated[str, argument("ORDER", ORDER_IDS)] = "",
    follow: Annotated[bool, switch("--follow", "Of all orders, each event that comes.")] = False,
    after: Annotated[
        int | None, value("NUMBER", "With --follow, those behind this one of the feed as well.")
    ] = None,
    deleted: Annotated[bool, switch("--deleted", "Of one that was deleted, too.")] = False,
    seller: SellerName = None,
    as_json: AsJson = False,
) -> None:
    """List what happened to an order, oldest first: when, what, by whom, and why where it is known.

    With --follow it is the feed of all orders that is read, from now on or behind a number, until it is
    stopped; with --json each is a CloudEvent, as over /orderglot/v1/events.

    $ orderglot events 489434
    $ orderglot events kole:12404 --json
    $ orderglot events --follow
    $ orderglot events --follow --after 0 --json
    """
    from orderglot.cli.output import write_json
    from orderglot.cli.show import print_timeline
    from orderglot.hub import lookup

    if bool(order) is follow:
        raise Misused("say of which order, or --follow for what happens to all of them.")
    if after is not None and (not follow or after < 0):
        raise Misused("--after: a number of the feed from 0 on, which goes with --follow.")
    owner = await hub.seller(seller)
    book = hub.book(owner, tests=True, deleted=deleted)
    if follow:
        async for one in _following(book, after):
            _print_event(owner.name, one, as_json=as_json)
        return None
    found = await book.events((await lookup.find_order(book, order)).id)
    if as_json:
        return write_json(found)
    return print_timeline(found)


async def _following(book: "Book", after: int | None) -> "AsyncIterator[Event]":
    """Give the events behind a number, or those that come from now on, without an end."""
    import asyncio

    number = await _last(book) if after is None else after
    while True:
        found = await book.feed(number, MOST)
        for one in found.events:
            yield one
        number = found.after
        if not found.more:
            await asyncio.sleep(LOOKS)


async def _last(book: "Book") -> int:
    """Give the number of the last event that there is."""
    number, more = 0, True
    while more:
        found = await book.feed(number, MOST)
        number, more = found.after, found.more
    return number


def _print_event(seller: str, event: "Event", *, as_json: bool) -> None:
    from orderglot.core.event_types import type_of
    from orderglot.dialects.orderglot.events import write_cloud_event
    from orderglot.dialects.orderglot.tables import SELLER
    from orderglot.wire.message import fill

    kind = type_of(event)
    if as_json:
        return write_json_line(write_cloud_event(fill(SELLER, name=seller), kind, event))
    about = f"order {event.order}, version {event.version}" if event.order else ""
    why = event.why or str(event.details.get("reason", ""))
    words = (f"{event.at:%Y-%m-%d %H:%M:%S}Z", str(event.sequence), kind, about, event.who, why)
    return write_line("  ".join(filter(None, words)))
