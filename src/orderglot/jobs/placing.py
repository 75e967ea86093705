"""The job that places orders with a channel: those of a filter that the vendor does not have."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from msgspec.structs import replace

from orderglot.core.errors import Conflict, Invalid, NotFound
from orderglot.core.order import Order, id_at
from orderglot.core.ports import Book
from orderglot.core.query import Window
from orderglot.hub.opening import Hub
from orderglot.jobs.leases import WHO, Lease
from orderglot.jobs.work import Outcome
from orderglot.stores import document
from orderglot.sync.budget import Budget
from orderglot.sync.continuation import is_continued
from orderglot.sync.matching import name_of
from orderglot.sync.notes import PLACING, Placing, read
from orderglot.sync.place import place
from orderglot.sync.placement_checks import NO_TERMS
from orderglot.sync.recovery import Unknown
from orderglot.sync.vendor import Vendor, calling

if TYPE_CHECKING:
    from orderglot.jobs.channels import Scheduled

PAGE = 100
ASKED_FOR = timedelta(hours=1)
"""So long after it was sent the vendor is asked for an order of which nobody knows; then a person has to."""

PLACED, DIFFERS, REFUSED, UNKNOWN = "placed", "differing", "aside", "unknown"
ASIDE_CODE, UNKNOWN_CODE = 4, 3

log = logging.getLogger("orderglot.jobs")


async def place_due(hub: Hub, one: Scheduled, lease: Lease) -> Outcome:
    """Place the orders that are due; raises what the vendor fails with before he can have one."""
    owner = await hub.seller(one.seller.name)
    observed = hub.observed(one.dialect, one.channel.reference, owner.id)
    tests = one.channel.test is True
    listed = hub.book(owner, tests=tests, who=WHO)
    book = hub.book(owner, tests=tests, deleted=True, who=WHO, observed=observed, fence=lease.fence)
    counts, reasons = Counter[str](), list[str]()
    async with calling(
        one.dialect,
        one.channel,
        continued=is_continued(owner, one.channel),
        notify=log.info,
        observed=observed,
        budget=Budget(book, one.channel, first=True),
    ) as vendor:
        window: Window | None = Window(where=one.place, limit=PAGE) if one.place else None
        while window is not None:
            page = await listed.page(window)
            for order, before in await _due(listed, one.channel.reference, page.orders):
                if observed is not None:
                    observed.orders = (order.id,)
                outcome, reason = await _placed(book, vendor, order, before)
                counts[outcome] += 1
                reasons += [f"{order.number or order.id}: {reason}"] if reason else []
            window = page.next
    return _outcome(counts, reasons)


async def _due(
    book: Book, channel: str, orders: Sequence[Order]
) -> list[tuple[Order, Placing | None]]:
    """Give the orders that the vendor is not known to have, each with what was under way of it."""
    there = [order for order in orders if not id_at(order, channel)]
    names = [name_of(order.id, channel) for order in there]
    found = await book.notes(PLACING, *names) if names else ()
    notes = {note.name: read(note, Placing) for note in found}
    return [(order, notes.get(name)) for order, name in zip(there, names, strict=True)]


async def _placed(
    book: Book, vendor: Vendor, order: Order, before: Placing | None
) -> tuple[str, str]:
    """Place an order, unless that was refused as it is; gives what came of it, and why not."""
    if before is not None and before.refused and _is_same(before, order):
        return REFUSED, ""
    if before is not None and not before.refused and book.now() - before.sent > ASKED_FOR:
        return UNKNOWN, ""
    try:
        placed = await place(book, vendor, order, NO_TERMS, log.info)
    except Unknown as error:
        return UNKNOWN, error.message
    except (Invalid, NotFound, Conflict) as error:
        return REFUSED, error.message
    return (DIFFERS if placed.differences else PLACED), "; ".join(placed.differences)


def _is_same(placing: Placing, order: Order) -> bool:
    """Tell whether an order is as it was when it was refused."""
    then = document.read_order(placing.order)
    return replace(order, modified=None) == replace(then, modified=None)


def _outcome(counts: Counter[str], reasons: Sequence[str]) -> Outcome:
    code = UNKNOWN_CODE if counts[UNKNOWN] else ASIDE_CODE if counts[REFUSED] else 0
    code = code or (ASIDE_CODE if counts[DIFFERS] else 0)
    more = f" And {len(reasons) - 3:,} more." if len(reasons) > 3 else ""
    return Outcome(code=code, counts=dict(counts), sentence=" ".join(reasons[:3]) + more)
