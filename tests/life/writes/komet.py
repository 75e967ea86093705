"""Writes of Komet's clients."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from tests.life.book_model import GOODS, Order, State
from tests.life.doors import CUSTOMER, Doors
from tests.life.model_changes import plus, put
from tests.life.model_seats import put_into
from tests.life.writes.write import Sent, Write


@dataclass(frozen=True)
class KometWrite(Write):
    vendor: ClassVar[str] = "komet"


async def at_komet(doors: Doors, call: str, **body: Any) -> Sent:
    sent = {"customerId": int(CUSTOMER), **body}
    response = await doors.ask("komet", "POST", f"/api/{call}", sent)
    found = json.loads(response.body)
    return (True, int(found["webOrderId"])) if found.get("status") == 1 else (False, None)


@dataclass(frozen=True)
class KometBegins(Write):
    def expected(self, state: State) -> State | None:
        return state.having(cart(self.key))

    async def send(self, doors: Doors, id: int) -> Sent:
        return await at_komet(doors, "web-order.create")


LATEST = 10**6


def cart(key: int) -> Order:
    return Order(key, status="draft", received=False, figures=False, summed=False)


@dataclass(frozen=True)
class KometAdds(KometWrite):
    """Put an item into a web order, with ``target`` -2 into whichever is pending, or a new one."""

    quantity: int = 3
    sku: str = GOODS

    def expected(self, state: State) -> State | None:
        if self.sku != GOODS:
            return None
        order = self._pending(state) if self.target == -2 else state.shown(self.target, "komet")
        if order is None or order.status != "draft":
            return None
        return state.with_one(plus(state, order, self.quantity))

    def _pending(self, state: State) -> Order:
        carts = [
            one
            for one in state.there()
            if one.status == "draft" and not one.received and state.shown(one.key, "komet")
        ]
        newest = max(carts, key=lambda one: (one.made or LATEST, one.id), default=None)
        return newest or cart(self.key)

    async def send(self, doors: Doors, id: int) -> Sent:
        into = {"webOrderId": id} if self.target != -2 else {}
        item = {"productCode": self.sku, "quantity": self.quantity}
        return await at_komet(doors, "web-order-item.add", **into, **item)


@dataclass(frozen=True)
class KometChecksOut(KometWrite):
    def of(self, state: State, order: Order) -> State | None:
        if order.status != "draft" or not order.lines:
            return None
        taken = put_into(state, order, "received")
        if taken is None:
            return None
        return taken.having(replace(taken.orders[order.key], po_number=f"C-{self.key}"))

    async def send(self, doors: Doors, id: int) -> Sent:
        po_number = f"C-{self.key}"
        return await at_komet(doors, "web-order.checkout", webOrderId=id, customerPo=po_number)


@dataclass(frozen=True)
class KometDeletes(KometWrite):
    def of(self, state: State, order: Order) -> State | None:
        if order.status != "draft":
            return None
        return state.having(put(order, "cancelled"))

    async def send(self, doors: Doors, id: int) -> Sent:
        return await at_komet(doors, "web-order.delete", webOrderId=id)
