"""Writes of Catalyst's clients."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, ClassVar

from tests.life.book_model import GOODS, ZERO, Order, State
from tests.life.doors import CUSTOMER, SITE, Doors
from tests.life.model_changes import billed, plus, put
from tests.life.model_seats import deleted, given_up, put_into
from tests.life.writes.write import Sent, Write, bought, made

STATUSES = {
    "received": 1,
    "draft": 2,
    "processing": 3,
    "charged": 4,
    "packing": 5,
    "shipped": 6,
    "completed": 7,
    "on hold": 8,
    "cancelled": 9,
    "failed": 10,
}
"""The statuses of a site as it begins."""


@dataclass(frozen=True)
class CatalystOrders(Write):
    quantity: int = 4
    sku: str = GOODS
    status: str = "received"
    quote: bool = False

    def expected(self, state: State) -> State | None:
        if self.sku != GOODS:
            return None
        kind = "quote" if self.quote else "sale"
        begun = bought(state, self.key, GOODS, self.quantity, name=f"N-{self.key}", kind=kind)
        if self.status == "draft":
            return state.having(replace(begun, status="draft", received=False))
        return state.having(put(begun, self.status))

    async def send(self, doors: Doors, id: int) -> Sent:
        items = [{"productCode": self.sku, "units": self.quantity}]
        head = {"name": f"N-{self.key}", "entityId": int(CUSTOMER), "quote": self.quote}
        body = {**head, "statusTypeId": STATUSES[self.status], "items": items}
        response = await doors.ask("catalyst", "POST", f"{SITE}/orders", body)
        return made(response, lambda it: it.headers["content-location"].rpartition("/")[2])


async def at_catalyst(doors: Doors, method: str, id: int, more: str = "", body: Any = None) -> Sent:
    response = await doors.ask("catalyst", method, f"{SITE}/orders/{id}{more}", body)
    return 204 == response.status, None


@dataclass(frozen=True)
class CatalystPuts(Write):
    """Put one member, or several, of an order."""

    member: str = "name"
    value: Any = "Another"

    def of(self, state: State, order: Order) -> State | None:
        change: Callable[[State, Order, Any], State | None] = PUTS[self.member]
        return change(state, order, self.value)

    async def send(self, doors: Doors, id: int) -> Sent:
        value = STATUSES[self.value] if self.member == "statusTypeId" else self.value
        return await at_catalyst(doors, "PUT", id, body={self.member: value})


def named(state: State, order: Order, value: str) -> State:
    return state.having(replace(order, name=value))


def quoted(state: State, order: Order, value: bool) -> State | None:
    if (order.kind == "quote") is value:
        return state
    if order.kind not in ("sale", "quote"):
        return None
    after = state.having(replace(order, kind="quote" if value else "sale"))
    return given_up(after, order) if value and not order.is_nothing else after


def invoiced(state: State, order: Order, value: bool) -> State | None:
    if (order.bill == "paid in full") is value:
        return state
    if not value:
        paid = order.paid - order.by_word
        bill = "partially paid" if paid else "unpaid"
        return state.having(replace(order, bill=bill, paid=paid, by_word=ZERO))
    if not order.figures:
        return state.having(replace(order, bill="paid in full"))
    paid = max(order.paid, order.total or ZERO)
    by_word = order.by_word + paid - order.paid
    return state.having(replace(order, bill="paid in full", paid=paid, by_word=by_word))


def charged(member: str) -> Callable[[State, Order, Any], State]:
    """Sum an order up where what is charged beside its lines has changed."""

    def put_in(state: State, before: Order, value: Any) -> State:
        changes: dict[str, Any] = {member: Decimal(str(value))}
        order = replace(before, **changes)
        return state if order == before else state.having(billed(replace(order, summed=True)))

    return put_in


def given_to(state: State, order: Order, value: int) -> State | None:
    """Give an order to another customer: the ids of the two end in 1 and 2."""
    customer = 1 if value == int(CUSTOMER) else 2
    if customer == order.customer:
        return state
    bound = order.asked is not None or state.bound_to(order)
    return None if bound else state.having(replace(order, customer=customer))


PUTS: dict[str, Callable[[State, Order, Any], State | None]] = {
    "name": named,
    "statusTypeId": put_into,
    "quote": quoted,
    "invoiced": invoiced,
    "shippingPrice": charged("shipping"),
    "shippingTaxRate": charged("rate"),
    "discountRate": charged("off"),
    "giftVoucherAmount": charged("voucher"),
    "entityId": given_to,
}


@dataclass(frozen=True)
class CatalystSendsBack(Write):
    """Get a whole order and put it back as it came, or with another name."""

    name: str = ""
    is_one_request: ClassVar[bool] = False

    def of(self, state: State, order: Order) -> State | None:
        return state.having(replace(order, name=self.name)) if self.name else state

    async def send(self, doors: Doors, id: int) -> Sent:
        response = await doors.ask("catalyst", "GET", f"{SITE}/orders/{id}")
        if response.status != 200:
            return False, None
        whole = json.loads(response.body)
        sent = {**whole, "name": self.name} if self.name else whole
        return await at_catalyst(doors, "PUT", id, body=sent)


@dataclass(frozen=True)
class CatalystDeletes(Write):
    def of(self, state: State, order: Order) -> State | None:
        return deleted(state, order)

    async def send(self, doors: Doors, id: int) -> Sent:
        return await at_catalyst(doors, "DELETE", id)


@dataclass(frozen=True)
class CatalystAdds(Write):
    quantity: int = 4
    sku: str = GOODS

    def of(self, state: State, order: Order) -> State | None:
        return state.with_one(plus(state, order, self.quantity) if self.sku == GOODS else None)

    async def send(self, doors: Doors, id: int) -> Sent:
        body = {"items": [{"productCode": self.sku, "units": self.quantity}]}
        return await at_catalyst(doors, "POST", id, "/products", body)
