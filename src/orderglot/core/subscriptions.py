"""Subscriptions: what a customer holds, by the orders that began, renewed, switched or ended it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.order import Identity, Line, Order
from orderglot.core.returns import remaining
from orderglot.core.values import Kind, Status

OVER = frozenset({Status.DRAFT, Status.FAILED, Status.CANCELLED})
BEGINNING = frozenset({Kind.SALE, Kind.TRANSFER})
SWITCHING = frozenset({Kind.SWITCH, Kind.SWITCH_REVERSAL})


class Subscription(Struct, frozen=True, kw_only=True):
    """So many pieces of a product that a customer holds, and the order that they came with last."""

    id: str
    sku: str
    quantity: int
    order: Identity
    currency: str = ""
    deployment: str = ""


def held(orders: Iterable[Order]) -> dict[str, Subscription]:
    """Give what a customer holds after these orders, which come oldest first, by its id."""
    holding: dict[str, Subscription] = {}
    for order in orders:
        if order.status not in OVER:
            for line in order.lines:
                if line.subscription and line.status not in OVER:
                    _count(holding, order, line)
    return {id: one for id, one in holding.items() if one.quantity > 0}


def completed(order: Order, name: Callable[[Line], str]) -> Order:
    """Complete an order: every line of it that begins a subscription gets one, named by ``name``."""
    lines = tuple(
        replace(
            line,
            status=Status.COMPLETED,
            subscription=line.subscription or (name(line) if _begins(order, line) else ""),
        )
        for line in order.lines
    )
    return replace(order, status=Status.COMPLETED, lines=lines)


def _begins(order: Order, line: Line) -> bool:
    return order.kind in BEGINNING | SWITCHING and line.quantity > 0


def _count(holding: dict[str, Subscription], order: Order, line: Line) -> None:
    before = holding.get(line.subscription)
    if order.kind in BEGINNING or order.kind is Kind.RENEWAL:
        holding[line.subscription] = _of(order, line, remaining(line))
    elif order.kind in SWITCHING and before is not None:
        holding[line.subscription] = replace(before, quantity=before.quantity + line.quantity)
    elif order.kind in SWITCHING:
        holding[line.subscription] = _of(order, line, line.quantity)


def _of(order: Order, line: Line, quantity: int) -> Subscription:
    return Subscription(
        id=line.subscription,
        sku=line.sku,
        quantity=quantity,
        order=Identity(id=order.id, number=order.number, references=order.references),
        currency=line.currency or order.currency,
        deployment=line.deployment,
    )
