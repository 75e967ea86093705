"""Giving up: an order that took something of others gives it back when it is cancelled.

A return took pieces of the order that it is of, a switch seats of those that they came with. Taken up
again, it takes them again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from orderglot.core.order import Order
from orderglot.core.returns import counted_anew
from orderglot.core.seats import counted_down, returned, shares
from orderglot.core.subscriptions import OVER
from orderglot.core.values import Kind, Relation


def taken_from(order: Order) -> tuple[int, ...]:
    """Give the hub ids of the orders that an order took something of."""
    if order.kind is Kind.RETURN:
        originals = (one.order.id for one in order.links if one.relation is Relation.RETURN_OF)
        return tuple(id for id in originals if id)
    return tuple(dict.fromkeys(one.order for one in shares(order)))


def is_given_up(before: Order, now: Order) -> bool | None:
    """Tell whether an order is given up by a change, or taken up again; None where it is neither."""
    was, is_now = before.status in OVER, now.status in OVER
    return None if was is is_now else is_now


def counted(order: Order, others: Collection[Order], *, back: bool) -> Iterator[Order]:
    """Give the ``others`` with what an order took of them, ``back`` or once more taken."""
    if order.kind is Kind.RETURN:
        yield from (counted_anew(one, order, back=back) for one in others)
    else:
        took = shares(order)
        yield from counted_down(others, returned(took) if back else took)
