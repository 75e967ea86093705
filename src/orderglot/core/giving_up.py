"""Giving up: an order that took something of others gives it back when it is cancelled or deleted.

A return took pieces of the order that it is of, a switch seats of those that they came with. Taken up
again, it takes them again, as long as they are there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from orderglot.core.errors import Rule, invalid
from orderglot.core.order import Line, Order
from orderglot.core.quantities import Quantity, plain, size
from orderglot.core.returns import (
    bought_as,
    counted_anew,
    gone_otherwise,
    is_sent,
    outside,
    remaining,
)
from orderglot.core.returns import counted as left_by_returns
from orderglot.core.seats import counted_down, returned, shares
from orderglot.core.values import COME_TO_NOTHING, Kind, Relation


def taken_from(order: Order) -> tuple[int, ...]:
    """Give the hub ids of the orders that an order took something of."""
    if order.kind is Kind.RETURN:
        originals = (one.order.id for one in order.links if one.relation is Relation.RETURN_OF)
        return tuple(id for id in originals if id)
    return tuple(dict.fromkeys(one.order for one in shares(order)))


def is_given_up(before: Order, now: Order) -> bool | None:
    """Tell whether an order is given up by a change, or taken up again; None where it is neither.

    Whoever deletes one gives it up.
    """
    was, is_now = _is_over(before), _is_over(now)
    return None if was is is_now else is_now


def _is_over(order: Order) -> bool:
    return order.status in COME_TO_NOTHING or order.deleted is not None


def counted(
    order: Order,
    others: Collection[Order],
    linked: Mapping[int, Collection[Order]],
    *,
    back: bool,
) -> Iterator[Order]:
    """Give the ``others`` with what an order took of them, ``back`` or once more taken.

    ``linked`` are the orders that each of them, and the order itself, is linked with, by its hub id.
    Raises Invalid where what was taken is not there any more: it was returned, or switched on, or the
    order was undone already.
    """
    if back:
        _demand_undone_by_nobody(order, linked[order.id])
    if order.kind is not Kind.RETURN:
        _demand_there(order, others, back=back)
        took = shares(order)
        yield from counted_down(others, returned(took) if back else took)
        return
    known = [left_by_returns(one, linked[one.id]) for one in others]
    _demand_there(order, known, back=back)
    for one in known:
        switched = gone_otherwise(one, linked[one.id])
        yield counted_anew(one, order, back=back, switched=switched)


def has_taken(order: Order, other: Order) -> bool:
    """Tell whether an order that stands took seats of another one."""
    return order.status not in COME_TO_NOTHING and any(
        share.order == other.id for share in shares(order)
    )


def _demand_undone_by_nobody(order: Order, linked: Collection[Order]) -> None:
    if order.kind is not Kind.SWITCH:
        return
    if any(
        one.kind is Kind.SWITCH_REVERSAL and one.status not in COME_TO_NOTHING for one in linked
    ):
        raise invalid("status", Rule.SPENT, "This switch was undone already.")
    if any(map(_has_gone, order.lines)):
        reason = "Seats of this switch were returned or switched on; undo that first."
        raise invalid("status", Rule.SPENT, reason)


def _has_gone(line: Line) -> bool:
    return line.quantity > 0 and line.remaining is not None and line.remaining < line.quantity


def _demand_there(order: Order, others: Collection[Order], *, back: bool) -> None:
    """Raise Invalid where less is left of the others than is to be taken off them."""
    there = {one.id: one for one in others}
    if order.kind is Kind.RETURN:
        wanted = [] if back else [(one, line) for one in others for line in order.lines]
        short = any(_left(bought_as(one, line)) < size(line.quantity) for one, line in wanted)
    else:
        parts = [(share, -share.quantity if back else share.quantity) for share in shares(order)]
        short = any(
            part > 0 and share.order in there and _seats(there[share.order], share.line) < part
            for share, part in parts
        )
    if short:
        reason = "What this order took is not there any more; make a new one."
        raise invalid("status", Rule.SPENT, reason)


def _left(line: Line | None) -> Quantity:
    """Tell how much of a line is not returned: no more than is outside of one that was shipped."""
    if line is None:
        return 0
    there = line.quantity if line.remaining is None else line.remaining
    return min(there, outside(line)) if is_sent(line) else there


def _seats(order: Order, number: int) -> Quantity:
    """Count the seats that are left of a line; what a switch takes away has the same number."""
    named = (line for line in order.lines if line.number == number and line.quantity > 0)
    return plain(sum(map(remaining, named)))
