"""Sessions and their tokens: how long they last, whose they are, what is kept of them."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import pytest
from msgspec.structs import replace

from orderglot.core.errors import Unauthenticated
from orderglot.core.order import Reference
from orderglot.dialects.kodaris import DIALECT
from orderglot.dialects.kodaris.tables import CSRF_ON_READS
from orderglot.dialects.kodaris.tests.conftest import Site
from orderglot.dialects.kodaris.tokens import CSRF, SESSION
from orderglot.faces.client import Client
from orderglot.faces.server import Server

ORDER = Reference("kodaris", "3022")
LINKED = "/api/account/order/3022/linkedOrders"
LIST = "/api/account/order/list"


def test_one_login_serves_many_calls_at_once(site: Site) -> None:
    client = site.client()

    async def many() -> None:
        await asyncio.gather(*(client.linked(ORDER) for _ in range(5)))

    site.run(many())

    assert [("apiKeyLogin", 200), ("authToken", 200)] == site.asked[:2]
    assert [("linkedOrders", 200)] * 5 == site.asked[2:]


def test_an_expired_token_is_fetched_anew(site: Site) -> None:
    client = site.client()
    site.run(client.linked(ORDER))
    site.pass_time(CSRF.lasts)

    site.run(client.linked(ORDER))

    assert [("linkedOrders", 401), ("authToken", 200), ("linkedOrders", 200)] == site.asked


def test_an_expired_session_is_logged_in_again(site: Site) -> None:
    client = site.client()
    site.run(client.linked(ORDER))
    site.pass_time(SESSION.lasts)

    site.run(client.linked(ORDER))

    again = ["linkedOrders", "authToken", "apiKeyLogin", "authToken", "linkedOrders"]
    assert list(zip(again, (401, 401, 200, 200, 200), strict=True)) == site.asked


def test_a_key_that_is_no_good_is_tried_once(site: Site) -> None:
    client = Client(DIALECT, site.send, {"api_key": "F" * 64})

    with pytest.raises(Unauthenticated):
        site.run(client.get(ORDER))

    assert [("apiKeyLogin", 401)] == site.asked


def test_a_login_says_the_same_of_a_key_that_never_was_and_of_one_that_has_ended(
    site: Site,
) -> None:
    ended = site.client().session.credentials["api_key"]
    (key,) = site.run(site.store.keyring.credentials(site.caller.seller))
    site.run(site.store.keyring.end_key(site.caller.seller, "kodaris", key.id))

    for shown in ("F" * 64, ended, "no key at all"):
        response = site.ask("POST", "/api/user/customer/apiKeyLogin", {"apiKey": shown})
        errors = json.loads(response.body)["errors"]
        assert (401, ["The apiKey is not known."]) == (response.status, errors)


def test_a_session_survives_a_restart(site: Site) -> None:
    client = site.client()
    site.run(client.linked(ORDER))
    site.server = Server(DIALECT, site.store)

    assert 2 == len(site.run(client.linked(ORDER)))
    assert 1 == site.asked.count(("apiKeyLogin", 200))


def test_a_logout_ends_the_session_and_with_it_its_token(site: Site) -> None:
    client = site.client()
    site.run(client.linked(ORDER))
    shown = client.session.kept

    assert 200 == site.ask("GET", "/api/account/customer/logout", **shown).status
    assert 401 == site.ask("GET", LINKED, **shown).status
    assert 401 == site.ask("GET", "/api/account/customer/logout", **shown).status


def test_a_session_ends_with_its_key(site: Site) -> None:
    client = site.client()
    site.run(client.linked(ORDER))
    (key,) = site.run(site.store.keyring.credentials(site.caller.seller))

    site.run(site.store.keyring.end_key(site.caller.seller, "kodaris", key.id))

    assert 401 == site.ask("GET", LINKED, **client.session.kept).status


def test_no_session_and_no_token_is_kept_as_it_was_given_away(site: Site) -> None:
    client = site.client()
    site.run(client.linked(ORDER))

    kinds = dict(zip(("usersessionapikey", "x-csrf-token"), (SESSION, CSRF), strict=True))
    kept = repr(
        [
            site.run(site.store.keyring.admit("kodaris", client.session.kept[name], kind))
            for name, kind in kinds.items()
        ]
    )

    assert kinds.keys() == client.session.kept.keys()
    assert not [secret for secret in client.session.kept.values() if secret in kept]


def test_the_newer_page_lets_reads_go_without_a_token(site: Site) -> None:
    client = site.client()
    site.run(client.linked(ORDER))
    session = {"usersessionapikey": client.session.kept["usersessionapikey"]}
    seller = site.run(site.store.seller("demo-wholesale"))

    assert 401 == site.ask("GET", LINKED, **session).status
    site.run(site.store.change_seller(replace(seller, tables={CSRF_ON_READS: False})))
    assert 200 == site.ask("GET", LINKED, **session).status
    assert 401 == site.ask("GET", LINKED, x_csrf_token="0" * 32, **session).status
    assert 401 == site.ask("POST", LIST, {}, **session).status


def test_a_session_lasts_longer_than_its_token() -> None:
    assert timedelta() < CSRF.lasts < SESSION.lasts
