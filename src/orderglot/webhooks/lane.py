"""A lane: all that is on its way to one endpoint, in order for each order, and otherwise side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec
from msgspec.structs import replace

from orderglot.core.ports import Book, Event
from orderglot.core.webhook_addresses import Addresses
from orderglot.core.webhooks import (
    ENDPOINT,
    PROGRESS,
    SIGNING,
    Delivery,
    Endpoint,
    Progress,
    Signing,
    message_of,
    place_of,
    read_delivery,
    waiting_of,
)
from orderglot.stores.webhook_notes import read_endpoint, read_progress
from orderglot.webhooks.attempting import Outcome, attempt
from orderglot.webhooks.chosen import Chosen
from orderglot.webhooks.keeping import Done, keep
from orderglot.webhooks.payload import body_of, sample_of
from orderglot.webhooks.sending import Limits, Line

CHUNK = 200
"""So many events are taken from the feed at a time."""

MOST_WAITING = 1_000
"""While so many deliveries wait, no more are taken from the feed, which has the others."""

SOFT = 1.0
"""After so many seconds what is done by then is written down, and what is not goes on meanwhile."""

POLL = 0.5
"""After so many seconds it is looked again whether there are events."""

SOON = 0.001
"""After so many seconds it is looked again at what is under way."""

Chain = list[Delivery]
"""Deliveries of which each waits for the one before it."""


class Lane:
    """The deliveries of one endpoint; what is under way is known here alone, and all else in the book."""

    def __init__(self, book: Book, id: str, addresses: Addresses, limits: Limits) -> None:
        self.id = id
        self._book = book
        self._addresses = addresses
        self._limits = limits
        self._line: Line | None = None
        self._flying: dict[object, asyncio.Task[None]] = {}
        self._outcomes: list[Outcome] = []
        self._at_once = asyncio.Semaphore(limits.at_once)
        self._held = False
        self._signing = Signing("")
        self._known: dict[str, Delivery] = {}
        self._version = 0
        self._seen = -1
        self.delivered = 0
        self.failed = 0

    @property
    def flying(self) -> bool:
        """Whether something is under way."""
        return bool(self._flying or self._outcomes)

    async def turn(self) -> float | None:
        """Send what is due, and write down what came of it; gives after how many seconds more is due.

        None where nothing is to be sent to the endpoint any more, as it stands.
        """
        found = await self._state()
        if found is None:
            if not self.flying:
                return None
            await self._wait(set())
            await self._keep((), 0)
            return 0.0
        endpoint, progress = found
        waiting = await self._waiting()
        fresh, after, more = list[Delivery](), progress.after, False
        if len(waiting) < MOST_WAITING:
            fresh, after, more = await self._fresh(endpoint, progress.after)
            fresh = [one for one in fresh if one.id not in waiting]
        now = self._book.now()
        paused = progress.paused if progress.paused and progress.paused > now else None
        begun = set[asyncio.Task[None]]()
        if paused is None and self._ready(endpoint):
            begun = self._begin(endpoint, [*waiting.values(), *fresh], now)
        await self._wait(begun)
        kept = False
        if self.flying or fresh or after != progress.after:
            kept = await self._keep(fresh, after)
        if more or kept:
            return 0.0
        return SOON if self._flying else self._rest(waiting.values(), paused, now)

    async def finish(self) -> None:
        """Begin nothing more, wait for what is under way, and write it down."""
        self._held = True
        if self._flying:
            await asyncio.wait(self._flying.values())
        if self.flying:
            await self._keep((), 0)

    async def close(self) -> None:
        """Leave what is under way; it is sent again by whoever delivers next."""
        flying = list(self._flying.values())
        for task in flying:
            task.cancel()
        await asyncio.gather(*flying, return_exceptions=True)
        self._flying.clear()
        if self._line is not None:
            await self._line.close()
            self._line = None

    async def _state(self) -> tuple[Endpoint, Progress] | None:
        """Give the endpoint as it stands and how far along it is, None where nothing is sent to it."""
        endpoint, progress, signing = [
            await self._book.notes(kind, self.id) for kind in (ENDPOINT, PROGRESS, SIGNING)
        ]
        if not (endpoint and progress and signing):
            return None
        found = read_endpoint(endpoint[0])
        if found.disabled:
            return None
        if self._line is not None and self._line.url != found.url and not self._flying:
            await self._line.close()
            self._line = None
        self._line = self._line or Line(found.url, self._addresses, self._limits)
        self._version = progress[0].version
        self._signing = msgspec.json.decode(signing[0].document, type=Signing)
        return found, read_progress(progress[0])

    def _ready(self, endpoint: Endpoint) -> bool:
        """Tell whether anything may be begun: not while something is under way to another address."""
        return self._line is not None and self._line.url == endpoint.url

    async def _waiting(self) -> dict[str, Delivery]:
        """Give the deliveries that wait, read anew where anything was written of them since."""
        if self._seen != self._version:
            notes = await self._book.notes(waiting_of(self.id))
            self._known = {one.name: read_delivery(one.document) for one in notes}
            self._seen = self._version
        return self._known

    async def _fresh(self, endpoint: Endpoint, after: int) -> tuple[list[Delivery], int, bool]:
        """Take events from the feed that the endpoint is to be sent, and say how far that went."""
        feed = await self._book.feed(after, CHUNK)
        if not feed.events:
            return [], feed.after, feed.more
        seller = await self._book.seller()
        chosen = await Chosen(endpoint, seller.timezone).of(self._book, feed.events)
        now = self._book.now()
        fresh = [
            self._delivery(kind, event, body_of(seller.name, event, endpoint.body), now)
            for kind, event in chosen
        ]
        return fresh, feed.after, feed.more

    def _delivery(self, kind: str, event: Event, body: str, now: datetime) -> Delivery:
        name = place_of(event.sequence)
        return Delivery(
            id=name,
            message=message_of(self.id, name),
            type=kind,
            event=event.sequence,
            order=event.order or None,
            at=event.at,
            created=now,
            body=body,
        )

    def _begin(
        self, endpoint: Endpoint, several: Iterable[Delivery], now: datetime
    ) -> set[asyncio.Task[None]]:
        """Begin with each chain whose first delivery is due, unless it is under way; gives what was begun."""
        self._held = False
        chains = dict[object, Chain]()
        for one in sorted(several, key=lambda one: one.id):
            chains.setdefault(_key(one), []).append(one)
        begun = set()
        for key, chain in chains.items():
            due = chain[0].due
            if key in self._flying or (due is not None and due > now):
                continue
            # It stays under way until what came of it is written down.
            self._flying[key] = asyncio.create_task(self._fly(endpoint, chain))
            begun.add(self._flying[key])
        return begun

    async def _fly(self, endpoint: Endpoint, chain: Chain) -> None:
        """Deliver a chain, until one of it fails and is to be tried again."""
        for delivery in chain:
            async with self._at_once:
                if self._held or self._line is None:
                    return
                if not delivery.body:
                    delivery = await self._sample(endpoint, delivery)
                now = self._book.now()
                outcome = await attempt(self._line, delivery, self._signing, now)
            self._outcomes.append(outcome)
            if outcome.gone or outcome.paused is not None:
                # The others have not been sent, and so have not failed.
                self._held = True
            if outcome.delivery.state == "waiting":
                return

    async def _sample(self, endpoint: Endpoint, delivery: Delivery) -> Delivery:
        seller = (await self._book.seller()).name
        event = sample_of(delivery.type, delivery.at)
        return replace(delivery, body=body_of(seller, event, endpoint.body, delivery.message))

    async def _wait(self, begun: set[asyncio.Task[None]]) -> None:
        """Wait for what was begun, else for what is under way, but not for long."""
        if begun:
            await asyncio.wait(begun, timeout=SOFT)
        elif self._flying and not self._outcomes:
            flying = self._flying.values()
            await asyncio.wait(flying, timeout=SOFT, return_when=asyncio.FIRST_COMPLETED)

    async def _keep(self, fresh: Sequence[Delivery], after: int) -> bool:
        """Write down what is done by now; tells whether anything was tried."""
        landed = [key for key, task in self._flying.items() if task.done()]
        outcomes = tuple(self._outcomes)
        done = Done(outcomes, tuple(fresh), after)
        await self._book.transact(lambda unit: keep(unit, self.id, done))
        # Where that failed, all of it is still to be written down, and nothing is sent again.
        del self._outcomes[: len(outcomes)]
        for key in landed:
            self._flying.pop(key).result()
        well = sum(one.well for one in outcomes)
        self.delivered += well
        self.failed += len(outcomes) - well
        return bool(outcomes)

    def _rest(self, waiting: Iterable[Delivery], paused: datetime | None, now: datetime) -> float:
        """Say after how many seconds more may be due: with the first of them, or a look at the feed."""
        soonest = min((one.due for one in waiting if one.due is not None), default=None)
        if soonest is None:
            return POLL
        return max(min((max(soonest, paused or soonest) - now).total_seconds(), POLL), SOON)


def _key(delivery: Delivery) -> object:
    """Give by what a delivery waits for others: its order, unless somebody asked for it again."""
    if delivery.again or delivery.order is None:
        return delivery.id
    return delivery.order
