"""The webhooks of sellers: endpoints and deliveries as notes, each act about them written down with it."""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta

import msgspec
from msgspec.structs import replace

from orderglot.core.errors import Conflict
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
    Endpoint,
    Former,
    MadeEndpoint,
    Progress,
    Signing,
    Watched,
    newest,
    over_of,
    waiting_of,
)
from orderglot.stores import writes
from orderglot.stores.acts import Acts, differing
from orderglot.stores.backend import HUB_ITSELF, LOOKED, Backend, Raced, Scope
from orderglot.stores.reads import Clock
from orderglot.stores.webhook_deliveries import Deliveries
from orderglot.stores.webhook_notes import (
    STRIDE,
    demand_types,
    no_webhook,
    put,
    read_endpoint,
    read_progress,
)
from orderglot.wire.aip160 import read_filter

_INNER = frozenset({"id", "version", "created"})
"""What of an endpoint nobody sets."""

_MOST = 2**53
"""No event has such a number."""


class Webhooks(Deliveries):
    """Endpoints and deliveries over a backend; ``addresses`` says where events may be sent."""

    def __init__(
        self, backend: Backend, clock: Clock, acts: Acts, addresses: Addresses | None = None
    ) -> None:
        super().__init__(backend, clock, acts)
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
        for one in await self._watched(seller, await self._notes(seller, ENDPOINT, id)):
            return one
        raise no_webhook(id)

    async def signing(self, seller: int, id: str) -> Signing:
        """Give what signs for an endpoint, for whoever sends; raises NotFound where it is gone."""
        found = await self._one(seller, SIGNING, id)
        return msgspec.json.decode(found.document, type=Signing)

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
            put(ENDPOINT, id, 1, msgspec.json.encode(new)),
            put(SIGNING, id, 1, msgspec.json.encode(signing)),
            put(PROGRESS, id, 1, msgspec.json.encode(progress)),
            *self._acts.put(now, "webhook.added", id, after=after),
        )
        return MadeEndpoint(Watched(new, progress), secret)

    async def _register(self, seller: int) -> None:
        """Have a seller among those who may have endpoints."""
        if not await self._backend.notes(HUB_ITSELF, SELLERS, (str(seller),)):
            with suppress(Raced):
                await self._backend.commit(HUB_ITSELF, (put(SELLERS, str(seller), 1, b"{}"),))

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
        puts = [put(ENDPOINT, before.id, changed.version, msgspec.json.encode(changed))]
        progress = watched.progress
        if before.disabled and not changed.disabled:
            (note,) = await self._backend.notes(seller, PROGRESS, (before.id,))
            progress = replace(read_progress(note), failing=None, marked=False, paused=None)
            document = msgspec.json.encode(progress)
            puts.append(put(PROGRESS, before.id, note.version + 1, document))
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
        signs = put(SIGNING, id, note.version + 1, msgspec.json.encode(signing))
        await self._commit(seller, signs, *acts)
        return MadeEndpoint(replace(watched, former_until=until if grace else None), secret)

    async def _demand(self, seller: int, before: Endpoint, after: Endpoint) -> None:
        """Raise Invalid where what is set anew makes no sense."""
        if after.url != before.url or (before.disabled and not after.disabled):
            await self.addresses.demand(after.url)
        demand_types("types", after.types)
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

    def _secret(self) -> str:
        return SCHEME + b64encode(secrets.token_bytes(32)).decode()


def _former_until(note: Note, now: datetime) -> datetime | None:
    signing = msgspec.json.decode(note.document, type=Signing)
    return max((one.until for one in signing.former if one.until > now), default=None)


def _overtaken(id: str) -> Conflict:
    return Conflict(f"Somebody else changed the webhook {id}; read it again and repeat the change.")
