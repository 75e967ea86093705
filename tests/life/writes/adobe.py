"""Writes of Adobe's clients."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from tests.life.book_model import (
    DONE,
    OFFER,
    OTHER_OFFER,
    OVER,
    SWITCHES,
    Line,
    Order,
    State,
    priced,
)
from tests.life.doors import CUSTOMER, Doors
from tests.life.model_changes import returned
from tests.life.model_seats import back, finished, held, moved, pending, taken
from tests.life.writes.write import Sent, Write, bought, made


@dataclass(frozen=True)
class AdobeWrite(Write):
    """A new order of a client of Adobe's, of some type."""

    vendor: ClassVar[str] = "adobe"

    async def body(self, doors: Doors, id: int) -> dict[str, Any] | None:
        """Give what is sent, None where the client sees nothing that he could ask that of."""
        raise NotImplementedError

    async def send(self, doors: Doors, id: int) -> Sent:
        body = await self.body(doors, id)
        if body is None:
            return False, None
        response = await doors.adobe_write(self.whole(body))
        return made(response, lambda it: json.loads(it.body)["orderId"])

    def whole(self, body: dict[str, Any]) -> dict[str, Any]:
        return {"externalReferenceId": f"A-{self.key}", "currencyCode": "USD", **body}


@dataclass(frozen=True)
class AdobeBuys(AdobeWrite):
    quantity: int = 10
    sku: str = OFFER

    def expected(self, state: State) -> State | None:
        if self.sku not in (OFFER, OTHER_OFFER):
            return None
        order = bought(state, self.key, self.sku, self.quantity, po_number=f"A-{self.key}")
        lines = (replace(order.lines[0], counted=True),)
        return state.having(replace(order, lines=lines, seats=True))

    async def body(self, doors: Doors, id: int) -> dict[str, Any]:
        line = {"extLineItemNumber": 1, "offerId": self.sku, "quantity": self.quantity}
        return {"orderType": "NEW", "lineItems": [line]}


@dataclass(frozen=True)
class AdobeReturns(AdobeWrite):
    """Return so much of the first line of an order, or of what else a client takes that for."""

    quantity: int = 2
    sku: str = OFFER

    def of(self, state: State, order: Order) -> State | None:
        state = finished(state)
        order = state.orders[order.key]
        line = next((one for one in order.lines if one.number == 1), None)
        if order.kind in SWITCHES or order.kind == "return" or line is None:
            return None
        if order.status == "failed" or line.sku != self.sku or line.returnable < self.quantity:
            return None
        less = state.having(returned(order, 1, self.quantity))
        if line.seats and held(state, line.seats) >= 0 > held(less, line.seats):
            return None
        took = Line(1, line.sku, self.quantity, seats=line.seats)
        po_number = f"A-{self.key}"
        new = Order(self.key, kind="return", lines=(took,), of=(order.key,), po_number=po_number)
        new = replace(new, figures=False, summed=False, by_parcels=bool(line.shipped))
        return less.having(new)

    async def body(self, doors: Doors, id: int) -> dict[str, Any]:
        line = {"extLineItemNumber": 1, "offerId": self.sku, "quantity": self.quantity}
        return {"orderType": "RETURN", "referenceOrderId": str(id), "lineItems": [line]}


@dataclass(frozen=True)
class AdobeSwitches(AdobeWrite):
    """Switch seats of the subscription that an order's first line has to the other offer."""

    quantity: int = 3

    def of(self, state: State, order: Order) -> State | None:
        state = finished(state)
        order = state.orders[order.key]
        seats = order.lines[0].seats if order.lines else ""
        if not seats or held(state, seats) < self.quantity:
            return None
        if pending(state, seats):
            return None
        old = order.lines[0].sku
        new = OTHER_OFFER if old == OFFER else OFFER
        took = taken(state, seats, self.quantity)
        lines = (
            Line(1, new, self.quantity, priced(state, new, self.quantity), counted=True),
            Line(1, old, -self.quantity, seats=seats),
        )
        of = (last_of(state, seats),)
        switch = Order(self.key, kind="switch", lines=lines, took=took, of=of, seats=True)
        return moved(state, took).having(replace(switch, po_number=f"A-{self.key}"))

    async def body(self, doors: Doors, id: int) -> dict[str, Any] | None:
        old = await first_line(doors, id)
        if old is None:
            return None
        count = {"extLineItemNumber": 1, "quantity": self.quantity}
        new = OTHER_OFFER if old["offerId"] == OFFER else OFFER
        gone = {"referenceLineItemNumber": 1, "subscriptionId": old["subscriptionId"], **count}
        bought = {"offerId": new, **count}
        return {"orderType": "SWITCH", "lineItems": [bought], "cancellingItems": [gone]}


