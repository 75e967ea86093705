"""Operators: the keys that stand above the sellers, kept apart from those of any seller."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec.structs import replace

from orderglot.core.caller import EVERY_RIGHT, Caller
from orderglot.core.errors import Conflict, NotFound, Unauthenticated
from orderglot.core.keyring import OPERATOR, Credential
from orderglot.core.order import HUB
from orderglot.core.ports import Note
from orderglot.stores import document, writes
from orderglot.stores.acts import Acts, described
from orderglot.stores.backend import HUB_ITSELF, Backend, Raced
from orderglot.stores.fingerprints import FORMER, REFUSED, fingerprint, is_same, rolled_to
from orderglot.stores.reads import Clock


def is_operators(dialect: str, id: str) -> bool:
    """Tell whether a key of that name is an operator's."""
    return dialect == HUB and id.startswith(f"{OPERATOR}-")


class Operators:
    """The keys of operators: notes of the hub itself by their fingerprints, those from before a roll among them."""

    def __init__(self, backend: Backend, clock: Clock, acts: Acts) -> None:
        self._backend = backend
        self._clock = clock
        self._acts = acts

    async def admit(self, secret: str) -> Credential:
        """Give the key behind a secret; raise Unauthenticated unless it is good."""
        shown = fingerprint(secret)
        notes = await self._backend.notes(HUB_ITSELF, OPERATOR, (shown,))
        found = _read(notes[0]) if notes else None
        if found is not None and found.kind == FORMER:
            key, _ = await self._found(found.id)
            found = rolled_to(key, found)
        same = is_same(found, shown)
        if found is None or not same or found.is_over(self._clock()):
            raise Unauthenticated(REFUSED)
        return found

    async def credentials(self) -> tuple[Credential, ...]:
        """Give every key, and the fingerprints that they had before, oldest first."""
        notes = await self._backend.notes(HUB_ITSELF, OPERATOR, ())
        return tuple(sorted(map(_read, notes), key=lambda one: (one.created, one.fingerprint)))

    async def put(self, id: str, secret: str, expires: datetime | None) -> None:
        """Keep a new key."""
        key = Credential(
            dialect=HUB,
            kind=OPERATOR,
            id=id,
            fingerprint=fingerprint(secret),
            caller=Caller(seller=HUB_ITSELF, may=EVERY_RIGHT, name=f"{HUB}:{id}"),
            created=self._clock(),
            expires=expires,
        )
        await self._write(id, _note(key), what="key.made", after=described(key))

    async def end(self, id: str) -> None:
        """End a key; raises NotFound without one."""
        key, note = await self._found(id)
        ended = replace(key, ended=key.ended or self._clock())
        await self._write(id, _note(ended, note), what="key.ended", before=described(key))

    async def roll(self, id: str, secret: str, grace: timedelta) -> None:
        """Give a key a new secret; those from before let in as well until the grace is over."""
        key, note = await self._found(id)
        if key.is_over(self._clock()):
            raise Conflict(f"{HUB}:{id} has ended or expired; make a new key.")
        now = self._clock()
        until = now + grace
        puts = [_note(replace(key, fingerprint=fingerprint(secret)))]
        puts.append(_note(replace(key, kind=FORMER, created=now, expires=until), note))
        for one in await self._backend.notes(HUB_ITSELF, OPERATOR, ()):
            former = _read(one)
            if (
                (former.id, former.kind) == (id, FORMER)
                and former.expires
                and former.expires > until
            ):
                puts.append(_note(replace(former, expires=until), one))
        await self._write(id, *puts, what="key.rolled", after={"former_until": until})

    async def _found(self, id: str) -> tuple[Credential, Note]:
        for note in await self._backend.notes(HUB_ITSELF, OPERATOR, ()):
            key = _read(note)
            if (key.id, key.kind) == (id, OPERATOR):
                return key, note
        raise NotFound(f"There is no {HUB} key {id!r}; list the operators' keys.")

    async def _write(
        self,
        id: str,
        *notes: Note,
        what: str,
        before: dict[str, object] | None = None,
        after: dict[str, object] | None = None,
    ) -> None:
        done = self._acts.put(self._clock(), what, f"{HUB}:{id}", before, after)
        try:
            await self._backend.commit(HUB_ITSELF, (*map(writes.PutNote, notes), *done))
        except Raced as race:
            raise Conflict(
                f"Somebody else changed {HUB}:{id} just now; look at it again."
            ) from race


def _note(key: Credential, before: Note | None = None) -> Note:
    version = before.version if before else 0
    return Note(
        kind=OPERATOR,
        name=key.fingerprint,
        version=version + 1,
        document=document.write(key),
    )


def _read(note: Note) -> Credential:
    found = document.read_credential(note.document)
    return replace(found, caller=replace(found.caller, operator=True))
