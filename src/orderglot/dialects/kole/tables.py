"""Kole's words and what they mean: the constants that its page allows, and its statuses."""

from __future__ import annotations

from orderglot.core.values import InvoiceStatus, Status
from orderglot.wire.table import Both

NAME = "kole"

CURRENCY = "USD"
"""What the vendor sells in; no page of his has a member for it."""

LENGTHS = {
    "po_number": 20,
    "notes": 250,
    "instructions": 250,
    "first_name": 40,
    "last_name": 40,
    "company": 60,
    "address_1": 100,
    "address_2": 100,
    "city": 60,
    "phone": 40,
}
"""How many characters the members of a new order may have."""

PAGE_SIZE = 25

LONGEST_ID = 10
"""So many digits an id may have to be written as a number."""

STATUSES = Both(
    {
        "PROCESSING": Status.PROCESSING,
        "CHARGED": Status.CHARGED,
        "PACKAGING": Status.PACKING,
        "SHIPPED": Status.SHIPPED,
        "HOLD": Status.ON_HOLD,
        "VOID": Status.CANCELLED,
    },
    as_={
        Status.DRAFT: Status.ON_HOLD,
        Status.RECEIVED: Status.PROCESSING,
        Status.PARTLY_SHIPPED: Status.PACKING,
        Status.DELIVERED: Status.SHIPPED,
        Status.COMPLETED: Status.SHIPPED,
        Status.RETURNED: Status.CANCELLED,
        Status.FAILED: Status.CANCELLED,
    },
)

LINE_STATUSES: Both[str, Status] = Both(
    {"ORDERED": Status.RECEIVED},
    as_={status: Status.RECEIVED for status in Status if status is not Status.RECEIVED},
)

INVOICE_STATUSES = Both(
    {
        "unpaid": InvoiceStatus.UNPAID,
        "partially paid": InvoiceStatus.PARTIALLY_PAID,
        "paid in full": InvoiceStatus.PAID,
        "paid and pending refund": InvoiceStatus.PAID_PENDING_REFUND,
        "paid and partially refunded": InvoiceStatus.PAID_PARTIALLY_REFUNDED,
        "refunded": InvoiceStatus.REFUNDED,
        "cancelled": InvoiceStatus.CANCELLED,
        "scheduled payment": InvoiceStatus.SCHEDULED,
    }
)

COUNTRIES = Both({"US": "US", "USA": "US"}, back={"US": "US"})

CARRIERS = ("FEDEX", "UPS")

SHIPPING_SERVICES = ("GROUND", "PRIORITY", "OVERNIGHT")

PRODUCT = "PRODUCT"
"""What every line is; the page knows no other type."""
