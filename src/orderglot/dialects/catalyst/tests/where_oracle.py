"""The oracle: what a ``where`` finds and how ``order`` sorts, by the vendor's pages alone.

It knows nothing of the book and of the code that is tried: it looks at the orders as they are shown.
What the pages leave open is decided in the dialect's README, under *Filters* and *Oddities*.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from orderglot.dialects.catalyst.tests.where_fields import (
    BY_SMALL_NAME,
    KINDS,
    OLD_NAMES,
    ORDER,
    RELATIONS,
    Kind,
    Row,
    shown,
)

Where = dict[str, Any]


class Refused(Exception):
    """A ``where`` is none."""


def check(where: Any) -> None:
    """Raise Refused where the vendor's language has no such ``where``."""
    if not isinstance(where, dict):
        raise Refused("no conditions")
    for name, wanted in where.items():
        if name.lower() in ("$and", "$or"):
            if not isinstance(wanted, list):
                raise Refused("no list")
            for part in wanted:
                check(part)
            continue
        if name.lower() not in BY_SMALL_NAME:
            raise Refused("no such field")
        kind = KINDS[BY_SMALL_NAME[name.lower()]]
        for sign, value in _comparisons(wanted):
            _check_comparison(kind, sign, value)


def _comparisons(wanted: Any) -> list[tuple[str, Any]]:
    if not isinstance(wanted, dict):
        return [("", wanted)]
    if not wanted:
        raise Refused("nothing to compare with")
    return [(sign.lower(), value) for sign, value in wanted.items()]


def _check_comparison(kind: Kind, sign: str, value: Any) -> None:
    if sign not in _SIGNS:
        raise Refused("no such operator")
    if sign in ("$in", "$nin") and not isinstance(value, list):
        raise Refused("no list")
    if sign in ("$contains", "$beginswith") and kind is not Kind.TEXT:
        raise Refused("no text")
    for one in value if sign in ("$in", "$nin") else [value]:
        if isinstance(one, dict | list):
            raise Refused("no single value")
        if one is not None:
            read(kind, one)


def finds(where: Where, row: Row) -> bool:
    """Tell whether a ``where`` that is one finds an order."""
    return all(_holds(name, wanted, row) for name, wanted in where.items())


def _holds(name: str, wanted: Any, row: Row) -> bool:
    if name.lower() == "$and":
        return all(finds(part, row) for part in wanted)
    if name.lower() == "$or":
        return any(finds(part, row) for part in wanted)
    known = BY_SMALL_NAME[name.lower()]
    value, kind = shown(row, known), KINDS[known]
    return all(_SIGNS[sign](kind, value, wanted) for sign, wanted in _comparisons(wanted))


def asks(where: Any, name: str) -> bool:
    """Tell whether a ``where`` names a field."""
    if isinstance(where, list):
        return any(asks(part, name) for part in where)
    if not isinstance(where, dict):
        return False
    return any(key.lower() == name or asks(wanted, name) for key, wanted in where.items())


def read(kind: Kind, value: Any) -> Any:
    """Read what a field is compared with."""
    return _READ[kind](value)


def _read_number(value: Any) -> Decimal:
    if isinstance(value, bool):
        raise Refused("no number")
    try:
        return Decimal(value)
    except (InvalidOperation, TypeError, ValueError):
        raise Refused("no number") from None


def _read_text(value: Any) -> str:
    if isinstance(value, bool):
        raise Refused("no text")
    return str(value)


def _read_flag(value: Any) -> bool:
    wanted = {"true": True, "1": True, "false": False, "0": False}.get(str(value).lower())
    if wanted is None:
        raise Refused("no yes or no")
    return wanted


def _read_moment(value: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise Refused("no date") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


_READ: dict[Kind, Callable[[Any], Any]] = {
    Kind.NUMBER: _read_number,
    Kind.TEXT: _read_text,
    Kind.FLAG: _read_flag,
    Kind.MOMENT: _read_moment,
}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def _equals(kind: Kind, value: Any, wanted: Any) -> bool:
    if value is None or wanted is None:
        return value is wanted
    if kind is Kind.MOMENT and _DAY.fullmatch(wanted):
        day = _read_moment(wanted)
        return bool(day <= value < day + timedelta(days=1))
    return bool(value == read(kind, wanted))


def _compares(holds: Callable[[Any, Any], bool]) -> Callable[[Kind, Any, Any], bool]:
    def compare(kind: Kind, value: Any, wanted: Any) -> bool:
        return value is not None and wanted is not None and holds(value, read(kind, wanted))

    return compare


def _fold(text: str) -> str:
    return "".join(chr(ord(one) + 32) if "A" <= one <= "Z" else one for one in text)


_SIGNS: dict[str, Callable[[Kind, Any, Any], bool]] = {
    "": _equals,
    "$ne": lambda kind, value, wanted: not _equals(kind, value, wanted),
    "$neq": lambda kind, value, wanted: not _equals(kind, value, wanted),
    "$in": lambda kind, value, wanted: any(_equals(kind, value, one) for one in wanted),
    "$nin": lambda kind, value, wanted: not any(_equals(kind, value, one) for one in wanted),
    "$lt": _compares(lambda value, wanted: bool(value < wanted)),
    "$lte": _compares(lambda value, wanted: bool(value <= wanted)),
    "$gt": _compares(lambda value, wanted: bool(value > wanted)),
    "$gte": _compares(lambda value, wanted: bool(value >= wanted)),
    "$contains": _compares(lambda value, wanted: _fold(wanted) in _fold(value)),
    "$beginswith": _compares(lambda value, wanted: _fold(value).startswith(_fold(wanted))),
}

SIGNS = (
    *("", "$lt", "$lte", "$gt", "$gte", "$ne", "$neq", "$in", "$nin", "$contains", "$beginsWith"),
)
"""The operators of the page; "" is that of equality."""


# How order sorts

SORTABLE = (
    *(*ORDER, *OLD_NAMES, "deleted"),
    *(
        f"{name}.{path}"
        for name in ("status", "taxCode", "discountCode")
        for path in RELATIONS[name]
    ),
    *("assignedUser.id", "assignedUser.siteId"),
)

Place = Callable[[Row, str], Any]


def in_order(rows: list[Row], keys: Sequence[tuple[str, bool]], place: Place) -> list[Row]:
    """Put orders into an order by fields, each descending or not; nothing comes first.

    ``place`` tells the hub's own number of a row, and of what else the book alone knows.
    """
    down = keys[-1][1]
    ranked = sorted(rows, key=lambda row: place(row, "id"), reverse=down)
    for name, descending in reversed(keys):
        ranked.sort(key=lambda row: _rank(row, name, place), reverse=descending)
    return ranked


def _rank(row: Row, name: str, place: Place) -> tuple[bool, Any]:
    value = place(row, name) if name in BY_THE_BOOK else shown(row, name)
    return (value is not None, 0 if value is None else value)


BY_THE_BOOK = ("id", "entityId", "totalPrice")
"""What is sorted as an index has it, which the README tells."""
