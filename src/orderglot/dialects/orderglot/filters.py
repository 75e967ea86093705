"""Which orders a list is asked for: a filter in AIP-160's language, sorting, a page; and which members."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.errors import Rule, invalid
from orderglot.core.fields import ADDS_UP, every_field
from orderglot.core.query import EVERYTHING, And, Compare, Not, Or, Query, Window, compares
from orderglot.dialects.orderglot import known_members, shapes
from orderglot.dialects.orderglot.media import arguments_of
from orderglot.dialects.orderglot.tables import LONGEST_PAGE, LONGEST_Q, PAGE_SIZE
from orderglot.wire.aip160 import read_filter, read_sort, write_filter, write_sort
from orderglot.wire.aip160.syntax import LONGEST
from orderglot.wire.known_members import Known
from orderglot.wire.message import Request, argument, query_of
from orderglot.wire.paging import FURTHEST

LISTING = tuple(shapes.Listing.__annotations__)
SHOWING = tuple(shapes.Showing.__annotations__)
EXPANDING = tuple(shapes.Expanding.__annotations__)

Fields = Mapping[str, "Fields"]
"""The members that are to be shown, each with those inside it; of none, all are."""


class Listing(Struct, frozen=True, kw_only=True):
    """Which page of which orders; ``filter`` is read by the seller's clock, ``q`` is what a person types."""

    window: Window = Window()
    filter: str = ""
    q: str = ""
    expand: tuple[str, ...] = ()


def read_listing(request: Request) -> Listing:
    """Read which orders are asked for; raises Invalid with what is wrong with it."""
    form = arguments_of(request, (*LISTING, "expand"))
    q = form.text("q", longest=LONGEST_Q)
    limit = form.whole("limit", least=1, most=LONGEST_PAGE)
    offset = form.whole("offset", least=0, most=FURTHEST)
    total = form.flag("total")
    form.check()
    read_fields(request)
    window = Window(
        sort=read_sort(form.text("sort")),
        limit=limit or PAGE_SIZE,
        offset=offset or 0,
        after=form.text("after", exact=True),
        total=bool(total),
    )
    return Listing(window=window, filter=form.text("filter"), q=q)


def with_filter(ask: Listing, zone: tzinfo) -> Window:
    """Give the window of a list with its filter, of which days are those of ``zone``."""
    if not ask.filter:
        return ask.window
    return replace(ask.window, where=read_filter(ask.filter, zone))


def write_listing(window: Window) -> str:
    """Write a window as the query of a request; what the other book cannot be asked is left out."""
    where, _ = sayable(window.where)
    sort = tuple(key for key in window.sort if not key.ranks)
    arguments = (
        ("filter", write_filter(where)),
        ("sort", write_sort(sort)),
        ("limit", str(window.limit)),
        ("offset", "" if window.after or not window.offset else str(window.offset)),
        ("after", window.after),
        ("total", "true" if window.total else ""),
    )
    return query_of((name, text) for name, text in arguments if text)


def sayable(where: Query) -> tuple[Query, bool]:
    """Give what of a question another book can be asked, and whether that is all of it."""
    parts = where.parts if isinstance(where, And) else (where,)
    kept = tuple(part for part in parts if _is_sayable(part))
    whole = len(kept) == len(parts)
    question = EVERYTHING if not kept else And(kept) if len(kept) > 1 else kept[0]
    if len(write_filter(question)) > LONGEST or _depth(question) > _DEEPEST:
        return EVERYTHING, False
    return question, whole


_DEEPEST = 20
"""So deep a question may be nested to be asked of another book."""

_HUBS = ("id", "version", "references", "customer", "links", "deleted", "test")
"""The members that are not the same in another book, or that tell which orders are in sight."""


def _is_sayable(part: Query) -> bool:
    """Tell whether a question means the same in another book."""
    return all(_means_the_same(one) for one in compares(part))


def _means_the_same(one: Compare) -> bool:
    first = one.field.partition(".")[0]
    known = one.field in every_field() or one.field == ADDS_UP
    return known and first not in _HUBS


def _depth(where: Query) -> int:
    match where:
        case And(parts) | Or(parts):
            return 1 + max(map(_depth, parts), default=0)
        case Not(part):
            return 1 + _depth(part)
        case _:
            return 0


# fields


def read_fields(request: Request) -> Fields:
    """Read which members are to be shown; raises Invalid where an order has none of such a name."""
    return read_fields_of(request, known_members.ORDER, "An order")


def read_fields_of(request: Request, known: Known, one: str) -> Fields:
    """Read which members of a kind are to be shown; raises Invalid where there is none of such a name."""
    names = argument(request, "fields") or ""
    wanted: dict[str, Any] = {}
    for name in filter(None, (one.strip() for one in names.split(","))):
        if not _put(wanted, known, name):
            raise invalid("fields", Rule.UNKNOWN, f"{one} has no member {name[:60]!r}.")
    return wanted


def _put(wanted: dict[str, Any], known: Known | None, name: str) -> bool:
    """Put in a member by its dotted name; tells whether there is such a one."""
    place = wanted
    for step in name.split("."):
        if known is not None and step not in known.names:
            return False
        place = place.setdefault(step, {})
        inner = known.of(step) if known else None
        known = inner.each if inner and inner.each else inner
    return True


def select(value: Any, wanted: Fields) -> Any:
    """Give of a decoded document the members that are wanted, at any depth."""
    if isinstance(value, list | tuple):
        return [select(one, wanted) for one in value]
    if not wanted or not isinstance(value, dict):
        return value
    return {name: select(value[name], inner) for name, inner in wanted.items() if name in value}
