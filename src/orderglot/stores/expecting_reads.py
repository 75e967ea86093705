"""Expecting reads: what a unit reads to decide something has to be so still when it is committed.

A rule over several orders is right as long as nobody changes them, or adds one, between the question
and the commit. Those that it was asked about are expected in the versions that were read. Which ones
those are, a guard tells: a count for a family of orders, such as what a customer holds, that every unit
which asks a rule over the family puts one forward. So of two of them at once only one is committed.
Whoever asks no rule is not held up, and comes before or after.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Container, Iterable, Iterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Self, TypeVar

from orderglot.core.caller import Caller
from orderglot.core.errors import HubError, NotFound, Overtaken
from orderglot.core.order import Order, Reference
from orderglot.core.ports import Note
from orderglot.core.query import Page, Window
from orderglot.core.values import Omits
from orderglot.stores import writes
from orderglot.stores.backend import Backend
from orderglot.stores.reads import Clock, Reads
from orderglot.stores.turns import Turns

T = TypeVar("T")

GUARD = "guard"
"""The kind of the notes that count the units by the families that guarded them."""

Tallied = dict[tuple[str, datetime], int]


class ExpectingReads(Reads):
    """Reads of a unit, which remembers them once it is guarded."""

    def __init__(
        self, backend: Backend, caller: Caller, clock: Clock, turns: Turns, omits: Omits
    ) -> None:
        super().__init__(backend, caller, clock, omits=omits)
        self._turns = turns
        self._turn: asyncio.Lock | None = None
        self._guards: dict[str, int] = {}
        self._expected: dict[int, int] = {}
        self._found: set[int] = set()
        self.tallied: Tallied = {}
        """What was counted already, also by an earlier try of the same work."""

    @asynccontextmanager
    async def together(self) -> AsyncIterator[Self]:
        """Go on in this unit, which ends when it ends."""
        yield self

    async def transact(self, work: Callable[[Self], Awaitable[T]]) -> T:
        """Do some work in this unit, whose end decides whether it is done again."""
        return await work(self)

    async def guard(self, family: str) -> None:
        """Expect all orders that are read from now on to be as they are when the unit is committed.

        Until then no other unit that is guarded by the same family is committed, in no process.
        """
        if family in self._guards:
            return
        seller = self._scope.seller
        if self._turn is None:
            self._turn = await self._turns.take(seller, family)
        # The count is read first: who puts it forward after that has not been read yet.
        found = await self._backend.notes(seller, GUARD, (family,))
        self._guards[family] = found[0].version if found else 0

    def release(self) -> None:
        """Let the next unit of the family have its turn."""
        if self._turn is not None:
            self._turn.release()
            self._turn = None

    async def get(self, ref: Reference, *, omitted: bool = False) -> Order:
        """Give the order that a dialect's clients know under an id; raise NotFound without one."""
        found = await super().get(ref, omitted=omitted)
        self._expect((found,))
        return found

    async def page(self, window: Window, *, omitted: bool = False) -> Page:
        """Give the orders of a window; without a sort the oldest come first."""
        found = await super().page(window, omitted=omitted)
        self._expect(found.orders)
        return found

    async def linked(self, ref: Reference, *, omitted: bool = False) -> tuple[Order, ...]:
        """Give the orders linked to one directly, either way, without itself, by rising id."""
        found = await super().linked(ref, omitted=omitted)
        self._expect(found)
        return found

    async def tally(self, what: str, until: datetime) -> int:
        """Count one more of something, once in a unit, and give how many there were."""
        if (what, until) not in self.tallied:
            self.tallied[what, until] = await super().tally(what, until)
        return self.tallied[what, until]

    def _expect(self, orders: Iterable[Order]) -> None:
        for order in orders:
            self._found.add(order.id)
            if self._guards:
                self._expected.setdefault(order.id, order.version)

    def _missing(self, id: int, *, changed: bool) -> HubError:
        """Give what to raise of an order that is not there.

        Where this unit has found it, and not ``changed`` it itself, somebody else took it away just now.
        """
        if id in self._found and not changed:
            return Overtaken(f"Order {id} has gone at this moment; ask for it again.")
        return NotFound(f"There is no order {id} here; check the id.")

    def _conditions(self, written: Container[int]) -> Iterator[writes.Write]:
        """Give what has to hold for the writes of this unit, but for the orders that it writes itself."""
        for family, version in self._guards.items():
            yield writes.PutNote(Note(kind=GUARD, name=family, version=version + 1))
        for id, version in self._expected.items():
            if id not in written:
                yield writes.ExpectOrder(id, version)
