"""Completing: an order that is complete by itself becomes so when somebody next looks at its book.

No process waits for it. A request to a server face, or a command, has what is due by then
written first; so lists, filters, counts and events are of the same book as what is asked for.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from orderglot.core.caller import Caller
from orderglot.core.cancellation_requests import CancellationState
from orderglot.core.errors import HubError
from orderglot.core.left_out import noting
from orderglot.core.lifecycle import RUNNING
from orderglot.core.order import HUB, Order, by_hub_id
from orderglot.core.ports import Store
from orderglot.core.query import And, Compare, Operator, Query, Sort, Window
from orderglot.core.subscriptions import DONE
from orderglot.wire.dialect import Dialect
from orderglot.wire.operation import Context

EVERY = timedelta(seconds=1)
"""How long an order of another process may be due before this one learns of it."""

MOST = 100
MARK = ".completes"
"""What ends the name of the extra with which a dialect marks an order as its own to complete."""

SOONEST = (Sort("completes"),)
AWAITED = (Compare("completes", Operator.NE, None), Compare("deleted", Operator.EQ, None))
UNASKED = Compare("details.cancellations.state", Operator.NE, CancellationState.ASKED)
OPEN = And((Compare("status", Operator.IN, tuple(sorted(RUNNING))), *AWAITED, UNASKED))
"""Orders that are to complete, of which nobody asks that they be cancelled."""

SET_COMPLETE = And((Compare("status", Operator.IN, tuple(sorted(DONE))), *AWAITED))
"""Orders that were set to complete, of which the rest is still to be done."""

log = logging.getLogger("orderglot.completing")


class Looked(NamedTuple):
    """When a seller's book was looked at last, and until when nothing can be due there."""

    at: datetime
    until: datetime


class Completing:
    """Completes what is due in the books of a store, by the dialects that the orders came by.

    Whoever comes while a book is being looked at waits for that, and does not look once more.
    """

    def __init__(self, store: Store, dialects: Callable[[], Iterable[Dialect]]) -> None:
        self._store = store
        self._dialects = dialects
        self._looked: dict[int, Looked] = {}
        self._looking: dict[int, asyncio.Task[None]] = {}

    async def __call__(self, seller: int, now: datetime) -> None:
        """Complete what of a seller's orders is due by now, and what was set to complete."""
        ours = False
        # What was looked at for this moment is complete, whatever others look at meanwhile.
        while not ours and not self._is_complete(seller, now):
            looking = self._looking.get(seller)
            if ours := looking is None:
                looking = self._looking[seller] = asyncio.create_task(self._look(seller, now))
            # A client that hangs up does not end what others wait for.
            await asyncio.shield(looking)

    def _is_complete(self, seller: int, now: datetime) -> bool:
        looked = self._looked.get(seller)
        return looked is not None and looked.at <= now < looked.until

    async def _look(self, seller: int, now: datetime) -> None:
        try:
            self._looked[seller] = await self._completed(seller, now)
        finally:
            # Here and not once the task is done: whoever asks for another moment before that is
            # told would wait for it again, which takes no time, and so for ever.
            del self._looking[seller]

    async def _completed(self, seller: int, now: datetime) -> Looked:
        """Complete what is due, giving until when nothing else can be."""
        while done := await self._first(seller, SET_COMPLETE):
            if not await self._complete_all(done, seller, now):
                break
        pending = await self._first(seller, OPEN)
        while due := [order for order in pending if order.completes and order.completes <= now]:
            if not await self._complete_all(due, seller, now):
                break
            pending = await self._first(seller, OPEN)
        later = [one.completes for one in pending if one.completes and one.completes > now]
        return Looked(now, min([now + EVERY, *later]))

    async def _first(self, seller: int, where: Query) -> tuple[Order, ...]:
        whole = self._store.of(Caller(seller=seller, test=True, name=HUB))
        # What cannot be read is none of what is asked for here.
        with noting():
            return (await whole.page(Window(where=where, sort=SOONEST, limit=MOST))).orders

    async def _complete_all(self, orders: Iterable[Order], seller: int, now: datetime) -> int:
        """Complete orders one by one, the first due first; gives how many of them are, now."""
        return sum([await self._complete(order, seller, now) for order in orders])

    async def _complete(self, order: Order, seller: int, now: datetime) -> bool:
        dialect = self._dialect_of(order)
        if dialect is None or dialect.complete is None:
            return False
        caller = Caller(seller=seller, test=order.test, name=HUB)
        try:
            async with self._store.of(caller).together() as unit:
                there = await unit.get(by_hub_id(order.id))
                if there.version != order.version:
                    return False
                await dialect.complete(Context(self._store.keyring, now, unit), there)
        except HubError as error:
            # Somebody else was faster, or the book cannot be written: then it stays as it is.
            log.info("not completed", extra={"order": order.id, "reason": error.message})
            return False
        return True

    def _dialect_of(self, order: Order) -> Dialect | None:
        """Give the dialect that an order came by which is still to be completed."""
        named = {dialect.name: dialect for dialect in self._dialects()}
        marks = (name for name in order.extras if name.endswith(MARK))
        return next((named.get(name.removesuffix(MARK)) for name in marks), None)
