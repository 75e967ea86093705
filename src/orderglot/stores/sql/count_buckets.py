"""Count buckets: what orders are counted by beforehand: the day of creation and the total.

The counts are kept by the commits that write orders, once for each bucket they touch. Those of days are
summed up by a hundred days as well, so that a book of centuries is added up as soon as one of a year.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any, NamedTuple

from orderglot.stores.sql.rows import LEAST, NUMBERED, STANDING, microseconds

NOTHING = LEAST
"""The bucket of the orders that have no value; it comes before all others."""

NONE = LEAST + 1
"""What stands in the counts for an extra that is not there."""

UNSET = ""
"""What stands in a row for nothing: Python's driver takes ten times as long over None."""

_DAY = 86_400 * 10**6
_YEAR_ONE = microseconds(datetime(1, 1, 1, tzinfo=UTC))


class Axis(NamedTuple):
    """A field, its column, and the bucket in which a value of it falls.

    ``span`` gives the least and the greatest whole number that fall into a bucket.
    """

    name: str
    field: str
    bucket: Callable[[int], int]
    span: Callable[[int], tuple[int, int]]

    @property
    def column(self) -> str:
        """What the field's column is called, as is the axis."""
        return self.name


def _day(moment: int) -> int:
    return (moment - _YEAR_ONE) // _DAY


def _moments(day: int) -> tuple[int, int]:
    begin = day * _DAY + _YEAR_ONE
    return begin, begin + _DAY - 1


def _size(total: int) -> int:
    """Give the number of a total's digits and the first two of them as one number, signed."""
    digits = str(abs(total))
    size = len(digits) * 100 + int(digits[:2]) if total else 0
    return -size if total < 0 else size


def _totals(size: int) -> tuple[int, int]:
    if size < 0:
        least, greatest = _totals(-size)
        return -greatest, -least
    digits, begin = divmod(size, 100)
    scale = 10 ** max(digits - 2, 0)
    return begin * scale, (begin + 1) * scale - 1


CREATED = Axis("created", "created", _day, _moments)
TOTAL = Axis("total", "totals.total", _size, _totals)
AXES = (CREATED, TOTAL)
"""Every axis, the one with the fewest buckets last."""

HUNDREDS = "hundreds"
"""What the sums of hundreds of days are kept under, as an axis whose buckets are so many days each."""

WIDTH = 100
LAST_DAY = CREATED.bucket(microseconds(datetime(9999, 12, 31, tzinfo=UTC)))

Row = tuple[Any, ...]
"""The values of an order's columns, as ``rows.row`` gives them."""

Entry = tuple[Any, ...]
"""What one count is kept by: axis, bucket, test, gone, kind, status, the numbers of extras."""


def entries(row: Row) -> list[Entry]:
    """Give the counts to which the row of an order belongs, with UNSET or None for nothing."""
    test, deleted, kind, status, *extras = _BESIDE(row)
    numbers = [NONE if number in _UNSAID else number for number in extras]
    beside = (test, int(deleted not in _UNSAID), kind, status, *numbers)
    return [
        (axis.name, NOTHING if value in _UNSAID else axis.bucket(value), *beside)
        for axis, value in zip(AXES, _PLACES(row), strict=True)
    ]


def changes(rows: Iterable[tuple[Row, Row | None]]) -> dict[Entry, int]:
    """Give by how many orders each count changes; rows come with those that they take the place of."""
    counts = Counter[Entry]()
    for new, old in rows:
        counts.update(entries(new))
        if old is not None:
            counts.subtract(entries(old))
    return {entry: more for entry, more in counts.items() if more}


def hundreds(days: Mapping[Entry, int]) -> dict[Entry, int]:
    """Give by how many orders each hundred of days changes, of how many each count of a day does."""
    sums = Counter[Entry]()
    for (axis, bucket, *beside), more in days.items():
        if axis == CREATED.name and bucket >= 0:
            sums[HUNDREDS, bucket // WIDTH, *beside] += more
    return {entry: more for entry, more in sums.items() if more}


_UNSAID = (None, UNSET)
_PLACES = itemgetter(*(STANDING.index(axis.column) for axis in AXES))
_BESIDE = itemgetter(
    *map(STANDING.index, ("test", "deleted", "kind", "status", *NUMBERED.values()))
)
