"""Placing: an order of the book sent to a vendor once, wherever it is cut off on the way.

Before anything is sent, the book notes what will be sent and under which key. While that note
stands, it is not known whether the vendor has the order. A vendor that recognises the key is simply
sent the same again; any other is asked for the order first. What he has is then compared with what
is here.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.errors import Conflict, HubError, Invalid, NotFound, Problem, Upstream
from orderglot.core.order import HUB, Order, Reference, id_at
from orderglot.core.ports import Book, Note, UnitOfWork
from orderglot.faces.client import Transcript
from orderglot.stores import document
from orderglot.sync.attempts import Left, left_behind
from orderglot.sync.comparing import another
from orderglot.sync.criteria import native_id
from orderglot.sync.discrepancies import taken_of, unsettled
from orderglot.sync.matching import Arrival, arrived, name_of
from orderglot.sync.notes import PLACING, Placing, note_of, noted, read
from orderglot.sync.placement_checks import NO_TERMS, Terms, refusals
from orderglot.sync.recovery import Looking, Tell, Unknown, ask_somebody, doubt, wire_order
from orderglot.sync.retrying import written
from orderglot.sync.vendor import Vendor
from orderglot.wire.idempotency import IDEMPOTENCY_KEY
from orderglot.wire.message import Request

MARGIN = timedelta(hours=1)
"""So much earlier than promised a vendor is taken to forget a key."""


class How(StrEnum):
    """How it came that the vendor's id of an order is known."""

    SENT = "sent"
    FOUND = "found"
    THERE = "there"
    TOLD = "told"


class Placed(Struct, frozen=True):
    """An order as it is in the book, the vendor's id of it, and how that came to be known.

    ``differences`` say how what he has differs from what is here.
    """

    order: Order
    id: str
    how: How
    differences: tuple[str, ...] = ()


async def place(
    book: Book,
    vendor: Vendor,
    order: Order,
    terms: Terms = NO_TERMS,
    tell: Tell = lambda _text: None,
) -> Placed:
    """Send an order of the book to a vendor, unless the vendor has it already.

    Raises Invalid where it may not be sent, Unknown where it cannot be told whether the vendor has
    it, and otherwise what the vendor said: then it does not have the order.
    """
    if id := id_at(order, vendor.name) or _id_from_before(order, vendor):
        return await _there(book, vendor, order, id, tell)
    return await _Attempt(book, vendor, order, terms, tell).go()


async def settle(
    book: Book, vendor: Vendor, order: Order, id: str, tell: Tell = lambda _text: None
) -> Placed:
    """Note under which id the vendor has an order, as somebody has found out; he is asked for it.

    Raises Conflict where that is plainly another order, or the vendor has this one as another.
    """
    theirs = await vendor.client.get(Reference(vendor.dialect.name, id))
    known = id_at(order, vendor.name)
    if known not in ("", native_id(theirs, vendor.dialect.name)):
        raise Conflict(f"{vendor.name} has order {order.id} as {known}, not as {id}.")
    if another(vendor.source, order, theirs):
        raise Conflict(
            f"{id} is another order at {vendor.name}: its purchase order {theirs.po_number!r} or "
            f"its goods are not those of order {order.id}; look again for the right id."
        )
    return await _keep(book, vendor, order, theirs, How.TOLD, tell)


def _id_from_before(order: Order, vendor: Vendor) -> str:
    """Give the id of an order that was placed before there were channels."""
    return id_at(order, vendor.dialect.name) if vendor.source.continued else ""


def key_of(order: Order, channel: str, seller: str, intent: int) -> str:
    """Give the key under which an order is sent: always the same one for the same intent."""
    created = order.created.isoformat() if order.created else ""
    said = "\0".join((HUB, seller, channel, str(order.id), created, str(intent)))
    return hashlib.sha256(said.encode()).hexdigest()[:40]


