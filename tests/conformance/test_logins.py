"""Law 7, at the door: what a login gives ends in time, opens nothing for others, and is not guessed.

A dialect's clients may get sessions and tokens for their key. Each is tried expired, ended, and mixed
with another's; what a stranger's opens is tried with the other strangers.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from datetime import timedelta
from hashlib import sha256
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from orderglot import dialects
from orderglot.core.caller import OPEN, Caller
from orderglot.core.errors import HubError, TooMany, Unauthenticated
from orderglot.core.tokens import TokenKind
from orderglot.faces.server import Server
from orderglot.faces.throttle import FREE
from orderglot.stores.fingerprints import fingerprint
from orderglot.stores.keyring import Keyring
from orderglot.stores.memory import MemoryStore
from orderglot.wire.dialect import Dialect, Session
from orderglot.wire.message import Request, Response
from tests.clock import Clock
from tests.conformance.callers import Credentials, Site, clock_of, proof_of, site, without_proof
from tests.conformance.specimens import Specimen, folder_of, provoked
from tests.conformance.test_strangers import guarded, refusal_of, with_secrets

HOUR = timedelta(hours=1)
LONG = timedelta(days=400)


@pytest.fixture(autouse=True)
def _no_dice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every secret that a server gives away be another, for here two of them come together."""
    drawn = count(1)
    monkeypatch.setattr(secrets, "token_bytes", lambda _: sha256(b"%d" % next(drawn)).digest())


def logs_in(dialect: Dialect, at: Site) -> bool:
    return dialect.auth.login(Session({}, at.store.now), 0) is not None


async def timed(dialect: Dialect) -> tuple[Site, Clock]:
    """Give a site with the owner's orders, and the clock that it goes by."""
    clock = clock_of(dialect)
    return await site(dialect, MemoryStore(clock)), clock


async def comes_in(at: Site, request: Request, key: Credentials) -> Request:
    """Log in where there is a login, and put the proof into a request."""
    proven = await at.proven(without_proof(at.dialect, request), key)
    assert not isinstance(proven, Response)
    return proven


def test_nothing_that_a_key_gave_outlives_it(dialect: Dialect) -> None:
    async def ask() -> None:
        for specimen in guarded(dialect.name):
            at, clock = await timed(dialect)
            key = await at.key(at.owner, expires=clock() + HOUR)
            proven = await comes_in(at, specimen.request, key)
            clock.forward(HOUR)

            assert isinstance(refusal_of(at, await at.server(proven)), Unauthenticated)

    asyncio.run(ask())


def test_what_a_login_gives_ends_in_time_while_the_key_is_good(dialect: Dialect) -> None:
    async def ask() -> None:
        for specimen in guarded(dialect.name):
            at, clock = await timed(dialect)
            proven = await comes_in(at, specimen.request, await at.key(at.owner))
            clock.forward(LONG)
            refused = isinstance(refusal_of(at, await at.server(proven)), Unauthenticated)

            assert logs_in(dialect, at) == refused, specimen.name

    asyncio.run(ask())


def test_what_a_key_gave_ends_with_it_by_hand(dialect: Dialect) -> None:
    async def ask() -> None:
        for specimen in guarded(dialect.name):
            at, _ = await timed(dialect)
            key = await at.key(at.owner)
            proven = await comes_in(at, specimen.request, key)
            await ended(at, key)

            assert isinstance(refusal_of(at, await at.server(proven)), Unauthenticated)

    asyncio.run(ask())


async def ended(at: Site, key: Credentials) -> None:
    """End a key as its seller does."""
    secret = key[at.dialect.auth.fields[1]]
    id = next(
        one.id
        for one in await at.store.keyring.credentials(at.owner.seller)
        if one.fingerprint == fingerprint(secret)
    )
    await at.store.keyring.end_key(at.owner.seller, at.dialect.name, id)


def test_no_login_gives_anything_for_a_key_that_ends_meanwhile(
    dialect: Dialect, monkeypatch: pytest.MonkeyPatch
) -> None:
    admit = Keyring.admit

    async def ask() -> list[HubError | None]:
        at, _ = await timed(dialect)
        if not logs_in(dialect, at):
            return []
        key = await at.key(at.owner)

        async def admit_last(self: Keyring, *given: Any) -> Any:
            found = await admit(self, *given)
            await ended(at, key)
            return found

        monkeypatch.setattr(Keyring, "admit", admit_last)
        answer = await at.proven(guarded(dialect.name)[0].request, key)
        return [refusal_of(at, answer) if isinstance(answer, Response) else None]

    assert all(isinstance(error, Unauthenticated) for error in asyncio.run(ask()))


TOKENS = [(name, kind) for name in dialects.names() for kind in dialects.dialect(name).auth.tokens]


