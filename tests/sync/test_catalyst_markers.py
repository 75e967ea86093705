"""Placing with Catalyst, whose answers do not say which order they speak of: its mark tells."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from msgspec.structs import replace

from orderglot.core.errors import HubError, Upstream
from orderglot.core.order import Order, native
from orderglot.dialects.catalyst.markers import marked
from orderglot.sync.placement_results import How, Placed
from orderglot.sync.recovery import Unknown
from orderglot.wire import json
from orderglot.wire.message import Request, Response, Send
from tests.sync.test_place import Line, _later, done, orders_there, placed
from tests.sync.vendors import Vendor

Between = Callable[[Request, Send], Awaitable[Response]]
NAME = "catalyst"
REQUESTS = range(1, 14)


async def silent(request: Request, send: Send) -> Response:
    """Answer as the vendor does, who does not tell the id of a new order."""
    response = await send(request)
    headers = {n: v for n, v in response.headers.items() if n != "content-location"}
    return replace(response, headers=headers)


async def forgetful(request: Request, send: Send) -> Response:
    """Answer like a vendor who keeps no integrationId either."""
    if request.method == "POST" and request.path.endswith("/orders"):
        members = {n: v for n, v in json.read(request.body).items() if n != "integrationId"}
        request = replace(request, body=json.write(members))
    return await silent(request, send)


async def tried(shop: Vendor, order: Order) -> Placed | HubError:
    """Place an order up to four times, with some minutes between."""
    came: Placed | HubError = Upstream("nothing was tried")
    for _ in range(4):
        try:
            return await placed(shop, order, idempotent=False)
        except HubError as error:
            came = error
            _later(shop)
    return came


def cut_off(stand: Between, at: int, *, arrives: bool) -> tuple[Any, list[str]]:
    """Place over a line that breaks once; gives what came of it and what is there."""

    async def work(shop: Vendor, order: Order) -> tuple[Any, list[str]]:
        shop.between(stand)
        shop.between(Line(at, arrives=arrives, keys=False))
        came = await tried(shop, order)
        return came, [native(one, NAME) for one in await orders_there(shop)]

    return done(NAME, work)


@pytest.mark.parametrize("at", REQUESTS)
@pytest.mark.parametrize("arrives", [False, True], ids=["lost", "unanswered"])
def test_an_order_is_found_by_its_mark_where_nobody_tells_its_id(at: int, arrives: bool) -> None:
    came, there = cut_off(silent, at, arrives=arrives)

    assert isinstance(came, Placed)
    assert [came.id] == there


@pytest.mark.parametrize("at", REQUESTS)
@pytest.mark.parametrize("arrives", [False, True], ids=["lost", "unanswered"])
def test_a_vendor_who_drops_the_mark_never_gets_it_twice(at: int, arrives: bool) -> None:
    came, there = cut_off(forgetful, at, arrives=arrives)

    assert isinstance(came, Placed | Unknown)
    assert [came.id] == there if isinstance(came, Placed) else len(there) == 1


def test_another_order_of_the_same_lines_is_not_taken_for_it() -> None:
    async def work(shop: Vendor, order: Order) -> None:
        other = await shop.client.place(replace(order, id=0, created=None))
        shop.between(silent)
        came = await placed(shop, order, idempotent=False)

        assert How.SENT is came.how
        assert native(other, NAME) != came.id
        assert 2 == len(await orders_there(shop))

    done(NAME, work)


def test_what_was_put_in_before_is_not_put_in_again() -> None:
    async def work(shop: Vendor, order: Order) -> None:
        first, *others = order.lines
        assert others
        began = await shop.client.place(replace(order, lines=(first,)))
        came = await shop.client.place(order)
        (there,) = await orders_there(shop)

        assert native(began, NAME) == native(came, NAME) == native(there, NAME)
        assert [line.sku for line in order.lines] == [line.sku for line in there.lines]

    done(NAME, work)


def test_a_mark_is_the_same_for_one_version_and_leaves_what_is_the_sellers() -> None:
    order = Order(id=1_000_000_001, version=1)
    mark = marked(order).integration

    assert mark == marked(replace(order, notes="x")).integration
    assert 0 < int(mark) < 2**31
    others = [replace(order, version=2), replace(order, id=1_000_000_002)]
    assert mark not in [marked(other).integration for other in others]
    assert "7" == marked(replace(order, integration="7")).integration
    assert "" == marked(replace(order, id=0)).integration
