"""Rejects: orders that were put aside, kept with the bytes in which they came, and tried again."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from datetime import datetime
from hashlib import sha256

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.errors import Conflict, HubError, Invalid, Upstream
from orderglot.core.order import Order, by_hub_id
from orderglot.core.ports import Book, Note, UnitOfWork
from orderglot.core.query import Page, Window
from orderglot.core.rejects import REJECT, Chosen, Reject, chosen_rejects, reject_named, rejects_of
from orderglot.core.seller import Seller
from orderglot.sync.corrected import corrected_again
from orderglot.sync.criteria import native_id
from orderglot.sync.notes import note_of, noted, read, response_of
from orderglot.sync.reconciling import Arrived, take, take_as_new, take_for
from orderglot.sync.retrying import written
from orderglot.sync.value_mapping import meanings_of
from orderglot.sync.vendor import Source, Vendor
from orderglot.wire.dialect import Dialect
from orderglot.wire.meanings import meant
from orderglot.wire.message import Request

DIGITS = 12
"""So many digits of a digest name a reject."""


class StillAside(Upstream):
    """What was put aside cannot be read by now either; the vendor was not asked."""


class Shortened(StillAside):
    """What was kept can be read, and the vendor has more to say of it."""

    def __init__(self) -> None:
        super().__init__(
            "What was kept of it can be read, and the vendor has more to say of it; pull again."
        )


class Tried(Struct, frozen=True, kw_only=True):
    """What trying rejects again came to: so many are orders now, so many stay aside."""

    taken: int = 0
    left: int = 0


def name_of(reject: Reject) -> str:
    """Give the name of a reject: the same for the same order, however often it comes."""
    digest = sha256(reject.customer.encode() + b"\0" + reject.id.encode())
    for answer in reject.answers if not reject.id else ():
        digest.update(b"\0" + answer.body)
    return f"{reject.channel or reject.dialect}/{digest.hexdigest()[:DIGITS]}"


async def put_aside(unit: UnitOfWork, rejects: Sequence[Reject]) -> tuple[str, ...]:
    """Keep rejects, those that came in the same bytes once; one that is there is met again.

    What came of it then is kept where nothing came now. Gives the vendor's ids of those that are
    orders of the book as they were corrected, and so are not put aside: the vendor has sent the same.
    """
    corrected = list[str]()
    for name, reject in {name_of(one): one for one in rejects}.items():
        before = await note_of(unit, REJECT, name)
        if before is not None:
            there = read(before, Reject)
            if not reject.answers:
                reject = replace(reject, answers=there.answers, position=there.position)
            reject = corrected_again(replace(reject, first=there.first), there)
        if reject.order:
            corrected.append(reject.id)
        unit.note(noted(REJECT, name, reject, before))
    return tuple(corrected)


async def strike_older(unit: UnitOfWork, channel: str, customer: str, met: datetime) -> None:
    """Strike the rejects that a whole pull, begun at ``met``, has not met again."""
    for note, reject in await rejects_of(unit, channel):
        if reject.customer == customer and reject.last < met:
            unit.strike(note)


async def try_again(
    book: Book,
    dialects: Callable[[str], Dialect],
    dialect: str = "",
    name: str = "",
    reason: str = "",
) -> Tried:
    """Read what was put aside once more, and keep what can be kept by now; asks no vendor.

    With a ``name`` that alone, with a ``reason`` those in whose reason that text stands; raises NotFound
    where nothing of that name is aside.
    """
    tried, seller = Tried(), await book.seller()
    chosen = Chosen(dialect, reason)
    found = (await reject_named(book, name),) if name else await chosen_rejects(book, chosen)
    for note, reject in found:
        try:
            read_by = dialects(reject.dialect)
            source = source_of(seller, reject, read_by)
            await _take(book, note, source, await read_anew(book, read_by, reject))
            tried = replace(tried, taken=tried.taken + 1)
        except (Conflict, Invalid, StillAside) as error:
            await _leave(book, note, replace(reject, reason=error.message))
            tried = replace(tried, left=tried.left + 1)
    return tried


async def settle(
    book: Book, dialects: Callable[[str], Dialect], name: str, order: Order | None
) -> Arrived:
    """Take what was put aside for an order of the book, or for a new one where that is None.

    Raises NotFound where nothing of that name is aside, StillAside where it cannot be read, and
    Conflict where it is known to be another order.
    """
    note, reject = await reject_named(book, name)
    seller = await book.seller()
    dialect = dialects(reject.dialect)
    source = source_of(seller, reject, dialect)
    (received,) = (await read_anew(book, dialect, reject))[:1]

    async def write(unit: UnitOfWork) -> Arrived:
        if order is None:
            arrived = await take_as_new(unit, source, received)
        else:
            mine = await unit.get(by_hub_id(order.id))
            arrived = await take_for(unit, source, received, mine)
        _end(unit, note, arrived.order.id)
        return arrived

    return await written(book, write)


def source_of(seller: Seller, reject: Reject, dialect: Dialect) -> Source:
    """Tell where a reject came from; before there were channels that was whatever is continued."""
    continued = seller.continues.get(dialect.name, "")
    name = reject.channel or continued
    if not name:
        raise StillAside("It is not known which vendor this came from; pull again.")
    return Source(name, dialect, name == continued, reject.master, reject.zone)


async def _take(book: Book, note: Note, source: Source, orders: tuple[Order, ...]) -> None:
    async def write(unit: UnitOfWork) -> None:
        first, *_ = await take(unit, source, orders)
        _end(unit, note, first.order.id)

    await written(book, write)


def _end(unit: UnitOfWork, note: Note, order: int) -> None:
    """Have it aside no more; a correction stays, for the vendor will send the same again."""
    reject = read(note, Reject)
    if reject.correction is None or reject.correction.obsolete:
        unit.strike(note)
    else:
        unit.note(noted(note.kind, note.name, replace(reject, order=order), note))


async def _leave(book: Book, note: Note, reject: Reject) -> None:
    if reject != read(note, Reject):
        async with book.together() as unit:
            unit.note(noted(note.kind, note.name, reject, note))


async def read_anew(book: Book, dialect: Dialect, reject: Reject) -> tuple[Order, ...]:
    """Read the orders as ``read_again`` does, with the words that a book's seller has mapped."""
    meanings = await meanings_of(book, reject.channel, dialect.name)
    with meant(meanings):
        return read_again(dialect, reject)


