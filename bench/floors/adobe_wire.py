"""Adobe's wire by hand: what is read of a stored order and of a request, and how an order is written."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from bench.floors.records import Identified, id_at, plain

STATUSES = {
    "draft": "",
    "completed": "1000",
    "shipped": "1000",
    "received": "1002",
    "processing": "1002",
    "charged": "1002",
    "packing": "1002",
    "on hold": "1002",
    "failed": "1004",
    "cancelled": "1008",
}


KINDS = {
    "sale": "NEW",
    "adjustment": "NEW",
    "quote": "PREVIEW",
    "renewal": "RENEWAL",
    "return": "RETURN",
    "transfer": "TRANSFER",
    "switch": "SWITCH",
    "switch reversal": "REVERT_SWITCH",
}


SWITCHES = ("switch", "switch reversal")


SOURCES = ("API", "System")


class Promotion(Struct):
    code: str = ""
    id: str = ""
    result: str = ""


class Pricing(Struct):
    list_price: Decimal | None = None
    discounted_price: Decimal | None = None
    net_price: Decimal | None = None
    total: Decimal | None = None


class Line(Struct, frozen=True):
    number: int = 0
    sku: str = ""
    quantity: int = 0
    subscription: str = ""
    status: str = ""
    currency: str = ""
    deployment: str = ""
    discount_code: str = ""
    remaining: int | None = None
    prorated_days: int | None = None
    promotions: tuple[Promotion, ...] = ()
    pricing: Pricing | None = None


class Totals(Struct, frozen=True):
    total: Decimal | None = None


class Order(Identified, frozen=True):
    kind: str = "sale"
    status: str = "received"
    customer: Identified | None = None
    po_number: str = ""
    source: str = ""
    created: datetime | None = None
    currency: str = ""
    lines: tuple[Line, ...] = ()
    totals: Totals = Totals()
    extras: dict[str, Any] = msgspec.field(default_factory=dict)


class Sites(Struct, frozen=True):
    currencies: list[str] | None = msgspec.field(default=None, name="adobe.currencies")
    programs: list[str] | None = msgspec.field(default=None, name="adobe.programs")


class Seller(Struct, frozen=True):
    tables: Sites = Sites()


class SentLine(Struct, rename="camel", forbid_unknown_fields=True):
    ext_line_item_number: int
    offer_id: str
    quantity: int
    currency_code: str = ""


class Sent(Struct, rename="camel", forbid_unknown_fields=True):
    """A new order as it is sent."""

    order_type: str
    line_items: tuple[SentLine, ...]
    external_reference_id: str = ""
    currency_code: str = ""


read_order = msgspec.json.Decoder(Order).decode


read_seller = msgspec.json.Decoder(Seller).decode


read_sent = msgspec.json.Decoder(Sent).decode


def shows_prices(order: Order) -> bool:
    currencies = {line.currency or order.currency for line in order.lines} | {order.currency}
    return STATUSES[order.status] == "1000" and len(currencies - {""}) <= 1


def write_order(order: Order, *, prices: bool) -> dict[str, Any]:
    id = id_at("adobe", order)
    customer = id_at("adobe", order.customer)
    lines = order.lines
    cancelling: tuple[Line, ...] = ()
    if order.kind in SWITCHES:
        lines = tuple(line for line in order.lines if line.quantity >= 0)
        cancelling = tuple(line for line in order.lines if line.quantity < 0)
    status = STATUSES[order.status]
    if order.status == "failed":
        status = order.extras.get("adobe.status", status)
    members: dict[str, Any] = {
        "externalReferenceId": order.po_number,
        "orderId": id,
    }
    if customer:
        members["customerId"] = customer
    members["orderType"] = KINDS[order.kind]
    members["referenceOrderId"] = ""
    members["referencedOrderId"] = ""
    if order.currency:
        members["currencyCode"] = order.currency
    if order.created:
        members["creationDate"] = order.created.isoformat(timespec="seconds")[:19] + "Z"
    members["status"] = status
    if order.source in SOURCES:
        members["source"] = order.source
    members["lineItems"] = [write_line(line, prices=prices) for line in lines]
    if cancelling:
        members["cancellingItems"] = [
            {
                **write_line(replace(line, quantity=-line.quantity), prices=prices),
                "referenceLineItemNumber": lines[0].number,
            }
            for line in cancelling
        ]
    if prices and order.totals.total is not None and all_priced(order):
        total = plain(order.totals.total)
        members["pricingSummary"] = [
            {"totalLineItemPartnerPrice": total, "currencyCode": order.currency}
        ]
    if customer:
        members["links"] = {"self": link(f"/v3/customers/{customer}/orders/{id}")}
    return members


def all_priced(order: Order) -> bool:
    return bool(order.lines) and all(line.pricing is not None for line in order.lines)


def write_line(line: Line, *, prices: bool) -> dict[str, Any]:
    members: dict[str, Any] = {
        "extLineItemNumber": line.number,
        "offerId": line.sku,
        "quantity": line.quantity,
        "subscriptionId": line.subscription,
        "status": STATUSES[line.status] if line.status else "",
    }
    if line.currency:
        members["currencyCode"] = line.currency
    if line.deployment:
        members["deploymentId"] = line.deployment
    if line.discount_code:
        members["discountCode"] = line.discount_code
    if line.remaining is not None:
        members["remainingQuantity"] = line.remaining
    if prices and line.prorated_days is not None:
        members["proratedDays"] = line.prorated_days
    if line.promotions:
        members["promotions"] = [
            {"code": one.code, "result": one.result} for one in line.promotions
        ]
        if any(one.id for one in line.promotions):
            members["flexDiscounts"] = line.promotions
    if prices and line.pricing is not None:
        pricing = line.pricing
        members["pricing"] = {
            "partnerPrice": plain(pricing.list_price),
            "discountedPartnerPrice": plain(pricing.discounted_price),
            "netPartnerPrice": plain(pricing.net_price),
            "lineItemPartnerPrice": plain(pricing.total),
        }
    return members


def link(uri: str) -> dict[str, Any]:
    return {"uri": uri, "method": "GET", "headers": []}
