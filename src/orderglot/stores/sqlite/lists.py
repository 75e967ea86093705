"""Lists: the ids of a question's orders and how many there are, by the shortest way."""

from __future__ import annotations

from typing import NamedTuple

from orderglot.core.query import Query
from orderglot.stores.shelf import Question, Scope
from orderglot.stores.sql.counting import bucketed, counted
from orderglot.stores.sql.paging import stretch
from orderglot.stores.sql.skipping import Way, along, from_bucket, from_end, is_far
from orderglot.stores.sqlite.connection import Row
from orderglot.stores.sqlite.grammar import SqliteGrammar
from orderglot.stores.sqlite.reader import Reader

_GRAMMAR = SqliteGrammar()


class Found(NamedTuple):
    """The ids of a stretch of orders, and whether there are more behind them."""

    ids: tuple[int, ...]
    more: bool


class Lists:
    """Finds and counts orders; what it reads in one turn is of one moment of the file."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def found(self, scope: Scope, question: Question) -> Found:
        """Give the ids of a question's orders, in its order."""
        if not is_far(question):
            return self._along(scope, Way(question))
        way = self._way(scope, question)
        return Found((), more=False) if way is None else self._along(scope, way)

    def count(self, scope: Scope, where: Query) -> int:
        """Count the matches exactly."""
        return self._reader.known(_number, *counted(scope, where, _GRAMMAR))

    def _along(self, scope: Scope, way: Way) -> Found:
        wanted = way.question
        rows = self._reader.rows(*stretch(scope, wanted, _GRAMMAR, way.beginning))
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
        return from_bucket(question, apart, self._reader.rows(*bucketed(scope, apart, _GRAMMAR)))


def _number(rows: list[Row]) -> int:
    ((number,),) = rows
    return int(number)