async def first_line(doors: Doors, id: int) -> Any:
    """Give the first line of an order as its client sees it, None where it is no subscription."""
    path = f"/v3/customers/{CUSTOMER}/orders/{id}"
    response = await doors.ask("adobe", "GET", path, **doors.correlated())
    lines = json.loads(response.body).get("lineItems", [])
    return lines[0] if lines and lines[0]["subscriptionId"] else None


BUYING = ("sale", "renewal")


def last_of(state: State, seats: str) -> int:
    """Give the order that a subscription was bought by last; a switch where none was."""
    there = [
        order
        for order in state.there()
        if order.customer == 1 and order.status in DONE and order.kind in (*SWITCHES, *BUYING)
        if any(one.seats == seats and one.status not in OVER for one in order.lines)
    ]
    bought = [order for order in there if order.kind in BUYING]
    return (bought[-1] if bought else there[0]).key


@dataclass(frozen=True)
class AdobeRenews(AdobeWrite):
    """Renew so many seats of the subscription that an order's first line has."""

    quantity: int = 3

    def of(self, state: State, order: Order) -> State | None:
        state = finished(state)
        order = state.orders[order.key]
        seats = order.lines[0].seats if order.lines else ""
        if not seats or held(state, seats) <= 0:
            return None
        sku = order.lines[0].sku
        line = Line(1, sku, self.quantity, priced(state, sku, self.quantity), counted=True)
        new = Order(self.key, kind="renewal", lines=(replace(line, seats=seats),), seats=True)
        began = (last_of(state, seats),)
        return state.having(replace(new, of=began, po_number=f"A-{self.key}"))

    async def body(self, doors: Doors, id: int) -> dict[str, Any] | None:
        line = await first_line(doors, id)
        if line is None:
            return None
        named = {name: line[name] for name in ("offerId", "subscriptionId")}
        sent = {"extLineItemNumber": 1, "quantity": self.quantity, **named}
        return {"orderType": "RENEWAL", "lineItems": [sent]}


@dataclass(frozen=True)
class AdobeReverts(AdobeWrite):
    def of(self, state: State, order: Order) -> State | None:
        state = finished(state)
        order = state.orders[order.key]
        if (
            order.kind != "switch"
            or order.status not in DONE
            or any(
                one.kind == "switch reversal" and order.key in one.of and one.status not in OVER
                for one in state.there()
            )
        ):
            return None
        came, went = order.lines
        if pending(state, came.seats) or held(state, came.seats) < came.quantity:
            return None
        took = (*taken(state, came.seats, came.quantity, first=order.key), *back(order.took))
        lines = (
            Line(1, went.sku, -went.quantity, seats=went.seats),
            Line(1, came.sku, -came.quantity, seats=came.seats),
        )
        new = Order(self.key, kind="switch reversal", lines=lines, took=took, of=(order.key,))
        return moved(state, took).having(
            replace(new, po_number=f"A-{self.key}", figures=False, summed=False, seats=True)
        )

    async def body(self, doors: Doors, id: int) -> dict[str, Any]:
        return {"orderType": "REVERT_SWITCH", "referenceOrderId": str(id)}


@dataclass(frozen=True)
class AdobeNames(Write):
    """Give an order another reference of the client's own."""

    vendor: ClassVar[str] = "adobe"

    def of(self, state: State, order: Order) -> State | None:
        return state.having(replace(order, po_number=f"R-{self.key}"))

    async def send(self, doors: Doors, id: int) -> Sent:
        path = f"/v3/customers/{CUSTOMER}/orders/{id}"
        sent = {"externalReferenceId": f"R-{self.key}"}
        response = await doors.ask("adobe", "PATCH", path, sent, **doors.correlated())
        return 200 == response.status, None
