"""Our own feed of events, from both ends: what happened to all orders, as CloudEvents, in one sequence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.errors import Gone, Rule, invalid
from orderglot.core.event_types import TYPES, type_of
from orderglot.core.ports import NO_ORDER, Event, Feed
from orderglot.dialects.orderglot import shapes
from orderglot.dialects.orderglot.media import ASKS, answer, arguments_of
from orderglot.dialects.orderglot.order_events import seen_by_customers, write_event
from orderglot.dialects.orderglot.reading import read_struct
from orderglot.dialects.orderglot.tables import (
    EVENTS,
    JOB,
    LONGEST_PAGE,
    LONGEST_WAIT,
    ORDER,
    PAGE_SIZE,
    SELLER,
    WEBHOOK,
)
from orderglot.wire import json
from orderglot.wire.form import Form
from orderglot.wire.message import Request, Response, fill, query_of
from orderglot.wire.operation import (
    Context,
    Endpoint,
    Follow,
    Operation,
    RequestFormat,
    ResponseFormat,
    Step,
)
from orderglot.wire.shape import EVENT_STREAM, JSON, ResponseShape, description
from orderglot.wire.values import WHOLE

LISTING = tuple(shapes.ListingEvents.__annotations__)

HEADER = "Last-Event-ID"
RESUMED = HEADER.lower()
"""The header in which the reader of a stream says which event it had last."""

LOOKS = 0.5
"""After so many seconds it is looked again whether an event has come."""


class Listing(Struct, frozen=True, kw_only=True):
    """Which events: behind which number, of which types or of all, and how long to wait for one.

    Without a number it is from the first one on that there is.
    """

    after: int | None = None
    types: frozenset[str] = frozenset()
    limit: int = PAGE_SIZE
    wait: int = 0
    ours: bool = False
    """Whether the number is one that we gave ourselves just now."""


class EventPage(Struct, frozen=True):
    """Events with their types, behind which number to go on, and whether there are more by now.

    ``seller`` is the name of whose feed it is, "" where there are none.
    """

    seller: str
    items: tuple[tuple[str, Event], ...]
    next: int
    more: bool


def _write_listing(ask: Listing) -> Request:
    arguments = (
        ("after", "" if ask.after is None else str(ask.after)),
        ("types", ",".join(sorted(ask.types))),
        ("limit", str(ask.limit)),
        ("wait", str(ask.wait) if ask.wait else ""),
    )
    query = query_of((name, text) for name, text in arguments if text)
    return Request(method="GET", path=EVENTS, query=query, headers=ASKS)


def _read_listing(request: Request, _caller: Caller) -> Listing:
    form = arguments_of(request, LISTING)
    after = form.whole("after", least=0, most=WHOLE - 1)
    limit = form.whole("limit", least=1, most=LONGEST_PAGE)
    wait = form.whole("wait", least=0, most=LONGEST_WAIT)
    types = form.text("types")
    form.check()
    return Listing(after=after, types=_types(types), limit=limit or PAGE_SIZE, wait=wait or 0)


def _types(text: str) -> frozenset[str]:
    named = frozenset(filter(None, (one.strip() for one in text.split(","))))
    for one in sorted(named.difference(TYPES)):
        reason = f"{one[:40]!r} is no type of event; there are {', '.join(TYPES)}."
        raise invalid("types", Rule.CHOICE, reason)
    return named


async def _list_events(context: Context, ask: Listing) -> EventPage:
    """List what happened to the orders that the key may see, in the order in which it happened.

    Who goes on behind `next` misses nothing and gets nothing twice, however many write at once.
    With `wait` the answer waits for an event where there is none by now. With `Accept: text/event-stream` it is
    a stream, which goes on behind `Last-Event-ID`. Events that were thinned out are 410, with `next` to go on with.
    """
    left = float(ask.wait)
    page = await _page(context, ask)
    while not page.items and left > 0 and context.pause is not None:
        if not page.more:
            pause = min(LOOKS, left)
            await context.pause(pause)
            left -= pause
        ask = replace(ask, after=page.next)
        page = await _page(context, ask, known=True)
    return page


async def _page(context: Context, ask: Listing, *, known: bool = False) -> EventPage:
    """Give a page; that an event has the number to go on behind is ``known`` of one that was told by us."""
    book = context.book
    feed = await book.feed(ask.after or 0, ask.limit)
    if ask.after is not None and ask.after < feed.floor:
        raise _gone(feed.floor)
    if not feed.events and ask.after and not known:
        await _demand_given(context, ask.after)
    items = [(type_of(one), one) for one in feed.events]
    if ask.types:
        items = [one for one in items if one[0] in ask.types]
    if book.caller.customer is not None:
        items = [(kind, seen_by_customers(one)) for kind, one in items]
    seller = (await book.seller()).name if items else ""
    return EventPage(seller, tuple(items), feed.after, feed.more)


def _gone(floor: int) -> Gone:
    reason = (
        f"The events up to number {floor} have been thinned out. Go on with after={floor}, and look at the"
        " orders themselves for what became of them before."
    )
    return Gone(reason, onward=str(floor))


async def _demand_given(context: Context, number: int) -> None:
    """Raise Invalid where no event has a number yet: who goes on behind it would miss some."""
    before: Feed = await context.book.feed(number - 1, 1)
    if before.after < number:
        reason = (
            f"No event has the number {number} yet; begin with 0, or behind the last one you got."
        )
        raise invalid("after", Rule.RANGE, reason)


def _write_page(page: EventPage, _request: Request) -> Response:
    source = fill(SELLER, name=page.seller)
    items = [write_cloud_event(source, kind, event) for kind, event in page.items]
    return answer({"items": items, "next": str(page.next), "more": page.more})


def write_cloud_event(source: str, kind: str, event: Event) -> dict[str, object]:
    """Write an event as CloudEvents 1.0 has it in JSON.

    https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
    """
    return {
        "specversion": "1.0",
        "id": str(event.sequence),
        "source": source,
        "type": kind,
        "subject": _subject(event),
        "time": event.at,
        "datacontenttype": JSON,
        "data": write_event(event),
    }


def _subject(event: Event) -> str:
    """Give the path of what an event is about: an order, a webhook, or a job."""
    if event.order == NO_ORDER and "webhook" in event.details:
        return fill(WEBHOOK, id=str(event.details["webhook"]))
    if event.order == NO_ORDER:
        return fill(JOB, name=str(event.details.get("job", "")))
    return fill(ORDER, id=str(event.order))


def _read_page(response: Response, _ask: Listing) -> EventPage:
    form = Form(json.read(response.body))
    every = form.each("items", present=True)
    items = tuple(
        (one.text("type", required=True), read_struct(one.inside("data"), Event)) for one in every
    )
    source = every[0].text("source", required=True) if every else ""
    page = EventPage(
        source.rpartition("/")[2],
        items,
        form.whole("next", required=True) or 0,
        form.flag("more") or False,
    )
    form.check()
    return page


def _resume(ask: Listing, request: Request) -> Listing:
    """Say where a stream begins: behind the event that its reader had last, else where the query says."""
    last = request.headers.get(RESUMED, "")
    if not last:
        return ask
    form = Form({HEADER: last})
    after = form.whole(HEADER, least=0, most=WHOLE - 1)
    form.check()
    return replace(ask, after=after)


async def _step(context: Context, ask: Listing) -> Step[Listing]:
    """Give the next events of a stream, and how its reader can go on behind them."""
    page = await _page(context, ask, known=ask.ours)
    onward = replace(ask, after=page.next, ours=True)
    source = fill(SELLER, name=page.seller)
    events = [write_cloud_event(source, kind, event) for kind, event in page.items]
    moved = page.next != ask.after
    here = b"id: %d\n\n" % page.next
    pieces = list(map(_write_sent, events))
    if moved and events and events[-1]["id"] != str(page.next):
        # What is not told moves the reader on all the same: it is not looked at again.
        pieces.append(here)
    return Step(b"".join(pieces), b": still here\n" + here, onward, page.more)


def _write_sent(event: Mapping[str, object]) -> bytes:
    """Write an event as server-sent events have it."""
    head = f"id: {event['id']}\nevent: {event['type']}\ndata: "
    return head.encode() + json.write(event) + b"\n\n"


STREAM = Annotated[
    str, description("The same events as server-sent events, for as long as they are read.")
]

LIST_FEED: Operation[Listing, EventPage] = Operation(
    name="events.list",
    endpoint=Endpoint("GET", (EVENTS,)),
    request=RequestFormat(
        _write_listing, _read_listing, query=shapes.ListingEvents, headers=shapes.Resuming
    ),
    perform=_list_events,
    response=ResponseFormat(
        _write_page,
        _read_page,
        (ResponseShape(200, {JSON: shapes.Feed, EVENT_STREAM: STREAM}),),
    ),
    follow=Follow(_resume, _step),
)
