"""Groups of problems: what goes wrong for one reason, and the lists that they are found in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from msgspec import Struct

from orderglot.console.api import Api
from orderglot.console.visits import Visit
from orderglot.dialects.orderglot.rejects import Named
from orderglot.dialects.orderglot.tables import LONGEST_PAGE

MOST = 1_000
"""So many of a kind are looked at; where there are more, that is said."""


class Member(Struct, frozen=True, kw_only=True):
    """One of a group: what it is called, and where it is shown; an ``order`` can be settled."""

    name: str
    link: str = ""
    key: str = ""
    """What it is known by to who does something with it."""
    at: datetime | None = None
    order: int = 0


class Group(Struct, frozen=True, kw_only=True):
    """What goes wrong for one reason: the reason, whose it is, how many, since when, and what to do.

    ``next`` is the address where that is done, "" for here.
    """

    kind: str
    reason: str
    whose: str
    counted: str
    members: tuple[Member, ...]
    todo: str
    next: str = ""
    verb: str = ""
    since: datetime | None = None
    last: datetime | None = None
    state: str = ""


class Found(Struct, frozen=True):
    """The groups of a kind, and whether there are more than were looked at."""

    groups: tuple[Group, ...]
    more: bool = False


async def every(api: Api, visit: Visit, path: str, **query: str) -> tuple[list[Any], bool]:
    """Read pages of a list until there are none, or enough; tells whether there are more."""
    found, after = list[Any](), ""
    while len(found) < MOST:
        rows = await api.read(visit.caller, path, limit=str(LONGEST_PAGE), after=after, **query)
        found += rows.items
        after = rows.next or ""
        if not after:
            return found, False
    return found, True


def called(one: Named) -> str:
    """Name what was put aside as somebody would look for it."""
    reject = one.reject
    return reject.po_number or reject.id or f"the one at {reject.position}"


def counted(many: int, word: str) -> str:
    """Say how many, with the word in its number."""
    return f"{many:,} {word}{'' if many == 1 else 's'}"


def largest(groups: Iterable[Group]) -> tuple[Group, ...]:
    """Give the groups, those of the most first."""
    return tuple(sorted(groups, key=lambda one: -len(one.members)))
