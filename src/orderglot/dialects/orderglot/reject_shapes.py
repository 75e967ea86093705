"""The shapes of rejects: what was put aside, what came, and what is to become of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, NotRequired, TypedDict

from orderglot.dialects.orderglot.shapes import Limit, Text
from orderglot.dialects.orderglot.step_shapes import OrderName
from orderglot.wire.shape import description


class Reject(TypedDict):
    """An order that a pull put aside: which, since when, and why."""

    name: str
    dialect: str
    channel: str
    customer: str
    id: Annotated[str, description("The vendor's id of the order, where it could be read.")]
    po_number: str
    position: Annotated[int, description("Where in the vendor's list it stood.")]
    first: datetime
    last: datetime
    reason: str


class Answer(TypedDict):
    """An answer of the vendor's, as it came: a text where it is one in UTF-8, else base64."""

    status: int
    media: str
    encoding: Literal["utf-8", "base64"]
    body: str


class Whole(Reject):
    """One with the answers in which it came."""

    answers: list[Answer]


class Rejects(TypedDict):
    """A page of them by rising name; ``next`` is what ``after`` is to be for the one behind it."""

    items: list[Reject]
    next: str | None


class Listing(TypedDict, total=False):
    """Which page of which."""

    channel: Annotated[str, description("A channel, or the name of a dialect.")]
    limit: Limit
    after: Annotated[str, description("The next of the page before, and not otherwise.")]


class Retry(TypedDict, total=False):
    """Which are tried again; left out, all."""

    channel: Annotated[Text, description("A channel, or the name of a dialect.")]


class Tried(TypedDict):
    """How many are orders of the book now, and how many stay aside."""

    taken: int
    left: int


class Settle(TypedDict, total=False):
    """Which order of the book it is, or that it is none of them."""

    order: OrderName | None
    new: NotRequired[bool]


class OrderId(TypedDict):
    """An order by its id."""

    id: int | str


class Settled(TypedDict):
    """Which order of the book it is now."""

    order: OrderId
