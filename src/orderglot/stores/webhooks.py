"""The webhooks of sellers: endpoints and deliveries as notes, each act about them written down with it."""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta

import msgspec
from msgspec.structs import replace

from orderglot.core.errors import Conflict, NotFound, Rule, invalid
from orderglot.core.event_types import TYPES
from orderglot.core.ports import Note
from orderglot.core.time_zones import zone_of
from orderglot.core.webhook_addresses import Addresses
from orderglot.core.webhooks import (
    BEGINNING,
    ENDPOINT,
    MOST_ENDPOINTS,
    PROGRESS,
    SCHEME,
    SELLERS,
    SIGNING,
    Delivery,
    Endpoint,
    Former,
    MadeEndpoint,
    Progress,
    Signing,
    Watched,
    message_of,
    newest,
    over_of,
    place_of,
    read_delivery,
    waiting_of,
    write_delivery,
)
from orderglot.stores import writes
from orderglot.stores.acts import Acts, differing
from orderglot.stores.backend import HUB_ITSELF, LOOKED, Backend, Raced, Scope
from orderglot.stores.reads import Clock
from orderglot.wire.aip160 import read_filter

_INNER = frozenset({"id", "version", "created"})
"""What of an endpoint nobody sets."""

_MOST = 2**53
STRIDE = 500
"""So many deliveries are read at a time."""


