"""Switching: what every program that writes must know begins once no program is left that does not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import asyncpg
from msgspec import Struct

from orderglot.stores.postgres import counts
from orderglot.stores.postgres.processes import older


class Switch(Struct, frozen=True):
    """What begins: with which migration programs know of it, and what is done then, again if it was cut off."""

    number: int
    begin: Callable[[asyncpg.Connection], Awaitable[None]]


SWITCHES = (Switch(9, counts.switch_on), Switch(counts.SUMMED_UP_SINCE, counts.sum_up))

_DEMANDED = "SELECT oldest >= number FROM migrations WHERE number = $1"
_DEMAND = "UPDATE migrations SET oldest = number WHERE number = $1"


async def switch_on(connection: asyncpg.Connection) -> bool:
    """Begin whatever no older program is left for; tells whether everything has begun.

    As far as this database may be written to.
    """
    try:
        for switch in SWITCHES:
            if await demand(connection, switch.number):
                return False
            await switch.begin(connection)
    except (asyncpg.ReadOnlySQLTransactionError, asyncpg.InsufficientPrivilegeError):
        return False
    return True


async def demand(connection: asyncpg.Connection, number: int) -> tuple[str, ...]:
    """Let no program go on that does not know a step, unless one does already; gives those that do.

    Whoever opens a book gives a sign of life before it looks what is demanded; here it is the other
    way round. So one of the two finds the other.
    """
    if await connection.fetchval(_DEMANDED, number):
        return ()
    if found := await older(connection, number):
        return found
    await connection.execute(_DEMAND, number)
    return await older(connection, number)
