"""Every write of every dialect: how its client asks for it, and what it comes to in the plain model."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, ClassVar

from orderglot.wire.message import Response
from tests.life.book_model import (
    DONE,
    GOODS,
    NOT_COMING,
    OFFER,
    OTHER_OFFER,
    OVER,
    SWITCHES,
    ZERO,
    Line,
    Order,
    State,
    back,
    billed,
    finished,
    held,
    moved,
    pending,
    priced,
    put,
    returned,
    taken,
)
from tests.life.doors import CUSTOMER, JSON, SITE, Doors

Sent = tuple[bool, int | None]
"""Whether a write was taken, and the id of the order that it made or went into, where it says so."""

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
class Write:
    """A write; ``key`` is what an order that it makes is called, ``target`` which one it is about."""

    key: int
    target: int = -1
    is_adobes: ClassVar[bool] = False

    def expected(self, state: State) -> State | None:
        """Give the state after it, None where it is refused."""
        order = state.get(self.target)
        return None if order is None else self.of(state, order)

    def of(self, state: State, order: Order) -> State | None:
        raise NotImplementedError

    async def send(self, doors: Doors, id: int) -> Sent:
        raise NotImplementedError


def bought(state: State, key: int, sku: str, quantity: int, **more: Any) -> Order:
    line = Line(1, sku, quantity, priced(state, sku, quantity))
    return Order(key, lines=(line,), **more)


def made(response: Response, id: Callable[[Response], Any]) -> Sent:
    return (True, int(id(response))) if 200 <= response.status < 300 else (False, None)


# Kole


@dataclass(frozen=True)
class KoleOrders(Write):
    quantity: int = 24
    sku: str = GOODS

    def expected(self, state: State) -> State | None:
        if self.sku != GOODS:
            return None
        order = bought(state, self.key, GOODS, self.quantity, po_number=f"K-{self.key}")
        return state.having(put(order, "processing"))

    async def send(self, doors: Doors, id: int) -> Sent:
        items = [{"sku": self.sku, "quantity": self.quantity}]
        body = {**KOLE, "po_number": f"K-{self.key}", "items": items}
        response = await doors.ask("kole", "POST", "/orders", body, accept=JSON, content_type=JSON)
        return made(response, lambda it: it.headers["content-location"].rpartition("/")[2])


KOLE: dict[str, Any] = {
    "ship_options": {"carrier": "UPS", "service": "GROUND"},
    "ship_to_address": {
        "first_name": "Erin",
        "last_name": "Example",
        "address_1": "2 Sample Road",
        "city": "Reno",
        "state": "NV",
        "zipcode": "89501",
        "country": "US",
    },
}


# Kodaris


@dataclass(frozen=True)
class KodarisOrders(Write):
    quantity: int = 4
    sku: str = GOODS
    completes: bool = True

    def expected(self, state: State) -> State | None:
        if self.sku != GOODS:
            return None
        return (
            state.having(bought(state, self.key, GOODS, self.quantity)) if self.completes else state
        )

    async def send(self, doors: Doors, id: int) -> Sent:
        body = {"companyID": CUSTOMER, "items": [{"code": self.sku, "quantity": self.quantity}]}
        query = "" if self.completes else "?completeOrder=false"
        response = await doors.ask("kodaris", "POST", f"/api/account/order{query}", body)
        if not self.completes:
            return 200 == response.status, None
        return made(response, lambda it: json.loads(it.body)["data"]["orderID"])


# Komet


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
class KometAdds(Write):
    """Put an item into a web order, with ``target`` -2 into whichever is pending, or a new one."""

    quantity: int = 3
    sku: str = GOODS

    def expected(self, state: State) -> State | None:
        if self.sku != GOODS:
            return None
        order = self._pending(state) if self.target == -2 else state.get(self.target)
        if order is None or order.customer != 1 or order.status != "draft":
            return None
        return state.with_one(plus(state, order, self.quantity))

    def _pending(self, state: State) -> Order:
        carts = [
            one
            for one in state.there()
            if one.status == "draft" and not one.received and one.customer == 1
        ]
        newest = max(carts, key=lambda one: (one.made or LATEST, one.id), default=None)
        return newest or cart(self.key)

    async def send(self, doors: Doors, id: int) -> Sent:
        into = {"webOrderId": id} if self.target != -2 else {}
        item = {"productCode": self.sku, "quantity": self.quantity}
        return await at_komet(doors, "web-order-item.add", **into, **item)


@dataclass(frozen=True)
class KometChecksOut(Write):
    def of(self, state: State, order: Order) -> State | None:
        if order.status != "draft" or order.customer != 1 or not order.lines:
            return None
        return state.having(replace(put(order, "received"), po_number=f"C-{self.key}"))

    async def send(self, doors: Doors, id: int) -> Sent:
        po_number = f"C-{self.key}"
        return await at_komet(doors, "web-order.checkout", webOrderId=id, customerPo=po_number)


@dataclass(frozen=True)
class KometDeletes(Write):
    def of(self, state: State, order: Order) -> State | None:
        if order.status != "draft" or order.customer != 1:
            return None
        return state.having(put(order, "cancelled"))

    async def send(self, doors: Doors, id: int) -> Sent:
        return await at_komet(doors, "web-order.delete", webOrderId=id)


# Catalyst


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


def put_into(state: State, order: Order, value: str) -> State | None:
    """Put an order into a status; a return or switch gives back, or takes again, what it took."""
    after = state.having(put(order, value))
    if (order.status in OVER) is (value in OVER):
        return after
    return given_up(after, order) if value in OVER else taken_up(after, order)


def given_up(state: State, order: Order) -> State | None:
    return given_back(state, order) if order.kind in ("return", *SWITCHES) else state


def taken_up(state: State, order: Order) -> State | None:
    return taken_again(state, order) if order.kind in ("return", *SWITCHES) else state


def given_back(state: State, order: Order) -> State | None:
    if order.kind == "return":
        original = state.get(order.of[0])
        return state if original is None else state.having(refilled(original, order.lines))
    undone = (
        one.kind == "switch reversal" and order.key in one.of and one.status not in OVER
        for one in state.there()
    )
    gone = any(line.returned or line.away for line in order.lines if line.quantity > 0)
    if order.kind == "switch" and (any(undone) or gone):
        return None
    return moved(state, back(order.took)) if there(state, back(order.took)) else None


def taken_again(state: State, order: Order) -> State | None:
    if order.kind == "return":
        original = state.get(order.of[0])
        if original is None:
            return state
        for line in order.lines:
            if left_of(original, line.number) < line.quantity:
                return None
            original = returned(original, line.number, line.quantity)
        return state.having(original)
    return moved(state, order.took) if there(state, order.took) else None


def left_of(order: Order, number: int) -> int:
    """Count what is left of a line by the pieces alone, whatever its status."""
    return next(one for one in order.lines if one.number == number).remaining


def there(state: State, took: tuple[tuple[int, int, int], ...]) -> bool:
    """Tell whether what is to be taken is there."""
    for key, number, quantity in took:
        order = state.get(key)
        if quantity > 0 and order is not None:
            line = next(one for one in order.lines if one.number == number)
            if line.left < quantity:
                return False
    return True


def refilled(order: Order, lines: tuple[Line, ...]) -> Order:
    """Give an order back what a return took; where all had been returned, it is as it was before."""
    gone = order.status == "cancelled" and all(
        not left_of(order, one.number) for one in order.lines
    )
    status = ("completed" if order.was_complete else "received") if gone else order.status
    came = {line.number: line.quantity for line in lines}

    def more(line: Line) -> Line:
        ended = line.status == "cancelled" and not left_of(order, line.number)
        less = line.returned - came.get(line.number, 0)
        back = replace(line, returned=less, counted=True)
        return replace(back, status=status) if ended and back.returned < line.returned else back

    return replace(order, status=status, lines=tuple(map(more, order.lines)))


def quoted(state: State, order: Order, value: bool) -> State | None:
    if (order.kind == "quote") is value:
        return state
    if order.kind not in ("sale", "quote"):
        return None
    return state.having(replace(order, kind="quote" if value else "sale"))


def invoiced(state: State, order: Order, value: bool) -> State | None:
    if (order.bill == "paid in full") is value:
        return state
    paid = (order.total or ZERO) if value and order.figures else ZERO
    return state.having(replace(order, bill="paid in full" if value else "unpaid", paid=paid))


def shipped_for(state: State, order: Order, value: Any) -> State:
    return charged(state, replace(order, shipping=Decimal(str(value))), order)


def taken_off(state: State, order: Order, value: Any) -> State:
    return charged(state, replace(order, off=Decimal(str(value))), order)


def charged(state: State, order: Order, before: Order) -> State:
    """Sum an order up where what is charged beside its lines has changed."""
    return state if order == before else state.having(billed(replace(order, summed=True)))


def given_to(state: State, order: Order, value: int) -> State | None:
    """Give an order to another customer: the ids of the two end in 1 and 2."""
    customer = 1 if value == int(CUSTOMER) else 2
    if customer == order.customer:
        return state
    return None if state.bound_to(order) else state.having(replace(order, customer=customer))


PUTS: dict[str, Callable[[State, Order, Any], State | None]] = {
    "name": named,
    "statusTypeId": put_into,
    "quote": quoted,
    "invoiced": invoiced,
    "shippingPrice": shipped_for,
    "discountRate": taken_off,
    "entityId": given_to,
}


@dataclass(frozen=True)
class CatalystDeletes(Write):
    def of(self, state: State, order: Order) -> State | None:
        gone = state.having(replace(order, deleted=True))
        return gone if order.status in OVER else given_up(gone, order)

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


def plus(state: State, order: Order, quantity: int) -> Order | None:
    """Put a line into an order, at the price of today by all its pieces; what was agreed stands."""
    if order.kind not in ("sale", "quote", "renewal") or order.status in (*NOT_COMING, "returned"):
        return None
    pieces = sum(
        line.quantity - line.cancelled
        for line in order.lines
        if line.sku == GOODS and line.status not in NOT_COMING
    )
    number = max([0, *(line.number for line in order.lines)]) + 1
    line = Line(number, GOODS, quantity, priced(state, GOODS, pieces + quantity))
    if order.status == "completed":
        line = replace(line, status="completed")
    status = "partly shipped" if order.status in ("shipped", "delivered") else order.status
    more = replace(order, lines=(*order.lines, line), status=status)
    return billed(replace(more, summed=True, figures=True))


# Adobe


@dataclass(frozen=True)
class AdobeWrite(Write):
    is_adobes: ClassVar[bool] = True

    def body(self, id: int, state: State) -> dict[str, Any]:
        raise NotImplementedError

    async def ask(self, doors: Doors, body: dict[str, Any]) -> Sent:
        head = {"externalReferenceId": f"A-{self.key}", "currencyCode": "USD"}
        response = await doors.adobe_write({**head, **body})
        if body["orderType"].startswith("PREVIEW"):
            return 200 <= response.status < 300, None
        return made(response, lambda it: json.loads(it.body)["orderId"])


@dataclass(frozen=True)
class AdobeBuys(AdobeWrite):
    quantity: int = 10
    sku: str = OFFER
    preview: bool = False

    def expected(self, state: State) -> State | None:
        if self.sku not in (OFFER, OTHER_OFFER):
            return None
        if self.preview:
            return state
        order = bought(state, self.key, self.sku, self.quantity, po_number=f"A-{self.key}")
        lines = (replace(order.lines[0], counted=True),)
        return state.having(replace(order, lines=lines, seats=True))

    async def send(self, doors: Doors, id: int) -> Sent:
        line = {"extLineItemNumber": 1, "offerId": self.sku, "quantity": self.quantity}
        kind = "PREVIEW" if self.preview else "NEW"
        return await self.ask(doors, {"orderType": kind, "lineItems": [line]})


@dataclass(frozen=True)
class AdobeReturns(AdobeWrite):
    """Return so much of the first line of an order, or of what else a client takes that for."""

    quantity: int = 2
    sku: str = OFFER

    def of(self, state: State, order: Order) -> State | None:
        state = finished(state)
        order = state.orders[order.key]
        line = next((one for one in order.lines if one.number == 1), None)
        if order.customer != 1 or order.kind in SWITCHES or order.kind == "return" or line is None:
            return None
        if order.status in ("draft", "failed") or line.sku != self.sku or line.left < self.quantity:
            return None
        less = state.having(returned(order, 1, self.quantity))
        if line.seats and held(state, line.seats) >= 0 > held(less, line.seats):
            return None
        took = Line(1, line.sku, self.quantity, seats=line.seats)
        po_number = f"A-{self.key}"
        new = Order(self.key, kind="return", lines=(took,), of=(order.key,), po_number=po_number)
        return less.having(replace(new, figures=False, summed=False))

    async def send(self, doors: Doors, id: int) -> Sent:
        line = {"extLineItemNumber": 1, "offerId": self.sku, "quantity": self.quantity}
        return await self.ask(
            doors, {"orderType": "RETURN", "referenceOrderId": str(id), "lineItems": [line]}
        )


@dataclass(frozen=True)
class AdobeSwitches(AdobeWrite):
    """Switch seats of the subscription that an order's first line has to the other offer."""

    quantity: int = 3
    subscription: Callable[[Doors, int], Awaitable[str]] | None = None

    def of(self, state: State, order: Order) -> State | None:
        state = finished(state)
        order = state.orders[order.key]
        seats = order.lines[0].seats if order.lines else ""
        if not seats or order.customer != 1 or held(state, seats) < self.quantity:
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

    async def send(self, doors: Doors, id: int) -> Sent:
        response = await doors.ask(
            "adobe", "GET", f"/v3/customers/{CUSTOMER}/orders/{id}", **doors.correlated()
        )
        lines = json.loads(response.body).get("lineItems", [])
        if not lines or not lines[0]["subscriptionId"]:
            return False, None
        old, count = lines[0], {"extLineItemNumber": 1, "quantity": self.quantity}
        new = OTHER_OFFER if old["offerId"] == OFFER else OFFER
        gone = {"referenceLineItemNumber": 1, "subscriptionId": old["subscriptionId"], **count}
        body = {"lineItems": [{"offerId": new, **count}], "cancellingItems": [gone]}
        return await self.ask(doors, {"orderType": "SWITCH", **body})