class Webhooks:
    """Endpoints and deliveries over a backend; ``addresses`` says where events may be sent."""

    def __init__(
        self, backend: Backend, clock: Clock, acts: Acts, addresses: Addresses | None = None
    ) -> None:
        self._backend = backend
        self._clock = clock
        self._acts = acts
        self.addresses = addresses or Addresses()

    def of(self, acts: Acts) -> Webhooks:
        """Give the same to one person, whose acts are written down."""
        return Webhooks(self._backend, self._clock, acts, self.addresses)

    async def sellers(self) -> tuple[int, ...]:
        """Give the ids of the sellers who may have endpoints: nobody else has to be asked."""
        return tuple(int(one.name) for one in await self._backend.notes(HUB_ITSELF, SELLERS, ()))

    async def endpoints(self, seller: int) -> tuple[Watched, ...]:
        """Give every endpoint, by id."""
        found = await self._backend.notes(seller, ENDPOINT, ())
        return await self._watched(seller, found) if found else ()

    async def endpoint(self, seller: int, id: str) -> Watched:
        """Give one endpoint, or raise NotFound."""
        found = await self._backend.notes(seller, ENDPOINT, (id,))
        if not found:
            raise NotFound(f"There is no webhook {id[:40]!r}; list the webhooks.")
        return (await self._watched(seller, found))[0]

    async def signing(self, seller: int, id: str) -> Signing:
        """Give what signs for an endpoint, for whoever sends; raises NotFound where it is gone."""
        for note in await self._backend.notes(seller, SIGNING, (id,)):
            return msgspec.json.decode(note.document, type=Signing)
        raise NotFound(f"There is no webhook {id[:40]!r}; list the webhooks.")

    async def _watched(self, seller: int, notes: Iterable[Note]) -> tuple[Watched, ...]:
        ids = [note.name for note in notes]
        progress = {one.name: one for one in await self._backend.notes(seller, PROGRESS, ids)}
        signing = {one.name: one for one in await self._backend.notes(seller, SIGNING, ids)}
        now = self._clock()
        return tuple(
            Watched(
                read_endpoint(note),
                read_progress(progress[note.name]),
                _former_until(signing[note.name], now),
            )
            for note in notes
            if note.name in progress and note.name in signing
        )

    async def add(self, seller: int, wanted: Endpoint) -> MadeEndpoint:
        """Add an endpoint, which is sent what happens from now on."""
        await self._demand(seller, Endpoint(), wanted)
        if len(await self._backend.notes(seller, ENDPOINT, ())) >= MOST_ENDPOINTS:
            raise Conflict(f"There are {MOST_ENDPOINTS} webhooks, and no more can be; remove one.")
        id, secret, now = BEGINNING + secrets.token_bytes(8).hex(), self._secret(), self._clock()
        new = replace(wanted, id=id, version=1, created=now)
        signing, progress = Signing(secret), Progress(after=await self.newest(seller))
        _, after = differing(None, new, _INNER)
        await self._register(seller)
        await self._commit(
            seller,
            _put(ENDPOINT, id, 1, msgspec.json.encode(new)),
            _put(SIGNING, id, 1, msgspec.json.encode(signing)),
            _put(PROGRESS, id, 1, msgspec.json.encode(progress)),
            *self._acts.put(now, "webhook.added", id, after=after),
        )
        return MadeEndpoint(Watched(new, progress), secret)

    async def _register(self, seller: int) -> None:
        """Have a seller among those who may have endpoints."""
        if not await self._backend.notes(HUB_ITSELF, SELLERS, (str(seller),)):
            with suppress(Raced):
                await self._backend.commit(HUB_ITSELF, (_put(SELLERS, str(seller), 1, b"{}"),))

    async def change(self, seller: int, before: Endpoint, after: Endpoint) -> Watched:
        """Put an endpoint in the place of the version that it was made from.

        One that is enabled again is sent what has happened meanwhile, as far as the feed has it.
        """
        await self._demand(seller, before, after)
        watched = await self.endpoint(seller, before.id)
        if watched.endpoint.version != before.version:
            raise _overtaken(before.id)
        changed = replace(after, id=before.id, version=before.version + 1, created=before.created)
        old, new = differing(before, changed, _INNER)
        puts = [_put(ENDPOINT, before.id, changed.version, msgspec.json.encode(changed))]
        progress = watched.progress
        if before.disabled and not changed.disabled:
            (note,) = await self._backend.notes(seller, PROGRESS, (before.id,))
            progress = replace(read_progress(note), failing=None, marked=False, paused=None)
            document = msgspec.json.encode(progress)
            puts.append(_put(PROGRESS, before.id, note.version + 1, document))
        acts = self._acts.put(self._clock(), "webhook.changed", before.id, old, new)
        await self._commit(seller, *puts, *acts)
        return replace(watched, endpoint=changed, progress=progress)

    async def remove(self, seller: int, endpoint: Endpoint) -> None:
        """Take out an endpoint in this very version, with its deliveries."""
        id = endpoint.id
        kinds = ((ENDPOINT, id), (SIGNING, id), (PROGRESS, id))
        notes = [note for kind, name in kinds for note in await self._notes(seller, kind, name)]
        if not notes or notes[0].version != endpoint.version:
            raise _overtaken(id)
        before, _ = differing(endpoint, None, _INNER)
        acts = self._acts.put(self._clock(), "webhook.removed", id, before)
        await self._commit(seller, *map(writes.DropNote, notes), *acts)
        # Nobody who delivers can add to them from here on: that takes the endpoint's progress.
        for kind in (waiting_of(id), over_of(id)):
            while found := await self._backend.notes_behind(seller, kind, "", STRIDE):
                await self._commit(seller, *map(writes.DropNote, found))

    async def roll(self, seller: int, id: str, grace: timedelta) -> MadeEndpoint:
        """Give an endpoint a new secret; those from before sign as well until the grace is over."""
        watched, now = await self.endpoint(seller, id), self._clock()
        (note,) = await self._notes(seller, SIGNING, id)
        before = msgspec.json.decode(note.document, type=Signing)
        until, secret = now + grace, self._secret()
        former = (
            Former(before.secret, until),
            *(Former(one.secret, min(one.until, until)) for one in before.former),
        )
        signing = Signing(secret, tuple(one for one in former if one.until > now))
        acts = self._acts.put(now, "webhook.rolled", id, after={"former_until": until})
        put = _put(SIGNING, id, note.version + 1, msgspec.json.encode(signing))
        await self._commit(seller, put, *acts)
        return MadeEndpoint(replace(watched, former_until=until if grace else None), secret)

    async def deliveries(
        self, seller: int, id: str, before: str, limit: int
    ) -> tuple[Delivery, ...]:
        """Give so many deliveries, the newest first, from the one before an id on."""
        await self.endpoint(seller, id)
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
        await self.endpoint(seller, id)
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
            _put(
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
            _put(PROGRESS, id, progress.version + 1, msgspec.json.encode(left)),
            *self._acts.put(now, what, id, after=about),
        )

    async def trigger(self, seller: int, id: str, type: str) -> Delivery:
        """Have a sample of a type sent."""
        _demand_types("type", (type,))
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
        put = _put(waiting_of(id), name, 1, write_delivery(sample))
        told = _put(PROGRESS, id, note.version + 1, note.document)
        acts = self._acts.put(now, "webhook.triggered", id, after={"type": type})
        await self._commit(seller, put, told, *acts)
        return sample

    async def _demand_enabled(self, seller: int, id: str) -> None:
        endpoint = (await self.endpoint(seller, id)).endpoint
        if endpoint.disabled:
            raise Conflict(f"The webhook {id} is disabled ({endpoint.disabled}); enable it first.")

    async def _demand(self, seller: int, before: Endpoint, after: Endpoint) -> None:
        """Raise Invalid where what is set anew makes no sense."""
        if after.url != before.url or (before.disabled and not after.disabled):
            await self.addresses.demand(after.url)
        _demand_types("types", after.types)
        if after.filter != before.filter:
            found = await self._backend.seller(seller)
            read_filter(after.filter, zone_of(found.timezone if found else ""))

    async def newest(self, seller: int) -> int:
        """Give the number that the newest event has by now, with those numbered that have none so far."""
        scope = Scope(seller)
        while (await self._backend.feed(scope, _MOST, LOOKED)).more:
            pass

        async def given(number: int) -> bool:
            return (await self._backend.feed(scope, number - 1, 1)).after >= number

        return await newest(given)

    async def _progress(self, seller: int, id: str) -> Note:
        for note in await self._notes(seller, PROGRESS, id):
            return note
        raise NotFound(f"There is no webhook {id[:40]!r}; list the webhooks.")

    async def _notes(self, seller: int, kind: str, name: str) -> tuple[Note, ...]:
        return await self._backend.notes(seller, kind, (name,))

    async def _commit(self, seller: int, *batch: writes.Write) -> None:
        try:
            await self._backend.commit(seller, batch)
        except Raced as race:
            raise Conflict(
                "Somebody else did something to this webhook just now; repeat it."
            ) from race

    def _secret(self) -> str:
        return SCHEME + b64encode(secrets.token_bytes(32)).decode()


