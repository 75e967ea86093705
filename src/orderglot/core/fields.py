"""The fields of an order that can be asked about, read off the types of order and customer."""

from __future__ import annotations

import types
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec

from orderglot.core.adding_up import answer
from orderglot.core.customer import Customer
from orderglot.core.errors import Rule, invalid
from orderglot.core.findings import Answer
from orderglot.core.order import Identity, Order, Unknown, native
from orderglot.core.shown_sums import net_subtotal
from orderglot.core.values import Relation

EXTRAS = "extras."
CUSTOMER = "customer."
NATIVE = "native:"
WHOLE = "whole:"
ADDS_UP = "adds_up"
NET_SUBTOTAL = "net_subtotal"

LONGEST_WHOLE = 18
"""So many digits fit the whole numbers of every database."""


class FieldKind(StrEnum):
    """What a field holds, and so what it can be compared with."""

    NUMBER = "number"
    TEXT = "text"
    AMOUNT = "amount"
    INSTANT = "instant"
    DATE = "date"
    FLAG = "flag"
    EXTRA = "extra"


class Field(msgspec.Struct, frozen=True):
    """One field by its dotted name; ``lists`` are the steps of its path that are lists.

    Of a ``native`` field the path leads to what is known by that dialect's id; with ``link`` that is
    the first order that the order points at so. With ``whole`` the text at the path is read as a
    number. With ``recorded`` the path begins in the record of the order's customer, which an order
    alone does not tell. A text that is one of a few words has them as its ``choices``.
    """

    name: str
    path: tuple[str, ...]
    kind: FieldKind
    default: Any = None
    lists: tuple[int, ...] = ()
    native: str = ""
    link: Relation | None = None
    whole: bool = False
    recorded: bool = False
    choices: tuple[str, ...] = ()

    @property
    def many(self) -> bool:
        """Tell whether an order has any number of values for it, or just one."""
        return bool(self.lists)


KINDS: dict[type, FieldKind] = {
    bool: FieldKind.FLAG,
    int: FieldKind.NUMBER,
    str: FieldKind.TEXT,
    Decimal: FieldKind.AMOUNT,
    datetime: FieldKind.INSTANT,
    date: FieldKind.DATE,
}


def field(name: str) -> Field:
    """Find a field by its dotted name, such as ``totals.total``, ``lines.sku``, ``extras.kole.x``.

    Beside the members of an order there are ``native:kole``, ``customer.native:kole`` and
    ``renewal_of.native:kole``, the id that a dialect's clients know, as a number;
    ``whole:tax_code``, a text as the number that it contains; ``whole:extras.kole.x``, an extra where
    it is a whole number; ``customer.last_name``, what is on record of the customer; ``adds_up``,
    whether the order adds up, in the words of ``findings.Answer``; and ``net_subtotal``. Raises Invalid where an order has
    no such field.
    """
    if name.startswith(EXTRAS) and len(name) > len(EXTRAS):
        return Field(name, ("extras", name.removeprefix(EXTRAS)), FieldKind.EXTRA)
    found = every_field().get(name) or _recorded().get(name) or _derived(name)
    if found is None:
        raise invalid(name, Rule.UNKNOWN, "An order has no such field.")
    return found


@cache
def every_field() -> dict[str, Field]:
    """Give every field of an order by name, in the order's own order."""
    return {found.name: found for found in _fields_of(Order, (), ())}


@cache
def _recorded() -> dict[str, Field]:
    """Give the fields of a customer's record by the name that an order has for them."""
    return {
        CUSTOMER + found.name: msgspec.structs.replace(
            found, name=CUSTOMER + found.name, recorded=True
        )
        for found in _fields_of(Customer, (), ())
        if not found.many
    }


def _derived(name: str) -> Field | None:
    if name == ADDS_UP:
        return Field(name, (name,), FieldKind.TEXT, choices=_choices(Answer))
    if name == NET_SUBTOTAL:
        return Field(name, (name,), FieldKind.AMOUNT)
    whose, colon, dialect = name.partition(NATIVE)
    if colon and dialect and whose in ("", CUSTOMER):
        path = tuple(whose.split(".")[:-1])
        return Field(name, path, FieldKind.NUMBER, native=dialect)
    if colon and dialect and whose in _LINKS:
        return Field(name, ("links",), FieldKind.NUMBER, native=dialect, link=_LINKS[whose])
    if not name.startswith(WHOLE):
        return None
    of = name.removeprefix(WHOLE)
    if of.startswith(EXTRAS) and len(of) > len(EXTRAS):
        path = ("extras", of.removeprefix(EXTRAS))
        return Field(name, path, FieldKind.NUMBER, whole=True)
    text = every_field().get(of)
    if text is None or text.many or text.kind is not FieldKind.TEXT:
        return None
    return Field(name, text.path, FieldKind.NUMBER, whole=True)


