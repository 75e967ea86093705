"""The state machine makes every write there is: of every dialect, and of the seller's commands."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from functools import cache
from random import Random
from typing import Any

import pytest
from hypothesis import Phase, find, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from orderglot import dialects
from orderglot.cli.app import app
from orderglot.core.caller import CHANGE, CREATE
from orderglot.core.lifecycle import EVENTS
from orderglot.dialects.adobe.drafts import TYPES
from orderglot.dialects.catalyst.fields import by_name
from orderglot.faces.routes import Routes
from orderglot.stores.memory import MemoryStore
from orderglot.wire.message import Response
from tests.life.doors import Doors, clock
from tests.life.drawn_writes import WRITES, Make
from tests.life.ways import WAYS as SELLERS
from tests.life.writes.write import SellerWrite, Write

ROUTES = {name: Routes([(name, dialects.dialect(name))]) for name in dialects.names()}
WAYS = {
    "adobe createOrder": TYPES,
    "catalyst updateOrder": tuple(name for name, one in by_name().items() if not one.own),
    "kole createOrder": ("json", "xml"),
    "kodaris order": ("true", "false"),
    "orderglot orders.change": ("lines", "po_number"),
}
"""In which ways an operation is asked: by the type, the members, the media, or whether it completes."""

KEPT_AS_PUT = {
    *("assigneduserid", "useridassignedto", "categoryid", "countrycode", "integrationid"),
    *("destinationaddressisresidential", "shippingattention", "shippingdescription"),
    *("shippinginstructions", "shippingratekey", "isintermediate", "paymentmethodtypeid"),
    *("directdebitdays", "directdebitprocessed", "directdebittypeid", "taxcodeid"),
    *("recur", "cycletypeid", "nextinvoicedate", "endrecurdate"),
    *("discountcodeid", "giftvoucherid", "invoicedate", "invoicenumber"),
}
"""Members of an order at Catalyst that nothing else of it follows."""

TRIED_ELSEWHERE = {
    "shippingoptionid": "a seller's own options are a setting of his site",
    "shippingoption": "the same in another form",
    "parentid": "which order may point at which is a matter of two orders: test_links.py",
}

BESIDE_ORDERS = {
    "orderglot": "customers, products, keys and the like are no orders: the life of one is `orders.*`",
}
"""Dialects that write other things as well, each of whose operations on orders is called so."""

LINKING = frozenset({"link", "unlink"})
"""Steps of two orders: which may point at which is asked in test_links.py."""

TRIES = settings(max_examples=200, database=None, deadline=None, phases=[Phase.generate])
ANSWER = {
    "lineItems": [{"offerId": "61000001CA01A12", "subscriptionId": "S-1"}],
    "orderId": "1",
    "data": {"orderID": 1},
    "id": 1,
    "webOrderId": 1,
    "status": 1,
}
"""What every client of this trial reads where he needs to know something."""


@cache
def examples() -> tuple[Write, ...]:
    """Give writes as the machine draws them, two hundred of each kind."""
    drawn = list[Write]()

    def keep(makes: tuple[Make, ...]) -> bool:
        drawn.extend(make(2, 1) for make in makes)
        return False

    with suppress(NoSuchExample):
        find(st.tuples(*WRITES.values()), keep, settings=TRIES, random=Random(1))
    return tuple(drawn)


def ways(operation: str, path: str, body: Any, headers: dict[str, str]) -> Iterator[str]:
    match operation:
        case "adobe createOrder":
            yield body["orderType"]
        case "catalyst updateOrder":
            yield from (name.lower() for name in body)
        case "orderglot orders.change":
            yield from json.loads(body)
        case "kole createOrder":
            yield headers["content_type"].rpartition("+")[2]
        case "kodaris order":
            yield "false" if "completeOrder=false" in path else "true"
        case _:
            pass


def test_every_operation_that_writes_is_among_the_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    made = set[str]()

    async def ask(
        _doors: Doors, dialect: str, method: str, path: str, body: Any = None, **headers: str
    ) -> Response:
        operation = ROUTES[dialect].find(method, path.partition("?")[0]).operation
        name = f"{dialect} {operation.name}"
        if operation.endpoint.right in (CREATE, CHANGE):
            found = [one for one in ways(name, path, body, headers) if one in WAYS[name]]
            made.update(f"{name} {one}" for one in found)
            made.update(() if name in WAYS else (name,))
        whole = {"content-location": "/1"}
        return Response(status=200, headers=whole, body=json.dumps(ANSWER).encode())

    async def send() -> None:
        time = clock()
        doors = Doors(MemoryStore(time), time, 1, {})
        for write in examples():
            way: dict[str, Any] = {"way": "http"} if hasattr(write, "way") else {}
            await replace(write, **way).send(doors, 1)

    monkeypatch.setattr(Doors, "ask", ask)
    asyncio.run(send())

    assert (
        writing() - {f"catalyst updateOrder {one}" for one in KEPT_AS_PUT | {*TRIED_ELSEWHERE}}
        == made
    )


def writing() -> set[str]:
    """Name the operations of all dialects that write, in each way that they are asked."""
    names = [
        f"{name} {one.name}"
        for name in dialects.names()
        for one in dialects.dialect(name).operations
        if one.endpoint.right in (CREATE, CHANGE)
        if name not in BESIDE_ORDERS or one.name.startswith("orders.")
    ]
    elsewhere = {f"orderglot orders.{one}" for one in LINKING}
    each = {" ".join(filter(None, (name, way))) for name in names for way in WAYS.get(name, ("",))}
    return each - elsewhere


def test_every_step_of_a_seller_is_among_the_writes_in_each_way() -> None:
    (group,) = (one.typer_instance for one in app.registered_groups if one.name == "orders")
    commands = {one.name for one in group.registered_commands} if group else set()

    steps = [one for one in examples() if isinstance(one, SellerWrite)]
    assert commands - {"list"} | set(EVENTS) - LINKING == {one.command for one in steps}
    ways = {(type(one), one.way) for one in steps}
    assert {(kind, way) for kind, _ in ways for way in SELLERS} == ways
