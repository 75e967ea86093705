"""The store: the books, the keyring and the sellers, all over one backend."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from datetime import datetime
from typing import Any, Self

from msgspec.structs import replace

from orderglot.core.acts import ACT, Act, Person
from orderglot.core.caller import Caller
from orderglot.core.counting import counted, listed
from orderglot.core.currencies import demand_currency
from orderglot.core.customer import Customer
from orderglot.core.errors import Conflict, NotFound
from orderglot.core.journal import Journal
from orderglot.core.listed_journal import ListedJournal
from orderglot.core.order import Reference
from orderglot.core.ports import Answered, Note
from orderglot.core.query import EVERYTHING, Query
from orderglot.core.rejects import REJECT
from orderglot.core.seller import Seller, succeeded
from orderglot.core.time_zones import known_zone
from orderglot.core.values import Omits
from orderglot.stores import document, writes
from orderglot.stores.acts import Acts, differing, kept_above, list_acts
from orderglot.stores.backend import HUB_ITSELF, Backend, Counts, Raced, Scope, Thinned
from orderglot.stores.book import Book
from orderglot.stores.erasing import Erasing, Exchanges, OnStep
from orderglot.stores.id_blocks import IdBlocks
from orderglot.stores.keyring import Keyring
from orderglot.stores.reads import Clock
from orderglot.stores.turns import Turns
from orderglot.stores.users import Users
from orderglot.stores.webhooks import Webhooks

REMOVED = "removed"
"""The kind of the hub's notes that name the ids of sellers who were taken out: nobody gets one again."""

THINNED_AT_ONCE = 10_000
"""So many events at most are thinned out of a feed at once."""

BEHIND_ALL = 2**62
"""A number that no event will have."""

TRIES = 20
"""So many ids are tried for a new seller that somebody else has taken."""


