"""Placing: an order of the book sent to a vendor once, wherever it is cut off on the way.

Before anything is sent, the book notes what will be sent and under which key. While that note
stands, it is not known whether the vendor has the order. A vendor that recognises the key is simply
sent the same again; any other is asked for the order first. What he has is then compared with what
is here.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec.structs import replace

from orderglot.core.errors import Conflict, HubError, Invalid, Problem, Upstream
from orderglot.core.order import HUB, Order, Reference, by_hub_id, id_at
from orderglot.core.ports import Book, Note
from orderglot.faces.client import Transcript
from orderglot.stores import document
from orderglot.sync.attempts import Left, left_behind
from orderglot.sync.comparing import another
from orderglot.sync.criteria import native_id
from orderglot.sync.matching import name_of
from orderglot.sync.notes import PLACING, Placing, note_of, noted, read
from orderglot.sync.packing import packed_for
from orderglot.sync.placement_checks import NO_TERMS, Terms, demand_unasked, refusals
from orderglot.sync.placement_results import How, Placed, keep, there
from orderglot.sync.recovery import Looking, Notify, Unknown, ask_somebody, doubt, wire_order
from orderglot.sync.sent import note_sent
from orderglot.sync.vendor import Vendor
from orderglot.wire.idempotency import IDEMPOTENCY_KEY
from orderglot.wire.message import Request

MARGIN = timedelta(hours=1)
"""So much earlier than promised a vendor is taken to forget a key."""


async def place(
    book: Book,
    vendor: Vendor,
    order: Order,
    terms: Terms = NO_TERMS,
    notify: Notify = lambda _text: None,
) -> Placed:
    """Send an order of the book to a vendor, unless the vendor has it already.

    Raises Invalid where it may not be sent, Unknown where it cannot be told whether the vendor has
    it, and otherwise what the vendor said: then it does not have the order.
    """
    await vendor.understood(book)
    if id := id_at(order, vendor.name) or _id_from_before(order, vendor):
        return await there(book, vendor, order, id, notify)
    return await _Attempt(book, vendor, order, terms, notify).go()


async def settle(
    book: Book, vendor: Vendor, order: Order, id: str, notify: Notify = lambda _text: None
) -> Placed:
    """Note under which id the vendor has an order, as somebody has found out; he is asked for it.

    Raises Conflict where that is plainly another order, or the vendor has this one as another.
    """
    await vendor.understood(book)
    theirs = await vendor.client.get(Reference(vendor.dialect.name, id))
    known = id_at(order, vendor.name)
    if known not in ("", native_id(theirs, vendor.dialect.name)):
        raise Conflict(f"{vendor.name} has order {order.id} as {known}, not as {id}.")
    if another(vendor.source, order, theirs):
        raise Conflict(
            f"{id} is another order at {vendor.name}: its purchase order {theirs.po_number!r} or "
            f"its goods are not those of order {order.id}; look again for the right id."
        )
    return await keep(book, vendor, order, theirs, How.GIVEN, notify)


def _id_from_before(order: Order, vendor: Vendor) -> str:
    """Give the id of an order that was placed before there were channels."""
    return id_at(order, vendor.dialect.name) if vendor.source.continued else ""


def key_of(order: Order, channel: str, seller: str, intent: int) -> str:
    """Give the key under which an order is sent: always the same one for the same intent."""
    created = order.created.isoformat() if order.created else ""
    content = "\0".join((HUB, seller, channel, str(order.id), created, str(intent)))
    return hashlib.sha256(content.encode()).hexdigest()[:40]


@dataclass
class _Attempt:
    """One run of placing an order, and what an earlier one has left."""

    book: Book
    vendor: Vendor
    order: Order
    terms: Terms
    notify: Notify
    note: Note | None = None

    async def go(self) -> Placed:
        """Send the order, or find out first what became of it."""
        self.note = await note_of(self.book, PLACING, name_of(self.order.id, self.vendor.name))
        if self.note is None:
            await self._adopt()
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
        await note_sent(self.book, document.read_order(placing.order), placing.sent)
        await self._write_down(placing)
        return await self._send(placing)

    async def _adopt(self) -> None:
        """Take over what is under way since before there were channels, where it is this vendor's.

        Where it is not known whose it is, a person may say that the order is to be bought here as
        well: then this vendor is asked first, so that he does not get it twice.
        """
        old = await note_of(self.book, PLACING, name_of(self.order.id, self.vendor.dialect.name))
        placing = read(old, Placing) if old else None
        if old is None or placing is None:
            return
        his = self.vendor.source.continued
        if not his and self.terms.also and not placing.refused and not self.terms.absent:
            seen = await Looking(self.book, self.vendor, placing, self.notify).look()
            if seen.begun:
                raise Unknown(
                    f"The {self.vendor.dialect.title} has the beginning of order {self.order.id}, "
                    "sent before accounts had names; complete it or take it out there, then say "
                    "--is ID or --absent."
                )
            his = seen.order is not None
        if his:
            placing = replace(placing, channel=self.vendor.name)
            note = noted(PLACING, name_of(self.order.id, self.vendor.name), placing, None)
            async with self.book.together() as unit:
                unit.strike(old)
                unit.note(note)
            self.note = replace(note, version=note.version + 1)

    async def _look(self, before: Placing, problems: tuple[Problem, ...]) -> Placed | Placing:
        """Find out what became of an earlier attempt, and give what is to be sent now."""
        seen = await Looking(self.book, self.vendor, before, self.notify).look()
        if seen.order is not None:
            return await keep(
                self.book, self.vendor, self.order, seen.order, How.FOUND, self.notify
            )
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
        """Explain why it is not sent; what was under way and surely did not arrive is so no more."""
        if self.note is not None:
            gone = self.note
            async with self.book.together() as unit:
                unit.strike(gone)
        raise Invalid(*problems)

    async def _new(self, before: Placing | None) -> Placing:
        intent = before.intent + 1 if before else 1
        seller, now = await self.book.seller(), self.book.now()
        boxed = await packed_for(self.book, self.vendor.dialect, self.order)
        return Placing(
            dialect=self.vendor.dialect.name,
            channel=self.vendor.name,
            key=key_of(self.order, self.vendor.name, seller.name, intent),
            begun=now,
            sent=now,
            order=document.write(self.order),
            boxed=document.write(boxed) if boxed != self.order else b"",
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
        """Write what is under way; raises Conflict where somebody else is at it.

        Raises Invalid where the order is asked to be cancelled by now.
        """
        note = noted(PLACING, name_of(self.order.id, placing.channel), placing, self.note)
        try:
            async with self.book.together() as unit:
                if not placing.refused:
                    there = await unit.get(by_hub_id(self.order.id))
                    demand_unasked(there)
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
        return await keep(self.book, vendor, self.order, theirs, How.SENT, self.notify)

    async def _failed(self, placing: Placing, error: HubError, transcript: Transcript) -> Placed:
        """Find out what is with the vendor; raises his error where he surely does not have it."""
        unsure = doubt(self.vendor, self.order, error)
        left = left_behind(self.vendor.dialect, transcript, error, placing)
        if left is Left.NOTHING:
            await self._write_down(replace(placing, refused=True, why=error.message))
            raise error
        if left is Left.PART:
            reason = f"{unsure}: it took a part of it and then refused; {ask_somebody(self.order)}"
            raise Unknown(reason) from error
        if self._recognised(placing):
            reason = (
                f"{unsure}. Run the same command again: the vendor knows it for the same order."
            )
            raise Unknown(reason) from error
        seen = await Looking(self.book, self.vendor, placing, self.notify, error).look()
        if seen.order is None:
            raise error
        return await keep(self.book, self.vendor, self.order, seen.order, How.FOUND, self.notify)


def _again(placing: Placing, now: datetime) -> Placing:
    return replace(placing, sent=now, sendings=placing.sendings + 1)


def _corrected(placing: Placing, order: Order) -> bool:
    """Tell whether an order says something else than when it was sent."""
    then = document.read_order(placing.order)
    return replace(order, version=0, modified=None, references=()) != replace(
        then, version=0, modified=None, references=()
    )
