"""A filter's text to the tree of a query: each field has its own kind of values."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta, tzinfo
from difflib import get_close_matches

from orderglot.core.errors import Invalid
from orderglot.core.fields import Field, FieldKind
from orderglot.core.query import EVERYTHING, And, Compare, Not, Operator, Or, Query, Value
from orderglot.wire.aip160.asked import ORDER, Asked
from orderglot.wire.aip160.syntax import (
    All,
    Argument,
    Expression,
    Negation,
    Restriction,
    Some,
    malformed,
    parsed,
    unescaped,
)
from orderglot.wire.aip160.wildcards import read_text
from orderglot.wire.values import read_date, read_decimal, read_flag, read_instant

ABSENT = "null"
PRESENT = "*"
HAS = ":"

OPERATORS = {
    "=": Operator.EQ,
    "!=": Operator.NE,
    "<": Operator.LT,
    "<=": Operator.LTE,
    ">": Operator.GT,
    ">=": Operator.GTE,
    HAS: Operator.EQ,
}
ORDERED = frozenset({Operator.LT, Operator.LTE, Operator.GT, Operator.GTE})
DAY = timedelta(days=1)
LARGEST = 10**18
"""Numbers are smaller than this, as the whole numbers of every database are."""


def read_filter(text: str, zone: tzinfo = UTC, asked: Asked = ORDER) -> Query:
    """Read a filter; an empty one holds for everything. Days are those of ``zone``.

    Raises Invalid, whose problem says where the filter cannot be read and what is expected there.
    """
    found = parsed(text)
    return EVERYTHING if found is None else _Reading(zone, asked).query(found)


class _Reading:
    """Reads the values of a filter by the clock of one zone."""

    def __init__(self, zone: tzinfo, asked: Asked) -> None:
        self.zone = zone
        self.asked = asked

    def query(self, expression: Expression) -> Query:
        match expression:
            case All(parts):
                return And(tuple(map(self.query, parts)))
            case Some(parts):
                return Or(tuple(map(self.query, parts)))
            case Negation(part):
                return Not(self.query(part))
            case Restriction():
                return self.restricted(expression)

    def restricted(self, one: Restriction) -> Query:
        found = _field(one, self.asked)
        each = tuple(self.compared(found, one.sign, value) for value in one.values)
        if len(each) == 1:
            return each[0]
        if one.sign not in ("=", HAS):
            raise malformed(f"Only `=` and `:` take several values, not `{one.sign}`", one.place)
        return _among(found.name, each)

    def compared(self, found: Field, sign: str, value: Argument) -> Query:
        name, operator = found.name, OPERATORS[sign]
        if not value.quoted and value.text == PRESENT and sign == HAS:
            return Compare(name, Operator.NE, None)
        if not value.quoted and value.text == ABSENT:
            if operator in ORDERED:
                raise malformed("Nothing comes before or after `null`", value.place)
            return Compare(name, operator, None)
        try:
            return _READERS[found.kind](self, found, sign, value)
        except ValueError as error:
            wanted = _WANTED[found.kind].format(name=name)
            raise malformed(f"`{value.text}` {error}; {wanted}", value.place) from None

    def text(self, found: Field, sign: str, value: Argument) -> Query:
        """Read a text, or a word of those that the field may have."""
        if found.choices:
            return Compare(found.name, OPERATORS[sign], _choice(found, value))
        text = unescaped(value.text)
        if sign == HAS:
            return Compare(found.name, Operator.CONTAINS, text)
        operator = OPERATORS[sign]
        if operator in ORDERED:
            return Compare(found.name, operator, text)
        likeness, text = read_text(value.text)
        if likeness is Operator.EQ:
            return Compare(found.name, operator, text)
        alike = Compare(found.name, likeness, text)
        return alike if operator is Operator.EQ else Not(alike)

    def number(self, found: Field, sign: str, value: Argument) -> Query:
        """Read a number; a whole one is one, so that it finds whole numbers as such."""
        amount = read_decimal(value.text)
        if not -LARGEST < amount < LARGEST:
            raise ValueError("is too large")
        whole = amount == amount.to_integral_value()
        return Compare(found.name, OPERATORS[sign], int(amount) if whole else amount)

    def flag(self, found: Field, sign: str, value: Argument) -> Query:
        if OPERATORS[sign] in ORDERED:
            raise ValueError("comes before or after nothing")
        return Compare(found.name, OPERATORS[sign], read_flag(value.text))

    def date(self, found: Field, sign: str, value: Argument) -> Query:
        return Compare(found.name, OPERATORS[sign], read_date(value.text))

    def instant(self, found: Field, sign: str, value: Argument) -> Query:
        """Read a time, or a day, which is all of its times."""
        try:
            day = read_date(value.text)
        except ValueError:
            moment = read_instant(value.text, self.zone)
            return Compare(found.name, OPERATORS[sign], moment)
        try:
            begins, ends = (datetime.combine(one, time(), self.zone) for one in (day, day + DAY))
            return _on_day(
                found.name, OPERATORS[sign], begins.astimezone(UTC), ends.astimezone(UTC)
            )
        except OverflowError:
            raise ValueError("is out of range") from None

    def extra(self, found: Field, sign: str, value: Argument) -> Query:
        """Read an extra's value: in quotation marks a text, bare a number or yes or no if it is one."""
        if value.quoted:
            return self.text(found, sign, value)
        if value.text in ("true", "false"):
            return self.flag(found, sign, value)
        try:
            return self.number(found, sign, value)
        except ValueError:
            return self.text(found, sign, value)


