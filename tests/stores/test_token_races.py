"""Tokens among processes: issued, spent and ended at the same moment, and under kill."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar

import pytest

from orderglot.core.caller import Caller
from orderglot.core.errors import Unauthenticated
from orderglot.core.tokens import MOST, TokenKind
from orderglot.stores import open_store
from orderglot.stores.keyring import Keyring
from tests.postgres import asked, new_database
from tests.stores.token_child import KEY
from tests.stores.token_kinds import REFRESH, SESSION

pytestmark = pytest.mark.long

T = TypeVar("T")
ROOT = Path(__file__).parents[2]

DATABASES: dict[str, Callable[[Path], str]] = {
    "sqlite": lambda folder: f"sqlite:///{folder}/book.db",
    "postgres": lambda folder: new_database(),
}


class Ring:
    """The keyring of a book that several processes have open, used from this one."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.seller = self.run(self._made)

    def run(self, work: Callable[[Keyring], Awaitable[T]]) -> T:
        async def done() -> T:
            store = open_store(self.url)
            try:
                return await work(store.keyring)
            finally:
                await store.close()

        return asyncio.run(done())

    async def _made(self, ring: Keyring) -> int:
        store = open_store(self.url)
        seller = (await store.add_seller("example")).id
        await store.keyring.plant_key("kole", Caller(seller=seller), "X1", KEY)
        await store.close()
        return seller

    def refresh(self) -> str:
        """Get a refresh token."""

        async def issued(ring: Keyring) -> str:
            (secret,) = await ring.issue(await ring.admit("kole", KEY), REFRESH)
            return secret

        return self.run(issued)

    def end(self) -> None:
        """End the key."""
        self.run(lambda ring: ring.end_key(self.seller, "kole", "X1"))

    def good(self, secrets: list[str], kind: TokenKind) -> list[str]:
        """Give those of some tokens that are good."""

        async def admitted(ring: Keyring) -> list[str]:
            found = []
            for secret in secrets:
                try:
                    await ring.admit("kole", secret, kind)
                except Unauthenticated:
                    continue
                found.append(secret)
            return found

        return self.run(admitted)

    def count(self, kind: TokenKind, where: str = "") -> int:
        """Count the rows of a kind behind the store's back."""
        text = f"SELECT count(*) FROM tokens WHERE kind = '{kind.name}' {where}"
        if self.url.startswith("postgres"):
            ((count,),) = asked(self.url, text)
        else:
            with closing(sqlite3.connect(self.url.removeprefix("sqlite:///"))) as file:
                ((count,),) = file.execute(text).fetchall()
        return int(count)  # type: ignore[call-overload, no-any-return]


@pytest.fixture(params=DATABASES)
def ring(request: pytest.FixtureRequest, tmp_path: Path) -> Ring:
    return Ring(DATABASES[request.param](tmp_path))


@contextmanager
def children(
    ring: Ring, job: str, secret: str = "", many: int = 2
) -> Iterator[list[subprocess.Popen[str]]]:
    """Start processes, which begin at once."""
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.stores.token_child", ring.url, job, secret],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(many)
    ]
    try:
        for child in running:
            assert child.stdin is not None
            child.stdin.write("begin\n")
            child.stdin.flush()
        yield running
    finally:
        for child in running:
            child.kill()
            child.communicate()


def printed(running: list[subprocess.Popen[str]]) -> list[str]:
    """Let processes come to their end, and give all that they said."""
    every = [child.communicate(timeout=60)[0].splitlines() for child in running]
    assert [0, 0] == [child.returncode for child in running]
    return [line for lines in every for line in lines]


def test_behind_the_end_of_a_key_no_token_is_good(ring: Ring) -> None:
    with children(ring, "log in") as running:
        before = [child.stdout.readline().strip() for child in running if child.stdout]
        ring.end()
        after = printed(running)

    given = [*before, *after]
    assert 2 == given.count("refused")
    assert 2 < len(given)
    assert [] == ring.good([one for one in given if one != "refused"], SESSION)


def test_what_is_good_once_is_spent_once_and_then_nothing_of_it_is_good(ring: Ring) -> None:
    for _ in range(5):
        refresh = ring.refresh()
        with children(ring, "spend", refresh) as running:
            sessions = printed(running)

        assert 1 == len(sessions)
        assert [] == ring.good(sessions, SESSION)
        assert [] == ring.good([refresh], REFRESH)


def test_those_who_log_in_in_two_processes_get_no_more_than_one_key_may_have(ring: Ring) -> None:
    with children(ring, "log in often") as running:
        printed(running)

    assert MOST == ring.count(SESSION)


@pytest.mark.parametrize("acknowledged", [1, 30])
def test_a_kill_leaves_one_refresh_token_that_is_good(ring: Ring, acknowledged: int) -> None:
    first = ring.refresh()
    with children(ring, "rotate", first, many=1) as (child,):
        assert child.stdout is not None
        given = [child.stdout.readline().strip() for _ in range(acknowledged)]
        child.kill()
        given += child.stdout.read().splitlines()

    # What came of the last one may have been kept and not be said any more.
    assert [] == ring.good([first, *given[:-1]], REFRESH)
    assert 1 == ring.count(REFRESH, "AND ended IS NULL")
