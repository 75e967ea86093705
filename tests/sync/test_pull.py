"""Pulling from every dialect that can list: all arrives once, and what goes wrong is told apart."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any, TypeVar

import pytest
from msgspec.structs import replace

from orderglot import dialects
from orderglot.core.caller import Caller
from orderglot.core.errors import Upstream
from orderglot.core.order import Order, Reference, Totals, Unknown, native
from orderglot.core.rejects import rejects_of
from orderglot.core.unknown_members import without_unknown
from orderglot.stores.memory import MemoryStore
from orderglot.sync.ingesting import Busy
from orderglot.sync.pull import Progress
from orderglot.sync.rejects import try_again
from orderglot.wire import json
from orderglot.wire.dialect import Dialect
from orderglot.wire.loss import carried, known_as
from orderglot.wire.message import Request, Response, Send
from tests.sync.vendors import LISTING, Vendor, vendor

T = TypeVar("T")

COUNT = 30

each = pytest.mark.parametrize("name", LISTING)


def done(name: str, work: Callable[[Vendor], Awaitable[T]], count: int = COUNT) -> T:
    """Do some work with a vendor that has so many orders."""

    async def worked() -> T:
        async with vendor(name, count) as opened:
            return await work(opened)

    return asyncio.run(worked())


class Stopped(Exception):
    """Somebody pulled the plug."""


def stop_after(pages: int) -> Callable[[Progress], None]:
    left = [pages]

    def on_progress(_progress: Progress) -> None:
        left[0] -= 1
        if not left[0]:
            raise Stopped

    return on_progress


@each
def test_every_order_arrives_once_and_as_the_wire_carries_it(name: str) -> None:
    async def work(shop: Vendor) -> None:
        done = await shop.pulled()

        assert COUNT == done.checkpoint.new
        assert await shop.there() == await shop.here()

    done(name, work)


@each
def test_a_second_pull_writes_nothing(name: str) -> None:
    async def work(shop: Vendor) -> None:
        await shop.pulled()
        versions = {order.id: order.version async for order in shop.book.walk()}
        again = (await shop.pulled()).checkpoint

        assert (0, 0, COUNT) == (again.new, again.changed, again.same)
        assert versions == {order.id: order.version async for order in shop.book.walk()}

    done(name, work)


@each
def test_only_what_the_vendor_changed_is_written_and_noted_as_an_event(name: str) -> None:
    async def work(shop: Vendor) -> None:
        await shop.pulled()
        (first, *_) = [order async for order in shop.implementation.book.walk()]
        later = (first.modified or shop.book.now()) + timedelta(days=1)
        await shop.implementation.book.change(replace(_altered(shop, first), modified=later))
        again = (await shop.pulled()).checkpoint

        assert (0, 1, COUNT - 1) == (again.new, again.changed, again.same)
        assert _timeless(await shop.there()) == _timeless(await shop.here())
        events = [len(await shop.book.events(one.id)) async for one in shop.book.walk()]
        assert COUNT + 1 == sum(events)

    done(name, work)


def _timeless(orders: dict[str, Order]) -> dict[str, Order]:
    """Leave out when orders were changed: here that is when the change came."""
    return {id: replace(order, modified=None) for id, order in orders.items()}


def _altered(shop: Vendor, order: Order) -> Order:
    """Change something of an order that the vendor's wire carries."""
    lines = (replace(order.lines[0], quantity=48), *order.lines[1:])
    altered = (
        replace(order, lines=lines),
        replace(order, po_number="PO-ALTERED"),
        replace(order, totals=Totals(total=Decimal("48.00"))),
    )
    return next(one for one in altered if shop.shown(one) != shop.shown(order))


NEW = "deliveredAt"
MEMBERS = {
    "adobe": "orderType",
    "catalyst": "entityId",
    "kodaris": "orderNumber",
    "orderglot": "version",
}
"""A member by which an order in JSON is known for one."""


def _with_new(name: str, body: bytes, value: str) -> bytes:
    """Put a member into each order of an answer that the vendor's page does not have."""
    if body.startswith(b"<"):
        return body.replace(b"</order>", f"<{NEW}>{value}</{NEW}></order>".encode())
    return json.write(_extended(name, json.read(body), value)) if body else body


def _extended(name: str, content: Any, value: str) -> Any:
    if isinstance(content, list):
        return [_extended(name, one, value) for one in content]
    if not isinstance(content, dict):
        return content
    inside = {member: _extended(name, one, value) for member, one in content.items()}
    return {**inside, NEW: value} if MEMBERS[name] in content else inside


