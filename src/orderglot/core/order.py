"""The canonical order: the union of what the five vendors say of one.

Every value is frozen. Text that has nothing to say is ``""``; a number, a flag or a date that is
not known is ``None``. Money is a ``Decimal`` in the order's currency (ISO 4217), time an aware UTC
instant to the microsecond, weight pounds. Figures that came from a vendor are kept as they came.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from msgspec import Struct

from orderglot.core.addresses import Address as Address
from orderglot.core.addresses import Unknown as Unknown
from orderglot.core.amounts import Amounts as Amounts
from orderglot.core.amounts import Totals as Totals
from orderglot.core.line_details import LineDetails
from orderglot.core.order_details import OrderDetails
from orderglot.core.quantities import Quantity
from orderglot.core.values import (
    Cycle,
    InvoiceStatus,
    Kind,
    PaymentMethod,
    Relation,
    Status,
)

HUB = "orderglot"
"""The hub's name: that of its own dialect, and of what it remembers of an order itself."""


AT = "@"
"""What stands between the dialect and the name of a channel: ``kole@wholesaler``."""


class Reference(Struct, frozen=True, omit_defaults=True, gc=False):
    """An id that something is known by; unique to a seller and what stands under ``dialect``.

    A dialect's name marks the id that our own clients of that dialect see. A channel's
    (``kole@wholesaler``) says what that one vendor calls it.
    """

    dialect: str
    id: str


HUB_ID = ""
"""What a reference to the hub's own id stands under: no dialect and no channel, so nothing has another."""


