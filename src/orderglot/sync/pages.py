"""Pages of a vendor's list, asked for with retries; orders that cannot be read are isolated.

A page is read whole or not at all. So where it cannot be read, the same part of the list is
asked for again in halves, down to single orders: the ones that are at fault stand alone then, with
the bytes in which they came, and no dialect has to know about it.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.errors import (
    Forbidden,
    HubError,
    NotFound,
    TooMany,
    Unauthenticated,
    Unsupported,
    Upstream,
)
from orderglot.core.order import Order, Unknown
from orderglot.core.query import Page, Window
from orderglot.core.rejects import StoredResponse
from orderglot.faces.client import Client, Transcript
from orderglot.faces.http import Redirected
from orderglot.sync.notes import stored
from orderglot.wire.message import is_message_alone

FINAL = (Unauthenticated, Forbidden, Unsupported, Redirected)
"""What a vendor does not think better of."""

FAILED = 500
HTML = "text/html"
MOST_AT_FIRST = 10
"""So many orders in a row cannot be read where nothing could be so far: then it is no list."""

MOST = 100
"""So many orders in a row cannot be read: then something else is wrong than orders."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """For how long a vendor that fails is asked again, and after which pauses, in seconds."""

    longest: float = 600.0
    pause: float = 1.0
    longest_pause: float = 60.0


class Found(Struct, frozen=True):
    """An order, and the place in the vendor's list where it stood."""

    order: Order
    position: int


class Unread(Struct, frozen=True):
    """An order that cannot be read: where it stood, why, and what came."""

    position: int
    reason: str
    answers: tuple[StoredResponse, ...] = ()


class Shown(Struct, frozen=True, kw_only=True):
    """A page: what could be read and what not, ``length`` orders of the vendor's list in all.

    ``hidden`` is how many places before the next window were shown as empty, though the list goes
    on behind them. ``unknown`` is what stood around the orders and no shape has.
    """

    found: tuple[Found, ...] = ()
    unread: tuple[Unread, ...] = ()
    length: int = 0
    next: Window | None = None
    total: int | None = None
    hidden: int = 0
    unknown: tuple[Unknown, ...] = ()
    exchange: str = ""

    @property
    def places(self) -> int:
        """How many places of the vendor's list lie between this page's beginning and the next."""
        return self.length + self.hidden


