"""Recovery: whether a vendor has an order that was sent to him and whose answer did not come."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

from msgspec import Struct

from orderglot.core.errors import HubError, NotFound, Upstream
from orderglot.core.order import Order, Reference
from orderglot.core.ports import Book
from orderglot.stores import document
from orderglot.sync.criteria import native_id
from orderglot.sync.discrepancies import has_shown_marks
from orderglot.sync.goods import pieces
from orderglot.sync.matching import event_of
from orderglot.sync.notes import Placing
from orderglot.sync.search import Search, search
from orderglot.sync.vendor import Vendor

SETTLING = timedelta(minutes=2)
"""So long after it was sent may a request be on its way into the vendor's list."""

Notify = Callable[[str], None]


class Unknown(Upstream):
    """It is not known whether the vendor has the order; the message says what to do."""


class Seen(Struct, frozen=True):
    """What a vendor shows of an order that was sent: all of it, its beginning, or nothing."""

    order: Order | None = None
    begun: bool = False


class Looking:
    """A vendor asked for an order; ``error`` is why it has to be asked for."""

    def __init__(
        self,
        book: Book,
        vendor: Vendor,
        placing: Placing,
        notify: Notify,
        error: HubError | None = None,
    ) -> None:
        self.book = book
        self.vendor = vendor
        self.placing = placing
        self.sent = document.read_order(placing.order)
        self.notify = notify
        self.doubt = doubt(vendor, self.sent, error)
        self.recent = error is not None or book.now() - placing.sent < SETTLING

    async def look(self) -> Seen:
        """Ask the vendor for the order.

        Raises Unknown where it cannot be told whether he has it, or it may still be on its way.
        """
        if self.vendor.dialect.flows.find is not None:
            with self._asking():
                begun = await self.vendor.client.find(wire_order(self.placing, self.vendor))
            if begun is not None:
                return self._completed(begun)
        if self.vendor.dialect.flows.page is None:
            raise Unknown(f"{self.doubt}, and it has no list to ask; {ask_somebody(self.sent)}")
        with self._asking():
            order = wire_order(self.placing, self.vendor)
            there = await search(self.vendor.client, order, self.placing.begun)
        return Seen(await self._chosen(there))

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """Ask the vendor; raises Unknown where it does not answer."""
        try:
            yield
        except HubError as silence:
            reason = (
                f"{self.doubt}, and asking failed: {silence.message} Run the same command again."
            )
            raise Unknown(reason) from silence

    def _completed(self, begun: Order) -> Seen:
        if pieces(begun).same(pieces(self.sent)):
            return Seen(begun)
        if self.recent:
            raise Unknown(f"{self.doubt}: it has the beginning of it. {_later('goes on there')}")
        return Seen(begun=True)

    async def _chosen(self, there: Search) -> Order | None:
        """Give the one that is it, None where surely none is."""
        alike = await self._not_known(there.found.values())
        older, begun = await self._not_known(there.older.values()), list(there.parts.values())
        keeps = bool(alike or older or begun) and await self._keeps_marks(there)
        found, others, parts = ([], [*alike, *older], []) if keeps else (alike, [], begun)
        advice = ask_somebody(self.sent)
        # Ours would have been found by its mark; one that is only like it may be somebody else's.
        if len(found) == 1 and self.vendor.dialect.flows.find is None:
            return found[0]
        if found:
            raise Unknown(f"{self.doubt}: {self._ids(found)} are all like it; {advice}")
        if older and not keeps:
            raise Unknown(
                f"{self.doubt}: {self._ids(older)} like it, and by its clock there before; {advice}"
            )
        if parts:
            raise Unknown(f"{self.doubt}: {self._ids(parts)} may be a part of it; {advice}")
        if not there.sure:
            raise Unknown(f"{self.doubt}: not all of its list can be read; {advice}")
        surely = f"{self._ids(others)}: none of them is it, for none bears its mark" * bool(others)
        if self.recent:
            shown = f"{surely}, and its list" if surely else "its list"
            raise Unknown(f"{self.doubt}: {shown} does not show it yet. {_later('asks first')}")
        if surely:
            self.notify(f"The {self.vendor.dialect.title} has orders like it, {surely}.")
        return None

    async def _not_known(self, orders: Iterable[Order]) -> list[Order]:
        """Give those that are not other orders of the book, which were placed there."""
        return [one for one in orders if not await self._sent_before(one)]

    async def _keeps_marks(self, there: Search) -> bool:
        """Tell whether the vendor would show our mark, as he shows at least one of somebody's.

        That may be on an order of ours which he had before.
        """
        if self.vendor.dialect.flows.find is None:
            return False
        return there.marked or await has_shown_marks(self.book, self.vendor.name)

    async def _sent_before(self, there: Order) -> bool:
        """Tell whether what the vendor has is another order of the book, which was placed there."""
        name = self.vendor.name
        try:
            other = await self.book.get(Reference(name, native_id(there, self.vendor.dialect.name)))
        except NotFound:
            return False
        return any(one.what == event_of(name) for one in await self.book.events(other.id))

    def _ids(self, orders: Sequence[Order]) -> str:
        return ", ".join(native_id(one, self.vendor.dialect.name) for one in orders)


def wire_order(placing: Placing, vendor: Vendor) -> Order:
    """Give an order as it goes to a vendor: with the ids alone that he gave."""
    return vendor.source.outgoing(document.read_order(placing.boxed or placing.order))


def doubt(vendor: Vendor, order: Order, error: HubError | None) -> str:
    """State that it is not known whether a vendor has an order, and why."""
    why = f" ({error.message})" if error else ""
    return f"It is not known whether the {vendor.dialect.title} has order {order.id}{why}"


def ask_somebody(order: Order) -> str:
    """Describe what a person can do where nobody else can tell."""
    shown = f"purchase order {order.po_number!r}" if order.po_number else "an order of its lines"
    return f"look there for {shown} and say what you find: --is ID, or --absent."


def _later(does: str) -> str:
    minutes = int(SETTLING.total_seconds() // 60)
    return f"Run the same command again in {minutes} minutes; it {does}."
