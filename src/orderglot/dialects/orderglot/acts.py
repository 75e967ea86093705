"""Our own operation that lists the acts of people: what they did to keys, sellers, settings, rejects."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, TypedDict

from msgspec import Struct

from orderglot.core.acts import Act
from orderglot.core.caller import ADMIN, Caller
from orderglot.core.errors import Rule, invalid
from orderglot.core.query import EVERYTHING, Query
from orderglot.core.time_zones import zone_of
from orderglot.dialects.orderglot.administering import administration_of
from orderglot.dialects.orderglot.media import ASKS, answer, arguments_of
from orderglot.dialects.orderglot.shapes import Limit, Text
from orderglot.dialects.orderglot.tables import ACTS, LONGEST_PAGE, PAGE_SIZE
from orderglot.wire import json
from orderglot.wire.aip160 import ACT, read_filter
from orderglot.wire.message import Request, Response, query_of
from orderglot.wire.operation import Context, Endpoint, Operation, RequestFormat, ResponseFormat
from orderglot.wire.shape import description, success

_ID = re.compile(r"\d{8}T\d{6}\.\d{6}-[0-9a-f]{14,20}")


class ListingActs(TypedDict, total=False):
    """Which page of which acts, newest first."""

    filter: Annotated[
        str, description("In the language of AIP-160: who = ann AND at >= 2024-05-21.")
    ]
    limit: Limit
    after: Annotated[str, description("The next of the page before, and not otherwise.")]


class ShownAct(TypedDict):
    """An act; ``before`` and ``after`` have those members alone in which the two differ."""

    id: Text
    at: datetime
    who: Annotated[Text, description("A user of a machine, of the console, or a key.")]
    where: Annotated[Text, description("The address or machine from which it was done.")]
    what: Annotated[Text, description("What was done, such as key.made.")]
    about: Annotated[Text, description("To what, by its name.")]
    seller: Annotated[Text, description("Whose it was, of a seller who is there no more.")]
    before: dict[str, Any]
    after: dict[str, Any]


class ShownActs(TypedDict):
    """A page of acts; ``next`` is what ``after`` is to be for the one behind it."""

    items: list[ShownAct]
    next: str | None


LISTING = tuple(ListingActs.__annotations__)


class Listing(Struct, frozen=True, kw_only=True):
    """Which page of which acts; ``filter`` is read by the seller's clock."""

    filter: str = ""
    limit: int = PAGE_SIZE
    after: str = ""


class Acts(Struct, frozen=True):
    """A page of acts, newest first, and behind which one the next page begins, None at the end."""

    items: tuple[Act, ...]
    next: str | None


def _write_listing(ask: Listing) -> Request:
    arguments = (("filter", ask.filter), ("limit", str(ask.limit)), ("after", ask.after))
    query = query_of((name, text) for name, text in arguments if text)
    return Request(method="GET", path=ACTS, query=query, headers=ASKS)


def _read_listing(request: Request, _caller: Caller) -> Listing:
    form = arguments_of(request, LISTING)
    limit = form.whole("limit", least=1, most=LONGEST_PAGE)
    after = form.text("after", exact=True)
    form.check()
    if after and not _ID.fullmatch(after):
        reason = f"{after[:40]!r} is not the next of a page; leave it out to begin with the newest."
        raise invalid("after", Rule.MALFORMED, reason)
    return Listing(filter=form.text("filter"), limit=limit or PAGE_SIZE, after=after)


async def _list_acts(context: Context, ask: Listing) -> Acts:
    """List what people did to keys, sellers, settings and rejects, newest first.

    None of it can be changed or struck out. A filter is written in the language of AIP-160:
    what = "key.made" AND at >= 2024-05-21. An operator who acts for no seller sees what was done to
    operators' keys, and to sellers who are there no more.
    """
    seller = context.book.caller.seller
    where: Query = EVERYTHING
    if ask.filter:
        zone = zone_of((await context.book.seller()).timezone if seller else "")
        where = read_filter(ask.filter, zone, ACT)
    found = await administration_of(context).acts(seller, where, ask.after, ask.limit + 1)
    shown = found[: ask.limit]
    return Acts(shown, shown[-1].id if len(found) > len(shown) else None)


def _write_acts(page: Acts, _request: Request) -> Response:
    return answer(page)


def _read_acts(response: Response, _ask: Listing) -> Acts:
    return json.read_as(response.body, Acts)


LIST_ACTS: Operation[Listing, Acts] = Operation(
    name="acts.list",
    endpoint=Endpoint("GET", (ACTS,), ADMIN),
    request=RequestFormat(_write_listing, _read_listing, query=ListingActs),
    perform=_list_acts,
    response=ResponseFormat(_write_acts, _read_acts, success(200, ShownActs)),
)