@each
def test_what_a_vendor_sends_beyond_his_page_is_kept_and_named_and_the_order_is_the_same(
    name: str,
) -> None:
    values = ["2026-11-01", "2026-11-02"]

    async def stand(request: Request, send: Send) -> Response:
        response = await send(request)
        return replace(response, body=_with_new(name, response.body, values[0]))

    async def work(shop: Vendor) -> None:
        await shop.pulled()
        before = await shop.here()
        shop.between(stand)
        for left in (1, 0):
            again = await shop.pulled()

            assert again.certificate is not None
            assert {NEW: COUNT} == again.certificate.unknown
            there = again.checkpoint
            assert (0, 0, COUNT) == (there.new, there.changed, there.same)
            ours = [order async for order in shop.book.walk()]
            assert {(Unknown(name, (NEW,), values[0]),)} == {order.unknown for order in ours}
            assert before == {id: without_unknown(one) for id, one in (await shop.here()).items()}
            del values[:left]

    done(name, work)


@each
def test_a_pull_that_was_stopped_goes_on_where_it_was(name: str) -> None:
    async def work(shop: Vendor) -> None:
        shop.client.dialect = _with_pages_of(shop, 5)
        with pytest.raises(Stopped):
            await shop.pulled(stop_after(3))
        assert 15 == len(await shop.here())
        done = await shop.pulled()

        assert done.resumed
        assert (COUNT, 0) == (done.checkpoint.new, done.checkpoint.changed)
        assert await shop.there() == await shop.here()

    done(name, work)


def _with_pages_of(shop: Vendor, size: int) -> Dialect:
    can = dataclasses.replace(shop.dialect.can, max_size=size)
    return dataclasses.replace(shop.dialect, can=can)


