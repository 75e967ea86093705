"""Hostile ``where``s: each gets a page or a clean refusal, and never another seller's order."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from orderglot.core.caller import Caller
from orderglot.core.customer import Customer, identity
from orderglot.core.order import Order, Reference, Totals
from orderglot.core.values import Status
from orderglot.dialects.catalyst import DIALECT
from orderglot.dialects.catalyst.lenient_json import BAD_QUERY
from orderglot.faces.server import Server
from orderglot.stores.sqlite import SqliteStore
from orderglot.wire import json
from orderglot.wire.message import Request, Response
from tests.hostile_where import wheres

SEED, MANY = 20_161_010, 2_000
ORDERS = 25
ORDERS_PATH = "/webresources/api/v3/sites/current/orders"
NOON = datetime(2010, 3, 4, 12, tzinfo=UTC)
OF_QUERIES = {int(BAD_QUERY), 200_000}
"""The vendor's numbers for a query that is wrong."""


class Seller:
    """One of two sellers whose orders have numbers that the other's have not."""

    def __init__(self, server: Server, token: str, ids: set[int]) -> None:
        self.server = server
        self.token = token
        self.ids = ids

    async def ask(self, where: str) -> Response:
        """Ask for all orders that a ``where`` finds, as it goes over the wire."""
        query = f"where={where}&limit=500"
        headers = {"authorization": self.token}
        request = Request(method="GET", path=ORDERS_PATH, query=query, headers=headers)
        return await self.server(request)


@asynccontextmanager
async def two_sellers(path: Path) -> AsyncIterator[tuple[Seller, Seller]]:
    store = SqliteStore(path)
    server = Server(DIALECT, store)
    one, other = [await _seller(server, store, first) for first in (1_000_000, 2_000_000)]
    yield one, other
    await store.close()


async def _seller(server: Server, store: SqliteStore, first: int) -> Seller:
    seller = await store.add_seller(f"seller {first}")
    caller = Caller(seller=seller.id)
    book = store.of(caller)
    customer = await book.keep_customer(Customer(name="Example Gifts", last_name="Doe"))
    ids = range(first, first + ORDERS)
    for id in ids:
        await book.keep(
            Order(
                references=(Reference(DIALECT.name, str(id)),),
                customer=identity(customer),
                name=f"Online Shop {id % 7}",
                status=list(Status)[id % 5],
                created=NOON + timedelta(days=id % 9),
                totals=Totals(total=Decimal(id % 60)),
                extras={"catalyst.isIntermediate": bool(id % 2)},
            )
        )
    key = await store.keyring.issue_key(DIALECT.name, caller, DIALECT.auth.make_secret, str)
    return Seller(server, key.secret, set(ids))


def assert_clean(response: Response, seller: Seller) -> None:
    """Hold an answer against the two that there may be."""
    body: dict[str, Any] = json.read(response.body)
    if response.status == 200:
        assert {item["id"] for item in body["items"]} <= seller.ids
        assert len(body["items"]) == body["totalItemsCount"]
        return
    assert 400 == response.status
    assert ["errorCode", "description", "uri", "extraInfo"] == list(body)
    assert body["errorCode"] in OF_QUERIES
    assert body["extraInfo"]


@pytest.mark.long
def test_two_sellers_are_asked_by_hostile_clients_and_each_shows_its_own(tmp_path: Path) -> None:
    async def asked() -> Counter[int]:
        answers = Counter[int]()
        async with two_sellers(tmp_path / "book.db") as sellers:
            for number, where in enumerate(wheres(SEED, MANY)):
                seller = sellers[number % 2]
                response = await seller.ask(where)
                assert_clean(response, seller)
                answers[response.status] += 1
        return answers

    answers = asyncio.run(asked())
    # A fuzzer whose wheres are all refused would have tried nothing.
    assert answers[200] > MANY / 8
    assert answers[400] > MANY / 8


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("{'$or':[" + "{parentId:7}," * 20 + "]}", "looked up"),
        ("{name:'" + "x" * 70_000 + "'}", "65536 characters"),
    ],
    ids=["costly", "long"],
)
def test_a_question_that_costs_too_much_is_told_why(
    tmp_path: Path, where: str, message: str
) -> None:
    async def asked() -> Response:
        async with two_sellers(tmp_path / "book.db") as (seller, _):
            return await seller.ask(where)

    response = asyncio.run(asked())
    assert 400 == response.status
    assert message in json.read(response.body)["extraInfo"]