_READERS: dict[FieldKind, Callable[[_Reading, Field, str, Argument], Query]] = {
    FieldKind.TEXT: _Reading.text,
    FieldKind.NUMBER: _Reading.number,
    FieldKind.AMOUNT: _Reading.number,
    FieldKind.FLAG: _Reading.flag,
    FieldKind.INSTANT: _Reading.instant,
    FieldKind.DATE: _Reading.date,
    FieldKind.EXTRA: _Reading.extra,
}

_WANTED = {
    FieldKind.TEXT: "`{name}` is a text",
    FieldKind.NUMBER: "`{name}` is a number, such as 40",
    FieldKind.AMOUNT: "`{name}` is an amount, such as 40.5",
    FieldKind.FLAG: "`{name}` is true or false",
    FieldKind.INSTANT: "`{name}` is a time, such as 2024-05-21T19:10:13Z, or a day, such as 2024-05-21",
    FieldKind.DATE: "`{name}` is a day, such as 2024-05-21",
    FieldKind.EXTRA: "`{name}` is a text, a number, or true or false",
}
"""What a field's values are, for who wrote something else."""


def _on_day(name: str, operator: Operator, begins: datetime, ends: datetime) -> Query:
    """Say of a time how it stands to a day, which is all of its times."""
    match operator:
        case Operator.EQ | Operator.NE:
            within = And((Compare(name, Operator.GTE, begins), Compare(name, Operator.LT, ends)))
            return within if operator is Operator.EQ else Not(within)
        case Operator.LT | Operator.GTE:
            return Compare(name, operator, begins)
        case Operator.LTE:
            return Compare(name, Operator.LT, ends)
        case _:
            return Compare(name, Operator.GTE, ends)


def _field(one: Restriction, asked: Asked) -> Field:
    try:
        return asked.field(asked.short.get(one.field, one.field))
    except Invalid:
        known = [*asked.short, *asked.names()]
        near = get_close_matches(one.field, known, 1)
        hint = f"; did you mean `{near[0]}`?" if near else ""
        raise malformed(f"{asked.what} has no field `{one.field}`{hint}", one.place) from None


def _choice(found: Field, value: Argument) -> str:
    word = unescaped(value.text).replace("_", " ").lower()
    if word not in found.choices:
        words = ", ".join(f"`{choice}`" for choice in found.choices)
        raise malformed(f"`{value.text}` is no {found.name}: these are {words}", value.place)
    return word


def _among(name: str, each: tuple[Query, ...]) -> Query:
    """Join alternatives for one field, as one list where each is the field's whole value."""
    values: list[Value] = []
    for one in each:
        if not (isinstance(one, Compare) and one.operator is Operator.EQ):
            return Or(each)
        assert not isinstance(one.value, tuple)
        values.append(one.value)
    return Compare(name, Operator.IN, tuple(values))
