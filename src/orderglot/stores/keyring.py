"""The keyring: keys and tokens, of which only fingerprints are kept."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.errors import Conflict, NotFound, Unauthenticated
from orderglot.core.ports import Credential
from orderglot.stores.backend import Backend, PutCredential, Raced
from orderglot.stores.reads import Clock

KEY = "key"
ENTROPY = 32
ATTEMPTS = 20
_NOBODY = "0" * 64


MakeText = Callable[[bytes], str]
"""Makes a text of a dialect's own form out of 32 random bytes: a secret, or a key's id."""


class Key(Struct, frozen=True):
    """A new key: its public part, and the secret, which is shown this one time."""

    id: str
    secret: str


class Keyring:
    """Who may come in, and what their owner may do about it: the last five are for the owner.

    A token that is issued under its key's id goes live and ends together with the key.
    """

    def __init__(self, backend: Backend, clock: Clock) -> None:
        self._backend = backend
        self._clock = clock

    async def admit(self, dialect: str, kind: str, secret: str) -> Credential:
        """Give the credential behind a secret; raise Unauthenticated unless it is good now."""
        shown = fingerprint(secret)
        found = await self._backend.credential(dialect, kind, shown)
        same = hmac.compare_digest(found.fingerprint if found else _NOBODY, shown)
        if found is None or not same or not _good(found, self._clock):
            raise Unauthenticated("This key or token is not known, has expired or was ended.")
        return found

    async def issue(
        self,
        dialect: str,
        kind: str,
        caller: Caller,
        make_secret: MakeText,
        lasts: timedelta | None = None,
        id: str = "",
        until: datetime | None = None,
    ) -> str:
        """Make a new secret, spelled out of random bytes, and give it away this one time.

        It is good for as long as it lasts, and not beyond ``until``. Raises Conflict where it is a
        key and the dialect already has one of this id.
        """
        secret = make_secret(secrets.token_bytes(ENTROPY))
        ends = (until, None if lasts is None else self._clock() + lasts)
        expires = min((end for end in ends if end is not None), default=None)
        await self._put(dialect, kind, caller, id, secret, expires)
        return secret

    async def end(self, dialect: str, kind: str, secret: str) -> None:
        """End a credential; ending one that is not good is no error."""
        found = await self._backend.credential(dialect, kind, fingerprint(secret))
        if found is not None and found.ended is None:
            await self._write(replace(found, ended=self._clock()))

    async def credentials(self, seller: int) -> tuple[Credential, ...]:
        """Give every credential of a seller, the ended ones, too, oldest first."""
        return await self._backend.credentials(seller)

    async def issue_key(
        self,
        dialect: str,
        caller: Caller,
        make_secret: MakeText,
        make_key_id: MakeText,
        expires: datetime | None = None,
    ) -> Key:
        """Make a new key with a public part that is nobody else's in the dialect."""
        secret = make_secret(secrets.token_bytes(ENTROPY))
        for _ in range(ATTEMPTS):
            id = make_key_id(secrets.token_bytes(ENTROPY))
            try:
                await self._put(dialect, KEY, caller, id, secret, expires)
            except Conflict:
                continue
            return Key(id, secret)
        raise Conflict(f"{dialect} has no free account names left; end unused keys first.")

    async def plant_key(self, dialect: str, caller: Caller, id: str, secret: str) -> Key:
        """Put a key in whose parts are known beforehand: for demo books, never for real ones.

        The same one twice is no error; raises Conflict where the id is another's.
        """
        there = await self._backend.credential(dialect, KEY, fingerprint(secret))
        if there is None or (there.id, there.caller) != (id, _named(caller, dialect, id)):
            await self._put(dialect, KEY, caller, id, secret, None)
        return Key(id, secret)

    async def end_key(self, seller: int, dialect: str, id: str) -> None:
        """End a key and every token that goes by its id; raises NotFound without one."""
        now, family = self._clock(), await self._family(seller, dialect, id)
        await self._write(*(replace(one, ended=now) for one in family if one.ended is None))

    async def set_live(self, seller: int, dialect: str, id: str) -> None:
        """Move a key and its tokens from test to production; raises NotFound without one."""
        family = await self._family(seller, dialect, id)
        live = (replace(one, caller=replace(one.caller, test=False)) for one in family)
        await self._write(*live)

    async def _family(self, seller: int, dialect: str, id: str) -> list[Credential]:
        every = await self._backend.credentials(seller)
        family = [one for one in every if (one.dialect, one.id) == (dialect, id)]
        if not any(one.kind == KEY for one in family):
            raise NotFound(f"There is no {dialect} key {id!r}; list the seller's keys.")
        return family

    async def _put(
        self,
        dialect: str,
        kind: str,
        caller: Caller,
        id: str,
        secret: str,
        expires: datetime | None,
    ) -> None:
        await self._write(
            Credential(
                dialect=dialect,
                kind=kind,
                id=id,
                fingerprint=fingerprint(secret),
                caller=_named(caller, dialect, id),
                created=self._clock(),
                expires=expires,
            )
        )

    async def _write(self, *credentials: Credential) -> None:
        if not credentials:
            return
        first = credentials[0]
        try:
            await self._backend.commit(
                first.caller.seller, [PutCredential(one) for one in credentials]
            )
        except Raced as race:
            raise Conflict(
                f"{first.dialect} already has a key {first.id!r}; take another id."
            ) from race


def fingerprint(secret: str) -> str:
    """Give the SHA-256 of a secret, by which it is found and told."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _named(caller: Caller, dialect: str, id: str) -> Caller:
    return caller if caller.name else replace(caller, name=f"{dialect}:{id}")


def _good(credential: Credential, clock: Clock) -> bool:
    alive = credential.expires is None or credential.expires > clock()
    return alive and credential.ended is None
