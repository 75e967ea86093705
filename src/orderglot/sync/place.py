"""Placing: an order of the book sent to a vendor once, wherever it is cut off on the way.

Before anything is sent, the book notes what will be sent and under which key. While that note
stands, it is not known whether the vendor has the order. A vendor that recognises the key is simply
sent the same again; any other is asked for the order first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.errors import Conflict, HubError, NotFound, Upstream
from orderglot.core.order import HUB, Order, Reference, id_at
from orderglot.core.ports import Book, Note
from orderglot.faces.client import Transcript
from orderglot.faces.http import Unreached
from orderglot.stores import document
from orderglot.sync.criteria import native_id
from orderglot.sync.matching import arrived, event_of, name_of
from orderglot.sync.notes import PLACING, Placing, note_of, noted, read
from orderglot.sync.retrying import written
from orderglot.sync.search import search
from orderglot.sync.twins import pieces
from orderglot.sync.vendor import Vendor
from orderglot.wire.dialect import IDEMPOTENCY_KEY, Dialect
from orderglot.wire.message import Request

SETTLING = timedelta(minutes=2)
"""So long after it was sent may a request be on its way into the vendor's list."""

MARGIN = timedelta(hours=1)
"""So much earlier than promised a vendor is taken to forget a key."""


class Unknown(Upstream):
    """It is not known whether the vendor has the order; the message says what to do."""


class How(StrEnum):
    """How it came that the vendor's id of an order is known."""

    SENT = "sent"
    FOUND = "found"
    THERE = "there"
    TOLD = "told"


class Placed(Struct, frozen=True):
    """An order as it is in the book, the vendor's id of it, and how that came to be known."""

    order: Order
    id: str
    how: How


async def place(book: Book, vendor: Vendor, order: Order, *, absent: bool = False) -> Placed:
    """Send an order of the book to a vendor, unless the vendor has it already.

    ``absent`` says that somebody has looked and the vendor does not have the order. Raises Unknown where that cannot be told, and otherwise
    what the vendor said: then it does not have the order.
    """
    if id := id_at(order, vendor.name) or _id_from_before(order, vendor):
        return Placed(order, id, How.THERE)
    note = await note_of(book, PLACING, name_of(order.id, vendor.name))
    placing = read(note, Placing) if note else None
    if placing is None or placing.refused or absent:
        placing, recognised = await _new(book, order, vendor, placing), False
    else:
        recognised = _recognised(vendor, placing, book.now())
        if not recognised:
            recent = book.now() - placing.sent < SETTLING
            found = await _look(book, vendor, order, placing, recent=recent)
            if found is not None:
                return await _keep(book, vendor, order, found, How.FOUND)
        again = {"sent": book.now(), "sendings": placing.sendings + 1}
        placing = replace(placing, **again)
    note = await _note(book, order, placing, note)
    return await _send(book, vendor, order, placing, note)


async def settle(book: Book, vendor: Vendor, order: Order, id: str) -> Placed:
    """Note under which id the vendor has an order, as somebody has found out; he is asked for it."""
    theirs = await vendor.client.get(Reference(vendor.dialect.name, id))
    return await _keep(book, vendor, order, theirs, How.TOLD)


def _id_from_before(order: Order, vendor: Vendor) -> str:
    """Give the id of an order that was placed before there were channels."""
    return id_at(order, vendor.dialect.name) if vendor.source.continued else ""


def key_of(order: Order, channel: str, seller: str, intent: int) -> str:
    """Give the key under which an order is sent: always the same one for the same intent."""
    created = order.created.isoformat() if order.created else ""
    said = "\0".join((HUB, seller, channel, str(order.id), created, str(intent)))
    return hashlib.sha256(said.encode()).hexdigest()[:40]


async def _new(book: Book, order: Order, vendor: Vendor, refused: Placing | None) -> Placing:
    intent = refused.intent + 1 if refused else 1
    seller, now = await book.seller(), book.now()
    key = key_of(order, vendor.name, seller.name, intent)
    return Placing(
        dialect=vendor.dialect.name,
        channel=vendor.name,
        key=key,
        begun=now,
        sent=now,
        order=document.write(order),
        intent=intent,
    )


def _recognised(vendor: Vendor, placing: Placing, now: datetime) -> bool:
    """Tell whether the vendor still takes the same request under the same key for the same one."""
    dialect = vendor.dialect
    ways = [IDEMPOTENCY_KEY] if vendor.channel.idempotent else []
    if dialect.idempotency is not None:
        probe = dialect.idempotency.put(Request(method="POST", path="/"), placing.key)
        ways += [dialect.idempotency] if dialect.idempotency.key(probe) else []
    return any(now < placing.begun + way.lasts - MARGIN for way in ways)


async def _note(book: Book, order: Order, placing: Placing, before: Note | None) -> Note:
    """Write what is under way; raises Conflict where somebody else is at it."""
    note = noted(PLACING, name_of(order.id, placing.channel), placing, before)
    try:
        async with book.together() as unit:
            unit.note(note)
    except Conflict:
        raise Conflict(
            "Somebody else places this order at this moment; see first what comes of that."
        ) from None
    return replace(note, version=note.version + 1)


async def _send(book: Book, vendor: Vendor, order: Order, placing: Placing, note: Note) -> Placed:
    dialect, transcript = vendor.dialect, Transcript()
    try:
        placed = await vendor.client.place(_sent(placing, vendor), placing.key, transcript)
        if not native_id(placed, dialect.name):
            raise Upstream("The vendor does not say under which id it has it.")
    except HubError as error:
        doubt = _doubt(vendor, order, error)
        left = _left(dialect, transcript, error, placing)
        if left is Left.NOTHING:
            await _note(book, order, replace(placing, refused=True), note)
            raise
        if left is Left.PART:
            reason = f"{doubt}: it took a part of it and then refused; {_tell(order)}"
            raise Unknown(reason) from error
        if _recognised(vendor, placing, book.now()):
            reason = f"{doubt}. Run the same command again: the vendor knows it for the same order."
            raise Unknown(reason) from error
        found = await _look(book, vendor, order, placing, recent=True, error=error)
        if found is None:
            raise
        return await _keep(book, vendor, order, found, How.FOUND)
    return await _keep(book, vendor, order, placed, How.SENT)


