"""The shapes of rejects: what was put aside, what came, and what is to become of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, NotRequired, Required, TypedDict

from msgspec import Meta

from orderglot.core.rejects import LONGEST_WHY
from orderglot.dialects.orderglot.shapes import Limit, Order, Text
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
    order: NotRequired[
        Annotated[int | str, description("Which order of the book it is, by its correction.")]
    ]


class Answer(TypedDict):
    """An answer of the vendor's, as it came: a text where it is one in UTF-8, else base64."""

    status: int
    media: str
    encoding: Literal["utf-8", "base64"]
    body: str


class Correction(TypedDict):
    """Which answer somebody has corrected, how and when; ``obsolete`` once the vendor sent something else."""

    answer: int
    encoding: Literal["utf-8", "base64"]
    body: str
    by: str
    at: datetime
    obsolete: bool


class Whole(Reject):
    """One with the answers in which it came, and what was corrected in them."""

    answers: list[Answer]
    correction: NotRequired[Correction]


class Rejects(TypedDict):
    """A page of them by rising name; ``next`` is what ``after`` is to be for the one behind it."""

    items: list[Reject]
    next: str | None


class Listing(TypedDict, total=False):
    """Which page of which."""

    channel: Annotated[str, description("A channel, or the name of a dialect.")]
    reason: Annotated[str, description("A text that stands in the reason.")]
    corrected: Annotated[bool, description("Those that are orders by a correction instead.")]
    limit: Limit
    after: Annotated[str, description("The next of the page before, and not otherwise.")]


class Retry(TypedDict, total=False):
    """Which are tried again; left out, all."""

    channel: Annotated[Text, description("A channel, or the name of a dialect.")]
    reason: Annotated[Text, description("A text that stands in the reason.")]


Why = Annotated[str, Meta(max_length=LONGEST_WHY), description("Why, for whoever reads the acts.")]


class Dropping(TypedDict, total=False):
    """Why one is let go of."""

    why: Why


class DropAll(Retry, total=False):
    """Which are let go of: of a channel, for a reason, or ``all``."""

    all: bool
    why: Why


class Dropped(TypedDict):
    """How many were let go of."""

    dropped: int


class Correct(TypedDict, total=False):
    """What is to be read in place of what came; null takes the correction back."""

    body: Annotated[str | None, description("The whole body, as a text or in base64.")]
    encoding: Literal["utf-8", "base64"]
    answer: Annotated[int, description("Of which answer, from 1; the last one if not said.")]


class Wrong(TypedDict):
    """What is still wrong: in which member, and why."""

    field: str
    reason: str


class Word(TypedDict):
    """A value that no list of the dialect's knows, and the member in which it stands."""

    field: str
    value: str


class Checked(TypedDict):
    """What is still wrong, or the order that it would be; and the words that can be mapped."""

    problems: list[Wrong]
    order: Order | None
    words: list[Word]


class MapWord(TypedDict, total=False):
    """What a word of it stands for: in our words, or in one that the vendor has for it."""

    to: Required[Text]
    field: Annotated[Text, description("In which member, where several hold unknown words.")]
    value: Text
    channel: Annotated[Text, description("A dialect, where it is to hold for all its channels.")]


class NewMapping(TypedDict):
    """What a value of a dialect or channel stands for."""

    channel: Annotated[Text, description("A channel such as kole@wholesaler, or a dialect.")]
    field: Annotated[Text, description("The member, perhaps with what it stands in: lines.status.")]
    value: Text
    to: Text


class Mapping(TypedDict):
    """What a value stands for, who said so and when."""

    name: str
    channel: str
    field: str
    value: str
    to: str
    by: str
    at: datetime


class Mappings(TypedDict):
    """What is mapped, by name."""

    items: list[Mapping]


class Mapped(TypedDict):
    """What a word stands for now, and what became of those that were put aside."""

    mapping: Mapping
    taken: int
    left: int


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
