"""Our own operations that read the journal, from both ends: what came and what left, to the byte."""

from __future__ import annotations

import re

from msgspec import Struct

from orderglot.core.caller import Caller
from orderglot.core.errors import Rule, invalid
from orderglot.core.journal import (
    Criteria,
    Exchange,
    Kept,
    Row,
    last_good,
    read,
    written,
)
from orderglot.core.query import EVERYTHING, Query
from orderglot.core.time_zones import zone_of
from orderglot.dialects.orderglot import shapes, tables
from orderglot.dialects.orderglot.media import ASKS, answer, arguments_of
from orderglot.dialects.orderglot.tables import EXCHANGES, LONGEST_PAGE, PAGE_SIZE
from orderglot.wire import json
from orderglot.wire.aip160 import EXCHANGE, read_filter
from orderglot.wire.exchange_text import difference
from orderglot.wire.message import Request, Response, fill, query_of
from orderglot.wire.operation import Context, Endpoint, Operation, RequestFormat, ResponseFormat
from orderglot.wire.shape import success

LISTING = tuple(shapes.ListingExchanges.__annotations__)
_ID = re.compile("[0-9a-f]{24}")


# exchanges.list


class Listing(Struct, frozen=True, kw_only=True):
    """Which page of which exchanges; ``filter`` is read by the seller's clock."""

    filter: str = ""
    limit: int = PAGE_SIZE
    after: str = ""


class Rows(Struct, frozen=True):
    """A page of exchanges, newest first, and behind which one the next page begins, None at the end."""

    items: tuple[Row, ...]
    next: str | None


def _write_listing(ask: Listing) -> Request:
    arguments = (("filter", ask.filter), ("limit", str(ask.limit)), ("after", ask.after))
    query = query_of((name, text) for name, text in arguments if text)
    return Request(method="GET", path=EXCHANGES, query=query, headers=ASKS)


def _read_listing(request: Request, _caller: Caller) -> Listing:
    form = arguments_of(request, LISTING)
    limit = form.whole("limit", least=1, most=LONGEST_PAGE)
    after = form.text("after", exact=True)
    form.check()
    if after and not _ID.fullmatch(after):
        reason = f"{after[:40]!r} is not the next of a page; leave it out to begin with the newest."
        raise invalid("after", Rule.MALFORMED, reason)
    return Listing(filter=form.text("filter"), limit=limit or PAGE_SIZE, after=after)


async def _list_exchanges(context: Context, ask: Listing) -> Rows:
    """List what came and what left, newest first, as far as the key may see it.

    A filter is written in the language of AIP-160: status >= 400 AND dialect = kole AND
    at >= 2024-05-21.
    """
    where: Query = EVERYTHING
    if ask.filter:
        zone = zone_of((await context.book.seller()).timezone)
        where = read_filter(ask.filter, zone, EXCHANGE)
    criteria = Criteria(where=where, before=ask.after)
    found = await context.journal.page(context.book.caller, criteria, ask.limit + 1)
    shown = found[: ask.limit]
    return Rows(shown, shown[-1].id if len(found) > len(shown) else None)


def _write_rows(rows: Rows, _request: Request) -> Response:
    return answer(rows)


def _read_rows(response: Response, _ask: Listing) -> Rows:
    return json.read_as(response.body, Rows)


LIST_EXCHANGES: Operation[Listing, Rows] = Operation(
    name="exchanges.list",
    endpoint=Endpoint("GET", (EXCHANGES,)),
    request=RequestFormat(_write_listing, _read_listing, query=shapes.ListingExchanges),
    perform=_list_exchanges,
    response=ResponseFormat(_write_rows, _read_rows, success(200, shapes.Exchanges)),
)


# exchanges.get


def _write_id(id: str) -> Request:
    return Request(method="GET", path=fill(tables.EXCHANGE, id=id), headers=ASKS)


def _read_id(request: Request, _caller: Caller) -> str:
    arguments_of(request, ())
    return request.params["id"]


async def _get_exchange(context: Context, id: str) -> Kept:
    """Get one exchange with its headers and bodies; where a secret stood there are three stars."""
    return await context.journal.show(context.book.caller, id)


def _write_kept(kept: Kept, _request: Request) -> Response:
    return answer(written(kept))


def _read_kept(response: Response, _id: str) -> Kept:
    try:
        return read(json.read_as(response.body, Exchange))
    except ValueError as error:
        raise invalid("body", Rule.MALFORMED, f"A body is not in base64: {error}.") from None


GET_EXCHANGE: Operation[str, Kept] = Operation(
    name="exchanges.get",
    endpoint=Endpoint("GET", (tables.EXCHANGE,)),
    request=RequestFormat(_write_id, _read_id),
    perform=_get_exchange,
    response=ResponseFormat(_write_kept, _read_kept, success(200, Exchange)),
)


# exchanges.compare

LONGEST_COMPARED = 65_536
"""So many bytes the bodies of an exchange may have: whoever asks for something else has to wait meanwhile."""


class Comparing(Struct, frozen=True):
    """Which exchange is compared with which; "" is that caller's last one like it that went well."""

    id: str
    to: str = ""


class Compared(Struct, frozen=True):
    """How an exchange differs from the one ``before``, in lines as ``diff -u`` writes them."""

    before: str
    after: str
    lines: tuple[str, ...]


def _write_comparing(ask: Comparing) -> Request:
    query = query_of((("to", ask.to),)) if ask.to else ""
    path = fill(tables.EXCHANGE_COMPARED, id=ask.id)
    return Request(method="GET", path=path, query=query, headers=ASKS)


def _read_comparing(request: Request, _caller: Caller) -> Comparing:
    form = arguments_of(request, ("to",))
    to = form.text("to")
    form.check()
    return Comparing(request.params["id"], to)


async def _compare(context: Context, ask: Comparing) -> Compared:
    """Compare an exchange with another one, by default the same caller's last like it that went well."""
    caller, journal = context.book.caller, context.journal
    after = await journal.show(caller, ask.id)
    to = ask.to or (await last_good(journal, caller, after.row)).id
    before = await journal.show(caller, to)
    if max(map(_size, (before, after))) > LONGEST_COMPARED:
        reason = f"The bodies are above {LONGEST_COMPARED:,} bytes; compare them by a program of your own."
        raise invalid("to", Rule.SIZE, reason)
    return Compared(to, ask.id, difference(before, after))


def _size(kept: Kept) -> int:
    return len(kept.bytes.body) + len(kept.bytes.answer)


def _write_compared(compared: Compared, _request: Request) -> Response:
    return answer(compared)


def _read_compared(response: Response, _ask: Comparing) -> Compared:
    return json.read_as(response.body, Compared)


COMPARE_EXCHANGES: Operation[Comparing, Compared] = Operation(
    name="exchanges.compare",
    endpoint=Endpoint("GET", (tables.EXCHANGE_COMPARED,)),
    request=RequestFormat(_write_comparing, _read_comparing, query=shapes.ComparingExchanges),
    perform=_compare,
    response=ResponseFormat(
        _write_compared, _read_compared, success(200, shapes.ComparedExchanges)
    ),
)
