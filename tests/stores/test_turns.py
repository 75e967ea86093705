"""Turns: what waits for one row or one key waits without a connection, so that others are served meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TypeVar

import asyncpg
import pytest

from orderglot.core.caller import Caller
from orderglot.core.errors import Unauthenticated
from orderglot.core.keyring import Credential
from orderglot.core.order import Order, Reference
from orderglot.stores.postgres import keys
from orderglot.stores.postgres.backend import PostgresBackend
from orderglot.stores.postgres.pool import MOST
from orderglot.stores.store import BookStore
from tests import citus
from tests.clock import Clock
from tests.postgres import aside, new_database
from tests.stores.token_kinds import REFRESH, SESSION

T = TypeVar("T")

FLOOD = 16 * MOST
SERVED = 4.0
"""Who waits for a connection is refused after more than so many seconds."""

MIDNIGHT = datetime(2100, 1, 1, tzinfo=UTC)
K1 = Reference("kole", "K1")
SERVERS: dict[str, Callable[[], str]] = {"postgres": new_database}
if citus.COORDINATOR:
    SERVERS["citus"] = citus.new_book


@pytest.fixture(params=SERVERS)
def url(request: pytest.FixtureRequest) -> str:
    """Give the URL of an empty book."""
    return SERVERS[request.param]()


class Flooded:
    """A book with two keys and an order, and a program beside it that holds what one of them needs."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.store = BookStore(PostgresBackend(url), Clock())

    async def fill(self) -> None:
        """Add a seller, an order and two keys."""
        self.seller = (await self.store.add_seller("example")).id
        self.book = self.store.of(Caller(seller=self.seller))
        await self.book.place(Order(references=(K1,)))
        for name in ("one", "other"):
            caller = Caller(seller=self.seller)
            await self.store.keyring.plant_key("kole", caller, name, f"secret of {name}")

    async def key(self, name: str) -> Credential:
        """Let a key in."""
        return await self.store.keyring.admit("kole", f"secret of {name}")

    async def log_in(self, key: Credential) -> str:
        """Issue a token of a key."""
        (secret,) = await self.store.keyring.issue(key, SESSION)
        return secret

    async def use(self) -> None:
        """Read and write."""
        assert K1 in (await self.book.get(K1)).references
        await self.book.place(Order(po_number="PO-7"))

    @asynccontextmanager
    async def holding(self, statement: str, *params: object) -> AsyncIterator[None]:
        """Have another program do a statement, and not commit it yet."""
        line = await asyncpg.connect(self.url)
        try:
            async with line.transaction():
                await line.execute(statement, *params)
                yield
        finally:
            await line.close()


def flooded(url: str, play: Callable[[Flooded], Awaitable[None]]) -> None:
    """Play something on a book."""

    async def whole() -> None:
        flood = Flooded(url)
        await flood.fill()
        try:
            await play(flood)
        finally:
            await flood.store.close()

    aside(whole())


async def begun(work: list[Awaitable[T]]) -> list[asyncio.Task[T]]:
    """Begin a lot at once, and give it time to take what it can."""
    tasks = [asyncio.ensure_future(one) for one in work]
    await asyncio.sleep(0.5)
    assert not any(task.done() for task in tasks)
    return tasks


def test_many_logins_of_one_key_keep_no_other_key_from_being_served(url: str) -> None:
    async def play(flood: Flooded) -> None:
        one, other = await flood.key("one"), await flood.key("other")
        turn = keys._number(f"{flood.seller} kole one")
        async with flood.holding("SELECT pg_advisory_xact_lock($1)", turn):
            tasks = await begun([flood.log_in(one) for _ in range(FLOOD)])
            async with asyncio.timeout(SERVED):
                session = await flood.log_in(other)
                assert "other" == (await flood.store.keyring.admit("kole", session, SESSION)).id
                await flood.use()
        assert FLOOD == len({*await asyncio.gather(*tasks)})

    flooded(url, play)


def test_many_who_are_counted_together_keep_nobody_else_from_being_served(url: str) -> None:
    async def play(flood: Flooded) -> None:
        assert 1 == await flood.book.tally("one", MIDNIGHT)
        held = "UPDATE tallies SET count = count WHERE seller = $1 AND what = 'one'"
        async with flood.holding(held, flood.seller):
            tasks = await begun([flood.book.tally("one", MIDNIGHT) for _ in range(FLOOD)])
            async with asyncio.timeout(SERVED):
                assert 1 == await flood.book.tally("other", MIDNIGHT)
                await flood.use()
        assert {*range(2, FLOOD + 2)} == {*await asyncio.gather(*tasks)}

    flooded(url, play)


def test_a_key_that_has_ended_refuses_every_one_of_many_logins(url: str) -> None:
    async def play(flood: Flooded) -> None:
        one = await flood.key("one")
        await flood.store.keyring.end_key(flood.seller, "kole", "one")
        logins = [flood.log_in(one) for _ in range(FLOOD)]
        answers = await asyncio.gather(*logins, return_exceptions=True)
        assert [Unauthenticated] * FLOOD == [type(answer) for answer in answers]

    flooded(url, play)


def test_of_many_who_spend_one_token_at_once_one_is_given_another(url: str) -> None:
    async def play(flood: Flooded) -> None:
        one = await flood.key("one")
        (secret,) = await flood.store.keyring.issue(one, REFRESH)
        renewals = [flood.store.keyring.renew(one, REFRESH, secret, REFRESH) for _ in range(MOST)]
        answers = await asyncio.gather(*renewals, return_exceptions=True)
        assert 1 == sum(isinstance(answer, tuple) for answer in answers)
        assert MOST - 1 == sum(isinstance(answer, Unauthenticated) for answer in answers)

    flooded(url, play)
