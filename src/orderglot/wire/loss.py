"""Losses: what is left of an order once it has been over a dialect's wire."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import cache
from typing import Any

import msgspec

from orderglot.core.boxes import with_unpacked
from orderglot.core.fields import every_field
from orderglot.core.order import HUB, Identity, Link, Order, Reference, native
from orderglot.core.shown_sums import charges_beside, lines_total, net_subtotal
from orderglot.core.unknown_members import UNKNOWN, every_unknown, is_shown, keeping, name_of
from orderglot.wire.dialect import Can
from orderglot.wire.return_quantities import with_returns_counted
from orderglot.wire.values import read_references, unless
from orderglot.wire.whole_quantities import QUANTITY, with_whole_quantities

BOXES = "lines.units_per_box"
"""What a wire has that shows boxes, and how much is in one; any other shows pieces."""


def carried(order: Order, dialect: str, can: Can) -> Order:
    """Give an order as the dialect's wire carries it: its own ids and extras, less its losses."""
    order = known_as(order, dialect, foreign=can.foreign)
    order = with_returns_counted(order, can.counts_returns)
    order = in_its_boxes(with_its_sums(order, can), can)
    if can.whole:
        order = with_whole_quantities(order)
    for path in sorted(can.loses):
        order = _at(order, path.split("."), _emptied)
    for path, rounded in can.rounds.items():
        order = _at(order, path.split("."), _each(rounded))
    for name, left in can.follows.items():
        order = msgspec.structs.replace(order, **{name: left(order)})
    return order


def in_its_boxes(order: Order, can: Can) -> Order:
    """Give an order with boxes where a wire shows them, else with the pieces that are in them."""
    return with_unpacked(order) if loses(can, BOXES) else order


SUMS = ("totals.subtotal", "totals.charges", "totals.total")
"""What has that in it for which a wire has no member of its own."""

FOLLOWING = (QUANTITY, *SUMS)
"""What is shown in another way where a wire has no place for boxes, decimals, or other money."""


def with_its_sums(order: Order, can: Can) -> Order:
    """Give an order with its sums as a wire shows them that shows no discount or shipping."""
    changed: dict[str, Decimal | None] = {}
    if not loses(can, SUMS[0]) and loses(can, "totals.discount"):
        changed["subtotal"] = net_subtotal(order)
    if not loses(can, SUMS[1]) and loses(can, "totals.shipping"):
        changed["charges"] = charges_beside(order)
    if not loses(can, "lines.pricing") and loses(can, "totals.shipping"):
        changed["total"] = lines_total(order)
    totals = msgspec.structs.replace(order.totals, **changed)
    return order if totals == order.totals else msgspec.structs.replace(order, totals=totals)


def losses(order: Order, dialect: str, can: Can) -> tuple[str, ...]:
    """Name every field of an order that the dialect's wire loses or rounds, sorted."""
    left = carried(order, dialect, can)
    known = known_as(order, dialect, foreign=can.foreign)
    foreign = () if can.foreign else _of_others(order, dialect, known)
    shown = tuple(one for one in FOLLOWING if not loses(can, one))
    paths = (*can.loses, *can.rounds, *can.follows, *shown)
    changed = (path for path in paths if _values(known, path) != _values(left, path))
    return tuple(sorted({*changed, *foreign}))


def _of_others(order: Order, dialect: str, known: Order) -> tuple[str, ...]:
    """Name what other dialects alone have of an order."""
    extras = (one for one in order.extras if one not in known.extras and not _ours(one))
    unknown = ((part, one) for part, one in every_unknown(order) if not is_shown(one, dialect))
    return (
        *(f"extras.{name}" for name in extras),
        *(name_of(part, one) for part, one in unknown),
    )


def untaken(order: Order, dialect: str, can: Can, members: Iterable[str]) -> tuple[str, ...]:
    """Name those of some dotted members that say something, and that placing the order loses."""
    sent = known_as(order, dialect, foreign=can.foreign)
    for path, rounded in can.rounds.items():
        if path in can.takes:
            sent = _at(sent, path.split("."), _each(rounded))
    return tuple(
        name
        for name in members
        if _is_set(_values(order, name))
        and (name not in can.takes or not _is_set(_values(sent, name)))
    )


def loses(can: Can, name: str) -> bool:
    """Tell whether a wire never shows a dotted member."""
    return not can.loses.isdisjoint(_outward(name))


