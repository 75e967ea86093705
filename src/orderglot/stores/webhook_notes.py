"""The notes that webhooks are: how they are read, and written together with the act that does so."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from orderglot.core.errors import Conflict, NotFound, Rule, invalid
from orderglot.core.event_types import TYPES
from orderglot.core.keepable import keepable
from orderglot.core.ports import Note
from orderglot.core.webhooks import ENDPOINT, PROGRESS, Endpoint, Progress
from orderglot.stores import writes
from orderglot.stores.acts import Acts
from orderglot.stores.backend import Backend, Raced
from orderglot.stores.reads import Clock

STRIDE = 500
"""So many deliveries are read and written at a time."""


class WebhookNotes:
    """The notes of webhooks in a backend."""

    def __init__(self, backend: Backend, clock: Clock, acts: Acts) -> None:
        self._backend = backend
        self._clock = clock
        self._acts = acts

    async def _endpoint(self, seller: int, id: str) -> Endpoint:
        """Give an endpoint, or raise NotFound."""
        return read_endpoint(await self._one(seller, ENDPOINT, id))

    async def _progress(self, seller: int, id: str) -> Note:
        return await self._one(seller, PROGRESS, id)

    async def _one(self, seller: int, kind: str, id: str) -> Note:
        for note in await self._notes(seller, kind, id):
            return note
        raise no_webhook(id)

    async def _notes(self, seller: int, kind: str, name: str) -> tuple[Note, ...]:
        return await self._backend.notes(seller, kind, (name,)) if keepable(name) else ()

    async def _commit(self, seller: int, *batch: writes.Write) -> None:
        try:
            await self._backend.commit(seller, batch)
        except Raced as race:
            raise Conflict(
                "Somebody else did something to this webhook just now; repeat it."
            ) from race


def no_webhook(id: str) -> NotFound:
    """Make the error where there is no such endpoint."""
    return NotFound(f"There is no webhook {id[:40]!r}; list the webhooks.")


def read_endpoint(note: Note) -> Endpoint:
    """Read an endpoint."""
    found = msgspec.json.decode(note.document, type=Endpoint)
    return replace(found, version=note.version)


def read_progress(note: Note) -> Progress:
    """Read how far along an endpoint is."""
    return msgspec.json.decode(note.document, type=Progress)


def put(kind: str, name: str, version: int, document: bytes) -> writes.PutNote:
    """Give the write of a note."""
    return writes.PutNote(Note(kind=kind, name=name, version=version, document=document))


def demand_types(field: str, types: tuple[str, ...]) -> None:
    """Raise Invalid where there is no such type of events."""
    for one in types:
        if one not in TYPES:
            reason = f"{one[:40]!r} is no type of event; there are {', '.join(TYPES)}."
            raise invalid(field, Rule.CHOICE, reason)
