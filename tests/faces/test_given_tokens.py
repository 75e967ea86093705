"""Tokens that Catalyst and Komet give for a key, to use in its place: they open no more than it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable

import pytest

from orderglot import dialects
from orderglot.core.errors import HubError, Unauthenticated
from orderglot.dialects.catalyst.tokens import (
    AUTHORIZE,
    GRANT,
    Authorizing,
    Granted,
    Granting,
    code_for,
)
from orderglot.dialects.komet.tokens import LOGIN
from tests.conformance.callers import Credentials, Site
from tests.conformance.test_logins import HOUR, LONG, timed
from tests.conformance.test_strangers import (
    STRANGERS,
    Stranger,
    guarded,
    refusal_of,
    with_decoys,
    with_secrets,
)


async def catalyst_token(at: Site, key: Credentials) -> Credentials:
    app, home = "app", "https://app.example/"
    asked = Granting(
        "authorization_code", app, key["access_token"], code_for(app, home), redirect=home
    )
    answer = await at.server(GRANT.request.write(asked))
    return {**key, "access_token": GRANT.response.read(answer, asked).access}


async def komet_token(at: Site, key: Credentials) -> Credentials:
    asked = (key["account"], key["authentication_token"])
    answer = await at.server(LOGIN.request.write(asked))
    return {**key, "authentication_token": LOGIN.response.read(answer, asked)}


GIVEN: dict[str, Callable[[Site, Credentials], Awaitable[Credentials]]] = {
    "catalyst": catalyst_token,
    "komet": komet_token,
}


@pytest.mark.parametrize("name", GIVEN)
@pytest.mark.parametrize("stranger", STRANGERS, ids=lambda stranger: stranger.__name__)
def test_a_strangers_token_opens_no_more_than_the_strangers_key(
    name: str, stranger: Stranger
) -> None:
    dialect = dialects.dialect(name)

    async def ask() -> None:
        hidden, decoys = await with_secrets(dialect), await with_decoys(dialect)
        keys = [await GIVEN[name](at, await stranger(at)) for at in (hidden, decoys)]
        before = await hidden.orders()
        for specimen in guarded(name):
            found = await hidden.ask(specimen.request, keys[0])
            blank = await decoys.ask(specimen.request, keys[1])

            assert blank == found, specimen.name
            assert before == (await hidden.orders())[: len(before)], specimen.name

    asyncio.run(ask())


@pytest.mark.parametrize("name", GIVEN)
def test_a_token_of_the_owners_opens_what_the_owners_key_does(name: str) -> None:
    dialect = dialects.dialect(name)

    async def ask() -> None:
        for specimen in guarded(name):
            own, other = await with_secrets(dialect), await with_secrets(dialect)
            token = await GIVEN[name](own, await own.key(own.owner))
            by_token = await own.ask(specimen.request, token)
            by_key = await other.ask(specimen.request, await other.key(other.owner))

            assert by_key == by_token, specimen.name

    asyncio.run(ask())


@pytest.mark.parametrize("name", GIVEN)
@pytest.mark.parametrize("how", ["in time", "with its key", "with its key's time"])
def test_a_token_that_was_given_ends(name: str, how: str) -> None:
    dialect = dialects.dialect(name)

    async def ask() -> None:
        for specimen in guarded(name):
            at, clock = await timed(dialect)
            expires = clock() + HOUR if how == "with its key's time" else None
            token = await GIVEN[name](at, await at.key(at.owner, expires=expires))
            if how == "with its key":
                await end_keys(at)
            else:
                clock.forward(HOUR if expires else LONG)
            refused = refusal_of(at, await at.ask(specimen.request, token))

            assert isinstance(refused, Unauthenticated), specimen.name

    asyncio.run(ask())


async def granted(at: Site, **members: str) -> Granted | type[HubError]:
    """Ask Catalyst's token endpoint, and give the tokens or how it says no."""
    answer = await at.server(GRANT.request.write(Granting(**members)))
    error = at.dialect.faults.read(answer)
    return type(error) if error else GRANT.response.read(answer, Granting(**members))


APP, HOME = "app", "https://app.example/"


def exchange(secret: str, code: str) -> dict[str, str]:
    return {
        "grant": "authorization_code",
        "client": APP,
        "secret": secret,
        "code": code,
        "redirect": HOME,
    }


def refresh(secret: str, granted: Granted) -> dict[str, str]:
    return {"grant": "refresh_token", "secret": secret, "refresh": granted.refresh}


async def is_let_in(at: Site, token: str) -> bool:
    request = guarded("catalyst")[0].request
    answer = await at.ask(request, {"access_token": token})
    return not isinstance(refusal_of(at, answer), Unauthenticated)


def test_a_refresh_token_that_comes_twice_ends_all_that_came_of_it() -> None:
    async def ask() -> None:
        at, _ = await timed(dialects.dialect("catalyst"))
        secret = (await at.key(at.owner))["access_token"]
        first = await granted(at, **exchange(secret, code_for(APP, HOME)))
        other = await granted(at, **exchange(secret, code_for(APP, HOME, b"other" * 7)))
        assert isinstance(first, Granted)
        assert isinstance(other, Granted)
        second = await granted(at, **refresh(secret, first))
        assert isinstance(second, Granted)
        every = [first.access, second.access, other.access, secret]
        assert [True] * 4 == [await is_let_in(at, token) for token in every]

        assert Unauthenticated is await granted(at, **refresh(secret, first))
        assert [False, False, True, True] == [await is_let_in(at, token) for token in every]
        assert Unauthenticated is await granted(at, **refresh(secret, second))

    asyncio.run(ask())


def test_a_code_is_good_once_and_another_one_comes_each_time() -> None:
    async def ask() -> None:
        at, _ = await timed(dialects.dialect("catalyst"))
        secret = (await at.key(at.owner))["access_token"]
        codes = [await code(at) for _ in range(2)]
        assert codes[0] != codes[1]
        first, second = [await granted(at, **exchange(secret, one)) for one in codes]
        assert isinstance(first, Granted)
        assert isinstance(second, Granted)

        assert Unauthenticated is await granted(at, **exchange(secret, codes[0]))
        assert [False, True] == [await is_let_in(at, one.access) for one in (first, second)]
        for wrong in (codes[1].upper(), codes[1][:-1] + "x", "", f"{codes[1]} "):
            assert Granted is not type(await granted(at, **exchange(secret, wrong)))

    asyncio.run(ask())


async def code(at: Site) -> str:
    """Let an app in, and give the code in the link that leads back to it."""
    answer = await at.server(AUTHORIZE.request.write(Authorizing(APP, HOME)))
    found = re.search(r"code=([0-9a-f]{64})", answer.body.decode())
    assert found is not None
    return found[1]


async def end_keys(at: Site) -> None:
    for one in await at.store.keyring.credentials(at.owner.seller):
        await at.store.keyring.end_key(at.owner.seller, one.dialect, one.id)