def read_again(dialect: Dialect, reject: Reject) -> tuple[Order, ...]:
    """Read the orders out of the answers that were put aside, as they were corrected.

    Raises StillAside where that still cannot be done.
    """
    if dialect.flows.page is None or not reject.answers:
        raise StillAside("Nothing of the vendor's answer was kept; pull again.")
    try:
        orders = _read_answers(dialect, reject).orders
    except Shortened:
        raise
    except HubError as error:
        raise StillAside(error.message) from error
    return _mine(orders, dialect, reject)


def _mine(orders: Sequence[Order], dialect: Dialect, reject: Reject) -> tuple[Order, ...]:
    """Give the orders that were put aside, of those that were read."""
    mine = tuple(one for one in orders if reject.id in ("", native_id(one, dialect.name)))
    if not mine or not all(native_id(one, dialect.name) for one in mine):
        raise StillAside("There is no order with an id in what was kept; pull again.")
    return mine


async def take_corrected(book: Book, vendor: Vendor, rejects: Sequence[Reject]) -> None:
    """Take those of a pull's rejects that somebody has corrected; the vendor is asked for what is missing.

    What cannot be taken stays aside.
    """
    for reject in rejects:
        note = await note_of(book, REJECT, name_of(reject))
        there = corrected_again(reject, read(note, Reject)) if note else reject
        if note is None or there.order or there.in_force == there.answers:
            continue
        window = Window(offset=reject.position, limit=1)
        first = [response_of(one) for one in there.in_force]
        try:
            page = await vendor.client.page(window, first=first)
            await _take(book, note, vendor.source, _mine(page.orders, vendor.dialect, reject))
        except (Conflict, Invalid, Upstream):
            continue


def _read_answers(dialect: Dialect, reject: Reject) -> Page:
    """Have the flow about one order again, with the answers that came then."""
    assert dialect.flows.page is not None
    flow: Generator[Request, object, Page] = dialect.flows.page(  # type: ignore[assignment]
        Window(offset=reject.position, limit=1)
    )
    answers = iter(reject.in_force)
    try:
        next(flow)
        while True:
            answer = next(answers, None)
            if answer is None:
                raise Shortened
            response = response_of(answer)
            if (error := dialect.faults.read(response)) is not None:
                flow.throw(error)
            else:
                flow.send(response)
    except StopIteration as end:
        page: Page = end.value
        return page
