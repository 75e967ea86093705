"""What each face shows of a book, asked as its clients do, and what it has to show by the plain model."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from tests.life.book_model import OVER, SWITCHES, ZERO, Order, State, payable
from tests.life.doors import CUSTOMER, JSON, SITE, Doors
from tests.life.writes.catalyst import STATUSES

Shown = Mapping[str, Any]
"""What faces show, by the face and what it is asked."""

KOLE = {
    **dict.fromkeys(("received", "processing"), "PROCESSING"),
    "charged": "CHARGED",
    **dict.fromkeys(("packing", "partly shipped"), "PACKAGING"),
    **dict.fromkeys(("shipped", "delivered", "completed"), "SHIPPED"),
    **dict.fromkeys(("on hold", "draft"), "HOLD"),
    **dict.fromkeys(("cancelled", "failed", "returned"), "VOID"),
}
ADOBE = {
    "draft": "",
    **dict.fromkeys(("completed", "shipped", "delivered"), "1000"),
    "failed": "1004",
    **dict.fromkeys(("cancelled", "returned"), "1008"),
}
TYPES = {
    "sale": "NEW",
    "quote": "PREVIEW",
    "return": "RETURN",
    "switch": "SWITCH",
    "switch reversal": "REVERT_SWITCH",
    "renewal": "RENEWAL",
}
CATALYST = {
    **STATUSES,
    "partly shipped": STATUSES["packing"],
    "delivered": STATUSES["completed"],
    "returned": STATUSES["cancelled"],
}


def kodaris_word(status: str) -> str:
    return status.title()


# What the model says


def expected(state: State, touched: Iterable[int]) -> Shown:
    """Give what every face has to show: all lists, and the items of the orders ``touched``."""
    orders = state.there()
    mine = [one for one in orders if one.customer == 1]
    shown: dict[str, Any] = {
        "kole": {one.id: _kole(one) for one in mine if one.is_shown("kole")},
        "kodaris": {one.id: _kodaris(one) for one in orders if one.is_shown("kodaris")},
        "catalyst": {one.id: _catalyst(one) for one in orders},
        "adobe": {one.id: _adobe(one, state) for one in mine if one.is_shown("adobe")},
    }
    shown["adobe"] = with_common_names(shown["adobe"])
    for key in touched:
        if (order := state.get(key)) is not None:
            shown[f"items {order.id}"] = [_item(order, line) for line in order.lines]
            shown[f"komet {order.id}"] = _komet(order)
            shown[f"linked {order.id}"] = _linked(state, order)
    return shown


def with_common_names(orders: Any) -> Any:
    """Name subscriptions by the first line that has them, whatever they are called."""
    names: dict[str, str] = {}
    for id, order in sorted(orders.items()):
        for number, *_, seats in order["lines"]:
            names.setdefault(seats, f"{id}/{number}" if seats else "")
    return {
        id: {**order, "lines": [(*line, names[seats]) for *line, seats in order["lines"]]}
        for id, order in orders.items()
    }


def _sign(order: Order) -> int:
    return -1 if order.kind == "return" else 1


def _kole(order: Order) -> Any:
    due = _known(order.total) if order.figures else None
    owed = None if due is None else due - order.paid
    return {
        "status": KOLE[order.status],
        "po_number": order.po_number,
        "items": [(line.sku, _sign(order) * line.quantity) for line in order.lines],
        "due": due,
        "owed": owed,
    }


def _kodaris(order: Order) -> Any:
    return {"status": kodaris_word(order.status), "total": _known(order.total)}


def _catalyst(order: Order) -> Any:
    return {
        "status": CATALYST[order.status],
        "name": order.name,
        "total": _known(order.total) or ZERO,
        "shipping": order.shipping,
        "off": order.off,
        "quote": order.kind == "quote",
        "invoiced": order.bill == "paid in full",
        "customer": order.customer,
    }


def _adobe(order: Order, state: State) -> Any:
    goes = [line for line in order.lines if order.kind in SWITCHES and line.quantity < 0]
    came = [line for line in order.lines if line not in goes]
    of = [state.orders[key].id for key in order.of[:1]]
    names = order.kind in ("return", "switch reversal")
    return {
        "type": TYPES[order.kind],
        "status": ADOBE.get(order.status, "1002"),
        "of": str(of[0]) if of and names else "",
        "lines": [
            (
                line.number,
                line.sku,
                line.quantity,
                ADOBE.get(line.status, "1002"),
                line.remaining if line.counted else None,
                line.seats,
            )
            for line in came
        ],
        "cancelling": [(line.sku, -line.quantity) for line in goes],
    }


def _item(order: Order, line: Any) -> Any:
    total = None if line.total is None else _sign(order) * line.total
    return (line.sku, _sign(order) * line.quantity, line.price, total)


def _komet(order: Order) -> Any:
    withdrawn = order.status == "cancelled" and not order.received
    if order.customer != 1 or withdrawn or not order.is_shown("komet"):
        return None
    items = [_item(order, line) for line in order.lines]
    items = [(quantity, total) for _, quantity, _, total in items]
    status = 1 if order.status == "draft" else 2
    return {"status": status, "items": items, "total": _known(order.total)}


def _linked(state: State, order: Order) -> Any:
    if not order.is_shown("kodaris"):
        return None
    linked = [one for one in state.there() if one.key in order.of or order.key in one.of]
    return {one.id for one in linked if one.is_shown("kodaris")}


def _known(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else payable(amount)


# What the faces show


async def look(doors: Doors, touched: Iterable[int]) -> Shown:
    """Ask every face for its lists, and for the items of the orders with these ids."""
    shown: dict[str, Any] = {}
    # Adobe first: what was only set to be complete is complete once one of its clients has looked.
    rows = (await at_adobe(doors, "?limit=100"))["items"]
    found = {int(one["orderId"]): _shown_by_adobe(one) for one in rows}
    shown["adobe"] = with_common_names(found)
    shown["kole"] = {one["order_id"]: _shown_by_kole(one) for one in await rows_of_kole(doors)}
    rows = await rows_of_kodaris(doors)
    shown["kodaris"] = {one["orderID"]: _shown_by_kodaris(one) for one in rows}
    rows = (await at_catalyst(doors, ""))["items"]
    shown["catalyst"] = {one["id"]: _shown_by_catalyst(one) for one in rows}
    for id in touched:
        shown |= await look_at(doors, id)
    return shown


async def counted(doors: Doors, status: str) -> Shown:
    """Ask faces how many of their orders have a status, in the words of each, and what the book has."""
    where = json.dumps({"statusTypeId": CATALYST[status]})
    code = ADOBE.get(status, "1002")
    filters = [{"name": "status", "operation": "IS", "value": kodaris_word(status)}]
    there = await at_catalyst(doors, f"&where={quote(where)}")
    shown = {
        "catalyst of a status": there["totalItemsCount"],
        "kodaris of a status": len(await rows_of_kodaris(doors, filterFields=filters)),
    }
    if code:
        found = await at_adobe(doors, f"?limit=100&status={code}")
        shown["adobe of a status"] = found["totalCount"]
    counts = await doors.store.counts(doors.seller)
    book = (counts.orders, counts.lines, counts.sums.get("USD", ZERO), counts.adds_up.get("no", 0))
    return {**shown, "book": book}


def counts(state: State, status: str) -> Shown:
    """Give how many orders of a status each face has by the model."""
    shown = expected(state, ())
    code = ADOBE.get(status, "1002")
    words = {"catalyst": CATALYST[status], "kodaris": kodaris_word(status), "adobe": code}
    orders = state.there()
    turnover = sum((_turnover(one) for one in orders), ZERO)
    return {
        "book": (len(orders), sum(len(one.lines) for one in orders), turnover, 0),
        **{
            f"{face} of a status": sum(one["status"] == word for one in shown[face].values())
            for face, word in words.items()
            if word
        },
    }


def _turnover(order: Order) -> Decimal:
    """Tell what a seller has sold by an order, below zero by a return."""
    if order.status in OVER or order.kind == "quote":
        return ZERO
    total = order.total or ZERO
    return -abs(total) if order.kind == "return" else total


async def look_at(doors: Doors, id: int) -> Shown:
    """Ask for the parts of one order, where it is there."""
    response = await doors.ask("catalyst", "GET", f"{SITE}/orders/{id}/products?limit=500")
    if response.status != 200:
        return {}
    items = json.loads(response.body, parse_float=Decimal)["items"]
    response = await doors.ask("kodaris", "GET", f"/api/account/order/{id}/linkedOrders")
    linked = json.loads(response.body)["data"]
    return {
        f"items {id}": [_shown_item(one) for one in items],
        f"komet {id}": await at_komet(doors, id),
        f"linked {id}": None if linked is None else {one["orderID"] for one in linked},
    }


async def rows_of_kole(doors: Doors) -> list[Any]:
    rows = list[Any]()
    while True:
        path = f"/orders?offset={len(rows)}"
        response = await doors.ask("kole", "GET", path, accept=JSON)
        if response.status == 204:  # there are none
            return rows
        body = json.loads(response.body, parse_float=Decimal)
        page = [one.get("order", one) for one in listed(body["orders"])]
        rows += page
        if len(page) < 25:
            return rows


def listed(rows: Any) -> list[Any]:
    """Give the rows of a list that has its indexes as names, or is one."""
    if isinstance(rows, Mapping):
        return [one for name, one in rows.items() if name.isdigit()]
    return list(rows)


async def rows_of_kodaris(doors: Doors, **asked: Any) -> list[Any]:
    rows, number = list[Any](), 0
    while True:
        sent = {"size": 100, "page": number, **asked}
        page = (await read(doors, "kodaris", "POST", "/api/account/order/list", sent))["data"]
        rows += page["content"]
        number += 1
        if not page["hasNext"]:
            return rows


async def at_catalyst(doors: Doors, more: str) -> Any:
    return await read(doors, "catalyst", "GET", f"{SITE}/orders?limit=500{more}")


async def at_adobe(doors: Doors, more: str) -> Any:
    path = f"/v3/customers/{CUSTOMER}/orders{more}"
    return await read(doors, "adobe", "GET", path, **doors.correlated())


async def read(
    doors: Doors, dialect: str, method: str, path: str, body: Any = None, **headers: str
) -> Any:
    response = await doors.ask(dialect, method, path, body, **headers)
    assert 200 == response.status, (dialect, method, path, response)
    return json.loads(response.body, parse_float=Decimal)


async def at_komet(doors: Doors, id: int) -> Any:
    """Give a web order as Komet's client sees it, pending or checked out, None where it sees none."""
    for status in (1, 2):
        asked = {"customerId": int(CUSTOMER), "webOrderId": id, "statusId": status}
        found = await read(doors, "komet", "POST", "/api/web-order-details.list", asked)
        if found["status"] == 1:
            (order,) = found["webOrders"]
            items = [_shown_by_komet(one) for one in order["items"]]
            return {"status": status, "items": items, "total": order["total"]}
    return None


