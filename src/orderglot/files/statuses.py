"""Statuses: what the words that shops and people write of an order's state come to."""

from __future__ import annotations

import re
from typing import NamedTuple

from orderglot.core.values import InvoiceStatus, Status

_WORDS = {
    (Status.DRAFT, None): "draft, quote, cart, abandoned cart, incomplete, Entwurf",
    (Status.RECEIVED, None): "open, new, received, created, placed, confirmed, accepted, active,"
    " unfulfilled, not shipped, unshipped, awaiting fulfillment, awaiting fulfilment,"
    " manual verification required, pending fulfillment, offen, neu, eingegangen, bestätigt",
    (Status.RECEIVED, InvoiceStatus.UNPAID): "pending, pending payment, awaiting payment, unpaid,"
    " payment pending, authorized, unbezahlt, Zahlung ausstehend",
    (Status.RECEIVED, InvoiceStatus.PAID): "paid, payment received, bezahlt",
    (Status.RECEIVED, InvoiceStatus.PARTIALLY_PAID): "partially paid, part paid",
    (Status.PROCESSING, None): "processing, in process, in progress, backordered, in Bearbeitung",
    (Status.PACKING, None): "packing, packed, picking, picked, awaiting shipment, awaiting pickup,"
    " ready to ship, ready for pickup, printed, verpackt",
    (Status.PARTLY_SHIPPED, None): "partly shipped, partially shipped, part shipped, partial,"
    " partially fulfilled, part fulfilled, teilweise versendet, teilversendet",
    (Status.SHIPPED, None): "shipped, dispatched, sent, in transit, on the way, versendet,"
    " verschickt, versandt",
    (Status.COMPLETED, None): "completed, complete, done, finished, fulfilled, closed,"
    " archived, invoiced, resolved, abgeschlossen, erledigt",
    (
        Status.DELIVERED,
        None,
    ): "delivered, picked up, shipped - delivered to buyer, shipped - picked up, geliefert, zugestellt",
    (
        Status.RETURNED,
        None,
    ): "returned, sent back, shipped - returned to seller, shipped - returning to seller,"
    " shipped - rejected by buyer, retoure, retourniert, zurückgesandt",
    (Status.COMPLETED, InvoiceStatus.REFUNDED): "refunded, fully refunded, erstattet",
    (Status.COMPLETED, InvoiceStatus.PAID_PARTIALLY_REFUNDED): "partially refunded, part refunded,"
    " teilweise erstattet",
    (
        Status.ON_HOLD,
        None,
    ): "on hold, hold, held, suspended, disputed, payment review, under review,"
    " fraud review, angehalten",
    (Status.CANCELLED, None): "cancelled, canceled, cancel, annulled, storniert, abgebrochen",
    (Status.CANCELLED, InvoiceStatus.CANCELLED): "void, voided",
    (Status.FAILED, None): "failed, declined, rejected, denied, expired, payment failed, error,"
    " abgelehnt, fehlgeschlagen",
}

_PAYMENTS = {
    InvoiceStatus.UNPAID: "pending, unpaid, authorized, due, open, expired, awaiting payment,"
    " pending payment, not paid, offen, unbezahlt",
    InvoiceStatus.PARTIALLY_PAID: "partially paid, part paid",
    InvoiceStatus.PAID: "paid, paid in full, captured, completed, complete, settled, bezahlt",
    InvoiceStatus.PAID_PARTIALLY_REFUNDED: "partially refunded, part refunded",
    InvoiceStatus.REFUNDED: "refunded, fully refunded, erstattet",
    InvoiceStatus.CANCELLED: "void, voided, cancelled, canceled",
}

_NO = frozenset(("no", "n", "false", "0", "nein", "notcancelled", "notcanceled", "none", "null"))


class State(NamedTuple):
    """How far an order has come, and its invoice, as far as a word says."""

    status: Status
    invoice: InvoiceStatus | None


def state_of(word: str) -> State | None:
    """Give the state that a word means, None where it is not known."""
    return _STATES.get(_plain(word))


def payment_of(word: str) -> InvoiceStatus | None:
    """Give the state of an invoice that a word means, None where it is not known."""
    return _INVOICES.get(_plain(word))


def means_cancelled(text: str) -> bool:
    """Tell whether a column of cancellations says so: a date, a yes, a reason; not a blank or no."""
    return bool(text.strip()) and _plain(text) not in _NO


def _plain(word: str) -> str:
    return re.sub(r"[\W_]+", "", word).casefold()


def _listed(words: str) -> list[str]:
    return [_plain(word) for word in words.split(",")]


_STATES = {word: State(*state) for state, words in _WORDS.items() for word in _listed(words)}
_INVOICES = {word: state for state, words in _PAYMENTS.items() for word in _listed(words)}
