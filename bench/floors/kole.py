"""Kole Imports by hand: orders as JSON by msgspec and as XML by lxml."""

from __future__ import annotations

import base64
import hmac
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

from lxml import etree

from bench.floors.asgi import Answer, Headers, Refused, Scope
from bench.floors.kole_wire import (
    DECLARATION,
    JSON,
    XML,
    Customer,
    Sent,
    fill,
    grow,
    link,
    read_customer,
    read_order,
    read_sent,
    sent_xml,
    write_order,
)
from bench.floors.records import Address, Product, identity, priced, unpaid, write
from bench.floors.rows import Caller, New, Rows, admitted, kept_for_repeat, new_row, products_of


async def answer(rows: Rows, scope: Scope, headers: Headers, body: bytes) -> Answer:
    """Answer Kole's clients."""
    path: str = scope["path"]
    method: str = scope["method"]
    caller = await _caller(rows, headers)
    xml = b"+xml" in headers.get(b"accept", b"")
    base = "http://" + headers[b"host"].decode()
    if method == "POST" and path == "/orders":
        return await _create(rows, caller, body, headers, base, xml=xml)
    if path == "/orders":
        return await _list(rows, caller, scope["query_string"], base, xml=xml)
    if path.startswith("/orders/"):
        return await _get(rows, caller, path[8:].rstrip("/"), base, xml=xml)
    raise Refused(404)


async def _caller(rows: Rows, headers: Headers) -> Caller:
    scheme, _, coded = headers.get(b"authorization", b"").partition(b" ")
    user, _, secret = base64.b64decode(coded).decode().partition(":")
    key = await admitted(rows, "kole", secret)
    if scheme.lower() != b"basic" or not hmac.compare_digest(key.id, user):
        raise Refused(401)
    return key.caller


async def _get(rows: Rows, caller: Caller, id: str, base: str, *, xml: bool) -> Answer:
    found = await rows.order(caller, "kole", id)
    if found is None:
        raise Refused(404)
    media = XML if xml else JSON
    order = write_order(read_order(found), base, media)
    location = f"{base}/orders/{order['order_id']}"
    return Answer(200, _headers(media, location), _encoded("order", order, xml=xml))


async def _list(rows: Rows, caller: Caller, query: bytes, base: str, *, xml: bool) -> Answer:
    asked = dict(parse_qsl(query.decode()))
    limit, offset = min(int(asked.get("limit", "25")), 25), int(asked.get("offset", "0"))
    found = await rows.oldest(caller, limit + 1, offset)
    media = XML if xml else JSON
    orders = [write_order(read_order(one), base, media) for one in found[:limit]]
    links = []
    if len(found) > limit:
        links.append(
            link("listNextOrders", f"{base}/orders?limit={limit}&offset={offset + limit}", media)
        )
    if offset:
        before = max(0, offset - limit)
        links.append(
            link("listPreviousOrders", f"{base}/orders?limit={limit}&offset={before}", media)
        )
    headers = _headers(media, f"{base}/orders?limit={limit}&offset={offset}")
    if xml:
        root = etree.Element("orders")
        for order in orders:
            grow(root, "order", order)
        grow(root, "links", links)
        return Answer(200, headers, DECLARATION + etree.tostring(root, encoding="utf-8"))
    numbered: dict[str, Any] = {str(number): order for number, order in enumerate(orders)}
    return Answer(200, headers, write({"orders": {**numbered, "links": links}}))


async def _create(
    rows: Rows, caller: Caller, body: bytes, headers: Headers, base: str, *, xml: bool
) -> Answer:
    sent = sent_xml(body) if b"xml" in headers[b"content-type"] else read_sent(body).order
    assert caller.customer is not None
    kept = kept_for_repeat(caller, "kole", sent.po_number, sent.ship_to_address, sent.items)
    if first := await rows.answered(caller, "kole", kept.key):
        return _created(first.decode(), base, xml=xml)
    account = read_customer(await rows.customer_with(caller.seller, caller.customer))
    if not (account.bill_to and account.payment_methods and account.shipping_accounts):
        raise Refused(403)
    products = await products_of(rows, caller, [line.sku for line in sent.items])
    new = _new(await rows.number(caller.seller), sent, account, products, caller)
    new.kept = kept
    await rows.place(new, b"%d" % new.id)
    return _created(str(new.id), base, xml=xml)


def _created(id: str, base: str, *, xml: bool) -> Answer:
    media = XML if xml else JSON
    url = f"{base}/orders/{id}"
    links = [link("getOrder", url, media), link("createOrder", f"{base}/orders/", media)]
    found = _headers(media, url)
    found.append((b"location", url.encode()))
    if xml:
        return Answer(201, found, _encoded("links", links, xml=True))
    return Answer(201, found, write({"links": links}))


def _new(
    id: int, sent: Sent, account: Customer, products: dict[str, Product], caller: Caller
) -> New:
    now = datetime.now(UTC)
    lines = []
    subtotal = Decimal(0)
    for number, line in enumerate(sent.items, 1):
        product, price = priced(products, line.sku, line.quantity)
        subtotal += price * line.quantity
        weight = None if product.weight is None else product.weight * line.quantity
        lines.append(
            {
                "number": number,
                "type": "PRODUCT",
                "sku": line.sku,
                "upc": product.upc,
                "title": product.title,
                "image_url": product.image_url,
                "quantity": line.quantity,
                "unit_price": price,
                "total": price * line.quantity,
                "weight": weight,
                "status": "received",
            }
        )
    to = sent.ship_to_address
    carrier = sent.ship_options.carrier
    document = {
        "id": id,
        "version": 1,
        "status": "processing",
        "customer": identity(account),
        "po_number": sent.po_number,
        "notes": sent.notes,
        "created": now,
        "modified": now,
        "received": now,
        "currency": "USD",
        "tax_exempt": account.tax_exempt,
        "bill_to": account.bill_to,
        "ship_to": Address(
            first_name=to.first_name,
            last_name=to.last_name,
            company=to.company,
            line_1=to.address_1,
            line_2=to.address_2,
            city=to.city,
            state=to.state,
            postal_code=to.zipcode,
            country=to.country,
            phone=to.phone,
        ),
        "shipping": {
            "carrier": carrier,
            "service": sent.ship_options.service,
            "account": next(
                (one["number"] for one in account.shipping_accounts if one["carrier"] == carrier),
                "",
            ),
            "instructions": sent.ship_options.instructions,
        },
        "lines": lines,
        **unpaid(subtotal),
    }
    return new_row(caller, document)


def _headers(media: str, location: str) -> list[tuple[bytes, bytes]]:
    return [(b"content-type", media.encode()), (b"content-location", location.encode())]


def _encoded(name: str, value: Any, *, xml: bool) -> bytes:
    if not xml:
        return write({name: value})
    root = etree.Element(name)
    fill(root, name, value)
    return DECLARATION + etree.tostring(root, encoding="utf-8")
