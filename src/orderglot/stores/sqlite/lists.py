"""Lists: the ids of a selection's orders and how many there are, by the shortest way."""

from __future__ import annotations

from typing import NamedTuple

from orderglot.core.query import Query
from orderglot.stores.backend import Scope, Selection
from orderglot.stores.sql.counting import bucketed, counted
from orderglot.stores.sql.paging import selected_ids
from orderglot.stores.sql.skipping import Way, along, from_bucket, from_end, is_far
from orderglot.stores.sqlite.connection import Row
from orderglot.stores.sqlite.grammar import SqliteGrammar
from orderglot.stores.sqlite.reader import Reader

_GRAMMAR = SqliteGrammar()


class Found(NamedTuple):
    """The ids of the orders of a selection, and whether there are more behind them."""

    ids: tuple[int, ...]
    more: bool


class Lists:
    """Finds and counts orders; what it reads in one turn is of one moment of the file."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def found(self, scope: Scope, selection: Selection) -> Found:
        """Give the ids of a selection's orders, in its order."""
        if not is_far(selection):
            return self._along(scope, Way(selection))
        way = self._way(scope, selection)
        return Found((), more=False) if way is None else self._along(scope, way)

    def count(self, scope: Scope, where: Query) -> int:
        """Count the matches exactly."""
        return self._reader.known(_number, *counted(scope, where, _GRAMMAR))

    def _along(self, scope: Scope, way: Way) -> Found:
        wanted = way.selection
        rows = self._reader.rows(*selected_ids(scope, wanted, _GRAMMAR, way.beginning))
        ids = tuple(id for (id,) in rows[: wanted.limit])
        if way.backwards:
            return Found(ids[::-1], more=wanted.offset > 0)
        return Found(ids, more=len(rows) > wanted.limit)

    def _way(self, scope: Scope, selection: Selection) -> Way | None:
        """Find the shortest way to a page that is far from the beginning."""
        way = from_end(selection, self.count(scope, selection.where))
        apart = along(scope, selection)
        if apart is None or way is None or not is_far(way.selection):
            return way
        return from_bucket(selection, apart, self._reader.rows(*bucketed(scope, apart, _GRAMMAR)))


def _number(rows: list[Row]) -> int:
    ((number,),) = rows
    return int(number)
