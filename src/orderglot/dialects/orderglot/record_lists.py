"""Lists of customers or products: by a filter, by what a person types, sorted, counted, page by page.

There are some thousands of them and not millions, so that a filter looks at each. Without a filter, a sort or
a total the page comes straight from the index.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator
from functools import partial
from typing import Any, Generic

import msgspec
from msgspec import Struct

from orderglot.core.caller import Caller
from orderglot.core.errors import Rule, invalid
from orderglot.core.fields import KINDS, Field, FieldKind, values_in
from orderglot.core.ports import Book
from orderglot.core.query import EVERYTHING, Query, Sort, rank, true_of
from orderglot.core.time_zones import zone_of
from orderglot.dialects.orderglot import record_shapes
from orderglot.dialects.orderglot.filters import read_fields_of, select
from orderglot.dialects.orderglot.media import ASKS, answer, arguments_of
from orderglot.dialects.orderglot.record_kinds import R, Records, read_one
from orderglot.dialects.orderglot.search import spellings
from orderglot.dialects.orderglot.tables import LONGEST_PAGE, LONGEST_Q, PAGE_SIZE
from orderglot.wire import json
from orderglot.wire.aip160 import read_filter, read_sort, write_sort
from orderglot.wire.form import Form
from orderglot.wire.message import Request, Response, query_of
from orderglot.wire.operation import Context, Endpoint, Operation, RequestFormat, ResponseFormat
from orderglot.wire.shape import success

LISTING = tuple(record_shapes.Listing.__annotations__)
CHUNK = 500
"""So many are read and looked at in one go; while the next are read, whoever else waits comes in between."""


class Place(Struct, frozen=True, array_like=True):
    """Behind which one a list goes on: its key, and the values of it that the list is sorted by."""

    key: str = ""
    values: tuple[Any, ...] = ()


class Asked(Struct, frozen=True):
    """Which page of a list: those that ``q`` and ``filter`` find, behind a place."""

    q: str = ""
    after: Place = Place()
    limit: int = PAGE_SIZE
    filter: str = ""
    sort: tuple[Sort, ...] = ()
    total: bool = False


class Listed(Struct, frozen=True):
    """A page, what ``after`` is to be for the one behind it, and how many there are in all, where asked."""

    items: tuple[Any, ...]
    next: str | None = None
    total: int | None = None


def listing(of: Records[R]) -> Operation[Asked, Listed]:
    """Make the operation that lists a kind."""

    async def perform(context: Context, ask: Asked) -> Listed:
        return await _Listing(of, context.book, ask, await _where(of, context.book, ask)).page()

    perform.__doc__ = f"List the {of.name} that the key may see."

    def write(page: Listed, request: Request) -> Response:
        fields = read_fields_of(request, of.known, f"A {of.one}")
        items = [select(of.document(one), fields) for one in page.items]
        total = {} if page.total is None else {"total": page.total}
        return answer({"items": items, "next": page.next, **total})

    def read(response: Response, _ask: Asked) -> Listed:
        form = Form(json.read(response.body))
        items = tuple(read_one(of, one) for one in form.each("items", present=True))
        after = form.text("next", exact=True) or None
        total = form.whole("total", least=0)
        form.check()
        return Listed(items, after, total)

    return Operation(
        name=f"{of.name}.list",
        endpoint=Endpoint("GET", (of.path,)),
        request=RequestFormat(
            partial(_write_asked, of), partial(_read_asked, of), query=record_shapes.Listing
        ),
        perform=perform,
        response=ResponseFormat(write, read, success(200, of.page)),
    )


async def _where(of: Records[R], book: Book, ask: Asked) -> Query:
    """Read a filter by the seller's clock."""
    if not ask.filter:
        return EVERYTHING
    zone = zone_of((await book.seller()).timezone)
    return read_filter(ask.filter, zone, of.fields)


