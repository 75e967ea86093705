"""Lists: the orders of a selection and how many there are, by the shortest way.

What an index finds is read in this turn of the event loop, what is expensive in a thread beside it.
Where it turns out that the index does not find it in time, it goes to a thread after all, and so does
whatever is asked in the same way within the next minute.
"""

from __future__ import annotations

from typing import NamedTuple

from orderglot.core.order import Order
from orderglot.core.query import Query
from orderglot.stores import document
from orderglot.stores.backend import Scope, Selected, Selection
from orderglot.stores.damage import UNREADABLE, sorted_out
from orderglot.stores.decoding import decoded, decoded_in_turns
from orderglot.stores.sql.cost import SlowShapes, is_expensive, shape
from orderglot.stores.sql.finding import Questions, Whereabouts, whereabouts
from orderglot.stores.sql.paging import ids_at, selected_ids
from orderglot.stores.sql.skipping import Way
from orderglot.stores.sqlite.connection import Row
from orderglot.stores.sqlite.documents import Documents
from orderglot.stores.sqlite.grammar import SqliteGrammar
from orderglot.stores.sqlite.queries import with_ids
from orderglot.stores.sqlite.reader import Interrupted, Reader, Snapshot
from orderglot.stores.sqlite.reader_threads import ReaderThreads

_GRAMMAR = SqliteGrammar()

INLINE = 0.002
"""So many seconds a selection may hold up the event loop."""


class Found(NamedTuple):
    """The ids of the orders of a selection, and whether there are more behind them."""

    ids: tuple[int, ...]
    more: bool


NOTHING = Found((), more=False)


class Read(NamedTuple):
    """What is read of a selection: its ids, its orders' documents by rising id, and their number."""

    found: Found
    rows: list[Row]
    total: int | None = None


class Lists:
    """Finds and counts orders; what one selection reads is of one moment of the file."""

    def __init__(self, reader: Reader, threads: ReaderThreads, documents: Documents) -> None:
        self._reader = reader
        self._threads = threads
        self._documents = documents
        self._slow = SlowShapes()

    async def select(self, scope: Scope, selection: Selection) -> Selected:
        """Give the orders of a selection, in its order, and their number where it is asked."""
        if is_expensive(scope, selection):
            return await self._beside(scope, selection)
        alike = shape(scope, selection)
        if self._slow.has(alike):
            return await self._beside(scope, selection)
        turn = self._reader.turn()
        try:
            with turn.within(INLINE):
                found = _read(turn, scope, selection)
        except Interrupted:
            self._slow.add(alike)
            return await self._beside(scope, selection)
        try:
            return _selected(found, decoded(document.read_order, found.rows))
        except UNREADABLE:
            return self._without_damaged(scope, found)

    async def ids_at(self, scope: Scope, channel: str, where: Query) -> tuple[str, ...]:
        """Give the ids that the orders for which a tree holds have at a channel."""
        asked = ids_at(scope, channel, where, _GRAMMAR)
        rows = await self._threads.run(scope.key, lambda snapshot: snapshot.rows(*asked))
        return tuple([id for (id,) in rows])

    async def _beside(self, scope: Scope, selection: Selection) -> Selected:
        found = await self._threads.run(
            scope.key, lambda snapshot: _read(snapshot, scope, selection)
        )
        try:
            return _selected(found, await decoded_in_turns(document.read_order, found.rows))
        except UNREADABLE:
            return self._without_damaged(scope, found)

    def _without_damaged(self, scope: Scope, found: Read) -> Selected:
        """Give the orders of a selection that can be read, and note the others as left out."""
        rows = zip(sorted(found.found.ids), found.rows, strict=True)
        keyed = [(scope.seller, id, text) for id, (text,) in rows]
        good, bad = sorted_out(document.read_order, keyed)
        self._documents.leave_out(bad)
        return _selected(found, tuple(good))


def _selected(read: Read, orders: tuple[Order, ...]) -> Selected:
    """Put the orders of a selection into its order."""
    by_id = {order.id: order for order in orders}
    ids, more = read.found
    orders = tuple([by_id[id] for id in ids if id in by_id])
    return Selected(orders, more, read.total, len(ids) - len(orders))


def _read(snapshot: Snapshot, scope: Scope, selection: Selection) -> Read:
    total, way = _answered(snapshot, whereabouts(scope, selection, _GRAMMAR))
    if way is None:
        return Read(NOTHING, [], total)
    found = _along(snapshot, scope, way)
    rows = snapshot.rows(*with_ids(scope, found.ids)) if found.ids else []
    return Read(found, rows, total)


def _answered(snapshot: Snapshot, questions: Questions) -> Whereabouts:
    """Answer questions, of which some are asked again and again."""
    try:
        question = next(questions)
        while True:
            sql = question.sql
            rows = snapshot.known(list, *sql) if question.often else snapshot.rows(*sql)
            question = questions.send(rows)
    except StopIteration as end:
        found: Whereabouts = end.value
        return found


def _along(snapshot: Snapshot, scope: Scope, way: Way) -> Found:
    """Give the ids of a selection's orders, in its order."""
    wanted = way.selection
    rows = snapshot.rows(*selected_ids(scope, wanted, _GRAMMAR, way.beginning))
    ids = tuple(id for (id,) in rows[: wanted.limit])
    if way.backwards:
        return Found(ids[::-1], more=way.more)
    return Found(ids, more=len(rows) > wanted.limit)
