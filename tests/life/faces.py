"""What faces show of a book, asked as their clients ask."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlencode
from xml.etree import ElementTree

from tests.life.book_model import DONE, NOT_COMING, OPEN, ZERO
from tests.life.doors import CUSTOMER, JSON, SITE, XML, Doors
from tests.life.model_changes import FAR
from tests.life.model_faces import ADOBE, CATALYST, Shown, kodaris_word, with_common_names
from tests.life.ways import ORDERS


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
    own = await rows_of_ours(doors)
    shown["orderglot"] = {one["id"]: shown_by_us(one) for one in own}
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
        f"kole in xml {id}": await at_kole_in_xml(doors, id),
        f"orderglot {id}": shown_by_us(await at_ours(doors, f"/{id}")),
        f"orderglot linked {id}": {
            one["id"] for one in (await at_ours(doors, f"/{id}/linked"))["items"]
        },
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


async def at_kole_in_xml(doors: Doors, id: int) -> Any:
    """Give an order as Kole's client reads it in XML, None where he sees none."""
    response = await doors.ask("kole", "GET", f"/orders/{id}", accept=XML)
    if response.status == 404:
        return None
    order = ElementTree.fromstring(response.body)
    items = [(one.findtext("sku"), int(one.findtext("quantity", ""))) for one in order.iter("item")]
    due, owed = (order.findtext(f"invoice/{one}/total") for one in ("due", "owed"))
    return {
        "status": order.findtext("status"),
        "po_number": order.findtext("po_number", ""),
        "items": items,
        "due": Decimal(due) if due else None,
        "owed": Decimal(owed) if owed else None,
    }


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


async def rows_of_ours(doors: Doors, **asked: str) -> list[Any]:
    rows, after = list[Any](), ""
    while True:
        query = {"limit": "100", **asked, **({"after": after} if after else {})}
        page = await at_ours(doors, f"?{urlencode(query)}")
        rows += page["items"]
        after = page["next"]
        if not after:
            return rows


async def at_ours(doors: Doors, more: str) -> Any:
    return await read(doors, "orderglot", "GET", f"{ORDERS}{more}")


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


def shown_by_us(order: Any) -> Any:
    """Give an order as our own API shows it; of one that nobody billed, nothing is paid."""
    bill = order.get("invoice", {})
    return {
        "kind": order["kind"],
        "status": order["status"],
        "name": order.get("name", ""),
        "po_number": order.get("po_number", ""),
        "customer": 1 if order["customer"]["id"] == int(CUSTOMER) else 2,
        "lines": [_our_line(one, order["status"]) for one in order.get("lines", ())],
        "total": order.get("totals", {}).get("total"),
        "bill": bill.get("status", "unpaid"),
        "amounts": [bill.get(one, {}).get("total") for one in ("due", "owed")],
        "paid": bill.get("paid", {}).get("total", ZERO),
        "links": {one["order"]["id"] for one in order.get("links", ())},
    }


def _our_line(line: Any, head: str) -> Any:
    """Give a line with its four quantities: what nobody counted follows from its status.

    Where nothing of either went out, a line is as far as its order at least.
    """
    counted, status = line.get("details", {}), line.get("status")
    behind = {status, head} <= OPEN and FAR.index(status) < FAR.index(head)
    status = head if behind else status
    ordered = abs(line["quantity"])
    sent, less = counted.get("shipped"), counted.get("cancelled", 0)
    cancelled = ordered - (sent or 0) if status in NOT_COMING else less
    shipped = (
        (ordered - cancelled if status in (*DONE, "returned") else 0) if sent is None else sent
    )
    back = counted.get("returned", shipped if status == "returned" else 0)
    return {
        "line": (line["number"], line["sku"], line.get("unit_price"), status),
        "ordered": line["quantity"],
        "became": (cancelled, shipped, back),
        "left": line.get("remaining"),
    }


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
