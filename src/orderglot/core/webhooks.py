"""Webhooks: to which addresses a seller's events are sent, and what became of each one that was.

All of it is notes of the seller's book: an endpoint, what signs for it, how far along the feed it is,
and its deliveries, those that wait apart from those that are over.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Literal, Protocol

import msgspec
from msgspec import Struct

ENDPOINT = "webhook"
"""The kind of the notes that endpoints are, by their ids."""

SIGNING = "webhook-signing"
"""The kind of the notes that hold the secrets of endpoints; they leave the book nowhere."""

PROGRESS = "webhook-progress"
"""The kind of the notes that say how far along the feed endpoints are."""

SELLERS = "webhook-seller"
"""The kind of the hub's notes that name the ids of sellers who have, or had, endpoints."""

BEGINNING = "wh-"
"""What every endpoint's id begins with."""

SCHEME = "whsec_"
"""What every secret begins with, as Standard Webhooks has it."""

RETRIES = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 10 * 3600)
)
"""After so long a delivery that failed is tried again; after the last one it is put aside."""

MOST_ENDPOINTS = 100
"""So many endpoints a seller may have."""

BY_HAND = "by hand"
"""Why nothing is sent to an endpoint that somebody has disabled."""

LONGEST_URL = 2_000

Body = Literal["full", "thin"]
State = Literal["waiting", "delivered", "aside"]


class Endpoint(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where events are sent, and which; no ``types`` are all of them, and so with no ``filter``.

    ``disabled`` says why nothing is sent, "" where something is.
    """

    id: str = ""
    version: int = 0
    url: str = ""
    types: tuple[str, ...] = ()
    filter: str = ""
    body: Body = "full"
    disabled: str = ""
    created: datetime | None = None


class Former(Struct, frozen=True):
    """A secret from before a roll, and until when it signs as well."""

    secret: str
    until: datetime


class Signing(Struct, frozen=True, omit_defaults=True):
    """The secrets of an endpoint."""

    secret: str
    former: tuple[Former, ...] = ()

    def secrets(self, now: datetime) -> tuple[str, ...]:
        """Give those that sign now, the newest first."""
        return (self.secret, *(one.secret for one in self.former if one.until > now))

    def __repr__(self) -> str:
        return "Signing(***)"


class Progress(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How far along the feed an endpoint is, and how it fares.

    All events up to ``after`` are delivered, or among its deliveries. ``failing`` is since when none
    went well, ``marked`` tells whether one was put aside since, ``paused`` until when the receiver has
    asked not to be called. ``kept`` counts the deliveries that are over. Whatever is written of a
    delivery, this is written anew with it: who has seen this version has seen the deliveries.
    """

    after: int = 0
    failing: datetime | None = None
    marked: bool = False
    paused: datetime | None = None
    kept: int = 0


class Watched(Struct, frozen=True):
    """An endpoint, and how it fares."""

    endpoint: Endpoint
    progress: Progress
    former_until: datetime | None = None
    """Until when a secret from before a roll signs as well."""


class MadeEndpoint(Struct, frozen=True):
    """An endpoint whose secret was drawn just now; it is shown this one time."""

    watched: Watched
    secret: str

    def __repr__(self) -> str:
        return f"MadeEndpoint({self.watched!r}, ***)"


class Attempt(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One try to deliver: when, how long it took, and what was answered.

    ``status`` is None where no answer came, and ``reason`` why it was no success. ``headers`` are the
    request's, in which the signature is struck out; ``answer`` is the beginning of the answer's body.
    """

    at: datetime
    ms: int = 0
    status: int | None = None
    reason: str = ""
    headers: dict[str, str] = {}
    answer_headers: dict[str, str] = {}
    answer: str = ""


class Delivery(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One event on its way to one endpoint.

    ``message`` is its ``webhook-id``, the same for each try. ``event`` is the event's number in the
    feed, 0 of a sample, ``order`` the order it speaks of. ``due`` is when it is tried next, None where
    it waits for an earlier one of its order. ``failed`` counts the tries since it was sent for the
    first time, or ``again`` because somebody asked for that, which waits for no other.
    """

    id: str
    message: str
    type: str
    event: int = 0
    order: int | None = None
    at: datetime
    created: datetime
    state: State = "waiting"
    due: datetime | None = None
    failed: int = 0
    again: bool = False
    body: str = ""
    attempts: tuple[Attempt, ...] = ()


class Webhooks(Protocol):
    """The endpoints of sellers and their deliveries, and what may be done to them.

    What there is not raises NotFound, what cannot be done to it just now Conflict, what makes no
    sense Invalid.
    """

    async def endpoints(self, seller: int) -> tuple[Watched, ...]:
        """Give every endpoint, by id."""
        ...

    async def endpoint(self, seller: int, id: str) -> Watched:
        """Give one endpoint."""
        ...

    async def add(self, seller: int, wanted: Endpoint) -> MadeEndpoint:
        """Add an endpoint, which is sent what happens from now on."""
        ...

    async def change(self, seller: int, before: Endpoint, after: Endpoint) -> Watched:
        """Put an endpoint in the place of the version that it was made from."""
        ...

    async def remove(self, seller: int, endpoint: Endpoint) -> None:
        """Take out an endpoint in this very version, with its deliveries."""
        ...

    async def roll(self, seller: int, id: str, grace: timedelta) -> MadeEndpoint:
        """Give an endpoint a new secret; those from before sign as well until the grace is over."""
        ...

    async def deliveries(
        self, seller: int, id: str, before: str, limit: int
    ) -> tuple[Delivery, ...]:
        """Give so many deliveries, the newest first, from the one before an id on."""
        ...

    async def delivery(self, seller: int, id: str, delivery: str) -> Delivery:
        """Give one delivery."""
        ...

    async def resend(self, seller: int, id: str, delivery: str) -> Delivery:
        """Have a delivery tried now, whatever became of it before."""
        ...

    async def resend_since(self, seller: int, id: str, since: datetime, *, everything: bool) -> int:
        """Have what was put aside of events since a moment tried now, or ``everything``; tells how many."""
        ...

    async def trigger(self, seller: int, id: str, type: str) -> Delivery:
        """Have a sample of a type sent."""
        ...


async def newest(given: Callable[[int], Awaitable[bool]]) -> int:
    """Find the number of a feed's newest event by asking whether one was ``given`` a number, or a later one."""
    there, behind = 0, 1
    while await given(behind):
        there, behind = behind, 2 * behind
    while there + 1 < behind:
        middle = (there + behind) // 2
        there, behind = (middle, behind) if await given(middle) else (there, middle)
    return there


def waiting_of(id: str) -> str:
    """Name the kind of the notes that an endpoint's deliveries are while they wait."""
    return f"webhook-waiting/{id}"


def over_of(id: str) -> str:
    """Name the kind of the notes that an endpoint's deliveries are when they are over."""
    return f"webhook-delivery/{id}"


def place_of(event: int) -> str:
    """Give the id of the delivery of an event: such ids rise with the events."""
    return f"{event:012d}"


def message_of(endpoint: str, delivery: str) -> str:
    """Give the ``webhook-id`` of a delivery, by which a receiver knows one that comes again."""
    return f"msg_{endpoint.removeprefix(BEGINNING)}_{delivery}"


def read_delivery(document: bytes) -> Delivery:
    """Read a delivery as it is kept."""
    return msgspec.json.decode(document, type=Delivery)


def write_delivery(delivery: Delivery) -> bytes:
    """Write a delivery."""
    return msgspec.json.encode(delivery)
