"""Business Catalyst by hand: one order, a site's orders, and a new one."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from urllib.parse import parse_qsl

from bench.floors.asgi import Answer, Headers, Refused, Scope
from bench.floors.catalyst_wire import (
    JSON,
    Sent,
    Site,
    read_fields,
    read_order,
    read_sent,
    read_site,
    write_order,
)
from bench.floors.records import Identified, id_at, read_customer, write
from bench.floors.rows import Caller, Rows, admitted, new_row


async def answer(rows: Rows, scope: Scope, headers: Headers, body: bytes) -> Answer:
    """Answer Catalyst's clients."""
    token = headers.get(b"authorization", b"").decode().removeprefix("Bearer ")
    caller = (await admitted(rows, "catalyst", token)).caller
    parts = scope["path"].split("/")
    if parts[:5] != ["", "webresources", "api", "v3", "sites"] or parts[6] != "orders":
        raise Refused(404)
    site = read_site(await rows.seller(caller.seller))
    own = id_at("catalyst", site)
    if parts[5] not in ("current", own):
        raise Refused(404)
    asked = dict(parse_qsl(scope["query_string"].decode()))
    fields = read_fields(asked.get("fields", ""))
    if scope["method"] == "POST":
        return await _create(rows, caller, site, read_sent(body), scope["path"])
    if len(parts) > 7:
        return await _get(rows, caller, site, parts[7], fields)
    return await _list(rows, caller, site, asked, fields)


async def _get(rows: Rows, caller: Caller, site: Site, id: str, fields: tuple[str, ...]) -> Answer:
    found = await rows.order(caller, "catalyst", id)
    if found is None:
        raise Refused(404)
    body = write(write_order(read_order(found), site, fields))
    return Answer(200, [(b"content-type", JSON)], body)


async def _list(
    rows: Rows, caller: Caller, site: Site, asked: dict[str, str], fields: tuple[str, ...]
) -> Answer:
    limit, skip = min(int(asked.get("limit", "10")), 500), int(asked.get("skip", "0"))
    total = await rows.count(caller)
    page = rows.oldest if asked.get("order") == "createDate" else rows.newest
    found = await page(caller, limit, skip)
    items = [write_order(read_order(one), site, fields) for one in found]
    body = write({"items": items, "totalItemsCount": total, "skip": skip, "limit": limit})
    return Answer(200, [(b"content-type", JSON)], body)


async def _create(rows: Rows, caller: Caller, site: Site, sent: Sent, path: str) -> Answer:
    customer = None
    if sent.entity_id is not None:
        found = await rows.customer(caller.seller, "catalyst", str(sent.entity_id))
        if found is None:
            raise Refused(400)
        customer = read_customer(found)
    if caller.customer is not None and (customer is None or customer.id != caller.customer):
        customer = Identified(caller.customer)
    status = next(
        (row.means for row in site.tables.statuses if row.id == sent.status_type_id), "received"
    )
    now = datetime.now(UTC)
    id = await rows.number(caller.seller)
    zero = Decimal(0)
    document = {
        "id": id,
        "version": 1,
        "status": status,
        "name": sent.name,
        "customer": customer,
        "created": now,
        "modified": now,
        "currency": "USD",
        "shipping": {"tax_rate": sent.shipping_tax_rate.scaleb(2)},
        "payment": {
            "debit_days": sent.direct_debit_days,
            "debit_processed": sent.direct_debit_processed,
        },
        "recurrence": {"recurs": sent.recur, "cycle": "once"},
        "discount": {"amount": sent.discount_rate},
        "totals": {
            "subtotal": zero,
            "tax": zero,
            "shipping": sent.shipping_price,
            "total": zero,
            "discount": sent.discount_rate,
        },
    }
    await rows.place(new_row(caller, document))
    orders = path.encode()
    headers = [
        (b"location", orders),
        (b"content-type", JSON),
        (b"content-location", b"%s/%d" % (orders, id)),
    ]
    return Answer(201, headers)
