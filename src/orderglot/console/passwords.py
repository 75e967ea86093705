"""Passwords: hashed by Argon2id, away from the event loop, so many at once as the machine bears."""

from __future__ import annotations

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

AT_ONCE = 2
"""So many hashes are computed at a time: each takes 64 MiB, and a processor for some 50 ms."""

_hasher = PasswordHasher()
_NOBODYS = _hasher.hash("of nobody")
"""What is looked at for a name that nobody has, so that it takes as long."""

_slots = asyncio.Semaphore(AT_ONCE)


async def hashed(password: str) -> str:
    """Hash a password, with a salt of its own."""
    return await asyncio.to_thread(_hasher.hash, password)


async def fits(password: str, kept: str) -> bool:
    """Tell whether a password is the one whose hash is kept; "" fits nothing, in the same time."""
    async with _slots:
        return await asyncio.to_thread(_fits, password, kept)


def _fits(password: str, kept: str) -> bool:
    try:
        _hasher.verify(kept or _NOBODYS, password)
        return bool(kept)
    except (VerificationError, InvalidHashError):
        return False
