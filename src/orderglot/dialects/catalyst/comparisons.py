"""Comparisons: what may be asked of one field on the wire as a query, and the way back.

What is shown is what is compared. So a field that shows 0 where nothing is kept is asked for both.
Reading raises a ValueError that goes on from the value: "is not a number".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.fields import read_whole_text
from orderglot.core.query import (
    And,
    Compare,
    Operator,
    Or,
    Query,
    Sort,
    holds,
)
from orderglot.dialects.catalyst.conditions import NOTHING, ranked, same
from orderglot.dialects.catalyst.settings import Site
from orderglot.dialects.catalyst.values import (
    HUNDREDTHS,
    day_of,
    read_moment,
    read_number,
    read_text,
    read_yes,
    write_moment,
    write_rate,
)

TEXTUAL = (Operator.CONTAINS, Operator.BEGINS)

Wire = tuple[Operator, Any]
"""A comparison with what stands on the wire."""

ReadValue = Callable[[Any], Any]
Read = Callable[[Site, Operator, Any], Query]
Write = Callable[[Site, Operator, Any], Wire | None]
SortOn = Callable[[Site], Sort]


class Asked(Struct, frozen=True):
    """How one field of the wire is compared and sorted.

    ``read`` takes any operator but ``ne`` and ``in``, which are made of ``eq``. ``writes`` has, by
    the canonical field, what writes a comparison back, None where the wire cannot say it, and
    ``nothing`` what the wire shows where there is nothing. ``sort`` is the canonical field that
    stands for it in a list, "" where there is none; ``ranked`` is how what is shown is sorted,
    where that field alone does not tell.
    """

    read: Read
    writes: Mapping[str, Write] = {}
    nothing: tuple[Any, ...] = (None,)
    sort: str = ""
    ranked: SortOn | None = None

    @property
    def sortable(self) -> bool:
        """Tell whether a list can be sorted by it."""
        return bool(self.sort) or self.ranked is not None

    def key(self, site: Site, *, descending: bool) -> Sort:
        """Give what sorts a list of a site by what is shown."""
        by = self.ranked(site) if self.ranked else Sort(self.sort)
        return replace(by, descending=descending)


def plain(
    field: str, read: ReadValue, nothing: Any = None, write: Callable[[Any], Any] | None = None
) -> Asked:
    """Ask a field for the value itself; ``nothing`` is what is shown where it has none."""

    def ask(_site: Site, operator: Operator, value: Any) -> Query:
        demand_text(operator, textual=read is read_text)
        if value is None:
            return same(field, None) if operator is Operator.EQ and nothing is None else NOTHING
        wanted = read(value)
        if wanted == "" and operator is Operator.EQ and nothing is None:
            return NOTHING
        asked = Compare(field, operator, wanted)
        if nothing is not None and shows(nothing, operator, wanted):
            return Or((asked, same(field, None)))
        return asked

    def back(_site: Site, operator: Operator, value: Any) -> Wire | None:
        if isinstance(value, tuple):
            return operator, [_written(one, write) for one in value]
        return operator, _written(value, write)

    stands_first = nothing is None or nothing == ""
    return Asked(
        ask,
        {field: back},
        ("",) if nothing == "" else (None,),
        field,
        None if stands_first else lambda _site: ranked([(same(field, None), nothing)], field),
    )


def _written(value: Any, write: Callable[[Any], Any] | None) -> Any:
    return value if write is None or value is None else write(value)


def shows(shown: Any, operator: Operator, wanted: Any) -> bool:
    """Tell whether a value that is shown compares so."""
    if operator is Operator.EQ:
        return bool(shown == wanted)
    return holds(shown, operator, wanted)


def number(field: str, nothing: Any = None) -> Asked:
    """Ask a field that holds a number."""
    return plain(field, read_number, nothing)


def rate(field: str) -> Asked:
    """Ask a field that holds percents by fractions; 0 is shown where there is nothing."""

    def percent(value: Any) -> Decimal:
        return read_number(value).scaleb(HUNDREDTHS)

    return plain(field, percent, 0, lambda kept: write_rate(Decimal(kept)))


def text(field: str, nothing: str | None = "") -> Asked:
    """Ask a field that holds a text."""
    return plain(field, read_text, nothing)


def moment(field: str) -> Asked:
    """Ask a field that holds a time; a date alone equals every time of its day."""
    asked = plain(field, read_moment, None, write_moment)

    def ask(site: Site, operator: Operator, value: Any) -> Query:
        day = day_of(value, site.zone) if operator is Operator.EQ else None
        if day is None:
            read = partial(read_moment, zone=site.zone)
            return plain(field, read).read(site, operator, value)
        begins, ends = day
        return And((Compare(field, Operator.GTE, begins), Compare(field, Operator.LT, ends)))

    return replace(asked, read=ask)


def text_number(field: str, nothing: int | None = None) -> Asked:
    """Ask a text that writes a number."""
    asked = number(f"whole:{field}", nothing)

    def back(_site: Site, operator: Operator, value: Any) -> Wire | None:
        if operator not in (Operator.EQ, Operator.NE, Operator.IN):
            return None
        values = value if operator is Operator.IN else (value,)
        numbers = [nothing if not one else read_whole_text(one) for one in values]
        if any(number is None and one for number, one in zip(numbers, values, strict=True)):
            return None
        return operator, numbers if operator is Operator.IN else numbers[0]

    return replace(
        asked,
        writes={**asked.writes, field: back},
        nothing=(nothing,),
        sort=f"whole:{field}",
    )


def coded(
    field: str,
    codes: Mapping[Any, Any],
    read: ReadValue,
    nothing: Any,
    back: Mapping[Any, Any],
) -> Asked:
    """Ask a field that shows a code; ``codes`` has what is shown for each value that is kept.

    ``nothing`` is what is shown where no value is, ``back`` has what is read from each code.
    """
    shown: dict[Any, Any] = {**codes, None: nothing}

    def ask(_site: Site, operator: Operator, value: Any) -> Query:
        demand_text(operator, textual=False)
        wanted = None if value is None else read(value)
        if wanted is None and operator is not Operator.EQ:
            return NOTHING
        values = [kept for kept, code in shown.items() if stands(code, operator, wanted)]
        return Compare(field, Operator.IN, tuple(values)) if values else NOTHING

    def write(_site: Site, operator: Operator, value: Any) -> Wire | None:
        return Operator.IN, [
            code
            for canon, code in shown.items()
            if back.get(code) == canon and holds(canon, operator, value)
        ]

    values_of: dict[Any, list[Any]] = {}
    for kept, code in shown.items():
        values_of.setdefault(code, []).append(kept)
    ranks = [
        (Compare(field, Operator.IN, tuple(values)), int(code))
        for code, values in values_of.items()
        if code is not None
    ]
    return Asked(ask, {field: write}, sort=field, ranked=lambda _site: ranked(ranks))


def stands(shown: Any, operator: Operator, wanted: Any) -> bool:
    """Tell whether a code that is shown compares so with a number."""
    if wanted is None or shown is None:
        return shown is wanted and operator is Operator.EQ
    return shows(int(shown), operator, Decimal(wanted))


def flag(field: str, *, nothing: bool | None = False) -> Asked:
    """Ask a field that holds a yes or no."""
    return coded(field, {True: True, False: False}, read_yes, nothing, {True: True, False: False})


def demand_text(operator: Operator, *, textual: bool) -> None:
    """Raise ValueError where a field that holds no text is to contain some."""
    if operator in TEXTUAL and not textual:
        raise ValueError("cannot be looked for in this field, which holds no text")
