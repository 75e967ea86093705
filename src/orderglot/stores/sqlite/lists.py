"""Lists: the ids of a question's orders and how many there are, by the shortest way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any, NamedTuple

from orderglot.core.query import Query
from orderglot.stores.shelf import Question, Scope
from orderglot.stores.sql.counting import bucketed, counted
from orderglot.stores.sql.grammar import Sql
from orderglot.stores.sql.paging import stretch
from orderglot.stores.sql.skipping import Way, along, from_bucket, from_end, is_far
from orderglot.stores.sqlite.grammar import SqliteGrammar

MOST_COUNTS = 256
"""So many counts at most are remembered until the next commit, for who pages through a list."""

_GRAMMAR = SqliteGrammar()


class Found(NamedTuple):
    """The ids of a stretch of orders, and whether there are more behind them."""

    ids: tuple[int, ...]
    more: bool


class Lists:
    """Finds and counts orders through ``read``, which runs a statement on one connection."""

    def __init__(self, read: Callable[[str, tuple[Any, ...]], list[tuple[Any, ...]]]) -> None:
        self._read = read
        self._lock = Lock()
        self._counts: dict[Sql, int] = {}
        self._counted_at = 0

    def found(self, scope: Scope, question: Question) -> Found:
        """Give the ids of a question's orders, in its order."""
        if not is_far(question):
            return self._along(scope, Way(question))
        with self._moment():
            way = self._way(scope, question)
            return Found((), more=False) if way is None else self._along(scope, way)

    def count(self, scope: Scope, where: Query) -> int:
        """Count the matches exactly."""
        sql = counted(scope, where, _GRAMMAR)
        # It changes with every commit but this connection's own, and this one commits nothing.
        ((version,),) = self._read("PRAGMA data_version", ())
        if version != self._counted_at or len(self._counts) >= MOST_COUNTS:
            self._counts, self._counted_at = {}, version
        if sql not in self._counts:
            ((self._counts[sql],),) = self._read(*sql)
        return self._counts[sql]

    def _along(self, scope: Scope, way: Way) -> Found:
        wanted = way.question
        rows = self._read(*stretch(scope, wanted, _GRAMMAR, way.beginning))
        ids = tuple(id for (id,) in rows[: wanted.limit])
        if way.backwards:
            return Found(ids[::-1], more=wanted.offset > 0)
        return Found(ids, more=len(rows) > wanted.limit)

    def _way(self, scope: Scope, question: Question) -> Way | None:
        """Find the shortest way to a page that is far from the beginning."""
        way = from_end(question, self.count(scope, question.where))
        apart = along(scope, question)
        if apart is None or way is None or not is_far(way.question):
            return way
        return from_bucket(question, apart, self._read(*bucketed(scope, apart, _GRAMMAR)))

    @contextmanager
    def _moment(self) -> Iterator[None]:
        """Let several statements see the book as it is at one moment."""
        with self._lock:
            self._read("BEGIN", ())
            try:
                yield
            finally:
                self._read("COMMIT", ())
