"""Rejects: orders that were put aside, kept with the bytes in which they came, and tried again."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from datetime import datetime
from hashlib import sha256

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.errors import Conflict, HubError, Invalid, NotFound, Upstream
from orderglot.core.order import Order, by_hub_id
from orderglot.core.ports import REJECT, Book, Note, UnitOfWork
from orderglot.core.query import Page, Window
from orderglot.core.seller import Seller
from orderglot.sync.criteria import native_id
from orderglot.sync.notes import Reject, note_of, noted, read, response_of
from orderglot.sync.reconciling import Arrived, take, take_as_new, take_for
from orderglot.sync.retrying import written
from orderglot.sync.vendor import Source
from orderglot.wire.dialect import Dialect
from orderglot.wire.message import Request

DIGITS = 12
"""So many digits of a digest name a reject."""


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


async def put_aside(unit: UnitOfWork, rejects: Sequence[Reject]) -> None:
    """Keep rejects, those that came in the same bytes once; one that is there is met again.

    What came of it then is kept where nothing came now.
    """
    for name, reject in {name_of(one): one for one in rejects}.items():
        before = await note_of(unit, REJECT, name)
        if before is not None:
            there = read(before, Reject)
            if not reject.answers:
                reject = replace(reject, answers=there.answers, position=there.position)
            reject = replace(reject, first=there.first)
        unit.note(noted(REJECT, name, reject, before))


async def rejects_of(book: Book, whose: str = "") -> tuple[tuple[Note, Reject], ...]:
    """Give what was put aside of a dialect or a channel, of all for none, by name."""
    found = [(note, read(note, Reject)) for note in await book.notes(REJECT)]
    return tuple(one for one in found if whose in ("", one[1].dialect, one[1].channel))


async def strike_older(unit: UnitOfWork, channel: str, customer: str, met: datetime) -> None:
    """Strike the rejects that a whole pull, begun at ``met``, has not met again."""
    for note, reject in await rejects_of(unit, channel):
        if reject.customer == customer and reject.last < met:
            unit.strike(note)


async def try_again(book: Book, dialects: Callable[[str], Dialect], dialect: str = "") -> Tried:
    """Read what was put aside once more, and keep what can be kept by now; asks no vendor."""
    tried, seller = Tried(), await book.seller()
    for note, reject in await rejects_of(book, dialect):
        try:
            read_by = dialects(reject.dialect)
            await _take(book, note, _source(seller, reject, read_by), read_again(read_by, reject))
            tried = replace(tried, taken=tried.taken + 1)
        except (Conflict, Invalid, Upstream) as error:
            await _leave(book, note, replace(reject, reason=error.message))
            tried = replace(tried, left=tried.left + 1)
    return tried


async def settle(
    book: Book, dialects: Callable[[str], Dialect], name: str, order: Order | None
) -> Arrived:
    """Take what was put aside for an order of the book, or for a new one where that is None.

    Raises NotFound where nothing of that name is aside, Upstream where it cannot be read, and
    Conflict where it is known to be another order.
    """
    note = await note_of(book, REJECT, name)
    if note is None:
        raise NotFound(f"Nothing named {name[:40]!r} is aside.")
    reject, seller = read(note, Reject), await book.seller()
    dialect = dialects(reject.dialect)
    source = _source(seller, reject, dialect)
    (received,) = read_again(dialect, reject)[:1]

    async def write(unit: UnitOfWork) -> Arrived:
        if order is None:
            arrived = await take_as_new(unit, source, received)
        else:
            mine = await unit.get(by_hub_id(order.id))
            arrived = await take_for(unit, source, received, mine)
        unit.strike(note)
        return arrived

    return await written(book, write)


def _source(seller: Seller, reject: Reject, dialect: Dialect) -> Source:
    """Tell where a reject came from; before there were channels that was whatever is continued."""
    continued = seller.continues.get(dialect.name, "")
    name = reject.channel or continued
    if not name:
        raise Upstream("It is not known which vendor this came from; pull again.")
    return Source(name, dialect, name == continued, reject.master, reject.zone)


async def _take(book: Book, note: Note, source: Source, orders: tuple[Order, ...]) -> None:
    async def write(unit: UnitOfWork) -> None:
        await take(unit, source, orders)
        unit.strike(note)

    await written(book, write)


async def _leave(book: Book, note: Note, reject: Reject) -> None:
    if reject != read(note, Reject):
        async with book.together() as unit:
            unit.note(noted(note.kind, note.name, reject, note))


def read_again(dialect: Dialect, reject: Reject) -> tuple[Order, ...]:
    """Read the orders out of the answers that were put aside.

    Raises Upstream or Invalid where that still cannot be done.
    """
    if dialect.flows.page is None or not reject.answers:
        raise Upstream("Nothing of the vendor's answer was kept; pull again.")
    try:
        orders = _read_answers(dialect, reject).orders
    except HubError as error:
        raise Upstream(error.message) from error
    mine = tuple(one for one in orders if reject.id in ("", native_id(one, dialect.name)))
    if not mine or not all(native_id(one, dialect.name) for one in mine):
        raise Upstream("There is no order with an id in what was kept; pull again.")
    return mine


def _read_answers(dialect: Dialect, reject: Reject) -> Page:
    """Have the flow about one order again, with the answers that came then."""
    assert dialect.flows.page is not None
    flow: Generator[Request, object, Page] = dialect.flows.page(  # type: ignore[assignment]
        Window(offset=reject.position, limit=1)
    )
    answers = iter(reject.answers)
    try:
        next(flow)
        while True:
            answer = next(answers, None)
            if answer is None:
                raise Upstream("The vendor's answer was not kept to its end; pull again.")
            response = response_of(answer)
            if (error := dialect.faults.read(response)) is not None:
                flow.throw(error)
            else:
                flow.send(response)
    except StopIteration as end:
        page: Page = end.value
        return page
