"""Distributing: a book in PostgreSQL spread over the machines of a Citus cluster, by seller."""

from __future__ import annotations

from collections.abc import Callable

import asyncpg

from orderglot.core.errors import Conflict, Unsupported, Upstream
from orderglot.stores.database_url import shown
from orderglot.stores.postgres import cluster
from orderglot.stores.postgres.catalogue import SELLER, Described, described
from orderglot.stores.postgres.connection import close, connect
from orderglot.stores.postgres.opening import prepare
from orderglot.stores.postgres.rows import translating_errors
from orderglot.stores.postgres.waits import PATIENT
from orderglot.stores.rows import sorted_names

LONGEST = 24 * 3600.0
"""So many seconds a table with rows in it may take."""

EVERYWHERE = {
    "sellers": "who there is, is asked without a seller",
    "credentials": "whose a key is, is what it is asked for",
    "counted_sellers": "is written with a seller who is added, and has a row for those who are yet to come",
}
"""The tables that every machine has whole, each with the reason."""

# Else a table that points at one that is spread is taken for a part of the cluster before its turn.
_SETTINGS = (
    "SET citus.enable_local_reference_table_foreign_keys = off",
    "SET citus.multi_shard_modify_mode = 'sequential'",
)

OnStep = Callable[[str, int, int], None]
"""Is given the statement that is begun, how much is done, and of how much."""


async def distribute(url: str, on_step: OnStep) -> tuple[str, ...]:
    """Spread the tables over the cluster; gives the statements that did it.

    What is spread already is left out, so whatever was cut off goes on. Raises Unsupported where
    the database has no Citus, Conflict where the cluster is not ready for it, Upstream with what undoes
    it where a statement fails.
    """
    with translating_errors(url):
        connection = await connect(url, PATIENT)
        try:
            await prepare(connection, url, create=True, unfinished=True)
            if not await cluster.is_cluster(connection):
                raise _no_cluster(url)
            if found := await cluster.problems(connection):
                raise Conflict(" ".join(found))
            return await _done(connection, on_step)
        finally:
            await close(connection)


async def foreseen(url: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give the statements that would spread the tables, and what would make them fail; changes nothing."""
    with translating_errors(url):
        connection = await connect(url, PATIENT)
        try:
            # Tables that are made to be looked at are gone again in the end.
            transaction = connection.transaction()
            await transaction.start()
            try:
                await prepare(connection, url, create=True, unfinished=True)
                there = await cluster.is_cluster(connection)
                todo = tuple((await _todo(connection, there=there)).values())
            finally:
                await transaction.rollback()
            found = await cluster.problems(connection) if there else (_no_cluster(url).message,)
            return todo, found
        finally:
            await close(connection)


def _no_cluster(url: str) -> Unsupported:
    return Unsupported(
        f"{shown(url)} has no Citus; install it, say 'CREATE EXTENSION citus' there, and try "
        "again (--dry-run shows what would be done)."
    )


async def _done(connection: asyncpg.Connection, on_step: OnStep) -> tuple[str, ...]:
    for setting in _SETTINGS:
        await connection.execute(setting)
    done = list[str]()
    todo = await _todo(connection, there=True)
    weights = await cluster.rows(connection)
    total, far = sum(weights.get(name, 0) + 1 for name in todo), 0
    # Each in a transaction of its own: several in one would have to go one after the other anyway.
    for name, statement in todo.items():
        on_step(statement, far, total)
        await _do(connection, statement)
        far += weights.get(name, 0) + 1
        done.append(statement)
    # What the coordinator had of them nobody sees any more.
    for name in await cluster.left_over(connection):
        statement = f"SELECT truncate_local_data_after_distributing_table('{name}')"
        on_step(statement, total, total)
        await _do(connection, statement)
        done.append(statement)
    return tuple(done)


async def _do(connection: asyncpg.Connection, statement: str) -> None:
    try:
        await connection.execute(statement, timeout=LONGEST)
    except asyncpg.PostgresError as error:
        undo = "the database is as it was"
        if not connection.is_closed() and (statements := await _undoing(connection)):
            undo = f"undo what is done with: {' '.join(f'{one};' for one in statements)}"
        raise Upstream(
            f"{statement} failed: {error.args[0]}. Mend that, and run the same command again to go on; or {undo}"
        ) from error


async def undoing(url: str) -> tuple[str, ...]:
    """Give the statements that put every table that is spread back on the coordinator alone."""
    with translating_errors(url):
        connection = await connect(url, PATIENT)
        try:
            there = await cluster.is_cluster(connection)
            return await _undoing(connection) if there else ()
        finally:
            await close(connection)


async def _undoing(connection: asyncpg.Connection) -> tuple[str, ...]:
    """Say one statement for all tables that are tied to each other, and one for each that is not."""
    tables = {one.name: one for one in await described(connection)}
    left, statements = set(await cluster.spread(connection)), list[str]()
    for name in sorted_names({name: one.points for name, one in tables.items()}):
        if name in left:
            tied = _tied(name, tables)
            more = ", cascade_via_foreign_keys => true" if len(tied) > 1 else ""
            statements.append(f"SELECT undistribute_table('{name}'{more})")
            left -= tied
    return tuple(statements)


def _tied(name: str, tables: dict[str, Described]) -> set[str]:
    """Give the tables that point at each other around one of them, by whatever way."""
    found, new = set[str](), {name}
    while new:
        found |= new
        to = {other for one in new for other in tables[one].points}
        of = {other for other, table in tables.items() if not table.points.isdisjoint(new)}
        new = (to | of) - found
    return found


async def _todo(connection: asyncpg.Connection, *, there: bool) -> dict[str, str]:
    done = await cluster.spread(connection) if there else frozenset[str]()
    called = await cluster.functions(connection)
    statements = {**plan(await described(connection)), **called}
    done |= await cluster.spread_functions(connection) if there else frozenset[str]()
    return {name: statement for name, statement in statements.items() if name not in done}


def plan(tables: tuple[Described, ...]) -> dict[str, str]:
    """Give by table the statement that spreads it, those first that others point at."""
    named = {one.name: one for one in tables}
    order = sorted_names({name: one.points for name, one in named.items()})
    whole = [name for name in order if name in EVERYWHERE]
    divided = [name for name in order if name not in EVERYWHERE]
    return {
        **{name: f"SELECT create_reference_table('{name}')" for name in whole},
        **{name: f"SELECT create_distributed_table('{name}', '{SELLER}')" for name in divided},
    }
