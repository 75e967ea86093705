"""The server face: answers in the vendor's form, keeps callers apart, and keeps what ended well."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from msgspec.structs import replace as changed

from orderglot.core.caller import CREATE, READ
from orderglot.core.errors import Conflict, NotFound
from orderglot.core.order import Order
from orderglot.core.query import LARGE, Page, Window
from orderglot.wire import json
from orderglot.wire.message import Request, Response
from orderglot.wire.operation import Context
from tests.faces.sites import NEW, site
from tests.faces.tiny import CREATE_ORDER, DIALECT, HELLO, LIST_ORDERS, rewritten


def asked(request: Request, dialect: Any = DIALECT, **caller: Any) -> Response:
    async def ask() -> Response:
        return await (await site(dialect, **caller)).ask(request)

    return asyncio.run(ask())


def test_what_is_placed_can_be_got() -> None:
    async def place_and_get() -> None:
        at = await site()
        created = await at.ask(NEW)
        id = json.read(created.body)["id"]
        got = await at.ask(Request(method="GET", path=f"/tiny/orders/{id}"))

        assert (201, 200) == (created.status, got.status)
        assert {"id": id, "po": "PO-7", "notes": ""} == json.read(got.body)

    asyncio.run(place_and_get())


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (Request(method="GET", path="/tiny/orders/7"), 404),
        (Request(method="GET", path="/tiny/lost"), 404),
        (Request(method="DELETE", path="/tiny/orders/7"), 405),
        (Request(method="POST", path="/tiny/orders", body=b"{"), 400),
        (Request(method="GET", path="/tiny/orders", query="limit=4"), 400),
    ],
    ids=str,
)
def test_a_refusal_is_spelled_as_the_vendor_does(request_: Request, status: int) -> None:
    response = asked(request_)

    assert status == response.status
    assert {"error", "message", "problems"} == set(json.read(response.body))


def test_the_values_of_a_path_reach_the_operation_decoded() -> None:
    response = asked(Request(method="GET", path="/tiny/orders/a%2Fb%20c"))

    assert "'a/b c'" in json.read(response.body)["message"]


def test_nobody_comes_in_without_a_key() -> None:
    async def ask() -> Response:
        return await (await site()).server(NEW)

    assert 401 == asyncio.run(ask()).status


def test_an_open_operation_needs_no_caller() -> None:
    async def ask() -> Response:
        return await (await site()).server(Request(method="GET", path="/tiny/hello"))

    response = asyncio.run(ask())
    assert 200 == response.status
    assert json.read(response.body)["said"].startswith("hello at 20")


def test_an_open_operation_that_asks_for_a_book_is_a_mistake() -> None:
    async def ask_for_book(context: Context, ask: Any) -> Any:
        return context.book

    hello = replace(HELLO, perform=ask_for_book)

    with pytest.raises(RuntimeError, match="no book"):
        asked(Request(method="GET", path="/tiny/hello"), replace(DIALECT, operations=(hello,)))


@pytest.mark.parametrize(("may", "status"), [((READ,), 403), ((CREATE,), 201)])
def test_a_caller_may_do_what_it_has_the_right_to(may: tuple[str, ...], status: int) -> None:
    assert status == asked(NEW, may=frozenset(may)).status


def test_a_caller_without_the_right_is_told_nothing_of_what_is_wrong() -> None:
    broken = Request(method="POST", path="/tiny/orders", body=b"{")

    assert 403 == asked(broken, may=frozenset({READ})).status


Perform = Callable[[Context, Order], Awaitable[Order]]


def kept_after(perform: Perform, *asks: Request) -> list[str]:
    """Give the PO numbers in the book when createOrder has been performed so."""

    async def ask() -> list[str]:
        create = replace(CREATE_ORDER, perform=perform)
        at = await site(replace(DIALECT, operations=(create,)))
        for request in asks:
            await at.ask(request)
        return [order.po_number for order in await at.orders()]

    return asyncio.run(ask())


def test_all_that_an_operation_writes_is_kept_together() -> None:
    async def two(context: Context, order: Order) -> Order:
        await context.book.place(order)
        return await context.book.place(Order(po_number="and another"))

    assert ["PO-7", "and another"] == kept_after(two, NEW)


def test_nothing_is_kept_of_an_operation_that_ends_badly() -> None:
    async def fails(context: Context, order: Order) -> Order:
        await context.book.place(order)
        raise Conflict("Too late.")

    assert [] == kept_after(fails, NEW)


def test_an_operation_sees_what_it_has_written() -> None:
    async def reads(context: Context, order: Order) -> Order:
        placed = await context.book.place(order)
        return await context.book.change(changed(placed, po_number="PO-7 twice"))

    assert ["PO-7 twice"] == kept_after(reads, NEW)


def test_an_answer_that_cannot_be_spelled_keeps_nothing() -> None:
    async def ask() -> list[Order]:
        def cannot(order: Order, request: Request) -> Response:
            raise NotFound("There is no way to say this.")

        create = rewritten(CREATE_ORDER, write=cannot)
        at = await site(replace(DIALECT, operations=(create,)))
        assert 404 == (await at.ask(NEW)).status
        return await at.orders()

    assert [] == asyncio.run(ask())


@pytest.mark.parametrize(("size", "beside"), [(LARGE, False), (LARGE + 1, True)])
def test_a_large_answer_is_written_beside_the_event_loop(size: int, beside: bool) -> None:
    writers: list[threading.Thread] = []

    async def perform(context: Context, window: Window) -> Page:
        return Page(orders=(Order(),) * size)

    def write(page: Page, request: Request) -> Response:
        writers.append(threading.current_thread())
        return LIST_ORDERS.response.write(page, request)

    listing = replace(rewritten(LIST_ORDERS, write=write), perform=perform)
    request = Request(method="GET", path="/tiny/orders")
    response = asked(request, replace(DIALECT, operations=(listing,)))

    assert size == len(json.read(response.body)["orders"])
    assert [beside] == [one is not threading.main_thread() for one in writers]
