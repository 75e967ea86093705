"""What a list is sorted by, as people and scripts write it: ``-created,total``."""

from __future__ import annotations

from orderglot.core.errors import Invalid, Rule, invalid
from orderglot.core.query import Sort, sortable
from orderglot.wire.aip160.asked import ORDER, Asked

PARAMETER = "sort"
DESCENDING = "-"
MOST = 5
"""So many fields a list may be sorted by."""


def read_sort(text: str, asked: Asked = ORDER) -> tuple[Sort, ...]:
    """Read the fields that a list is sorted by, the first one first; one with ``-`` comes downwards.

    Raises Invalid where there is no such field, or one of them has several values for it.
    """
    names = [name.strip() for name in text.split(",")] if text.strip() else []
    if len(names) > MOST:
        raise invalid(PARAMETER, Rule.SIZE, f"A list is sorted by at most {MOST} fields.")
    return tuple(_key(name, asked) for name in names)


def _key(name: str, asked: Asked) -> Sort:
    plain = name.removeprefix(DESCENDING)
    try:
        found = sortable(asked.field(asked.short.get(plain, plain)))
    except Invalid as error:
        reason = f"`{plain}`: {error.problems[0].reason}"
        raise invalid(PARAMETER, Rule.CHOICE, reason) from None
    return Sort(found.name, descending=plain != name)


def write_sort(sort: tuple[Sort, ...]) -> str:
    """Write what a list is sorted by; ranks have no words."""
    return ",".join(DESCENDING * key.descending + key.field for key in sort)
