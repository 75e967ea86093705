"""What Catalyst's wire cannot carry of an order: whatever its pages have no place for."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from orderglot.core.catching_up import News
from orderglot.core.line_details import LineDetails
from orderglot.core.order import Address, Identity, Invoice, Line, Link, Order, Totals
from orderglot.core.unknown_members import UNKNOWN
from orderglot.core.values import Cycle, InvoiceStatus, PaymentMethod, Relation, Status
from orderglot.dialects.catalyst.fields import INTERMEDIATE
from orderglot.dialects.catalyst.item_charges import round_allowance_charges, round_tax_lines
from orderglot.dialects.catalyst.settings import Site, main_status, omits_at, status_of
from orderglot.dialects.catalyst.tables import (
    DIRECT_DEBITS,
    INVOICED,
    PAGE_SIZE,
    PAYMENT_METHODS,
    QUOTES,
)
from orderglot.dialects.catalyst.values import digits
from orderglot.dialects.catalyst.wire import item_id
from orderglot.wire.dialect import Can
from orderglot.wire.loss import all_but, rounded_names, same_ids

PARTIES = ("bill_to", "ship_to")

DIGITS = (
    *("assigned_user", "category", "integration", "tax_code"),
    *("discount.code", "discount.voucher", "shipping.option", "lines.item_id"),
)
"""The texts that the wire has numbers for."""

AMOUNTS = ("discount.amount", "totals.shipping", "totals.total", "shipping.tax_rate")
"""The amounts that the wire never leaves open."""

OTHERS = (
    *("customer.references", "status", "kind", "name", "created", "modified"),
    *("shipping.attention", "shipping.method", "shipping.instructions", "shipping.rate_key"),
    *("payment.method", "payment.debit_method", "payment.debit_days", "payment.debit_processed"),
    *("recurrence.recurs", "recurrence.cycle", "recurrence.ends", "discount.voucher_amount"),
    *("invoice.number", "invoice.status", "invoice.date", "invoice.next_date"),
    *("links.relation", "links.order.references"),
    *("lines.details.tax_lines.percent", "lines.details.allowance_charges.charge"),
    "lines.details.allowance_charges.amount",
    *("lines.id", "lines.sku", "lines.title", "lines.quantity", "lines.unit_price", "lines.total"),
    *(
        f"{party}.{name}"
        for party in PARTIES
        for name in ("line_1", "line_2", "city", "state", "postal_code", "country")
    ),
    *("ship_to.residential", "extras", *UNKNOWN),
)
"""Whatever else it has a place for."""


round_references = same_ids(str)


def round_links(links: tuple[Link, ...]) -> tuple[Link, ...]:
    """Leave the one order that this one renews."""
    parents = [link for link in links if link.relation is Relation.RENEWAL_OF][:1]
    return tuple(
        Link(link.relation, Identity(references=named))
        for link in parents
        if (named := round_references(link.order.references))
    )


def round_lines(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """Give every line a number for its id."""
    return tuple(
        replace(line, id=str(item_id(line, position))) for position, line in enumerate(lines, 1)
    )


def round_extras(extras: dict[str, Any]) -> dict[str, Any]:
    """Leave the one flag that has no home in an order.

    The number that tells apart two statuses of one meaning survives where the other end has it.
    """
    flag = extras.get(INTERMEDIATE)
    return {INTERMEDIATE: flag} if isinstance(flag, bool) else {}


def round_method(method: PaymentMethod | None) -> PaymentMethod | None:
    """Leave one of the four ways to pay."""
    return method and PAYMENT_METHODS.rounded(method)


def round_debit(method: PaymentMethod | None) -> PaymentMethod | None:
    """Leave one of the two ways to debit."""
    return method and DIRECT_DEBITS.rounded(method)


def round_status(status: Status) -> Status:
    """Leave what a site that has set no statuses of its own shows instead."""
    return status_of(Site(), main_status(Site(), status))


def round_invoice_status(status: InvoiceStatus | None) -> InvoiceStatus | None:
    """Leave whether it was paid."""
    return InvoiceStatus.PAID if status in INVOICED else None


def _else(nothing: Any) -> Callable[[Any], Any]:
    return lambda value: nothing if value is None else value


def _unless(nothing: Any) -> Callable[[Any], Any]:
    return lambda value: None if value == nothing else value


def known_totals(order: Order) -> Totals:
    """Leave it open what an order comes to that is shown with 0 and has items without a price."""
    total, totals = order.totals.total, order.totals
    unpriced = any(line.total is None for line in order.lines) or not order.lines
    return replace(totals, total=None) if total == 0 and unpriced else totals


TAKES = frozenset(
    {
        *("status", "name", "customer", "integration", "links", "category", "tax_code"),
        *("assigned_user", "ship_to.country", "ship_to.residential"),
        *("shipping.method", "shipping.option", "shipping.attention", "shipping.instructions"),
        *("shipping.rate_key", "shipping.tax_rate"),
        *("payment.method", "payment.debit_method", "payment.debit_days"),
        *("payment.debit_processed", "recurrence.recurs", "recurrence.cycle", "recurrence.ends"),
        *("discount.code", "discount.amount", "discount.voucher", "discount.voucher_amount"),
        *("invoice.number", "invoice.status", "invoice.date", "invoice.next_date"),
        *("lines.item_id", "lines.sku", "lines.title", "lines.quantity", "totals.shipping"),
    }
)
"""What a new order carries; of its addresses that is the country alone."""


CAN = Can(
    max_size=PAGE_SIZE,
    loses=all_but(*DIGITS, *AMOUNTS, *OTHERS),
    rounds={
        **dict.fromkeys(DIGITS, digits),
        **dict.fromkeys(AMOUNTS, _else(Decimal(0))),
        **rounded_names(str),
        "links": round_links,
        "kind": QUOTES.rounded,
        "status": round_status,
        "payment.method": round_method,
        "payment.debit_method": round_debit,
        "payment.debit_days": _else(0),
        "payment.debit_processed": _else(False),
        "recurrence.recurs": _else(False),
        "recurrence.cycle": _else(Cycle.ONCE),
        "invoice.status": round_invoice_status,
        "invoice": _unless(Invoice()),
        **{party: _unless(Address()) for party in PARTIES},
        "lines.details.tax_lines": round_tax_lines,
        "lines.details.allowance_charges": round_allowance_charges,
        "lines.details": _unless(LineDetails()),
        "lines": round_lines,
        "extras": round_extras,
    },
    follows={"totals": known_totals},
    takes=TAKES,
    omits_at=omits_at,
    tells=frozenset({News.CANCELLATION, News.STATUS}),
)
