"""Catalyst's wire by hand: what is read of a stored order and of a request, and how an order is written."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import Struct

from bench.floors.records import Identified, id_at, plain

JSON = b"application/json; charset=utf-8"


INVOICED = ("paid in full", "paid and pending refund", "paid and partially refunded", "refunded")


CYCLES = {
    "once": 1,
    "daily": 2,
    "weekly": 3,
    "fortnightly": 4,
    "monthly": 5,
    "quarterly": 6,
    "half-yearly": 7,
    "yearly": 8,
}


METHODS = {
    "credit card": 1,
    "check": 2,
    "cash": 3,
    "electronic transfer": 4,
    "direct debit": 4,
    "on account": 4,
}


class Address(Struct, frozen=True):
    country: str = ""
    residential: bool | None = None


class Shipping(Struct, frozen=True):
    method: str = ""
    option: str = ""
    attention: str = ""
    instructions: str = ""
    rate_key: str = ""
    tax_rate: Decimal | None = None


class Payment(Struct, frozen=True):
    method: str | None = None
    debit_method: str | None = None
    debit_days: int | None = None
    debit_processed: bool | None = None


class Recurrence(Struct, frozen=True):
    recurs: bool | None = None
    cycle: str | None = None
    ends: datetime | None = None


class Discount(Struct, frozen=True):
    code: str = ""
    amount: Decimal | None = None
    voucher: str = ""
    voucher_amount: Decimal | None = None


class Invoice(Struct, frozen=True):
    number: str = ""
    status: str | None = None
    date: datetime | None = None
    next_date: datetime | None = None


class Totals(Struct, frozen=True):
    shipping: Decimal | None = None
    total: Decimal | None = None


class Order(Identified, frozen=True):
    kind: str = "sale"
    status: str = "received"
    name: str = ""
    customer: Identified | None = None
    created: datetime | None = None
    modified: datetime | None = None
    category: str = ""
    tax_code: str = ""
    assigned_user: str = ""
    integration: str = ""
    ship_to: Address = Address()
    shipping: Shipping = Shipping()
    payment: Payment = Payment()
    recurrence: Recurrence = Recurrence()
    discount: Discount = Discount()
    totals: Totals = Totals()
    invoice: Invoice = Invoice()
    extras: dict[str, Any] = msgspec.field(default_factory=dict)


class Status(Struct):
    id: int
    label: str
    means: str
    default: bool = False
    notify: bool = msgspec.field(default=False, name="notifyCustomer")
    notification: int | None = msgspec.field(default=None, name="siteNotificationId")


class Row(Struct):
    """A row of one of the site's other lists: its number and the word for it."""

    id: int
    description: str = ""
    tax_code: str = msgspec.field(default="", name="taxCode")
    discount_code: str = msgspec.field(default="", name="discountCode")


class Lists(Struct, frozen=True):
    statuses: tuple[Status, ...] = msgspec.field(default=(), name="catalyst.statuses")
    taxes: tuple[Row, ...] = msgspec.field(default=(), name="catalyst.taxCodes")
    options: tuple[Row, ...] = msgspec.field(default=(), name="catalyst.shippingOptions")
    discounts: tuple[Row, ...] = msgspec.field(default=(), name="catalyst.discountCodes")


class Site(Identified, frozen=True):
    tables: Lists = Lists()


class Sent(Struct, rename="camel"):
    """A new order as it is sent."""

    name: str = ""
    entity_id: int | None = None
    category_id: int = -1
    cycle_type_id: int = 1
    direct_debit_days: int = 0
    direct_debit_processed: bool = False
    direct_debit_type_id: int = 0
    discount_rate: Decimal = Decimal(0)
    invoiced: bool = False
    quote: bool = False
    recur: bool = False
    shipping_price: Decimal = Decimal(0)
    shipping_tax_rate: Decimal = Decimal(0)
    status_type_id: int | None = None


