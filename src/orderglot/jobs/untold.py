"""What a vendor is not told: what became here of his order that his API has no call for, and that he refused."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable

from msgspec import Struct

from orderglot.core.catching_up import News, news_of
from orderglot.core.event_types import STATUS_TYPES, UNTOLD, type_of
from orderglot.core.order import Order
from orderglot.core.ports import Event, UnitOfWork
from orderglot.sync.vendor import Vendor

COUNTED = "untold"
"""What the runs of a write-back count such news as."""


class Untold(Struct, frozen=True):
    """News of an order that its vendor cannot be told."""

    order: int
    news: tuple[News, ...]


def untold(vendor: Vendor, theirs: Order, ours: Order) -> frozenset[News]:
    """Give what became of an order here that its vendor has otherwise, and cannot be told."""
    can = vendor.dialect.can
    news = news_of(theirs, ours, can.rounds.get("status", lambda status: status))
    return news - can.tells if vendor.client.can_tell(theirs, ours) else news


def is_to_tell(vendor: Vendor, theirs: Order, ours: Order) -> bool:
    """Tell whether somebody has to tell the vendor something: the job, or a person that it is cancelled.

    Nobody waits for his word on anything else that he cannot be told: that is said once.
    """
    return vendor.client.can_tell(theirs, ours) or News.CANCELLATION in untold(vendor, theirs, ours)


def passing(vendor: Vendor, theirs: Order, ours: Order, types: Collection[str]) -> tuple[News, ...]:
    """Give what has just become of an order, by the types of its events, that is only said here."""
    fresh = untold(vendor, theirs, ours) - {News.CANCELLATION}
    return tuple(sorted(fresh)) if STATUS_TYPES.intersection(types) else ()


def types_by_order(events: Iterable[Event]) -> dict[int, set[str]]:
    """Give the types of some events by the order that each is of."""
    found = defaultdict[int, set[str]](set)
    for event in events:
        found[event.order].add(type_of(event))
    return found


def record(unit: UnitOfWork, vendor: Vendor, order: int, reason: str) -> None:
    """Record in the feed that a vendor does not know what became of an order."""
    unit.happened(UNTOLD, {"channel": vendor.name, "order": order, "reason": reason})


def reason_of(vendor: Vendor, news: Iterable[News]) -> str:
    """Say what a vendor's API has no call for."""
    what = " and ".join(news)
    return f"{vendor.dialect.title} has no call by which it could be told a {what}; tell them otherwise."


def sentences(found: Iterable[Untold]) -> list[str]:
    """Say of how many orders what was not told."""
    counts = Counter(news for one in found for news in one.news)
    return [f"No call for {many:,} x {news}." for news, many in sorted(counts.items())]
