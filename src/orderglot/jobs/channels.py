"""The channels of the configuration: what of each runs by itself, and how often."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from functools import partial

from msgspec import Struct

from orderglot.core.errors import Invalid, NotFound, Problem, Rule, invalid
from orderglot.core.query import Query
from orderglot.core.seller import Seller
from orderglot.core.time_zones import zone_of
from orderglot.hub.dialects import chosen
from orderglot.hub.opening import Hub, Table
from orderglot.jobs.placing import place_due
from orderglot.jobs.pulling import pull_due
from orderglot.jobs.work import Work
from orderglot.jobs.writing_back import write_back_due
from orderglot.sync.channel import (
    DIALECT,
    OURS,
    PLACE,
    PULL,
    SELLER,
    WRITE_BACK,
    Channel,
    read_channel,
)
from orderglot.wire.aip160 import read_filter
from orderglot.wire.dialect import Dialect
from orderglot.wire.values import read_flag

SPANS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
SHORTEST, LONGEST = 10, 7 * 86_400
"""A pull may be this often, and this seldom, in seconds."""

PLACED_EVERY = 30.0
"""So often, in seconds, it is looked for orders to place, or for what to write back."""

_SPAN = re.compile(r"([0-9]{1,6})\s*([smhd])")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,49}")


class Scheduled(Struct, frozen=True, kw_only=True):
    """A channel of which something runs by itself: for which seller, how often, which orders.

    ``pull`` is in seconds, 0 for never; ``place`` None for no order.
    """

    name: str
    dialect: Dialect
    channel: Channel
    seller: Seller
    pull: float = 0
    place: Query | None = None
    write_back: bool = False


async def scheduled(hub: Hub, environment: Mapping[str, str]) -> tuple[Scheduled, ...]:
    """Read the channels of which something runs by itself; raises Invalid with one sentence."""
    found = list[Scheduled]()
    for name, table in sorted(hub.channels.items()):
        try:
            one = await _scheduled(hub, name, table, environment)
        except Invalid as error:
            raise _named(name, error) from None
        found += [one] if one is not None else []
    return tuple(found)


def _named(name: str, error: Invalid) -> Invalid:
    """Say of a wrong member which channel's it is."""
    first = error.problems[0]
    return invalid(f"channels.{name}.{first.field}", first.rule, first.reason)


async def _scheduled(
    hub: Hub, name: str, table: Table, environment: Mapping[str, str]
) -> Scheduled | None:
    dialect = _dialect(table)
    if dialect is None or not any(table.get(one) for one in (PULL, PLACE, WRITE_BACK)):
        return None
    if _NAME.fullmatch(name) is None:
        reason = "a channel's name has letters, digits, dots, dashes, and 50 of them at most."
        raise invalid("name", Rule.MALFORMED, reason)
    _refuse_strange(table, dialect)
    channel = read_channel(dialect, table, environment, {}, name)
    pull = read_span(PULL, str(table[PULL])) if table.get(PULL) else 0.0
    if pull and dialect.flows.page is None and dialect.flows.get is None:
        raise invalid(PULL, Rule.UNEXPECTED, f"{dialect.title} cannot be asked for orders.")
    seller = await _seller(hub, str(table.get(SELLER, "")))
    return Scheduled(
        name=name,
        dialect=dialect,
        channel=channel,
        seller=seller,
        pull=pull,
        place=_filter(str(table.get(PLACE, "")), seller, dialect),
        write_back=_writes_back(table, dialect),
    )


def _dialect(table: Table) -> Dialect | None:
    """Give what a channel speaks; raises Invalid where something is to run of one that does not say."""
    named = str(table.get(DIALECT, ""))
    known = {one.name: one for one in chosen(())}
    if not named and not any(table.get(one) for one in (PULL, PLACE, WRITE_BACK)):
        return None
    if named not in known:
        reason = f"{named[:40]!r} is no dialect; there are {', '.join(known)}."
        raise invalid(DIALECT, Rule.CHOICE, reason)
    return known[named]


def _refuse_strange(table: Table, dialect: Dialect) -> None:
    own = {one for one in (*dialect.auth.fields, dialect.customer) if one}
    for member in table:
        if member not in own and member not in OURS:
            near = difflib.get_close_matches(member, [*OURS, *own], 1, 0.6)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(OURS)}."
            raise invalid(member[:60], Rule.UNKNOWN, f"there is no such setting; {hint}")


async def _seller(hub: Hub, name: str) -> Seller:
    try:
        return await hub.seller(name or None)
    except NotFound as error:
        raise invalid(SELLER, Rule.UNKNOWN, error.message) from None
    except Invalid as error:
        first: Problem = error.problems[0]
        raise invalid(SELLER, first.rule, first.reason) from None


def read_span(member: str, text: str) -> float:
    """Read ``5m`` as seconds; raises Invalid naming the member."""
    found = _SPAN.fullmatch(text.strip())
    seconds = int(found[1]) * SPANS[found[2]] if found else 0
    if not SHORTEST <= seconds <= LONGEST:
        reason = f"{text[:40]!r} is no span from 10s to 7d, such as 30s, 5m, 2h or 1d."
        raise invalid(member, Rule.MALFORMED, reason)
    return float(seconds)


def _filter(text: str, seller: Seller, dialect: Dialect) -> Query | None:
    if not text:
        return None
    if dialect.flows.place is None:
        raise invalid(PLACE, Rule.UNEXPECTED, f"{dialect.title} cannot be sent orders.")
    try:
        return read_filter(text, zone_of(seller.timezone))
    except Invalid as error:
        raise invalid(PLACE, Rule.MALFORMED, error.problems[0].reason) from None


def _writes_back(table: Table, dialect: Dialect) -> bool:
    text = str(table.get(WRITE_BACK, False)).lower()
    try:
        wanted = read_flag(text)
    except ValueError:
        reason = f"{text[:40]!r} is not true or false."
        raise invalid(WRITE_BACK, Rule.MALFORMED, reason) from None
    if wanted and dialect.flows.get is None:
        reason = (
            f"{dialect.title} cannot be asked for an order, so not for what it makes of one either."
        )
        raise invalid(WRITE_BACK, Rule.UNEXPECTED, reason)
    return wanted


def works_of(hub: Hub, one: Scheduled) -> list[Work]:
    """Give the jobs of a channel."""
    works = list[Work]()
    kinds = (
        (PULL, one.pull, pull_due),
        (PLACE, PLACED_EVERY if one.place is not None else 0, place_due),
        (WRITE_BACK, PLACED_EVERY if one.write_back else 0, write_back_due),
    )
    for what, every, run in kinds:
        if every:
            works.append(
                Work(
                    name=f"{one.name}.{what}",
                    what=what,
                    run=partial(run, hub, one),
                    seller=one.seller.id,
                    channel=one.channel.reference,
                    every=every,
                )
            )
    return works
