"""Catching up: the steps that take an order, as somebody else has it, to where it is here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.order import Order
from orderglot.core.shipments import Shipment, ShippedLine
from orderglot.core.values import Status

_MOVES = {
    Status.PROCESSING: "confirm",
    Status.DELIVERED: "deliver",
    Status.COMPLETED: "complete",
}
"""By which step an order comes into a status that needs nothing more said."""

HELD = "It is on hold with the seller."
"""Why an order is held of which nobody said that."""


OVER = frozenset({Status.CANCELLED, Status.RETURNED, Status.FAILED})
"""What an order is in of which nobody expects anything any more."""


class News(StrEnum):
    """What may have become of an order here that its vendor does not know."""

    CANCELLATION = "cancellation"
    STATUS = "status"
    SHIPMENT = "shipment"


def news_of(theirs: Order, ours: Order, word: Callable[[Status], Status]) -> frozenset[News]:
    """Give what became of an order here that the other side has otherwise.

    ``word`` gives what is left of a status in the other side's words: two that are one there are no news.
    """
    if ours.status is Status.CANCELLED:
        return frozenset() if theirs.status in OVER else frozenset({News.CANCELLATION})
    found = {News.SHIPMENT} if _new_parcels(theirs, ours) else set()
    waits = ours.status in (Status.DRAFT, Status.RECEIVED)
    if not waits and word(ours.status) is not word(theirs.status):
        found.add(News.STATUS)
    return frozenset(found)


class Step(Struct, frozen=True):
    """A step of an order's life by its name, why it was taken, and the parcel that it sends."""

    name: str
    reason: str = ""
    parcel: Shipment | None = None


def steps_between(theirs: Order, ours: Order) -> tuple[Step, ...]:
    """Give the steps that the other side has not taken: cancelled, shipped, delivered and the like."""
    return tuple(_steps(theirs, ours))


def _steps(theirs: Order, ours: Order) -> Iterator[Step]:
    if ours.status is Status.CANCELLED:
        if theirs.status is not Status.CANCELLED:
            yield Step("cancel", ours.details.cancel_reason if ours.details else "")
        return
    if theirs.status is Status.ON_HOLD and ours.status is not Status.ON_HOLD:
        yield Step("release")
    for parcel in _new_parcels(theirs, ours):
        yield Step("ship", parcel=_by_their_numbers(parcel, theirs, ours))
    if ours.status is theirs.status:
        return
    if ours.status is Status.ON_HOLD:
        yield Step("hold", (ours.details.hold_reason if ours.details else "") or HELD)
    elif ours.status is not Status.PROCESSING or theirs.status is Status.RECEIVED:
        yield from (Step(name) for status, name in _MOVES.items() if status is ours.status)


def _new_parcels(theirs: Order, ours: Order) -> tuple[Shipment, ...]:
    """Give the parcels that the other side has not: by what they are followed by, else by how many there are."""
    sent, there = (one.details.shipments if one.details else () for one in (ours, theirs))
    known = {one.tracking for one in there if one.tracking}
    new = [one for one in sent if one.tracking not in known]
    more = len(sent) - len(there)
    return tuple(new[-more:]) if more > 0 else ()


def _by_their_numbers(parcel: Shipment, theirs: Order, ours: Order) -> Shipment:
    """Give a parcel with the other side's numbers of the lines, which are each side's own."""
    numbers = {line.sku: line.number for line in theirs.lines}
    skus = {line.number: line.sku for line in ours.lines}
    lines = [
        ShippedLine(number=numbers[skus[one.number]], quantity=one.quantity)
        for one in parcel.lines
        if skus.get(one.number) in numbers
    ]
    return replace(parcel, lines=tuple(lines))
