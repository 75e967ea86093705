"""Skipping: the shortest way to a page that stands far from the beginning of its list.

Where orders are counted by what the list is sorted by, the way begins at the bucket in which the
page does. Otherwise a page in the second half is read from the end.
"""

from __future__ import annotations

from typing import NamedTuple

from msgspec.structs import replace

from orderglot.stores.backend import Scope, Selection
from orderglot.stores.sql.compiler import ORDERS, TRUE, conjunction
from orderglot.stores.sql.count_buckets import AXES, NOTHING
from orderglot.stores.sql.counting import Split, split
from orderglot.stores.sql.grammar import Sql

FAR = 1_000
"""So many orders are skipped one by one sooner than counted."""


class Way(NamedTuple):
    """A selection that leads to the same page, from where in the list, and whether backwards.

    Of one that goes backwards ``more`` tells whether the list goes on behind the page.
    """

    selection: Selection
    beginning: Sql = TRUE
    backwards: bool = False
    more: bool = False


def is_far(selection: Selection) -> bool:
    """Tell whether it is worth while to look for a shorter way."""
    return selection.offset >= FAR and selection.limit > 0 and selection.behind is None


def along(scope: Scope, selection: Selection) -> Split | None:
    """Take a tree apart along what the list is sorted by, None where it is not counted by that."""
    first = selection.sort[0]
    axes = () if first.ranks else tuple(axis for axis in AXES if axis.field == first.field)
    return split(selection.where, axes) if axes and scope.customer is None else None


def from_bucket(way: Way, apart: Split, bucket: int, before: int) -> Way:
    """Begin at the bucket in which a page begins, before which there are so many orders."""
    selection = way.selection
    rest = replace(selection, where=apart.rest, offset=selection.offset - before)
    down = selection.sort[0].descending
    return way._replace(selection=rest, beginning=_beginning(apart, bucket, down=down))


def _beginning(apart: Split, bucket: int, *, down: bool) -> Sql:
    """Say the range of a tree from a bucket on."""
    column = f"{ORDERS}.{apart.axis.column}"
    least, greatest = apart.least, apart.greatest
    if bucket == NOTHING:
        return Sql(f"{column} IS NULL") if down else TRUE
    first, last = apart.axis.span(bucket)
    if down:
        greatest = last if greatest is None else min(greatest, last)
    else:
        least = first if least is None else max(least, first)
    bounds = ((">=", least), ("<=", greatest))
    return conjunction(Sql(f"{column} {sign} ?", (end,)) for sign, end in bounds if end is not None)


def from_end(selection: Selection, total: int) -> Way | None:
    """Read a page of the second half of so many orders backwards; None behind the end."""
    if total <= selection.offset:
        return None
    behind = max(total - selection.offset - selection.limit, 0)
    if behind >= selection.offset:
        return Way(selection)
    sort = tuple(replace(key, descending=not key.descending) for key in selection.sort)
    limit = min(selection.limit, total - selection.offset)
    turned = replace(selection, sort=sort, limit=limit, offset=behind)
    return Way(turned, backwards=True, more=behind > 0)
