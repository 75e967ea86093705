"""The deliveries of webhooks as notes: listed, shown, sent again, and samples of them."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec
from msgspec.structs import replace

from orderglot.core.errors import Conflict, NotFound
from orderglot.core.ports import Note
from orderglot.core.webhooks import (
    PROGRESS,
    Delivery,
    message_of,
    over_of,
    place_of,
    read_delivery,
    waiting_of,
    write_delivery,
)
from orderglot.stores import writes
from orderglot.stores.webhook_notes import (
    STRIDE,
    WebhookNotes,
    demand_types,
    put,
    read_progress,
)


class Deliveries(WebhookNotes):
    """The deliveries of the endpoints in a backend."""

    async def deliveries(
        self, seller: int, id: str, before: str, limit: int
    ) -> tuple[Delivery, ...]:
        """Give so many deliveries, the newest first, from the one before an id on."""
        await self._endpoint(seller, id)
        found = [
            read_delivery(note.document)
            for kind in (waiting_of(id), over_of(id))
            for note in await self._backend.notes_behind(seller, kind, before, limit, newest=True)
        ]
        # Between the two reads one may have gone from here to there.
        each = {one.id: one for one in found}
        return tuple(each[name] for name in sorted(each, reverse=True)[:limit])

    async def delivery(self, seller: int, id: str, delivery: str) -> Delivery:
        """Give one delivery, or raise NotFound."""
        return read_delivery((await self._delivery(seller, id, delivery)).document)

    async def _delivery(self, seller: int, id: str, delivery: str) -> Note:
        await self._endpoint(seller, id)
        for kind in (waiting_of(id), over_of(id), waiting_of(id)):
            for note in await self._notes(seller, kind, delivery):
                return note
        raise NotFound(f"There is no delivery {delivery[:40]!r}; list the webhook's deliveries.")

    async def resend(self, seller: int, id: str, delivery: str) -> Delivery:
        """Have a delivery tried now, whatever became of it before."""
        await self._demand_enabled(seller, id)
        note = await self._delivery(seller, id, delivery)
        await self._resend(seller, id, (note,), "webhook.resent", {"delivery": delivery})
        return _again(read_delivery(note.document), self._clock())

    async def resend_since(self, seller: int, id: str, since: datetime, *, everything: bool) -> int:
        """Have what was put aside of events since a moment tried now, or ``everything``."""
        await self._demand_enabled(seller, id)
        last, several = "", list[Note]()
        while found := await self._backend.notes_behind(
            seller, over_of(id), last, STRIDE, newest=True
        ):
            last = found[-1].name
            read = [(note, read_delivery(note.document)) for note in found]
            several += [
                note
                for note, one in read
                if one.at >= since and (everything or one.state == "aside")
            ]
        # The oldest are on their way first; what a break cuts off is asked for again.
        for some in _portions(several[::-1]):
            about = {"since": since, "deliveries": len(some)}
            await self._resend(seller, id, some, "webhook.resent", about)
        return len(several)

    async def _resend(
        self, seller: int, id: str, notes: Iterable[Note], what: str, about: dict[str, object]
    ) -> None:
        now, several = self._clock(), list(notes)
        progress = await self._progress(seller, id)
        over = [note for note in several if note.kind == over_of(id)]
        puts = [
            put(
                waiting_of(id),
                note.name,
                1 if note.kind == over_of(id) else note.version + 1,
                write_delivery(_again(read_delivery(note.document), now)),
            )
            for note in several
        ]
        read = read_progress(progress)
        left = replace(read, kept=read.kept - len(over))
        await self._commit(
            seller,
            *map(writes.DropNote, over),
            *puts,
            put(PROGRESS, id, progress.version + 1, msgspec.json.encode(left)),
            *self._acts.put(now, what, id, after=about),
        )

    async def trigger(self, seller: int, id: str, type: str) -> Delivery:
        """Have a sample of a type sent."""
        demand_types("type", (type,))
        await self._demand_enabled(seller, id)
        now, note = self._clock(), await self._progress(seller, id)
        # Behind what the feed has had so far, and before what comes.
        name = f"{place_of(read_progress(note).after)}-{secrets.token_bytes(4).hex()}"
        sample = Delivery(
            id=name,
            message=message_of(id, name),
            type=type,
            at=now,
            created=now,
            due=now,
            again=True,
        )
        waits = put(waiting_of(id), name, 1, write_delivery(sample))
        anew = put(PROGRESS, id, note.version + 1, note.document)
        acts = self._acts.put(now, "webhook.triggered", id, after={"type": type})
        await self._commit(seller, waits, anew, *acts)
        return sample

    async def _demand_enabled(self, seller: int, id: str) -> None:
        endpoint = await self._endpoint(seller, id)
        if endpoint.disabled:
            raise Conflict(f"The webhook {id} is disabled ({endpoint.disabled}); enable it first.")


def _again(delivery: Delivery, now: datetime) -> Delivery:
    """Give a delivery as one to be tried now; what waits for an earlier one of its order still does."""
    apart = delivery.again or delivery.state != "waiting"
    return replace(delivery, state="waiting", due=now, failed=0, again=apart)


def _portions(notes: list[Note]) -> Iterator[list[Note]]:
    return (notes[first : first + STRIDE] for first in range(0, len(notes), STRIDE))