def spoiled(*ids: str, keeps: int | None = None) -> Callable[[Request, Send], Awaitable[Response]]:
    """Cut off every answer that speaks of one of these orders: by half, or as much as is said."""

    async def stand(request: Request, send: Send) -> Response:
        response = await send(request)
        if any(id.encode() in response.body for id in ids):
            return replace(response, body=response.body[: keeps or len(response.body) // 2])
        return response

    return stand


@each
def test_orders_that_cannot_be_read_are_put_aside_with_their_bytes(name: str) -> None:
    async def work(shop: Vendor) -> None:
        shop.between(spoiled("70003", "70029"))
        done = (await shop.pulled()).checkpoint
        aside = [reject for _, reject in await rejects_of(shop.book)]

        assert (COUNT - 2, 2) == (done.new, done.rejected)
        assert {*await shop.there()} - {"70003", "70029"} == {*await shop.here()}
        assert all(reject.reason and reject.answers[-1].body for reject in aside)
        assert 2 == len({reject.position for reject in aside} & {*range(COUNT)})

    done(name, work)


@each
def test_an_unreadable_order_is_put_aside_under_its_own_numbers(name: str) -> None:
    async def work(shop: Vendor) -> None:
        there = await shop.implementation.book.get(Reference(name, "70003"))
        shop.between(spoiled("70003", keeps=-1))
        await shop.pulled()
        ((_, reject),) = await rejects_of(shop.book)

        assert "70003" == reject.id
        tells = "po_number" not in dialects.dialect(name).can.loses
        assert (there.po_number if tells else "") == reject.po_number

    done(name, work)


@each
def test_the_same_unreadable_order_is_put_aside_once_and_goes_when_it_can_be_read(
    name: str,
) -> None:
    async def work(shop: Vendor) -> None:
        whole = shop.client.send
        shop.between(spoiled("70003"))
        await shop.pulled()
        await shop.pulled()
        assert 1 == len(await rejects_of(shop.book))
        shop.client.send = whole
        shop.store._clock = lambda: shop.implementation.book.now() + timedelta(hours=1)
        shop.book = shop.store.of(shop.book.caller)
        await shop.pulled()

        assert () == await rejects_of(shop.book)
        assert await shop.there() == await shop.here()

    done(name, work)


@each
def test_an_id_that_our_clients_know_another_order_by_stays_that_orders(name: str) -> None:
    async def work(shop: Vendor) -> None:
        own = await shop.book.place(Order(notes="an order of ours"))
        theirs = replace(
            shop.implementation.numbered(7)[0], references=(Reference(name, str(own.id)),)
        )
        await shop.implementation.fill(theirs)
        done = (await shop.pulled()).checkpoint

        assert (COUNT + 1, 0) == (done.new, done.rejected)
        assert "an order of ours" == (await shop.book.get(Reference(name, str(own.id)))).notes
        came = await shop.book.get(Reference(shop.channel.reference, str(own.id)))
        assert str(came.id) == native(came, name)

    done(name, work)


@pytest.mark.parametrize(
    "name", [one for one in LISTING if "po_number" not in dialects.dialect(one).can.loses]
)
def test_what_looks_like_an_order_of_ours_is_put_aside_until_it_does_no_more(name: str) -> None:
    async def work(shop: Vendor) -> None:
        (theirs,) = await shop.implementation.fill(
            replace(shop.implementation.numbered(0)[0], po_number="PO-LIKE", number="")
        )
        seen = known_as(carried(theirs, name, shop.dialect.can), "nobody")
        made = theirs.created and theirs.created + timedelta(hours=1)
        own = await shop.book.place(replace(seen, created=made, customer=None, links=()))
        refused = (await shop.pulled()).checkpoint
        ((_, reject),) = await rejects_of(shop.book)
        assert (0, 1) == (refused.new, refused.rejected)
        assert f"looks like order {own.id}" in reject.reason
        assert "PO-LIKE" == reject.po_number
        assert (0, 1) == await _tried(shop)

        await shop.book.change(replace(own, po_number="PO-ANOTHER"))
        assert (1, 0) == await _tried(shop)

    done(name, work, count=0)


async def _tried(shop: Vendor) -> tuple[int, int]:
    tried = await try_again(shop.book, dialects.dialect)
    return tried.taken, tried.left


@each
def test_an_order_that_comes_in_while_the_list_is_read_is_found(name: str) -> None:
    async def work(shop: Vendor) -> None:
        shop.client.dialect = _with_pages_of(shop, 10)
        left = [3]

        async def arrive(request: Request, send: Send) -> Response:
            left[0] -= 1
            if not left[0]:
                (early,) = shop.implementation.numbered(COUNT)
                created = shop.implementation.numbered(0)[0].created
                await shop.implementation.fill(replace(early, created=created))
            return await send(request)

        shop.between(arrive)
        done = await shop.pulled()

        assert await shop.there() == await shop.here()
        assert 0 == done.missed

    done(name, work)


@each
def test_orders_from_before_are_left_out(name: str) -> None:
    async def work(shop: Vendor) -> None:
        since = shop.implementation.numbered(20)[0].modified
        assert since is not None
        # Where nobody knows which zone his clock shows, a day more is asked for.
        since += shop.vendor().source.overlap
        done = (await shop.pulled(since=since)).checkpoint

        assert COUNT - 20 == done.new + done.changed
        assert {f"{70_000 + number}" for number in range(20, COUNT)} == {*await shop.here()}

    if {"created", "modified"} - dialects.dialect(name).can.loses:
        done(name, work)


@each
def test_two_pulls_of_the_same_do_not_go_side_by_side(name: str) -> None:
    async def work(shop: Vendor) -> None:
        shop.client.dialect = _with_pages_of(shop, 10)
        inside: list[BaseException | Progress] = []

        def on_progress(_progress: Progress) -> None:
            if not inside:
                inside.append(Stopped())
                tasks.append(asyncio.create_task(shop.pulled()))

        tasks: list[asyncio.Task[Progress]] = []
        came: list[BaseException | Progress] = [
            *await asyncio.gather(shop.pulled(on_progress), return_exceptions=True)
        ]
        came += [*await asyncio.gather(*tasks, return_exceptions=True)]

        assert 1 == len([one for one in came if isinstance(one, Progress)])
        assert 1 == len([one for one in came if isinstance(one, Busy)])
        assert await shop.there() == await shop.here()

    done(name, work)


@each
def test_a_vendor_that_says_nothing_sensible_ends_with_an_error(name: str) -> None:
    async def babble(request: Request, send: Send) -> Response:
        return Response(status=200, headers={"content-type": "text/html"}, body=b"<h1>Hello</h1>")

    async def work(shop: Vendor) -> None:
        shop.between(babble)
        with pytest.raises(Upstream, match="cannot be read"):
            await shop.pulled()
        assert () == await rejects_of(shop.book)
        assert 60 > len(shop.asked)

    done(name, work)


@each
def test_a_pull_that_was_timed_by_a_wrong_clock_is_not_built_upon(name: str) -> None:
    async def work(shop: Vendor) -> None:
        right, days = shop.book.now(), [1]
        store = MemoryStore(lambda: right + timedelta(days=days[0]))
        seller = await store.add_seller("here")
        shop.book = store.of(Caller(seller=seller.id))
        await shop.pulled(since_last=True)
        days[0] = 0
        await shop.implementation.fill(*shop.implementation.numbered(90))

        done = await shop.pulled(since_last=True)

        assert done.checkpoint.since is None
        assert await shop.there() == await shop.here()

    done(name, work)
