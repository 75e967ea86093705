"""Pulling: a vendor's orders, page by page, into a book that knows how far it has come."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.ports import Book
from orderglot.core.query import EVERYTHING, Query, Window
from orderglot.core.rejects import Chosen, chosen_rejects
from orderglot.sync import revisiting
from orderglot.sync.certificate import Certificate, declared, fingerprint, gaps
from orderglot.sync.channel import account_of
from orderglot.sync.criteria import Criteria
from orderglot.sync.customer_names import rename_customers
from orderglot.sync.ingesting import Ingesting, name_of
from orderglot.sync.notes import PULL, Checkpoint, note_of, read
from orderglot.sync.pages import Pages, RetryPolicy, Shown
from orderglot.sync.revisiting import Revisited
from orderglot.sync.sent import index_sent
from orderglot.sync.traversal import AGAIN, Senseless, Traversal
from orderglot.sync.vendor import Source, Vendor
from orderglot.sync.walks import moment_of, walks

MOST_LOOKS = 3
MARGIN = timedelta(hours=1)
"""So much earlier than the last pull began is asked for, because clocks differ."""

WHOLE_WALK = timedelta(days=1)
"""So often the whole list is read where it cannot be asked for what changed."""


class Progress(Struct, frozen=True, kw_only=True):
    """How far a pull has come. ``total`` is how many orders the vendor counts, where it tells.

    ``missed`` orders were not seen for sure at the end, because the list moved all the while.
    """

    checkpoint: Checkpoint
    total: int | None = None
    resumed: bool = False
    missed: int = 0
    certificate: Certificate | None = None


OnProgress = Callable[[Progress], None]


async def pull(
    book: Book,
    vendor: Vendor,
    criteria: Criteria,
    *,
    retry_policy: RetryPolicy | None = None,
    on_progress: OnProgress = lambda _progress: None,
    warn: Callable[[str], None] = lambda _text: None,
) -> Progress:
    """Take a vendor's orders into a book; an unfinished pull of the same goes on where it was.

    Raises Upstream where the vendor fails for too long or its list makes no sense, and Conflict
    where another pull of the same is under way; what was taken until then is kept.
    """
    await index_sent(book)
    await vendor.understood(book)
    fresh = Checkpoint(
        dialect=vendor.dialect.name,
        channel=vendor.name,
        customer=criteria.customer,
        url=criteria.url,
        account=account_of(vendor.dialect, vendor.channel.credentials),
        since=criteria.since,
        began=book.now(),
    )
    note = await note_of(book, PULL, name_of(fresh))
    before = read(note, Checkpoint) if note else None
    checkpoint, resumed = _beginning(fresh, before, criteria, vendor)
    criteria = replace(criteria, since=reached(checkpoint.since, vendor.source))
    pages = Pages(vendor.client, Window(), retry_policy or RetryPolicy(), warn)
    mended = {
        reject.id: note
        for note, reject in await chosen_rejects(book, Chosen(vendor.name, corrected=True))
        if reject.id
    }
    ingesting = Ingesting(book, vendor, pages, criteria, checkpoint, note, mended=mended)
    return await _Pulling(ingesting, on_progress, resumed).go()


def _beginning(
    fresh: Checkpoint, before: Checkpoint | None, criteria: Criteria, vendor: Vendor
) -> tuple[Checkpoint, bool]:
    """Give where to begin, and whether that is where an unfinished pull stopped."""
    if before is None or not _sees_the_same(fresh, before):
        return fresh, False
    if not before.done and (criteria.since_last or before.since == criteria.since):
        return before, True
    fresh = replace(fresh, completed=before.completed, walked=before.walked)
    # A pull that was completed later than now was timed by a clock that is right no more: then all
    # is asked for, for nobody knows what was missed.
    completed = before.completed
    if not criteria.since_last or completed is None or completed > fresh.began:
        return fresh, False
    if moment_of(vendor.dialect) != "modified" and _walk_is_due(fresh):
        return fresh, False
    return replace(fresh, since=completed - MARGIN), False


def _sees_the_same(fresh: Checkpoint, before: Checkpoint) -> bool:
    """Tell whether a pull was of this address and account; a mark says nothing of any other.

    Before accounts were kept, it was the one that there was.
    """
    return before.url == fresh.url and before.account in ("", fresh.account)


def reached(since: datetime | None, source: Source) -> datetime | None:
    """Give from when on to ask, that nothing is lost where it is not known what a clock shows."""
    return since and since - source.overlap


def _walk_is_due(fresh: Checkpoint) -> bool:
    return fresh.walked is None or not fresh.walked <= fresh.began < fresh.walked + WHOLE_WALK


class _Pulling:
    """One pull under way."""

    def __init__(self, ingesting: Ingesting, on_progress: OnProgress, resumed: bool) -> None:
        self.ingesting = ingesting
        self.pages = ingesting.pages
        self.vendor = ingesting.vendor
        self.on_progress = on_progress
        self.went_on = self.resumed = resumed
        self.seen: set[str] = set()
        self.total: int | None = None
        self.missed = 0

    async def go(self) -> Progress:
        """Go through the list, in as many walks as it takes, and ask by id for what it hides."""
        try:
            await self._walk_all()
        except Senseless:
            await self.ingesting.begin_anew()
            raise
        revisited = await self._revisit()
        await rename_customers(self.ingesting.book, self.vendor, self.pages.notify)
        await self.ingesting.finish(walked=self._is_whole())
        return replace(
            self._progress(self.total, self.missed),
            resumed=self.went_on,
            certificate=await self._certify(revisited),
        )

    async def _walk_all(self) -> None:
        if self.vendor.dialect.flows.page is None:
            return
        start = self.ingesting.checkpoint
        since = self.vendor.source.clock(reached(start.since, self.vendor.source))
        for number, where in enumerate(walks(self.vendor.dialect, since, start.began)):
            if number < start.walk:
                continue
            self.pages.first = self._window(where)
            if number > start.walk:
                await self.ingesting.begin_walk(number)
            total, missed = await self._looks()
            self.total = total if self.total is None else self.total + (total or 0)
            self.missed += missed
            self.resumed = self.resumed and number == start.walk

    def _window(self, where: Query) -> Window:
        return Window(where=where, limit=self.vendor.dialect.can.max_size, total=True)

    def _is_whole(self) -> bool:
        return self.ingesting.checkpoint.since is None

    async def _revisit(self) -> Revisited:
        """Ask by id for what was put aside, and for open orders that the list need not show."""
        book, vendor = self.ingesting.book, self.vendor
        there = self.ingesting.checkpoint
        rejects = await revisiting.aside(book, vendor, there.customer, there.began)
        again = await revisiting.ask_for_rejects(book, vendor, rejects)
        listed = vendor.dialect.flows.page is not None
        if listed and (self._is_whole() or moment_of(vendor.dialect) == "modified"):
            return again
        return _sum(again, await self._ask_unseen(revisiting.UNFINISHED))

    async def _ask_unseen(self, where: Query) -> Revisited:
        """Ask by id for what is here of the vendor's and was not seen."""
        book, vendor, customer = self.ingesting.book, self.vendor, self.ingesting.criteria.customer
        seen = self.seen | self.ingesting.corrected
        ids = await revisiting.not_seen(book, vendor, customer, seen, where)
        blank = self.ingesting.blank()
        aside = self.ingesting.aside
        return await revisiting.ask_again(book, vendor, ids, blank, self.pages.notify, aside)

    async def _certify(self, revisited: Revisited) -> Certificate:
        """Describe what this pull can say of itself; a whole one also of what it did not see again.

        One that went on after a stop does not know what was seen before that.
        """
        there, vendor = self.ingesting.checkpoint, self.vendor
        walked = self._is_whole() and not self.went_on and vendor.dialect.flows.page is not None
        lacking = await self._ask_unseen(EVERYTHING) if walked else Revisited()
        return Certificate(
            channel=vendor.name,
            customer=there.customer,
            moment=moment_of(vendor.dialect),
            since=there.since,
            until=there.began,
            zone=vendor.source.zone,
            hides=declared(vendor.source),
            counted=self.total,
            came=there.read,
            new=there.new + revisited.new,
            changed=there.changed + revisited.changed + lacking.changed,
            same=there.same + revisited.same,
            conflicts=there.conflicts + revisited.conflicts + lacking.conflicts,
            passed_over=there.passed_over,
            aside=there.rejected + revisited.aside + lacking.aside,
            missed=self.missed,
            unseen=lacking.there + lacking.gone,
            there=lacking.there,
            unknown=there.unknown,
            adds_up=there.adds_up,
            gaps=gaps(self.seen) if vendor.dialect.lists.sequence and walked else 0,
            ids="" if self.went_on else fingerprint(self.seen),
        )

    async def _looks(self) -> tuple[int | None, int]:
        """Take as many looks as it needs; gives what the vendor counts, and how many were missed.

        Raises Senseless where the list shows orders in several places every time and has nothing
        new: so it does not move, and what should stand in their place is never shown.
        """
        traversal = Traversal(whole=not self.resumed)
        await self._walk(traversal, owed=0)
        missed, peek, stuck = traversal.missed(), self.resumed, bool(traversal.repeats)
        while (missed or peek) and self.ingesting.checkpoint.look < MOST_LOOKS:
            await self.ingesting.begin_again()
            peek, again = False, Traversal(whole=False)
            found = await self._walk(again, owed=missed)
            missed = max(missed - found, again.missed())
            stuck = stuck and bool(again.repeats) and not found
        if missed and stuck:
            raise Senseless(AGAIN)
        return traversal.total, missed

    async def _walk(self, traversal: Traversal, owed: int) -> int:
        """Walk from the checkpoint on; gives how many orders were new or changed.

        A second look ends where it has found what the first one owed and a page brings no more.
        """
        start = self.ingesting.checkpoint
        window: Window | None = replace(self.pages.first, after=start.after, offset=start.offset)
        found = 0
        ahead = self._asking(traversal, window, start.position)
        try:
            while ahead is not None:
                shown = await ahead
                position = self.ingesting.checkpoint.position + shown.places
                ahead = self._asking(traversal, shown.next, position)
                fresh = await self.ingesting.take(shown)
                self.on_progress(self._progress(traversal.total, 0))
                found += fresh
                if start.look > 1 and found >= owed and not fresh:
                    break
        finally:
            if ahead is not None:
                ahead.cancel()
                await asyncio.gather(ahead, return_exceptions=True)
        return found

    def _asking(
        self, traversal: Traversal, window: Window | None, position: int
    ) -> asyncio.Task[Shown] | None:
        """Ask for a page while the one before is kept; None behind the last."""
        return (
            None if window is None else asyncio.create_task(self._show(traversal, window, position))
        )

    async def _show(self, traversal: Traversal, window: Window, position: int) -> Shown:
        traversal.ask(window)
        shown = await self.pages.show(window, position)
        orders = tuple(one.order for one in shown.found)
        self.seen |= {ref.id for order in orders for ref in order.references}
        more = shown.next is not None
        traversal.see(orders, len(shown.unread), shown.total, more, shown.hidden)
        return shown

    def _progress(self, total: int | None, missed: int) -> Progress:
        return Progress(
            checkpoint=self.ingesting.checkpoint, total=total, resumed=self.resumed, missed=missed
        )


def _sum(one: Revisited, other: Revisited) -> Revisited:
    names = Revisited.__struct_fields__
    return Revisited(**{name: getattr(one, name) + getattr(other, name) for name in names})
