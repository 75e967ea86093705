"""A new order on Adobe's wire: what createOrder is sent, and all that is wrong with its form."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.currencies import DECIMALS, unknown
from orderglot.core.errors import Problem, Rule
from orderglot.core.order import Line, Order, native
from orderglot.core.values import Kind, Status
from orderglot.dialects.adobe.tables import (
    HIGHEST_NUMBER,
    KINDS,
    LONGEST_REFERENCE,
    LONGEST_REFERENCE_OF_A_RETURN,
    LONGEST_TEXT,
    MOST_LINES,
    MOST_PIECES,
    NAME,
    PREVIEWS,
    RELATIONS,
    SWITCHES,
)
from orderglot.dialects.adobe.values import present
from orderglot.dialects.adobe.wire import apart
from orderglot.wire import json
from orderglot.wire.form import Form
from orderglot.wire.whole_quantities import whole_pieces

TYPES = tuple(code for code, kind in KINDS.codes.items() if kind is not Kind.TRANSFER)
"""The order types that can be created; a transfer has an API of its own."""

RESOURCE = frozenset(
    {
        *("externalReferenceId", "orderId", "customerId", "referenceOrderId"),
        *("referencedOrderId", "orderType", "currencyCode", "creationDate", "lastModifiedDate"),
        *("status", "source", "lineItems", "cancellingItems", "pricingSummary"),
        *("eligibleOffers", "recommendations", "links"),
    }
)
"""The members of an order; those that are read only are sent back by real clients."""

ITEM = frozenset(
    {
        *("extLineItemNumber", "referenceLineItemNumber", "offerId", "quantity", "discountCode"),
        *("subscriptionId", "status", "currencyCode", "deploymentId", "proratedDays"),
        *("remainingQuantity", "flexDiscountCodes", "flexDiscounts", "promotions", "pricing"),
    }
)
"""The members of a line item."""


class Draft(Struct, frozen=True, kw_only=True):
    """A new order as it was sent: what is bought, what a switch cancels, and what is wrong."""

    type: str
    customer: str
    order: Order
    cancelling: tuple[Line, ...] = ()
    target: str = ""
    prices: bool = False
    problems: tuple[Problem, ...] = ()


def write_draft(order: Order) -> dict[str, Any]:
    """Write a new order as createOrder takes it: its currency on the order or on its lines."""
    bought, cancelling = apart(order)
    target = order.links[0].order if order.links and order.kind in RELATIONS else None
    return present(
        {
            "orderType": KINDS.write(order.kind),
            "externalReferenceId": order.po_number or None,
            "referenceOrderId": native(target, NAME) if target else None,
            "currencyCode": order.currency or None,
            "lineItems": list(_write_lines(bought, order.currency)) or None,
            "cancellingItems": [
                {**line, "referenceLineItemNumber": bought[0].number or 1}
                for line in _write_lines(cancelling, order.currency)
            ]
            or None,
        }
    )


def _write_lines(lines: Iterable[Line], currency: str) -> Iterable[dict[str, Any]]:
    for number, line in enumerate(lines, 1):
        yield present(
            {
                "extLineItemNumber": line.number or number,
                "offerId": line.sku,
                "quantity": abs(whole_pieces(line)),
                "subscriptionId": line.subscription or None,
                "currencyCode": None if currency else line.currency or None,
                "deploymentId": line.deployment or None,
                "discountCode": line.discount_code or None,
            }
        )


def read_draft(body: bytes, customer: str, *, prices: bool) -> Draft:
    """Read a new order and hold its form against the resource; nothing that is wrong is left out.

    Raises Invalid where the body is no JSON at all.
    """
    form = open_sent(body)
    refuse_unknown(form, RESOURCE)
    asked = form.choice("orderType", TYPES, required=True)
    kind = KINDS.read(PREVIEWS.get(asked, asked)) or Kind.SALE
    lines = _read_lines(form, asked, kind)
    cancelling = _read_cancelling(form, kind, lines)
    order = Order(
        kind=kind,
        po_number=read_reference(form, kind),
        source="API",
        currency=_read_currency(form),
        lines=lines,
    )
    order = _in_one_currency(form, order, needed=kind is Kind.SALE)
    draft = Draft(
        type=asked,
        customer=customer,
        order=order,
        cancelling=cancelling,
        target=_read_target(form, kind),
        prices=prices,
    )
    return replace(draft, problems=tuple(form.problems))


def open_sent(body: bytes) -> Form:
    return Form(json.read_sent(body), longest=LONGEST_TEXT)


def read_reference(form: Form, kind: Kind, *, required: bool = False) -> str:
    """Read the client's own reference."""
    returns = kind is Kind.RETURN
    longest = LONGEST_REFERENCE_OF_A_RETURN if returns else LONGEST_REFERENCE
    return form.text("externalReferenceId", required=required, longest=longest)


def refuse_unknown(form: Form, known: frozenset[str]) -> None:
    """Note every member that the resource does not have."""
    if known.issuperset(form.members):
        return
    for name in form.members:
        if name not in known:
            form.refuse(str(name), Rule.UNEXPECTED, "There is no such field.")