class Identity(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """What a thing is known by: the hub's id, the seller's own number, and its references."""

    id: int = 0
    """Given by the hub, at most ten digits; 0 as long as the hub does not have it."""
    number: str = ""
    """The seller's own number or code for it."""
    references: tuple[Reference, ...] = ()


class Notification(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """Who is notified of what: ``type`` is the occasion, such as ``TRACKING``."""

    type: str = ""
    email: str = ""


class Shipping(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """How an order goes out. ``method`` is the seller's own word for it, ``service`` the carrier's."""

    method: str = ""
    option: str = ""
    carrier: str = ""
    service: str = ""
    account: str = ""
    signature: bool | None = None
    attention: str = ""
    instructions: str = ""
    tracking: str = ""
    rate_key: str = ""
    tax_rate: Decimal | None = None
    notifications: tuple[Notification, ...] = ()


class Invoice(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """The bill of an order, with its ledger."""

    number: str = ""
    status: InvoiceStatus | None = None
    date: datetime | None = None
    next_date: datetime | None = None
    due: Amounts = Amounts()
    owed: Amounts = Amounts()
    paid: Amounts = Amounts()
    refunded: Amounts = Amounts()


class Payment(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """How an order is paid; the debit fields say how a direct debit is collected."""

    method: PaymentMethod | None = None
    debit_method: PaymentMethod | None = None
    debit_days: int | None = None
    debit_processed: bool | None = None


class Recurrence(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """Whether, how often and until when an order recurs."""

    recurs: bool | None = None
    cycle: Cycle | None = None
    ends: datetime | None = None


class Discount(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """What is taken off an order: the seller's code, the sum, and a gift voucher."""

    code: str = ""
    amount: Decimal | None = None
    voucher: str = ""
    voucher_amount: Decimal | None = None


class Promotion(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """A promotion code put to a line, and what came of it."""

    code: str = ""
    id: str = ""
    result: str = ""


class LinePricing(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """What a partner pays for a line: a piece, discounted, prorated, and in all."""

    list_price: Decimal | None = None
    discounted_price: Decimal | None = None
    net_price: Decimal | None = None
    total: Decimal | None = None


class Line(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """One line of an order. ``quantity`` counts pieces, or boxes where ``box`` names one.

    A quantity below zero takes back, and one that is not whole measures in ``unit``, such as kg, at
    a ``unit_price`` of one of these; ``created`` is there only where it is not the order's.
    """

    number: int = 0
    id: str = ""
    item_id: str = ""
    type: str = ""
    sku: str = ""
    upc: str = ""
    title: str = ""
    image_url: str = ""
    quantity: Quantity = 0
    unit: str = ""
    unit_price: Decimal | None = None
    total: Decimal | None = None
    weight: Decimal | None = None
    status: Status | None = None
    created: datetime | None = None
    deliver_by: date | None = None
    carrier_id: str = ""
    carrier: str = ""
    ship_name: str = ""
    mark_code: str = ""
    box_id: str = ""
    box: str = ""
    pieces_per_unit: int | None = None
    units_per_box: int | None = None
    currency: str = ""
    subscription: str = ""
    deployment: str = ""
    remaining: int | None = None
    prorated_days: int | None = None
    discount_code: str = ""
    promotions: tuple[Promotion, ...] = ()
    pricing: LinePricing | None = None
    replaces: str = ""
    """The subscription that this line takes the place of (a switch)."""
    details: LineDetails | None = None
    unknown: tuple[Unknown, ...] = ()


class Link(Struct, frozen=True, omit_defaults=True, gc=False):
    """This order points at another order of the same seller."""

    relation: Relation
    order: Identity


class Order(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """One order of one seller; whose it is, is the scope it was found in, not a field of it."""

    id: int = 0
    version: int = 0
    number: str = ""
    references: tuple[Reference, ...] = ()
    test: bool = False
    kind: Kind = Kind.SALE
    status: Status = Status.RECEIVED
    name: str = ""
    customer: Identity | None = None
    po_number: str = ""
    notes: str = ""
    source: str = ""
    created: datetime | None = None
    modified: datetime | None = None
    received: datetime | None = None
    completed: datetime | None = None
    completes: datetime | None = None
    """When it is complete by itself, as long as that is still to come."""
    deleted: datetime | None = None
    currency: str = ""
    tax_exempt: bool | None = None
    tax_code: str = ""
    category: str = ""
    reseller: str = ""
    location: str = ""
    assigned_user: str = ""
    entered_by: str = ""
    integration: str = ""
    bill_to: Address | None = None
    ship_to: Address | None = None
    shipping: Shipping = Shipping()
    payment: Payment = Payment()
    recurrence: Recurrence = Recurrence()
    discount: Discount = Discount()
    lines: tuple[Line, ...] = ()
    totals: Totals = Totals()
    invoice: Invoice | None = None
    links: tuple[Link, ...] = ()
    details: OrderDetails | None = None
    extras: dict[str, Any] = {}
    """What has no home above, by ``<vendor>.<field>``: JSON values, numbers never floats."""
    unknown: tuple[Unknown, ...] = ()
    """What a vendor or a client sent beyond the shapes that we know; nothing here depends on it."""


def by_hub_id(id: int | str) -> Reference:
    """Refer to a thing by the id that the hub gave it, whatever else it is known by."""
    return Reference(HUB_ID, str(id))


def native(thing: Identity | Order, dialect: str) -> str:
    """Give the id under which a dialect's clients know a thing: its reference, else the hub's id."""
    for reference in thing.references:
        if reference.dialect == dialect:
            return reference.id
    return str(thing.id)


def is_channel(name: str) -> bool:
    """Tell whether a reference's name is that of a channel: then hub ids never stand in for it."""
    return AT in name


def id_at(thing: Identity | Order, channel: str) -> str:
    """Give the id that a channel's vendor knows a thing by, "" where it knows none."""
    return next((one.id for one in thing.references if one.dialect == channel), "")


def belongs(order: Order, customer: str, dialect: str) -> bool:
    """Tell whether an order is of the customer whom a dialect's clients know under an id."""
    return order.customer is not None and native(order.customer, dialect) == customer


def extra(order: Order, dialect: str) -> dict[str, Any]:
    """Give the extras of one dialect by their field names; another vendor's are never in it."""
    if not order.extras:
        return {}
    prefix = dialect + "."
    return {
        name.removeprefix(prefix): value
        for name, value in order.extras.items()
        if name.startswith(prefix)
    }
