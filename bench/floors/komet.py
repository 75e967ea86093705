"""Komet Sales by hand: one web order, and the beginning of a new one."""

from __future__ import annotations

import hmac
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from msgspec import Struct

from bench.floors.asgi import Answer, Headers, Refused, Scope
from bench.floors.records import Identified, id_at, identity, number, plain, write
from bench.floors.rows import Caller, Rows, admitted, new_row

JSON = [(b"content-type", b"application/json")]


class Line(Struct, frozen=True):
    id: str = ""
    item_id: str = ""
    type: str = ""
    image_url: str = ""
    title: str = ""
    quantity: int = 0
    unit_price: Decimal | None = None
    total: Decimal | None = None
    deliver_by: date | None = None
    carrier_id: str = ""
    carrier: str = ""
    ship_name: str = ""
    mark_code: str = ""
    box_id: str = ""
    box: str = ""
    unit: str = ""
    pieces_per_unit: int | None = None
    units_per_box: int | None = None


class Totals(Struct, frozen=True):
    subtotal: Decimal | None = None
    charges: Decimal | None = None
    total: Decimal | None = None


class Order(Identified, frozen=True):
    customer: Identified | None = None
    status: str = "received"
    entered_by: str = ""
    location: str = ""
    lines: tuple[Line, ...] = ()
    totals: Totals = Totals()
    extras: dict[str, Any] = msgspec.field(default_factory=dict)


class Settings(Struct, frozen=True):
    """What the seller's own tables say of its places."""

    locations: tuple[dict[str, str], ...] = msgspec.field(default=(), name="komet.locations")
    daily: int | None = msgspec.field(default=None, name="komet.daily_requests")


class Seller(Struct, frozen=True):
    tables: Settings = Settings()


class Customer(Identified, frozen=True):
    bill_to: dict[str, Any] | None = None


class Sent(Struct, rename="camel"):
    """What begins a web order."""

    customer_id: str
    company_location_id: str = ""


_read_order = msgspec.json.Decoder(Order).decode
_read_seller = msgspec.json.Decoder(Seller).decode
_read_customer = msgspec.json.Decoder(Customer).decode
_read_sent = msgspec.json.Decoder(Sent).decode


async def answer(rows: Rows, scope: Scope, headers: Headers, body: bytes) -> Answer:
    """Answer Komet's clients."""
    caller, company = await _caller(rows, headers)
    if scope["path"] in ("/api/web-order-details.list", "/api/web.order.details.list"):
        return await _get(rows, caller, scope["query_string"], company)
    if scope["path"] == "/api/web-order.create":
        return await _create(rows, caller, _read_sent(body))
    raise Refused(404)


async def _caller(rows: Rows, headers: Headers) -> tuple[Caller, str]:
    account = headers.get(b"x-account", b"").decode()
    token = headers.get(b"authenticationtoken", b"").decode()
    key = await admitted(rows, "komet", token)
    if not hmac.compare_digest(key.id, account):
        raise Refused(401)
    return key.caller, account.partition(".")[0]


async def _get(rows: Rows, caller: Caller, query: bytes, company: str) -> Answer:
    asked = dict(parse_qsl(query.decode()))
    seller = _read_seller(await rows.seller(caller.seller))
    assert seller.tables.daily is None
    found = await rows.order(caller, "komet", asked["webOrderId"])
    whose = await rows.customer(caller.seller, "komet", asked["customerId"])
    if found is None or whose is None:
        raise Refused(404)
    order = _read_order(found)
    pending = asked.get("statusId", "1") == "1"
    theirs = order.customer is not None and order.customer.id == _read_customer(whose).id
    if not theirs or (order.status == "draft") is not pending or "komet.canceled" in order.extras:
        raise Refused(404)
    answer = {"message": "OK", "status": 1, "webOrders": [_write_order(order, company)]}
    return Answer(200, JSON.copy(), write(answer))


async def _create(rows: Rows, caller: Caller, sent: Sent) -> Answer:
    seller = _read_seller(await rows.seller(caller.seller))
    locations = {place["id"] for place in seller.tables.locations}
    found = await rows.customer(caller.seller, "komet", sent.customer_id)
    if found is None or sent.company_location_id not in locations:
        raise Refused(404)
    customer = _read_customer(found)
    now = datetime.now(UTC)
    id = await rows.number(caller.seller)
    document = {
        "id": id,
        "version": 1,
        "status": "draft",
        "customer": identity(customer),
        "created": now,
        "modified": now,
        "currency": "USD",
        "location": sent.company_location_id,
        "bill_to": customer.bill_to,
    }
    await rows.place(new_row(caller, document))
    answer = {"message": "Web order was successfully created.", "status": 1, "webOrderId": id}
    return Answer(200, JSON.copy(), write(answer))


def _write_order(order: Order, company: str) -> dict[str, Any]:
    totals = order.totals
    return {
        "id": number(id_at("komet", order)),
        "number": number(order.number),
        "statusId": 1 if order.status == "draft" else 2,
        "companyId": number(company),
        "userId": number(order.entered_by),
        "companyLocationId": number(order.location),
        "customerId": number(id_at("komet", order.customer)),
        "items": [_write_line(line) for line in order.lines],
        "subTotal": plain(totals.subtotal),
        "additionalCharges": plain(totals.charges),
        "total": plain(totals.total),
    }


def _write_line(line: Line) -> dict[str, Any]:
    return {
        "id": line.id,
        "webOrderItemId": number(line.item_id),
        "webOrderItemType": 1 if line.type == "prebook" else 0,
        "imageUrl": line.image_url,
        "productDescription": line.title,
        "quantity": line.quantity,
        "price": plain(line.unit_price),
        "totalPrice": plain(line.total),
        "deliverBy": None if line.deliver_by is None else line.deliver_by.isoformat(),
        "carrierId": number(line.carrier_id),
        "carrierName": line.carrier,
        "shipName": line.ship_name,
        "markCode": line.mark_code,
        "itemSizeId": number(line.box_id),
        "itemSizeCode": line.box,
        "unitType": line.unit,
        "stemsBunch": line.pieces_per_unit,
        "pack": line.units_per_box,
    }
