"""The client face: its token, its correlation ids, and how it says what is asked of it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import pytest

from orderglot.core.errors import Invalid
from orderglot.core.order import Identity, Line, Order, Reference
from orderglot.core.query import And, Compare, Operator, Query, Window
from orderglot.core.values import Kind, Status
from orderglot.dialects.adobe import DIALECT
from orderglot.dialects.adobe.tokens import TOKEN
from orderglot.faces.client import Client
from orderglot.wire.message import Request, Response

CUSTOMER = "9876543210"
DRAFT = Order(currency="USD", lines=(Line(number=1, sku="80004561CA02A12", quantity=2),))


class Wire:
    """A connection to the server that writes down what goes over it."""

    def __init__(self, context: Any) -> None:
        self.context = context
        self.sent: list[Request] = []

    async def __call__(self, request: Request) -> Response:
        self.sent.append(request)
        await asyncio.sleep(0)
        answer: Response = await self.context.server(request)
        return answer

    @property
    def tokens(self) -> int:
        return sum(request.path.startswith("/ims/") for request in self.sent)

    def client(self, customer: str = CUSTOMER) -> Client:
        key = self.context.specimens.credentials[0]
        credentials = {"client_id": key.id, "client_secret": key.secret, "customer_id": customer}
        return Client(DIALECT, self, credentials, lambda: self.context.time)


@pytest.fixture
def line(context: Any) -> Wire:
    return Wire(context)


def test_many_who_wait_fetch_one_token(line: Wire) -> None:
    async def many() -> None:
        client = line.client()
        await asyncio.gather(*(client.get(Reference("adobe", "0123456789")) for _ in range(20)))

    asyncio.run(many())
    assert (1, 21) == (line.tokens, len(line.sent))


def test_a_token_is_kept_until_shortly_before_it_ends(line: Wire) -> None:
    async def later() -> list[int]:
        client, counted = line.client(), []
        for wait in (0, 86_399 - 180 - 1, 1):
            line.context.forward(timedelta(seconds=wait))
            await client.get(Reference("adobe", "0123456789"))
            counted.append(line.tokens)
        return counted

    assert [1, 1, 2] == asyncio.run(later())


def test_a_token_that_is_refused_is_fetched_once_more(line: Wire) -> None:
    async def refused() -> Order:
        client = line.client()
        await client.get(Reference("adobe", "0123456789"))
        await line.context.store.keyring.end("adobe", client.session.kept["token"], TOKEN)
        return await client.get(Reference("adobe", "0123456789"))

    assert "759" == asyncio.run(refused()).po_number
    assert 2 == line.tokens


def test_each_call_has_a_correlation_id_of_its_own(line: Wire) -> None:
    async def calls() -> None:
        client = line.client()
        for _ in range(3):
            await client.place(DRAFT)

    asyncio.run(calls())
    ids = [one.headers["x-correlation-id"] for one in line.sent if one.path.startswith("/v3")]
    assert 3 == len(set(ids))
    assert all(request.repeatable for request in line.sent)


def test_an_order_that_the_hub_knows_is_one_intent_however_often_it_is_placed(line: Wire) -> None:
    async def twice() -> tuple[Order, Order]:
        placed = Order(
            id=1_000_000_007, created=line.context.time, currency="USD", lines=DRAFT.lines
        )
        return await line.client().place(placed), await line.client().place(placed)

    first, second = asyncio.run(twice())
    assert first == second


def test_an_order_goes_to_the_customer_that_it_names_to_adobe(line: Wire) -> None:
    named = Identity(references=(Reference("adobe", CUSTOMER),))
    other = Identity(id=7, references=(Reference("kole", "1"),))

    async def both() -> list[str]:
        await line.client("nobody").place(Order(customer=named, currency="USD", lines=DRAFT.lines))
        await line.client().place(Order(customer=other, currency="USD", lines=DRAFT.lines))
        return [one.path for one in line.sent if one.method == "POST" and "orders" in one.path]

    assert [f"/v3/customers/{CUSTOMER}/orders"] * 2 == asyncio.run(both())


def test_without_a_customer_the_client_says_what_is_missing(line: Wire) -> None:
    with pytest.raises(Invalid, match="customer_id"):
        asyncio.run(line.client("").get(Reference("adobe", "0123456789")))


@pytest.mark.parametrize(
    ("where", "written"),
    [
        (Compare("kind", Operator.EQ, Kind.RETURN), "order-type=RETURN"),
        (Compare("kind", Operator.EQ, Kind.ADJUSTMENT), ""),
        (
            Compare("status", Operator.IN, (Status.COMPLETED, Status.RECEIVED)),
            "status=1000&status=1002",
        ),
        (Compare("status", Operator.EQ, Status.SHIPPED), ""),
        (Compare("status", Operator.NE, Status.COMPLETED), ""),
        (Compare("lines.sku", Operator.EQ, "A B"), "offer-id=A B"),
        (Compare("lines.sku", Operator.EQ, ""), ""),
        (Compare("po_number", Operator.EQ, "1"), ""),
        (
            And((Compare("kind", Operator.EQ, Kind.SALE), Compare("reseller", Operator.EQ, "1"))),
            "order-type=NEW&reseller-id=1",
        ),
    ],
)
def test_a_query_is_said_as_far_as_the_page_can(line: Wire, where: Query, written: str) -> None:
    asyncio.run(line.client().page(Window(where=where)))
    filters = unquote(line.sent[-1].query).partition("start-date=")[0].rstrip("&")

    assert written == filters


def test_what_a_walk_finds_is_what_matches(line: Wire) -> None:
    async def found(where: Query) -> list[str]:
        return [order.references[0].id async for order in line.client().walk(where)]

    returned = Compare("kind", Operator.EQ, Kind.RETURN)
    assert ["5120008005"] == asyncio.run(found(returned))
    since = Compare("created", Operator.GT, line.context.order("5120008006").created)
    assert ["5120008008", "5120008007"] == asyncio.run(found(since))