_LINKS = {f"{relation.name.lower()}.": relation for relation in Relation}


def values_of(order: Order, wanted: Field, customer: Customer | None = None) -> tuple[Any, ...]:
    """Give what an order has in a field: one value, or any number of them; None is "nothing".

    Raises Invalid where the field is of the customer's record and that is not given.
    """
    if wanted.name == ADDS_UP:
        return (str(answer(order)),)
    if wanted.name == NET_SUBTOTAL:
        return (net_subtotal(order),)
    if wanted.kind is FieldKind.EXTRA:
        return _none_for_empty((order.extras.get(wanted.path[1]),))
    if wanted.whole and wanted.path[0] == "extras":
        return (read_whole_extra(order.extras.get(wanted.path[1])),)
    if wanted.link is not None:
        linked = (link.order for link in order.links if link.relation is wanted.link)
        return (_native(next(linked, None), wanted.native),)
    if wanted.recorded and customer is None:
        raise invalid(wanted.name, Rule.CHOICE, "An order alone does not tell this.")
    values = _stepped(customer if wanted.recorded else order, wanted)
    if wanted.native:
        values = tuple(_native(value, wanted.native) for value in values)
    elif wanted.whole:
        values = tuple(map(read_whole_text, values))
    return _none_for_empty(values)


@cache
def fields_in(kind: type[msgspec.Struct]) -> dict[str, Field]:
    """Give every field of a customer or product by name, in its own order."""
    return {found.name: found for found in _fields_of(kind, (), ())}


def values_in(thing: msgspec.Struct, wanted: Field) -> tuple[Any, ...]:
    """Give what a customer or product has in a field of its kind, as ``values_of`` does of an order."""
    if wanted.kind is FieldKind.EXTRA:
        extras: dict[str, Any] = getattr(thing, "extras", {})
        return _none_for_empty((extras.get(wanted.path[1]),))
    return _none_for_empty(_stepped(thing, wanted))


def read_whole_text(text: str | None) -> int | None:
    """Read a text of at most 18 digits, the first of them no idle zero; None for any other."""
    if not text or len(text) > LONGEST_WHOLE or not (text.isascii() and text.isdigit()):
        return None
    return None if text[0] == "0" and text != "0" else int(text)


def read_whole_extra(value: Any) -> int | None:
    """Give an extra that is a whole number of at most 18 digits, None for any other."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    # A comparison rounds nothing, so that no number is too large for it.
    most = 10**LONGEST_WHOLE
    return int(value) if -most < value < most and value == int(value) else None


def _native(thing: Identity | Order | None, dialect: str) -> int | None:
    # 0 is the id of what the hub does not have yet.
    return None if thing is None else read_whole_text(native(thing, dialect)) or None


def _none_for_empty(values: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(None if value == "" else value for value in values)


def _stepped(thing: Any, wanted: Field) -> tuple[Any, ...]:
    """Go along the path of a field."""
    values: tuple[Any, ...] = (thing,)
    for number, step in enumerate(wanted.path):
        repeated = number in wanted.lists
        values = tuple(inner for value in values for inner in _step(value, step, repeated))
    return values


def _step(value: Any, name: str, repeated: bool) -> tuple[Any, ...]:
    if repeated:
        return () if value is None else tuple(getattr(value, name))
    return (None if value is None else getattr(value, name),)


def _fields_of(struct: type, path: tuple[str, ...], lists: tuple[int, ...]) -> Iterator[Field]:
    hints = get_type_hints(struct)
    for member in msgspec.structs.fields(struct):
        inner, repeated = _plain(hints[member.name])
        if inner is Unknown:
            continue
        here = (*path, member.name)
        repeats = (*lists, len(path)) if repeated else lists
        if isinstance(inner, type) and issubclass(inner, msgspec.Struct):
            yield from _fields_of(inner, here, repeats)
        elif kind := _kind(inner):
            default = None if member.default in ("", msgspec.NODEFAULT) else member.default
            name, choices = ".".join(here), _choices(inner)
            yield Field(name, here, kind, default, repeats, choices=choices)


def _plain(hint: Any) -> tuple[Any, bool]:
    """Take ``X | None`` and ``tuple[X, ...]`` apart: the inner type, and whether there are many.

    What is a whole number or a decimal compares as a decimal.
    """
    if get_origin(hint) in (Union, types.UnionType):
        parts = [part for part in get_args(hint) if part is not type(None)]
        return (Decimal, False) if Decimal in parts else _plain(parts[0])
    if get_origin(hint) is tuple:
        return get_args(hint)[0], True
    return hint, False


def _kind(hint: Any) -> FieldKind | None:
    if not isinstance(hint, type):
        return None
    return FieldKind.TEXT if issubclass(hint, StrEnum) else KINDS.get(hint)


def _choices(hint: type) -> tuple[str, ...]:
    return tuple(map(str, hint)) if issubclass(hint, StrEnum) else ()