@pytest.mark.parametrize(("name", "kind"), TOKENS, ids=lambda one: getattr(one, "name", one))
def test_a_key_has_no_more_tokens_than_its_readme_says(name: str, kind: TokenKind) -> None:
    dialect = dialects.dialect(name)

    async def good() -> list[bool]:
        at, clock = await timed(dialect)
        secret = (await at.key(at.owner))[dialect.auth.fields[1]]
        holder = await at.store.keyring.admit(name, secret)
        tokens = list[str]()
        for _ in range(kind.most + 1):
            clock.forward(timedelta(milliseconds=1))
            tokens += await at.store.keyring.issue(holder, kind)
        return [await is_good(at, token, kind) for token in tokens]

    assert [False] + [True] * kind.most == asyncio.run(good())
    assert re.search(rf"\b{kind.most}\b", (folder_of(dialect) / "README.md").read_text())


async def is_good(at: Site, token: str, kind: TokenKind) -> bool:
    try:
        await at.store.keyring.admit(at.dialect.name, token, kind)
    except Unauthenticated:
        return False
    return True


@pytest.mark.parametrize(("name", "kind"), TOKENS, ids=lambda one: getattr(one, "name", one))
@given(seller=st.integers(1, 2**32), random=st.binary(min_size=32, max_size=32))
def test_a_token_says_whose_it_is(name: str, kind: TokenKind, seller: int, random: bytes) -> None:
    token = kind.make(seller, random)

    assert seller == kind.seller(token)
    assert kind.read(token)[4:] == random[: kind.size - 4]
    assert token.isascii()


@pytest.mark.parametrize(("name", "kind"), TOKENS, ids=lambda one: getattr(one, "name", one))
@given(text=st.text() | st.text(alphabet="0aZ", max_size=70))
def test_of_a_text_that_is_no_token_no_seller_is_read(
    name: str, kind: TokenKind, text: str
) -> None:
    assert kind.seller(text) is None or len(kind.read(text)) == kind.size


def test_a_strangers_proof_opens_no_more_with_a_part_of_the_owners(dialect: Dialect) -> None:
    async def ask() -> None:
        names, _ = proof_of(dialect)
        for specimen in guarded(dialect.name):
            at = await with_secrets(dialect)
            own = await comes_in(at, specimen.request, await at.key(at.owner))
            seller = await at.store.add_seller("stranger")
            other = await comes_in(at, specimen.request, await at.key(Caller(seller=seller.id)))
            alone = refusal_of(at, await at.server(other))
            before = await at.orders()
            for name in names:
                headers = {**other.headers, name: own.headers[name]}
                if headers == own.headers:
                    continue
                found = refusal_of(at, await at.server(replace(other, headers=headers)))

                assert type(found) in (Unauthenticated, type(alone)), (specimen.name, name)
                assert before == await at.orders()

    asyncio.run(ask())


def guesses() -> list[Specimen]:
    """Give the specimens in which somebody is not let in by an operation open to everybody."""
    return [
        one
        for name in dialects.names()
        for one in provoked(name)
        if one.operation and one.operation.endpoint.right == OPEN
        if isinstance(one.dialect.faults.read(one.response), Unauthenticated)
    ]


def test_every_dialect_with_a_login_shows_how_it_is_refused() -> None:
    every = map(dialects.dialect, dialects.names())
    open_ones = {
        one.name for one in every if OPEN in {each.endpoint.right for each in one.operations}
    }
    assert open_ones == {one.dialect.name for one in guesses()}


@pytest.mark.parametrize("guess", guesses(), ids=lambda guess: f"{guess.dialect.name}-{guess.name}")
def test_guessed_logins_are_slowed_down(guess: Specimen) -> None:
    clock = clock_of(guess.dialect)
    server = Server(guess.dialect, MemoryStore(clock))
    request = replace(guess.request, peer="192.0.2.1")

    async def given() -> list[type | None]:
        answers = [await server(request) for _ in range(FREE + 2)]
        other = await server(replace(request, peer="192.0.2.2"))
        clock.forward(timedelta(seconds=1))
        answers += [other, await server(request), await server(request)]
        return [type(guess.dialect.faults.read(answer)) for answer in answers]

    once_more = [TooMany, Unauthenticated, Unauthenticated, TooMany]
    assert [Unauthenticated] * (FREE + 1) + once_more == asyncio.run(given())


@pytest.mark.parametrize("guess", guesses(), ids=lambda guess: f"{guess.dialect.name}-{guess.name}")
def test_one_client_that_errs_locks_no_other_out(guess: Specimen) -> None:
    async def ask() -> None:
        at, _ = await timed(guess.dialect)
        answers = [await at.server(guess.request) for _ in range(FREE + 2)]
        assert isinstance(guess.dialect.faults.read(answers[-1]), TooMany)

        guarded_by = guarded(guess.dialect.name)[0].request
        proven = await comes_in(at, guarded_by, await at.key(at.owner))
        assert not isinstance(refusal_of(at, await at.server(proven)), Unauthenticated | TooMany)

    asyncio.run(ask())
