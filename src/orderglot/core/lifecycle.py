"""The life of an order: which step may follow which, what it needs, and what it does to the lines.

A step gives a new state of the order, and changes head and lines alike; whoever takes it names the
event after it. The status after a step follows from what happened to the lines, by ``status_of``. A
vendor that lets its clients set any status has them ``put_into`` it, which is never refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec.structs import replace

from orderglot.core.customer import Customer, identity
from orderglot.core.errors import Conflict, Rule, invalid
from orderglot.core.head_status import status_left, status_of
from orderglot.core.line_quantities import (
    GONE_OUT,
    NOT_COMING,
    all_held,
    counting,
    is_counted,
    shipped,
)
from orderglot.core.line_quantities import OPEN as OPEN
from orderglot.core.line_quantities import RUNNING as RUNNING
from orderglot.core.line_steps import Quantities as Quantities
from orderglot.core.line_steps import (
    amounts_of,
    as_far,
    by_number,
    by_parcels,
    detailed,
    given_up_whole,
    gone_out,
    without,
)
from orderglot.core.open_cancellations import demand_unasked
from orderglot.core.order import Line, Order
from orderglot.core.order_details import OrderDetails
from orderglot.core.quantities import Quantity, size
from orderglot.core.shipments import Shipment, ShippedLine
from orderglot.core.values import Kind, Status

NOT_YET = NOT_COMING | {Status.DRAFT}
"""States of an order that nobody has to do anything for; one that leaves them has been received."""

WHOLE = frozenset({Kind.RETURN, Kind.SWITCH, Kind.SWITCH_REVERSAL})
"""Kinds of orders that took something of others, which follow them: each stands or falls as a whole."""

WITHOUT_GOODS = WHOLE | {Kind.QUOTE}
"""Kinds of orders of which nothing is sent."""

EVENTS = {
    "confirm": "confirmed",
    "hold": "held",
    "release": "released",
    "ship": "shipped",
    "deliver": "delivered",
    "cancel": "cancelled",
    "complete": "completed",
    "correct": "corrected",
    "reprice": "repriced",
    "move": "moved",
    "note": "noted",
    "delete": "deleted",
    "ask": "cancellation asked",
    "link": "linked",
    "unlink": "unlinked",
}
"""What an event says of each step."""


def receive(order: Order, customer: Customer | None, now: datetime) -> Order:
    """Take a new order in: received now, and billed and taxed as its customer is unless it says how."""
    if customer is None:
        return replace(order, received=order.received or now)
    taxed = customer.tax_exempt if order.tax_exempt is None else order.tax_exempt
    return replace(
        order,
        customer=identity(customer),
        received=order.received or now,
        bill_to=order.bill_to or customer.bill_to,
        tax_exempt=taxed,
    )


def confirm(order: Order) -> Order:
    """Take a received order on; raises Conflict where it is in another state."""
    demand(order, {Status.RECEIVED}, "confirmed")
    return _moved(order, Status.PROCESSING)


def hold(order: Order, reason: str) -> Order:
    """Hold an order up; raises Invalid without a reason, Conflict where nothing is left to hold."""
    demand(order, RUNNING, "held")
    if not reason.strip():
        raise invalid("reason", Rule.REQUIRED, "Say why the order is held.")
    lines = detailed(order)
    details = _details(order, hold_reason=reason)
    return replace(order, status=Status.ON_HOLD, lines=lines, details=details)


def release(order: Order) -> Order:
    """Let a held order go on from where its lines are; raises Conflict where nobody holds it."""
    demand(order, {Status.ON_HOLD}, "released")
    return replace(order, status=status_of(order.lines), details=_details(order, hold_reason=""))


def ship(order: Order, shipment: Shipment, now: datetime) -> Order:
    """Send a parcel: what it says is in it, else all that is left.

    Raises Invalid with each line of which less is left, Conflict where the order cannot be shipped.
    """
    demand(order, RUNNING, "shipped")
    demand_unasked(order, "shipped")
    if order.kind in WITHOUT_GOODS:
        raise Conflict(f"Of a {order.kind} nothing is shipped.")
    order = replace(order, lines=detailed(order))
    amounts = amounts_of(order, by_number(shipment.lines), "to ship")
    sent = tuple(zip(order.lines, amounts, strict=True))
    lines = tuple(gone_out(line, amount) for line, amount in sent)
    content = tuple(ShippedLine(number=one.number, quantity=much) for one, much in sent if much)
    parcel = replace(shipment, lines=content, date=shipment.date or now)
    details = order.details or OrderDetails()
    details = replace(details, shipments=(*details.shipments, parcel))
    return replace(order, lines=lines, status=status_of(lines), details=details)


def deliver(order: Order) -> Order:
    """Say that all that went out has arrived; raises Conflict where not all of it went out."""
    demand(order, {Status.SHIPPED}, "delivered")
    return _moved(order, Status.DELIVERED)


def cancel(order: Order, reason: str, wanted: Quantities | None = None) -> Order:
    """Cancel all of an order that did not go out, or so much of some of its lines.

    Raises Invalid with each line of which less is left, Conflict where the order is over.
    """
    demand(order, RUNNING | {Status.ON_HOLD, Status.DRAFT}, "cancelled")
    demand_unasked(order, "cancelled")
    demand_whole(order, wanted)
    order = replace(order, lines=detailed(order))
    amounts = amounts_of(order, wanted or {}, "to cancel")
    take_off = without if wanted else given_up_whole
    lines = tuple(take_off(line, gone) for line, gone in zip(order.lines, amounts, strict=True))
    details = _details(order, cancel_reason=reason)
    left = replace(order, lines=lines, status=status_left(order, lines), details=details)
    return without_reason(left, order.status)


def demand_whole(order: Order, wanted: Quantities | None) -> None:
    """Raise Conflict where a part is ``wanted`` of an order that is cancelled as a whole."""
    if wanted and order.kind in WHOLE:
        raise Conflict(f"A {order.kind} is cancelled as a whole; make another one of what stays.")


def complete(order: Order, now: datetime) -> Order:
    """Say that nothing more is to come; raises Conflict where the order is over or on hold.

    Where some of it went out by parcels, the rest did not; but seats are held without any.
    """
    demand(order, RUNNING | {Status.SHIPPED, Status.DELIVERED}, "completed")
    demand_unasked(order, "completed")
    done = _moved(order, Status.COMPLETED)
    return replace(done, completed=order.completed or now, completes=None)


def put_into(order: Order, status: Status, now: datetime) -> Order:
    """Put an order into whatever status a vendor's client sets, its lines into what that implies.

    What came to an end by itself stays so: a line that was returned or cancelled before. An order
    that was given up and is taken up again has its lines back. What somebody counted stays, and so do
    the lines of an order that is partly shipped: which part it was is for a parcel to say.
    """
    if status is order.status:
        return order
    moved = without_reason(_moved(order, status), order.status)
    if order.status in NOT_YET and status not in NOT_YET:
        moved = replace(moved, received=order.received or now)
    if status is Status.COMPLETED:
        moved = replace(moved, completed=order.completed or now)
    return moved


def note(order: Order, text: str) -> Order:
    """Add a line to the notes of an order; raises Invalid where it says nothing, Conflict of a deleted one."""
    _demand_there(order, "noted")
    if not text.strip():
        raise invalid("notes", Rule.REQUIRED, "Say what is to be noted.")
    return replace(order, notes="\n".join(filter(None, (order.notes, text))))


def delete(order: Order, now: datetime) -> Order:
    """Take an order out of the book, for good; raises Conflict where it is out."""
    _demand_there(order, "deleted")
    return replace(order, deleted=now)


def _moved(order: Order, status: Status) -> Order:
    before = order.status
    lines = by_parcels(order) if status is Status.COMPLETED else order.lines
    lines = tuple(_along(line, before, status) for line in lines)
    return replace(order, status=status, lines=lines)


def _along(line: Line, before: Status, status: Status) -> Line:
    """Take a line along with its order from one status into another."""
    if _is_over(line, before):
        return line
    if status in (Status.ON_HOLD, Status.DRAFT, Status.PARTLY_SHIPPED):
        # What was given up and is taken up again is as far as a new one.
        if line.status in NOT_COMING:
            return replace(line, status=Status.RECEIVED)
        return as_far(line, before)
    if status is Status.RETURNED:
        return _back(line)
    moved = replace(line, status=status)
    return all_held(moved) if status in GONE_OUT and line.subscription else moved


def _is_over(line: Line, before: Status) -> bool:
    """Tell whether a line came to its end by itself, and not because its order did."""
    if line.remaining == 0 or 0 < size(line.quantity) == _given_up(line):
        return True
    ended = line.status is Status.RETURNED or line.status in NOT_COMING
    return ended and line.status is not before and not {line.status, before} <= NOT_COMING


def _given_up(line: Line) -> Quantity:
    """Tell how much of a line was counted as cancelled."""
    return (line.details.cancelled if line.details else None) or 0


def _back(line: Line) -> Line:
    back = replace(line, status=Status.RETURNED)
    return counting(back, returned=shipped(back)) if is_counted(line) else back


def demand(order: Order, states: Iterable[Status], what: str) -> None:
    """Raise Conflict where an order is deleted, or in none of these states."""
    _demand_there(order, what)
    if order.status not in states:
        raise Conflict(f"This order is {order.status}; it cannot be {what}.")


def _demand_there(order: Order, what: str) -> None:
    if order.deleted is not None:
        raise Conflict(f"This order is deleted; it cannot be {what}.")


def without_reason(order: Order, before: Status) -> Order:
    """Take the reason off for which an order was held or cancelled, where it is not any more."""
    ended = before in (Status.ON_HOLD, *NOT_COMING) and order.status is not before
    if order.details is None or not ended:
        return order
    reason = "hold_reason" if before is Status.ON_HOLD else "cancel_reason"
    return replace(order, details=_details(order, **{reason: ""}))


def _details(order: Order, **changes: str) -> OrderDetails | None:
    """Give an order's details with some texts changed, None where they say nothing."""
    details = replace(order.details or OrderDetails(), **changes)
    return None if details == OrderDetails() else details
