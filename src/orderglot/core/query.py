"""The query: which orders, sorted how, how many.

One tree for the filter languages of all vendors. A dialect reads its language into it and writes it
back; a store compiles it. ``matches`` is the plainest reading of it and the oracle for the others.

Its logic has two values. Nothing (an absent number, an empty text) equals only nothing, and no
other comparison with it holds; ``ne`` is exactly what ``eq`` is not. A field with many values
matches where any of them does. Texts compare by code point; ``contains`` and ``begins`` alone take
the letters A to Z and a to z for the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from msgspec import Struct

from orderglot.core.customer import Customer
from orderglot.core.errors import Rule, invalid
from orderglot.core.fields import Field, FieldKind, field, values_of
from orderglot.core.order import Order, Unknown

Value = None | bool | int | str | Decimal | date | datetime
Rank = bool | int | Decimal


class Operator(StrEnum):
    """How a field is compared with a value."""

    EQ = "eq"
    NE = "ne"
    LT = "lt"
    LTE = "lte"
    GT = "gt"
    GTE = "gte"
    IN = "in"
    CONTAINS = "contains"
    BEGINS = "begins"


class Compare(Struct, frozen=True):
    """A field beside a value; ``value`` is a tuple for ``in``."""

    field: str
    operator: Operator
    value: Value | tuple[Value, ...]


class And(Struct, frozen=True):
    """All of the parts hold; of none, that is so for every order."""

    parts: tuple[Query, ...]


class Or(Struct, frozen=True):
    """Any of the parts holds; of none, that is so for no order."""

    parts: tuple[Query, ...]


class Not(Struct, frozen=True):
    """The part does not hold."""

    part: Query


Query = Compare | And | Or | Not

EVERYTHING = And(())


class LargePage(Exception):
    """A page of more orders is asked for than whoever asks will have here."""


LARGE = 25
"""A page of more orders than this takes long enough to be read and written in a thread, off the event loop."""


class Sort(Struct, frozen=True):
    """By which field; nothing comes before everything, unless descending.

    Where any of ``ranks`` holds, the first that does tells the value, and the field does not.
    """

    field: str
    descending: bool = False
    ranks: tuple[tuple[Query, Rank], ...] = ()


class Window(Struct, frozen=True, kw_only=True):
    """A window of the answer: by ``offset``, or from the place where ``after`` says to go on.

    Orders that are equal in every sort key stand by their id, in the direction of the last key.
    ``total`` asks for the exact number of matches, which costs.
    """

    where: Query = EVERYTHING
    sort: tuple[Sort, ...] = ()
    limit: int = 25
    offset: int = 0
    after: str = ""
    total: bool = False


class Page(Struct, frozen=True, kw_only=True):
    """What a window showed; ``next`` is the window to go on with, None at the end."""

    orders: tuple[Order, ...] = ()
    window: Window = Window()
    next: Window | None = None
    total: int | None = None
    unknown: tuple[Unknown, ...] = ()
    """What a vendor sent around his orders beyond the shapes that we know."""


def matches(order: Order, where: Query, customer: Customer | None = None) -> bool:
    """Tell whether an order is one of those asked for.

    ``customer`` is the record of the order's customer, an empty one where it has none; without it
    a question about that record raises Invalid.
    """
    return true_of(where, lambda name: values_of(order, field(name), customer))


def true_of(where: Query, values: Callable[[str], tuple[Any, ...]]) -> bool:
    """Tell whether a question holds for something that has these values by the names of its fields."""
    match where:
        case And(parts):
            return all(true_of(part, values) for part in parts)
        case Or(parts):
            return any(true_of(part, values) for part in parts)
        case Not(part):
            return not true_of(part, values)
        case Compare(name, operator, value):
            return hold(values(name), operator, value)


def asks(where: Query, name: str) -> bool:
    """Tell whether a question asks about a field."""
    return any(one.field == name for one in compares(where))


def compares(where: Query) -> Iterator[Compare]:
    """Give the comparisons of a question."""
    match where:
        case And(parts) | Or(parts):
            for part in parts:
                yield from compares(part)
        case Not(part):
            yield from compares(part)
        case Compare():
            yield where


def holds(value: Value, operator: Operator, wanted: Value | tuple[Value, ...]) -> bool:
    """Tell whether one value compares so with another, or with a tuple of them."""
    return hold((value,), operator, wanted)


def sorted_orders(orders: list[Order], sort: tuple[Sort, ...]) -> list[Order]:
    """Put orders into the order asked for, ties by id."""
    down = bool(sort) and sort[-1].descending
    ranked = sorted(orders, key=lambda order: order.id, reverse=down)
    for key in reversed(sort):
        ranked.sort(key=lambda order: rank(sort_value(order, key)), reverse=key.descending)
    return ranked


def sort_value(order: Order, key: Sort) -> Any:
    """Give what an order is sorted by; None is nothing."""
    for where, value in key.ranks:
        if matches(order, where):
            return value
    (value,) = values_of(order, sortable(field(key.field)))
    return value


def rank(value: Any) -> tuple[bool, Any]:
    """Give what sorts a value, with nothing before everything."""
    return (value is not None, 0 if value is None else value)


def sortable(wanted: Field) -> Field:
    """Give the field back, or raise Invalid unless each thing itself has one value for it."""
    if wanted.many or wanted.recorded or wanted.kind is FieldKind.EXTRA:
        raise invalid(wanted.name, Rule.CHOICE, "A list cannot be sorted by this field.")
    return wanted


def fold(text: str) -> str:
    """Make the letters A to Z small, and no others: what every database does alike."""
    return text.translate(_SMALL)


_SMALL = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}

_ORDERINGS: dict[Operator, Callable[[Any, Any], bool]] = {
    Operator.LT: lambda left, right: left < right,
    Operator.LTE: lambda left, right: left <= right,
    Operator.GT: lambda left, right: left > right,
    Operator.GTE: lambda left, right: left >= right,
    Operator.CONTAINS: lambda left, right: fold(right) in fold(left),
    Operator.BEGINS: lambda left, right: fold(left).startswith(fold(right)),
}

_OF_TEXT = (Operator.CONTAINS, Operator.BEGINS)


def hold(values: tuple[Any, ...], operator: Operator, wanted: Any) -> bool:
    """Tell whether any of a field's values compares so with another, or with a tuple of them."""
    if operator is Operator.EQ:
        return any(_same(value, wanted) for value in values)
    if operator is Operator.NE:
        return not any(_same(value, wanted) for value in values)
    if operator is Operator.IN:
        return any(_same(value, one) for value in values for one in wanted)
    compare, kind = _ORDERINGS[operator], _ordered_as(wanted)
    if kind is None or (operator in _OF_TEXT and kind is not FieldKind.TEXT):
        return False
    return any(_ordered_as(value) is kind and compare(value, wanted) for value in values)


def _same(value: Any, wanted: Any) -> bool:
    if wanted == "":
        wanted = None
    return isinstance(value, bool) == isinstance(wanted, bool) and bool(value == wanted)


def _ordered_as(value: Any) -> FieldKind | None:
    """Give what a value can come before or after: text, number, instant or date, else None."""
    match value:
        case bool():
            return None
        case str():
            return FieldKind.TEXT
        case int() | Decimal():
            return FieldKind.NUMBER
        case datetime():
            return FieldKind.INSTANT
        case date():
            return FieldKind.DATE
        case _:
            return None
