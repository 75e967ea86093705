"""Writes to keys and tokens: each says itself under which condition it may be done.

So what was read before never decides: a backend looks at the condition in the commit itself, and
raises Raced where it does not hold.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from orderglot.core.keyring import Credential
from orderglot.core.tokens import Token


class PutCredential(Struct, frozen=True):
    """Write a key under its fingerprint, in the place of one that is there."""

    credential: Credential


class EndKey(Struct, frozen=True):
    """End a key, and so every token of it, unless it has ended."""

    dialect: str
    id: str
    now: datetime


class SetLive(Struct, frozen=True):
    """Move a key, and so every token of it, from test mode to production."""

    dialect: str
    id: str


class PutToken(Struct, frozen=True):
    """Write a token, but only if its key has not ended.

    The oldest of its kind beyond the ``most`` of the key go, spent ones first, and some expired ones.
    """

    token: Token
    most: int


class SpendToken(Struct, frozen=True):
    """End a token that is good once, but only if it has not ended."""

    token: Token
    now: datetime


class SpendCode(Struct, frozen=True):
    """Write a token that has ended already, but only if it is not there."""

    token: Token


class EndFamily(Struct, frozen=True):
    """End every token of a key's family."""

    dialect: str
    key: str
    family: str
    now: datetime


KeyWrite = PutCredential | EndKey | SetLive | PutToken | SpendToken | SpendCode | EndFamily
