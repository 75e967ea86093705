"""Pulling over a socket from a vendor that misbehaves: it ends right, or with a clear error."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

import pytest

from orderglot.core.errors import HubError, TooMany, Unauthenticated, Upstream
from orderglot.core.query import Window
from orderglot.core.rejects import rejects_of
from orderglot.faces.client import Client
from orderglot.faces.http import HttpTransport, Timeouts
from orderglot.wire.message import Request, Response, Send
from tests.sync.rogue import (
    Rogue,
    Say,
    cut,
    cut_unnoticed,
    encoded,
    hang,
    hang_up,
    listening,
    no,
    page_of_html,
)
from tests.sync.vendors import LISTING, LONG, Vendor, vendor

T = TypeVar("T")

COUNT = 12
SIZE = 4
HURRIED = Timeouts(connect=5, read=5, whole=5, attempts=3, pause=0.001, longest_pause=0.01)
IMPATIENT = replace(HURRIED, read=0.5, whole=0.5)
MOST_REQUESTS = 120

each = pytest.mark.parametrize("name", LISTING)


def against(
    name: str, rogue: Callable[[Send], Rogue], work: Callable[[Vendor, Rogue], Awaitable[T]]
) -> T:
    """Do some work with a vendor that stands behind a rogue on a socket."""

    async def worked() -> T:
        async with vendor(name, COUNT) as shop, asyncio.timeout(60):
            stands = rogue(shop.client.send)
            impatient = hang in (stands.always, *stands.script.values())
            async with (
                listening(stands) as url,
                HttpTransport(url, IMPATIENT if impatient else HURRIED) as line,
            ):
                can = replace(shop.dialect.can, max_size=SIZE)
                shop.client = Client(
                    replace(shop.dialect, can=can),
                    line,
                    shop.client.session.credentials,
                    shop.client.session.now,
                )
                return await work(shop, stands)

    return asyncio.run(worked())


async def all_arrives(shop: Vendor, rogue: Rogue) -> None:
    shop.retry_policy = LONG
    done = await shop.pulled()

    assert COUNT == done.checkpoint.new
    assert () == await rejects_of(shop.book)
    assert await shop.there() == await shop.here()


PASSING: dict[str, Say] = {
    "429": no(429, retry_after="0"),
    "500": no(500),
    "503": no(503, retry_after="0"),
    "cut": cut,
    "cut-unnoticed": cut_unnoticed,
    "html": page_of_html,
    "hang": hang,
    "hang-up": hang_up,
}


@each
@pytest.mark.parametrize("say", PASSING.values(), ids=PASSING)
def test_what_passes_is_waited_out(name: str, say: Say) -> None:
    against(name, lambda send: Rogue(send, {2: say, 4: say}), all_arrives)


LASTING: dict[str, tuple[Say, type[HubError], str]] = {
    "429": (no(429, retry_after="0"), TooMany, "429"),
    "500": (no(500), Upstream, "500"),
    "html": (page_of_html, Upstream, "cannot be read"),
    "cut": (cut, Upstream, "broke off"),
    "cut-unnoticed": (cut_unnoticed, Upstream, "cannot be read"),
    "hang": (hang, Upstream, "broke off"),
    "hang-up": (hang_up, Upstream, "broke off"),
    "401": (no(401), Unauthenticated, "401"),
    "404": (no(404), HubError, "404|cannot be read"),
    "301": (no(301, location="/elsewhere"), Upstream, "30"),
}


@each
@pytest.mark.parametrize("which", LASTING)
def test_what_lasts_ends_with_a_clear_error_and_nothing_put_aside(name: str, which: str) -> None:
    say, kind, words = LASTING[which]

    async def work(shop: Vendor, rogue: Rogue) -> None:
        with pytest.raises(kind, match=words) as raised:
            await shop.pulled()
        assert re.search(r"\w{3,} \w+.*[.!]$", raised.value.message)
        assert () == await rejects_of(shop.book)
        assert MOST_REQUESTS > len(rogue.asked)

    against(name, lambda send: Rogue(send, always=say), work)


@each
def test_what_was_taken_before_the_vendor_failed_stays_and_the_rest_comes_later(name: str) -> None:
    async def work(shop: Vendor, rogue: Rogue) -> None:
        await shop.client.page(Window(limit=SIZE))
        before = len(rogue.asked)
        await shop.client.page(Window(limit=SIZE))
        there = len(rogue.asked)
        a_page = there - before
        rogue.script = dict.fromkeys(range(there + a_page + 1, there + 400), hang_up)
        with pytest.raises(Upstream):
            await shop.pulled()
        taken = len(await shop.here())
        rogue.script.clear()
        done = await shop.pulled()

        assert 0 < taken < COUNT
        assert done.resumed
        assert COUNT == done.checkpoint.new
        assert await shop.there() == await shop.here()

    against(name, Rogue, work)


@each
def test_a_list_that_shows_the_same_page_for_ever_ends_with_a_clear_error(name: str) -> None:
    bodies: dict[str, bytes] = {}

    async def stuck(request: Request, send: Send) -> bytes:
        """Say to every page what was said to the first."""
        response = await send(request)
        if request.path not in bodies:
            bodies[request.path] = encoded(response)
        return bodies[request.path]

    async def work(shop: Vendor, rogue: Rogue) -> None:
        for _ in range(2):
            with pytest.raises(Upstream, match=r"again and again|already read"):
                await shop.pulled()
        assert 2 * MOST_REQUESTS > len(rogue.asked)
        rogue.always = None
        done = await shop.pulled()

        assert 0 == done.missed
        assert await shop.there() == await shop.here()

    against(name, lambda send: Rogue(send, always=stuck), work)


EXPIRED = {
    "json": b'{"success": false, "code": 401, "message": "Access token\\u001b[31m expired", "data": null}',
    "error": b'{"error": "Access token\\u001b[31m expired"}',
    "xml": b'<?xml version="1.0"?><error><code>9</code><message>Access token expired</message></error>',
}


@pytest.mark.parametrize(
    ("name", "which"),
    [(name, which) for name in LISTING for which in EXPIRED if which != "xml" or name == "kole"],
)
def test_what_a_vendor_says_under_200_is_told_first_and_asked_for_no_order_by_order(
    name: str, which: str
) -> None:
    kind = "application/xml" if which == "xml" else "application/json"

    async def say(_request: Request, _send: Send) -> bytes:
        headers = {"content-type": kind}
        return encoded(Response(status=200, headers=headers, body=EXPIRED[which]))

    async def work(shop: Vendor, rogue: Rogue) -> None:
        await shop.client.page(Window(limit=SIZE))
        rogue.always, before = say, len(rogue.asked)
        with pytest.raises(HubError) as raised:
            await shop.pulled()

        message = raised.value.message
        assert message.index("Access token") < 40
        assert "in a row" not in message
        assert message.isprintable()
        assert () == await rejects_of(shop.book)
        assert 5 > len(rogue.asked) - before

    against(name, Rogue, work)
