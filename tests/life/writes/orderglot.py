"""Writes of our own API that are no steps: new orders, and changes by merge patch."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any

from orderglot.core import order as core
from orderglot.core.errors import HubError
from tests.life.book_model import GOODS, NOT_COMING, Order, State
from tests.life.doors import CUSTOMER, Doors
from tests.life.model_changes import detailed, plus
from tests.life.ways import ORDERS, open_at
from tests.life.writes.changes import first_of, is_correctable, is_fixed, summed
from tests.life.writes.seller import status_of
from tests.life.writes.write import Sent, Write, bought, made


@dataclass(frozen=True)
class OwnOrders(Write):
    """Order for a customer, by the number that he has at Catalyst."""

    quantity: int = 4
    sku: str = GOODS
    customer: int = int(CUSTOMER)
    way: str = field(default="http", kw_only=True)

    def expected(self, state: State) -> State | None:
        if self.sku != GOODS:
            return None
        customer = 1 if self.customer == int(CUSTOMER) else 2
        new = bought(state, self.key, GOODS, self.quantity, customer=customer)
        return state.having(replace(new, po_number=f"O-{self.key}", name="Own"))

    async def send(self, doors: Doors, id: int) -> Sent:
        return await (self._in_python if self.way == "python" else self._over_http)(doors)

    async def _over_http(self, doors: Doors) -> Sent:
        body = {
            "customer": {"id": self.customer, "dialect": "catalyst"},
            "name": "Own",
            "po_number": f"O-{self.key}",
            "lines": [{"sku": self.sku, "quantity": self.quantity}],
        }
        response = await doors.ask("orderglot", "POST", ORDERS, body)
        return made(response, lambda it: json.loads(it.body)["id"])

    async def _in_python(self, doors: Doors) -> Sent:
        lines = (core.Line(sku=self.sku, quantity=self.quantity),)
        wanted = core.Order(name="Own", po_number=f"O-{self.key}", lines=lines)
        book = await open_at(doors)
        try:
            order = await book.orders.create(wanted, customer=f"catalyst:{self.customer}")
        except HubError:
            return False, None
        return True, order.id


@dataclass(frozen=True)
class OwnChanges(Write):
    """Change an order by a merge patch: its PO number, or which lines are to be there.

    These are line 1 alone, in another quantity; line 1 and a further one; or a further one alone.
    """

    what: str = "quantity"
    quantity: int = 2
    way: str = field(default="http", kw_only=True)

    def of(self, state: State, order: Order) -> State | None:
        if not is_correctable(order):
            return None
        if self.what == "po_number":
            return state.having(replace(order, po_number=f"Q-{self.key}"))
        return state.with_one(self._with_lines(state, replace(order, lines=detailed(order))))

    def _with_lines(self, state: State, order: Order) -> Order | None:
        stays = None if self.what == "new" else first_of(order)
        if stays is None and self.what != "new":
            return None
        gone = [line for line in order.lines if line is not stays]
        other = self.what == "quantity" and stays is not None and stays.quantity != self.quantity
        if any(map(is_fixed, gone)) or (other and stays is not None and is_fixed(stays)):
            return None
        line = replace(stays, quantity=self.quantity) if other and stays else stays
        lines = (line,) if line else ()
        comes = self.what != "quantity" or any(one.status not in NOT_COMING for one in lines)
        if gone and order.status != "draft" and not comes:
            return None
        last = max(order.last, *(one.number for one in order.lines)) if gone else order.last
        status = status_of(lines) if order.status == "partly shipped" and lines else order.status
        changed = replace(order, lines=lines, status=status, last=last)
        if self.what == "quantity":
            return summed(changed, order)
        return plus(state, changed, self.quantity)

    async def send(self, doors: Doors, id: int) -> Sent:
        if self.way == "python":
            book = await open_at(doors)
            try:
                await book.orders.change(id, self._patch())
            except HubError:
                return False, None
            return True, None
        body, path = json.dumps(self._patch()).encode(), f"{ORDERS}/{id}"
        media = {"content_type": "application/merge-patch+json"}
        response = await doors.ask("orderglot", "PATCH", path, body, **media)
        return 200 == response.status, None

    def _patch(self) -> dict[str, Any]:
        new = {"sku": GOODS, "quantity": self.quantity}
        match self.what:
            case "po_number":
                return {"po_number": f"Q-{self.key}"}
            case "quantity":
                return {"lines": [{"number": 1, "quantity": self.quantity}]}
            case "further":
                return {"lines": [{"number": 1}, new]}
            case _:
                return {"lines": [new]}
