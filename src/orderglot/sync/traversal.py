"""Traversal: one walk through a vendor's list, and what tells that the list moved underneath.

A list that is led by offsets moves when something comes in or goes out while it is read. What comes
in before the place that was reached pushes orders on to the next page, where they are seen a second
time: so many repeats, so many orders have been missed. What goes out pulls orders back onto pages
that were read: then fewer are seen than the vendor counts.
"""

from __future__ import annotations

from orderglot.core.errors import Upstream
from orderglot.core.order import Order
from orderglot.core.query import Window

MOST_STALE = 3
"""So many pages in a row may show nothing but what was seen before."""

LONGEST_LINK = 4_000
"""So many characters a link to the next page may have."""

MOST_UNCOUNTED = 1_000
"""So many orders more than twice of what the vendor counts may his list show, since it moves."""

AGAIN = "The vendor's list shows the same orders again and again; ask the vendor about its paging."


class Senseless(Upstream):
    """A list that cannot be read to its end: how far a pull has come in it means nothing."""


class Traversal:
    """What was asked and seen so far in one walk through the list."""

    def __init__(self, *, whole: bool) -> None:
        self.whole = whole
        self.asked: set[tuple[str, int]] = set()
        self.seen: set[int] = set()
        self.stale = 0
        self.repeats = 0
        self.hidden = 0
        self.unknown = 0
        self.total: int | None = None

    def ask(self, window: Window) -> None:
        """Note what is asked for; raises Senseless where it was asked for before."""
        if len(window.after) > LONGEST_LINK:
            raise Senseless(
                f"The vendor's link to the next page has {len(window.after):,} characters; "
                f"{LONGEST_LINK:,} are followed at most."
            )
        place = (window.after, window.offset)
        if place in self.asked:
            raise Senseless("The vendor's list leads back to a page that was already read.")
        self.asked.add(place)

    def see(
        self,
        orders: tuple[Order, ...],
        unread: int,
        total: int | None,
        more: bool,
        hidden: int = 0,
    ) -> None:
        """Note what a page showed; raises Senseless where the list has no end."""
        self.hidden += hidden
        named = [hash(order.references) for order in orders if order.references]
        ids = {*named}
        self.repeats += len(ids & self.seen) + len(named) - len(ids)
        fresh = len(ids - self.seen)
        self.seen |= ids
        self.unknown += unread + sum(not order.references for order in orders)
        self.total = total if total is not None else self.total
        self.stale = 0 if fresh or unread or not more else self.stale + 1
        if self.stale > MOST_STALE:
            raise Senseless(AGAIN)
        if self.total is not None and len(self.seen) > 2 * self.total + MOST_UNCOUNTED:
            raise Senseless(
                f"The vendor counts {self.total:,} orders and his list has shown "
                f"{len(self.seen):,} without coming to an end; ask the vendor about its paging."
            )

    def missed(self) -> int:
        """Give how many orders this look has missed, as far as that is known."""
        short = 0
        if self.whole and self.total is not None:
            short = self.total - len(self.seen) - self.unknown
        return max(self.repeats + self.hidden, short, 0)
