"""An order as Adobe's wire spells it: ``write_order`` and ``read_order``, part by part.

The members stand in the page's order. What says nothing is ``""`` or absent, as the page's samples
have it; there is no null. Prices are there where they were asked for and the order has come to be.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from orderglot.core.order import (
    Identity,
    Line,
    LinePricing,
    Link,
    Order,
    Promotion,
    Totals,
    extra,
    native,
)
from orderglot.core.values import Kind, Relation, Status
from orderglot.dialects.adobe.links import write_link, write_order_path
from orderglot.dialects.adobe.tables import (
    KINDS,
    NAME,
    REASON,
    REASONS,
    RELATIONS,
    SOURCES,
    STATUSES,
    SWITCHES,
)
from orderglot.dialects.adobe.values import said, write_id, write_moment
from orderglot.wire.form import Form
from orderglot.wire.values import bare, read_instant, read_references, unless

DONE = STATUSES.write(Status.COMPLETED)


def write_order(order: Order, *, prices: bool = False, link: bool = True) -> dict[str, Any]:
    """Spell an order; with ``prices`` its lines say what they cost, if anything is known of it."""
    id = write_id(native(order, NAME))
    customer = write_customer(order)
    lines, cancelling = apart(order)
    return said(
        {
            "externalReferenceId": order.po_number,
            "orderId": id,
            "customerId": customer or None,
            "orderType": KINDS.write(order.kind),
            "referenceOrderId": write_target(order),
            "referencedOrderId": "",
            "currencyCode": order.currency or None,
            "creationDate": write_moment(order.created),
            "status": write_status(order),
            "source": order.source if order.source in SOURCES else None,
            "lineItems": [write_line(line, prices=prices) for line in lines],
            "cancellingItems": [write_cancelling(line, lines, prices=prices) for line in cancelling]
            or None,
            "pricingSummary": write_summary(order) if prices else None,
            "links": {"self": write_link(write_order_path(customer, id))}
            if link and customer and id
            else None,
        }
    )


def write_shown(order: Order, *, prices: bool) -> dict[str, Any]:
    """Spell an order that somebody asks for: its prices are shown once it is complete."""
    return write_order(order, prices=prices and shows_prices(order))


def read_order(form: Form) -> Order:
    """Read an order; what is wrong with it is noted in the form."""
    kind = KINDS.read(form.choice("orderType", KINDS.codes)) or Kind.SALE
    status, reason = read_status(form)
    return Order(
        references=read_references(form.text("orderId"), NAME),
        customer=read_customer(form),
        kind=kind,
        status=status,
        po_number=form.text("externalReferenceId"),
        currency=form.text("currencyCode"),
        created=form.spelled("creationDate", read_instant),
        source=form.choice("source", SOURCES),
        lines=paired(
            kind,
            tuple(map(read_line, form.each("lineItems"))),
            tuple(map(read_cancelling, form.each("cancellingItems"))),
        ),
        totals=Totals(total=read_summary(form)),
        links=read_target(form, kind),
        extras={REASON: reason} if reason else {},
    )


def write_customer(order: Order) -> str:
    """Spell whose order it is, "" where it is no one's."""
    return write_id(native(order.customer, NAME)) if order.customer else ""


def read_customer(form: Form) -> Identity | None:
    """Read whose order it is, None where it says nothing."""
    return unless(Identity(references=read_references(form.text("customerId"), NAME)), Identity())


def write_target(order: Order) -> str:
    """Spell the order that a return or reversal is of; no other order has a reference."""
    if order.kind not in RELATIONS or not order.links:
        return ""
    return write_id(native(order.links[0].order, NAME))


def read_target(form: Form, kind: Kind) -> tuple[Link, ...]:
    """Read which order another is of."""
    relation = RELATIONS.get(kind, Relation.REFERS_TO)
    references = read_references(form.text("referenceOrderId"), NAME)
    return (Link(relation, Identity(references=references)),) if references else ()


def write_status(order: Order) -> str:
    """Spell how far an order has come; of a failed one, why, where that is known."""
    reason = extra(order, NAME).get(REASON.rpartition(".")[2])
    if STATUSES.rounded(order.status) is Status.FAILED and reason in REASONS:
        return str(reason)
    return STATUSES.write(order.status)


def read_status(form: Form) -> tuple[Status, str]:
    """Read how far an order has come, and the code of why it failed, where that says more."""
    code = form.choice("status", STATUSES.codes)
    return STATUSES.read(code) or Status.RECEIVED, code if code in REASONS else ""


def shows_prices(order: Order) -> bool:
    """Tell whether the page has prices for an order: a complete one, in one currency."""
    currencies = {line.currency or order.currency for line in order.lines} | {order.currency}
    return STATUSES.write(order.status) == DONE and len(currencies - {""}) <= 1


