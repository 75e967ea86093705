"""Delivering: what the sellers' endpoints are due is sent, one lane for each endpoint."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from time import monotonic

from orderglot.core.caller import Caller
from orderglot.core.errors import HubError
from orderglot.core.webhook_addresses import Addresses
from orderglot.core.webhooks import ENDPOINT
from orderglot.stores.store import BookStore
from orderglot.webhooks.lane import Lane
from orderglot.webhooks.sending import Limits

log = logging.getLogger("orderglot.webhooks")

NAME = "orderglot"
LOOKS = 2.0
"""After so many seconds it is looked again which endpoints there are."""

LONGEST = 5.0
"""For so many seconds a run goes on while there is something to send."""


class Deliverer:
    """Sends what is due to the endpoints of all sellers of a store.

    One is meant to run at a time; where two do, what is sent meanwhile may be sent twice. ``limits`` are
    for each receiver; ``addresses`` say where anything may be sent, those of the store if not said.
    """

    def __init__(
        self,
        store: BookStore,
        addresses: Addresses | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._store = store
        self._addresses = addresses or store.webhooks.addresses
        self._limits = limits or Limits()
        self._lanes: dict[tuple[int, str], Lane] = {}
        self._looked: float | None = None

    @property
    def endpoints(self) -> int:
        """How many endpoints there were when it was looked last."""
        return len(self._lanes)

    async def run_due(self) -> float:
        """Send what is due, for some seconds at most; gives after how many seconds more may be due."""
        await self._look()
        until = monotonic() + LONGEST
        rests = await asyncio.gather(*(self._run(lane, until) for lane in self._lanes.values()))
        return min(rests, default=LOOKS)

    async def settle(self) -> tuple[int, int]:
        """Send what is due now, and wait until nothing of it is under way.

        Gives how many tries went well so far, and how many did not.
        """
        self._looked = None
        while True:
            rest = await self.run_due()
            lanes = self._lanes.values()
            if rest > 0 and not any(lane.flying for lane in lanes):
                return sum(one.delivered for one in lanes), sum(one.failed for one in lanes)

    async def finish(self) -> None:
        """Begin nothing more, wait for what is under way, and write it down."""
        await asyncio.gather(*(lane.finish() for lane in self._lanes.values()))

    async def close(self) -> None:
        """Leave what is under way, and close every connection."""
        await asyncio.gather(*(lane.close() for lane in self._lanes.values()))
        self._lanes.clear()

    async def _run(self, lane: Lane, until: float) -> float:
        try:
            while True:
                rest = await lane.turn()
                if rest is None:
                    return LOOKS
                if rest > 0 or monotonic() > until:
                    return rest
        except HubError as error:
            # The others' deliveries go on; these are tried again.
            log.warning("not delivered", extra={"webhook": lane.id, "reason": error.message})
            return LOOKS
        except Exception:
            log.exception("not delivered by a fault of its own", extra={"webhook": lane.id})
            return LOOKS

    async def _look(self) -> None:
        """Find out now and then which endpoints there are."""
        if self._looked is not None and monotonic() - self._looked < LOOKS:
            return
        self._looked = monotonic()
        found = dict[tuple[int, str], Lane]()
        for seller in await self._store.webhooks.sellers():
            caller = Caller(seller=seller, name=NAME, deleted=True, unlimited=True)
            book = self._store.of(caller)
            for note in await book.notes(ENDPOINT):
                key = (seller, note.name)
                found[key] = self._lanes.get(key) or Lane(
                    book, note.name, self._addresses, self._limits
                )
        await self._leave(self._lanes, found)
        self._lanes = found

    async def _leave(
        self, before: Mapping[tuple[int, str], Lane], after: Mapping[tuple[int, str], Lane]
    ) -> None:
        gone = [lane for key, lane in before.items() if key not in after]
        await asyncio.gather(*(lane.close() for lane in gone))
