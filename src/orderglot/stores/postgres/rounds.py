"""Rounds: what goes to several places sets out at one time, so that there is more that can go together to each.

Each place is asked by a statement of its own. Who is answered asks for the next thing, mostly at another
place; if every place went on by itself, there would be but one or two who wait at each.
"""

from __future__ import annotations

import asyncio

PATIENCE = 0.005
"""So many seconds the next round waits at most for those of one before that have not come back."""


class Rounds:
    """Lets those who come while a round is under way wait for its end, and set out together then."""

    __slots__ = ("__weakref__", "_is_open", "_next", "_under_way")

    def __init__(self) -> None:
        self._under_way = 0
        self._is_open = False
        self._next: asyncio.Future[None] | None = None

    async def __aenter__(self) -> None:
        loop = asyncio.get_running_loop()
        if self._under_way and not self._is_open:
            if self._next is None:
                self._next = loop.create_future()
                loop.call_later(PATIENCE, self._over, self._next)
            await self._next
        if not self._under_way:
            # Whoever else begins in this turn of the loop sets out as well.
            self._is_open = True
            loop.call_soon(self._close)
        self._under_way += 1

    async def __aexit__(self, *_error: object) -> None:
        self._under_way -= 1
        if not self._under_way and self._next is not None:
            # Those who have just been answered ask again before.
            asyncio.get_running_loop().call_soon(self._over, self._next)

    def _close(self) -> None:
        self._is_open = False

    def _over(self, awaited: asyncio.Future[None]) -> None:
        if not awaited.done():
            awaited.set_result(None)
        if self._next is awaited:
            self._next = None
