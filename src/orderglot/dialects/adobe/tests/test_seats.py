"""Seats one after the other: what is bought, switched, switched back and returned adds up."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.order import Identity, Line, Order, Reference
from orderglot.core.returns import remaining
from orderglot.core.seats import TAKEN, shares
from orderglot.core.values import Kind, Status
from orderglot.dialects.adobe.tests.conftest import Context
from orderglot.dialects.adobe.tests.new_orders import (
    NEW,
    OFFER,
    ORDERS,
    numbered,
    switching,
    taking,
)

OTHER, THIRD = "65304479CA01A12", "80004567CA01A12"
SPENT, TOO_MANY = "2133", "RETURN_QTY_EXCEEDS_REMAINING"


@pytest.fixture
def context() -> Context:
    """Open a context in which every order is complete at once."""
    opened = Context()
    opened.set(adobe_completes="at once")
    return opened


def bought(context: Context, quantity: int = 10, offer: str = OFFER) -> tuple[str, str]:
    """Buy seats, and give the order's id and their subscription."""
    id = context.post({**NEW, "lineItems": numbered((1, offer, quantity))})["orderId"]
    return id, line(context, id)["subscriptionId"]


def line(context: Context, id: str) -> Any:
    return context.get(f"{ORDERS}/{id}")["lineItems"][0]


def left(context: Context, *ids: str) -> list[int]:
    return [line(context, id)["remainingQuantity"] for id in ids]


def switched(context: Context, subscription: str, quantity: int, offer: str = OTHER) -> str:
    return str(context.post(switching(subscription, quantity, offer))["orderId"])


def back(id: str) -> dict[str, Any]:
    return {"orderType": "REVERT_SWITCH", "referenceOrderId": id, "currencyCode": "USD"}


def held(context: Context, subscription: str = "") -> int:
    """Count the seats of a subscription, or all."""
    lines = context.post({"orderType": "PREVIEW_RENEWAL"})["lineItems"]
    return sum(one["quantity"] for one in lines if subscription in ("", one["subscriptionId"]))


def test_what_was_switched_away_cannot_be_returned(context: Context) -> None:
    id, subscription = bought(context)
    switched(context, subscription, 10)
    before = held(context)

    assert [0] == left(context, id)
    assert "1000" == line(context, id)["status"]
    assert SPENT == context.refused("POST", ORDERS, taking(id, (1, OFFER, 10)))
    assert SPENT == context.refused("POST", ORDERS, taking(id, (1, OFFER, 1)))
    assert before == held(context)


def test_what_is_left_of_a_switched_line_can_be_returned(context: Context) -> None:
    id, subscription = bought(context)
    switched(context, subscription, 4)

    assert [6] == left(context, id)
    assert TOO_MANY == context.refused("POST", ORDERS, taking(id, (1, OFFER, 7)))
    context.post(taking(id, (1, OFFER, 6)))
    assert SPENT == context.refused("POST", ORDERS, taking(id, (1, OFFER, 1)))
    assert 0 == held(context, subscription)


def test_the_oldest_order_is_taken_from_first(context: Context) -> None:
    (old, subscription), (new, _) = bought(context), bought(context, 5)
    switched(context, subscription, 12)

    assert [0, 3] == left(context, old, new)
    assert 3 == held(context, subscription)
    assert "2151" == context.refused("POST", ORDERS, switching(subscription, 4))


def test_a_switch_that_was_switched_on_cannot_be_undone(context: Context) -> None:
    _, subscription = bought(context, 6)
    first = switched(context, subscription, 6, THIRD)
    there = line(context, first)["subscriptionId"]
    switched(context, there, held(context, there), OTHER)
    before = held(context)

    assert "2151" == context.refused("POST", ORDERS, back(first))
    assert before == held(context)


def test_what_is_switched_back_can_be_returned_and_switched_again(context: Context) -> None:
    id, subscription = bought(context)
    first = switched(context, subscription, 4)
    context.post(back(first))

    assert [10] == left(context, id)
    assert 10 == held(context, subscription)
    switched(context, subscription, 10)
    assert [0] == left(context, id)
    assert SPENT == context.refused("POST", ORDERS, taking(id, (1, OFFER, 1)))


def test_seats_come_back_to_a_line_of_which_the_others_were_returned(context: Context) -> None:
    id, subscription = bought(context)
    first = switched(context, subscription, 4)
    context.post(taking(id, (1, OFFER, 6)))
    assert "1000" == line(context, id)["status"]
    context.post(back(first))

    assert [4] == left(context, id)
    assert 4 == held(context, subscription)
    context.post(taking(id, (1, OFFER, 4)))
    assert "1008" == line(context, id)["status"]
    assert 0 == held(context, subscription)


def test_what_a_vendor_switched_comes_back_to_the_line_that_he_took_it_from(
    context: Context,
) -> None:
    sold = Line(number=1, sku=OFFER, quantity=10, subscription="old", remaining=6)
    there = Line(number=1, sku=OTHER, quantity=4, subscription="new", replaces="old")
    away = Line(number=1, sku=OFFER, quantity=-4, subscription="old")
    for id, kind, lines in (
        ("S-1", Kind.SALE, (sold,)),
        ("S-2", Kind.SWITCH, (there, away)),
    ):
        order = Order(
            references=(Reference("adobe", id),),
            customer=Identity(references=(Reference("adobe", "9876543210"),)),
            kind=kind,
            status=Status.COMPLETED,
            created=context.time,
            currency="USD",
            lines=lines,
        )
        asyncio.run(context.book.keep(order))
    assert (6, 4) == (held(context, "old"), held(context, "new"))
    context.post(back("S-2"))

    assert [10] == left(context, "S-1")
    assert (10, 0) == (held(context, "old"), held(context, "new"))


