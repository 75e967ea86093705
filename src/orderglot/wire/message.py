"""Requests and responses as plain values; nothing here knows a socket."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import parse_qsl, quote

import msgspec
from msgspec import Struct

from orderglot.core.errors import Rule, invalid
from orderglot.wire.trace import Trace

T = TypeVar("T")

Pairs = tuple[tuple[str, str], ...]

LONGEST_FORM = 65_536
"""So many bytes of a form in a body are read at most."""

NO_BODY = frozenset({204, 304})
"""Answers of these statuses have no body."""

LONGEST_NAME = 60
"""So much of a member's name is told."""


class Request(Struct, frozen=True, kw_only=True):
    """A request. Header names are lower case, repeated headers joined by a comma.

    ``path`` and ``query`` are percent-encoded as sent; ``params`` are the values of the path
    template's names, decoded; ``base`` is scheme and authority, without a slash at the end.
    ``repeatable`` says that sending it twice does no more than sending it once. ``at`` is when a
    server face took it in, ``peer`` from which address, ``id`` what the server calls it,
    another for each request. ``zone`` is the seller's, where the wire's times name none; "" is UTC.
    ``trace`` is where it is noted what comes to light meanwhile, None where nobody wants to know.
    """

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = {}
    body: bytes = b""
    base: str = ""
    params: Mapping[str, str] = {}
    repeatable: bool = False
    at: datetime | None = None
    peer: str = ""
    id: str = ""
    zone: str = ""
    trace: Trace | None = None


class Stream(Struct, frozen=True):
    """A body that goes on as long as it is read: its pieces as they come, and what ends it.

    ``ending`` waits until it is to end, whether it is read or not; ``close`` is called once it has.
    """

    pieces: AsyncIterator[bytes]
    ending: Callable[[], Awaitable[object]]
    close: Callable[[], None]


class Response(Struct, frozen=True, kw_only=True):
    """A response. Header names are lower case.

    Where ``repeated``, the request was sent before as well, and may have arrived then. ``exchange``
    is the id under which it was recorded, "" where it was not. What has a ``stream`` has that for a body;
    whoever sends the response closes it.
    """

    status: int
    headers: Mapping[str, str] = {}
    body: bytes = b""
    repeated: bool = False
    exchange: str = ""
    stream: Stream | None = None


Send = Callable[[Request], Awaitable[Response]]
"""Takes a request to somewhere and brings the response back."""


@lru_cache(maxsize=256)
def pairs(query: str) -> Pairs:
    """Read a query string into its names and values, blanks kept, in order."""
    if "%" in query or "+" in query:
        return tuple(parse_qsl(query, keep_blank_values=True, errors="replace"))
    # Where nothing is escaped, a quarter of the time does.
    parts = [part.partition("=") for part in query.split("&") if part]
    return tuple([(name, value) for name, _, value in parts])


def form_pairs(request: Request) -> Pairs:
    """Read the form in a request's body into its names and values, blanks kept, in order.

    Raises Invalid where it is longer than any form is.
    """
    if len(request.body) > LONGEST_FORM:
        reason = f"A form may have {LONGEST_FORM} bytes, not {len(request.body)}."
        raise invalid("body", Rule.SIZE, reason)
    # It is not cached: passwords stand in it.
    form = request.body.decode("utf-8", "replace").strip()
    return tuple(parse_qsl(form, keep_blank_values=True, errors="replace"))


def argument(request: Request, name: str) -> str | None:
    """Give the last value of a query argument, None where it is absent."""
    for found, value in reversed(pairs(request.query)):
        if found == name:
            return value
    return None


def arguments(request: Request, name: str) -> tuple[str, ...]:
    """Give every value of a query argument, in order."""
    return tuple(value for found, value in pairs(request.query) if found == name)


def once(members: Iterable[tuple[str, T]]) -> dict[str, T]:
    """Give members by their names; raises Invalid where one comes twice with different values.

    Of two values every reader takes another one; where they say the same, any will do.
    """
    members = tuple(members)
    found = dict(members)
    if len(found) == len(members):
        return found
    for name, value in members:
        # What is equal in Python may be written otherwise all the same, as are 1 and true.
        if repr(found[name]) != repr(value):
            reason = "This comes twice, with different values."
            raise invalid(name[:LONGEST_NAME], Rule.DUPLICATE, reason)
    return found


NO_TEXT = "this is no text in UTF-8; type it anew."
"""Why a value that holds half characters is refused."""


def query_of(values: Iterable[tuple[str, str]]) -> str:
    """Write names and values as a query string; raises Invalid where a value is no text."""
    return "&".join([f"{segment(name)}={_written(name, value)}" for name, value in values])


def fill(template: str, **params: str) -> str:
    """Put values into a path template: ``/orders/{order_id}`` and ``order_id=7``.

    Raises Invalid where a value is no text.
    """
    return template.format_map({name: _written(name, value) for name, value in params.items()})


def _written(name: str, value: str) -> str:
    """Write a value, and name it where it cannot be: a shell hands on what is no UTF-8 as half characters."""
    try:
        return segment(value)
    except UnicodeEncodeError:
        raise invalid(name, Rule.MALFORMED, NO_TEXT) from None


def segment(value: str) -> str:
    """Write a value as one segment of a path, or as one part of a query."""
    # Nearly every id is of letters, digits and dashes alone, which are written as they are.
    plain = value.isascii() and value.replace("-", "").isalnum()
    return value if plain else quote(value, safe="")


def essence(header: str) -> str:
    """Give a media type without its parameters, in lower case."""
    return header.partition(";")[0].strip().lower()


LONGEST_WORDS = 300
MESSAGES = (
    "message",
    "errorMessage",
    "error_description",
    "description",
    "detail",
    "error",
    "title",
)
"""The members in which an answer says something to a person, the most telling first."""

_TITLE = re.compile(rb"<title[^>]*>([^<]{1,300})</title>", re.IGNORECASE)


_ELEMENT = re.compile(rb"<(%s)>([^<]{1,300})</" % "|".join(MESSAGES).encode())
_MOST_ELEMENTS = 8
"""So many elements at most has a document that is a message alone."""


def words_of(response: Response) -> str:
    """Give what an answer that is not what it should be says to a person, "" where nothing."""
    beginning = response.body[:65_536]
    if found := _TITLE.search(beginning):
        return _plain(found[1].decode(errors="replace"))
    if beginning[:1] == b"<" and (found := _ELEMENT.search(beginning)):
        return _plain(found[2].decode(errors="replace"))
    body = _decoded(response)
    texts = [body.get(name) for name in MESSAGES] if isinstance(body, dict) else []
    return next((_plain(text) for text in texts if isinstance(text, str) and text.strip()), "")


def is_message_alone(response: Response) -> bool:
    """Tell whether an answer says something to a person and holds nothing else: no list, no order."""
    if not words_of(response):
        return False
    body = _decoded(response)
    if isinstance(body, dict):
        return not any(isinstance(value, list | dict) and value for value in body.values())
    return response.body.count(b"</") <= _MOST_ELEMENTS


def _decoded(response: Response) -> Any:
    try:
        return msgspec.json.decode(response.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _plain(text: str) -> str:
    """Give a stranger's text on one line, without what could steer a terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in text).strip()[
        :LONGEST_WORDS
    ]