class _Listing(Generic[R]):
    """A list that is being made, as one caller may see it."""

    def __init__(self, of: Records[R], book: Book, ask: Asked, where: Query) -> None:
        self.of = of
        self.book = book
        self.ask = ask
        self.where = where

    async def page(self) -> Listed:
        """Give the page that is asked for."""
        found = await (self._sorted() if self.ask.sort or self.ask.total else self._first())
        total = len(found) if self.ask.total else None
        if self.ask.after.key:
            found = [one for one in found if self._is_behind(one)]
        items = found[: self.ask.limit]
        more = len(found) > len(items)
        return Listed(tuple(items), _cursor(self._place(items[-1])) if more else None, total)

    def _place(self, one: R) -> Place:
        return Place(self.of.key_of(one), tuple(self._value(one, key) for key in self.ask.sort))

    async def _sorted(self) -> list[R]:
        """Give all that match, in their order."""
        found = [one async for one in self._matching("")]
        for key in reversed(self.ask.sort):
            found.sort(key=lambda one: rank(self._value(one, key)), reverse=key.descending)
        return found

    async def _first(self) -> list[R]:
        """Give as many as a page takes, and one more."""
        found = list[R]()
        async for one in self._matching(self.ask.after.key):
            found.append(one)
            if len(found) > self.ask.limit:
                break
        return found

    async def _matching(self, after: str) -> AsyncIterator[R]:
        """Give those that match behind a key, by rising keys."""
        async for one in self._every(after):
            seen = self.of.shown(one, self.book.caller)
            if self.where is EVERYTHING or true_of(self.where, partial(self._asked, seen)):
                yield seen

    async def _every(self, after: str) -> AsyncIterator[R]:
        key = self.of.key_of
        if self.ask.q:
            for one in sorted(await self.of.called(self.book, spellings(self.ask.q)), key=key):
                if key(one) > after:
                    yield one
            return
        plain = self.where is EVERYTHING and not (self.ask.sort or self.ask.total)
        most = self.ask.limit + 1 if plain else CHUNK
        while several := await self.of.behind(self.book, after, most):
            for one in several:
                yield one
            if len(several) < most or plain:
                return
            after = key(several[-1])

    def _asked(self, one: R, name: str) -> tuple[Any, ...]:
        return values_in(one, self.of.fields.field(name))

    def _value(self, one: R, key: Sort) -> Any:
        (value,) = self._asked(one, key.field)
        return value

    def _is_behind(self, one: R) -> bool:
        place = self.ask.after
        for key, before in zip(self.ask.sort, place.values, strict=True):
            own = self._value(one, key)
            if own != before:
                return (rank(own) > rank(before)) is not key.descending
        return self.of.key_of(one) > place.key


# on the wire


def _write_asked(of: Records[R], ask: Asked) -> Request:
    arguments = (
        ("filter", ask.filter),
        ("q", ask.q),
        ("sort", write_sort(ask.sort)),
        ("limit", str(ask.limit)),
        ("after", _cursor(ask.after) if ask.after.key else ""),
        ("total", "true" if ask.total else ""),
    )
    query = query_of((name, text) for name, text in arguments if text)
    return Request(method="GET", path=of.path, query=query, headers=ASKS)


def _read_asked(of: Records[R], request: Request, _caller: Caller) -> Asked:
    form = arguments_of(request, LISTING)
    q = form.text("q", longest=LONGEST_Q)
    limit = form.whole("limit", least=1, most=LONGEST_PAGE)
    total = form.flag("total")
    form.check()
    read_fields_of(request, of.known, f"A {of.one}")
    text = form.text("filter")
    read_filter(text, asked=of.fields)
    return asked_for(
        of,
        q,
        text,
        form.text("sort"),
        limit or PAGE_SIZE,
        form.text("after", exact=True),
        bool(total),
    )


def asked_for(
    of: Records[R], q: str, filter: str, sort: str, limit: int, after: str, total: bool
) -> Asked:
    """Say which page is asked for, in the words of a client; raises Invalid where one makes no sense."""
    keys = read_sort(sort, of.fields)
    return Asked(q, _place(of, after, keys) if after else Place(), limit, filter, keys, total)


def _cursor(place: Place) -> str:
    """Write a place: of a list that is sorted by nothing the key alone."""
    text = msgspec.json.encode(place) if place.values else place.key.encode()
    return urlsafe_b64encode(text).decode().rstrip("=")


def _place(of: Records[R], cursor: str, sort: tuple[Sort, ...]) -> Place:
    """Read a cursor of a list that was sorted by the same."""
    try:
        text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        place = msgspec.json.decode(text, type=Place) if sort else Place(text.decode())
        values = tuple(
            _read_value(value, of.fields.field(key.field))
            for value, key in zip(place.values, sort, strict=True)
        )
        place = Place(place.key, values)
        if _cursor(place) != cursor:
            raise ValueError
    except (ValueError, msgspec.MsgspecError):
        reason = "This is not the `next` of an earlier page that was sorted by the same."
        raise invalid("after", Rule.MALFORMED, reason) from None
    return place


_TYPES: dict[FieldKind, Any] = {kind: one for one, kind in KINDS.items()}


def _read_value(value: Any, field: Field) -> Any:
    return None if value is None else msgspec.convert(value, _TYPES[field.kind], strict=False)
