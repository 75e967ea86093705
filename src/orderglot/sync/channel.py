"""The channel: an account with a vendor, its address and credentials, and a client connected to it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.errors import Rule, invalid
from orderglot.core.order import AT
from orderglot.core.time_zones import known_zone
from orderglot.faces.client import Client
from orderglot.faces.http import HttpTransport, Timeouts, read_address
from orderglot.faces.recording import Observe
from orderglot.wire.dialect import Dialect
from orderglot.wire.message import Request, Response, Send
from orderglot.wire.values import read_flag

PREFIX = "ORDERGLOT_"
URL = "url"
PER_SECOND = "per_second"
TIMEOUT = "timeout"
IDEMPOTENT = "idempotent"
MASTER = "master"
ZONE = "timezone"
DIALECT = "dialect"
TEST = "test"
CURRENCY = "currency"
CUSTOMER = "customer"
SELLER = "seller"
OURS = (
    *(URL, PER_SECOND, TIMEOUT, IDEMPOTENT, MASTER, ZONE, DIALECT, TEST, CURRENCY, CUSTOMER),
    SELLER,
)
"""The settings of a channel that are not for its vendor's eyes."""

MASTERS = ("ours", "theirs")
_CODE = re.compile("[A-Z]{3}")
_STRANGE = re.compile(r"[^a-z0-9._:/-]+")

LONGEST = 4
"""So many times the time-out of a silence may a whole answer take."""


class Channel(Struct, frozen=True, kw_only=True):
    """An account with a vendor; ``idempotent`` says that it honours the Idempotency-Key header.

    ``master`` says whose value stands where both sides changed a member: ``ours``, ``theirs``, or
    "" for the side that the order came from. ``zone`` is what the vendor's clock shows, where his
    wire does not say. ``test`` says whether the account is one for test orders, ``currency`` what
    the vendor sells in, ``customer`` which of our customers the key speaks for; None and "" are
    not known.
    """

    name: str
    dialect: str
    url: str
    credentials: dict[str, str]
    timeouts: Timeouts = Timeouts()
    idempotent: bool = False
    master: str = ""
    zone: str = ""
    test: bool | None = None
    currency: str = ""
    customer: str = ""

    @property
    def reference(self) -> str:
        """What the references of this vendor go by: ``kole@wholesaler``."""
        return f"{self.dialect}{AT}{self.name}"


def account_of(dialect: Dialect, credentials: Mapping[str, str]) -> str:
    """Give the public part of credentials, which says whose they are."""
    return credentials.get(dialect.auth.fields[0], "")


def read_channel(
    dialect: Dialect,
    table: Mapping[str, object],
    environment: Mapping[str, str],
    flags: Mapping[str, object],
    name: str = "",
) -> Channel:
    """Put a channel together: a flag goes before the environment, that before the file's table.

    ``ORDERGLOT_KOLE_API_KEY`` is what the table of ``kole`` calls ``api_key``; for a channel with a
    ``name`` of its own ``ORDERGLOT_WHOLESALER_API_KEY`` goes before that. Without a name it is made
    of the address and the account. Raises Invalid, with no secret in it, where something is missing
    or wrong.
    """
    given = {setting: str(value) for setting, value in table.items()}
    for owner in filter(None, (dialect.name, name)):
        given |= _of_environment(owner, environment)
    given |= {setting: str(value) for setting, value in flags.items() if value is not None}
    _demand_bare(dialect, name or dialect.name, given.get(URL, ""))
    for setting in (URL, *filter(None, dialect.auth.fields)):
        if not given.get(setting):
            raise _missing(dialect, setting)
    read_address(given[URL])
    credentials = {setting: value for setting, value in given.items() if setting not in OURS}
    return Channel(
        name=_STRANGE.sub("-", (name or made_name(dialect, given[URL], credentials)).lower()),
        dialect=dialect.name,
        url=given[URL],
        credentials=credentials,
        timeouts=_timeouts(given),
        idempotent=IDEMPOTENT in given and _flag(IDEMPOTENT, given[IDEMPOTENT]),
        master=_master(given.get(MASTER, "")),
        zone=known_zone(ZONE, given.get(ZONE, "")),
        test=_flag(TEST, given[TEST]) if TEST in given else None,
        currency=_currency(given.get(CURRENCY, dialect.currency)),
        customer=given.get(CUSTOMER, ""),
    )


def made_name(dialect: Dialect, url: str, credentials: Mapping[str, str]) -> str:
    """Make a channel's name of its address and the public part of its credentials."""
    parts = urlsplit(url)
    account = account_of(dialect, credentials)
    return "/".join(filter(None, (parts.netloc.rpartition(AT)[2], parts.path.strip("/"), account)))


def _of_environment(owner: str, environment: Mapping[str, str]) -> dict[str, str]:
    beginning = _beginning(owner)
    return {
        variable.removeprefix(beginning).lower(): value
        for variable, value in environment.items()
        if variable.startswith(beginning) and value
    }


def _master(text: str) -> str:
    if text not in ("", *MASTERS):
        raise invalid(MASTER, Rule.CHOICE, f"{text[:40]!r} is not one of ours, theirs.")
    return text


def _missing(dialect: Dialect, name: str) -> Exception:
    flag = "give --url, " if name == URL else ""
    reason = (
        f"{dialect.title} wants it; {flag}set {_beginning(dialect.name)}{name.upper()}, "
        f"or write it under [vendors.{dialect.name}] in orderglot.toml."
    )
    return invalid(name, Rule.REQUIRED, reason)


def _demand_bare(dialect: Dialect, owner: str, url: str) -> None:
    """Raise Invalid where an address has more in it than where the vendor is.

    It is printed when the vendor is away, and kept with what was pulled from there.
    """
    if not any(sign in url for sign in (AT, "%40", "?", "#")):
        return
    fields = filter(None, dialect.auth.fields)
    named = " and ".join(f"{_beginning(owner)}{field.upper()}" for field in fields)
    reason = (
        "give the bare address, such as https://api.vendor.example; credentials do not belong "
        f"into it: set {named}."
    )
    raise invalid(URL, Rule.UNEXPECTED, reason)


def _beginning(owner: str) -> str:
    """Give how the variables of a channel or dialect begin."""
    return f"{PREFIX}{re.sub('[^A-Z0-9]', '_', owner.upper())}_"


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


def _currency(text: str) -> str:
    if text and not _CODE.fullmatch(text.upper()):
        reason = f"{text[:40]!r} is not a code of three letters, such as USD."
        raise invalid(CURRENCY, Rule.MALFORMED, reason)
    return text.upper()


def _flag(name: str, text: str) -> bool:
    try:
        return read_flag(text)
    except ValueError:
        reason = f"{text[:40]!r} is not true or false."
        raise invalid(name, Rule.MALFORMED, reason) from None


@asynccontextmanager
async def connected(
    dialect: Dialect,
    channel: Channel,
    notify: Callable[[str], None],
    observe: Observe | None = None,
) -> AsyncIterator[Client]:
    """Open the connection to a vendor and give the client face at its end."""
    async with HttpTransport(channel.url, channel.timeouts, notify, observe) as connection:
        yield Client(dialect, _sending(connection, channel), channel.credentials)


def _sending(connection: Send, channel: Channel) -> Send:
    """Give a way to send that knows which requests may be sent twice because the vendor tells."""

    async def send(request: Request) -> Response:
        if channel.idempotent and "idempotency-key" in request.headers:
            request = replace(request, repeatable=True)
        return await connection(request)

    return send
