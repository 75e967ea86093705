"""Searching: whether an order that may have arrived at a vendor stands in its list."""

from __future__ import annotations

from datetime import datetime, timedelta

from orderglot.core.order import Order
from orderglot.core.query import Compare, Operator, Query, Window
from orderglot.faces.client import Client
from orderglot.sync.criteria import native_id
from orderglot.sync.duplicates import pieces
from orderglot.sync.pages import Pages, RetryPolicy
from orderglot.sync.traversal import Traversal
from orderglot.wire.dialect import Dialect
from orderglot.wire.loss import carried

SKEW = timedelta(days=1)
"""So far a vendor's clock, or the zone that it leaves out, may be from ours."""

SHORTLY = RetryPolicy(longest=10.0)


class Search:
    """What a vendor's list has that is like an order; ``sure`` says that nothing can be missing.

    ``parts`` may be what is left of it where it was cut off between several requests. ``marked``
    says that the list shows the mark of at least one order, of any client.
    """

    def __init__(
        self, found: list[Order], parts: list[Order], *, sure: bool, marked: bool = False
    ) -> None:
        self.found = found
        self.parts = parts
        self.sure = sure
        self.marked = marked


async def search(client: Client, order: Order, begun: datetime) -> Search:
    """Traversal through a vendor's list for an order that was sent to it not before ``begun``."""
    first = Window(where=_where(order, begun), limit=client.dialect.can.max_size, total=True)
    pages = Pages(client, first, SHORTLY, lambda _text: None)
    look = Traversal(whole=True)
    found, parts = dict[str, Order](), dict[str, Order]()
    unread, position, marked = 0, 0, False
    window: Window | None = first
    while window is not None:
        look.ask(window)
        shown = await pages.show(window, position)
        orders = tuple(one.order for one in shown.found)
        look.see(orders, len(shown.unread), shown.total, shown.next is not None)
        marked = marked or any(one.integration for one in orders)
        for one in orders:
            if alike(order, one, begun, client.dialect):
                found[native_id(one, client.dialect.name)] = one
            elif _part(order, one, begun, client.dialect):
                parts[native_id(one, client.dialect.name)] = one
        unread += len(shown.unread)
        position, window = position + shown.length, shown.next
    sure = not unread and not look.missed()
    return Search(list(found.values()), list(parts.values()), sure=sure, marked=marked)


def _where(order: Order, begun: datetime) -> Query:
    """Describe what a vendor may narrow its list by; what it cannot be asked it leaves out."""
    if order.po_number:
        return Compare("po_number", Operator.EQ, order.po_number)
    return Compare("created", Operator.GTE, begun - SKEW)


def alike(order: Order, there: Order, begun: datetime, dialect: Dialect) -> bool:
    """Tell whether an order of a vendor's can be the one that was sent: its number and its lines."""
    if there.created is not None and there.created < begun - SKEW:
        return False
    sent = carried(order, dialect.name, dialect.can)
    return sent.po_number == there.po_number and pieces(sent) == pieces(there)


def _part(order: Order, there: Order, begun: datetime, dialect: Dialect) -> bool:
    """Tell whether an order of a vendor's can be a beginning of the one that was sent."""
    if there.created is not None and there.created < begun - SKEW:
        return False
    sent = carried(order, dialect.name, dialect.can)
    named = (sent.po_number, sent.name) == (there.po_number, there.name)
    return named and pieces(there) < pieces(sent)