read_order = msgspec.json.Decoder(Order).decode


read_site = msgspec.json.Decoder(Site).decode


read_sent = msgspec.json.Decoder(Sent).decode


@lru_cache(maxsize=256)
def read_fields(text: str) -> tuple[str, ...]:
    return tuple(text.split(",")) if text else ()


def write_order(order: Order, site: Site, fields: tuple[str, ...]) -> dict[str, Any]:
    shown = every_field(order, site)
    return {name: shown[name] for name in fields} if fields else shown


def every_field(order: Order, site: Site) -> dict[str, Any]:
    tables, payment, discount, shipping = site.tables, order.payment, order.discount, order.shipping
    invoice, totals = order.invoice, order.totals
    status, site_id = status_of(order, tables), int(id_at("catalyst", site))
    return {
        "assignedUserId": number(order.assigned_user),
        "categoryId": int(order.category) if order.category else -1,
        "countryCode": order.ship_to.country,
        "createDate": moment(order.created),
        "cycleTypeId": CYCLES[order.recurrence.cycle] if order.recurrence.cycle else 1,
        "destinationAddressIsResidential": order.ship_to.residential,
        "directDebitDays": payment.debit_days or 0,
        "directDebitProcessed": payment.debit_processed or False,
        "directDebitTypeId": 0
        if payment.debit_method is None
        else 1
        if payment.debit_method == "credit card"
        else 2,
        "discountCodeId": listed(tables.discounts, discount.code),
        "discountRate": amount(discount.amount),
        "endRecurDate": moment(order.recurrence.ends),
        "entityId": number(id_at("catalyst", order.customer)),
        "giftVoucherAmount": plain(discount.voucher_amount),
        "giftVoucherId": number(discount.voucher),
        "id": number(id_at("catalyst", order)),
        "integrationId": number(order.integration),
        "invoiceDate": moment(invoice.date),
        "invoiceNumber": invoice.number or None,
        "invoiced": invoice.status in INVOICED,
        "isIntermediate": order.extras.get("catalyst.isIntermediate"),
        "lastUpdateDate": moment(order.modified),
        "name": order.name,
        "nextInvoiceDate": moment(invoice.next_date),
        "parentId": None,
        "paymentMethodTypeId": METHODS[payment.method] if payment.method else None,
        "quote": order.kind == "quote",
        "recur": order.recurrence.recurs or False,
        "shippingAttention": shipping.attention,
        "shippingDescription": shipping.method or None,
        "shippingInstructions": shipping.instructions,
        "shippingOptionId": listed(tables.options, shipping.option),
        "shippingPrice": amount(totals.shipping),
        "shippingRateKey": shipping.rate_key or None,
        "shippingTaxRate": rate(shipping.tax_rate),
        "siteId": site_id,
        "statusTypeId": status.id,
        "taxCodeId": listed(tables.taxes, order.tax_code),
        "totalPrice": amount(totals.total),
        "status": {
            "id": status.id,
            "siteId": site_id,
            "label": status.label,
            "default": status.default,
            "notifyCustomer": status.notify,
            "siteNotificationId": status.notification,
        },
    }


def status_of(order: Order, tables: Lists) -> Status:
    for row in tables.statuses:
        if row.means == order.status:
            return row
    return next(row for row in tables.statuses if row.default)


def listed(rows: tuple[Row, ...], word: str) -> int | None:
    if not word:
        return None
    for row in rows:
        if word in (row.description, row.tax_code, row.discount_code):
            return row.id
    return None


def number(text: str) -> int | None:
    return int(text) if text else None


def amount(amount: Decimal | None) -> Decimal | int | None:
    return 0 if amount is None else plain(amount)


def rate(percent: Decimal | None) -> Decimal | int | None:
    return 0 if percent is None else plain(percent.scaleb(-2))


def moment(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    text = moment.replace(tzinfo=None).isoformat()
    return text.rstrip("0") if "." in text else text
