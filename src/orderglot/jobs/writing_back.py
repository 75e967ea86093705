"""The job that tells a channel's vendor what became here of orders that he has, as far as his API can be told.

What changed is found in the feed. An order is asked for first, so that what the vendor changed meanwhile is
settled as a pull settles it; what he has otherwise then is ours to tell. Afterwards he is asked again: what
he made of it counts, and not that he said yes.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.catching_up import News
from orderglot.core.errors import (
    Conflict,
    Forbidden,
    HubError,
    Invalid,
    NotFound,
    TooMany,
    Unsupported,
)
from orderglot.core.order import Order, by_hub_id, id_at, native
from orderglot.core.ports import Book, Event, Note, UnitOfWork
from orderglot.core.values import Status
from orderglot.hub.opening import Hub
from orderglot.jobs.leases import WHO, Lease
from orderglot.jobs.untold import (
    COUNTED,
    Untold,
    is_to_tell,
    passing,
    reason_of,
    record,
    sentences,
    types_by_order,
)
from orderglot.jobs.work import Outcome
from orderglot.stores import document
from orderglot.sync.budget import Budget
from orderglot.sync.continuation import is_continued
from orderglot.sync.notes import STATE, VendorState, note_of, noted, read
from orderglot.sync.reconciling import take
from orderglot.sync.retrying import written
from orderglot.sync.vendor import Vendor, calling
from orderglot.sync.vendor_states import state_name

if TYPE_CHECKING:
    from orderglot.jobs.channels import Scheduled

TELLING = "telling"
"""The kind of the notes on orders of which a vendor has to be told something."""

CURSOR = "written-back"
"""The kind of the notes that say how far the feed was read for a channel."""

PAGE = 1_000
PAUSES = tuple(timedelta(seconds=one) for one in (5, 300, 1_800, 7_200, 18_000, 36_000, 36_000))
"""How long after each attempt that failed the next one is made; then the order is put aside."""

REFUSALS = (Invalid, NotFound, Conflict, Forbidden, Unsupported)
"""What a vendor says that he will say again."""

DONE, WAITING, ASIDE = "told", "waiting", "aside"
ASIDE_CODE = 4

log = logging.getLogger("orderglot.jobs")


class Cursor(Struct, frozen=True):
    """Behind which event of the feed to go on."""

    after: int


class Telling(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An order of which a vendor has to be told something: how often that failed, why, when it is due.

    One that was put ``aside`` is due again when the order changes.
    """

    order: int
    version: int
    due: datetime
    tries: int = 0
    reason: str = ""
    aside: bool = False


async def write_back_due(hub: Hub, one: Scheduled, lease: Lease) -> Outcome:
    """Tell the vendor what is due; raises Upstream where he cannot be asked at all."""
    owner = await hub.seller(one.seller.name)
    observed = hub.observed(one.dialect, one.channel.reference, owner.id)
    book = hub.book(owner, tests=True, deleted=True, who=WHO, observed=observed, fence=lease.fence)
    async with calling(
        one.dialect,
        one.channel,
        continued=is_continued(owner, one.channel),
        notify=log.info,
        observed=observed,
        budget=Budget(book, one.channel),
    ) as vendor:
        return await write_back(book, vendor)


async def write_back(book: Book, vendor: Vendor) -> Outcome:
    """Tell a vendor what is due; raises TooMany where he wants to be asked no more."""
    unsaid = await _gather(book, vendor)
    counts, reasons = Counter[str](), list[str]()
    for note in await book.notes(TELLING):
        telling = read(note, Telling)
        if not note.name.startswith(f"{vendor.name}/"):
            continue
        if telling.aside and await _is_settled(book, vendor, note, telling):
            continue
        if not telling.aside and telling.due <= book.now():
            telling = await _tell(book, vendor, note, telling)
        counts[_standing(telling)] += 1
        reasons += [f"{telling.order}: {telling.reason}"] if telling.aside else []
    counts.update({COUNTED: len(unsaid)} if unsaid else {})
    code = ASIDE_CODE if counts[ASIDE] else 0
    sentence = " ".join([*reasons[:3], *sentences(unsaid)])
    return Outcome(code=code, counts=dict(counts), sentence=sentence)


def _standing(telling: Telling) -> str:
    if telling.aside:
        return ASIDE
    return WAITING if telling.reason else DONE


async def _gather(book: Book, vendor: Vendor) -> list[Untold]:
    """Note the orders of which the vendor has something otherwise, of those that changed since last time.

    Gives what he cannot be told of them, and nobody has to: that is recorded in the feed.
    """
    note = await note_of(book, CURSOR, vendor.name)
    unsaid = list[Untold]()
    if note is None:
        # What was before the channel was told to be written back is nobody's to say any more.
        after = 0
        while (feed := await book.feed(after, PAGE)).more:
            after = feed.after
        await written(book, lambda unit: _move(unit, vendor.name, feed.after))
        return unsaid
    after, more = read(note, Cursor).after, True
    while more:
        feed = await book.feed(after, PAGE)
        due, found = await _news(book, vendor, feed.events)

        async def write(
            unit: UnitOfWork,
            due: list[Order] = due,
            found: list[Untold] = found,
            until: int = feed.after,
        ) -> None:
            for order in due:
                await _note_due(unit, vendor.name, order)
            for one in found:
                record(unit, vendor, one.order, reason_of(vendor, one.news))
            await _move(unit, vendor.name, until)

        if feed.after != after:
            await written(book, write)
        unsaid += found
        after, more = feed.after, feed.more
    return unsaid


