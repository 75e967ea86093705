"""Searching: whether an order that may have arrived at a vendor stands in its list."""

from __future__ import annotations

from datetime import datetime, timedelta

from orderglot.core.order import Order
from orderglot.core.query import EVERYTHING, Compare, Operator, Query, Window
from orderglot.faces.client import Client
from orderglot.sync.criteria import native_id
from orderglot.sync.goods import pieces
from orderglot.sync.pages import Pages, RetryPolicy
from orderglot.sync.traversal import Traversal
from orderglot.sync.walks import BEGINNING, moment_of
from orderglot.wire.dialect import Dialect
from orderglot.wire.loss import carried

SKEW = timedelta(days=1)
"""So far a vendor's clock, or the zone that it leaves out, may be from ours."""

SHORTLY = RetryPolicy(longest=10.0)


class Search:
    """What a vendor's list has that is like an order; ``sure`` says that nothing can be missing.

    ``older`` were there before it was sent, by the vendor's clock, which may be wrong. ``parts`` may
    be what is left of it where it was cut off between several requests. ``marked`` says that the
    list shows the mark of at least one order, of any client.
    """

    def __init__(self) -> None:
        self.found = dict[str, Order]()
        self.older = dict[str, Order]()
        self.parts = dict[str, Order]()
        self.sure = False
        self.marked = False

    def see(self, order: Order, there: Order, begun: datetime, dialect: Dialect) -> None:
        """Note one of the vendor's orders, if it is like the one that was sent."""
        self.marked = self.marked or bool(there.integration)
        if alike(order, there, dialect):
            known = self.found if is_since(there, begun) else self.older
        elif is_since(there, begun) and _part(order, there, dialect):
            known = self.parts
        else:
            return
        known[native_id(there, dialect.name)] = there


async def search(client: Client, order: Order, begun: datetime) -> Search:
    """Go through a vendor's list for an order that was sent to it not before ``begun``."""
    where = _where(order, client.dialect)
    first = Window(where=where, limit=client.dialect.can.max_size, total=True)
    pages = Pages(client, first, SHORTLY, lambda _text: None)
    look, result = Traversal(whole=True), Search()
    unread, position = 0, 0
    window: Window | None = first
    while window is not None:
        look.ask(window)
        shown = await pages.show(window, position)
        orders = tuple(one.order for one in shown.found)
        look.see(orders, len(shown.unread), shown.total, shown.next is not None)
        for one in orders:
            result.see(order, one, begun, client.dialect)
        unread += len(shown.unread)
        position, window = position + shown.length, shown.next
    result.sure = not unread and not look.missed()
    return result


def _where(order: Order, dialect: Dialect) -> Query:
    """Describe what a vendor may narrow its list by; what it cannot be asked it leaves out.

    That is no moment, since his clock may be wrong.
    """
    if order.po_number:
        return Compare("po_number", Operator.EQ, order.po_number)
    if dialect.lists.begins is not None:
        return Compare(moment_of(dialect), Operator.GTE, BEGINNING)
    return EVERYTHING


def alike(order: Order, there: Order, dialect: Dialect) -> bool:
    """Tell whether an order of a vendor's can be the one that was sent: its number and its lines."""
    sent = carried(order, dialect.name, dialect.can)
    return sent.po_number == there.po_number and pieces(sent).same(pieces(there))


def is_since(there: Order, begun: datetime) -> bool:
    """Tell whether a vendor's order was made since one was sent to him, by his clock."""
    return there.created is None or there.created >= begun - SKEW


def _part(order: Order, there: Order, dialect: Dialect) -> bool:
    """Tell whether an order of a vendor's can be a beginning of the one that was sent."""
    sent = carried(order, dialect.name, dialect.can)
    named = (sent.po_number, sent.name) == (there.po_number, there.name)
    return named and pieces(there).within(pieces(sent))
