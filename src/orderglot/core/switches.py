"""Switches: one product in the place of another that a customer holds, and the way back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from msgspec.structs import replace

from orderglot.core.errors import Invalid, Problem, Rule
from orderglot.core.order import Line, Order
from orderglot.core.subscriptions import SWITCHING, Subscription
from orderglot.core.values import COME_TO_NOTHING, Kind, Status

REVERSIBLE = timedelta(days=14)
"""How long after a switch it may be undone."""


def switch(
    wanted: tuple[Line, ...],
    cancelled: tuple[Line, ...],
    holding: Mapping[str, Subscription],
    paths: Mapping[str, tuple[str, ...]],
) -> tuple[Line, ...]:
    """Give the lines of a switch: what comes, and with a quantity below zero what goes for it.

    ``paths`` names the SKUs that one can be switched to; one that is not in it, to any other.
    Raises Invalid where the two do not fit, or the customer does not hold so much.
    """
    if len(wanted) != 1 or len(cancelled) != 1:
        raise _refused("lines", Rule.SIZE, "Switch one line into one other.", 1)
    (new,), (old,) = wanted, cancelled
    problems = tuple(_problems(new, old, holding.get(old.subscription), paths))
    if problems:
        raise Invalid(*problems)
    held = holding[old.subscription]
    gone = replace(
        old,
        sku=held.sku,
        quantity=-old.quantity,
        currency=old.currency or new.currency,
        status=Status.RECEIVED,
    )
    return replace(new, replaces=held.id), gone


def demand_goods(order: Order) -> None:
    """Raise Invalid where an order that is to be returned is a switch."""
    if order.kind in SWITCHING:
        reason = "A switch is not returned; revert it."
        raise Invalid(Problem("kind", Rule.STATE, reason))


def still_open(switches: Iterable[Order]) -> Order | None:
    """Give the first of some switches, of which some came to nothing, that is still under way."""
    return next((order for order in switches if order.status not in COME_TO_NOTHING), None)


def _problems(
    new: Line,
    old: Line,
    held: Subscription | None,
    paths: Mapping[str, tuple[str, ...]],
) -> Iterator[Problem]:
    if held is None:
        reason = "The customer holds no such subscription."
        yield Problem("subscription", Rule.UNKNOWN, reason, old.number)
        return
    if new.quantity != old.quantity:
        reason = f"{new.quantity} cannot take the place of {old.quantity}."
        yield Problem("quantity", Rule.MISMATCH, reason, new.number)
    if old.quantity > held.quantity:
        reason = f"The customer holds {held.quantity}, not {old.quantity}."
        yield Problem("quantity", Rule.SPENT, reason, old.number)
    if new.sku == held.sku or new.sku not in paths.get(held.sku, (new.sku,)):
        reason = f"{held.sku} cannot be switched to {new.sku}."
        yield Problem("sku", Rule.INELIGIBLE, reason, new.number)


def takes_from(order: Order, subscriptions: Collection[str]) -> bool:
    """Tell whether a switch or reversal takes seats of any of some subscriptions."""
    return any(line.quantity < 0 and line.subscription in subscriptions for line in order.lines)


def undo(
    order: Order, reversals: Iterable[Order], holding: Mapping[str, Subscription], now: datetime
) -> tuple[Line, ...]:
    """Give the lines of a switch's reversal; raises Invalid where it cannot be undone.

    That is also where less is held by now of what it was switched to.
    """
    if order.kind is not Kind.SWITCH or order.status in COME_TO_NOTHING:
        raise _refused("kind", Rule.STATE, "Only a switch can be undone.", 1)
    if any(
        one.kind is Kind.SWITCH_REVERSAL and one.status not in COME_TO_NOTHING for one in reversals
    ):
        raise _refused("kind", Rule.SPENT, "This switch was undone already.", 1)
    if order.created is not None and now > order.created + REVERSIBLE:
        reason = f"A switch can be undone for {REVERSIBLE.days} days."
        raise _refused("created", Rule.EXPIRED, reason, 1)
    for line in order.lines:
        there = holding.get(line.subscription)
        if line.quantity > (there.quantity if there else 0):
            reason = f"The customer holds {there.quantity if there else 0}, not {line.quantity}."
            raise _refused("quantity", Rule.SPENT, reason, line.number)
    turned = [_turned(line) for line in order.lines]
    return tuple(sorted(turned, key=lambda line: line.quantity < 0))


def _turned(line: Line) -> Line:
    return replace(
        line,
        quantity=-line.quantity,
        status=Status.RECEIVED,
        replaces="",
        remaining=None,
        unit_price=None,
        total=None,
        pricing=None,
        details=None,
        unknown=(),
    )


def _refused(field: str, rule: Rule, reason: str, line: int) -> Invalid:
    return Invalid(Problem(field, rule, reason, line))
