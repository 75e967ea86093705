"""Uses: when a key was used last, written down behind the answers and seldom."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta

import msgspec

from orderglot.core.errors import HubError
from orderglot.core.keyring import Credential
from orderglot.core.ports import Note
from orderglot.stores import writes
from orderglot.stores.backend import Backend, Raced
from orderglot.stores.reads import Clock

USE = "use"
"""The kind of the notes that say when a key was used last."""

EVERY = timedelta(minutes=5)
"""What was written down is left as it is for so long."""

log = logging.getLogger("orderglot.stores")


class Uses:
    """Notes that a key is used: at most one write for each in some minutes, for which nobody waits."""

    def __init__(self, backend: Backend, clock: Clock) -> None:
        self._backend = backend
        self._clock = clock
        self.lately: set[str] = set()
        """The fingerprints of keys and tokens that were noted lately."""
        self._writing: set[asyncio.Task[None]] = set()

    def note(self, key: Credential, shown: str) -> None:
        """Note that a key is used now, unless the fingerprint that was shown was noted lately."""
        if shown in self.lately:
            return
        self.lately.add(shown)
        loop = asyncio.get_running_loop()
        loop.call_later(EVERY.total_seconds(), self.lately.discard, shown)
        task = loop.create_task(self._write(key))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def settle(self) -> None:
        """Wait for what is being written."""
        await asyncio.gather(*self._writing)

    async def _write(self, key: Credential) -> None:
        """Write it down, unless another process has done so in the meantime."""
        seller, name, now = key.caller.seller, f"{key.dialect}:{key.id}", self._clock()
        try:
            found = await self._backend.notes(seller, USE, (name,))
            if found and _read(found[0]) > now - EVERY:
                return
            version = found[0].version if found else 0
            new = Note(kind=USE, name=name, version=version + 1, document=msgspec.json.encode(now))
            await self._backend.commit(seller, (writes.PutNote(new),))
        except Raced:
            return
        except HubError as error:
            log.warning("not noted", extra={"key": name, "reason": error.message})


async def uses_of(backend: Backend, seller: int) -> dict[str, datetime]:
    """Give when the keys of a seller were used last, by their names."""
    return {note.name: _read(note) for note in await backend.notes(seller, USE, ())}


_read_moment = msgspec.json.Decoder(datetime).decode


def _read(note: Note) -> datetime:
    return _read_moment(note.document)