def read_endpoint(note: Note) -> Endpoint:
    """Read an endpoint."""
    found = msgspec.json.decode(note.document, type=Endpoint)
    return replace(found, version=note.version)


def read_progress(note: Note) -> Progress:
    """Read how far along an endpoint is."""
    return msgspec.json.decode(note.document, type=Progress)


def _demand_types(field: str, types: tuple[str, ...]) -> None:
    for one in types:
        if one not in TYPES:
            reason = f"{one[:40]!r} is no type of event; there are {', '.join(TYPES)}."
            raise invalid(field, Rule.CHOICE, reason)


def _former_until(note: Note, now: datetime) -> datetime | None:
    signing = msgspec.json.decode(note.document, type=Signing)
    return max((one.until for one in signing.former if one.until > now), default=None)


def _again(delivery: Delivery, now: datetime) -> Delivery:
    return replace(delivery, state="waiting", due=now, failed=0, again=True)


def _portions(notes: list[Note]) -> Iterator[list[Note]]:
    return (notes[first : first + STRIDE] for first in range(0, len(notes), STRIDE))


def _put(kind: str, name: str, version: int, document: bytes) -> writes.PutNote:
    return writes.PutNote(Note(kind=kind, name=name, version=version, document=document))


def _overtaken(id: str) -> Conflict:
    return Conflict(f"Somebody else changed the webhook {id}; read it again and repeat the change.")
