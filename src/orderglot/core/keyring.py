"""The keyring: the port through which a face asks who may come in."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from msgspec import Struct

from orderglot.core.caller import Caller
from orderglot.core.tokens import TokenKind

OPERATOR = "operator"
"""The kind of a key that stands above the sellers, and what its id begins with."""


class Credential(Struct, frozen=True, kw_only=True):
    """A key, or a token with the key that it was given for; the secret itself is known to nobody."""

    dialect: str
    kind: str
    """``key`` for what the seller hands out; a dialect's own word for what a login gives."""
    id: str
    """The public part of the key: an account, a client id. Unique among a dialect's keys."""
    fingerprint: str
    caller: Caller
    created: datetime
    expires: datetime | None = None
    ended: datetime | None = None
    family: str = ""
    """What was got by the same login as a token; "" for a key."""

    def is_over(self, now: datetime) -> bool:
        """Tell whether it has expired by then, or ended."""
        return self.ended is not None or (self.expires is not None and self.expires <= now)


class KeyRecord(Struct, frozen=True):
    """A key as its owner sees it.

    ``used`` is when it was used last, to within some minutes; None where nobody knows. Until
    ``former_until`` a secret that it had before lets in as well.
    """

    key: Credential
    used: datetime | None = None
    former_until: datetime | None = None

    @property
    def name(self) -> str:
        """What it is called in lists: ``kole:X12345``."""
        return f"{self.key.dialect}:{self.key.id}"


class MadeKey(Struct, frozen=True):
    """A key whose secret was drawn just now; it is shown this one time."""

    record: KeyRecord
    secret: str


class Keyring(Protocol):
    """Who may come in: keys and tokens, kept as fingerprints, compared in constant time."""

    async def admit(self, dialect: str, secret: str, kind: TokenKind | None = None) -> Credential:
        """Give the key, or token of a kind, behind a secret.

        Raises Unauthenticated unless it, and a token's key, is good now.
        """
        ...

    async def operator(self, secret: str, seller: str = "") -> Caller:
        """Give the operator behind a secret, who acts for the seller of that name, or for none.

        Raises Unauthenticated unless the secret is good now, NotFound where there is no such seller.
        """
        ...

    async def issue(self, holder: Credential, *kinds: TokenKind) -> tuple[str, ...]:
        """Make a new token of each kind, and give them away this one time.

        They are of the family of the token that asks for them, or for a key of a new one. Raises
        Unauthenticated where the key has ended by then.
        """
        ...

    async def renew(
        self, key: Credential, kind: TokenKind, secret: str, *kinds: TokenKind
    ) -> tuple[str, ...]:
        """Make new tokens for one of the key's that is good once.

        Raises Unauthenticated where it is not; one that was spent before ends its family.
        """
        ...

    async def redeem(
        self, key: Credential, kind: TokenKind, code: str, *kinds: TokenKind
    ) -> tuple[str, ...]:
        """Make new tokens for a code that is good once, and that nobody here was told.

        Raises Unauthenticated where it came before, and ends what it was good for.
        """
        ...

    async def end(self, dialect: str, secret: str, kind: TokenKind) -> None:
        """End a token and its family; ending one that is not good is no error."""
        ...

    def draw(self) -> bytes:
        """Draw 32 random bytes."""
        ...
