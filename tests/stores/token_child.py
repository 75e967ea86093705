"""A process that logs in, or spends what is good once, over and over: `URL JOB SECRET`.

It begins when it is sent a line, and says each thing that it was given on a line of its own.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable

from orderglot.core.errors import Unauthenticated
from orderglot.stores import open_store
from orderglot.stores.keyring import Keyring
from tests.stores.token_kinds import REFRESH, SESSION

KEY = "a key for tests"
AT_ONCE = 4


def write_line(*words: str) -> None:
    print(*words, flush=True)


async def log_in(ring: Keyring, _secret: str) -> None:
    """Log in until the key is good no longer."""

    async def one() -> None:
        while True:
            (token,) = await ring.issue(await ring.admit("kole", KEY), SESSION)
            write_line(token)

    await asyncio.gather(*(one() for _ in range(AT_ONCE)))


async def log_in_often(ring: Keyring, _secret: str) -> None:
    """Log in seventy times."""
    holder = await ring.admit("kole", KEY)
    for _ in range(70):
        await ring.issue(holder, SESSION)


async def spend(ring: Keyring, secret: str) -> None:
    """Spend one refresh token some times at once."""
    holder = await ring.admit("kole", KEY)

    async def one() -> None:
        try:
            session, _ = await ring.renew(holder, REFRESH, secret, SESSION, REFRESH)
        except Unauthenticated:
            return
        write_line(session)

    await asyncio.gather(*(one() for _ in range(AT_ONCE)))


async def rotate(ring: Keyring, secret: str) -> None:
    """Spend a refresh token, and then each one that came of it."""
    holder = await ring.admit("kole", KEY)
    while True:
        _, secret = await ring.renew(holder, REFRESH, secret, SESSION, REFRESH)
        write_line(secret)


JOBS: dict[str, Callable[[Keyring, str], Awaitable[None]]] = {
    "log in": log_in,
    "log in often": log_in_often,
    "spend": spend,
    "rotate": rotate,
}


async def main(url: str, job: str, secret: str) -> None:
    sys.stdin.readline()
    store = open_store(url)
    try:
        await JOBS[job](store.keyring, secret)
    except Unauthenticated:
        write_line("refused")
    finally:
        await store.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