def last_of(state: State, seats: str) -> int:
    """Give the order that a subscription was bought by last; a switch where none was."""
    there = [
        order
        for order in state.there()
        if order.customer == 1 and order.status in DONE and order.kind != "return"
        if any(one.seats == seats and one.status not in OVER for one in order.lines)
    ]
    bought = [order for order in there if order.kind in ("sale", "renewal")]
    return (bought[-1] if bought else there[0]).key


@dataclass(frozen=True)
class AdobeReverts(AdobeWrite):
    def of(self, state: State, order: Order) -> State | None:
        state = finished(state)
        order = state.orders[order.key]
        if order.customer != 1 or order.kind != "switch" or order.status in OVER:
            return None
        if order.status not in DONE or any(
            one.kind == "switch reversal" and order.key in one.of and one.status not in OVER
            for one in state.there()
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

    async def send(self, doors: Doors, id: int) -> Sent:
        return await self.ask(doors, {"orderType": "REVERT_SWITCH", "referenceOrderId": str(id)})


@dataclass(frozen=True)
class AdobeNames(Write):
    """Give an order another reference of the client's own."""

    def of(self, state: State, order: Order) -> State | None:
        if order.customer != 1:
            return None
        return state.having(replace(order, po_number=f"R-{self.key}"))

    async def send(self, doors: Doors, id: int) -> Sent:
        path = f"/v3/customers/{CUSTOMER}/orders/{id}"
        sent = {"externalReferenceId": f"R-{self.key}"}
        response = await doors.ask("adobe", "PATCH", path, sent, **doors.correlated())
        return 200 == response.status, None
