"""The cluster: what Citus says of itself, and whether it is ready to take a book."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import asyncpg

from orderglot.stores.postgres.processes import GONE

# Citus 13 plans the simplest statements of a function anew in any case, and where their plans are kept it keeps
# each of those too: some 100 kB with every order, until the connection ends.
_PLANNED_ANEW = "plan_cache_mode=force_custom_plan"
_KEEPS_PLANS = re.compile(r"write_orders_\d+\(")
"""The functions that have no such statements."""

_IS_CLUSTER = "SELECT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'citus')"
# A table that points at one that is spread may be known to Citus as well, and still be a local one.
_SPREAD = """
SELECT table_name::text FROM citus_tables WHERE citus_table_type IN ('distributed', 'reference')
"""
_FUNCTIONS = """
SELECT p.oid::regprocedure::text, p.proargnames[1], coalesce('{setting}' = ANY (p.proconfig), FALSE)
FROM pg_proc AS p
WHERE p.pronamespace = current_schema()::regnamespace AND p.proargnames[1] = 'whose' ORDER BY 1
"""
_SPREAD_FUNCTIONS = """
SELECT o.objid::regprocedure::text FROM pg_catalog.pg_dist_object AS o
WHERE o.classid = 'pg_proc'::regclass AND o.distribution_argument_index IS NOT NULL
"""
_ROWS = """
SELECT relname::text, greatest(reltuples, 0)::bigint FROM pg_class
WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'
"""
_LEFT_OVER = """
SELECT table_name::text FROM citus_tables WHERE citus_table_type IN ('distributed', 'reference')
AND pg_relation_size(table_name) > 0 ORDER BY 1
"""
_OPEN = """
SELECT format('%s, process %s', host, pid) FROM processes
WHERE seen > now() - make_interval(secs => $1) ORDER BY 1
"""
_NODES = "SELECT nodename, nodeport, groupid FROM pg_dist_node WHERE isactive ORDER BY groupid"
_REACHED = "SELECT citus_check_connection_to_node($1, $2)"
_EACH = "SELECT nodeid, success, result FROM run_command_on_all_nodes($1)"
_NAMED = "SELECT nodename || ':' || nodeport FROM pg_dist_node WHERE nodeid = $1"
_AVAILABLE = "SELECT string_agg(name, ' ') FROM pg_available_extensions"
_EXTENSIONS = """
SELECT extname::text FROM pg_extension WHERE extname IN ('pg_trgm', 'btree_gin') ORDER BY 1
"""


async def is_cluster(connection: asyncpg.Connection) -> bool:
    """Tell whether the database has Citus."""
    return bool(await connection.fetchval(_IS_CLUSTER))


async def spread(connection: asyncpg.Connection) -> frozenset[str]:
    """Name the tables that are spread over the machines."""
    return frozenset(name for (name,) in await connection.fetch(_SPREAD))


async def spread_functions(connection: asyncpg.Connection) -> frozenset[str]:
    """Name the functions that run where a seller's rows are, each with its parameters."""
    return frozenset(name for (name,) in await connection.fetch(_SPREAD_FUNCTIONS))


async def functions(connection: asyncpg.Connection) -> dict[str, str]:
    """Give by function, and by what is done with it, the statements by which it runs where a seller's rows are."""
    found = await connection.fetch(_FUNCTIONS.format(setting=_PLANNED_ANEW))
    name, _, value = _PLANNED_ANEW.partition("=")
    plans = {
        f"{function} {name}": f"ALTER FUNCTION {function} SET {name} = '{value}'"
        for function, _, done in found
        if not done and not _KEEPS_PLANS.match(function)
    }
    return plans | {
        function: f"SELECT create_distributed_function('{function}', '{first}', colocate_with => 'orders')"
        for function, first, _ in found
    }


async def rows(connection: asyncpg.Connection) -> dict[str, int]:
    """Say about how many rows each table has."""
    return {str(name): int(count) for name, count in await connection.fetch(_ROWS)}


async def left_over(connection: asyncpg.Connection) -> tuple[str, ...]:
    """Name the tables that are spread and of which the coordinator still has its own rows."""
    return tuple(name for (name,) in await connection.fetch(_LEFT_OVER))


async def of_one_moment(connection: asyncpg.Connection) -> tuple[int, ...]:
    """See the rows of each machine as they are at this moment, until the transaction ends; gives all sellers.

    The moments of two machines are not the same, but a seller's rows are on one of them.
    """
    # What one machine is asked over several connections is of several moments.
    await connection.execute("SET LOCAL citus.max_adaptive_executor_pool_size = 1")
    await connection.fetchval("SELECT count(*) FROM sequences")
    return tuple(id for (id,) in await connection.fetch("SELECT id FROM sellers ORDER BY id"))


async def problems(connection: asyncpg.Connection) -> tuple[str, ...]:
    """Say what a book cannot be spread over the cluster for, each with what to do."""
    return tuple([one async for one in _problems(connection)])


async def _problems(connection: asyncpg.Connection) -> AsyncIterator[str]:
    if await connection.fetchval("SELECT to_regclass('processes') IS NOT NULL"):
        programs = [name for (name,) in await connection.fetch(_OPEN, GONE)]
        if programs:
            yield f"The book is open in {'; '.join(programs[:3])}; stop what has it open first."
    nodes = await connection.fetch(_NODES)
    if all(group for _, _, group in nodes):
        yield (
            "The cluster does not know its coordinator; say"
            " SELECT citus_set_coordinator_host('HOST', PORT) with an address that all machines reach."
        )
    lost = [(n, p) for n, p, _ in nodes if not await connection.fetchval(_REACHED, n, p)]
    for name, port in lost:
        yield f"{name}:{port} cannot be reached from the coordinator; start it, or check its pg_hba.conf."
    if nodes and not lost:
        async for one in _unfit(connection):
            yield one


async def _unfit(connection: asyncpg.Connection) -> AsyncIterator[str]:
    """Say what the machines lack."""
    for node, good, found in await connection.fetch(_EACH, "SHOW max_prepared_transactions"):
        name = await connection.fetchval(_NAMED, node)
        if not good:
            yield f"{name} refuses commands: {found}"
        elif int(found) == 0:
            yield f"{name} has max_prepared_transactions = 0; set it to 200, as Citus asks, and start it again."
    for (extension,) in await connection.fetch(_EXTENSIONS):
        for node, good, found in await connection.fetch(_EACH, _AVAILABLE):
            if good and extension not in found.split():
                name = await connection.fetchval(_NAMED, node)
                yield f"{name} lacks the extension {extension}, which the book uses; install it there."
