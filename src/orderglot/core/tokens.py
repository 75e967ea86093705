"""Tokens: what a login gives for a key, and how one says whose it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec import Struct

OWNER = 4
"""So many bytes at its beginning say whose a token is."""

MOST = 100
"""So many tokens of a kind a key has, unless the kind says otherwise."""


class TokenKind(Struct, frozen=True, kw_only=True):
    """One sort of token: how it is written, how long one is good, and how many a key may have.

    ``read`` gives the ``size`` bytes that ``write`` wrote, or raises ValueError. Who asks for one
    more than the ``most`` loses the oldest.
    """

    name: str
    size: int
    write: Callable[[bytes], str]
    read: Callable[[str], bytes]
    lasts: timedelta
    most: int = MOST

    def make(self, seller: int, random: bytes) -> str:
        """Make a seller's token out of random bytes, of which there are enough.

        It says whose it is, so that it is looked for among that seller's alone.
        """
        return self.write((seller - 1).to_bytes(OWNER) + random[: self.size - OWNER])

    def seller(self, secret: str) -> int | None:
        """Read whose token it says that it is, None where it is none of this kind."""
        try:
            raw = self.read(secret)
        except ValueError:
            return None
        return int.from_bytes(raw[:OWNER]) + 1 if len(raw) == self.size else None


class Token(Struct, frozen=True, kw_only=True, gc=False):
    """A token as the keyring has it. It is good as long as its key is, whose caller it is.

    What was got by one login is a ``family``: it ends as one. A token that is good once ends when
    it is spent.
    """

    dialect: str
    kind: str
    fingerprint: str
    key: str
    """The public part of the key that it was given for."""
    family: str
    created: datetime
    expires: datetime
    ended: datetime | None = None
