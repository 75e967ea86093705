"""Conditions: a question about exchanges as SQL; ``core.journal.matches`` says what it means."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from orderglot.core.errors import Rule, invalid
from orderglot.core.fields import FieldKind
from orderglot.core.journal import FIELDS, first_id
from orderglot.core.query import And, Compare, Not, Operator, Or, Query, fold

Condition = tuple[str, tuple[Any, ...]]


class Words(NamedTuple):
    """What a database calls it: where in a text another one is, and a text by its code points."""

    find: str
    text: str


SQLITE = Words("instr", "{}")
POSTGRES = Words("strpos", '{} COLLATE "C"')

ALWAYS: Condition = ("1 = 1", ())
NEVER: Condition = ("1 = 0", ())

SIGNS = {
    Operator.EQ: "=",
    Operator.LT: "<",
    Operator.LTE: "<=",
    Operator.GT: ">",
    Operator.GTE: ">=",
}
_BEFORE_NUL = {
    Operator.LT: Operator.LTE,
    Operator.LTE: Operator.LTE,
    Operator.GT: Operator.GT,
    Operator.GTE: Operator.GT,
}
MOMENT = timedelta(microseconds=1)


def condition(where: Query, words: Words) -> Condition:
    """Compile a question about exchanges, which are called ``e``."""
    match where:
        case And(parts):
            return _joined(" AND ", ALWAYS, [condition(part, words) for part in parts])
        case Or(parts):
            return _joined(" OR ", NEVER, [condition(part, words) for part in parts])
        case Not(part):
            return _not(condition(part, words))
        case Compare():
            return _compared(where, words)


def _joined(word: str, none: Condition, parts: list[Condition]) -> Condition:
    if not parts:
        return none
    text = word.join(text for text, _ in parts)
    return f"({text})", tuple(value for _, values in parts for value in values)


def _not(part: Condition) -> Condition:
    text, values = part
    return f"NOT ({text})", values


def _compared(where: Compare, words: Words) -> Condition:
    name, operator, value = where.field, where.operator, where.value
    if operator is Operator.NE:
        return _not(_compared(Compare(name, Operator.EQ, value), words))
    if operator is Operator.IN:
        each = value if isinstance(value, tuple) else (value,)
        alike = [_compared(Compare(name, Operator.EQ, one), words) for one in each]
        return _joined(" OR ", NEVER, alike)
    return _KINDS[FIELDS[name].kind](name, operator, value, words)


def _text(name: str, operator: Operator, value: Any, words: Words) -> Condition:
    column = words.text.format(f"e.{name}")
    value, nul, _ = (value or "").partition("\0")
    if nul:
        # What is kept has no such character, and so stands as it does to the text before that.
        if operator not in _BEFORE_NUL:
            return NEVER
        operator = _BEFORE_NUL[operator]
    if operator is Operator.EQ:
        return f"e.{name} = ?", (value,)
    if operator is Operator.CONTAINS:
        return f"{words.find}(lower({column}), ?) > 0", (fold(value),)
    if operator is Operator.BEGINS:
        return f"substr(lower({column}), 1, {len(value)}) = ?", (fold(value),)
    # Nothing comes neither before nor after anything.
    return f"(e.{name} <> '' AND {column} {SIGNS[operator]} ?)", (value,)


def _number(name: str, operator: Operator, value: Any, words: Words) -> Condition:
    if name == "orders":
        if operator is not Operator.EQ:
            reason = (
                f"Exchanges are asked for an order by = and != alone, not by {SIGNS[operator]}."
            )
            raise invalid("filter", Rule.CHOICE, reason)
        found = f"{words.find}(e.orders, ?) > 0", (f" {value} ",)
        return ("e.orders = ''", ()) if value is None else found
    if value is None:
        return NEVER
    return f"e.{name} {SIGNS[operator]} {value}", ()


def _milliseconds(_name: str, operator: Operator, value: Any, _words: Words) -> Condition:
    return NEVER if value is None else (f"e.took {SIGNS[operator]} {value * 1000:f}", ())


def _moment(_name: str, operator: Operator, value: datetime | None, _words: Words) -> Condition:
    """Compare when an exchange began, which the first digits of its id say."""
    if value is None:
        return NEVER
    begins, ends = first_id(value), first_id(value + MOMENT)
    match operator:
        case Operator.EQ:
            return "(e.id >= ? AND e.id < ?)", (begins, ends)
        case Operator.LT:
            return "e.id < ?", (begins,)
        case Operator.LTE:
            return "e.id < ?", (ends,)
        case Operator.GT:
            return "e.id >= ?", (ends,)
        case _:
            return "e.id >= ?", (begins,)


_KINDS: dict[FieldKind, Callable[[str, Operator, Any, Words], Condition]] = {
    FieldKind.TEXT: _text,
    FieldKind.NUMBER: _number,
    FieldKind.AMOUNT: _milliseconds,
    FieldKind.INSTANT: _moment,
}
