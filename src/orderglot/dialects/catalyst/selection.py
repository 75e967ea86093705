"""``fields`` and ``order``: which members of an order are shown, and how a list is sorted."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache

from msgspec import Struct

from orderglot.core.customer import Customer
from orderglot.core.errors import Invalid
from orderglot.core.order import Order
from orderglot.core.query import Sort
from orderglot.dialects.catalyst.field_types import Show
from orderglot.dialects.catalyst.fields import MEMBERS, by_name
from orderglot.dialects.catalyst.lenient_json import refused
from orderglot.dialects.catalyst.relation_members import Inside
from orderglot.dialects.catalyst.relations import (
    Relation,
    ShowRelation,
    every_asked,
    relations,
)
from orderglot.dialects.catalyst.settings import Site
from orderglot.dialects.catalyst.tables import NAME
from orderglot.dialects.catalyst.wire import Members
from orderglot.wire.known_members import with_unknown

LONGEST = 4_000
DEEPEST = 3
MOST_KEYS = 5

NEWEST_FIRST = (Sort("created", descending=True),)
"""The order of a list that asks for none, as in the page's own example."""

OF_CUSTOMER = frozenset({"customer", "company"})
"""The relations that lead to what is on record of an order's customer."""

NO_ORDER = ("", "0")
"""What the vendor's own report page sends when nothing was chosen."""

_TOKEN = re.compile(r"\s*([(),]|[^\s(),]+)\s*")


class Selected(Struct, frozen=True):
    """One name of ``fields`` as it was written, and what is selected inside it."""

    name: str
    inside: tuple[Selected, ...] = ()


class Selection(Struct, frozen=True, eq=False):
    """What is selected of an order, in its order; each is only the same as itself."""

    names: tuple[Selected, ...]
    wants_customer: bool = False
    """Whether some of it stands on record of the customer."""


class Key(Struct, frozen=True):
    """One field that a list is to be sorted by, by its name in small letters."""

    name: str
    descending: bool = False


EVERY_MEMBER = Selection(tuple(Selected(member.name) for member in MEMBERS))
"""The 39 fields of the page, in its order."""


def read_fields(text: str | None) -> Selection:
    """Read ``fields``, nothing for the 39 of the page; raises Invalid on a name that is none."""
    return EVERY_MEMBER if text is None or not text.strip() else _read_fields(text)


@lru_cache(maxsize=256)
def _read_fields(text: str) -> Selection:
    if len(text) > LONGEST:
        raise refused(f"this may have {LONGEST} characters, not {len(text)}.", field="fields")
    reader = _Reader(text)
    names = reader.names(0)
    reader.end()
    for one in names:
        lower = one.name.lower()
        if lower not in by_name() and lower not in relations():
            raise _unknown(one.name, text.index(one.name))
        if lower in relations():
            _check_inside(one, relations()[lower].inside, text)
        elif one.inside:
            raise _empty(one)
    return Selection(names, any(one.name.lower() in OF_CUSTOMER for one in names))


def _check_inside(outer: Selected, inside: Inside, text: str) -> None:
    """Raise Invalid on a name that the reference does not have inside another."""
    known = {name.lower(): one for name, one in inside.items()}
    for one in outer.inside:
        there = known.get(one.name.lower())
        if there is None:
            reason = f"{outer.name[:60]!r} has no field {one.name[:60]!r}; leave it out."
            raise refused(reason, text.index(one.name), "fields")
        if not callable(there):
            _check_inside(one, there, text)
        elif one.inside:
            raise _empty(one)


def _empty(one: Selected) -> Invalid:
    return refused(f"{one.name[:60]!r} has nothing inside it.", field="fields")


class _Reader:
    """Goes through the names, commas and parentheses once."""

    def __init__(self, text: str) -> None:
        self.tokens = [(found[1], found.start(1)) for found in _TOKEN.finditer(text)]
        self.tokens.append(("", len(text)))
        self.next = 0

    def take(self, *signs: str) -> bool:
        """Take the next token if it is one of these."""
        taken = self.tokens[self.next][0] in signs
        self.next += taken
        return taken

    def names(self, depth: int) -> tuple[Selected, ...]:
        """Read names with a comma between them; one too many does no harm."""
        found = list[Selected]()
        while not self.at(")", ""):
            if self.take(","):
                continue
            if found and not self.after(","):
                raise self.refused("a comma is expected")
            found.append(self.name(depth))
        return tuple(found)

    def name(self, depth: int) -> Selected:
        """Read a name and what is in parentheses behind it."""
        if self.at("("):
            raise self.refused("a name is expected")
        name = self.tokens[self.next][0]
        self.next += 1
        if not self.at("("):
            return Selected(name)
        if depth == DEEPEST:
            raise self.refused(f"at most {DEEPEST} levels are expected")
        self.next += 1
        inside = self.names(depth + 1)
        if not self.take(")"):
            raise self.refused("a closing parenthesis is expected")
        return Selected(name, inside)

    def at(self, *signs: str) -> bool:
        """Tell whether the next token is one of these."""
        return self.tokens[self.next][0] in signs

    def after(self, sign: str) -> bool:
        """Tell whether the last token was this one."""
        return self.tokens[self.next - 1][0] == sign

    def end(self) -> None:
        """Raise Invalid unless everything was read."""
        if not self.at(""):
            raise self.refused("the end is expected")

    def refused(self, reason: str) -> Invalid:
        """Make the error for the next token."""
        word, at = self.tokens[self.next]
        return refused(f"{reason}, not {word[:40]!r}.", at, "fields")


