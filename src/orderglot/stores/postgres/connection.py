"""Connections to the server: opening them, and the server's complaints in plain words."""

from __future__ import annotations

import asyncio

import asyncpg

from orderglot.core.errors import HubError, Invalid, NotFound, Upstream
from orderglot.stores.backend import Raced
from orderglot.stores.database_url import shown
from orderglot.stores.migrations import latest

PROGRAM = "orderglot"
"""How sessions are named at the server: so, then ``/`` and the number of the last migration known here."""

TIMEOUT = 10.0
"""For so many seconds a server may let us wait before it lets us in."""

LONGEST = 60.0
"""So many seconds a statement may take."""

CACHED = 512
"""So many statements a connection keeps prepared."""

FAILURES = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
    TimeoutError,
)
"""What goes wrong between us and a server."""


async def connect(url: str) -> asyncpg.Connection:
    """Open a connection; raises Invalid on a URL that is none, else what the driver raises."""
    try:
        return await asyncpg.connect(
            url,
            timeout=TIMEOUT,
            command_timeout=LONGEST,
            statement_cache_size=CACHED,
            max_cached_statement_lifetime=0,
            # Compiling a statement takes longer than any of ours.
            server_settings={"application_name": session_name(), "jit": "off"},
        )
    except (ValueError, asyncpg.InterfaceError) as error:
        # Neither the driver's words nor the URL: who knows where in it the password stands.
        raise Invalid(
            message="The URL of the database is malformed; write it like "
            "postgresql://USER:PASSWORD@HOST:5432/DATABASE."
        ) from error


def session_name() -> str:
    """Give the name that the sessions of this program have at the server."""
    return f"{PROGRAM}/{latest('postgres')}"


def is_lost(error: BaseException) -> bool:
    """Tell whether a failure ended the connection, or will until another server is asked."""
    state = getattr(error, "sqlstate", None) or ""
    return state.startswith(_ENDED) or (
        not isinstance(error, asyncpg.PostgresError) and not isinstance(error, TimeoutError)
    )


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
        for prefix, words in _WORDS.items():
            if state.startswith(prefix):
                return Upstream(words.format(where=where))
        return Upstream(f"The database {where} failed: {error.args[0]}.")
    if isinstance(error, OSError) and not isinstance(error, ConnectionResetError | BrokenPipeError):
        return Upstream(f"No PostgreSQL answers at {where}; start it, or check the host and port.")
    return Upstream(_WORDS["08"].format(where=where))


def refused(error: asyncpg.PostgresError) -> HubError | Raced | None:
    """Explain why the server would not write something, None where that is not the reason."""
    match error:
        case asyncpg.ForeignKeyViolationError(constraint_name=str(name)):
            if name.endswith("_seller_fkey"):
                return NotFound("There is no such seller; add it first.")
            return Raced(name)
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


_ENDED = ("08", "57P01", "57P02", "57P03", "25006")
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
    "57014": "{where} took too long to answer; try again.",
    "25006": "{where} may only be read, like a replica; name the server that may be written to.",
}
"""By how an SQLSTATE begins; the first that fits."""


async def close(connection: asyncpg.Connection) -> None:
    """Close a connection, politely where the other end still listens."""
    try:
        async with asyncio.timeout(TIMEOUT):
            await connection.close()
    except FAILURES:
        connection.terminate()
