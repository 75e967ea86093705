"""Connections to the server: opening them, and the server's complaints in plain words."""

from __future__ import annotations

import asyncio
import re

import asyncpg

from orderglot.core.errors import HubError, Invalid, NotFound, Unsupported, Upstream
from orderglot.stores.backend import Raced
from orderglot.stores.database_url import shown
from orderglot.stores.postgres.waits import SERVING, Connection, Waits, start_up

TIMEOUT = 10.0
"""For so many seconds a server may let us wait before it lets us in."""

PATIENCE = 2.0
"""So many seconds a server may take to say good-bye."""

CACHED = 512
"""So many statements a connection keeps prepared."""

CACHE = "statement_cache"
"""The parameter of a URL by which a pooler that knows no prepared statements gets none."""

FAILURES = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
    TimeoutError,
)
"""What goes wrong between us and a server."""


async def connect(url: str, waits: Waits = SERVING) -> asyncpg.Connection:
    """Open a connection; raises Invalid on a URL that is none, else what the driver raises."""
    place, cached = _read_url(url)
    try:
        return await asyncpg.connect(
            place,
            timeout=TIMEOUT,
            command_timeout=waits.answer,
            statement_cache_size=CACHED if cached else 0,
            max_cached_statement_lifetime=0,
            connection_class=Connection,
            server_settings=start_up(waits),
        )
    except (ValueError, asyncpg.InterfaceError) as error:
        # Neither the driver's words nor the URL: who knows where in it the password stands.
        raise Invalid(
            message="The URL of the database is malformed; write it like "
            "postgresql://USER:PASSWORD@HOST:5432/DATABASE."
        ) from error


def _read_url(url: str) -> tuple[str, bool]:
    """Take out of a URL what is ours: whether statements stay prepared on a connection."""
    place, _, query = url.partition("?")
    parts = query.split("&") if query else []
    ours = [one.partition("=")[2] for one in parts if one.startswith(f"{CACHE}=")]
    if unknown := {*ours} - {"on", "off"}:
        raise Invalid(message=f"{CACHE}={unknown.pop()[:40]} is neither on nor off.")
    others = "&".join(one for one in parts if not one.startswith(f"{CACHE}="))
    return f"{place}?{others}" if others else place, "off" not in ours


class MachineLost(Upstream):
    """One machine of a cluster cannot be reached, by which the others go on."""


def is_lost(error: BaseException) -> bool:
    """Tell whether a failure ended the connection, or will until another server is asked."""
    if isinstance(error, asyncpg.PostgresError):
        return (error.sqlstate or "").startswith(_ENDED) and not is_of_machine(error)
    return not isinstance(error, TimeoutError)


def is_of_machine(error: BaseException) -> bool:
    """Tell whether a server, which itself is well, could not reach or has lost another one of its cluster."""
    if not isinstance(error, asyncpg.PostgresError):
        return False
    # What ends the connection itself is FATAL or PANIC.
    severity = getattr(error, "severity_en", None) or getattr(error, "severity", None)
    return severity == "ERROR" and (error.sqlstate or "").startswith(_MACHINE)


def is_usable_after(error: BaseException) -> bool:
    """Tell whether a connection on which this was raised can be asked something else."""
    return isinstance(error, asyncpg.PostgresError) and not is_lost(error)


def is_passing(error: BaseException) -> bool:
    """Tell whether the server undid a whole transaction that may be begun anew."""
    return isinstance(error, asyncpg.SerializationError | asyncpg.DeadlockDetectedError)


