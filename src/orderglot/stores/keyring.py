"""The keyring: keys and tokens, of which only fingerprints are kept."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.errors import Conflict, NotFound, Unauthenticated
from orderglot.core.keyring import Credential
from orderglot.core.tokens import Token, TokenKind
from orderglot.stores import writes
from orderglot.stores.acts import Acts, described
from orderglot.stores.backend import Backend, Raced
from orderglot.stores.reads import Clock

KEY = "key"
ENTROPY = 32
ATTEMPTS = 20
_NOBODY = "0" * 64
_REFUSED = "This key or token is not known, has expired or was ended."


Spell = Callable[[bytes], str]
"""Writes 32 random bytes as a dialect's keys or accounts look."""


Held = tuple[Token, Credential]
"""A token with its key."""


class Key(Struct, frozen=True):
    """A new key: its public part, and the secret, which is shown this one time."""

    id: str
    secret: str


class Keyring:
    """Who may come in, and what their owner may do about it: the last five are for the owner.

    A token has no caller of its own: it goes live with its key and ends with it.
    """

    def __init__(self, backend: Backend, clock: Clock, acts: Acts | None = None) -> None:
        self._backend = backend
        self._clock = clock
        self._acts = acts or Acts()

    async def admit(self, dialect: str, secret: str, kind: TokenKind | None = None) -> Credential:
        """Give the key, or token of a kind, behind a secret; raise Unauthenticated unless it is good."""
        shown = fingerprint(secret)
        if kind is None:
            found = await self._backend.credential(dialect, shown)
        else:
            held = await self._token(dialect, kind, secret, shown)
            found = held and _credential(*held)
        same = hmac.compare_digest(found.fingerprint if found else _NOBODY, shown)
        if found is None or not same or not _good(found, self._clock):
            raise Unauthenticated(_REFUSED)
        return found

    async def _token(self, dialect: str, kind: TokenKind, secret: str, shown: str) -> Held | None:
        seller = kind.seller(secret)
        if seller is None:
            return None
        return await self._backend.token(seller, dialect, kind.name, shown)

    async def issue(self, holder: Credential, *kinds: TokenKind) -> tuple[str, ...]:
        """Make a new token of each kind, and give them away this one time.

        They are of the family of the token that asks for them, or for a key of a new one. Raises
        Unauthenticated where the key has ended by then.
        """
        new = self._made(holder, kinds)
        family = holder.family or fingerprint(new[0])
        try:
            await self._write(holder, *self._puts(holder, kinds, new, family))
        except Raced as race:
            raise Unauthenticated(_REFUSED) from race
        return new

    async def renew(
        self, key: Credential, kind: TokenKind, secret: str, *kinds: TokenKind
    ) -> tuple[str, ...]:
        """Make new tokens for one of the key's that is good once.

        Raises Unauthenticated where it is not; one that was spent before ends its family.
        """
        held = await self._token(key.dialect, kind, secret, fingerprint(secret))
        if held is None or held[0].key != key.id or held[0].expires <= self._clock():
            raise Unauthenticated(_REFUSED)
        old, _ = held
        return await self._once(key, old.family, writes.SpendToken(old, self._clock()), kinds)

    async def redeem(
        self, key: Credential, kind: TokenKind, code: str, *kinds: TokenKind
    ) -> tuple[str, ...]:
        """Make new tokens for a code that is good once, and that nobody here was told.

        Raises Unauthenticated where it came before, and ends what it was good for.
        """
        shown, now = fingerprint(code), self._clock()
        spent = replace(_new(key, kind, shown, shown, now), ended=now)
        return await self._once(key, shown, writes.SpendCode(spent), kinds)

    async def _once(
        self, key: Credential, family: str, spent: writes.KeyWrite, kinds: tuple[TokenKind, ...]
    ) -> tuple[str, ...]:
        """Spend something and make new tokens in one commit, or end all that came of it.

        Whoever spends it a second time may have stolen it, and so may have the first (RFC 9700,
        4.14.2); nobody can tell which of them it was.
        """
        new = self._made(key, kinds)
        try:
            await self._write(key, spent, *self._puts(key, kinds, new, family))
        except Raced as race:
            await self._write(key, writes.EndFamily(key.dialect, key.id, family, self._clock()))
            raise Unauthenticated(_REFUSED) from race
        return new

    def _made(self, holder: Credential, kinds: tuple[TokenKind, ...]) -> tuple[str, ...]:
        return tuple(kind.make(holder.caller.seller, self.draw()) for kind in kinds)

    def _puts(
        self, holder: Credential, kinds: tuple[TokenKind, ...], new: tuple[str, ...], family: str
    ) -> list[writes.PutToken]:
        now = self._clock()
        return [
            writes.PutToken(_new(holder, kind, fingerprint(secret), family, now), kind.most)
            for kind, secret in zip(kinds, new, strict=True)
        ]

    async def end(self, dialect: str, secret: str, kind: TokenKind) -> None:
        """End a token and its family; ending one that is not good is no error."""
        held = await self._token(dialect, kind, secret, fingerprint(secret))
        if held is not None:
            token, key = held
            await self._write(key, writes.EndFamily(dialect, key.id, token.family, self._clock()))

    def draw(self) -> bytes:
        """Draw 32 random bytes."""
        return secrets.token_bytes(ENTROPY)

    async def credentials(self, seller: int) -> tuple[Credential, ...]:
        """Give every key of a seller, the ended ones, too, oldest first."""
        return await self._backend.credentials(seller)

    async def issue_key(
        self,
        dialect: str,
        caller: Caller,
        spell: Spell,
        name: Spell,
        expires: datetime | None = None,
    ) -> Key:
        """Make a new key with a public part that is nobody else's in the dialect."""
        secret = spell(self.draw())
        for _ in range(ATTEMPTS):
            id = name(self.draw())
            try:
                await self._put_key(dialect, caller, id, secret, expires)
            except Conflict:
                continue
            return Key(id, secret)
        raise Conflict(f"{dialect} has no free account names left; end unused keys first.")

    async def plant_key(self, dialect: str, caller: Caller, id: str, secret: str) -> Key:
        """Put a key in whose parts are known beforehand: for demo books, never for real ones.

        The same one twice is no error; raises Conflict where the id is another's.
        """
        there = await self._backend.credential(dialect, fingerprint(secret))
        if there is None or (there.id, there.caller) != (id, _named(caller, dialect, id)):
            await self._put_key(dialect, caller, id, secret, None)
        return Key(id, secret)

    async def end_key(self, seller: int, dialect: str, id: str) -> None:
        """End a key and every token of it; raises NotFound without one."""
        key = await self._key(seller, dialect, id)
        done = self._acts.put(self._clock(), "key.ended", f"{dialect}:{id}", described(key))
        await self._write(key, writes.EndKey(dialect, id, self._clock()), *done)

    async def set_live(self, seller: int, dialect: str, id: str) -> None:
        """Move a key and its tokens from test to production; raises NotFound without one."""
        key = await self._key(seller, dialect, id)
        about, before = f"{dialect}:{id}", {"test": key.caller.test}
        done = self._acts.put(self._clock(), "key.changed", about, before, {"test": False})
        await self._write(key, writes.SetLive(dialect, id), *done)

    async def _key(self, seller: int, dialect: str, id: str) -> Credential:
        for key in await self._backend.credentials(seller):
            if (key.dialect, key.id) == (dialect, id):
                return key
        raise NotFound(f"There is no {dialect} key {id!r}; list the seller's keys.")

    async def _put_key(
        self, dialect: str, caller: Caller, id: str, secret: str, expires: datetime | None
    ) -> None:
        key = Credential(
            dialect=dialect,
            kind=KEY,
            id=id,
            fingerprint=fingerprint(secret),
            caller=_named(caller, dialect, id),
            created=self._clock(),
            expires=expires,
        )
        try:
            about = f"{dialect}:{id}"
            done = self._acts.put(self._clock(), "key.made", about, after=described(key))
            await self._write(key, writes.PutCredential(key), *done)
        except Raced as race:
            raise Conflict(f"{dialect} already has a key {id!r}; take another id.") from race

    async def _write(self, holder: Credential, *batch: writes.KeyWrite | writes.PutNote) -> None:
        await self._backend.commit(holder.caller.seller, batch)


def fingerprint(secret: str) -> str:
    """Give the SHA-256 of a secret, by which it is found and told."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _new(holder: Credential, kind: TokenKind, shown: str, family: str, now: datetime) -> Token:
    return Token(
        dialect=holder.dialect,
        kind=kind.name,
        fingerprint=shown,
        key=holder.id,
        family=family,
        created=now,
        expires=now + kind.lasts,
    )


def _credential(token: Token, key: Credential) -> Credential:
    """Give a token as a credential, which has ended as soon as its key has."""
    return replace(
        key,
        kind=token.kind,
        fingerprint=token.fingerprint,
        created=token.created,
        expires=min(token.expires, key.expires or token.expires),
        ended=token.ended or key.ended,
        family=token.family,
    )


def _named(caller: Caller, dialect: str, id: str) -> Caller:
    return caller if caller.name else replace(caller, name=f"{dialect}:{id}")


def _good(credential: Credential, clock: Clock) -> bool:
    alive = credential.expires is None or credential.expires > clock()
    return alive and credential.ended is None