async def _news(
    book: Book, vendor: Vendor, events: Sequence[Event]
) -> tuple[list[Order], list[Untold]]:
    """Give the orders of some events that are to be told of, and what cannot be told of any."""
    due, found = list[Order](), list[Untold]()
    for id, types in sorted(types_by_order(events).items()):
        order = await _order(book, id) if id else None
        theirs = await _theirs(book, vendor, order) if order is not None else None
        if order is None or theirs is None:
            continue
        ours = vendor.source.outgoing(order)
        due += [order] if is_to_tell(vendor, theirs, ours) else []
        news = passing(vendor, theirs, ours, types)
        found += [Untold(id, news)] if news else []
    return due, found


async def _is_settled(book: Book, vendor: Vendor, note: Note, telling: Telling) -> bool:
    """Let go of what was put aside and the vendor has by now as it is here, as far as is known."""
    order = await _order(book, telling.order)
    theirs = await _theirs(book, vendor, order) if order is not None else None
    if order and theirs and is_to_tell(vendor, theirs, vendor.source.outgoing(order)):
        return False

    async def write(unit: UnitOfWork) -> None:
        there = await note_of(unit, TELLING, note.name)
        if there is not None and read(there, Telling).version == telling.version:
            unit.strike(there)

    await written(book, write)
    return True


async def _move(unit: UnitOfWork, channel: str, after: int) -> None:
    before = await note_of(unit, CURSOR, channel)
    unit.note(noted(CURSOR, channel, Cursor(after), before))


async def _note_due(unit: UnitOfWork, channel: str, order: Order) -> None:
    name = state_name(channel, order.id)
    before = await note_of(unit, TELLING, name)
    if before is None or read(before, Telling).version != order.version:
        new = Telling(order=order.id, version=order.version, due=unit.now())
        unit.note(noted(TELLING, name, new, before))


async def _order(book: Book, id: int) -> Order | None:
    try:
        return await book.get(by_hub_id(id))
    except NotFound:
        return None


async def _theirs(book: Book, vendor: Vendor, order: Order) -> Order | None:
    if not id_at(order, vendor.name):
        return None
    note = await note_of(book, STATE, state_name(vendor.name, order.id))
    return document.read_order(bytes(read(note, VendorState).order)) if note else None


async def _tell(book: Book, vendor: Vendor, note: Note, telling: Telling) -> Telling:
    """Tell the vendor of an order, look what he made of it, and write down what came of that."""
    try:
        reason, final = await _written_back(book, vendor, telling.order)
    except REFUSALS as error:
        reason, final = error.message, True
    except TooMany:
        raise
    except HubError as error:
        reason, final = error.message, telling.tries >= len(PAUSES)
    new = replace(telling, tries=telling.tries + 1, reason=reason, aside=bool(reason) and final)
    if reason and not final:
        new = replace(new, due=book.now() + PAUSES[telling.tries])

    async def write(unit: UnitOfWork) -> None:
        there = await note_of(unit, TELLING, note.name)
        if there is None or read(there, Telling).version != telling.version:
            return  # It changed once more meanwhile, and is due again.
        if reason:
            unit.note(noted(TELLING, note.name, new, there))
            if new.aside:
                record(unit, vendor, telling.order, reason)
        else:
            unit.strike(there)

    await written(book, write)
    return new


async def _written_back(book: Book, vendor: Vendor, id: int) -> tuple[str, bool]:
    """Tell the vendor what he has otherwise; gives why he has it otherwise still, and whether for good."""
    left = await _left(book, vendor, id)
    if left is None:
        return "", True
    if not vendor.client.can_tell(*left):
        return reason_of(vendor, [News.CANCELLATION]), True
    await vendor.client.tell(*left)
    left = await _left(book, vendor, id)
    return (f"He was told, and has it still as {left[0].status}." if left else ""), True


async def _left(book: Book, vendor: Vendor, id: int) -> tuple[Order, Order] | None:
    """Ask the vendor for an order; gives it as he has it and as it is here where there is more to tell.

    One that is cancelled here, and that he shows no more, is as he should have it.
    """
    order = await book.get(by_hub_id(id))
    try:
        order = await _asked(book, vendor, order)
    except NotFound:
        if order.status is not Status.CANCELLED:
            raise
        return None
    theirs = await _theirs(book, vendor, order)
    ours = vendor.source.outgoing(order)
    return (theirs, ours) if theirs and is_to_tell(vendor, theirs, ours) else None


async def _asked(book: Book, vendor: Vendor, order: Order) -> Order:
    """Ask the vendor for an order and settle what he changed, as a pull does."""
    theirs, locate = vendor.source.outgoing(order), vendor.dialect.flows.locate
    if vendor.dialect.customer and theirs.customer is not None:
        vendor.client.concern(native(theirs.customer, vendor.dialect.name))
    asked = locate(theirs) if locate else theirs.references[0]
    received = await vendor.client.get(asked)

    async def write(unit: UnitOfWork) -> None:
        await take(unit, vendor.source, (received,))

    await written(book, write)
    return await book.get(by_hub_id(order.id))