def _read_target(form: Form, kind: Kind) -> str:
    """Read the order that a return or reversal is of; no other order may name one."""
    target = form.text("referenceOrderId", required=kind in RELATIONS)
    if target and kind not in RELATIONS:
        reason = "Only a return or a reversal refers to another order."
        form.refuse("referenceOrderId", Rule.UNEXPECTED, reason)
    return target


def _read_lines(form: Form, asked: str, kind: Kind) -> tuple[Line, ...]:
    optional = asked == "PREVIEW_RENEWAL" or kind is Kind.SWITCH_REVERSAL
    items = form.each("lineItems", required=not optional)
    if len(items) > MOST_LINES:
        reason = f"An order may have {MOST_LINES} line items, not {len(items)}."
        form.refuse("lineItems", Rule.SIZE, reason)
        return ()
    lines = tuple(_read_line(item, kind) for item in items)
    _refuse_twice(form, lines)
    return lines


def _read_line(form: Form, kind: Kind) -> Line:
    begin = len(form.problems)
    refuse_unknown(form, ITEM)
    number = form.whole("extLineItemNumber", required=True, least=0, most=HIGHEST_NUMBER)
    line = Line(
        number=number or 0,
        sku=form.text("offerId", required=kind is not Kind.RENEWAL),
        quantity=form.whole("quantity", required=True, least=1, most=MOST_PIECES) or 0,
        subscription=_read_subscription(form, kind),
        currency=_read_currency(form),
        deployment=form.text("deploymentId"),
        status=Status.RECEIVED,
    )
    if kind is not Kind.RETURN:
        _refuse_discounts(form)
    if number is not None and len(form.problems) > begin:
        # Adobe names lines by their own numbers, not by where they stand.
        form.problems[begin:] = [replace(problem, line=number) for problem in form.problems[begin:]]
    return line


def _read_subscription(form: Form, kind: Kind) -> str:
    """Read which subscription is renewed; a client sets nothing else of one."""
    subscription = form.text("subscriptionId", required=kind is Kind.RENEWAL)
    return subscription if kind is Kind.RENEWAL else ""


def _refuse_discounts(form: Form) -> None:
    """Refuse discounts: the book has none to give, and one that is not given must not be passed."""
    codes = form.members.get("flexDiscountCodes")
    if isinstance(codes, list) and len(codes) > 1:
        _refuse(form, "flexDiscountCodes", Rule.SIZE, "A line takes one code.", "2147")
    elif codes:
        _refuse(form, "flexDiscountCodes", Rule.UNKNOWN, "There is no such code.", "2146")
    if form.text("discountCode"):
        _refuse(form, "discountCode", Rule.UNKNOWN, "There is no such code.", "5135")


def _read_cancelling(form: Form, kind: Kind, lines: tuple[Line, ...]) -> tuple[Line, ...]:
    items = form.each("cancellingItems", required=kind is Kind.SWITCH)
    if items and kind not in SWITCHES:
        reason = "Only a switch cancels items."
        form.refuse("cancellingItems", Rule.UNEXPECTED, reason)
        return ()
    numbers = {line.number for line in lines}
    return tuple(_read_cancelled(item, numbers) for item in items)


def _read_cancelled(form: Form, numbers: set[int]) -> Line:
    refuse_unknown(form, ITEM)
    named = form.whole("referenceLineItemNumber")
    if named is not None and named not in numbers:
        reason = "There is no line item of this number."
        _refuse(form, "referenceLineItemNumber", Rule.MISMATCH, reason, "2153")
    _refuse_discounts(form)
    return Line(
        number=form.whole("extLineItemNumber", least=0, most=HIGHEST_NUMBER) or 0,
        subscription=form.text("subscriptionId", required=True),
        quantity=form.whole("quantity", required=True, least=1, most=MOST_PIECES) or 0,
        currency=_read_currency(form),
    )


def _read_currency(form: Form) -> str:
    currency = form.text("currencyCode")
    if currency and currency not in DECIMALS:
        form.refuse("currencyCode", Rule.MALFORMED, unknown(currency))
    return currency


def _in_one_currency(form: Form, order: Order, *, needed: bool) -> Order:
    """Say the currency on the order and on each line; both may say it as long as they agree."""
    of_lines = {line.currency for line in order.lines} - {""}
    if order.currency and of_lines - {order.currency}:
        reason = "Say the currency on the order or on its lines."
        form.refuse("currencyCode", Rule.MISMATCH, reason)
    silent = not order.currency and any(not line.currency for line in order.lines)
    if needed and silent:
        form.refuse("currencyCode", Rule.REQUIRED, "This field is required.")
    lines = tuple(replace(line, currency=line.currency or order.currency) for line in order.lines)
    common = next(iter(of_lines)) if len(of_lines) == 1 else ""
    return replace(order, currency=order.currency or common, lines=lines)


def _refuse_twice(form: Form, lines: tuple[Line, ...]) -> None:
    seen: set[int] = set()
    for line in lines:
        if line.number in seen:
            reason = f"There are two line items {line.number}."
            name = form.name_of("lineItems.extLineItemNumber")
            form.problems.append(Problem(name, Rule.DUPLICATE, reason, line.number))
        seen.add(line.number)


def _refuse(form: Form, name: str, rule: Rule, reason: str, code: str) -> None:
    form.problems.append(Problem(form.name_of(name), rule, reason, form.line, code))
