"""Kodaris's wire by hand: what is read of a stored order and of a request, and how an order is written."""

from __future__ import annotations

import string
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import Struct

from bench.floors.records import Address, Identified, id_at, number, plain

SIGNS = string.digits + string.ascii_uppercase


JSON = [(b"content-type", b"application/json")]


STATUSES = {
    "draft": "Draft",
    "received": "Received",
    "processing": "Processing",
    "charged": "Charged",
    "packing": "Packing",
    "shipped": "Shipped",
    "completed": "Completed",
    "on hold": "On Hold",
    "cancelled": "Cancelled",
    "failed": "Failed",
}


class Shipping(Struct, frozen=True):
    method: str = ""
    tracking: str = ""


class Totals(Struct, frozen=True):
    subtotal: Decimal | None = None
    shipping: Decimal | None = None
    taxable_charges: Decimal | None = None
    charges: Decimal | None = None
    tax: Decimal | None = None
    total: Decimal | None = None


class Order(Identified, frozen=True):
    customer: Identified | None = None
    received: datetime | None = None
    status: str = "received"
    notes: str = ""
    po_number: str = ""
    bill_to: Address = Address()
    ship_to: Address = Address()
    shipping: Shipping = Shipping()
    totals: Totals = Totals()
    extras: dict[str, Any] = msgspec.field(default_factory=dict)


class Filter(Struct):
    name: str
    operation: str
    value: str


class Asked(Struct):
    """Which page of which orders."""

    page: int = 0
    size: int = 10
    filters: tuple[Filter, ...] = msgspec.field(default=(), name="filterFields")


class SentLine(Struct):
    code: str
    quantity: int


class Sent(Struct, rename="camel"):
    """A new order as it is sent."""

    items: tuple[SentLine, ...]
    organization: str = ""
    first_name: str = ""
    last_name: str = ""
    email1: str = ""
    phone1: str = ""
    address1: str = ""
    address2: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""
    delivery_organization: str = ""
    delivery_first_name: str = ""
    delivery_last_name: str = ""
    delivery_email1: str = ""
    delivery_phone1: str = ""
    delivery_address1: str = ""
    delivery_address2: str = ""
    delivery_city: str = ""
    delivery_state: str = ""
    delivery_postal_code: str = ""
    delivery_country: str = ""
    notes: str = ""
    purchase_order: str = ""
    shipping_method: str = ""


read_order = msgspec.json.Decoder(Order).decode


read_asked = msgspec.json.Decoder(Asked).decode


read_sent = msgspec.json.Decoder(Sent).decode


def write_order(order: Order) -> dict[str, Any]:
    bill_to, ship_to, totals, extras = order.bill_to, order.ship_to, order.totals, order.extras
    return {
        "orderID": number(id_at("kodaris", order)),
        "organization": bill_to.company or None,
        "firstName": bill_to.first_name or None,
        "lastName": bill_to.last_name or None,
        "email1": bill_to.email or None,
        "phone1": bill_to.phone or None,
        "address1": bill_to.line_1 or None,
        "address2": bill_to.line_2 or None,
        "city": bill_to.city or None,
        "state": bill_to.state or None,
        "postalCode": bill_to.postal_code or None,
        "country": bill_to.country or None,
        "countryName": bill_to.country_name or None,
        "deliveryOrganization": ship_to.company or None,
        "deliveryFirstName": ship_to.first_name or None,
        "deliveryLastName": ship_to.last_name or None,
        "deliveryEmail1": ship_to.email or None,
        "deliveryPhone1": ship_to.phone or None,
        "deliveryAddress1": ship_to.line_1 or None,
        "deliveryAddress2": ship_to.line_2,
        "deliveryCity": ship_to.city or None,
        "deliveryState": ship_to.state or None,
        "deliveryPostalCode": ship_to.postal_code or None,
        "deliveryCountry": ship_to.country or None,
        "deliveryCountryName": ship_to.country_name or None,
        "completed": moment(order.received),
        "orderNumber": number(order.number),
        "status": STATUSES[order.status],
        "notes": order.notes or None,
        "purchaseOrder": order.po_number or None,
        "extra5": extras.get("kodaris.extra5"),
        "shippingMethod": order.shipping.method or None,
        "billingAddressCode": bill_to.code or None,
        "deliveryAddressCode": ship_to.code or None,
        "trackingNumber": order.shipping.tracking or None,
        "customerID": extras.get("kodaris.customerID"),
        "companyID": number(id_at("kodaris", order.customer)),
        "displayPricing": extras.get("kodaris.displayPricing", True),
        "subtotal": plain(totals.subtotal),
        "shipping": plain(totals.shipping),
        "extraChargeTaxable": plain(totals.taxable_charges),
        "extraCharge": plain(totals.charges),
        "tax": plain(totals.tax),
        "total": plain(totals.total),
    }


def moment(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    return moment.replace(tzinfo=None).isoformat(" ", "milliseconds").replace(".", ":")
