"""What Adobe's wire cannot carry of an order: whatever the Order resource has no place for."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from orderglot.core.catching_up import News
from orderglot.core.order import Identity, Line, LinePricing, Link, Order, Totals
from orderglot.core.values import Kind, Status
from orderglot.dialects.adobe.prices import complete, sums_up
from orderglot.dialects.adobe.tables import (
    KINDS,
    LONGEST_PAGE,
    REASON,
    REASONS,
    RELATIONS,
    SOURCES,
    STATUSES,
    SWITCHES,
)
from orderglot.dialects.adobe.values import plain
from orderglot.dialects.adobe.wire import apart, paired, shows_prices
from orderglot.wire.dialect import Can
from orderglot.wire.loss import all_but, rounded_names, same_ids
from orderglot.wire.return_quantities import UP
from orderglot.wire.values import unless, whole_second

TEXTS = (
    *("po_number", "currency", "lines.sku", "lines.currency", "lines.subscription"),
    *("lines.deployment", "lines.discount_code"),
    *("lines.promotions.code", "lines.promotions.id", "lines.promotions.result"),
)
"""The texts that the resource has a place for."""

OTHERS = (
    *("customer.references", "kind", "status", "source", "created", "links", "extras"),
    *("lines.number", "lines.quantity", "lines.status", "lines.remaining", "lines.replaces"),
    *("lines.prorated_days", "lines.pricing", "totals.total", "unknown", "lines.unknown"),
)
"""Whatever else it has a place for."""


round_references = same_ids(plain)


def round_line_status(status: Status | None) -> Status | None:
    """Leave what a code stands for; a draft has none."""
    return unless(STATUSES.rounded(status), Status.DRAFT) if status else None


def round_pricing(pricing: LinePricing | None) -> LinePricing | None:
    """Leave prices that are known in full."""
    return pricing if pricing is not None and complete(pricing) else None


def carried_lines(order: Order) -> tuple[Line, ...]:
    """Leave prices on a complete order alone, and what a switch replaces on its first line."""
    lines = paired(order.kind, *apart(order))
    if shows_prices(order):
        return lines
    return tuple(replace(line, pricing=None, prorated_days=None) for line in lines)


def carried_totals(order: Order) -> Totals:
    """Leave a total that is the sum of the lines."""
    return order.totals if shows_prices(order) and sums_up(order) else Totals()


def carried_links(order: Order) -> tuple[Link, ...]:
    """Leave the order that a return or reversal is of."""
    if order.kind not in RELATIONS or not order.links:
        return ()
    references = round_references(order.links[0].order.references)
    identity = Identity(references=references)
    return (Link(RELATIONS[order.kind], identity),) if references else ()


def carried_extras(order: Order) -> dict[str, Any]:
    """Leave why a failed order failed."""
    reason = order.extras.get(REASON)
    return {REASON: reason} if order.status is Status.FAILED and reason in REASONS else {}


TAKES = frozenset(
    {
        *("kind", "customer", "po_number", "currency", "links"),
        *("lines.number", "lines.sku", "lines.quantity", "lines.subscription"),
        *("lines.deployment", "lines.discount_code"),
    }
)
"""What a new order carries."""


CAN = Can(
    max_size=LONGEST_PAGE,
    loses=all_but(*TEXTS, *OTHERS),
    rounds={
        **dict.fromkeys(TEXTS, plain),
        **rounded_names(plain),
        "kind": KINDS.rounded,
        "status": STATUSES.rounded,
        "source": lambda source: source if source in SOURCES else "",
        "created": whole_second,
        "lines.status": round_line_status,
        "lines.pricing": round_pricing,
    },
    follows={
        "totals": carried_totals,
        "lines": carried_lines,
        "links": carried_links,
        "extras": carried_extras,
    },
    takes=TAKES,
    gives_back=SWITCHES,
    counts_returns=UP,
    omits=frozenset({Kind.QUOTE, Kind.ADJUSTMENT, Status.DRAFT}),
    tells=frozenset({News.CANCELLATION}),
)
