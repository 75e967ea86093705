"""The tree of a query to a filter's text, which reads back as what says the same."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal

from orderglot.core.query import And, Compare, Not, Operator, Or, Query, Value
from orderglot.wire.aip160.asked import SHORT
from orderglot.wire.aip160.reading import ABSENT, OPERATORS
from orderglot.wire.aip160.wildcards import write_text
from orderglot.wire.values import bare

ALWAYS, NEVER = "id != null", "id = null"
"""What holds for every order, as each has an id, and what holds for none."""

SIGNS = {operator: sign for sign, operator in reversed(OPERATORS.items())}
NAMES = {name: short for short, name in SHORT.items()}
_BARE = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
WORDS = ("AND", "OR", "NOT")


def write_filter(where: Query) -> str:
    """Write a query; one that holds for every order is empty."""
    return "" if where == And(()) else _written(where)


def _written(where: Query) -> str:
    match where:
        case And((only,)) | Or((only,)):
            return _written(only)
        case And(parts):
            return _joined(" AND ", parts) or ALWAYS
        case Or(parts):
            return _joined(" OR ", parts) or NEVER
        case Not(part):
            return f"NOT ({_written(part)})"
        case Compare():
            return _compared(where)


def _joined(word: str, parts: tuple[Query, ...]) -> str:
    return word.join(map(_part, parts))


def _part(part: Query) -> str:
    match part:
        case And((only,)) | Or((only,)):
            return _part(only)
        case And() | Or() if part.parts:
            return f"({_written(part)})"
        case _:
            return _written(part)


def _compared(one: Compare) -> str:
    name = _name(one.field)
    if isinstance(one.value, tuple):
        return _among(name, one.value)
    if one.operator in (Operator.CONTAINS, Operator.BEGINS):
        return f"{name} = {write_text(one.operator, str(one.value))}"
    return f"{name} {SIGNS[one.operator]} {_value(one.value)}"


def _among(name: str, values: tuple[Value, ...]) -> str:
    if not values:
        return NEVER
    each = " OR ".join(map(_value, values))
    return f"{name} = ({each})" if len(values) > 1 else f"{name} = {each}"


def _name(name: str) -> str:
    name = NAMES.get(name, name)
    bare = _BARE.fullmatch(name) and name not in WORDS
    return name if bare else write_text(Operator.EQ, name)


def _value(value: Value) -> str:
    match value:
        case None:
            return ABSENT
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case Decimal():
            return f"{bare(value):f}"
        case datetime() | date():
            return value.isoformat()
        case str():
            return write_text(Operator.EQ, value)