class BookStore:
    """Where orders are kept, seen only through a caller; and its owner's side."""

    def __init__(self, backend: Backend, clock: Clock) -> None:
        self._backend = backend
        self._clock = clock
        self._id_blocks = IdBlocks(backend)
        self._turns = Turns()
        self._acts = Acts()
        self._keyring = Keyring(backend, clock, self._acts)
        self._webhooks = Webhooks(backend, clock, self._acts)
        self.journal: Journal = ListedJournal()
        """What came and what left; whoever opens the book knows where that is kept."""

    @property
    def keyring(self) -> Keyring:
        """Who may come in."""
        return self._keyring

    @property
    def users(self) -> Users:
        """Who may sign in to the console, and who is signed in."""
        return Users(self._backend, self._clock, self._acts)

    @property
    def webhooks(self) -> Webhooks:
        """Where events are sent, and what became of them."""
        return self._webhooks

    @property
    def made(self) -> bool:
        """Whether the book was made when it was opened; known once something was asked."""
        return self._backend.made

    def by(self, person: Person) -> None:
        """Write down from now on what is done to keys, sellers and settings as this person's acts."""
        self._acts.person = person

    def acting(self, person: Person) -> Self:
        """Give this store as one person has it, whose acts are written down, beside what others do."""
        own = copy(self)
        own._acts = self._acts.of(person)
        own._keyring = Keyring(self._backend, self._clock, own._acts)
        own._webhooks = self._webhooks.of(own._acts)
        return own

    @property
    def person(self) -> str:
        """Who acts, "" where nobody is named."""
        return self._acts.person.who if self._acts.person else ""

    async def act(
        self,
        seller: int,
        what: str,
        about: str,
        after: Mapping[str, Any] | None = None,
        before: Mapping[str, Any] | None = None,
    ) -> None:
        """Write down an act of the person that is no change of the seller's own record."""
        batch = self._acts.put(self._clock(), what, about, before, after)
        if batch:
            await self._backend.commit(seller, batch)

    async def acts(
        self, seller: int, where: Query = EVERYTHING, after: str = "", limit: int | None = None
    ) -> tuple[Act, ...]:
        """Give what people did to a seller's keys and settings, the newest first: ``limit`` of them, or all.

        They begin behind the one with the id ``after``. Of no seller (0) it is what was done to operators'
        keys, and to sellers who are there no more.
        """
        return await list_acts(self._backend, seller, where, after, limit)

    def now(self) -> datetime:
        """Give the time by the store's clock."""
        return self._clock()

    def of(
        self,
        caller: Caller,
        largest: int | None = None,
        exchange: str | Callable[[], str] = "",
        omits: Omits = frozenset(),
        fence: Note | None = None,
    ) -> Book:
        """Open the caller's book, of which a page of more orders than ``largest`` raises LargePage.

        ``exchange`` is the id of the request that it is opened for, which stands in its events, or
        gives the one that each unit of it is for. What
        is of a kind or in a status that it ``omits`` is not there. What it writes is written only as
        long as the note that is its ``fence`` stands in this version.
        """
        return Book(
            self._backend,
            self._id_blocks,
            caller,
            self._clock,
            self._turns,
            largest,
            exchange,
            omits,
            fence,
        )

    async def answered(self, caller: Caller, dialect: str, key: str) -> Answered | None:
        """Give the first answer to a request of this caller that was made under this key."""
        found = await self._backend.answer(caller.seller, caller.customer or 0, dialect, key)
        return found if found is not None and found.expires > self._clock() else None

    async def add_seller(
        self,
        name: str,
        *,
        title: str = "",
        currency: str = "USD",
        timezone: str = "",
        references: tuple[Reference, ...] = (),
        tables: Mapping[str, Any] | None = None,
    ) -> Seller:
        """Open a book for a new seller; raises Conflict where the name is taken.

        Raises Invalid where there is no such currency or time zone.
        """
        demand_currency("currency", currency)
        new = Seller(
            version=1,
            name=name,
            title=title,
            currency=currency,
            timezone=known_zone("timezone", timezone),
            references=references,
            tables=dict(tables or {}),
        )
        last = 0
        gone = [int(note.name) for note in await self._backend.notes(HUB_ITSELF, REMOVED, ())]
        while name not in (there := {one.name: one.id for one in await self._backend.sellers()}):
            if last > max(*there.values(), *gone, 0, 0) + TRIES:
                raise Conflict(f"Seller {name!r} cannot be added; see 'orderglot database verify'.")
            # One whose document cannot be read is not among them, and has its id and name all the same.
            last = max(last, *there.values(), *gone) + 1 if there or gone else last + 1
            seller = replace(new, id=last)
            try:
                _, after = differing(None, seller, _INNER)
                done = self._acts.put(self._clock(), "seller.added", name, after=after)
                put = writes.PutSeller(seller, document.write(seller), None)
                await self._backend.commit(seller.id, (put, *done))
            except Raced:
                continue
            return seller
        raise _taken(name)

    async def sellers(self) -> tuple[Seller, ...]:
        """Give every seller by rising id."""
        return await self._backend.sellers()

    async def seller(self, name: str) -> Seller:
        """Give a seller by name, or raise NotFound."""
        for seller in await self._backend.sellers():
            if seller.name == name:
                return seller
        raise NotFound(f"There is no seller {name!r}; list the sellers, or add this one.")

    async def change_seller(self, seller: Seller) -> Seller:
        """Put a new version in the place of the seller it was made from.

        Raises NotFound, or Conflict where somebody else was faster or the name is taken, or Invalid
        where there is no such currency or time zone.
        """
        demand_currency("currency", seller.currency)
        known_zone("timezone", seller.timezone)
        kept = await self._backend.seller(seller.id)
        if kept is None:
            raise NotFound(f"There is no seller {seller.id}; list the sellers.")
        if seller.version != kept.version:
            raise Conflict(
                f"Seller {kept.name!r} is at version {kept.version} by now; "
                "read it again and repeat the change."
            )
        changed = replace(succeeded(kept, seller), version=kept.version + 1)
        try:
            before, after = differing(kept, changed, _INNER)
            done = self._acts.put(self._clock(), "seller.changed", kept.name, before, after)
            put = writes.PutSeller(changed, document.write(changed), kept)
            await self._backend.commit(seller.id, (put, *done))
        except Raced as race:
            raise _taken(seller.name) from race
        return changed

    async def remove_seller(self, name: str, version: int | None = None) -> None:
        """Take out a seller who has nothing in its book; what people did to it stays written down.

        Raises NotFound, or Conflict where there is something in its book, which it counts, or where it
        is not of that ``version`` any more.
        """
        seller = await self.seller(name)
        if version not in (None, seller.version):
            raise Conflict(f"{name} was changed just now; look at it again.")
        if left := await self._left(seller.id):
            raise Conflict(f"{name} has {listed(left)}; only an empty seller can be removed.")
        done = await self._backend.notes(seller.id, ACT, ())
        before, _ = differing(seller, None, _INNER)
        put = self._acts.put(self._clock(), "seller.removed", name, before)
        id = Note(kind=REMOVED, name=str(seller.id), version=1, document=name.encode())
        notes = (id, *(kept_above(note, name) for note in done), *(write.note for write in put))
        try:
            drop = writes.DropSeller(seller, notes, REJECT, self._clock())
            await self._backend.commit(seller.id, (drop,))
        except (Raced, NotFound) as race:
            raise Conflict(f"Something was done to {name} just now; look at it again.") from race

    async def _left(self, seller: int) -> list[str]:
        """Count what is in a seller's book, deleted and test orders among it, and who may come in."""
        found = await self._backend.counts(Scope(seller))
        keys = await self._keyring.keys(seller)
        now = self._clock()
        good = [one for one in keys if not one.key.is_over(now)]
        rejects = await self._backend.notes(seller, REJECT, ())
        counts = (
            *((found.orders, "order"), (found.customers, "customer"), (found.products, "product")),
            *((len(good), "key"), (len(rejects), "reject")),
        )
        return [counted(number, what) for number, what in counts if number]

    async def counts(self, seller: int, *, test: bool = False) -> Counts:
        """Count what is in a seller's book, test orders among it only if asked; nothing deleted."""
        return await self._backend.counts(Scope(seller, test=test, deleted=False))

    async def tidy(self) -> dict[str, int]:
        """Let go of what is over in every seller's book, and merge what counts are behind by; gives how much."""
        done = {"expired": 0, "merged": 0}
        for seller in await self._backend.sellers():
            while gone := await self._backend.purge(seller.id, self._clock()):
                done["expired"] += gone
            while merged := await self._backend.merge_counts(seller.id):
                done["merged"] += merged
        return done

    async def thin(
        self, seller: int, before: datetime, on_step: Callable[[Thinned], None] | None = None
    ) -> int:
        """Thin the events from before a moment out of a seller's feed, and give how many went.

        Orders keep theirs. It is done a part at a time; cut off, it goes on where it was.
        """
        every = Scope(seller)
        # Some stores number events only once somebody reads them, and only what has a number can go.
        while (await self._backend.feed(every, BEHIND_ALL, 1)).more:
            pass
        first = (await self._backend.feed(every, 0, 1)).floor
        done = await self._backend.thin(seller, before, THINNED_AT_ONCE)
        while done.more:
            if on_step is not None:
                on_step(done)
            done = await self._backend.thin(seller, before, THINNED_AT_ONCE)
        if done.floor > first:
            await self.act(seller, "events.thinned", f"up to {done.floor}", {"before": before})
        return done.floor - first

    async def erase(
        self,
        seller: int,
        customer: Customer,
        journal: Exchanges | None = None,
        on_step: OnStep = lambda *_: None,
        *,
        dry: bool = False,
    ) -> dict[str, int]:
        """Erase a customer, and give of how much of what; with ``dry`` nothing is written.

        It is done step by step; cut off, it goes on where it was. Raises Conflict where something of theirs
        was changed at this moment, Upstream where others are in the way of wiping a file.
        """
        work = Erasing(
            self._backend, self._clock, self._acts, seller, customer.id, journal, on_step
        )
        return await work.run(customer, dry=dry)

    async def check_ready(self) -> None:
        """Raise Unready unless the book that was opened is there and can be written to.

        Raises Upstream where it cannot be asked at all.
        """
        await self._backend.check_ready()

    async def close(self) -> None:
        """Let go of what the store holds open."""
        await self._keyring.settle()
        await self._backend.close()


_INNER = frozenset({"id", "version", "former"})
"""What of a seller nobody sets."""


def _taken(name: str) -> Conflict:
    return Conflict(f"There is already a seller {name!r}; take another name.")
