"""Kodaris by hand: lists of order headers, and new orders."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from bench.floors.asgi import Answer, Headers, Refused, Scope
from bench.floors.kodaris_wire import (
    JSON,
    SIGNS,
    Asked,
    Order,
    Sent,
    Totals,
    read_asked,
    read_order,
    read_sent,
    write_order,
)
from bench.floors.records import Address, priced, unpaid, write
from bench.floors.rows import Caller, Rows, admitted_token, kept_for_repeat, new_row, products_of

BEGINNING = "KSS"
"""What a session's key begins with."""


async def answer(rows: Rows, scope: Scope, headers: Headers, body: bytes) -> Answer:
    """Answer Kodaris's clients."""
    caller = await _caller(rows, headers)
    if scope["method"] != "POST":
        raise Refused(405)
    if scope["path"] == "/api/account/order/list":
        return await _list(rows, caller, read_asked(body))
    if scope["path"] == "/api/account/order":
        return await _create(rows, caller, read_sent(body))
    raise Refused(404)


async def _caller(rows: Rows, headers: Headers) -> Caller:
    secret = headers.get(b"usersessionapikey", b"").decode()
    session, family = await admitted_token(rows, "kodaris", "session", secret, BEGINNING)
    csrf = headers.get(b"x-csrf-token", b"").decode()
    _, shown = await admitted_token(rows, "kodaris", "csrf", csrf)
    if not hmac.compare_digest(shown, family):
        raise Refused(401)
    return session.caller


async def _list(rows: Rows, caller: Caller, asked: Asked) -> Answer:
    if asked.filters:
        found = await rows.order(caller, "kodaris", asked.filters[0].value)
        documents, total = ([found] if found else []), (1 if found else 0)
    else:
        total = await rows.count(caller)
        documents = await rows.first(caller, asked.size, asked.page * asked.size)
    more = (asked.page + 1) * asked.size < total
    return _enveloped(
        {
            "size": asked.size,
            "number": asked.page,
            "totalElements": total,
            "isLast": not more,
            "totalPages": -(-total // asked.size),
            "isFirst": asked.page == 0,
            "hasPrevious": asked.page > 0,
            "hasNext": more,
            "numberOfElements": len(documents),
            "offset": None,
            "content": [write_order(read_order(one)) for one in documents],
        }
    )


async def _create(rows: Rows, caller: Caller, sent: Sent) -> Answer:
    bill_to, ship_to = _addresses(sent)
    kept = kept_for_repeat(caller, "kodaris", sent.purchase_order, ship_to, sent.items)
    if first := await rows.answered(caller, "kodaris", kept.key):
        found = await rows.order(caller, "kodaris", first.decode())
        assert found is not None
        return _enveloped(write_order(read_order(found)))
    products = await products_of(rows, caller, [line.code for line in sent.items])
    now = datetime.now(UTC)
    lines = []
    subtotal = Decimal(0)
    for number, line in enumerate(sent.items, 1):
        product, price = priced(products, line.code, line.quantity)
        subtotal += price * line.quantity
        lines.append(
            {
                "number": number,
                "sku": line.code,
                "title": product.title,
                "quantity": line.quantity,
                "unit_price": price,
                "total": price * line.quantity,
                "status": "received",
            }
        )
    id = await rows.number(caller.seller)
    zero = Decimal(0)
    document = {
        "id": id,
        "version": 1,
        "po_number": sent.purchase_order,
        "notes": sent.notes,
        "created": now,
        "modified": now,
        "received": now,
        "currency": "USD",
        "bill_to": bill_to,
        "ship_to": ship_to,
        "shipping": {"method": sent.shipping_method},
        "lines": lines,
        **unpaid(subtotal),
    }
    new = new_row(caller, document)
    new.kept = kept
    await rows.place(new, b"%d" % id)
    order = Order(
        id=id,
        received=now,
        notes=sent.notes,
        po_number=sent.purchase_order,
        bill_to=bill_to,
        ship_to=ship_to,
        totals=Totals(subtotal=subtotal, shipping=zero, tax=zero, total=subtotal),
    )
    return _enveloped(write_order(order))


def _addresses(sent: Sent) -> tuple[Address, Address]:
    bill_to = Address(
        company=sent.organization,
        first_name=sent.first_name,
        last_name=sent.last_name,
        email=sent.email1,
        phone=sent.phone1,
        line_1=sent.address1,
        line_2=sent.address2,
        city=sent.city,
        state=sent.state,
        postal_code=sent.postal_code,
        country=sent.country,
    )
    ship_to = Address(
        company=sent.delivery_organization,
        first_name=sent.delivery_first_name,
        last_name=sent.delivery_last_name,
        email=sent.delivery_email1,
        phone=sent.delivery_phone1,
        line_1=sent.delivery_address1,
        line_2=sent.delivery_address2,
        city=sent.delivery_city,
        state=sent.delivery_state,
        postal_code=sent.delivery_postal_code,
        country=sent.delivery_country,
    )
    return bill_to, ship_to


def _enveloped(content: dict[str, Any]) -> Answer:
    now = datetime.now(UTC)
    passed = now.microsecond * 36**6 // 10**6
    signs = "".join(SIGNS[passed // 36**place % 36] for place in (5, 4, 3, 2, 1, 0))
    return Answer(
        200,
        JSON.copy(),
        write(
            {
                "success": True,
                "code": 200,
                "messages": [],
                "errors": [],
                "data": content,
                "requestId": f"{signs}-{now:%Y%m%d%H%M%S}",
            }
        ),
    )
