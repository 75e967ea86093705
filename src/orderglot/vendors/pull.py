"""Pulling: a vendor's orders, page by page, into a book that knows how far it has come."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.ports import Book
from orderglot.core.query import Window
from orderglot.faces.client import Client
from orderglot.vendors.look import AGAIN, Look, Senseless
from orderglot.vendors.notes import PULL, Checkpoint, note_of, read
from orderglot.vendors.pages import Pages, Persistence, Shown
from orderglot.vendors.question import Question, narrowed
from orderglot.vendors.taking import Taking, name_of

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
    client: Client,
    question: Question,
    *,
    persistence: Persistence | None = None,
    tell: Tell = lambda _progress: None,
    warn: Callable[[str], None] = lambda _text: None,
) -> Progress:
    """Take a vendor's orders into a book; an unfinished pull of the same goes on where it was.

    Raises Upstream where the vendor fails for too long or its list makes no sense, and Conflict
    where another pull of the same is under way; what was taken until then is kept.
    """
    fresh = Checkpoint(
        dialect=client.dialect.name,
        customer=question.customer,
        url=question.url,
        since=question.since,
        began=book.now(),
    )
    note = await note_of(book, PULL, name_of(fresh))
    before = read(note, Checkpoint) if note else None
    checkpoint, resumed = _beginning(fresh, before, question)
    question = replace(question, since=checkpoint.since)
    where, _ = narrowed(client.dialect, question.since)
    first = Window(where=where, limit=client.dialect.can.max_size, total=True)
    pages = Pages(client, first, persistence or Persistence(), warn)
    pulling = _Pulling(Taking(book, pages, question, checkpoint, note), tell, resumed)
    return await pulling.go()


def _beginning(
    fresh: Checkpoint, before: Checkpoint | None, question: Question
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

    def __init__(self, taking: Taking, tell: Tell, resumed: bool) -> None:
        self.taking = taking
        self.pages = taking.pages
        self.tell = tell
        self.resumed = resumed

    async def go(self) -> Progress:
        """Look through the list, and once more where it moved meanwhile."""
        try:
            return await self._looks()
        except Senseless:
            await self.taking.begin_anew()
            raise

    async def _looks(self) -> Progress:
        """Take as many looks as it needs.

        Raises Senseless where the list shows orders in several places every time and has nothing
        new: so it does not move, and what should stand in their place is never shown.
        """
        look = Look(whole=not self.resumed)
        await self._walk(look, owed=0)
        missed, peek, stuck = look.missed(), self.resumed, bool(look.repeats)
        while (missed or peek) and self.taking.checkpoint.look < MOST_LOOKS:
            await self.taking.begin_again()
            peek, again = False, Look(whole=False)
            found = await self._walk(again, owed=missed)
            missed = max(missed - found, again.missed())
            stuck = stuck and bool(again.repeats) and not found
        if missed and stuck:
            raise Senseless(AGAIN)
        await self.taking.finish()
        return self._progress(look.total, missed)

    async def _walk(self, look: Look, owed: int) -> int:
        """Walk from the checkpoint on; gives how many orders were new or changed.

        A second look ends where it has found what the first one owed and a page brings no more.
        """
        start = self.taking.checkpoint
        window: Window | None = replace(self.pages.first, after=start.after, offset=start.offset)
        found = 0
        ahead = self._asking(look, window, start.position)
        try:
            while ahead is not None:
                shown = await ahead
                position = self.taking.checkpoint.position + shown.length
                ahead = self._asking(look, shown.next, position)
                fresh = await self.taking.take(shown)
                self.tell(self._progress(look.total, 0))
                found += fresh
                if start.look > 1 and found >= owed and not fresh:
                    break
        finally:
            if ahead is not None:
                ahead.cancel()
                await asyncio.gather(ahead, return_exceptions=True)
        return found

    def _asking(
        self, look: Look, window: Window | None, position: int
    ) -> asyncio.Task[Shown] | None:
        """Ask for a page while the one before is kept; None behind the last."""
        return None if window is None else asyncio.create_task(self._show(look, window, position))

    async def _show(self, look: Look, window: Window, position: int) -> Shown:
        look.ask(window)
        shown = await self.pages.show(window, position)
        orders = tuple(one.order for one in shown.found)
        look.see(orders, len(shown.unread), shown.total, shown.next is not None)
        return shown

    def _progress(self, total: int | None, missed: int) -> Progress:
        return Progress(
            checkpoint=self.taking.checkpoint, total=total, resumed=self.resumed, missed=missed
        )
