"""Adobe's partner API by hand: one order, a customer's history, and a new sale."""

from __future__ import annotations

import hmac
import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from urllib.parse import parse_qsl, quote

from bench.floors.adobe_wire import (
    Line,
    Order,
    Pricing,
    Sent,
    Totals,
    link,
    read_order,
    read_seller,
    read_sent,
    shows_prices,
    write_order,
)
from bench.floors.asgi import Answer, Headers, Refused, Scope
from bench.floors.records import (
    Identified,
    Product,
    identity,
    priced,
    read_customer,
    unpaid,
    write,
)
from bench.floors.rows import Caller, Kept, New, Rows, admitted_token, new_row, products_of

LASTS = timedelta(days=10)
"""So long a response is kept under its key."""


async def answer(rows: Rows, scope: Scope, headers: Headers, body: bytes) -> Answer:
    """Answer Adobe's clients."""
    caller = await _caller(rows, headers)
    intent = headers.get(b"x-correlation-id", b"").decode()
    _, _, customers, whose, orders, *rest = scope["path"].split("/")
    if not intent or (customers, orders) != ("customers", "orders"):
        raise Refused(400)
    found = await rows.customer(caller.seller, "adobe", whose)
    if found is None:
        raise Refused(404)
    customer = read_customer(found)
    request = headers.get(b"x-request-id") or uuid.uuid4().hex.encode()
    own = [(b"content-type", b"application/json"), (b"x-request-id", request)]
    asked = dict(parse_qsl(scope["query_string"].decode()))
    prices = asked.get("fetch-price") == "true"
    if scope["method"] == "POST":
        done = await _create(rows, caller, customer, body, intent)
        return Answer(201, own, done)
    if rest:
        return Answer(200, own, await _get(rows, caller, customer, rest[0], prices=prices))
    return Answer(200, own, await _list(rows, caller, customer, whose, asked, prices=prices))


async def _caller(rows: Rows, headers: Headers) -> Caller:
    scheme, _, token = headers.get(b"authorization", b"").decode().partition(" ")
    key, _ = await admitted_token(rows, "adobe", "token", token)
    shown = headers.get(b"x-api-key", b"").decode()
    if scheme.lower() != "bearer" or not hmac.compare_digest(key.id, shown):
        raise Refused(401)
    return key.caller


async def _get(rows: Rows, caller: Caller, customer: Identified, id: str, *, prices: bool) -> bytes:
    found = await rows.order(caller, "adobe", id)
    order = found and read_order(found)
    if not order or order.customer is None or order.customer.id != customer.id:
        raise Refused(404)
    return write(write_order(order, prices=prices and shows_prices(order)))


async def _list(
    rows: Rows,
    caller: Caller,
    customer: Identified,
    whose: str,
    asked: dict[str, str],
    *,
    prices: bool,
) -> bytes:
    limit, offset = min(int(asked.get("limit", "25")), 100), int(asked.get("offset", "0"))
    narrowed = Caller(seller=caller.seller, customer=customer.id)
    total = await rows.count(narrowed)
    found = await rows.newest(narrowed, limit, offset)
    orders = [read_order(one) for one in found]
    path = f"/v3/customers/{whose}/orders"
    dates = "".join(
        f"{name}={quote(asked[name])}&" for name in ("start-date", "end-date") if name in asked
    )
    priced = "fetch-price=true&" if prices else ""
    links = {"self": link(f"{path}?{dates}{priced}offset={offset}&limit={limit}")}
    if offset + limit < total:
        links["next"] = link(f"{path}?{dates}{priced}offset={offset + limit}&limit={limit}")
    return write(
        {
            "totalCount": total,
            "count": len(orders),
            "offset": offset,
            "limit": limit,
            "items": [
                write_order(order, prices=prices and shows_prices(order)) for order in orders
            ],
            "links": links,
        }
    )


async def _create(
    rows: Rows, caller: Caller, customer: Identified, body: bytes, intent: str
) -> bytes:
    key = f"live:vendor:{intent}"
    first = await rows.answered(caller, "adobe", key)
    if first is not None:
        return first
    sent = read_sent(body)
    tables = read_seller(await rows.seller(caller.seller)).tables
    if tables.currencies is not None and sent.currency_code not in tables.currencies:
        raise Refused(400)
    products = await products_of(rows, caller, [line.offer_id for line in sent.line_items])
    id = await rows.number(caller.seller)
    new, order = _new(id, sent, customer, products, caller)
    new.kept = Kept("adobe", key, caller.customer or 0, new.created + LASTS)
    answer = write(write_order(order, prices=False))
    await rows.place(new, answer)
    return answer


def _new(
    id: int, sent: Sent, customer: Identified, products: dict[str, Product], caller: Caller
) -> tuple[New, Order]:
    now = datetime.now(UTC)
    subtotal = Decimal(0)
    kept, lines = [], []
    for line in sent.line_items:
        product, price = priced(products, line.offer_id, line.quantity)
        total = price * line.quantity
        subtotal += total
        currency = line.currency_code or sent.currency_code
        pricing = Pricing(price, price, price, total)
        kept.append(
            {
                "number": line.ext_line_item_number,
                "sku": line.offer_id,
                "title": product.title,
                "quantity": line.quantity,
                "unit_price": price,
                "total": total,
                "status": "received",
                "currency": currency,
                "remaining": line.quantity,
                "pricing": pricing,
            }
        )
        lines.append(
            Line(
                number=line.ext_line_item_number,
                sku=line.offer_id,
                quantity=line.quantity,
                status="received",
                currency=currency,
                remaining=line.quantity,
                pricing=pricing,
            )
        )
    document = {
        "id": id,
        "version": 1,
        "customer": identity(customer),
        "po_number": sent.external_reference_id,
        "source": "API",
        "created": now,
        "modified": now,
        "currency": sent.currency_code,
        "lines": kept,
        **unpaid(subtotal),
    }
    order = Order(
        id=id,
        customer=customer,
        po_number=sent.external_reference_id,
        source="API",
        created=now,
        currency=sent.currency_code,
        lines=tuple(lines),
        totals=Totals(subtotal),
    )
    return new_row(caller, document), order
