"""The enumerations of the trade: what an order, a line, an invoice or a payment can be."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """How far an order or a line has come."""

    DRAFT = "draft"
    RECEIVED = "received"
    PROCESSING = "processing"
    CHARGED = "charged"
    PACKING = "packing"
    PARTLY_SHIPPED = "partly shipped"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    COMPLETED = "completed"
    RETURNED = "returned"
    ON_HOLD = "on hold"
    CANCELLED = "cancelled"
    FAILED = "failed"


COME_TO_NOTHING = frozenset({Status.DRAFT, Status.FAILED, Status.CANCELLED})
"""States of an order that nobody has bought anything with, or not yet, and of a line of one."""


class Kind(StrEnum):
    """What an order is: a sale, or what undoes, extends or corrects one."""

    SALE = "sale"
    QUOTE = "quote"
    RENEWAL = "renewal"
    SWITCH = "switch"
    SWITCH_REVERSAL = "switch reversal"
    TRANSFER = "transfer"
    RETURN = "return"
    ADJUSTMENT = "adjustment"


Omits = frozenset[Kind | Status]
"""Kinds and statuses of orders that are not shown over an API, because it has no word for them."""


class Relation(StrEnum):
    """How one order points at another."""

    SPLIT_OF = "split of"
    RETURN_OF = "return of"
    RENEWAL_OF = "renewal of"
    SWITCH_OF = "switch of"
    EXCHANGE_OF = "exchange of"
    REFERS_TO = "refers to"


class InvoiceStatus(StrEnum):
    """What has become of an invoice."""

    UNPAID = "unpaid"
    PARTIALLY_PAID = "partially paid"
    PAID = "paid in full"
    PAID_PENDING_REFUND = "paid and pending refund"
    PAID_PARTIALLY_REFUNDED = "paid and partially refunded"
    REFUNDED = "refunded"
    CANCELLED = "cancelled"
    SCHEDULED = "scheduled payment"


class Cycle(StrEnum):
    """How often a recurring order recurs."""

    ONCE = "once"
    DAILY = "daily"
    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    HALF_YEARLY = "half-yearly"
    YEARLY = "yearly"


class PaymentMethod(StrEnum):
    """How an order is paid."""

    CARD = "credit card"
    CHECK = "check"
    CASH = "cash"
    TRANSFER = "electronic transfer"
    DIRECT_DEBIT = "direct debit"
    ACCOUNT = "on account"
