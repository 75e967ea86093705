"""Duplicates: orders that come from a vendor and are here already, because they came another way.

What we sent ourselves may come back through another channel or another hub. Surely the same order
is recognised; what is only likely the same is left to a person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from orderglot.core.errors import Conflict
from orderglot.core.order import Order, by_hub_id, id_at
from orderglot.core.ports import Book, UnitOfWork
from orderglot.core.query import LARGE, Compare, Operator, Or, Query, Value, Window
from orderglot.sync.goods import pieces
from orderglot.sync.sent import NEAR, sent_before
from orderglot.wire.dialect import Dialect
from orderglot.wire.loss import carried

MOST = 1_000
"""So many orders at most are looked at for one page of a vendor's."""


async def find_twins(
    unit: UnitOfWork, channel: str, dialect: Dialect, orders: Sequence[Order]
) -> list[Order | None]:
    """Give for each of a vendor's orders the same order of the book that he has no id for, or None.

    ``orders`` have true moments. Raises Conflict where one is only likely the same. What the book
    has to be asked for does not grow with how much was sent from here.
    """
    if not orders:
        return []
    sent = await sent_before(unit, orders)
    candidates = {one.id: one for one in await _candidates(unit, orders)}
    others = [by_hub_id(id) for id in sent.keys() - candidates.keys()]
    known = await unit.known(others, by_hub_id=True) if others else ()
    candidates |= {one.id: one for one in known if one is not None}
    there = [one for one in candidates.values() if not id_at(one, channel)]
    seen = [(one, carried(one, dialect.name, dialect.can)) for one in there]
    return [_twin(order, seen, sent) for order in orders]


async def _candidates(book: Book, orders: Sequence[Order]) -> list[Order]:
    found = list[Order]()
    where = _where(orders)
    window = Window(where=where, limit=LARGE) if where else None
    # Mostly there are none; no more are asked for at a time than are read at once.
    while window is not None and len(found) < MOST:
        page = await book.page(window)
        found += page.orders
        window = page.next
    return found


def _where(orders: Sequence[Order]) -> Query | None:
    """Describe which orders of the book could be one of these: by number, PO number or moment.

    Those of which a wire says none of these are looked for by their total.
    """
    nameless = {one.totals.total for one in orders if _is_nameless(one)}
    values: dict[str, tuple[Value, ...]] = {
        "totals.total": tuple(nameless - {None}),
        "po_number": tuple({one.po_number for one in orders} - {""}),
        "number": tuple({one.number for one in orders} - {""}),
        "created": tuple({one.created for one in orders} - {None}),
    }
    parts = tuple(Compare(name, Operator.IN, some) for name, some in values.items() if some)
    return Or(parts) if parts else None


def _twin(
    order: Order, candidates: Sequence[tuple[Order, Order]], sent: Mapping[int, datetime]
) -> Order | None:
    for ours, seen in candidates:
        if _surely(order, seen):
            return ours
    for ours, seen in candidates:
        if _likely(order, seen, sent=sent.get(ours.id)):
            raise Conflict(
                f"This looks like order {ours.id} of the book; say --settle NAME with --is {ours.id} "
                "or --new."
            )
    return None


def _surely(order: Order, seen: Order) -> bool:
    """Tell whether two orders are one.

    That is the same moment, PO number and goods; where one of them has no lines, the same number,
    PO number and total.
    """
    if order.po_number != seen.po_number or order.currency != seen.currency:
        return False
    if order.lines and seen.lines:
        same = order.created is not None and order.created == seen.created
        return same and pieces(order).same(pieces(seen))
    total = order.totals.total
    return bool(order.number) and order.number == seen.number and total == seen.totals.total


def _likely(order: Order, seen: Order, *, sent: datetime | None) -> bool:
    """Tell whether two orders may be one, of which one has changed since.

    ``sent`` is when a vendor took ours, who may say that moment for it.
    """
    if order.po_number and seen.po_number and order.po_number != seen.po_number:
        return False
    if _is_nameless(order):
        return order.totals.total == seen.totals.total and order.ship_to == seen.ship_to
    named = order.po_number != "" and order.po_number == seen.po_number
    goods = not (order.lines and seen.lines) or pieces(order).share(pieces(seen))
    if order.created and order.created == seen.created:
        return goods or named
    if named:
        return goods and (sent is not None or _near(order.created, seen.created))
    same = bool(order.lines) and pieces(order).same(pieces(seen))
    return sent is not None and same and _near(order.created, sent)


def _is_nameless(order: Order) -> bool:
    """Tell whether nothing but what it comes to and where it goes says which order this is."""
    named = order.po_number or order.number or order.created or order.lines
    return not named and order.totals.total is not None


def _near(one: datetime | None, other: datetime | None) -> bool:
    return one is None or other is None or abs(one - other) <= NEAR
