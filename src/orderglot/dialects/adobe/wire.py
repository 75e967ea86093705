"""An order as Adobe's wire writes it: ``write_order`` and ``read_order``, part by part.

The members stand in the page's order. What says nothing is ``""`` or absent, as the page's samples
have it; there is no null. Prices are there where they were asked for and the order has come to be.
"""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from orderglot.core.errors import Rule
from orderglot.core.order import Identity, Line, Link, Order, Promotion, Totals, native
from orderglot.core.quantities import size
from orderglot.core.values import Kind, Relation, Status
from orderglot.dialects.adobe.links import write_link, write_order_path
from orderglot.dialects.adobe.prices import (
    complete,
    read_pricing,
    read_summary,
    sums_up,
    write_pricing,
    write_summary,
)
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
from orderglot.dialects.adobe.values import write_id, write_moment
from orderglot.wire.form import Form
from orderglot.wire.known_members import with_unknown
from orderglot.wire.return_quantities import UP, with_returns_counted
from orderglot.wire.values import read_instant, read_references, unless
from orderglot.wire.whole_quantities import in_pieces

DONE = STATUSES.write(Status.COMPLETED)


def write_order(order: Order, *, prices: bool = False, link: bool = True) -> dict[str, Any]:
    """Write an order; with ``prices`` its lines say what they cost, if anything is known of it."""
    id = write_id(native(order, NAME))
    customer = write_customer(order)
    counted = with_returns_counted(order, UP)
    lines, cancelling = apart(counted)
    members: dict[str, Any] = {"externalReferenceId": order.po_number, "orderId": id}
    if customer:
        members["customerId"] = customer
    members["orderType"] = KINDS.write(order.kind)
    members["referenceOrderId"] = write_target(order)
    members["referencedOrderId"] = ""
    if order.currency:
        members["currencyCode"] = order.currency
    if order.created:
        members["creationDate"] = write_moment(order.created)
    members["status"] = write_status(order)
    if order.source in SOURCES:
        members["source"] = order.source
    members["lineItems"] = [write_line(line, prices=prices) for line in lines]
    if cancelling:
        items = [write_cancelling(line, lines, prices=prices) for line in cancelling]
        members["cancellingItems"] = items
    if prices and sums_up(order):
        members["pricingSummary"] = write_summary(counted)
    if link and customer and id:
        members["links"] = {"self": write_link(write_order_path(customer, id))}
    return with_unknown(members, order.unknown, NAME) if order.unknown else members


def write_shown(order: Order, *, prices: bool) -> dict[str, Any]:
    """Write an order that somebody asks for: its prices are shown once it is complete."""
    return write_order(order, prices=prices and shows_prices(order))


def read_order(form: Form) -> Order:
    """Read an order; what is wrong with it is noted in the form."""
    kind = KINDS.read(form.choice("orderType", KINDS.codes)) or Kind.SALE
    status, reason = read_status(form)
    lines = paired(
        kind,
        tuple(map(read_line, form.each("lineItems"))),
        tuple(map(read_cancelling, form.each("cancellingItems"))),
    )
    currency = form.text("currencyCode")
    total = read_summary(form, {currency, *[line.currency for line in lines]} - {""})
    return Order(
        references=read_references(form.text("orderId"), NAME),
        customer=read_customer(form),
        kind=kind,
        status=status,
        po_number=form.text("externalReferenceId"),
        currency=currency,
        created=form.parsed("creationDate", read_instant),
        source=form.choice("source", SOURCES),
        lines=lines,
        totals=Totals(total=total),
        links=read_target(form, kind),
        extras={REASON: reason} if reason else {},
        unknown=form.unknown("lineItems", "cancellingItems"),
    )


def read_shown(form: Form) -> Order:
    """Read an order that its vendor shows, and so with a list of its lines, be it an empty one."""
    form.demand_list("lineItems")
    return read_order(form)


def write_customer(order: Order) -> str:
    """Write whose order it is, "" where it is no one's."""
    return write_id(native(order.customer, NAME)) if order.customer else ""


