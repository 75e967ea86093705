"""Catalyst's words and what they mean: its numbered lists, and what every site begins with."""

from __future__ import annotations

from orderglot.core.values import Cycle, InvoiceStatus, Kind, PaymentMethod, Status
from orderglot.wire.table import Both

NAME = "catalyst"

DEFAULT_LIMIT = 10
LONGEST_PROSE = 4_000
"""So many characters may be said where sentences are, and in a key that a carrier made."""

PAGE_SIZE = 500

CYCLES = Both(
    {
        1: Cycle.ONCE,
        2: Cycle.DAILY,
        3: Cycle.WEEKLY,
        4: Cycle.FORTNIGHTLY,
        5: Cycle.MONTHLY,
        6: Cycle.QUARTERLY,
        7: Cycle.HALF_YEARLY,
        8: Cycle.YEARLY,
    }
)

PAYMENT_METHODS = Both(
    {
        1: PaymentMethod.CARD,
        2: PaymentMethod.CHECK,
        3: PaymentMethod.CASH,
        4: PaymentMethod.TRANSFER,
    },
    as_={
        PaymentMethod.DIRECT_DEBIT: PaymentMethod.TRANSFER,
        PaymentMethod.ACCOUNT: PaymentMethod.TRANSFER,
    },
)

NO_DEBIT = 0

DIRECT_DEBITS: Both[int, PaymentMethod] = Both(
    {1: PaymentMethod.CARD, 2: PaymentMethod.DIRECT_DEBIT},
    as_={
        PaymentMethod.CHECK: PaymentMethod.DIRECT_DEBIT,
        PaymentMethod.CASH: PaymentMethod.DIRECT_DEBIT,
        PaymentMethod.TRANSFER: PaymentMethod.DIRECT_DEBIT,
        PaymentMethod.ACCOUNT: PaymentMethod.DIRECT_DEBIT,
    },
)

QUOTES: Both[bool, Kind] = Both(
    {False: Kind.SALE, True: Kind.QUOTE},
    as_={kind: Kind.SALE for kind in Kind if kind not in (Kind.SALE, Kind.QUOTE)},
)

INVOICED = frozenset(
    {
        InvoiceStatus.PAID,
        InvoiceStatus.PAID_PENDING_REFUND,
        InvoiceStatus.PAID_PARTIALLY_REFUNDED,
        InvoiceStatus.REFUNDED,
    }
)
"""What an invoice has come to where ``invoiced`` says yes; it is read as paid in full."""

NO_CATEGORY = -1

SHIPPING_ADDRESS, BILLING_ADDRESS = 5, 8
OF_ORDER = 2008
"""The ``objectType`` of an address that belongs to an order."""

STATUSES = (
    (1, "New", Status.RECEIVED),
    (2, "Draft", Status.DRAFT),
    (3, "Processing", Status.PROCESSING),
    (4, "Payment received", Status.CHARGED),
    (5, "Packing", Status.PACKING),
    (6, "Shipped", Status.SHIPPED),
    (7, "Completed", Status.COMPLETED),
    (8, "On hold", Status.ON_HOLD),
    (9, "Cancelled", Status.CANCELLED),
    (10, "Failed", Status.FAILED),
)
"""The statuses of a site that has set none of its own: id, label, and what it means here."""

LABELS = {
    **{label.lower(): status for _, label, status in STATUSES},
    **{status.value: status for status in Status},
    "order placed": Status.RECEIVED,
    "pending": Status.RECEIVED,
    "in progress": Status.PROCESSING,
    "awaiting shipping": Status.PACKING,
    "dispatched": Status.SHIPPED,
    "partially shipped": Status.PARTLY_SHIPPED,
    "canceled": Status.CANCELLED,
}
"""What a label of another site's status means, in small letters; any other means received."""

OLD_NAMES = {
    "useridassignedto": "assignedUserId",
    "shippingoption": "shippingOptionId",
    "creationdate": "createDate",
}
"""Names of an older edition of the page, and a slip of it, in small letters.

Where only the case of letters has changed since, as in ``cycleTypeID``, no name needs to be here.
"""