def test_a_switch_that_is_still_open_holds_its_seats(context: Context) -> None:
    id, subscription = bought(context)
    context.set(adobe_completes="by hand")
    pending = switched(context, subscription, 6)

    assert [4] == left(context, id)
    assert "4122" == context.refused("POST", ORDERS, switching(subscription, 1))
    assert "4122" == context.refused("POST", ORDERS, back(pending))
    assert TOO_MANY == context.refused("POST", ORDERS, taking(id, (1, OFFER, 5)))


def test_a_preview_of_a_switch_takes_nothing(context: Context) -> None:
    id, subscription = bought(context)
    context.post({**switching(subscription, 10), "orderType": "PREVIEW_SWITCH"})

    assert [10] == left(context, id)


def test_a_switch_that_came_to_nothing_leaves_the_seats_where_they_were(context: Context) -> None:
    _, subscription = bought(context)
    id = switched(context, subscription, 10)
    change(context, replace(context.order(id), status=Status.CANCELLED))

    assert 10 == held(context, subscription)


def change(context: Context, order: Order) -> None:
    asyncio.run(context.book.change(order))


def test_in_a_book_of_before_what_was_switched_away_is_not_returned_either(
    context: Context,
) -> None:
    id, subscription = bought(context)
    switch = context.order(switched(context, subscription, 10))
    change(context, replace(switch, extras={k: v for k, v in switch.extras.items() if k != TAKEN}))
    order = context.order(id)
    change(context, replace(order, lines=(replace(order.lines[0], remaining=10),)))
    before = held(context)

    assert SPENT == context.refused("POST", ORDERS, taking(id, (1, OFFER, 10)))
    assert before == held(context)


class Life:
    """Random orders of a customer, and what they have to come to by a plain model."""

    def __init__(self, context: Context, seed: int) -> None:
        self.context = context
        self.random = random.Random(seed)
        self.seats = held(context)
        self.made: list[str] = []
        self.done: Counter[tuple[str, bool]] = Counter()

    def step(self) -> None:
        kind = self.random.choice(
            (self.buy, self.switch, self.give_back, self.give_back, self.undo)
        )
        self.context.forward(timedelta(minutes=1))
        kind()
        assert self.seats == held(self.context), kind.__name__
        self.check()

    def buy(self) -> None:
        quantity = self.random.randrange(1, 12)
        offer = self.random.choice((OFFER, OTHER, THIRD))
        self.made.append(bought(self.context, quantity, offer)[0])
        self.seats += quantity

    def switch(self) -> None:
        held = self.context.post({"orderType": "PREVIEW_RENEWAL"})["lineItems"]
        one = self.random.choice(held)
        quantity = self.random.randrange(1, one["quantity"] + 3)
        offer = self.random.choice((OFFER, OTHER, THIRD))
        self.ask(switching(one["subscriptionId"], quantity, offer), 0)

    def give_back(self) -> None:
        if self.made:
            id, quantity = self.random.choice(self.made), self.random.randrange(1, 5)
            self.ask(taking(id, (1, line(self.context, id)["offerId"], quantity)), quantity)

    def undo(self) -> None:
        if self.made:
            self.ask(back(self.random.choice(self.made)), 0)

    def ask(self, body: dict[str, Any], fewer: int) -> None:
        answer = self.context.ask("POST", ORDERS, body)
        self.done[body["orderType"], answer.status < 300] += 1
        if answer.status < 300:
            self.seats -= fewer
            id = str(self.context.get(ORDERS)["items"][0]["orderId"])
            self.made += [id] if fewer == 0 else []

    def check(self) -> None:
        """Look that what is left of all lines of a subscription is what is held of it."""
        counted: Counter[str] = Counter()
        for order in self.orders():
            gave_back = any(share.quantity < 0 for share in shares(order))
            if order.kind is Kind.RETURN or order.status is not Status.COMPLETED or gave_back:
                continue
            for one in order.lines:
                assert 0 <= remaining(one) or one.quantity < 0
                assert remaining(one) <= one.quantity
                counted[one.subscription] += int(remaining(one)) if one.quantity > 0 else 0
        for id, seats in counted.items():
            # Of what a vendor says of his own switches no line knows.
            if id and not id.startswith(("demo", "8675")):
                assert seats == held(self.context, id), id

    def orders(self) -> list[Order]:
        book = self.context.store.of(Caller(seller=self.context.seller))

        async def walked() -> list[Order]:
            return [order async for order in book.walk()]

        return asyncio.run(walked())


@pytest.mark.parametrize("seed", range(4))
def test_seats_are_as_many_as_were_bought_and_not_returned(context: Context, seed: int) -> None:
    life = Life(context, seed)
    for _ in range(60):
        life.step()

    for kind in ("SWITCH", "RETURN", "REVERT_SWITCH"):
        assert life.done[kind, True], kind
        assert life.done[kind, False], kind
