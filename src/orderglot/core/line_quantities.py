"""Line quantities: how much of a line was cancelled, shipped and returned, and how much is open.

What nobody counted follows from the line's status: of a line that is shipped all is, of one that is
cancelled nothing.
"""

from __future__ import annotations

from msgspec.structs import replace

from orderglot.core.line_details import LineDetails
from orderglot.core.order import Line
from orderglot.core.quantities import Quantity, plain, size
from orderglot.core.values import Status

GONE_OUT = frozenset({Status.SHIPPED, Status.DELIVERED, Status.COMPLETED, Status.RETURNED})
"""States of a line of which nothing is still to be sent."""

NOT_COMING = frozenset({Status.CANCELLED, Status.FAILED})

OPEN = frozenset({Status.RECEIVED, Status.PROCESSING, Status.CHARGED, Status.PACKING})
"""States of an order of which nothing went out yet, and that nobody holds up."""

RUNNING = OPEN | {Status.PARTLY_SHIPPED}
"""States of an order of which something is still to be sent, and that nobody holds up."""


def cancelled(line: Line) -> Quantity:
    """Tell how much of a line was cancelled: of one that was given up, all that did not go out."""
    if line.status in NOT_COMING:
        return plain(size(line.quantity) - _counted(line))
    return (line.details.cancelled if line.details else None) or 0


def shipped(line: Line) -> Quantity:
    """Tell how much of a line went out, what came back included."""
    if line.details is not None and line.details.shipped is not None:
        return line.details.shipped
    return plain(size(line.quantity) - cancelled(line)) if line.status in GONE_OUT else 0


def returned(line: Line) -> Quantity:
    """Tell how much of a line came back."""
    if line.details is not None and line.details.returned is not None:
        return line.details.returned
    return shipped(line) if line.status is Status.RETURNED else 0


def to_ship(line: Line) -> Quantity:
    """Tell how much of a line is still to be sent: of one that is over nothing, whatever was counted.

    Nor is what was given back, or switched away, before it went out.
    """
    return 0 if line.status in GONE_OUT else _unsent(line)


def all_held(line: Line) -> Line:
    """Give a line of a complete order whose seats are held: all of them went out, by parcels or not."""
    if not _counts_parcels(line):
        return line
    return counting(line, shipped=plain(shipped(line) + _unsent(line)))


def open_again(line: Line) -> Line:
    """Give a line to which came back what was given back, or switched away, before it went out.

    It is still to be sent, unless the line is complete: then nothing more is, and seats are held.
    """
    if not (_counts_parcels(line) and _unsent(line) and line.status in GONE_OUT):
        return line
    if line.subscription:
        return all_held(line)
    if line.status is Status.COMPLETED:
        return line
    return replace(line, status=Status.PARTLY_SHIPPED if shipped(line) else Status.RECEIVED)


def _counts_parcels(line: Line) -> bool:
    return line.details is not None and line.details.shipped is not None


def _unsent(line: Line) -> Quantity:
    """Tell how much of a line neither went out nor was cancelled, given back or switched away."""
    gone = shipped(line)
    left = size(line.quantity) - cancelled(line) - gone
    if line.remaining is not None:
        # What went out and did not come back is among what remains.
        left = min(left, line.remaining - (gone - returned(line)))
    return plain(max(0, left))


def settled(line: Line) -> Line:
    """Give a line with the status that follows from what was counted once nothing of it is to be sent."""
    if to_ship(line):
        return line
    gone = shipped(line)
    if not gone:
        return replace(line, status=Status.CANCELLED)
    if returned(line) >= gone:
        return replace(line, status=Status.RETURNED)
    over = line.status in GONE_OUT | NOT_COMING
    return line if over else replace(line, status=Status.SHIPPED)


def in_pieces(left: Quantity) -> int | None:
    """Give what is left of a line as ``remaining`` has it: in whole pieces, None where there are none."""
    left = plain(max(0, left))
    return left if isinstance(left, int) else None


def counting(line: Line, **counted: Quantity) -> Line:
    """Give a line with some of its quantities counted: ``cancelled``, ``shipped``, ``returned``."""
    return replace(line, details=replace(line.details or LineDetails(), **counted))


def _counted(line: Line) -> Quantity:
    return (line.details.shipped if line.details else None) or 0


def is_counted(line: Line) -> bool:
    """Tell whether somebody counted what went out of a line, or what does not come."""
    return line.details is not None and (
        line.details.shipped is not None or line.details.cancelled is not None
    )
