"""The channel: an account with a vendor, its address and credentials, and a client connected to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.errors import Rule, invalid
from orderglot.faces.client import Client
from orderglot.faces.http import HttpTransport, Timeouts
from orderglot.wire.dialect import Dialect
from orderglot.wire.message import Request, Response, Send
from orderglot.wire.values import read_flag

PREFIX = "ORDERGLOT_"
URL = "url"
PER_SECOND = "per_second"
TIMEOUT = "timeout"
IDEMPOTENT = "idempotent"
OURS = (URL, PER_SECOND, TIMEOUT, IDEMPOTENT)
"""The settings of a vendor that are not for its eyes."""

LONGEST = 4
"""So many times the time-out of a silence may a whole answer take."""


class Channel(Struct, frozen=True, kw_only=True):
    """An channel with a vendor; ``idempotent`` says that it honours the Idempotency-Key header."""

    url: str
    credentials: dict[str, str]
    timeouts: Timeouts
    idempotent: bool = False


def read_channel(
    dialect: Dialect,
    table: Mapping[str, object],
    environment: Mapping[str, str],
    flags: Mapping[str, object],
) -> Channel:
    """Put an channel together: a flag goes before the environment, that before the file's table.

    ``ORDERGLOT_KOLE_API_KEY`` is what the table of ``kole`` calls ``api_key``. Raises Invalid, with
    no secret in it, where something is missing or wrong.
    """
    given = {name: str(value) for name, value in table.items()}
    beginning = f"{PREFIX}{dialect.name.upper()}_"
    for variable, value in environment.items():
        if variable.startswith(beginning) and value:
            given[variable.removeprefix(beginning).lower()] = value
    given |= {name: str(value) for name, value in flags.items() if value is not None}
    for name in (URL, *filter(None, dialect.auth.fields)):
        if not given.get(name):
            raise _missing(dialect, name)
    return Channel(
        url=given[URL],
        credentials={name: value for name, value in given.items() if name not in OURS},
        timeouts=_timeouts(given),
        idempotent=IDEMPOTENT in given and _flag(given[IDEMPOTENT]),
    )


def _missing(dialect: Dialect, name: str) -> Exception:
    variable = f"{PREFIX}{dialect.name.upper()}_{name.upper()}"
    flag = "give --url, " if name == URL else ""
    reason = (
        f"{dialect.title} wants it; {flag}set {variable}, "
        f"or write it under [vendors.{dialect.name}] in orderglot.toml."
    )
    return invalid(name, Rule.REQUIRED, reason)


def _timeouts(given: Mapping[str, str]) -> Timeouts:
    usual = Timeouts()
    read = _number(TIMEOUT, given[TIMEOUT]) if TIMEOUT in given else usual.read
    return Timeouts(
        connect=min(read, usual.connect),
        read=read,
        whole=LONGEST * read,
        per_second=_number(PER_SECOND, given[PER_SECOND]) if PER_SECOND in given else None,
    )


def _number(name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < 1_000_000:
        raise invalid(name, Rule.MALFORMED, f"{text[:40]!r} is not a number above nought.")
    return number


def _flag(text: str) -> bool:
    try:
        return read_flag(text)
    except ValueError:
        reason = f"{text[:40]!r} is not true or false."
        raise invalid(IDEMPOTENT, Rule.MALFORMED, reason) from None


@asynccontextmanager
async def connected(dialect: Dialect, channel: Channel) -> AsyncIterator[Client]:
    """Open the connection to a vendor and give the client face at its end."""
    async with HttpTransport(channel.url, channel.timeouts) as connection:
        yield Client(dialect, _sending(connection, channel), channel.credentials)


def _sending(connection: Send, channel: Channel) -> Send:
    """Give a way to send that knows which requests may be sent twice because the vendor tells."""

    async def send(request: Request) -> Response:
        if channel.idempotent and "idempotency-key" in request.headers:
            request = replace(request, repeatable=True)
        return await connection(request)

    return send
