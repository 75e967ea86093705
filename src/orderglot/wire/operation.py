"""Operations: one call of a vendor's API, written from both ends, and what it is given."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from msgspec import Struct

from orderglot.core.acts import Person
from orderglot.core.administration import Administration
from orderglot.core.caller import READ, Caller
from orderglot.core.errors import Problem
from orderglot.core.journal import Journal
from orderglot.core.keyring import Keyring
from orderglot.core.listed_journal import ListedJournal
from orderglot.core.order import Order, Reference
from orderglot.core.ports import Book
from orderglot.core.rejects import Chosen
from orderglot.core.value_mappings import ValueMapping
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


class Looked(Struct, frozen=True):
    """What was put aside as it can be read by now: what is wrong with it, or the order that it would be.

    ``words`` are members and values in them that no list of the dialect's knows.
    """

    problems: tuple[Problem, ...] = ()
    order: Order | None = None
    words: tuple[tuple[str, str], ...] = ()


class WordMapped(Struct, frozen=True):
    """What a word stands for now, and how many that were put aside are orders by that, and are not."""

    mapping: ValueMapping
    taken: int
    left: int


class Retries(Protocol):
    """What was put aside, read once more by the dialects there are, each in a transaction of its own.

    All of them raise NotFound where nothing of a name is aside.
    """

    async def retry(self, caller: Caller, chosen: Chosen, name: str = "") -> tuple[int, int]:
        """Try one by its name again, or all that are meant; gives how many are orders now, and are not."""
        ...

    async def settle(self, caller: Caller, name: str, order: Reference | None) -> Order:
        """Take one for an order of the book, or for a new one where that is None, and give the order.

        Raises NotFound where there is no such order, Conflict where it still cannot be read or is known
        to be another order.
        """
        ...

    async def check(self, caller: Caller, name: str) -> Looked:
        """Read one as it was corrected, and see what would become of it; nothing is kept."""
        ...

    async def correct(
        self, caller: Caller, name: str, body: bytes, number: int | None = None
    ) -> Looked:
        """Put another body in the place of one that came, and read it at once.

        ``number`` says of which answer, from 1; the last one if not said. Raises Invalid where there is
        no such answer, Conflict where it is an order by now.
        """
        ...

    async def withdraw(self, caller: Caller, name: str) -> None:
        """Take a correction back; raises Conflict where it is an order by now."""
        ...

    async def drop(self, caller: Caller, name: str, why: str = "") -> None:
        """Let go of one, and of its correction; ``why`` stands in the act."""
        ...

    async def drop_all(self, caller: Caller, chosen: Chosen, why: str = "") -> int:
        """Let go of all that are meant; gives how many those were, and ``why`` stands in the act."""
        ...

    async def map_word(
        self, caller: Caller, name: str, to: str, field: str = "", value: str = "", whose: str = ""
    ) -> WordMapped:
        """Map the word of one that no list knows, for its channel if not said, and try the rest again.

        Raises Invalid where it is not clear which word is meant, or ``to`` is nothing that can stand there.
        """
        ...

    async def map_value(
        self, caller: Caller, whose: str, field: str, value: str, to: str
    ) -> ValueMapping:
        """Say what a value in a member of a dialect's or channel's answers stands for, from now on."""
        ...

    async def unmap(self, caller: Caller, name: str) -> ValueMapping:
        """Let a value stand for nothing any more; raises NotFound where it does not."""
        ...


class PersonsRetries(Retries, Protocol):
    """What was put aside, for whoever acts."""

    def by(self, person: Person) -> Retries:
        """Give it to one person, whose acts are written down."""
        ...


class VendorChannel(Struct, frozen=True):
    """An account with a vendor that orders can be placed over, and what he speaks."""

    name: str
    dialect: str


class PlacementAsked(Struct, frozen=True, kw_only=True):
    """Which order is to be placed over which channel.

    ``also``: it may go to a second vendor. ``absent``: somebody has looked, and the vendor does not
    have it. ``without`` are members that he need not be told. With ``dry_run`` nothing is sent. So many
    seconds is waited for the vendor.
    """

    order: Reference
    channel: str
    dry_run: bool = False
    also: bool = False
    absent: bool = False
    without: tuple[str, ...] = ()
    wait: float = 10.0


class PlacementShown(Struct, frozen=True, kw_only=True):
    """What became of an order at a vendor: ``placed`` as an ``id``, and what he has otherwise; or not.

    ``problems`` speak against it, ``losses`` are members that he is not told, ``why`` says why it was
    refused, or why nobody knows.
    """

    order: int
    channel: str
    state: str
    id: str = ""
    how: str = ""
    differences: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    losses: tuple[str, ...] = ()
    why: str = ""
    begun: datetime | None = None
    sent: datetime | None = None


class Placements(Protocol):
    """Orders placed with vendors over the channels of the configuration, each of them once."""

    async def channels(self, caller: Caller) -> tuple[VendorChannel, ...]:
        """Give the channels that a caller's seller may use."""
        ...

    async def place(self, caller: Caller, asked: PlacementAsked) -> PlacementShown:
        """Place an order with a vendor once, or say what speaks against it.

        Raises NotFound where there is no such order, Invalid where there is no such channel, Conflict
        where that is not set up. Whatever the vendor says is told.
        """
        ...

    async def settle(
        self, caller: Caller, order: Reference, channel: str, id: str = "", *, stands: bool = False
    ) -> PlacementShown:
        """Say under which id a vendor has an order, for "" that he does not have it.

        With ``stands`` what he has otherwise is let stand. Raises Invalid where he has no order of that
        id, Conflict where that is another order or he cannot be asked, NotFound where it was not sent.
        """
        ...

    async def of_order(self, caller: Caller, order: Reference) -> tuple[PlacementShown, ...]:
        """Give what is known of an order at each vendor that has it or was sent it."""
        ...

    async def open(self, caller: Caller) -> tuple[PlacementShown, ...]:
        """Give the orders of which nobody knows whether a vendor has them, or that one refused."""
        ...


class PersonsPlacements(Placements, Protocol):
    """Orders placed with vendors, by whoever acts."""

    def by(self, person: Person) -> Placements:
        """Give it to one person, whose acts are written down."""
        ...


class Context(Struct, frozen=True):
    """Where an operation is performed: the caller's book, the keyring, and the time.

    An open operation (a login) has no caller and so no book; whom it has let in, it may open theirs.
    What reads is given ``views``, the ``journal``, ``again``, which answers another request as if it
    had come alone, and a ``pause`` of so many seconds where it may wait for something; what writes is
    given ``retries``, if there are any, and the ``person`` whose act it is, both are given ``placements``, and what takes the right ADMIN ``administration``.
    """

    keyring: Keyring
    now: datetime
    opened: Book | None = None
    books: Callable[[Caller], Book] | None = None
    views: Views | None = None
    journal: Journal = ListedJournal()
    pause: Pause | None = None
    retries: Retries | None = None
    placements: Placements | None = None
    again: Callable[[Request], Awaitable[Response]] | None = None
    administration: Administration | None = None
    person: Person | None = None

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
