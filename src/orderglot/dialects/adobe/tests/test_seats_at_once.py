"""Seats at once: however many move the same seats at the same moment, there are as many as before."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.order import Reference
from orderglot.dialects.adobe import DIALECT
from orderglot.dialects.adobe.subscriptions import holding_of
from orderglot.dialects.adobe.tables import COMMITMENT, COMPLETES
from orderglot.dialects.adobe.tests.new_orders import NEW, OFFER, ORDERS, switching, taking
from orderglot.faces.server import Server
from orderglot.stores.store import BookStore
from orderglot.wire import json
from orderglot.wire.message import Request
from orderglot.wire.operation import Context
from tests.conformance.implementations import STORES, Shop
from tests.conformance.slow import Open, slow, two_servers
from tests.conformance.specimens import book_of

ROUNDS = 10
CUSTOMER = Reference("adobe", "9876543210")
Rival = dict[str, Any]


class Seats:
    """Two servers over one book, in which every order is complete at once."""

    def __init__(self, servers: list[Server], store: BookStore, seller: Caller) -> None:
        self.servers = servers
        self.store = store
        self.book = store.of(seller)
        self.asked = 0

    @classmethod
    async def opened(cls, open_store: Open) -> Seats:
        seats = cls(*await two_servers(DIALECT, open_store))
        there = await seats.book.seller()
        tables = {**there.tables, COMPLETES: "at once"}
        await seats.store.change_seller(replace(there, tables=tables))
        return seats

    async def ask(
        self, body: Rival, server: int = 0, method: str = "POST", path: str = ORDERS
    ) -> Any:
        """Ask a server, and give the code of a refusal or the order."""
        self.asked += 1
        client, token = book_of(DIALECT.name).credentials[:2]
        headers = {
            "x-api-key": client.id,
            "authorization": f"Bearer {token.secret}",
            "x-correlation-id": f"demo-{self.asked}",
        }
        request = Request(method=method, path=path, headers=headers, body=json.write(body))
        answer = await self.servers[server](request)
        members = json.read(answer.body)
        return members if answer.status < 300 else str(members["code"])

    async def bought(self) -> tuple[str, str]:
        """Buy ten seats, and give the order's id and their subscription."""
        id = (await self.ask(NEW))["orderId"]
        order = await self.book.get(Reference("adobe", id))
        return id, order.lines[0].subscription

    async def at_once(self, *bodies: Rival) -> list[str]:
        """Ask several at the same moment, and give what those were told that were refused."""
        asked = [self.ask(body, number % 2) for number, body in enumerate(bodies)]
        return [one for one in await asyncio.gather(*asked) if isinstance(one, str)]

    async def held(self) -> int:
        """Count all seats that the customer holds."""
        customer = await self.book.customer(CUSTOMER)
        async with self.book.together() as unit:
            context = Context(self.store.keyring, self.store.now(), unit)
            holding = await holding_of(context, customer)
        return sum(int(one.quantity) for one in holding.values())


async def two_switches(seats: Seats) -> None:
    _, subscription = await seats.bought()
    before = await seats.held()
    refused = await seats.at_once(*[switching(subscription, 10)] * 2)

    assert refused in (["2151"], ["3115"])
    assert before == await seats.held()


async def two_returns_of_one_order(seats: Seats) -> None:
    id, _ = await seats.bought()
    before = await seats.held()
    refused = await seats.at_once(*[taking(id, (1, OFFER, 6))] * 2)

    assert ["RETURN_QTY_EXCEEDS_REMAINING"] == refused
    assert before - 6 == await seats.held()


async def returns_below_a_commitment(seats: Seats) -> None:
    (one, _), (other, _) = await seats.bought(), await seats.bought()
    customer = await seats.book.customer(CUSTOMER)
    kept = await seats.held() + 14  # what is open counts as well
    extras = {**customer.extras, COMMITMENT: kept - 10}
    await seats.book.keep_customer(replace(customer, extras=extras))
    refused = await seats.at_once(taking(one, (1, OFFER, 10)), taking(other, (1, OFFER, 10)))

    assert ["RETURN_VIOLATES_3YC_MCQ"] == refused
    assert kept - 14 - 10 == await seats.held()


async def reversals(seats: Seats) -> None:
    _, subscription = await seats.bought()
    id = (await seats.ask(switching(subscription, 10)))["orderId"]
    before = await seats.held()
    back = {"orderType": "REVERT_SWITCH", "referenceOrderId": id, "currencyCode": "USD"}

    assert ["2133"] * 5 == await seats.at_once(*[back] * 6)
    assert before == await seats.held()


RACES = [
    two_switches,
    two_returns_of_one_order,
    returns_below_a_commitment,
    reversals,
]


@pytest.mark.parametrize("race", RACES, ids=lambda race: race.__name__)
def test_seats_that_move_at_once_stay_as_many(race: Any) -> None:
    async def rounds() -> None:
        for seed in range(ROUNDS):
            await race(await Seats.opened(slow(seed)))

    asyncio.run(rounds())


@pytest.mark.long
@pytest.mark.parametrize("race", RACES, ids=lambda race: race.__name__)
@pytest.mark.parametrize("kind", STORES)
def test_so_they_do_in_every_store(race: Any, kind: str, tmp_path: Any) -> None:
    shop = Shop(kind, tmp_path)

    async def rounds() -> None:
        for _ in range(ROUNDS):
            await race(await Seats.opened(shop.store))

    shop.run(rounds())
