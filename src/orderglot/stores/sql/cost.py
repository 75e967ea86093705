"""Cost: whether a selection may be expensive, estimated before it is read.

What reads documents, searches within texts, sorts by what no index has, or gives a large page may
have to go through all of a seller's orders, unless an equality narrows it down to a few. All else an
index answers, mostly within a fraction of a millisecond: where that takes longer, as it can where
hardly any order matches, a time limit finds out.
"""

from __future__ import annotations

from time import monotonic
from typing import NamedTuple

from orderglot.core.fields import field
from orderglot.core.query import LARGE, And, Compare, Operator, Query, Sort, compares
from orderglot.stores.backend import Scope, Selection
from orderglot.stores.selection import cost
from orderglot.stores.sql.compiler import CUSTOMER_NUMBER, REFERENCES, in_column, is_looked_up
from orderglot.stores.sql.rows import COLUMNS, NUMBERED

NARROW = frozenset(
    {
        *("id", "number", "po_number", "invoice.number", "customer.id"),
        *(CUSTOMER_NUMBER, REFERENCES),
        *("customer.last_name", "customer.email", "customer.bill_to.company"),
    }
)
"""Fields of which an index finds the few orders that are equal in them."""

_SAME = (Operator.EQ, Operator.IN)
_WITHIN = (Operator.CONTAINS, Operator.BEGINS)


class Shape(NamedTuple):
    """What selections have in common that take alike long: all but the values they ask for."""

    scope: Scope
    compares: tuple[tuple[str, Operator], ...]
    sort: tuple[Sort, ...]


REMEMBERED = 60.0
"""For so many seconds it is remembered what did not find anything in time."""

MOST_REMEMBERED = 256


class SlowShapes:
    """Which selections took too long lately, though an index should have answered them."""

    def __init__(self) -> None:
        self._until: dict[Shape, float] = {}

    def has(self, shape: Shape) -> bool:
        """Tell whether such a selection took too long lately."""
        return bool(self._until) and self._until.get(shape, 0.0) > monotonic()

    def add(self, shape: Shape) -> None:
        """Remember that such a selection took too long."""
        if len(self._until) >= MOST_REMEMBERED:
            self._until.clear()
        self._until[shape] = monotonic() + REMEMBERED


def is_expensive(scope: Scope, selection: Selection) -> bool:
    """Tell whether a selection is to be read in a thread of its own."""
    if selection.limit > LARGE:
        return True
    if scope.customer is not None or is_narrow(selection.where):
        return False
    return any(map(_looks_through, compares(selection.where))) or any(
        key.field not in COLUMNS or key.ranks for key in selection.sort
    )


def shape(scope: Scope, selection: Selection) -> Shape:
    """Give what a selection has in common with those that take alike long."""
    asked = tuple((one.field, one.operator) for one in compares(selection.where))
    return Shape(scope, asked, selection.sort)


def is_narrow(where: Query) -> bool:
    """Tell whether an index finds few orders, of which alone the rest is asked."""
    match where:
        case And(parts):
            return any(map(is_narrow, parts))
        case Compare(name, operator, value) if operator in _SAME:
            values = value if isinstance(value, tuple) else (value,)
            return None not in values and "" not in values and _is_found(name)
        case _:
            return False


def _is_found(name: str) -> bool:
    if name in NARROW:
        return True
    wanted = field(name)
    return bool(wanted.native) and wanted.link is None


def _looks_through(compare: Compare) -> bool:
    """Tell whether a comparison reads documents, or searches within texts."""
    if compare.operator in _WITHIN:
        return True
    if compare.field in NUMBERED:
        return not in_column(compare)
    return not is_looked_up(compare) and cost(field(compare.field)) > 0
