"""Orders placed with the vendors of the configuration, for whoever asks over the API, or from Python."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from msgspec.structs import replace

from orderglot.core.acts import Person
from orderglot.core.caller import Caller
from orderglot.core.errors import (
    Conflict,
    Forbidden,
    HubError,
    Invalid,
    NotFound,
    Problem,
    Rule,
    invalid,
)
from orderglot.core.order import AT, Order, Reference
from orderglot.core.ports import Book
from orderglot.faces.recording import Observed
from orderglot.hub.dialects import chosen_one
from orderglot.stores.store import BookStore
from orderglot.sync import placements
from orderglot.sync.channel import DIALECT, SELLER, Channel, read_channel
from orderglot.sync.continuation import is_continued
from orderglot.sync.discrepancies import settle_differences
from orderglot.sync.place import place, settle
from orderglot.sync.placement_checks import Terms, refusals
from orderglot.sync.placement_results import Placed
from orderglot.sync.recovery import Unknown
from orderglot.sync.vendor import Vendor, calling
from orderglot.wire.exchange import Record
from orderglot.wire.loss import losses
from orderglot.wire.operation import PlacementAsked, PlacementShown, VendorChannel

T = TypeVar("T")

PLACEABLE, UNDER_WAY = "placeable", "under way"
GRACE = 5.0
"""So many seconds has what is under way when the program ends."""

OWN = frozenset(
    {
        *("id", "version", "references", "created", "modified", "received", "status", "test"),
        *("customer.id", "lines.number"),
    }
)
"""Members that are the book's own and go to no vendor."""

Table = Mapping[str, object]


@dataclass
class Channels:
    """The channels of a configuration: ``named`` ones, and one for each dialect of ``vendors``.

    ``seller`` is whose they are where they do not say so themselves.
    """

    named: Mapping[str, Table] = field(default_factory=dict)
    vendors: Mapping[str, Table] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    seller: str = ""

    def of(self, seller: str, alone: bool) -> list[str]:
        """Name the channels that a seller may use; he may use what is nobody's where he is ``alone``."""
        tables = {**self.vendors, **self.named}
        return sorted(name for name, table in tables.items() if self._is_his(table, seller, alone))

    def dialect(self, name: str) -> str:
        """Give the dialect of a channel."""
        table = self.named.get(name)
        return name if table is None else str(table.get(DIALECT, ""))

    def channel(self, name: str) -> Channel:
        """Put a channel together; raises Conflict where its settings are not complete."""
        table = self.named.get(name)
        own = "" if table is None else name
        settings = self.vendors[name] if table is None else table
        try:
            dialect = chosen_one(self.dialect(name))
            return read_channel(dialect, settings, self.environment, {}, own)
        except Invalid as error:
            raise Conflict(f"The channel {name!r} is not set up: {error.message}") from None

    def _is_his(self, table: Table, seller: str, alone: bool) -> bool:
        owner = table.get(SELLER, self.seller)
        return owner == seller or (not owner and alone)


