"""The keyring: keys and tokens, of which only fingerprints are kept."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.errors import Conflict, NotFound, Unauthenticated
from orderglot.core.keyring import Credential, KeyRecord
from orderglot.core.tokens import Token, TokenKind
from orderglot.stores import writes
from orderglot.stores.acts import Acts, described
from orderglot.stores.backend import HUB_ITSELF, Backend, Raced, Scope
from orderglot.stores.fingerprints import FORMER, KEY, NOBODY, REFUSED, fingerprint, rolled_to
from orderglot.stores.operators import Operators, is_operators
from orderglot.stores.reads import Clock
from orderglot.stores.uses import Uses, uses_of

ENTROPY = 32
ATTEMPTS = 20


Spell = Callable[[bytes], str]
"""Writes 32 random bytes as a dialect's keys or accounts look."""


Held = tuple[Token, Credential]
"""A token with its key."""


class Key(Struct, frozen=True):
    """A new key: its public part, and the secret, which is shown this one time."""

    id: str
    secret: str


class Keyring:
    """Who may come in, and what their owner may do about it, from ``credentials`` on.

    A token has no caller of its own: it goes live with its key and ends with it.
    """

    def __init__(self, backend: Backend, clock: Clock, acts: Acts | None = None) -> None:
        self._backend = backend
        self._clock = clock
        self._acts = acts or Acts()
        self._operators = Operators(backend, clock, self._acts)
        self._uses: Uses | None = None

    def note_uses(self) -> None:
        """Write down from now on when a key was used last, to within some minutes."""
        self._uses = Uses(self._backend, self._clock)

    async def settle(self) -> None:
        """Wait for what is still being written down."""
        if self._uses is not None:
            await self._uses.settle()

    async def admit(self, dialect: str, secret: str, kind: TokenKind | None = None) -> Credential:
        """Give the key, or token of a kind, behind a secret; raise Unauthenticated unless it is good."""
        shown = fingerprint(secret)
        if kind is None:
            found = await self._backend.credential(dialect, shown)
            if found is None:
                found = await self._rolled(dialect, shown)
        else:
            held = await self._token(dialect, kind, secret, shown)
            found = held and _credential(*held)
        same = hmac.compare_digest(found.fingerprint if found else NOBODY, shown)
        if found is None or not same or found.is_over(self._clock()):
            raise Unauthenticated(REFUSED)
        if self._uses is not None and shown not in self._uses.lately:
            self._uses.note(found, shown)
        return found

    async def _rolled(self, dialect: str, shown: str) -> Credential | None:
        """Give the key that has another fingerprint by now, good as long as the former one is."""
        former = await self._backend.former(dialect, shown)
        key = former and await self._backend.key(former.dialect, former.id)
        return rolled_to(key, former) if key and former else None

    async def operator(self, secret: str, seller: str = "") -> Caller:
        """Give the operator behind a secret, who acts for the seller of that name, or for none.

        Raises Unauthenticated unless the secret is good now, NotFound where there is no such seller.
        """
        found = await self._operators.admit(secret)
        if self._uses is not None:
            self._uses.note(found, found.fingerprint)
        if not seller:
            return found.caller
        for one in await self._backend.sellers():
            if one.name == seller:
                return replace(found.caller, seller=one.id)
        raise NotFound(f"There is no seller {seller[:60]!r}; list the sellers.")

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
            raise Unauthenticated(REFUSED) from race
        return new

    async def renew(
        self, key: Credential, kind: TokenKind, secret: str, *kinds: TokenKind
    ) -> tuple[str, ...]:
        """Make new tokens for one of the key's that is good once.

        Raises Unauthenticated where it is not; one that was spent before ends its family.
        """
        held = await self._token(key.dialect, kind, secret, fingerprint(secret))
        if held is None or held[0].key != key.id or held[0].expires <= self._clock():
            raise Unauthenticated(REFUSED)
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
            raise Unauthenticated(REFUSED) from race
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
        every = await self._backend.credentials(seller)
        return tuple([key for key in every if key.kind != FORMER])

    async def keys(self, seller: int) -> tuple[KeyRecord, ...]:
        """Give every key of a seller, or of the operators for 0, as its owner sees it, oldest first."""
        if seller == HUB_ITSELF:
            every = await self._operators.credentials()
        else:
            every = await self._backend.credentials(seller)
        used = await uses_of(self._backend, seller)
        until = dict[tuple[str, str], datetime]()
        for one in every:
            name, now = (one.dialect, one.id), self._clock()
            if one.kind == FORMER and one.expires and one.expires > now:
                until[name] = max(one.expires, until.get(name, now))
        return tuple(
            KeyRecord(key, used.get(f"{key.dialect}:{key.id}"), until.get((key.dialect, key.id)))
            for key in every
            if key.kind != FORMER
        )

    async def key(self, seller: int, dialect: str, id: str) -> KeyRecord:
        """Give a key of a seller, or of the operators for 0; raises NotFound without one."""
        for record in await self.keys(seller):
            if (record.key.dialect, record.key.id) == (dialect, id):
                return record
        raise _unknown(dialect, id)

    async def issue_operator(self, spell: Spell, name: Spell, expires: datetime | None) -> Key:
        """Make a new operator's key."""
        id, secret = name(self.draw()), spell(self.draw())
        await self._operators.put(id, secret, expires)
        return Key(id, secret)

    async def issue_key(
        self,
        dialect: str,
        caller: Caller,
        spell: Spell,
        name: Spell,
        expires: datetime | None = None,
    ) -> Key:
        """Make a new key with a public part that is nobody else's in the dialect."""
        if caller.operator:
            raise ValueError("an operator's key is no dialect's")
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
        if is_operators(dialect, id):
            return await self._operators.end(id)
        key = await self._key(seller, dialect, id)
        if key.ended is not None:
            return None
        done = self._acts.put(self._clock(), "key.ended", f"{dialect}:{id}", described(key))
        await self._write(key, writes.EndKey(dialect, id, self._clock()), *done)
        return None

    async def roll_key(
        self, seller: int, dialect: str, id: str, spell: Spell, grace: timedelta
    ) -> Key:
        """Give a key a new secret; those from before let in as well until the grace is over.

        Without any grace they and what was got by logging in with them are over at once. Raises NotFound
        without such a key, Conflict where it has ended or expired.
        """
        secret, now = spell(self.draw()), self._clock()
        if is_operators(dialect, id):
            await self._operators.roll(id, secret, grace)
            return Key(id, secret)
        key = await self._key(seller, dialect, id)
        if key.is_over(self._clock()):
            raise _over(dialect, id)
        former = replace(key, kind=FORMER, created=now, expires=now + grace) if grace else None
        after = {"former_until": former and former.expires}
        done = self._acts.put(now, "key.rolled", f"{dialect}:{id}", after=after)
        try:
            await self._write(key, writes.RollKey(key, fingerprint(secret), former), *done)
        except Raced as race:
            raise Conflict(f"Somebody else rolled or ended {dialect}:{id} just now.") from race
        return Key(id, secret)

    async def set_live(self, seller: int, dialect: str, id: str) -> None:
        """Move a key and its tokens from test to production.

        Raises NotFound without one, Conflict where it has ended or expired.
        """
        key = await self._key(seller, dialect, id)
        if key.is_over(self._clock()):
            raise _over(dialect, id)
        if not key.caller.test:
            return
        about, before = f"{dialect}:{id}", {"test": key.caller.test}
        done = self._acts.put(self._clock(), "key.changed", about, before, {"test": False})
        await self._write(key, writes.SetLive(dialect, id), *done)

    async def _key(self, seller: int, dialect: str, id: str) -> Credential:
        key = await self._backend.key(dialect, id)
        if key is None or key.caller.seller != seller:
            raise _unknown(dialect, id)
        return key

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
            await self._demand_customer(caller)
            raise Conflict(f"{dialect} already has a key {id!r}; take another id.") from race

    async def _demand_customer(self, caller: Caller) -> None:
        """Raise NotFound where a key would be for a customer who is not there."""
        if caller.customer is None:
            return
        if not await self._backend.customers_with(Scope(caller.seller), (caller.customer,)):
            raise NotFound(f"There is no customer {caller.customer} here; check the id.")

    async def _write(self, holder: Credential, *batch: writes.KeyWrite | writes.PutNote) -> None:
        await self._backend.commit(holder.caller.seller, batch)


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


def _unknown(dialect: str, id: str) -> NotFound:
    return NotFound(f"There is no {dialect} key {id!r}; list the seller's keys.")


def _over(dialect: str, id: str) -> Conflict:
    return Conflict(f"{dialect}:{id} has ended or expired; make a new key.")
