"""A database that is away: each dialect says so in its own form, when to come back, and what is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from typing import Any

import pytest

from orderglot.core.caller import OPEN, READ
from orderglot.core.errors import HubError, Upstream
from orderglot.faces.server import IN_DOUBT, NOTHING_KEPT, Server
from orderglot.stores import writes
from orderglot.stores.memory.backend import MemoryBackend
from orderglot.stores.postgres import PostgresStore
from orderglot.stores.store import BookStore
from orderglot.wire.dialect import Dialect
from orderglot.wire.message import Request, Response
from tests.conformance.callers import Site, clock_of, creations, keyed, site
from tests.conformance.specimens import Specimen, welcome

NOWHERE = "postgresql://me:hush@127.0.0.1:1/orders"
SECRETS = (b"127.0.0.1", b"hush", b"postgres")


def batch(specimen: Specimen) -> bool:
    assert specimen.operation is not None
    return specimen.operation.endpoint.right not in (OPEN, READ)


def why(response: Response) -> str:
    """Give all that an answer says, wherever a vendor says it."""
    return f"{response.body.decode()} {response.headers}"


def assert_away(dialect: Dialect, response: Response) -> HubError:
    """Hold an answer against what is said while the database is away; give the error it writes."""
    error = dialect.faults.read(response)

    assert Upstream is type(error)
    # A vendor that refuses everything with 200 does so here.
    assert response.status == 503 or (response.status == 200 and dialect.name == "komet")
    assert 0 < int(response.headers["retry-after"]) == error.retry_after
    for secret in SECRETS:
        assert secret not in why(response).lower().encode()
    return error


def test_an_outage_is_told_in_the_vendors_form_and_not_where(dialect: Dialect) -> None:
    server = Server(dialect, PostgresStore(NOWHERE))
    asked = [one for one in welcome(dialect.name) if one.operation]
    assert asked
    for specimen in asked:
        response = asyncio.run(server(specimen.request))
        if dialect.faults.read(response) is None:
            assert specimen.operation
            assert specimen.operation.endpoint.right == OPEN
            continue
        assert_away(dialect, response)

        assert batch(specimen) is (NOTHING_KEPT in why(response))
        assert IN_DOUBT not in why(response)


class Losing(MemoryBackend):
    """A backend whose connection is lost at a commit, before it is done or after."""

    def __init__(self, *, done: bool, back: bool) -> None:
        super().__init__()
        self.done = done
        self.back = back
        self.losing = False
        self.away = False

    async def commit(self, seller: int, batch: Collection[writes.Write]) -> None:
        if not self.losing:
            return await super().commit(seller, batch)
        self.losing = False
        if self.done:
            await super().commit(seller, batch)
        self.away = not self.back
        raise Upstream("The connection to postgres was lost.", in_doubt=True)

    async def answer(self, *key: Any) -> Any:
        if self.away:
            raise Upstream("No postgres answers.")
        return await super().answer(*key)


Behaviour = Callable[[Site, Losing, Request], Awaitable[None]]


def lost(dialect: Dialect, behaviour: Behaviour, **how: bool) -> None:
    """Check a behaviour over a site of which each creation's commit is lost."""

    async def held() -> None:
        for specimen in creations(dialect.name):
            backend = Losing(**how)
            at = await site(dialect, BookStore(backend, clock_of(dialect)), orders=False)
            backend.losing = True
            await behaviour(at, backend, specimen.request)

    asyncio.run(held())


@pytest.mark.parametrize("done", [True, False])
def test_of_a_lost_commit_it_is_said_that_nobody_knows(dialect: Dialect, done: bool) -> None:
    async def behaviour(at: Site, backend: Losing, request: Request) -> None:
        response = await at.server(keyed(dialect, request))
        assert_away(dialect, response)

        assert IN_DOUBT in why(response)
        assert NOTHING_KEPT not in why(response)

    lost(dialect, behaviour, done=done, back=False)


def test_of_a_lost_commit_that_was_done_the_answer_is_found(dialect: Dialect) -> None:
    async def behaviour(at: Site, backend: Losing, request: Request) -> None:
        first, again = [await at.server(keyed(dialect, request)) for _ in range(2)]

        assert at.dialect.faults.read(first) is None
        assert first == again
        assert 1 == len(await at.orders())

    lost(dialect, behaviour, done=True, back=True)


@pytest.mark.parametrize("done", [True, False])
def test_whatever_became_of_it_a_key_makes_one_order(dialect: Dialect, done: bool) -> None:
    async def behaviour(at: Site, backend: Losing, request: Request) -> None:
        assert_away(dialect, await at.server(keyed(dialect, request)))
        backend.away = False
        response = await at.server(keyed(dialect, request))

        assert at.dialect.faults.read(response) is None
        assert 1 == len(await at.orders())

    lost(dialect, behaviour, done=done, back=False)
