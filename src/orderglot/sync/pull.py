"""Pulling: a vendor's orders, page by page, into a book that knows how far it has come."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.ports import Book
from orderglot.core.query import Window
from orderglot.sync.criteria import Criteria, narrowed
from orderglot.sync.ingesting import Ingesting, name_of
from orderglot.sync.notes import PULL, Checkpoint, note_of, read
from orderglot.sync.pages import Pages, RetryPolicy, Shown
from orderglot.sync.traversal import AGAIN, Senseless, Traversal
from orderglot.sync.vendor import Vendor

MOST_LOOKS = 3
MARGIN = timedelta(hours=1)
"""So much earlier than the last pull began is asked for, because clocks differ."""


class Progress(Struct, frozen=True, kw_only=True):
    """How far a pull has come. ``total`` is how many orders the vendor counts, where it tells.

    ``missed`` orders were not seen for sure at the end, because the list moved all the while.
    """

    checkpoint: Checkpoint
    total: int | None = None
    resumed: bool = False
    missed: int = 0


Tell = Callable[[Progress], None]


async def pull(
    book: Book,
    vendor: Vendor,
    question: Criteria,
    *,
    retry_policy: RetryPolicy | None = None,
    tell: Tell = lambda _progress: None,
    warn: Callable[[str], None] = lambda _text: None,
) -> Progress:
    """Take a vendor's orders into a book; an unfinished pull of the same goes on where it was.

    Raises Upstream where the vendor fails for too long or its list makes no sense, and Conflict
    where another pull of the same is under way; what was taken until then is kept.
    """
    fresh = Checkpoint(
        dialect=vendor.dialect.name,
        channel=vendor.name,
        customer=question.customer,
        url=question.url,
        since=question.since,
        began=book.now(),
    )
    note = await note_of(book, PULL, name_of(fresh))
    before = read(note, Checkpoint) if note else None
    checkpoint, resumed = _beginning(fresh, before, question)
    question = replace(question, since=checkpoint.since)
    where, _ = narrowed(vendor.dialect, question.since)
    first = Window(where=where, limit=vendor.dialect.can.max_size, total=True)
    pages = Pages(vendor.client, first, retry_policy or RetryPolicy(), warn)
    pulling = _Pulling(Ingesting(book, vendor, pages, question, checkpoint, note), tell, resumed)
    return await pulling.go()


def _beginning(
    fresh: Checkpoint, before: Checkpoint | None, question: Criteria
) -> tuple[Checkpoint, bool]:
    """Give where to begin, and whether that is where an unfinished pull stopped."""
    if before is None:
        return fresh, False
    same = before.url == question.url and (question.since_last or before.since == question.since)
    if same and not before.done:
        return before, True
    fresh = replace(fresh, completed=before.completed)
    # A pull that was completed later than now was timed by a clock that is right no more: then all
    # is asked for, for nobody knows what was missed.
    if question.since_last and before.completed is not None and before.completed <= fresh.began:
        fresh = replace(fresh, since=before.completed - MARGIN)
    return fresh, False


class _Pulling:
    """One pull under way."""

    def __init__(self, ingesting: Ingesting, tell: Tell, resumed: bool) -> None:
        self.ingesting = ingesting
        self.pages = ingesting.pages
        self.tell = tell
        self.resumed = resumed

    async def go(self) -> Progress:
        """Traversal through the list, and once more where it moved meanwhile."""
        try:
            return await self._looks()
        except Senseless:
            await self.ingesting.begin_anew()
            raise

    async def _looks(self) -> Progress:
        """Take as many looks as it needs.

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
        await self.ingesting.finish()
        return self._progress(traversal.total, missed)

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
                position = self.ingesting.checkpoint.position + shown.length
                ahead = self._asking(traversal, shown.next, position)
                fresh = await self.ingesting.take(shown)
                self.tell(self._progress(traversal.total, 0))
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
        traversal.see(orders, len(shown.unread), shown.total, shown.next is not None)
        return shown

    def _progress(self, total: int | None, missed: int) -> Progress:
        return Progress(
            checkpoint=self.ingesting.checkpoint, total=total, resumed=self.resumed, missed=missed
        )