def _shown_by_kole(order: Any) -> Any:
    bill = order["invoice"]
    return {
        "status": order["status"],
        "po_number": order["po_number"] or "",
        "items": [(one["sku"], one["quantity"]) for one in order["items"]],
        "due": bill["due"]["total"],
        "owed": bill["owed"]["total"],
    }


def _shown_by_kodaris(order: Any) -> Any:
    return {"status": order["status"], "total": order["total"]}


def _shown_by_catalyst(order: Any) -> Any:
    return {
        "status": order["statusTypeId"],
        "name": order["name"],
        "total": order["totalPrice"],
        "shipping": order["shippingPrice"],
        "off": order["discountRate"],
        "quote": order["quote"],
        "invoiced": order["invoiced"],
        "customer": 1 if order["entityId"] == int(CUSTOMER) else 2,
    }


def _shown_by_adobe(order: Any) -> Any:
    return {
        "type": order["orderType"],
        "status": order["status"],
        "of": order["referenceOrderId"],
        "lines": [
            (
                one["extLineItemNumber"],
                one["offerId"],
                one["quantity"],
                one["status"],
                one.get("remainingQuantity"),
                one["subscriptionId"],
            )
            for one in order["lineItems"]
        ],
        "cancelling": [
            (one["offerId"], one["quantity"]) for one in order.get("cancellingItems", ())
        ],
    }


def _shown_item(one: Any) -> Any:
    return one["product"]["productCode"], one["units"], one["unitPrice"], one["totalPrice"]


def _shown_by_komet(one: Any) -> Any:
    return one["quantity"], one["totalPrice"]
