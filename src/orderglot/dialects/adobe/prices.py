"""The prices of a line item, and what an order comes to, as Adobe's wire writes them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from orderglot.core.errors import Rule
from orderglot.core.order import LinePricing, Order
from orderglot.core.shown_sums import lines_total
from orderglot.wire.form import Form
from orderglot.wire.values import bare, unless


def write_pricing(pricing: LinePricing) -> dict[str, Decimal | None]:
    """Write what a line costs, of which all figures are known."""
    return {
        "partnerPrice": bare(pricing.list_price),
        "discountedPartnerPrice": bare(pricing.discounted_price),
        "netPartnerPrice": bare(pricing.net_price),
        "lineItemPartnerPrice": bare(pricing.total),
    }


def read_pricing(form: Form) -> LinePricing | None:
    """Read what a line costs, None where it does not say."""
    return unless(
        LinePricing(
            list_price=form.amount("partnerPrice"),
            discounted_price=form.amount("discountedPartnerPrice"),
            net_price=form.amount("netPartnerPrice"),
            total=form.amount("lineItemPartnerPrice"),
        ),
        LinePricing(),
    )


def complete(pricing: LinePricing) -> bool:
    """Tell whether all figures of a line are known: clients want all four or none."""
    return (
        pricing.list_price is not None
        and pricing.discounted_price is not None
        and pricing.net_price is not None
        and pricing.total is not None
    )


def write_summary(order: Order) -> list[dict[str, Any]]:
    """Write what an order comes to, of which every line is priced."""
    currency = order.currency or order.lines[0].currency
    return [{"totalLineItemPartnerPrice": bare(lines_total(order)), "currencyCode": currency}]


def sums_up(order: Order) -> bool:
    """Tell whether it is known what the line items of an order come to."""
    if order.totals.total is None or not order.lines:
        return False
    return all(line.pricing is not None and complete(line.pricing) for line in order.lines)


def read_summary(form: Form, currencies: set[str]) -> Decimal | None:
    """Read what an order comes to, None where it does not say or counts in several currencies.

    A sum in another currency than those of the order, where it has any, is refused.
    """
    sums = form.each("pricingSummary")
    for one in sums:
        currency = one.text("currencyCode")
        if currency and currencies and currency not in currencies:
            named = ", ".join(sorted(currencies))
            one.refuse("currencyCode", Rule.MISMATCH, f"{currency} is not the order's, {named}.")
    amounts = [one.amount("totalLineItemPartnerPrice") for one in sums]
    return amounts[0] if len(amounts) == 1 else None
