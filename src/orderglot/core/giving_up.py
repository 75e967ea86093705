"""Giving up: an order that took something of others gives it back when it is cancelled or deleted.

A return took pieces of the order that it is of, a switch seats of those that they came with. Taken up
again, it takes them again, as long as they are there. And an order of which seats were switched away
is not given up: they would stay, bought by nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import chain

from orderglot.core.boxes import unpacked
from orderglot.core.cancelled_returns import can_be_taken, counted_anew
from orderglot.core.errors import Conflict, Invalid, Rule, invalid
from orderglot.core.order import Line, Order
from orderglot.core.ports import Book
from orderglot.core.presumed_seats import is_silent, with_presumed
from orderglot.core.quantities import Quantity, plain
from orderglot.core.query import And, Compare, Operator
from orderglot.core.returned_prices import demand_same_price
from orderglot.core.returns import bought_as, gone_otherwise, remaining
from orderglot.core.returns import counted as left_by_returns
from orderglot.core.seats import counted_down, keeping, returned, shares, taken
from orderglot.core.subscriptions import DONE, FAMILY, SWITCHING
from orderglot.core.values import COME_TO_NOTHING, Kind, Relation

TAKING = SWITCHING | {Kind.RETURN}
"""Kinds of orders that take something of others, also while they are open."""


def taken_from(order: Order) -> tuple[int, ...]:
    """Give the hub ids of the orders that an order took something of."""
    if order.kind is Kind.RETURN:
        originals = (one.order.id for one in order.links if one.relation is Relation.RETURN_OF)
        return tuple(id for id in originals if id)
    return tuple(dict.fromkeys(one.order for one in shares(order)))


async def with_shares(book: Book, order: Order, *, back: bool) -> Order:
    """Give a switch of a vendor's, who does not say from which lines it took, with its shares.

    ``order`` is the switch as it stands: before it is given up, with what it is presumed to have taken,
    or once it is taken up again, with what it takes. Raises Invalid where that is not there any more.
    """
    if not is_silent(order) or order.customer is None:
        return order
    await book.guard(FAMILY.format(customer=order.customer.id))
    theirs = Compare("customer.id", Operator.EQ, order.customer.id)
    walked = book.walk(theirs, omitted=True)
    every = [order if one.id == order.id else one async for one in walked]
    done = [one for one in every if one.status in DONE]
    if back:
        open_ones = [one for one in every if one not in done and one.kind in TAKING]
        return next(one for one in with_presumed((*done, *open_ones)) if one.id == order.id)
    others = [one for one in done if one.id != order.id]
    gone = [line for line in order.lines if line.quantity < 0]
    found = [taken(others, line.subscription, -line.quantity) for line in gone]
    short = any(
        sum(share.quantity for share in shares) < -line.quantity
        for shares, line in zip(found, gone, strict=True)
    )
    if short:
        raise _not_there()
    return keeping(order, chain(*found))


def is_given_up(before: Order, now: Order) -> bool | None:
    """Tell whether an order is given up by a change, or taken up again; None where it is neither.

    Whoever deletes one gives it up.
    """
    was, is_now = _is_over(before), _is_over(now)
    return None if was is is_now else is_now


def _is_over(order: Order) -> bool:
    return order.status in COME_TO_NOTHING or order.deleted is not None


def gives_seats_up(before: Order, now: Order) -> bool:
    """Tell whether a change gives up an order that seats came with; of a switch ``counted`` tells."""
    gone = not _is_nothing(before) and _is_nothing(now)
    return gone and before.kind not in SWITCHING and any(one.subscription for one in before.lines)


def _is_nothing(order: Order) -> bool:
    return _is_over(order) or order.kind is Kind.QUOTE


async def takers(book: Book, order: Order) -> tuple[Order, ...]:
    """Give the switches and reversals that took seats of an order; none comes until the unit ends."""
    if order.customer is None:
        return ()
    await book.guard(FAMILY.format(customer=order.customer.id))
    theirs = Compare("customer.id", Operator.EQ, order.customer.id)
    switches = Compare("kind", Operator.IN, tuple(sorted(SWITCHING)))
    found = book.walk(And((theirs, switches)), omitted=True)
    return tuple([one async for one in found if has_taken(one, order)])


def demand_untaken(now: Order, taken_by: Collection[Order]) -> None:
    """Raise Conflict of an order that is deleted, Invalid of another, whose seats others hold."""
    undone = {link.order.id for one in taken_by if _undoes(one) for link in one.links}
    holders = [one for one in taken_by if one.id not in undone and _holds_of(one, now)]
    if not holders:
        return
    newest_first = sorted(holders, key=lambda one: -one.id)
    what = ", then ".join(f"{one.kind} {one.id}" for one in newest_first)
    reason = f"Seats of this order were switched away; first cancel {what}."
    if now.deleted is not None:
        raise Conflict(reason)
    raise invalid("kind" if now.kind is Kind.QUOTE else "status", Rule.STATE, reason)


def _undoes(order: Order) -> bool:
    return order.kind is Kind.SWITCH_REVERSAL and order.status not in COME_TO_NOTHING


def _holds_of(order: Order, other: Order) -> bool:
    return any(one.order == other.id and one.quantity > 0 for one in shares(order))


def demand_sources(order: Order, found: Collection[Order], *, back: bool) -> None:
    """Raise Invalid where an order would take seats again of one that was given up meanwhile."""
    standing = {one.id for one in found if not _is_nothing(one)}
    took = shares(order)
    if any(
        one.order not in standing for one in (returned(took) if back else took) if one.quantity > 0
    ):
        raise _not_there()


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
    order was undone already; and where it has another price by now than the order says.
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
    if not back:
        demand_same_price(order, known)
    for one in known:
        switched = gone_otherwise(one, linked[one.id])
        yield counted_anew(one, order, back=back, switched=switched)


def has_taken(order: Order, other: Order) -> bool:
    """Tell whether an order that stands took seats of another one."""
    return not _is_over(order) and any(share.order == other.id for share in shares(order))


def _demand_undone_by_nobody(order: Order, linked: Collection[Order]) -> None:
    if order.kind is not Kind.SWITCH:
        return
    if any(map(_undoes, linked)):
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
        short = not all(can_be_taken(bought_as(one, line), order, line) for one, line in wanted)
    else:
        parts = [(share, -share.quantity if back else share.quantity) for share in shares(order)]
        short = any(
            part > 0 and share.order in there and _seats(there[share.order], share.line) < part
            for share, part in parts
        )
    if short:
        raise _not_there()


def _not_there() -> Invalid:
    reason = "What this order took is not there any more; make a new one."
    return invalid("status", Rule.SPENT, reason)


def _seats(order: Order, number: int) -> Quantity:
    """Count the seats that are left of a line, in pieces; what a switch takes away has the same number."""
    named = (line for line in order.lines if line.number == number and line.quantity > 0)
    return plain(sum(remaining(unpacked(line)) for line in named))