def _unknown(name: str, at: int) -> Invalid:
    reason = f"an order has no field {name[:60]!r}; leave it out."
    return refused(reason, at, "fields")


@lru_cache(maxsize=256)
def order_writer(selection: Selection, site: Site) -> Callable[[Order, Customer | None], Members]:
    """Make what writes of a site's orders what is selected.

    What each name stands for is looked up here, once, and not for every order.
    """
    members, leading = by_name(), relations()
    shows: dict[str, Show] = {}
    leads: dict[str, ShowRelation] = {}
    for one in selection.names:
        name = one.name.lower()
        if name in members:
            shows[one.name] = members[name].show_on(site)
        else:
            shows[one.name] = _in_its_place
            leads[one.name] = _chosen(leading[name], one.inside, site)
    in_order, leading_on = tuple(shows.items()), tuple(leads.items())

    def write(order: Order, customer: Customer | None) -> Members:
        members = {name: show(order) for name, show in in_order}
        for name, lead in leading_on:
            members[name] = lead(order, customer)
        if order.unknown and selection is EVERY_MEMBER:
            with_unknown(members, order.unknown, NAME)
        return members

    return write


def _in_its_place(_order: Order) -> None:
    """Keep the place of a relation, which is written when all else is."""


def _chosen(relation: Relation, inside: tuple[Selected, ...], site: Site) -> ShowRelation:
    """Make what writes what is selected inside a relation."""
    show, shown = relation.show_on(site), relation.shown
    if inside:
        return lambda order, customer: _inside(show(order, customer), inside)
    if shown:
        return lambda order, customer: _members(show(order, customer), shown)
    return show


def _members(all: Members, shown: tuple[str, ...]) -> Members:
    return {name: all[name] for name in shown} if all else {}


def _inside(shown: Members, selection: tuple[Selected, ...]) -> Members:
    """Give what is selected inside a relation; what is known of no order is null."""
    members = {name.lower(): name for name in shown}
    chosen: Members = {}
    for one in selection if shown else ():
        value = shown.get(members.get(one.name.lower(), ""))
        chosen[one.name] = (
            _inside(value, one.inside) if one.inside and isinstance(value, dict) else value
        )
    return chosen


def read_sort(text: str | None) -> tuple[Key, ...]:
    """Read ``order``; raises Invalid on a field that a list cannot be sorted by."""
    if text is None or text.strip() in NO_ORDER:
        return ()
    keys = text.split(",")
    if len(keys) > MOST_KEYS:
        raise refused(f"a list is sorted by {MOST_KEYS} fields at most.", field="order")
    return tuple(map(_read_key, keys))


def _read_key(text: str) -> Key:
    key = text.strip()
    name = key.lstrip("+-").lower()
    if name not in _sortable():
        raise refused(f"a list cannot be sorted by {key[:60]!r}.", field="order")
    return Key(name, descending=key.startswith("-"))


@cache
def _sortable() -> frozenset[str]:
    """Give what a list can be sorted by: not what is on record of an order's customer."""
    return frozenset(
        name
        for name, asked in every_asked().items()
        if asked.sortable and (name in by_name() or name.partition(".")[0] not in OF_CUSTOMER)
    ) - {"email1.value", "homephone.value"}


def sort_on(site: Site, keys: tuple[Key, ...]) -> tuple[Sort, ...]:
    """Give what sorts a list of a site."""
    asked = every_asked()
    found = tuple(asked[key.name].key(site, descending=key.descending) for key in keys)
    return found or NEWEST_FIRST


def write_sort(sort: tuple[Sort, ...]) -> str:
    """Write the sort keys of a window; raises Invalid on one that the wire has no name for."""
    names = {member.asked.sort: member.name for member in by_name().values() if member.asked.sort}
    for key in sort:
        if key.field not in names:
            raise refused(f"a list cannot be sorted by {key.field!r}.", field="order")
    return ",".join(f"{'-' if key.descending else ''}{names[key.field]}" for key in sort)
