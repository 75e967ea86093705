"""A plain model of orders in several books: what each member comes to, and what tells an order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from orderglot import dialects
from orderglot.core.order import Order, Totals
from orderglot.core.values import Status
from tests.sync.hubs import Hub, mark_of

MEMBERS: dict[str, Callable[[Order], Any]] = {
    "status": lambda order: order.status,
    "quantity": lambda order: order.lines[0].quantity if order.lines else None,
    "dock": lambda order: order.ship_to.line_2 if order.ship_to else None,
    "total": lambda order: order.totals.total,
}


@dataclass
class VendorState:
    """A vendor's last state of an order, as his wire carries it; whether the order went there from here."""

    received: Order
    placed: bool = False


def merged(ours: Any, seen: Any, last: Any, received: Any, *, ours_win: bool) -> Any:
    if received in (last, ours):
        return ours
    if ours != last and seen != last and ours_win:
        return ours
    return received


def more_of(order: Order) -> Order:
    if not order.lines:
        return order
    line = order.lines[0]
    quantity = line.quantity + 24
    total = quantity * (line.unit_price or Decimal("1.20"))
    lines = (replace(line, quantity=quantity, total=total),)
    return replace(order, lines=lines, totals=Totals(total=total))


def is_shown_without_lines(order: Order) -> bool:
    """Tell whether a vendor shows what an order comes to and not what is in it."""
    names = [ref.dialect.partition("@")[0] for ref in order.references]
    return any("lines" in dialects.dialect(name).can.loses for name in names)


def tells(order: Order, received: Order) -> bool:
    """Tell whether an order of a vendor's says in any way that it is one of ours."""
    near = (
        order.created
        and received.created
        and abs(order.created - received.created) < timedelta(days=2)
    )
    if order.po_number and received.po_number:
        return near is None or bool(near)
    if order.lines and received.lines:
        return order.created is not None and order.created == received.created
    return bool(order.number and received.number)


def is_same(one: Order, order: Order) -> bool:
    return bool(one.po_number or one.lines) and mark_of(one) == mark_of(order)


async def same_in(hub: Hub, order: Order) -> list[Order]:
    """Give the orders of a book, deleted or not, that are the same as one of another book."""
    there = [one for one in await hub.everything() if one.status is not Status.DRAFT]
    return [one for one in there if is_same(one, order)]


async def count_of(hub: Hub, order: Order) -> int:
    """Count the orders of a book that are the same as one of another book."""
    return len(await same_in(hub, order))
