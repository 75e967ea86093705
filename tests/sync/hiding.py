"""The ways in which a vendor hides orders of his list, and a vendor who does so."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from msgspec.structs import replace as changed

from orderglot.core.order import Order
from orderglot.core.query import Page, Window
from orderglot.wire.flow import Flow
from tests.sync.vendors import LONG, Vendor, vendor

Page_ = Callable[[Window], Flow[Page]]


@dataclass(frozen=True)
class Hiding:
    """What a vendor hides: the order at a place of a list that he shows in pages of a size."""

    count: int = 12
    size: int = 4
    place: int = 5

    def is_at_its_page(self, window: Window, page: Page) -> bool:
        """Tell whether a page is shown whole, and is the one on which the order stands."""
        begins = self.place // self.size * self.size
        return window.limit == self.size and window.offset == begins and bool(page.orders)


Way = Callable[[Hiding, Page_, Window], Flow[Page]]


def shown(page: Page, orders: Sequence[Order], **more: object) -> Page:
    return changed(page, orders=tuple(orders), **more)


def tells_all(_: Hiding, real: Page_, window: Window) -> Flow[Page]:
    """Hide nothing."""
    return (yield from real(window))


def leaves_out(hiding: Hiding, real: Page_, window: Window) -> Flow[Page]:
    """Leave one order out of whatever page it is on, and count all."""
    page = yield from real(window)
    mine = hiding.place - window.offset
    return shown(page, [one for at, one in enumerate(page.orders) if at != mine])


def cuts(hiding: Hiding, real: Page_, window: Window) -> Flow[Page]:
    """Cut a page in half, and lead on as if it were whole."""
    page = yield from real(window)
    half = page.orders[: hiding.size // 2]
    return shown(page, half) if hiding.is_at_its_page(window, page) else page


def ends(hiding: Hiding, real: Page_, window: Window) -> Flow[Page]:
    """Cut a page in half, and lead nowhere from there."""
    page = yield from cuts(hiding, real, window)
    return changed(page, next=None) if hiding.is_at_its_page(window, page) else page


def empties(hiding: Hiding, real: Page_, window: Window) -> Flow[Page]:
    """Show a page as an empty one that leads nowhere, as a 204 does."""
    page = yield from real(window)
    return shown(page, (), next=None) if hiding.is_at_its_page(window, page) else page


def repeats(hiding: Hiding, real: Page_, window: Window) -> Flow[Page]:
    """Show one order in another one's place, so that its id is there twice."""
    page = yield from real(window)
    if not hiding.is_at_its_page(window, page) or len(page.orders) < 2:
        return page
    return shown(page, (page.orders[1], *page.orders[1:]))


def moves(_: Hiding, real: Page_, window: Window) -> Flow[Page]:
    """Show what stands one place further on each page but the first, as when one goes out."""
    if not window.offset:
        return (yield from real(window))
    return (yield from real(changed(window, offset=window.offset + 1)))


def counts_more(_: Hiding, real: Page_, window: Window) -> Flow[Page]:
    """Count more orders than there are."""
    page = yield from real(window)
    return changed(page, total=None if page.total is None else page.total + 3)


def counts_less(hiding: Hiding, real: Page_, window: Window) -> Flow[Page]:
    """Count one page alone, and end there."""
    page = yield from real(window)
    less = None if page.total is None else min(page.total, hiding.size)
    return changed(page, total=less, next=None)


def never(hiding: Hiding, real: Page_, window: Window) -> Flow[Page]:
    """Show, and count, a list in which one order has never stood."""
    page = yield from real(window)
    total = None if page.total is None else page.total - 1
    if window.offset + len(page.orders) <= hiding.place:
        return changed(page, total=total)
    beyond = window.offset > hiding.place
    there = yield from real(changed(window, offset=window.offset + beyond, limit=window.limit + 1))
    left = [one for at, one in enumerate(there.orders) if there.window.offset + at != hiding.place]
    more = len(left) > window.limit or there.next is not None
    following = changed(window, offset=window.offset + window.limit) if more else None
    return shown(page, left[: window.limit], next=following, total=total)


@asynccontextmanager
async def hiding_vendor(name: str, hiding: Hiding, way: Way) -> AsyncIterator[Vendor]:
    """Open a vendor who shows his list in a certain way."""
    async with vendor(name, hiding.count) as shop:
        show(shop, hiding, way)
        yield shop


def show(shop: Vendor, hiding: Hiding, way: Way) -> None:
    """Have a vendor show his list in a certain way from now on."""
    flows = shop.implementation.dialect.flows if shop.implementation.dialect else None
    assert flows is not None
    assert flows.page is not None
    # Led by offsets alone, so that it is known where in the list a page stands.
    page = _by_offsets(flows.page)
    shop.client.dialect = replace(
        shop.dialect,
        can=replace(shop.dialect.can, max_size=hiding.size),
        flows=replace(flows, page=lambda window: way(hiding, page, window)),
    )
    shop.retry_policy = LONG


def _by_offsets(real: Page_) -> Page_:
    def page(window: Window) -> Flow[Page]:
        found = yield from real(window)
        end = window.offset + len(found.orders)
        following = changed(window, after="", offset=end) if found.next is not None else None
        return changed(found, next=following)

    return page
