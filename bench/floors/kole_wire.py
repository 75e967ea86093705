"""Kole's wire by hand: what is read of a stored order and of a request, and how an order is written."""

from __future__ import annotations

from datetime import datetime
from decimal import ROUND_UP, Decimal
from typing import Any

import msgspec
from lxml import etree
from msgspec import Struct

from bench.floors.records import Address, Identified, id_at, plain

JSON = "application/vnd.koleimports.ds.order+json"


XML = "application/vnd.koleimports.ds.order+xml"


DECLARATION = b'<?xml version="1.0" encoding="utf-8"?>\n'


STATUSES = {
    "draft": "HOLD",
    "received": "PROCESSING",
    "processing": "PROCESSING",
    "charged": "CHARGED",
    "packing": "PACKAGING",
    "shipped": "SHIPPED",
    "completed": "SHIPPED",
    "on hold": "HOLD",
    "cancelled": "VOID",
    "failed": "VOID",
}


EACH = {"items": "item", "links": "link", "notifications": "notification", "orders": "order"}


class Notification(Struct, frozen=True):
    type: str = ""
    email: str = ""


class Shipping(Struct, frozen=True, omit_defaults=True):
    account: str = ""
    carrier: str = ""
    service: str = ""
    signature: bool | None = None
    instructions: str = ""
    notifications: tuple[Notification, ...] = ()


class Amounts(Struct, frozen=True, omit_defaults=True):
    subtotal: Decimal | None = None
    tax: Decimal | None = None
    duty: Decimal | None = None
    shipping: Decimal | None = None
    total: Decimal | None = None


class Invoice(Struct, frozen=True):
    number: str = ""
    status: str = ""
    due: Amounts = Amounts()
    owed: Amounts = Amounts()
    paid: Amounts = Amounts()
    refunded: Amounts = Amounts()


class Line(Struct, frozen=True):
    sku: str = ""
    upc: str = ""
    title: str = ""
    weight: Decimal | None = None
    quantity: int = 0
    unit_price: Decimal | None = None
    type: str = ""
    status: str = ""
    total: Decimal | None = None


class Order(Identified, frozen=True):
    customer: Identified | None = None
    po_number: str = ""
    status: str = "received"
    tax_exempt: bool | None = None
    notes: str = ""
    created: datetime | None = None
    modified: datetime | None = None
    received: datetime | None = None
    shipping: Shipping = Shipping()
    bill_to: Address = Address()
    ship_to: Address = Address()
    lines: tuple[Line, ...] = ()
    invoice: Invoice = Invoice()


class Customer(Identified, frozen=True):
    """The customer who orders, as far as that matters."""

    tax_exempt: bool | None = None
    bill_to: Address | None = None
    payment_methods: tuple[str, ...] = ()
    shipping_accounts: tuple[dict[str, str], ...] = ()


class SentShipping(Struct):
    carrier: str
    service: str
    signature: int | None = None
    instructions: str = ""


class SentAddress(Struct):
    address_1: str
    city: str
    state: str
    zipcode: str
    country: str
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    address_2: str = ""
    ext_zipcode: str = ""
    phone: str = ""


class SentLine(Struct):
    sku: str
    quantity: int


class Sent(Struct):
    """A new order as it is sent."""

    ship_options: SentShipping
    ship_to_address: SentAddress
    items: tuple[SentLine, ...]
    po_number: str = ""
    notes: str = ""


class SentBody(Struct):
    order: Sent


read_order = msgspec.json.Decoder(Order).decode


read_sent = msgspec.json.Decoder(SentBody).decode


read_customer = msgspec.json.Decoder(Customer).decode


def write_order(order: Order, base: str, media: str) -> dict[str, Any]:
    id = id_at("kole", order)
    shipping, invoice = order.shipping, order.invoice
    return {
        "order_id": int(id) if id.isdigit() else id,
        "customer_id": id_at("kole", order.customer) or None,
        "po_number": order.po_number or None,
        "status": STATUSES[order.status],
        "tax_exempt": None if order.tax_exempt is None else int(order.tax_exempt),
        "notes": order.notes or None,
        "created": moment(order.created),
        "modified": moment(order.modified),
        "received": moment(order.received),
        "ship_options": {
            "ship_account_id": shipping.account or None,
            "carrier": shipping.carrier or None,
            "service": shipping.service or None,
            "signature": None if shipping.signature is None else int(shipping.signature),
            "instructions": shipping.instructions or None,
            "notifications": [
                {"type": one.type or None, "email": one.email or None}
                for one in shipping.notifications
            ],
        },
        "bill_to_address": write_address(order.bill_to),
        "ship_to_address": write_address(order.ship_to),
        "items": [write_line(line) for line in order.lines],
        "invoice": {
            "invoice_id": invoice.number or None,
            "status": invoice.status or None,
            "due": write_amounts(invoice.due),
            "owed": write_amounts(invoice.owed),
            "paid": write_amounts(invoice.paid),
            "refunded": write_amounts(invoice.refunded),
        },
        "links": [link("getOrder", f"{base}/orders/{id}", media)],
    }


def write_line(line: Line) -> dict[str, Any]:
    weight = line.weight
    return {
        "sku": line.sku or None,
        "upc": line.upc or None,
        "title": line.title or None,
        "weight": None if weight is None else int(weight.to_integral_value(ROUND_UP)),
        "quantity": line.quantity,
        "unit_price": plain(line.unit_price),
        "type": line.type or "PRODUCT",
        "line_status": "ORDERED" if line.status else None,
        "line_total": plain(line.total),
    }


def write_address(address: Address) -> dict[str, str | None]:
    return {
        "first_name": address.first_name or None,
        "last_name": address.last_name or None,
        "company": address.company or None,
        "address_1": address.line_1 or None,
        "address_2": address.line_2 or None,
        "city": address.city or None,
        "state": address.state or None,
        "zipcode": address.postal_code[:5] or None,
        "country": address.country or None,
        "phone": address.phone or None,
    }


def write_amounts(amounts: Amounts) -> dict[str, Decimal | None]:
    return {
        "subtotal": plain(amounts.subtotal),
        "tax": plain(amounts.tax),
        "duty": plain(amounts.duty),
        "shipping": plain(amounts.shipping),
        "total": plain(amounts.total),
    }


def moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")[:19]


def link(method: str, url: str, media: str) -> dict[str, str]:
    return {"method": method, "media_type": media, "url": url}


def grow(parent: Any, name: str, value: Any) -> None:
    element = etree.SubElement(parent, name)
    if value is not None:
        fill(element, name, value)


def fill(element: Any, name: str, value: Any) -> None:
    if isinstance(value, dict):
        for child, inner in value.items():
            grow(element, child, inner)
    elif isinstance(value, list):
        each = EACH[name]
        for one in value:
            grow(element, each, one)
    else:
        element.text = str(value)


PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)


def sent_xml(body: bytes) -> Sent:
    root = etree.fromstring(body, PARSER)
    items = root.find("items")
    return msgspec.convert(
        {
            "po_number": root.findtext("po_number") or "",
            "notes": root.findtext("notes") or "",
            "ship_options": texts(root.find("ship_options")),
            "ship_to_address": texts(root.find("ship_to_address")),
            "items": [texts(item) for item in ([] if items is None else items)],
        },
        Sent,
        strict=False,
    )


def texts(element: Any) -> dict[str, str]:
    return {child.tag: child.text for child in element if child.text}