def apart(order: Order) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """Divide the lines of a switch into what is bought and what that takes the place of."""
    if order.kind not in SWITCHES:
        return order.lines, ()
    bought = tuple(line for line in order.lines if line.quantity >= 0)
    return bought, tuple(line for line in order.lines if line.quantity < 0)


def paired(kind: Kind, bought: tuple[Line, ...], cancelling: tuple[Line, ...]) -> tuple[Line, ...]:
    """Put the lines of an order together: in a switch the first takes the first one's place."""
    free = tuple(replace(line, replaces="") for line in bought)
    if kind in SWITCHES and free and cancelling:
        free = (replace(free[0], replaces=cancelling[0].subscription), *free[1:])
    return (*free, *(replace(line, replaces="") for line in cancelling))


def write_line(line: Line, *, prices: bool) -> dict[str, Any]:
    """Spell a line item."""
    return said(
        {
            "extLineItemNumber": line.number,
            "offerId": line.sku,
            "quantity": line.quantity,
            "subscriptionId": line.subscription,
            "status": STATUSES.write(line.status) if line.status else "",
            "currencyCode": line.currency or None,
            "deploymentId": line.deployment or None,
            "discountCode": line.discount_code or None,
            "remainingQuantity": line.remaining,
            "proratedDays": line.prorated_days if prices else None,
            "promotions": [
                {"code": promotion.code, "result": promotion.result}
                for promotion in line.promotions
            ]
            or None,
            "flexDiscounts": write_discounts(line),
            "pricing": write_pricing(line.pricing) if prices else None,
        }
    )


def read_line(form: Form) -> Line:
    """Read a line item."""
    named = form.each("flexDiscounts") or form.each("promotions")
    status = STATUSES.read(form.choice("status", STATUSES.codes))
    return Line(
        number=form.whole("extLineItemNumber") or 0,
        sku=form.text("offerId"),
        quantity=form.whole("quantity") or 0,
        subscription=form.text("subscriptionId"),
        status=unless(status, Status.DRAFT),
        currency=form.text("currencyCode"),
        deployment=form.text("deploymentId"),
        discount_code=form.text("discountCode"),
        remaining=form.whole("remainingQuantity"),
        prorated_days=form.whole("proratedDays"),
        promotions=tuple(map(read_promotion, named)),
        pricing=read_pricing(form.inside("pricing")),
    )


def write_cancelling(line: Line, bought: tuple[Line, ...], *, prices: bool) -> dict[str, Any]:
    """Spell what a switch takes away: a line of its own, with a quantity above nought."""
    members = write_line(replace(line, quantity=-line.quantity), prices=prices)
    first = {"referenceLineItemNumber": bought[0].number} if bought else {}
    return {**members, **first}


def read_cancelling(form: Form) -> Line:
    """Read what a switch takes away."""
    line = read_line(form)
    return replace(line, quantity=-abs(line.quantity))


def write_discounts(line: Line) -> list[dict[str, str]] | None:
    """Spell promotions by the newer of their two names, which alone has a place for their ids."""
    if not any(promotion.id for promotion in line.promotions):
        return None
    return [
        {"id": promotion.id, "code": promotion.code, "result": promotion.result}
        for promotion in line.promotions
    ]


def read_promotion(form: Form) -> Promotion:
    """Read a promotion, by either of its names."""
    return Promotion(id=form.text("id"), code=form.text("code"), result=form.text("result"))


def write_pricing(pricing: LinePricing | None) -> dict[str, Decimal | None] | None:
    """Spell what a line costs; clients want all four figures or none."""
    if pricing is None or not complete(pricing):
        return None
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
    """Tell whether all figures of a line are known."""
    figures = (pricing.list_price, pricing.discounted_price, pricing.net_price, pricing.total)
    return None not in figures


def write_summary(order: Order) -> list[dict[str, Any]] | None:
    """Spell what an order comes to, None unless every line of it is priced."""
    if not sums_up(order):
        return None
    currency = order.currency or order.lines[0].currency
    return [{"totalLineItemPartnerPrice": bare(order.totals.total), "currencyCode": currency}]


def sums_up(order: Order) -> bool:
    """Tell whether the total of an order is that of its line items."""
    priced = (line.pricing is not None and complete(line.pricing) for line in order.lines)
    return order.totals.total is not None and bool(order.lines) and all(priced)


def read_summary(form: Form) -> Decimal | None:
    """Read what an order comes to, None where it does not say or counts in several currencies."""
    sums = [one.amount("totalLineItemPartnerPrice") for one in form.each("pricingSummary")]
    return sums[0] if len(sums) == 1 else None
