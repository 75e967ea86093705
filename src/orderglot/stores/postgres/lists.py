"""Lists: the orders of a selection and how many there are.

What an index finds is asked at once; what is expensive waits for a slot, and is stopped by the server
where it takes too long.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from time import monotonic
from typing import NamedTuple, TypeVar

import asyncpg

from orderglot.core.order import Order
from orderglot.core.query import Query, compares
from orderglot.stores import document
from orderglot.stores.backend import Scope, Selected, Selection
from orderglot.stores.damage import UNREADABLE, sorted_out
from orderglot.stores.decoding import decoded_in_turns
from orderglot.stores.postgres import queries
from orderglot.stores.postgres.documents import Documents
from orderglot.stores.postgres.grammar import PostgresGrammar
from orderglot.stores.postgres.pool import (
    Find,
    Params,
    Place,
    Pool,
    Row,
    Rows,
    StatementTimeout,
    rows_of,
)
from orderglot.stores.postgres.replica import Replica
from orderglot.stores.slots import Slots
from orderglot.stores.sql.cost import SlowShapes, is_expensive, shape
from orderglot.stores.sql.counting import RANGES
from orderglot.stores.sql.finding import Questions, Whereabouts, whereabouts
from orderglot.stores.sql.grammar import Sql
from orderglot.stores.sql.paging import ids_at, selected_ids
from orderglot.stores.sql.skipping import Way, is_far

T = TypeVar("T")

SLOW = 0.1
"""What takes longer than so many seconds counts as expensive from then on."""

_GRAMMAR = PostgresGrammar()
_LIMITED = " LIMIT ? OFFSET ?"


class Timed:
    """Reads rows, and adds up how long the server takes: to wait for a connection says nothing of it."""

    def __init__(self, servers: Pool | Replica, at: Place) -> None:
        self._servers = servers
        self._at = at
        self.seconds = 0.0

    async def one_by_one(self, find: Find[T]) -> T:
        """Find something by statements each of which sees the latest commits."""

        async def rows(text: str, params: Params) -> list[Row]:
            return await self._servers.read(text, params, self._at, self._rows)

        return await find(rows)

    async def at_one_moment(self, find: Find[T]) -> T:
        """Find something by statements that all see the same commits."""
        return await self._servers.read_within(None, find, self._at, self._rows)

    async def _rows(self, line: asyncpg.Connection, text: str, params: Params) -> list[Row]:
        began = monotonic()
        found = await rows_of(line, text, params)
        self.seconds += monotonic() - began
        return found


class Read(NamedTuple):
    """How many orders a selection has, where that was asked, and the documents along the way to its page."""

    total: int | None
    way: Way | None
    rows: list[Row]


class Lists:
    """Finds and counts orders."""

    def __init__(
        self,
        servers: Pool | Replica,
        slots: Slots,
        documents: Documents,
        machine: Callable[[int], Place],
    ) -> None:
        self._servers = servers
        self._machine = machine
        self._slots = slots
        self._documents = documents
        self._slow = SlowShapes()

    async def ids_at(self, scope: Scope, channel: str, where: Query) -> tuple[str, ...]:
        """Give the ids that the orders for which a tree holds have at a channel."""
        rows = await self._servers.read(
            *ids_at(scope, channel, where, _GRAMMAR), self._machine(scope.seller)
        )
        return tuple([id for (id,) in rows])

    async def select(self, scope: Scope, selection: Selection) -> Selected:
        """Give the orders of a selection, in its order, and their number where it is asked."""
        alike = shape(scope, selection)
        if is_expensive(scope, selection) or self._slow.has(alike):
            return await self._limited(scope, selection)
        timed = Timed(self._servers, self._machine(scope.seller))
        # A far page is read from where others were counted; so nobody may add one meanwhile.
        together = is_far(selection) or _is_planned_by_values(selection)
        find = timed.at_one_moment if together else timed.one_by_one
        found = await find(partial(_read, scope, selection))
        if timed.seconds > SLOW:
            self._slow.add(alike)
        return await self._selected(scope, found)

    async def _limited(self, scope: Scope, selection: Selection) -> Selected:
        key = scope.key
        await self._slots.take(key)
        try:
            find = partial(_read, scope, selection)
            found = await self._servers.read_within(
                self._slots.budget_of(key), find, self._machine(scope.seller)
            )
        except StatementTimeout:
            raise self._slots.too_late() from None
        finally:
            self._slots.give(key)
        return await self._selected(scope, found)

    async def _selected(self, scope: Scope, read: Read) -> Selected:
        if read.way is None:
            return Selected((), more=False, total=read.total)
        wanted = read.way.selection
        rows = read.rows[: wanted.limit]
        try:
            orders = await decoded_in_turns(document.read_order, rows)
        except UNREADABLE:
            orders = await self._without_damaged(scope, rows)
        left_out = len(rows) - len(orders)
        if read.way.backwards:
            return Selected(orders[::-1], read.way.more, read.total, left_out)
        return Selected(orders, len(read.rows) > wanted.limit, read.total, left_out)

    async def _without_damaged(self, scope: Scope, rows: list[Row]) -> tuple[Order, ...]:
        """Give the orders that can be read, and note the others as left out."""
        keyed = [(scope.seller, id, text) for text, id in rows]
        good, bad = sorted_out(document.read_order, keyed)
        await self._documents.leave_out(bad)
        return tuple(good)


def _is_planned_by_values(selection: Selection) -> bool:
    """Tell whether the values decide which index is the shortest way.

    A range of one field that is sorted by another one may hold nearly all orders, or hardly any. A server
    that planned once for all values would go through all orders for those.
    """
    sorted_by = selection.sort[0].field
    return any(
        one.operator in RANGES and one.field != sorted_by for one in compares(selection.where)
    )


async def _read(scope: Scope, selection: Selection, rows: Rows) -> Read:
    total, way = await _answered(whereabouts(scope, selection, _GRAMMAR), rows)
    if way is None:
        return Read(total, way, [])
    sql = _planned(selected_ids(scope, way.selection, _GRAMMAR, way.beginning))
    text, params = f"{queries.SELECTED}{sql.text}) AS s", (scope.seller, *sql.params)
    return Read(total, way, await rows(text, params))


async def _answered(questions: Questions, rows: Rows) -> Whereabouts:
    try:
        question = next(questions)
        while True:
            question = questions.send(await rows(*question.sql))
    except StopIteration as end:
        found: Whereabouts = end.value
        return found


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
