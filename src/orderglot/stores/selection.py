"""Selections: a window made ready for a backend, its tree checked and its cursor read."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

import msgspec

from orderglot.core.errors import Invalid, Rule, invalid
from orderglot.core.fields import Field, FieldKind, field
from orderglot.core.keepable import keepable
from orderglot.core.order import Order
from orderglot.core.query import (
    And,
    Compare,
    Not,
    Operator,
    Or,
    Page,
    Query,
    Sort,
    Window,
    compares,
    sort_value,
    sortable,
)
from orderglot.stores.backend import Position, Selected, Selection
from orderglot.stores.sql.rows import COLUMNS, NUMBERED

DEEPEST = 100
MOST_COMPARISONS = 500
MOST_LOOKED_UP = 48
"""What a filter may cost of comparisons with what no column of an order holds.

A text in the order's document costs one, a number or time that has to be read from it two, and the
number of a vendor, for which all its references are read, four. That bounds how long a filter can
take for each order that it looks at.
"""

MOST_CHOICES = 10_000
FURTHEST = 2**62
BY_AGE = (Sort("created"),)
"""The order of a window that asks for none."""

_IN_PYTHON: dict[FieldKind, tuple[type, ...]] = {
    FieldKind.NUMBER: (int, Decimal),
    FieldKind.TEXT: (str,),
    FieldKind.AMOUNT: (int, Decimal),
    FieldKind.INSTANT: (datetime,),
    FieldKind.DATE: (date,),
    FieldKind.FLAG: (bool,),
    FieldKind.EXTRA: (bool, int, Decimal, str),
}
_Whole = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
_IN_CURSORS: dict[FieldKind, Any] = {
    FieldKind.NUMBER: _Whole,
    FieldKind.TEXT: str,
    FieldKind.AMOUNT: Decimal,
    FieldKind.INSTANT: datetime,
    FieldKind.DATE: date,
    FieldKind.FLAG: bool,
}
_TEXTUAL = (Operator.CONTAINS, Operator.BEGINS)


def selection(window: Window) -> Selection:
    """Read a window; raises Invalid naming the field that is unknown or beside a wrong value."""
    check(window.where)
    sort = window.sort or BY_AGE
    for key in sort:
        _check_key(key)
    return Selection(
        where=window.where,
        sort=sort,
        limit=min(max(window.limit, 0), FURTHEST),
        offset=0 if window.after else min(max(window.offset, 0), FURTHEST),
        behind=read_cursor(window.after, sort) if window.after else None,
        total=window.total,
    )


def page(window: Window, selected: Selected) -> Page:
    """Make the page of a selected; its ``next`` goes on by cursor and counts on by offset."""
    orders = selected.orders
    following = None
    if selected.more and (orders or selected.left_out):
        # Where none could be read there is nothing to go on behind.
        after = write_cursor(orders[-1], window.sort or BY_AGE) if orders else ""
        offset = window.offset + len(orders) + selected.left_out
        following = msgspec.structs.replace(window, offset=offset, after=after)
    return Page(orders=orders, window=window, next=following, total=selected.total)


def check(where: Query) -> None:
    """Raise Invalid where a tree cannot be asked: naming an unknown field or a wrong value."""
    costs = list(_costs(where, 0))
    if len(costs) > MOST_COMPARISONS:
        reason = f"A filter may have {MOST_COMPARISONS} comparisons at most."
        raise invalid("where", Rule.SIZE, reason)
    if sum(costs) > MOST_LOOKED_UP:
        reason = (
            f"This filter asks for {sum(costs)} things that have to be looked up in every order; "
            f"ask for {MOST_LOOKED_UP} at most."
        )
        raise invalid("where", Rule.SIZE, reason)


def _check_key(key: Sort) -> None:
    sortable(field(key.field))
    for where, _ in key.ranks:
        for compare in compares(where):
            wanted = field(compare.field)
            if wanted.recorded:
                raise invalid(wanted.name, Rule.CHOICE, "Orders cannot be sorted by this field.")
            _check_comparison(compare, wanted)


def _costs(where: Query, depth: int) -> Iterator[int]:
    if depth > DEEPEST:
        raise invalid("where", Rule.SIZE, f"A filter may be nested {DEEPEST} deep at most.")
    match where:
        case And(parts) | Or(parts):
            for part in parts:
                yield from _costs(part, depth + 1)
        case Not(part):
            yield from _costs(part, depth + 1)
        case Compare():
            wanted = field(where.field)
            _check_comparison(where, wanted)
            yield cost(wanted)


def cost(wanted: Field) -> int:
    """Give what it costs to look a field up in one order; nothing where a column holds it."""
    if wanted.name in COLUMNS or wanted.name in NUMBERED:
        return 0
    if wanted.native:
        return 4
    return 1 if wanted.kind in (FieldKind.TEXT, FieldKind.FLAG, FieldKind.DATE) else 2


def _check_comparison(compare: Compare, wanted: Field) -> None:
    value = compare.value
    if (compare.operator is Operator.IN) is not isinstance(value, tuple):
        raise invalid(compare.field, Rule.MALFORMED, "A list goes with 'in', and only with it.")
    values = value if isinstance(value, tuple) else (value,)
    if len(values) > MOST_CHOICES:
        raise invalid(compare.field, Rule.SIZE, f"A list may have {MOST_CHOICES} values at most.")
    if compare.operator in _TEXTUAL and not (
        wanted.kind in (FieldKind.TEXT, FieldKind.EXTRA) and isinstance(value, str)
    ):
        raise invalid(compare.field, Rule.MALFORMED, "Only a text contains or begins with a text.")
    for one in values:
        _check_value(wanted, one)


def _check_value(wanted: Field, value: Any) -> None:
    if value is None or value == "":
        return
    fits = isinstance(value, _IN_PYTHON[wanted.kind])
    if isinstance(value, bool):
        fits = wanted.kind in (FieldKind.FLAG, FieldKind.EXTRA)
    elif isinstance(value, datetime):
        fits = wanted.kind is FieldKind.INSTANT and value.tzinfo is not None
    elif isinstance(value, Decimal):
        fits = fits and value.is_finite()
    elif isinstance(value, str):
        fits = fits and keepable(value)
    if not fits:
        raise invalid(
            wanted.name,
            Rule.MALFORMED,
            f"This field holds {_named(wanted.kind)}: {value!r} is none.",
        )


def _named(kind: FieldKind) -> str:
    return {
        FieldKind.NUMBER: "a whole number",
        FieldKind.TEXT: "a text",
        FieldKind.AMOUNT: "an amount",
        FieldKind.INSTANT: "a time with its zone",
        FieldKind.DATE: "a date",
        FieldKind.FLAG: "a yes or no",
        FieldKind.EXTRA: "a text, a number, or a yes or no",
    }[kind]


def write_cursor(order: Order, sort: tuple[Sort, ...]) -> str:
    """Write the place right behind an order as a cursor."""
    values = [sort_value(order, key) for key in sort]
    return urlsafe_b64encode(msgspec.json.encode([*values, order.id])).decode().rstrip("=")


def read_cursor(cursor: str, sort: tuple[Sort, ...]) -> Position:
    """Read a cursor of a list that is sorted so; raises Invalid where it is not one."""
    fields = [sortable(field(key.field)) for key in sort]
    kinds = [*(_IN_CURSORS[wanted.kind] | None for wanted in fields), _Whole]
    try:
        coded = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        plain = msgspec.json.decode(coded, type=list[Any])
        *values, id = (msgspec.convert(one, kind) for one, kind in zip(plain, kinds, strict=True))
    except (ValueError, msgspec.MsgspecError):
        raise _malformed() from None
    for wanted, value in zip(fields, values, strict=True):
        _check_value(wanted, value)
    return Position(tuple(values), id)


def _malformed() -> Invalid:
    return invalid("after", Rule.MALFORMED, "This is not the 'after' of an earlier answer.")
