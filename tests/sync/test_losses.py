"""Every way in which a vendor hides an order: what leaves a trace is told by the pull's certificate."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

import pytest
from msgspec.structs import replace as changed

from orderglot.core.errors import Invalid, Upstream
from orderglot.core.query import Page, Window
from orderglot.faces.client import Client
from orderglot.sync.certificate import Code
from orderglot.sync.pull import Progress
from orderglot.wire.flow import Flow
from orderglot.wire.message import Request, Response, Send
from tests.sync.hiding import (
    Hiding,
    Page_,
    Way,
    counts_less,
    counts_more,
    cuts,
    empties,
    ends,
    hiding_vendor,
    leaves_out,
    moves,
    never,
    repeats,
    shown,
    tells_all,
)
from tests.sync.vendors import LISTING, Vendor, vendor

T = TypeVar("T")

HIDING = Hiding()
"""One order is hidden, in the middle of the second page."""

COUNT, SIZE = HIDING.count, HIDING.size

each = pytest.mark.parametrize("name", LISTING)
COUNTING = [name for name in LISTING if name != "kole"]


def against(name: str, way: Way, work: Callable[[Vendor], Awaitable[T]]) -> T:
    """Do some work with a vendor whose list is shown in a certain way."""

    async def worked() -> T:
        async with hiding_vendor(name, HIDING, way) as shop:
            return await work(shop)

    return asyncio.run(worked())


def pulled(name: str, way: Way) -> tuple[Progress | None, int]:
    """Pull, and give what came of it, None for an error, and how many orders are here."""

    async def work(shop: Vendor) -> tuple[Progress | None, int]:
        try:
            done = await shop.pulled()
        except Upstream:
            return None, len(await shop.here())
        return done, len(await shop.here())

    return against(name, way, work)


LOSING: dict[str, Way] = {
    one.__name__: one for one in (leaves_out, cuts, ends, empties, repeats, moves, counts_more)
}


@pytest.mark.parametrize("name", COUNTING)
@pytest.mark.parametrize("way", LOSING.values(), ids=LOSING)
def test_a_vendor_who_counts_hides_no_order_in_silence(name: str, way: Way) -> None:
    done, here = pulled(name, way)

    if done is None:
        # What was shown again and again is an error; what came after all is whole.
        assert way is repeats
        return
    assert done.certificate is not None
    whole = here == COUNT and way is not counts_more
    assert (Code.WHOLE if whole else Code.SIGNS) == done.certificate.code


UNCOUNTED: dict[str, tuple[Way, Code]] = {
    "ends": (ends, Code.WHOLE),
    "cuts": (cuts, Code.WHOLE),
    "empties": (empties, Code.SIGNS),
    "repeats": (repeats, Code.SIGNS),
}


@pytest.mark.parametrize("which", UNCOUNTED)
def test_a_vendor_who_counts_nothing_shows_what_can_be_seen_all_the_same(which: str) -> None:
    way, code = UNCOUNTED[which]
    done, here = pulled("kole", way)

    if done is None:
        assert way is repeats
        return
    assert done.certificate is not None
    assert code == done.certificate.code
    assert (code is Code.WHOLE) == (here == COUNT)


def test_what_nobody_can_see_is_an_order_that_was_never_shown_nor_counted() -> None:
    done, here = pulled("kole", never)

    assert done is not None
    assert done.certificate is not None
    assert (Code.WHOLE, COUNT - 1) == (done.certificate.code, here)
    assert "does not count" in done.certificate.sentence


@each
def test_a_list_that_counts_less_than_it_has_is_read_to_its_end(name: str) -> None:
    done, here = pulled(name, counts_less)

    assert done is not None
    assert done.certificate is not None
    assert (Code.WHOLE, COUNT) == (done.certificate.code, here)


@each
def test_a_page_that_was_empty_once_is_asked_for_once_more(name: str) -> None:
    asked: list[int] = []

    def once(_: Hiding, real: Page_, window: Window) -> Flow[Page]:
        page = yield from real(window)
        asked.append(window.offset)
        first = asked.count(window.offset) == 1 and window.offset == SIZE
        return shown(page, (), next=None) if first else page

    done, here = pulled(name, once)

    assert done is not None
    assert done.certificate is not None
    assert (Code.WHOLE, COUNT) == (done.certificate.code, here)


MEMBERS = {"adobe": "lineItems", "kole": "items"}
EMPTY = {"adobe": rb'"lineItems": ?\[.*?\]', "kole": rb"<items>.*?</items>"}
INSTEAD = {
    "adobe": (b'"lineItems":{}', b'"other":[]'),
    "kole": (b"<items><other/></items>", b"<others></others>"),
}


@pytest.mark.parametrize("name", MEMBERS)
@pytest.mark.parametrize("which", [0, 1], ids=["empty", "missing"])
def test_orders_without_their_lines_are_never_kept(name: str, which: int) -> None:
    async def lose(request: Request, send: Send) -> Response:
        response = await send(request)
        body = re.sub(EMPTY[name], INSTEAD[name][which], response.body, count=1, flags=re.DOTALL)
        return changed(response, body=body)

    async def work(shop: Vendor) -> None:
        shop.between(lose)
        with pytest.raises((Upstream, Invalid)):
            await shop.pulled()
        assert {} == await shop.here()

    against(name, tells_all, work)


LISTS = {
    "adobe": rb'"items"',
    "catalyst": rb'"items"',
    "kodaris": rb'"content"',
    "kole": rb"(?<=<|/)order(?=>)",
    "orderglot": rb'"items"',
}


@each
def test_a_list_without_its_list_ends_with_an_error_and_nothing_kept(name: str) -> None:
    async def lose(request: Request, send: Send) -> Response:
        response = await send(request)
        body = re.sub(LISTS[name], b'"other"' if name != "kole" else b"other", response.body)
        return changed(response, body=body)

    async def work(shop: Vendor) -> None:
        shop.between(lose)
        with pytest.raises(Upstream, match="cannot be read"):
            await shop.pulled()
        assert {} == await shop.here()

    against(name, tells_all, work)


@each
def test_a_link_of_70_000_characters_ends_with_a_sentence(name: str) -> None:
    def far(_: Hiding, real: Page_, window: Window) -> Flow[Page]:
        page = yield from real(window)
        return changed(page, next=changed(window, after="/orders?" + "a" * 70_000))

    async def work(shop: Vendor) -> None:
        with pytest.raises(Upstream, match=r"has 70,008 characters; 4,000 are followed"):
            await shop.pulled()

    against(name, far, work)


@each
def test_a_list_without_end_ends_with_a_sentence(name: str) -> None:
    def endless(_: Hiding, real: Page_, window: Window) -> Flow[Page]:
        page = yield from real(changed(window, offset=0, after=""))
        return changed(page, next=changed(window, after="", offset=window.offset + SIZE))

    async def work(shop: Vendor) -> None:
        with pytest.raises(Upstream, match="again and again"):
            await shop.pulled()

    against(name, endless, work)


def test_a_question_that_leads_on_for_ever_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orderglot.faces.client.MOST_REQUESTS", 20)

    def flow(_window: Window) -> Flow[Page]:
        while True:
            yield Request(method="GET", path="/orders")

    async def answer(_request: Request) -> Response:
        return Response(status=200)

    async def asked() -> None:
        async with vendor("kole") as shop:
            flows = replace(shop.dialect.flows, page=flow)
            dialect = replace(shop.dialect, flows=flows)
            await Client(dialect, answer, shop.client.session.credentials).page(Window())

    with pytest.raises(Upstream, match="leads on without end: 20 requests"):
        asyncio.run(asked())