class _Attempt:
    """One run of placing an order, and what an earlier one has left."""

    def __init__(self, book: Book, vendor: Vendor, order: Order, terms: Terms, tell: Tell) -> None:
        self.book = book
        self.vendor = vendor
        self.order = order
        self.terms = terms
        self.tell = tell
        self.note: Note | None = None

    async def go(self) -> Placed:
        """Send the order, or find out first what became of it."""
        self.note = await note_of(self.book, PLACING, name_of(self.order.id, self.vendor.name))
        before = read(self.note, Placing) if self.note else None
        problems = await refusals(self.book, self.vendor, self.order, self.terms)
        if before is None or before.refused or self.terms.absent:
            if problems:
                await self._give_up(problems)
            placing = await self._new(before)
        elif not problems and self._recognised(before):
            placing = _again(before, self.book.now())
        else:
            looked = await self._look(before, problems)
            if isinstance(looked, Placed):
                return looked
            placing = looked
        await self._write_down(placing)
        return await self._send(placing)

    async def _look(self, before: Placing, problems: tuple[Problem, ...]) -> Placed | Placing:
        """Find out what became of an earlier attempt, and give what is to be sent now."""
        seen = await Looking(self.book, self.vendor, before, self.tell).look()
        if seen.order is not None:
            return await _keep(self.book, self.vendor, self.order, seen.order, How.FOUND, self.tell)
        if seen.begun and problems:
            raise Unknown(
                f"The {self.vendor.dialect.title} has the beginning of order {self.order.id}, and "
                f"it may not go on: {Invalid(*problems).message} Take out there what is begun, then "
                "say --absent."
            )
        if problems:
            await self._give_up(problems)
        if seen.begun or not _corrected(before, self.order):
            return _again(before, self.book.now())
        return await self._new(before)

    async def _give_up(self, problems: tuple[Problem, ...]) -> None:
        """Say why it is not sent; what was under way and surely did not arrive is so no more."""
        if self.note is not None:
            gone = self.note
            async with self.book.together() as unit:
                unit.strike(gone)
        raise Invalid(*problems)

    async def _new(self, before: Placing | None) -> Placing:
        intent = before.intent + 1 if before else 1
        seller, now = await self.book.seller(), self.book.now()
        return Placing(
            dialect=self.vendor.dialect.name,
            channel=self.vendor.name,
            key=key_of(self.order, self.vendor.name, seller.name, intent),
            begun=now,
            sent=now,
            order=document.write(self.order),
            intent=intent,
        )

    def _recognised(self, placing: Placing) -> bool:
        """Tell whether the vendor still takes the same request under the same key for the same."""
        dialect, now = self.vendor.dialect, self.book.now()
        ways = [IDEMPOTENCY_KEY] if self.vendor.channel.idempotent else []
        if dialect.idempotency is not None:
            probe = dialect.idempotency.put(Request(method="POST", path="/"), placing.key)
            ways += [dialect.idempotency] if dialect.idempotency.key(probe) else []
        return any(now < placing.begun + way.lasts - MARGIN for way in ways)

    async def _write_down(self, placing: Placing) -> None:
        """Write what is under way; raises Conflict where somebody else is at it."""
        note = noted(PLACING, name_of(self.order.id, placing.channel), placing, self.note)
        try:
            async with self.book.together() as unit:
                unit.note(note)
        except Conflict:
            raise Conflict(
                "Somebody else places this order at this moment; see first what comes of that."
            ) from None
        self.note = replace(note, version=note.version + 1)

    async def _send(self, placing: Placing) -> Placed:
        transcript, vendor = Transcript(), self.vendor
        try:
            theirs = await vendor.client.place(wire_order(placing, vendor), placing.key, transcript)
            if not native_id(theirs, vendor.dialect.name):
                raise Upstream("The vendor does not say under which id it has it.")
        except HubError as error:
            return await self._failed(placing, error, transcript)
        return await _keep(self.book, vendor, self.order, theirs, How.SENT, self.tell)

    async def _failed(self, placing: Placing, error: HubError, heard: Transcript) -> Placed:
        """Find out what is with the vendor; raises his error where he surely does not have it."""
        unsure = doubt(self.vendor, self.order, error)
        left = left_behind(self.vendor.dialect, heard, error, placing)
        if left is Left.NOTHING:
            await self._write_down(replace(placing, refused=True))
            raise error
        if left is Left.PART:
            reason = f"{unsure}: it took a part of it and then refused; {ask_somebody(self.order)}"
            raise Unknown(reason) from error
        if self._recognised(placing):
            reason = (
                f"{unsure}. Run the same command again: the vendor knows it for the same order."
            )
            raise Unknown(reason) from error
        seen = await Looking(self.book, self.vendor, placing, self.tell, error).look()
        if seen.order is None:
            raise error
        return await _keep(self.book, self.vendor, self.order, seen.order, How.FOUND, self.tell)


def _again(placing: Placing, now: datetime) -> Placing:
    return replace(placing, sent=now, sendings=placing.sendings + 1)


def _corrected(placing: Placing, order: Order) -> bool:
    """Tell whether an order says something else than when it was sent."""
    then = document.read_order(placing.order)
    return replace(order, version=0, modified=None, references=()) != replace(
        then, version=0, modified=None, references=()
    )


async def _there(book: Book, vendor: Vendor, order: Order, id: str, tell: Tell) -> Placed:
    """Say that a vendor has an order, and compare what nobody has compared yet."""
    taken = await taken_of(book, vendor.name, order.id)
    if taken is not None and not taken.checked:
        return await _checked(book, vendor, Placed(order, id, How.THERE), tell)
    return Placed(order, id, How.THERE, await unsettled(book, vendor.source, order))


async def _keep(
    book: Book, vendor: Vendor, order: Order, theirs: Order, how: How, tell: Tell
) -> Placed:
    """Keep what a vendor has taken, in one transaction with the end of the note, and compare it.

    Raises Unknown where it cannot be kept: he has it all the same.
    """
    id = native_id(theirs, vendor.dialect.name)
    final = how is How.TOLD or vendor.dialect.flows.get is None
    try:
        arrival = await _written(book, vendor, order, theirs, checked=final)
    except HubError as error:
        raise Unknown(
            f"The {vendor.dialect.title} has order {order.id} as {id}, and that could not be kept "
            f"here: {error.message}"
        ) from error
    placed = Placed(arrival.order, id, how, arrival.differences)
    return placed if final else await _checked(book, vendor, placed, tell)


async def _checked(book: Book, vendor: Vendor, placed: Placed, tell: Tell) -> Placed:
    """Ask a vendor for what he has taken, and keep that as his word."""
    try:
        theirs = await vendor.client.get(Reference(vendor.dialect.name, placed.id))
        arrival = await _written(book, vendor, placed.order, theirs, checked=True)
    except NotFound:
        hidden = f"they do not show it as {placed.id}"
        return replace(placed, differences=(*placed.differences, hidden))
    except HubError as error:
        tell(f"What they have could not be compared ({error.message}); run the same command again.")
        return placed
    found = tuple(dict.fromkeys((*placed.differences, *arrival.differences)))
    return replace(placed, order=arrival.order, differences=found)


async def _written(
    book: Book, vendor: Vendor, order: Order, theirs: Order, *, checked: bool
) -> Arrival:
    async def write(unit: UnitOfWork) -> Arrival:
        return await arrived(unit, vendor, order.id, theirs, checked=checked)

    return await written(book, write)