@dataclass
class Pages:
    """A vendor's list, page by page."""

    client: Client
    first: Window
    retry_policy: RetryPolicy
    notify: Callable[[str], None]
    ever: bool = False
    in_a_row: int = 0
    first_reason: str = ""
    exchange: str = ""

    async def show(self, window: Window, position: int) -> Shown:
        """Give a page, whose first order stands at a position, and the exchange that brought it.

        Raises Upstream where the vendor fails for too long, or nothing that it says can be read.
        """
        shown = await self._show(window, position)
        return replace(shown, exchange=self.exchange)

    async def _show(self, window: Window, position: int) -> Shown:
        page = await self._asked(window, position, again=True)
        if isinstance(page, Unread):
            return await self._apart(window, position)
        # Where a page was cut, a list that is led by offsets is further on than what was shown.
        place = max(position, window.offset)
        if not page.orders and self._ends_early(page, place):
            page = await self._asked(window, position)
            if isinstance(page, Unread):
                return await self._apart(window, position)
            if not page.orders:
                return await self._behind_nothing(window, page, place)
        shown = _shown(page, position)
        return replace(shown, next=self._following(window, page, place))

    def _ends_early(self, page: Page, place: int) -> bool:
        """Tell whether nothing is shown behind a page, and no count says that this is the end."""
        return place > 0 and (page.total is None or place < page.total)

    async def _behind_nothing(self, window: Window, page: Page, place: int) -> Shown:
        """Look behind what was shown as nothing twice, unless the vendor's count tells enough."""
        size = min(window.limit, self.client.dialect.can.max_size)
        behind = page.next or _window_at(window, place + size, window.limit)
        if page.total is None or place + size < page.total:
            peek = await self._asked(behind, place + size)
            if isinstance(peek, Page) and peek.orders:
                return Shown(next=behind, total=page.total, hidden=size)
        return Shown(next=page.next, total=page.total)

    def _following(self, window: Window, page: Page, place: int) -> Window | None:
        """Give the window behind a page; where it leads nowhere the list may go on all the same.

        Behind a full page it may; behind a short one too where the count says so, or where nobody
        counts and nothing is hidden by declaration. There a short page is no reason either to leave
        out what its link passes over.
        """
        can, lists = self.client.dialect.can, self.client.dialect.lists
        behind = place + len(page.orders)
        full = len(page.orders) >= min(window.limit, can.max_size) > 0
        whole_pages = page.total is None and not lists.hides
        if page.next is not None and (full or not whole_pages):
            return page.next
        more = full or whole_pages or (page.total is not None and behind < page.total)
        return _window_at(window, behind, window.limit) if page.orders and more else page.next

    async def alone(self, position: int) -> tuple[StoredResponse, ...]:
        """Give the answers of the vendor that show the one order at a position."""
        transcript = Transcript()
        try:
            await self.client.page(_window_at(self.first, position, 1), transcript)
        except HubError as error:
            self.notify(f"The order at place {position} cannot be had alone: {error.message}")
        return tuple(map(stored, transcript.responses))

    async def _apart(self, window: Window, position: int) -> Shown:
        """Read a window in ever smaller pieces, from left to right, until it ends.

        It goes on until something can be read: what is no list at all puts nothing aside.
        """
        size = min(window.limit, self.client.dialect.can.max_size)
        waiting = [(position, size)]
        found, unread = list[Found](), list[Unread]()
        total, ended = None, False
        while waiting and not ended:
            at, count = waiting.pop()
            page = await self._asked(_window_at(window, at, count), at)
            if isinstance(page, Page):
                found += _shown(page, at).found
                # A full piece without a next one may be followed by more.
                total, ended = page.total, len(page.orders) < count
            elif count > 1:
                half = count // 2
                waiting += [(at + half, count - half), (at, half)]
            else:
                unread.append(page)
                self._count_unread(page)
            if not waiting and not found:
                waiting.append((at + count, size))
        length = len(found) + len(unread)
        following = None if ended else _window_at(window, position + length, window.limit)
        return Shown(
            found=tuple(found), unread=tuple(unread), length=length, next=following, total=total
        )

    def _count_unread(self, one: Unread) -> None:
        self.in_a_row += 1
        self.first_reason = one.reason if self.in_a_row == 1 else self.first_reason
        if self.in_a_row >= (MOST if self.ever else MOST_AT_FIRST):
            title = self.client.dialect.title
            raise Upstream(
                f"{self.in_a_row} orders in a row of the {title} cannot be read; check the URL, or "
                f"whether the vendor has changed its answers. The first one: {self.first_reason}"
            )

    async def _asked(self, window: Window, position: int, *, again: bool = False) -> Page | Unread:
        """Ask for a page for as long as the vendor fails; with ``again`` twice if it is not read."""
        clock = asyncio.get_running_loop().time
        began, attempt = clock(), 0
        while True:
            transcript = Transcript()
            try:
                page = await self.client.page(window, transcript)
            except FINAL:
                raise
            except HubError as error:
                if not _fails(error, transcript):
                    if transcript.waiting or (
                        not again and not self.ever and _is_no_list(transcript)
                    ):
                        raise
                    if not self.ever and _is_not_there(error, transcript):
                        raise
                    if not again:
                        return Unread(
                            position, error.message, tuple(map(stored, transcript.responses))
                        )
                    again = False
                elif clock() - began > self.retry_policy.longest:
                    raise
                attempt += 1
                await self._pause(attempt, error)
            else:
                self._count_read(page)
                self.exchange = transcript.responses[-1].exchange if transcript.responses else ""
                return page

    def _count_read(self, page: Page) -> None:
        self.ever = self.ever or bool(page.orders)
        self.in_a_row = 0

    async def _pause(self, attempt: int, error: HubError) -> None:
        most = self.retry_policy.longest_pause
        pause = min(self.retry_policy.pause * 2 ** min(attempt - 1, 16), most)
        pause *= random.uniform(0.5, 1.0)
        if isinstance(error, TooMany):
            pause = max(pause, min(error.retry_after, most))
        self.notify(f"{error.message} Asking again in {pause:.0f} s.")
        await asyncio.sleep(pause)


def _fails(error: HubError, transcript: Transcript) -> bool:
    """Tell whether the vendor fails at this moment, rather than says what cannot be read."""
    if isinstance(error, TooMany) or transcript.waiting:
        return isinstance(error, TooMany | Upstream)
    return isinstance(error, Upstream) and transcript.responses[-1].status >= FAILED


def _is_not_there(error: HubError, transcript: Transcript) -> bool:
    """Tell whether the list itself is not there, rather than what one of its orders leads to."""
    return isinstance(error, NotFound) and len(transcript.responses) == 1


def _is_no_list(transcript: Transcript) -> bool:
    """Tell whether the list itself is a page for browsers or a message, of which pieces are no list."""
    first = transcript.responses[:1]
    return any(
        HTML in one.headers.get("content-type", "").lower() or is_message_alone(one)
        for one in first
    )


def _window_at(window: Window, position: int, limit: int) -> Window:
    return replace(window, after="", offset=position, limit=limit)


def _shown(page: Page, position: int) -> Shown:
    found = tuple(Found(order, at) for at, order in enumerate(page.orders, position))
    length, around = len(found), page.unknown
    return Shown(found=found, length=length, next=page.next, total=page.total, unknown=around)
