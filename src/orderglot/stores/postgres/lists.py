"""Lists: the orders of a selection and how many there are.

What an index finds is asked at once; what is expensive waits for a slot, and is stopped by the server
where it takes too long.
"""

from __future__ import annotations

from functools import partial
from time import monotonic

import asyncpg

from orderglot.core.query import Query
from orderglot.stores import document
from orderglot.stores.backend import Scope, Selected, Selection
from orderglot.stores.decoding import decoded_in_turns
from orderglot.stores.postgres import queries
from orderglot.stores.postgres.grammar import PostgresGrammar, numbered
from orderglot.stores.postgres.pool import Params, Pool, Row, Rows, StatementTimeout
from orderglot.stores.postgres.replica import Replica
from orderglot.stores.slots import Slots
from orderglot.stores.sql.cost import SlowShapes, is_expensive, shape
from orderglot.stores.sql.counting import one_by_one
from orderglot.stores.sql.grammar import Sql
from orderglot.stores.sql.paging import ids_at, selected_ids

SLOW = 0.1
"""What takes longer than so many seconds counts as expensive from then on."""

_GRAMMAR = PostgresGrammar()
_LIMITED = " LIMIT ? OFFSET ?"


class Timed:
    """Reads rows, and adds up how long the server takes: to wait for a connection says nothing of it."""

    def __init__(self, servers: Pool | Replica) -> None:
        self._servers = servers
        self.seconds = 0.0

    async def read(self, text: str, params: Params) -> list[Row]:
        """Give the rows of a statement that changes nothing."""

        async def fetch(connection: asyncpg.Connection) -> list[Row]:
            began = monotonic()
            found: list[Row] = await connection.fetch(numbered(text), *params)
            self.seconds += monotonic() - began
            return found

        return await self._servers.ask(fetch)


class Lists:
    """Finds and counts orders."""

    def __init__(self, servers: Pool | Replica, slots: Slots) -> None:
        self._servers = servers
        self._slots = slots
        self._slow = SlowShapes()

    async def ids_at(self, scope: Scope, channel: str, where: Query) -> tuple[str, ...]:
        """Give the ids that the orders for which a tree holds have at a channel."""
        rows = await self._servers.read(*ids_at(scope, channel, where, _GRAMMAR))
        return tuple([id for (id,) in rows])

    async def select(self, scope: Scope, selection: Selection) -> Selected:
        """Give the orders of a selection, in its order, and their number where it is asked."""
        alike = shape(scope, selection)
        if is_expensive(scope, selection) or self._slow.has(alike):
            return await self._limited(scope, selection)
        timed = Timed(self._servers)
        found = await _selected(scope, selection, timed.read)
        if timed.seconds > SLOW:
            self._slow.add(alike)
        return found

    async def _limited(self, scope: Scope, selection: Selection) -> Selected:
        key = scope.key
        await self._slots.take(key)
        try:
            find = partial(_selected, scope, selection)
            return await self._servers.read_within(self._slots.budget_of(key), find)
        except StatementTimeout:
            raise self._slots.too_late() from None
        finally:
            self._slots.give(key)


async def _selected(scope: Scope, selection: Selection, rows: Rows) -> Selected:
    total = None
    if selection.total:
        ((total,),) = await rows(*one_by_one(scope, selection.where, _GRAMMAR))
    if total == 0:
        return Selected((), more=False, total=total)
    sql = _planned(selected_ids(scope, selection, _GRAMMAR))
    text, params = f"{queries.SELECTED}{sql.text}) AS s", (scope.seller, *sql.params)
    found = await rows(text, params)
    orders = await decoded_in_turns(document.read_order, found[: selection.limit])
    return Selected(orders, len(found) > selection.limit, total)


def _planned(sql: Sql) -> Sql:
    """Write the limit, and that nothing is skipped, into a statement that ends with both.

    A server that does not know them before it plans takes the selected for a tenth of all orders,
    and so has to plan anew each time.
    """
    *params, limit, offset = sql.params
    text = sql.text.removesuffix(_LIMITED)
    assert text != sql.text
    if offset:
        return Sql(f"{text} LIMIT {limit:d} OFFSET ?", (*params, offset))
    return Sql(f"{text} LIMIT {limit:d}", tuple(params))
