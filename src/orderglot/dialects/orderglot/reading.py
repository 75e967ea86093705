"""Reading by type: the members of a JSON object into a canonical value, with all that is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache, partial
from types import UnionType
from typing import Any, NamedTuple, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct

from orderglot.core.amounts import LARGEST
from orderglot.core.errors import Rule
from orderglot.core.quantities import Quantity, exact
from orderglot.core.unknown_members import is_bounded
from orderglot.wire.form import Form
from orderglot.wire.values import read_date, read_decimal, read_instant

S = TypeVar("S", bound=Struct)

FURTHEST = 18
"""A quantity is smaller than ten to this power, and no number has more decimals than this.

Amounts are smaller than ``core.amounts.LARGEST``.
"""

UNKNOWN = "unknown"

Read = Callable[[Form, str], Any]


class Member(NamedTuple):
    """One member of a type: how it is read, and whether it must be there."""

    name: str
    read: Read
    required: bool


def read_struct(form: Form, kind: type[S], *apart: str) -> S:
    """Read the members of a form into a value of a type; what is wrong is noted in the form.

    Members that nobody knows are kept where the type has a place for them, but for those inside of
    what is read ``apart``. What says null, or is not there, is as it is by default.
    """
    values: dict[str, Any] = {}
    for member in members_of(kind):
        given = form.members.get(member.name)
        if given is not None:
            values[member.name] = member.read(form, member.name)
        elif member.required:
            form.refuse(member.name, Rule.REQUIRED, "This field is required.")
            values[member.name] = _NOTHING.get(member.name, "")
    if UNKNOWN in kind.__struct_fields__ and (further := form.unknown(*apart)):
        values[UNKNOWN] = (*values.get(UNKNOWN, ()), *further)
    return kind(**values)


_NOTHING: Mapping[str, Any] = {"path": (), "order": None, "relation": None}
"""What stands for a missing member until the form is checked."""


@cache
def members_of(kind: type[Struct]) -> tuple[Member, ...]:
    """Give how the members of a type are read."""
    hints = get_type_hints(kind)
    return tuple(
        Member(one.name, _reader(hints[one.name]), one.required)
        for one in msgspec.structs.fields(kind)
    )


def _reader(hint: Any) -> Read:
    if hint == Quantity:
        return partial(_number, exact=exact)
    if get_origin(hint) in (Union, UnionType):
        parts = [part for part in get_args(hint) if part is not type(None)]
        return _reader(Quantity if Decimal in parts and int in parts else parts[0])
    if get_origin(hint) is tuple:
        return _many(get_args(hint)[0])
    if get_origin(hint) is dict or hint is Any:
        return _anything if hint is Any else _named
    if issubclass(hint, StrEnum):
        return partial(_word, hint)
    return _SIMPLE[hint] if hint in _SIMPLE else partial(_inner, hint)


def _many(hint: Any) -> Read:
    if isinstance(hint, type) and issubclass(hint, Struct):
        return lambda form, name: tuple(read_struct(one, hint) for one in form.each(name))
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return partial(_list_of, read=partial(_word, hint))
    return partial(_list_of, read=_step)


def _list_of(form: Form, name: str, read: Read) -> tuple[Any, ...]:
    values = form.members[name]
    if not isinstance(values, list | tuple):
        form.refuse(name, Rule.MALFORMED, "This must be a list.")
        return ()
    each = {str(place): value for place, value in enumerate(values)}
    inner = Form(each, form.name_of(name), form.problems, form.line)
    return tuple(read(inner, place) for place in each)


def _step(form: Form, name: str) -> str | int:
    """Read one step of a path: a name, or a place in a list."""
    value = form.members[name]
    if type(value) not in (str, int):
        form.refuse(name, Rule.MALFORMED, "This must be a name or a place.")
        return ""
    step: str | int = value
    return step


def _text(form: Form, name: str) -> str:
    """Read a text: to the letter, unless it is a client's, which has bounds."""
    return form.text(name, exact=form.longest is None)


def _number(form: Form, name: str, exact: Callable[[Decimal], Any]) -> Any:
    value = form.members[name]
    try:
        return exact(_bounded(read_decimal(value)))
    except ValueError as error:
        shown = repr(value) if isinstance(value, str) else str(value)
        what = "This" if isinstance(value, dict | list) else shown[:60]
        form.refuse(name, Rule.MALFORMED, f"{what} {error}.")
        return None


def amount(number: Decimal) -> Decimal:
    """Give an amount back, or whatever else is no quantity; raises ValueError where it is too large."""
    if number.copy_abs() >= LARGEST:
        raise ValueError("is out of range")
    return number


def _bounded(number: Decimal) -> Decimal:
    """Give a number back that every store can keep; raises ValueError of any other."""
    if not number.is_finite():
        raise ValueError("is not a number")
    exponent = number.as_tuple().exponent
    if number and (abs(number.adjusted()) >= FURTHEST or int(exponent) < -FURTHEST):
        raise ValueError("is out of range")
    return number


def _word(kind: type[StrEnum], form: Form, name: str) -> Any:
    word = form.choice(name, [str(one) for one in kind])
    return kind(word) if word else next(iter(kind))


def _moment(form: Form, name: str) -> datetime | None:
    return form.parsed(name, read_instant)


def _day(form: Form, name: str) -> date | None:
    return form.parsed(name, read_date)


def _inner(kind: type[Struct], form: Form, name: str) -> Struct:
    return read_struct(form.inside(name), kind)


def _named(form: Form, name: str) -> dict[str, Any]:
    """Read values by names, each with a dot in it: those without one are unknown."""
    named = {one: value for one, value in form.inside(name).members.items() if "." in one}
    for path in _beyond(name, named):
        form.refuse(path[:120], Rule.RANGE, "This number is out of range.")
    return named


def _beyond(name: str, value: Any) -> Iterator[str]:
    """Name the numbers in a value, at any depth, that are beyond what is kept of unknown members."""
    if isinstance(value, dict):
        for one, inner in value.items():
            yield from _beyond(f"{name}.{one}", inner)
    elif isinstance(value, list | tuple):
        for place, inner in enumerate(value, 1):
            yield from _beyond(f"{name}[{place}]", inner)
    elif isinstance(value, Decimal | int) and not is_bounded(value):
        yield name


def _anything(form: Form, name: str) -> Any:
    return form.members[name]


_SIMPLE: dict[Any, Read] = {
    str: _text,
    int: lambda form, name: form.whole(name) or 0,
    bool: lambda form, name: form.flag(name),
    Decimal: partial(_number, exact=amount),
    datetime: _moment,
    date: _day,
}
