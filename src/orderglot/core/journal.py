"""The journal as it is read: exchanges by a caller's scope, newest first, and one with its bytes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol

from msgspec import Struct

from orderglot.core.caller import Caller

MICROSECONDS = 13
"""So many hexadecimal digits of an exchange's id are the microseconds since 1970."""


class Row(Struct, frozen=True, kw_only=True):
    """An exchange without its bytes; ``ms`` is how long it took, ``status`` 0 where no answer came.

    ``key`` is the public part of the caller's credential, or the channel that was asked. ``orders``
    are the hub's ids of the orders that it touched, ``reason`` says why it was refused.
    """

    id: str
    at: datetime
    direction: str
    dialect: str
    operation: str
    key: str
    peer: str
    method: str
    path: str
    status: int
    ms: float
    orders: tuple[int, ...]
    reason: str


class Bytes(Struct, frozen=True, kw_only=True, array_like=True):
    """What was sent and answered, secrets struck out; ``base`` is scheme and host."""

    base: str
    query: str
    headers: dict[str, str]
    body: bytes
    answer_headers: dict[str, str]
    answer: bytes


class Kept(Struct, frozen=True):
    """An exchange with its bytes."""

    row: Row
    bytes: Bytes


class Criteria(Struct, frozen=True, kw_only=True):
    """Which exchanges are asked for; what is "" or None is not asked for.

    ``statuses`` are the lowest and the highest; ``orders`` by hub ids or ``ids`` of exchanges, either
    of which will do. ``refused`` are those that were refused, or that no answer came to, or not.
    """

    direction: str = ""
    dialect: str = ""
    operation: str = ""
    key: str = ""
    method: str = ""
    statuses: tuple[int, int] | None = None
    order: int | None = None
    ids: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    before: str = ""
    """Only those whose id is below this one: the last of the page before."""
    refused: bool | None = None


class Gap(Struct, frozen=True):
    """So many exchanges were dropped at a moment, because more came than could be written."""

    at: datetime
    dropped: int


class Journal(Protocol):
    """What exchanges are kept, seen only through a caller: a seller's, or one customer's of it.

    Exchanges of which nobody knows whose they are belong to the seller 0.
    """

    async def page(self, caller: Caller, criteria: Criteria, limit: int) -> tuple[Row, ...]:
        """Give those that meet the criteria, newest first, at most ``limit``."""
        ...

    async def show(self, caller: Caller, id: str) -> Kept:
        """Give one with its bytes; raises NotFound where there is none in the caller's sight."""
        ...

    async def gaps(self, caller: Caller, since: datetime | None = None) -> tuple[Gap, ...]:
        """Give what was dropped, newest first."""
        ...


def moment_of(id: str) -> datetime:
    """Give when an exchange began, by its id."""
    seconds, micro = divmod(int(id[:MICROSECONDS], 16), 10**6)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=micro)


def first_id(moment: datetime) -> str:
    """Give what the ids of all exchanges since a moment come after."""
    micro = int(moment.timestamp()) * 10**6 + moment.microsecond
    return f"{max(micro, 0):0{MICROSECONDS}x}"