def in_words(error: BaseException, url: str) -> HubError:
    """Say a failure in our words, with what to do next."""
    where = shown(url)
    if isinstance(error, TimeoutError):
        return Upstream(f"{where} took too long to answer; try again.")
    if isinstance(error, asyncpg.DataError):
        # It is not the server that fails: other requests are answered.
        return Invalid(
            message="This has a text with a character, or a number of a size, that PostgreSQL does "
            "not have; leave it out."
        )
    if isinstance(error, asyncpg.PostgresError):
        state = error.sqlstate or ""
        if (problem := _of_a_pooler(error, where)) is not None:
            return problem
        if is_of_machine(error):
            return MachineLost(
                f"A machine of the cluster {where} cannot be reached; try again in a moment."
            )
        for prefix, words in _WORDS.items():
            if state.startswith(prefix):
                return Upstream(words.format(where=where))
        return Upstream(f"The database {where} failed: {error.args[0]}.")
    if isinstance(error, OSError) and not isinstance(error, ConnectionResetError | BrokenPipeError):
        return Upstream(f"No PostgreSQL answers at {where}; start it, or check the host and port.")
    return Upstream(_WORDS["08"].format(where=where))


def _of_a_pooler(error: asyncpg.PostgresError, where: str) -> HubError | None:
    """Explain what only a pooler in front of the server complains of, None where that is not it."""
    words = str(error.args[0]) if error.args else ""
    if found := _UNSUPPORTED.search(words):
        names = ", ".join(name for name in start_up(SERVING) if name != "application_name")
        return Unsupported(
            f"PgBouncer at {where} does not take the start-up parameter {found[1]}; set "
            f"'ignore_startup_parameters = {names}' in its settings."
        )
    if isinstance(error, _STATEMENTS) and _PREPARED.search(words):
        return Unsupported(
            f"The pooler at {where} keeps no prepared statements; add '{CACHE}=off' to the URL, or set "
            "max_prepared_statements in its settings."
        )
    return None


_UNSUPPORTED = re.compile(r"unsupported startup parameter: (\w+)")
_PREPARED = re.compile(r"prepared statement \"\w*\" (?:already exists|does not exist)")
_STATEMENTS = (asyncpg.InvalidSQLStatementNameError, asyncpg.DuplicatePreparedStatementError)


def refused(error: asyncpg.PostgresError) -> HubError | Raced | None:
    """Explain why the server would not write something, None where that is not the reason."""
    match error:
        case asyncpg.ForeignKeyViolationError():
            if _OF_SELLER.search(f"{error.constraint_name} {error.args[0]}"):
                return NotFound("There is no such seller; add it first.")
            return Raced(str(error))
        case asyncpg.IntegrityConstraintViolationError() | asyncpg.DivisionByZeroError():
            return Raced(str(error))
        # Two that go together want the same key, each to be written over if it has expired.
        case asyncpg.CardinalityViolationError():
            return Raced(str(error))
        case asyncpg.NumericValueOutOfRangeError() | asyncpg.ProgramLimitExceededError():
            return Invalid(
                message="This has a number, a name or a text that is too long for PostgreSQL; "
                "make it shorter."
            )
        case _:
            return None


_OF_SELLER = re.compile(r"_seller_fkey(_\d+)?\b")
"""A cluster names the constraint in its sentence alone, with the number of the part of the table behind it."""

_MACHINE = ("08", "57P0")
_ENDED = ("08", "57P01", "57P02", "57P03", "25006", "25P03")
_WORDS = {
    "08": "The connection to {where} was lost; try again.",
    "28P01": "The password for {where} is wrong or missing; write it into the URL or PGPASSWORD.",
    "28": "{where} does not let this user in; check the user in the URL, and the server's "
    "pg_hba.conf.",
    "3D000": "There is no database {where}; make it with createdb, or name another.",
    "42501": "This user may not do that in {where}; grant it the rights on the database.",
    "53100": "The disk of {where} is full; make room and try again.",
    "53300": "{where} has no connection left; allow more with max_connections, or run fewer "
    "workers.",
    "57P0": "{where} is stopping or starting; try again in a moment.",
    "55P03": "Another program holds what is needed in {where}; try again.",
    "57014": "{where} took too long to answer; try again.",
    "25006": "{where} may only be read, like a replica; name the server that may be written to.",
}
"""By how an SQLSTATE begins; the first that fits."""


async def close(connection: asyncpg.Connection) -> None:
    """Close a connection, politely where the other end still listens."""
    try:
        async with asyncio.timeout(PATIENCE):
            await connection.close()
    except FAILURES:
        connection.terminate()
