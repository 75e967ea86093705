"""What Kole's wire cannot carry of an order: whatever its page has no place for."""

from __future__ import annotations

from decimal import Decimal

from orderglot.core.order import Address, Invoice
from orderglot.core.unknown_members import UNKNOWN
from orderglot.core.values import Kind, Status
from orderglot.dialects.kole.tables import LINE_STATUSES, PAGE_SIZE, PRODUCT, STATUSES
from orderglot.dialects.kole.values import (
    plain,
    read_country,
    round_unknown,
    write_weight,
    write_zip,
)
from orderglot.wire.dialect import Can
from orderglot.wire.loss import all_but, rounded_names
from orderglot.wire.values import unless, whole_second

PARTIES = ("bill_to", "ship_to")

TEXTS = (
    *("po_number", "notes"),
    *("shipping.account", "shipping.carrier", "shipping.service", "shipping.instructions"),
    *("shipping.notifications.type", "shipping.notifications.email"),
    *(
        f"{party}.{name}"
        for party in PARTIES
        for name in ("first_name", "last_name", "company", "line_1", "line_2", "city", "state")
    ),
    *(f"{party}.{name}" for party in PARTIES for name in ("postal_code", "country", "phone")),
    *("lines.sku", "lines.upc", "lines.title", "lines.type"),
    "invoice.number",
)
"""The texts that the page has a place for; it sets them all in what XML can say."""

OTHERS = (
    *("customer.references", "status", "tax_exempt", "created", "modified", "received"),
    "shipping.signature",
    *("lines.weight", "lines.quantity", "lines.unit_price", "lines.status", "lines.total"),
    *UNKNOWN,
    *("invoice.status", "invoice.due", "invoice.owed", "invoice.paid", "invoice.refunded"),
)
"""Whatever else it has a place for."""


def round_type(type: str) -> str:
    """Call a line by the one type that there is, unless it has another."""
    return plain(type) or PRODUCT


def round_weight(weight: Decimal | None) -> Decimal | None:
    """Round up to whole pounds."""
    pounds = write_weight(weight)
    return None if pounds is None else Decimal(pounds)


def round_line_status(status: Status | None) -> Status | None:
    """Leave one word for how far a line has come."""
    return status and LINE_STATUSES.rounded(status)


TAKES = frozenset(
    {
        *("po_number", "notes", "lines.sku", "lines.quantity"),
        *("shipping.carrier", "shipping.service", "shipping.signature", "shipping.instructions"),
        *(
            f"ship_to.{name}"
            for name in ("first_name", "last_name", "company", "line_1", "line_2", "city", "state")
        ),
        *("ship_to.postal_code", "ship_to.country", "ship_to.phone"),
    }
)
"""What a new order carries."""


CAN = Can(
    max_size=PAGE_SIZE,
    loses=all_but(*TEXTS, *OTHERS),
    rounds={
        **dict.fromkeys(TEXTS, plain),
        **rounded_names(plain),
        "status": STATUSES.rounded,
        "created": whole_second,
        "modified": whole_second,
        "received": whole_second,
        **{f"{party}.postal_code": lambda code: plain(write_zip(code)) for party in PARTIES},
        **{f"{party}.country": lambda code: read_country(plain(code)) for party in PARTIES},
        **{party: lambda address: unless(address, Address()) for party in PARTIES},
        **dict.fromkeys(UNKNOWN, round_unknown),
        "lines.type": round_type,
        "lines.weight": round_weight,
        "lines.status": round_line_status,
        "invoice": lambda invoice: unless(invoice, Invoice()),
    },
    takes=TAKES,
    omits=frozenset({Kind.QUOTE, Status.DRAFT}),
)
