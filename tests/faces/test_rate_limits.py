"""Limits that a seller sets for each of his keys: counted, said in every answer, refused in the vendor's form."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from orderglot import dialects
from orderglot.core.caller import Caller
from orderglot.core.errors import Invalid, TooMany
from orderglot.core.seller import Seller
from orderglot.faces.rate_limits import MOST, SETTING, RateLimits, check_rate
from orderglot.hub.settings import settings_of
from orderglot.wire.dialect import Dialect
from orderglot.wire.message import Request, Response
from tests.clock import Clock
from tests.conformance.callers import site as site_of
from tests.conformance.specimens import welcome
from tests.faces.sites import Site, site

LIST = Request(method="GET", path="/tiny/orders")


async def limit(at: Any, text: str | None) -> None:
    """Set the limit of the seller of a site."""
    seller = min(await at.store.sellers(), key=lambda one: one.id)
    tables = {} if text is None else {SETTING: text}
    await at.store.change_seller(replace(seller, tables=tables))


async def limited(text: str) -> Site:
    at = await site()
    await limit(at, text)
    return at


@pytest.mark.parametrize("text", ["1/s", "100/min", " 20 / hour", "1000000000/day", "5/sec", "7/h"])
def test_so_many_in_a_while_is_a_limit(text: str) -> None:
    check_rate(text.strip())


@pytest.mark.parametrize(
    "value",
    ["0/min", "100", "100/", "/min", "-1/min", "1.5/min", "1/week", "9" * 11 + "/s", 5, [], ""],
)
def test_what_is_no_limit_is_refused_by_its_name(value: object) -> None:
    with pytest.raises(Invalid, match="100/min") as refused:
        check_rate(value)
    assert SETTING == refused.value.problems[0].field
    assert SETTING in settings_of("seller")


def test_where_no_limit_is_set_nothing_is_counted_and_nothing_said() -> None:
    async def ask() -> Response:
        return await (await site()).ask(LIST)

    assert not [name for name in asyncio.run(ask()).headers if "rate" in name.lower()]


def test_each_answer_says_what_is_left_until_nothing_is() -> None:
    async def ask() -> list[Response]:
        at = await limited("2/min")
        lost = Request(method="GET", path="/tiny/orders/none")
        return [await at.ask(one) for one in (LIST, lost, LIST)]

    answers = asyncio.run(ask())

    assert [200, 404, 429] == [one.status for one in answers]
    assert ['"key";r=1;t=60', '"key";r=0;t=60', '"key";r=0;t=60'] == [
        one.headers["ratelimit"] for one in answers
    ]
    assert {'"key";q=2;w=60'} == {one.headers["ratelimit-policy"] for one in answers}


def test_what_is_refused_is_not_done() -> None:
    async def place() -> int:
        at = await limited("1/min")
        new = Request(method="POST", path="/tiny/orders", body=b'{"po": "PO-7"}')
        for _ in range(3):
            await at.ask(new)
        return len(await at.orders())

    assert 1 == asyncio.run(place())


def test_another_key_has_a_limit_of_its_own() -> None:
    async def ask() -> list[int]:
        at = await limited("1/min")
        other = await at.other(name="tiny:other")
        return [(await one.ask(LIST)).status for one in (at, at, other)]

    assert [200, 429, 200] == asyncio.run(ask())


def test_a_limit_ends_with_its_window_and_where_it_is_taken_back() -> None:
    clock = Clock()
    limits, caller = RateLimits(), Caller(seller=1, name="tiny:a")
    seller = Seller(id=1, tables={SETTING: "1/min"})

    def taken() -> bool:
        allowance = limits.take(seller, caller, clock())
        assert allowance is not None
        with suppress(TooMany):
            allowance.demand()
            return True
        return False

    assert (True, False) == (taken(), taken())
    clock.time += timedelta(seconds=59.9)
    assert not taken()
    clock.time += timedelta(seconds=0.1)
    assert taken()
    clock.time -= timedelta(days=1)
    assert taken()
    assert limits.take(Seller(id=1), caller, clock()) is None


def test_no_more_keys_are_counted_than_the_latest() -> None:
    clock, limits = Clock(), RateLimits()
    seller = Seller(id=1, tables={SETTING: "1/min"})
    for number in range(MOST + 5):
        limits.take(seller, Caller(seller=1, name=f"tiny:{number}"), clock())

    assert MOST == len(limits._windows)


@pytest.mark.parametrize("name", dialects.names())
def test_every_dialect_refuses_in_its_own_form_with_the_time_to_wait(name: str) -> None:
    dialect: Dialect = dialects.dialect(name)
    shown = next(
        one for one in welcome(name) if one.operation and one.operation.endpoint.right == "read"
    )

    async def ask() -> tuple[Response, Response]:
        at = await site_of(dialect)
        await limit(at, "1/hour")
        return await at.server(shown.request), await at.server(shown.request)

    first, second = asyncio.run(ask())

    assert shown.response.status == first.status
    error = dialect.faults.read(second)
    assert isinstance(error, TooMany)
    assert "3600" == second.headers["retry-after"]
    assert 3_600 == error.retry_after
    assert '"key";r=0;t=3600' == second.headers["ratelimit"]
