"""Erasing a customer: step by step, each in a commit, from a note that says how far it has come.

The note has the texts that are looked for, for after the first step the customer's record has none; it
loses them before the store is compacted, and goes in the end.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Protocol

import msgspec
from msgspec.structs import replace

from orderglot.core.customer import Customer, identity
from orderglot.core.erasing import Eraser, Marks, Theirs, marks_in, marks_of
from orderglot.core.erasures import ASKED, ERASING, STEPS, State
from orderglot.core.errors import Conflict
from orderglot.core.order import Order
from orderglot.core.ports import Event, Note
from orderglot.core.query import Compare, Operator, Sort, Window
from orderglot.stores import document, writes
from orderglot.stores.acts import Acts
from orderglot.stores.backend import Backend, Raced, Scope
from orderglot.stores.reads import Clock
from orderglot.stores.selection import page, selection
from orderglot.stores.sweeping import ANSWERS, EVENTS, NOTES, SWEPT, Rewritten, Row, Swept

WHAT = "erased"
"""What an event says of an order of which nothing of the customer is left."""

AT_ONCE = 100
"""So many orders, or rows, are looked at in a step."""

STEERING = frozenset(
    {
        *("job", "lease", "beat", "webhook", "webhook-signing", "webhook-progress"),
        *("webhook-seller", "pull", "removed product", ERASING),
    }
)
"""Kinds of notes by which programs go; nothing of a customer stands in them."""

JOURNAL, COMPACT = STEPS[-2:]


class Exchanges(Protocol):
    """The exchanges of a book, as far as a person is erased from them."""

    async def erase(
        self, seller: int, theirs: Theirs, behind: str, *, dry: bool
    ) -> tuple[str, int]:
        """Erase a person from some exchanges behind a block; gives the last block, "" at the end, and how many."""
        ...

    async def compact(self) -> None:
        """Leave nothing of what was there before."""
        ...


OnStep = Callable[[str, int, int], None]
"""Is given what is looked through, how many of the steps are done, and how many there are."""


class Erasing:
    """Erases a customer of a seller, or goes on with it; of a ``journal`` too, where there is one."""

    def __init__(
        self,
        backend: Backend,
        clock: Clock,
        acts: Acts,
        seller: int,
        customer: int,
        journal: Exchanges | None,
        on_step: OnStep = lambda *_: None,
    ) -> None:
        self._backend = backend
        self._clock = clock
        self._acts = acts
        self._seller = seller
        self._customer = customer
        self._journal = journal
        self._on_step = on_step
        self._note = Note(kind=ERASING, name=str(customer))
        self._state = State()
        self._dry = False

    async def run(self, customer: Customer, *, dry: bool = False) -> dict[str, int]:
        """Erase the customer, from where it was; gives how many of what. With ``dry`` nothing is written.

        Raises Conflict where another program is at it at the same moment.
        """
        self._dry = dry
        found = await self._backend.notes(self._seller, ERASING, (self._note.name,))
        if found:
            self._note = found[0]
            self._state = msgspec.json.decode(found[0].document, type=State)
        if self._state.waiting or not found:
            await self._begin(customer)
        while self._state.step < len(STEPS):
            self._on_step(STEPS[self._state.step], self._state.step, len(STEPS))
            await self._do(STEPS[self._state.step])
        return {name: count for name, count in self._state.erased.items() if count}

    async def _begin(self, customer: Customer) -> None:
        marks, orders = marks_of(customer), list[int]()
        async for order in self._orders():
            marks |= marks_in(order)
            orders.append(order.id)
        asked = self._state.waiting
        # What is written in the place of them is looked for by nobody.
        state = State(marks=marks, orders=tuple(orders), person=self._state.person)
        about = f"customer {self._customer}"
        done = () if asked else self._acts.put(self._clock(), ASKED, about)
        await self._save(state, done)

    async def _do(self, step: str) -> None:
        if step == "customers":
            await self._erase_customer()
        elif step == "orders":
            await self._erase_orders()
        elif step == JOURNAL:
            await self._erase_exchanges()
        elif step == COMPACT:
            await self._finish()
        else:
            await self._sweep(next(one for one in SWEPT if one.name == step))

    async def _erase_customer(self) -> None:
        found = await self._backend.customers_with(Scope(self._seller), (self._customer,))
        batch = list[writes.Write]()
        for before in found:
            clean = self._eraser.customer(before)
            if clean == before:
                continue
            new = replace(clean, version=before.version + 1, modified=self._clock())
            batch.append(writes.PutCustomer(new, document.write(new), before))
            if identity(new) != identity(before):
                batch.append(writes.Rename(identity(new)))
        count = sum(isinstance(one, writes.PutCustomer) for one in batch)
        await self._save(self._next("customers", count), batch)

    async def _erase_orders(self) -> None:
        """Erase all orders, each as it is by now, also those that came since it was begun."""
        batch, count = list[writes.Write](), 0
        async for before in self._orders(int(self._state.behind[0]) if self._state.behind else 0):
            if (clean := self._eraser.order(before)) != before:
                batch += self._written(before, clean)
                count += 1
            if len(batch) >= 2 * AT_ONCE:
                counted = self._with("orders", count)
                await self._save(replace(counted, behind=(before.id,)), batch)
                batch, count = [], 0
                self._on_step("orders", 1, len(STEPS))
        await self._save(self._next("orders", count), batch)

    def _written(self, before: Order, clean: Order) -> Iterator[writes.Write]:
        now, version = self._clock(), before.version + 1
        new = replace(clean, version=version, modified=now)
        yield writes.PutOrder(new, document.write(new), before)
        who = self._acts.person.who if self._acts.person else ""
        yield Event(order=new.id, version=version, what=WHAT, at=now, who=who)

    async def _sweep(self, table: Swept) -> None:
        """Look through some rows of a table, and write those anew that speak of the customer."""
        behind = tuple(self._state.behind) or table.first
        rows = await self._backend.sweep(self._seller, table, behind, AT_ONCE)
        width = len(table.key)
        changed = [one for row in rows if (one := self._rewritten(table, row[:width], row[width:]))]
        if changed and not self._dry:
            await self._backend.rewrite(self._seller, table, changed)
        if len(rows) < AT_ONCE:
            return await self._save(self._next(table.name, len(changed)))
        counted = self._with(table.name, len(changed))
        return await self._save(replace(counted, behind=rows[-1][:width]))

    def _rewritten(self, table: Swept, key: Row, texts: Row) -> Rewritten | None:
        """Give a row without the customer; None where it does not speak of them."""
        if table is NOTES and key[0] in STEERING:
            return None
        theirs = (table is EVENTS and key[0] in self._ids) or (
            table is ANSWERS and key[0] == self._customer
        )
        written = [
            one if isinstance(one, bytes) else one.encode() for one in texts if one is not None
        ]
        if not theirs and not any(map(self._eraser.is_meant, written)):
            return None
        after = tuple(one if one is None else self._eraser.value(one) for one in texts)
        return Rewritten(key, texts, after) if after != texts else None

    async def _erase_exchanges(self) -> None:
        if self._journal is None:
            return await self._save(self._next(JOURNAL, 0))
        # What nobody knows whose it is may be theirs as well.
        seller, behind = self._state.behind or (self._seller, "")
        theirs = Theirs(self._eraser, self._customer, self._ids)
        last, count = await self._journal.erase(seller, theirs, behind, dry=self._dry)
        counted = self._with("exchanges", count)
        if last:
            return await self._save(replace(counted, behind=(seller, last)))
        if seller:
            return await self._save(replace(counted, behind=(0, "")))
        return await self._save(replace(counted, step=counted.step + 1, behind=(), marks=Marks()))

    async def _finish(self) -> None:
        state = replace(self._state, step=self._state.step + 1, marks=Marks(), orders=())
        if not self._dry:
            # The texts that were looked for are struck out first, so that they are wiped out as well.
            await self._save(replace(state, step=self._state.step))
            await self._backend.compact()
            if self._journal is not None:
                await self._journal.compact()
            about = f"customer {self._customer}"
            done = self._acts.put(self._clock(), "customer.erased", about, None, state.erased)
            await self._commit((writes.DropNote(self._note), *done))
        self._state = state

    @property
    def _eraser(self) -> Eraser:
        if self._made is None or self._made[0] is not self._state.marks:
            self._made = (self._state.marks, Eraser(self._state.marks))
        return self._made[1]

    _made: tuple[Marks, Eraser] | None = None

    @property
    def _ids(self) -> frozenset[int]:
        return frozenset(self._state.orders)

    def _with(self, name: str, count: int) -> State:
        erased = self._state.erased
        return replace(self._state, erased={**erased, name: erased.get(name, 0) + count})

    def _next(self, name: str, count: int) -> State:
        return replace(self._with(name, count), step=self._state.step + 1, behind=())

    async def _save(
        self, state: State, batch: list[writes.Write] | tuple[writes.Write, ...] = ()
    ) -> None:
        """Write what was erased, and how far it has come, in one commit."""
        self._state = state
        if self._dry:
            return
        note = replace(
            self._note, version=self._note.version + 1, document=msgspec.json.encode(state)
        )
        await self._commit((*batch, writes.PutNote(note)))
        self._note = note

    async def _commit(self, batch: tuple[writes.Write, ...]) -> None:
        try:
            await self._backend.commit(self._seller, batch)
        except Raced as race:
            reason = "Something of this customer was changed at this moment; the same command goes on from here."
            raise Conflict(reason) from race

    async def _orders(self, behind: int = 0) -> AsyncIterator[Order]:
        """Give the customer's orders, test orders and deleted ones among them, by rising id."""
        where = Compare("customer.id", Operator.EQ, self._customer)
        after: str | None = ""
        while after is not None:
            window = Window(where=where, sort=(Sort("id"),), limit=AT_ONCE, after=after)
            asked = selection(window)
            found = page(window, await self._backend.select(Scope(self._seller), asked))
            for order in found.orders:
                if order.id > behind:
                    yield order
            after = found.next.after if found.next is not None else None