class Placements:
    """Orders placed over a configuration's channels, each on its way once in this process."""

    def __init__(
        self,
        store: BookStore,
        channels: Channels,
        record: Record | None = None,
        person: Person | None = None,
    ) -> None:
        self._store = store
        self._channels = channels
        self._record = record
        self._person = person
        self._tasks: dict[tuple[int, int, str], asyncio.Task[PlacementShown]] = {}

    def by(self, person: Person) -> Placements:
        """Give the same to one person, whose acts they are."""
        own = Placements(self._store, self._channels, self._record, person)
        own._tasks = self._tasks
        return own

    async def close(self) -> None:
        """Let what is under way end, and break it off where that takes too long."""
        tasks = list(self._tasks.values())
        if tasks:
            await asyncio.wait(tasks, timeout=GRACE)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def channels(self, caller: Caller) -> tuple[VendorChannel, ...]:
        """Give the channels that a caller's seller may use."""
        names = await self._his(caller)
        return tuple(VendorChannel(name, self._channels.dialect(name)) for name in names)

    async def place(self, caller: Caller, asked: PlacementAsked) -> PlacementShown:
        """Place an order with a vendor once, or say what speaks against it; wait so long as is asked."""
        order = await self._store.of(caller).get(asked.order)
        if caller.test and not order.test:
            raise Forbidden("A key in test mode places test orders alone; ask for a live one.")
        channel = await self._channel(caller, asked.channel)
        if asked.dry_run:
            return await self._previewed(caller, channel, order, asked)
        key = (caller.seller, order.id, channel.reference)
        task = self._tasks.get(key)
        if task is None:
            task = asyncio.create_task(self._placed(caller, channel, order, asked))
            self._tasks[key] = task
            task.add_done_callback(lambda _done: self._tasks.pop(key, None))
            await self._act(caller, "order.placed", order, {"channel": channel.reference})
        await asyncio.wait([task], timeout=asked.wait)
        if task.done():
            return task.result()
        return PlacementShown(order=order.id, channel=channel.reference, state=UNDER_WAY)

    async def settle(
        self, caller: Caller, order: Reference, channel: str, id: str = "", *, stands: bool = False
    ) -> PlacementShown:
        """Say under which id a vendor has an order, for "" that he does not have it.

        With ``stands`` what he has otherwise is let stand.
        """
        mine = await self._store.of(caller).get(order)
        found = await self._channel(caller, channel)
        act = {
            "channel": found.reference,
            "is": id or ("as it is there" if stands else "not there"),
        }
        if stands:
            book = self._book(caller)
            await settle_differences(book, mine, chosen_one, [found.reference])
            there = [
                one
                for one in await self.of_order(caller, order)
                if (one.channel, one.state) == (found.reference, "placed")
            ]
            if not there:
                raise NotFound(f"{found.reference} does not have order {mine.id}.")
            shown = there[0]
        elif id:
            shown = await self._given(caller, found, mine, id)
        else:
            await placements.give_up(self._book(caller), mine, found.reference)
            shown = PlacementShown(order=mine.id, channel=found.reference, state="not there")
        await self._act(caller, "placement.settled", mine, act)
        return shown

    async def of_order(self, caller: Caller, order: Reference) -> tuple[PlacementShown, ...]:
        """Give what is known of an order at each vendor that has it or was sent it."""
        book = self._store.of(caller)
        found = await placements.placements_of(book, await book.get(order))
        return tuple(map(_shown, found))

    async def open(self, caller: Caller) -> tuple[PlacementShown, ...]:
        """Give the orders of which nobody knows whether a vendor has them, or that one refused."""
        return tuple(map(_shown, await placements.open_placements(self._store.of(caller))))

    async def _act(self, caller: Caller, what: str, order: Order, after: dict[str, str]) -> None:
        store = self._store.acting(self._person) if self._person else self._store
        await store.act(caller.seller, what, str(order.id), after)

    async def _given(
        self, caller: Caller, channel: Channel, order: Order, id: str
    ) -> PlacementShown:
        async def work(book: Book, vendor: Vendor) -> Placed:
            return await settle(book, vendor, order, id)

        try:
            placed = await self._with(caller, channel, order, work)
        except NotFound:
            raise invalid("is", Rule.UNKNOWN, f"The vendor has no order {id[:60]!r}.") from None
        except (Conflict, Invalid):
            raise
        except HubError as error:
            raise Conflict(f"The vendor could not be asked: {error.message}") from None
        return _placed(placed, channel)

    async def _previewed(
        self, caller: Caller, channel: Channel, order: Order, asked: PlacementAsked
    ) -> PlacementShown:
        dialect = chosen_one(channel.dialect)

        async def work(book: Book, vendor: Vendor) -> tuple[Problem, ...]:
            return await refusals(book, vendor, order, _terms(asked))

        problems = await self._with(caller, channel, order, work)
        lost = losses(order, dialect.name, dialect.can)
        return PlacementShown(
            order=order.id,
            channel=channel.reference,
            state="refused" if problems else PLACEABLE,
            problems=problems,
            losses=tuple(name for name in lost if name not in OWN),
        )

    async def _placed(
        self, caller: Caller, channel: Channel, order: Order, asked: PlacementAsked
    ) -> PlacementShown:
        async def work(book: Book, vendor: Vendor) -> Placed:
            return await place(book, vendor, order, _terms(asked))

        blank = PlacementShown(order=order.id, channel=channel.reference, state="refused")
        try:
            return _placed(await self._with(caller, channel, order, work), channel)
        except Unknown as error:
            book = self._book(caller)
            await placements.note_doubt(book, order.id, channel.reference, error.message)
            return replace(blank, state="unknown", why=error.message)
        except Invalid as error:
            return replace(blank, problems=error.problems, why=error.message)
        except HubError as error:
            return replace(blank, why=error.message)

    async def _with(
        self,
        caller: Caller,
        channel: Channel,
        order: Order,
        work: Callable[[Book, Vendor], Coroutine[Any, Any, T]],
    ) -> T:
        """Do some work with a vendor; what comes of it is kept whatever becomes of the order meanwhile."""
        dialect = chosen_one(channel.dialect)
        observed = None
        if self._record is not None:
            observed = Observed(dialect, channel.reference, caller, self._record)
            observed.orders = (order.id,)
        book = self._book(caller, observed)
        continued = is_continued(await book.seller(), channel)
        async with calling(dialect, channel, continued=continued, observed=observed) as vendor:
            return await work(book, vendor)

    def _book(self, caller: Caller, observed: Observed | None = None) -> Book:
        exchange = observed.exchange if observed is not None else ""
        return self._store.of(replace(caller, deleted=True), exchange=exchange)

    async def _his(self, caller: Caller) -> list[str]:
        sellers = {one.id: one.name for one in await self._store.sellers()}
        return self._channels.of(sellers.get(caller.seller, ""), len(sellers) == 1)

    async def _channel(self, caller: Caller, name: str) -> Channel:
        names = await self._his(caller)
        for one in names:
            if name in (one, f"{self._channels.dialect(one)}{AT}{one}"):
                return self._channels.channel(one)
        there = f"there are {', '.join(names)}" if names else "there is none in the configuration"
        raise invalid("channel", Rule.CHOICE, f"There is no channel {name[:60]!r}; {there}.")


def _terms(asked: PlacementAsked) -> Terms:
    return Terms(absent=asked.absent, also=asked.also, without=asked.without)


def _placed(placed: Placed, channel: Channel) -> PlacementShown:
    return PlacementShown(
        order=placed.order.id,
        channel=channel.reference,
        state="placed",
        id=placed.id,
        how=str(placed.how),
        differences=placed.differences,
    )


def _shown(one: placements.Placement) -> PlacementShown:
    return PlacementShown(
        order=one.order,
        channel=one.channel,
        state=str(one.state),
        id=one.id,
        begun=one.begun,
        sent=one.sent,
        why=one.why,
    )
