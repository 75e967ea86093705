"""The journal as it is read: exchanges by a caller's scope, newest first, and one with its bytes."""

from __future__ import annotations

from base64 import b64decode, b64encode
from datetime import UTC, datetime
from typing import Literal, Protocol

from msgspec import Struct
from msgspec.structs import asdict

from orderglot.core.caller import Caller
from orderglot.core.errors import NotFound, Rule, invalid
from orderglot.core.fields import Field, FieldKind
from orderglot.core.query import EVERYTHING, Query

MICROSECONDS = 13
"""So many hexadecimal digits of an exchange's id are the microseconds since 1970."""

LATEST = 16**MICROSECONDS - 1
"""No exchange is so late."""


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


class Message(Struct, frozen=True, kw_only=True):
    """What was sent or answered, for a program: a body as text where it is UTF-8, else in base64."""

    headers: dict[str, str]
    encoding: Literal["text", "base64"]
    body: str


class Exchange(Row, frozen=True, kw_only=True):
    """An exchange with its bytes, for a program; ``base`` is scheme and host of the request."""

    base: str
    query: str
    request: Message
    answer: Message | None


def written(kept: Kept) -> Exchange:
    """Write an exchange for a program."""
    sent = kept.bytes
    answered = _message(sent.answer_headers, sent.answer) if kept.row.status else None
    return Exchange(
        **asdict(kept.row),
        base=sent.base,
        query=sent.query,
        request=_message(sent.headers, sent.body),
        answer=answered,
    )


def read(written: Exchange) -> Kept:
    """Read an exchange that was written for a program; raises ValueError of what is no base64."""
    row = Row(**{name: getattr(written, name) for name in Row.__struct_fields__})
    request, answer = written.request, written.answer
    sent = Bytes(
        base=written.base,
        query=written.query,
        headers=request.headers,
        body=_body(request),
        answer_headers=answer.headers if answer else {},
        answer=_body(answer) if answer else b"",
    )
    return Kept(row, sent)


def _message(headers: dict[str, str], body: bytes) -> Message:
    try:
        return Message(headers=headers, encoding="text", body=body.decode())
    except UnicodeDecodeError:
        return Message(headers=headers, encoding="base64", body=b64encode(body).decode())


def _body(message: Message) -> bytes:
    if message.encoding == "text":
        return message.body.encode()
    return b64decode(message.body, validate=True)


_TEXTS = ("id", "dialect", "operation", "key", "peer", "method", "path", "reason")

FIELDS = {
    **{name: Field(name, (name,), FieldKind.TEXT) for name in _TEXTS},
    "at": Field("at", ("at",), FieldKind.INSTANT),
    "direction": Field("direction", ("direction",), FieldKind.TEXT, choices=("in", "out")),
    "status": Field("status", ("status",), FieldKind.NUMBER),
    "ms": Field("ms", ("ms",), FieldKind.AMOUNT),
    "orders": Field("orders", ("orders",), FieldKind.NUMBER, lists=(0,)),
}
"""The fields of an exchange that can be asked about."""


def field_of_exchange(name: str) -> Field:
    """Find a field of an exchange; raises Invalid where there is none of such a name."""
    if name not in FIELDS:
        raise invalid(name, Rule.UNKNOWN, "An exchange has no such field.")
    return FIELDS[name]


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
    where: Query = EVERYTHING


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


async def last_good(journal: Journal, caller: Caller, row: Row) -> Row:
    """Give the same caller's last exchange before one that asked the same and went well."""
    alike = Criteria(
        direction=row.direction,
        dialect=row.dialect,
        operation=row.operation,
        key=row.key,
        refused=False,
        before=row.id,
    )
    found = await journal.page(caller, alike, 1)
    if not found:
        whose = f"of {row.key} " if row.key else ""
        raise NotFound(
            f"No earlier {row.operation or 'exchange'} {whose}went well; name another exchange."
        )
    return found[0]


def not_kept(id: str) -> NotFound:
    """Make the error of an exchange that is not there, or in another's sight."""
    return NotFound(f"There is no exchange {id[:40]!r} here; what is older than is kept is gone.")


def moment_of(id: str) -> datetime:
    """Give when an exchange began, by its id."""
    seconds, micro = divmod(int(id[:MICROSECONDS], 16), 10**6)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=micro)


def first_id(moment: datetime) -> str:
    """Give what the ids of all exchanges since a moment come after."""
    micro = int(moment.timestamp()) * 10**6 + moment.microsecond
    return f"{min(max(micro, 0), LATEST):0{MICROSECONDS}x}"