def _is_set(value: Any) -> bool:
    return any(map(_is_set, value)) if isinstance(value, tuple) else value not in (None, "", 0)


def all_but(*carried: str) -> frozenset[str]:
    """Name the fields of an order that a wire loses when it carries these dotted ones alone.

    Where nothing inside a field is carried, the outermost is named. What an order is known by is
    not in question: ``known_as`` says what becomes of it.
    """
    kept = {"id", "version", "references", *carried}
    touched = {outer for name in kept for outer in _outward(name)}
    return frozenset(
        next(outer for outer in _outward(name) if outer not in touched)
        for name in (*every_field(), *UNKNOWN, "extras")
        if kept.isdisjoint(_outward(name))
    )


def same_ids(
    clean: Callable[[str], str],
) -> Callable[[tuple[Reference, ...]], tuple[Reference, ...]]:
    """Make what leaves the ids that a wire gives back, each as ``clean`` says that it is read."""
    return lambda references: tuple(
        left for one in references for left in read_references(clean(one.id), one.dialect)
    )


def rounded_names(clean: Callable[[str], str]) -> dict[str, Callable[[Any], Any]]:
    """Make what leaves of an order's and its customer's ids; a customer without any is none."""
    ids = same_ids(clean)
    return {
        "references": ids,
        "customer.references": ids,
        "customer": lambda customer: unless(customer, Identity()),
    }


def known_as(order: Order, dialect: str, *, foreign: bool = False) -> Order:
    """Give an order as a stranger to the hub knows it: by the dialect's ids, extras and unknown members.

    With ``foreign`` he knows those of all dialects. What the hub itself remembers is for nobody else.
    """
    if not foreign:
        order = keeping(order, lambda one: is_shown(one, dialect))
    return msgspec.structs.replace(
        order,
        id=0,
        version=0,
        references=_named(order, dialect),
        customer=_known(order.customer, dialect),
        links=tuple([Link(link.relation, _known(link.order, dialect)) for link in order.links]),
        extras=shown_extras(order, "" if foreign else f"{dialect}."),
    )


def shown_extras(order: Order, beginning: str) -> dict[str, Any]:
    """Give the extras of an order whose names begin so, but for what the hub itself remembers."""
    return {
        name: value
        for name, value in order.extras.items()
        if name.startswith(beginning) and not _ours(name)
    }


def _ours(extra: str) -> bool:
    """Tell whether an extra is what the hub remembers of an order, which no wire is to carry."""
    return extra.startswith(f"{HUB}.")


def _outward(name: str) -> tuple[str, ...]:
    """Give a dotted name and what it stands in, outermost first: ``a``, ``a.b``, ``a.b.c``."""
    steps = name.split(".")
    return tuple(".".join(steps[:end]) for end in range(1, len(steps) + 1))


def _known(identity: Any, dialect: str) -> Any:
    return identity and Identity(number=identity.number, references=_named(identity, dialect))


def _named(thing: Identity | Order, dialect: str) -> tuple[Reference, ...]:
    name = native(thing, dialect)
    return () if name == "0" else (Reference(dialect, name),)


def _at(struct: Any, path: list[str], change: Callable[[Any, str], Any]) -> Any:
    """Apply a change to the field at a path, to each where there are many, to none without one."""
    if struct is None:
        return None
    if isinstance(struct, tuple):
        return tuple(_at(one, path, change) for one in struct)
    name, *rest = path
    if not rest:
        return msgspec.structs.replace(struct, **{name: change(struct, name)})
    return msgspec.structs.replace(struct, **{name: _at(getattr(struct, name), rest, change)})


def _emptied(struct: Any, name: str) -> Any:
    member = _members(struct.__class__)[name]
    if member.default_factory is not msgspec.NODEFAULT:
        return member.default_factory()
    return member.default


@cache
def _members(kind: type) -> dict[str, msgspec.structs.FieldInfo]:
    """Give the members of a struct by name; asking the struct each time takes long."""
    return {member.name: member for member in msgspec.structs.fields(kind)}


def _each(rounded: Callable[[Any], Any]) -> Callable[[Any, str], Any]:
    return lambda struct, name: rounded(getattr(struct, name))


def _values(value: Any, path: str) -> Any:
    for name in path.split("."):
        if isinstance(value, tuple):
            value = tuple(_values(one, name) for one in value)
        else:
            value = None if value is None else getattr(value, name)
    return value