class Left(StrEnum):
    """What an attempt that failed has left with the vendor, as far as its answers tell."""

    NOTHING = "nothing"
    PART = "a part"
    UNKNOWN = "unknown"


def _left(dialect: Dialect, transcript: Transcript, error: HubError, placing: Placing) -> Left:
    """Tell what is left by the answers to what must not be performed twice.

    What an earlier attempt left there, this one would have found, unless the vendor objects to
    its coming again. A flow that goes on after a refusal, and then fails with it, has undone what
    it began.
    """
    first = placing.sendings == 1
    if not transcript.responses and (not transcript.waiting or isinstance(error, Unreached)):
        return Left.NOTHING if first else Left.UNKNOWN
    said = [dialect.faults.read(response) for response in transcript.responses]
    refusals = [number for number, one in enumerate(said) if one is not None]
    if transcript.waiting or not refusals:
        return Left.UNKNOWN
    number = refusals[0]
    if isinstance(said[number], Upstream) or (isinstance(said[number], Conflict) and not first):
        return Left.UNKNOWN
    undone = number == 0 or (len(refusals) == 1 and said[-1] is None)
    return Left.NOTHING if undone else Left.PART


async def _look(
    book: Book,
    vendor: Vendor,
    order: Order,
    placing: Placing,
    *,
    recent: bool,
    error: HubError | None = None,
) -> Order | None:
    """Ask the vendor for the order; None where it surely does not have it.

    Raises Unknown where that cannot be told. ``recent`` says that it may still be on its way.
    """
    client = vendor.client
    doubt = _doubt(vendor, order, error)
    tell = _tell(order)
    if client.dialect.flows.find is not None:
        begun = await _begun(vendor, placing, doubt)
        if begun is not None:
            return _completed(begun, placing, doubt, recent=recent)
    if client.dialect.flows.page is None:
        raise Unknown(f"{doubt}, and it has no list to ask; {tell}")
    with _asking(doubt):
        there = await search(client, _sent(placing, vendor), placing.begun)
    name = vendor.dialect.name
    found = [one for one in there.found if not await _sent_before(book, vendor, one)]
    # Ours would have been found by its mark; one that is only like it may be somebody else's.
    if len(found) == 1 and client.dialect.flows.find is None:
        return found[0]
    if found:
        ids = ", ".join(native_id(one, name) for one in found)
        raise Unknown(f"{doubt}: {ids} are all like it; {tell}")
    if there.parts:
        ids = ", ".join(native_id(one, name) for one in there.parts)
        raise Unknown(f"{doubt}: {ids} may be a part of it; {tell}")
    if not there.sure:
        raise Unknown(f"{doubt}: not all of its list can be read; {tell}")
    if recent:
        raise Unknown(f"{doubt}: its list does not show it yet. {_later('asks first')}")
    return None


async def _begun(vendor: Vendor, placing: Placing, doubt: str) -> Order | None:
    """Ask the vendor what an earlier attempt has made of the order."""
    with _asking(doubt):
        return await vendor.client.find(_sent(placing, vendor))


@contextmanager
def _asking(doubt: str) -> Iterator[None]:
    """Ask the vendor; raises Unknown where it does not answer."""
    try:
        yield
    except HubError as silence:
        reason = f"{doubt}, and asking failed: {silence.message} Run the same command again."
        raise Unknown(reason) from silence


def _completed(begun: Order, placing: Placing, doubt: str, *, recent: bool) -> Order | None:
    """Give what was begun where it is whole, None where the rest may be sent now."""
    if pieces(begun) == pieces(document.read_order(placing.order)):
        return begun
    if recent:
        raise Unknown(f"{doubt}: it has the beginning of it. {_later('goes on there')}")
    return None


def _later(does: str) -> str:
    minutes = int(SETTLING.total_seconds() // 60)
    return f"Run the same command again in {minutes} minutes; it {does}."


def _sent(placing: Placing, vendor: Vendor) -> Order:
    """Give the order as it goes to the vendor: with the ids alone that he gave."""
    return vendor.source.outgoing(document.read_order(placing.order))


async def _sent_before(book: Book, vendor: Vendor, there: Order) -> bool:
    """Tell whether what the vendor has is another order of the book, which was placed there."""
    try:
        id = native_id(there, vendor.dialect.name)
        other = await book.get(Reference(vendor.name, id))
    except NotFound:
        return False
    events = await book.events(other.id)
    return any(event.what == event_of(vendor.name) for event in events)


def _doubt(vendor: Vendor, order: Order, error: HubError | None) -> str:
    why = f" ({error.message})" if error else ""
    return f"It is not known whether the {vendor.dialect.title} has order {order.id}{why}"


async def _keep(book: Book, vendor: Vendor, order: Order, theirs: Order, how: How) -> Placed:
    """Keep the vendor's id with the order, in one transaction with the end of the note."""
    placed = await written(book, lambda unit: arrived(unit, vendor, order.id, theirs))
    return Placed(placed, native_id(theirs, vendor.dialect.name), how)


def _tell(order: Order) -> str:
    """Say what a person can do where nobody else can tell."""
    shown = f"purchase order {order.po_number!r}" if order.po_number else "an order of its lines"
    return f"look there for {shown} and say what you find: --is ID, or --absent."
