"""Operations: one call of a vendor's API, written from both ends, and what it is given."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from msgspec import Struct

from orderglot.core.administration import Administration
from orderglot.core.caller import READ, Caller
from orderglot.core.journal import Journal
from orderglot.core.keyring import Keyring
from orderglot.core.listed_journal import ListedJournal
from orderglot.core.order import Order, Reference
from orderglot.core.ports import Book
from orderglot.wire.message import Request, Response
from orderglot.wire.shape import Media, ResponseShape, Shape

Ask = TypeVar("Ask")
Answer = TypeVar("Answer")
T = TypeVar("T")


class View(Struct, frozen=True):
    """An order as a dialect writes it, and the dotted names of what that loses of it."""

    dialect: str
    media: str
    body: bytes
    losses: tuple[str, ...]


class Views(Protocol):
    """Orders as other dialects write them."""

    async def view(self, order: Order, book: Book, name: str, base: str, form: str) -> View:
        """Write an order as a dialect's server face at ``base`` does.

        ``form`` is ``xml`` or ``json`` where it has both, "" for its usual one. Raises NotFound or
        Invalid where there is no such dialect, Unsupported where it cannot give one order so.
        """
        ...


Pause = Callable[[float], Awaitable[None]]
"""Lets so many seconds go by."""


class Retries(Protocol):
    """What was put aside, read once more by the dialects there are, each in a transaction of its own."""

    async def retry(self, caller: Caller, whose: str, name: str) -> tuple[int, int]:
        """Try one by its name again, or all of a dialect or channel; gives how many are orders now, and are not.

        Raises NotFound where nothing of that name is aside.
        """
        ...

    async def settle(self, caller: Caller, name: str, order: Reference | None) -> Order:
        """Take one for an order of the book, or for a new one where that is None, and give the order.

        Raises NotFound where there is no such reject or order, Upstream where it still cannot be read,
        and Conflict where it is known to be another order.
        """
        ...


class Context(Struct, frozen=True):
    """Where an operation is performed: the caller's book, the keyring, and the time.

    An open operation (a login) has no caller and so no book; whom it has let in, it may open theirs.
    What reads is given ``views``, the ``journal``, ``again``, which answers another request as if it
    had come alone, and a ``pause`` of so many seconds where it may wait for something; what writes is
    given ``retries``, if there are any, and what takes the right ADMIN ``administration``.
    """

    keyring: Keyring
    now: datetime
    opened: Book | None = None
    books: Callable[[Caller], Book] | None = None
    views: Views | None = None
    journal: Journal = ListedJournal()
    pause: Pause | None = None
    retries: Retries | None = None
    again: Callable[[Request], Awaitable[Response]] | None = None
    administration: Administration | None = None

    @property
    def book(self) -> Book:
        """The caller's book; what is written to it is kept when the operation has ended well."""
        if self.opened is None:
            raise RuntimeError("an open operation has no book")
        return self.opened

    def book_of(self, caller: Caller) -> Book:
        """Open the book of a caller whom this open operation has just let in."""
        if self.books is None:
            raise RuntimeError("only an open operation opens a book")
        return self.books(caller)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where an operation is called, who may, and what a repetition does.

    ``paths`` are templates, every form the vendor uses; the first one is written. ``right`` is
    what the caller must have. With ``idempotent`` a request that comes again under its idempotency
    key is not performed again; what only reads needs no such key. With ``carries`` there are requests
    in it, each of which takes its own right: whoever has any right may send it.
    """

    method: str
    paths: tuple[str, ...]
    right: str = READ
    idempotent: bool = False
    carries: bool = False


@dataclass(frozen=True, slots=True)
class RequestFormat(Generic[Ask]):
    """How a request is written by the client and read by the server.

    ``path``, ``query``, ``headers`` and ``body`` declare as types what stands there. Where one type is
    both the query and the body, its members may stand in either. What ``path`` does not speak of is
    a text.
    """

    write: Callable[[Ask], Request]
    read: Callable[[Request, Caller], Ask]
    query: Shape = None
    headers: Shape = None
    body: Media = field(default_factory=dict)
    path: Shape = None


@dataclass(frozen=True, slots=True)
class ResponseFormat(Generic[Ask, Answer]):
    """How a response is written by the server, which knows the request, and read by the client.

    ``shapes`` declare the responses that are given when all goes well.
    """

    write: Callable[[Answer, Request], Response]
    read: Callable[[Response, Ask], Answer]
    shapes: tuple[ResponseShape, ...] = ()


class Step(Struct, Generic[Ask], frozen=True):
    """What there was to send to whoever follows, and how to go on behind it.

    ``piece`` is what to send, b"" where there is nothing by now, and ``still`` what shows then that somebody is
    there. ``more`` says that there is more by now.
    """

    piece: bytes
    still: bytes
    onward: Ask
    more: bool


@dataclass(frozen=True, slots=True)
class Follow(Generic[Ask]):
    """How an operation is followed as a stream of server-sent events.

    ``begin`` says where a request begins that may continue an earlier stream, and ``step`` gives what there is.
    """

    begin: Callable[[Ask, Request], Ask]
    step: Callable[[Context, Ask], Awaitable[Step[Ask]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation(Generic[Ask, Answer]):
    """One call of the vendor's API, seen from both ends.

    request.write -> request.read -> perform -> response.write -> response.read

    ``perform`` says in the first sentence of its docstring what the operation does. ``tries`` names
    the credential that a login tries, by which its failures are counted; what is no login has none.
    ``places`` gives the order that a request asks for, None where it asks for none, such as a
    preview: by that a request without a key is known when it comes again. ``follow`` is for what reads
    and goes on.
    """

    name: str
    endpoint: Endpoint
    request: RequestFormat[Ask]
    perform: Callable[[Context, Ask], Awaitable[Answer]]
    response: ResponseFormat[Ask, Answer]
    tries: Callable[[Ask], str] | None = None
    places: Callable[[Ask], Order | None] | None = None
    follow: Follow[Ask] | None = None