def read_customer(form: Form) -> Identity | None:
    """Read whose order it is, None where it says nothing."""
    return unless(Identity(references=read_references(form.text("customerId"), NAME)), Identity())


def write_target(order: Order) -> str:
    """Write the order that a return or reversal is of; no other order has a reference."""
    if order.kind not in RELATIONS or not order.links:
        return ""
    return write_id(native(order.links[0].order, NAME))


def read_target(form: Form, kind: Kind) -> tuple[Link, ...]:
    """Read which order another is of, by either of the member's two names."""
    relation = RELATIONS.get(kind, Relation.REFERS_TO)
    target, older = form.text("referenceOrderId"), form.text("referencedOrderId")
    if target and older not in ("", target):
        form.refuse("referencedOrderId", Rule.MISMATCH, f"This is not referenceOrderId, {target}.")
    references = read_references(target or older, NAME)
    return (Link(relation, Identity(references=references)),) if references else ()


def write_status(order: Order) -> str:
    """Write how far an order has come; of a failed one, why, where that is known."""
    reason = order.extras.get(REASON)
    if reason in REASONS and STATUSES.rounded(order.status) is Status.FAILED:
        return str(reason)
    return STATUSES.write(order.status)


def read_status(form: Form) -> tuple[Status, str]:
    """Read how far an order has come, and the code of why it failed, where that says more."""
    code = form.choice("status", STATUSES.codes)
    return STATUSES.read(code) or Status.RECEIVED, code if code in REASONS else ""


def shows_prices(order: Order) -> bool:
    """Tell whether the page has prices for an order: a complete one, in one currency."""
    if STATUSES.write(order.status) != DONE:
        return False
    currencies = {order.currency, *[line.currency for line in order.lines]}
    return len(currencies - {""}) <= 1


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
    """Write a line item."""
    line = in_pieces(line)
    members: dict[str, Any] = {
        "extLineItemNumber": line.number,
        "offerId": line.sku,
        "quantity": line.quantity,
        "subscriptionId": line.subscription,
        "status": STATUSES.write(line.status) if line.status else "",
    }
    if line.currency:
        members["currencyCode"] = line.currency
    if line.deployment:
        members["deploymentId"] = line.deployment
    if line.discount_code:
        members["discountCode"] = line.discount_code
    if line.remaining is not None:
        members["remainingQuantity"] = line.remaining
    if prices and line.prorated_days is not None:
        members["proratedDays"] = line.prorated_days
    if line.promotions:
        members |= write_promotions(line.promotions)
    if prices and line.pricing is not None and complete(line.pricing):
        members["pricing"] = write_pricing(line.pricing)
    return with_unknown(members, line.unknown, NAME) if line.unknown else members


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
        unknown=form.unknown(),
    )


def write_cancelling(line: Line, bought: tuple[Line, ...], *, prices: bool) -> dict[str, Any]:
    """Write what a switch takes away: a line of its own, with a quantity above zero."""
    members = write_line(replace(line, quantity=-line.quantity), prices=prices)
    first = {"referenceLineItemNumber": bought[0].number} if bought else {}
    return {**members, **first}


def read_cancelling(form: Form) -> Line:
    """Read what a switch takes away."""
    line = read_line(form)
    return replace(line, quantity=-size(line.quantity))


def write_promotions(promotions: tuple[Promotion, ...]) -> dict[str, Any]:
    """Write promotions by both their names; the newer one alone has a place for their ids."""
    members = {"promotions": [{"code": one.code, "result": one.result} for one in promotions]}
    if any(one.id for one in promotions):
        members["flexDiscounts"] = [
            {"id": one.id, "code": one.code, "result": one.result} for one in promotions
        ]
    return members


def read_promotion(form: Form) -> Promotion:
    """Read a promotion, by either of its names."""
    return Promotion(id=form.text("id"), code=form.text("code"), result=form.text("result"))
