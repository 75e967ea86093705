"""The 39 fields of an order: how each is shown, taken in and asked for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from msgspec.structs import replace

from orderglot.core.order import Identity, Link, Order, native
from orderglot.core.query import Compare, Not, Operator, Query, Sort
from orderglot.core.values import InvoiceStatus, Relation
from orderglot.dialects.catalyst import code_lists, comparisons, field_types, site_rows
from orderglot.dialects.catalyst.comparisons import Asked
from orderglot.dialects.catalyst.conditions import ranked
from orderglot.dialects.catalyst.field_types import Member, Show, everywhere
from orderglot.dialects.catalyst.settings import (
    Site,
    meanings,
    status_numbers,
    with_status,
    write_id,
)
from orderglot.dialects.catalyst.tables import (
    CYCLES,
    DIRECT_DEBITS,
    INVOICED,
    LONGEST_PROSE,
    NAME,
    NO_CATEGORY,
    NO_DEBIT,
    OLD_NAMES,
    PAYMENT_METHODS,
    QUOTES,
)
from orderglot.dialects.catalyst.values import put, read_text, read_yes
from orderglot.wire.values import read_references, read_whole

INTERMEDIATE = f"{NAME}.isIntermediate"


def _show_intermediate(order: Order) -> bool | None:
    flag = order.extras.get(INTERMEDIATE)
    return flag if isinstance(flag, bool) else None


def _take_intermediate(order: Order, value: Any, _site: Site) -> Order:
    extras = {name: kept for name, kept in order.extras.items() if name != INTERMEDIATE}
    if value not in (None, ""):
        extras[INTERMEDIATE] = read_yes(value)
    return replace(order, extras=extras)


def _take_kind(order: Order, value: Any, _site: Site) -> Order:
    quote = value not in (None, "") and read_yes(value)
    if QUOTES.write(order.kind) is quote:
        return order
    if order.kind not in QUOTES.codes.values():
        raise ValueError(f"cannot be: this order is a {order.kind}, which never becomes a quote")
    return replace(order, kind=QUOTES.codes[quote])


def _take_invoiced(order: Order, value: Any, _site: Site) -> Order:
    invoiced = value not in (None, "") and read_yes(value)
    if _invoiced(order) is invoiced:
        return order
    return put(order, "invoice.status", InvoiceStatus.PAID if invoiced else None)


def _invoiced(order: Order) -> bool:
    return order.invoice is not None and order.invoice.status in INVOICED


def _take_status(order: Order, value: Any, site: Site) -> Order:
    if value in (None, ""):
        return order
    number = read_whole(value)
    if order.id and number not in meanings(site) and number != status_numbers(site)(order):
        raise ValueError("is no status of this site")
    return with_status(site, order, number)


def _take_id(order: Order, value: Any, _site: Site) -> Order:
    return replace(
        order, references=() if value is None else read_references(read_text(value), NAME)
    )


def _show_entity(order: Order) -> int | str | None:
    return write_id(native(order.customer, NAME)) if order.customer else None


def _take_entity(order: Order, value: Any, _site: Site) -> Order:
    references = () if value in (None, "") else read_references(read_text(value), NAME)
    if order.customer is not None and references == read_references(
        native(order.customer, NAME), NAME
    ):
        return order
    return replace(order, customer=Identity(references=references) if references else None)


def _show_parent(order: Order) -> int | str | None:
    for link in order.links:
        if link.relation is Relation.RENEWAL_OF:
            return write_id(native(link.order, NAME))
    return None


def _take_parent(order: Order, value: Any, _site: Site) -> Order:
    others = tuple(link for link in order.links if link.relation is not Relation.RENEWAL_OF)
    references = () if value in (None, "") else read_references(read_text(value), NAME)
    if references == read_references(str(_show_parent(order) or ""), NAME):
        return order
    named = (Link(Relation.RENEWAL_OF, Identity(references=references)),) if references else ()
    return replace(order, links=(*others, *named))


def _show_site(site: Site) -> Show:
    id = write_id(site.id)
    return lambda _order: id


def _keep(order: Order, _value: Any, _site: Site) -> Order:
    return order


INVOICED_ASKED = comparisons.coded(
    "invoice.status",
    {status: status in INVOICED for status in InvoiceStatus},
    read_yes,
    False,
    {True: InvoiceStatus.PAID, False: None},
)

SITE_ASKED = site_rows.constant(lambda site: write_id(site.id))


def indexed(member: Member) -> Member:
    """Sort by the field alone, which an index does: what is not known comes before everything."""
    return replace(member, asked=replace(member.asked, ranked=None))


MEMBERS = (
    field_types.text_number("assignedUserId", "assigned_user"),
    field_types.text_number("categoryId", "category", NO_CATEGORY),
    field_types.text("countryCode", "ship_to.country"),
    field_types.moment("createDate", "created", own=True),
    field_types.coded("cycleTypeId", "recurrence.cycle", CYCLES, 1),
    field_types.flag("destinationAddressIsResidential", "ship_to.residential", nothing=None),
    field_types.at(
        "directDebitDays",
        "payment.debit_days",
        comparisons.number("payment.debit_days", 0),
        int,
        lambda order: order.payment.debit_days or 0,
        field_types.unless_empty(read_whole, 0),
    ),
    field_types.flag("directDebitProcessed", "payment.debit_processed"),
    field_types.coded("directDebitTypeId", "payment.debit_method", DIRECT_DEBITS, NO_DEBIT),
    field_types.listed("discountCodeId", "discount.code", "discount_codes"),
    field_types.amount("discountRate", "discount.amount"),
    field_types.moment("endRecurDate", "recurrence.ends"),
    Member(
        "entityId",
        everywhere(_show_entity),
        _take_entity,
        replace(comparisons.number(f"customer.native:{NAME}"), sort="customer.id"),
        field_types.Id,
    ),
    field_types.amount("giftVoucherAmount", "discount.voucher_amount", None),
    field_types.text_number("giftVoucherId", "discount.voucher"),
    Member(
        "id",
        everywhere(lambda order: write_id(native(order, NAME))),
        _take_id,
        replace(comparisons.number(f"native:{NAME}"), sort="id"),
        field_types.Id,
        own=True,
    ),
    field_types.text_number("integrationId", "integration"),
    field_types.moment("invoiceDate", "invoice.date"),
    field_types.text("invoiceNumber", "invoice.number", None),
    Member("invoiced", everywhere(_invoiced), _take_invoiced, INVOICED_ASKED, bool),
    Member(
        "isIntermediate",
        everywhere(_show_intermediate),
        _take_intermediate,
        replace(comparisons.flag(f"extras.{INTERMEDIATE}", nothing=None), sort=""),
        bool | None,
    ),
    field_types.moment("lastUpdateDate", "modified", own=True),
    field_types.text("name", "name"),
    field_types.moment("nextInvoiceDate", "invoice.next_date"),
    Member(
        "parentId",
        everywhere(_show_parent),
        _take_parent,
        comparisons.number(f"{Relation.RENEWAL_OF.name.lower()}.native:{NAME}"),
        field_types.Id,
    ),
    field_types.coded("paymentMethodTypeId", "payment.method", PAYMENT_METHODS, None),
    Member(
        "quote",
        everywhere(lambda order: QUOTES.write(order.kind)),
        _take_kind,
        comparisons.coded("kind", QUOTES.canon, read_yes, None, QUOTES.codes),
        bool,
    ),
    field_types.flag("recur", "recurrence.recurs"),
    field_types.text("shippingAttention", "shipping.attention"),
    field_types.text("shippingDescription", "shipping.method", None, longest=LONGEST_PROSE),
    field_types.text("shippingInstructions", "shipping.instructions", longest=LONGEST_PROSE),
    field_types.listed("shippingOptionId", "shipping.option", "shipping_options"),
    field_types.amount("shippingPrice", "totals.shipping"),
    field_types.text("shippingRateKey", "shipping.rate_key", None, longest=LONGEST_PROSE),
    field_types.rate("shippingTaxRate", "shipping.tax_rate"),
    Member("siteId", _show_site, _keep, SITE_ASKED, field_types.Id, own=True),
    Member("statusTypeId", status_numbers, _take_status, code_lists.STATUS, int),
    field_types.listed("taxCodeId", "tax_code", "tax_codes"),
    indexed(field_types.amount("totalPrice", "totals.total", own=True)),
)


_GONE = Compare("deleted", Operator.NE, None)


def _ask_deleted(_site: Site, operator: Operator, value: Any) -> Query:
    deleted = {0: False, 1: True}
    return site_rows.by_row(deleted, lambda id: (Not(_GONE), _GONE)[id], read_yes, operator, value)


def _sort_deleted(_site: Site) -> Sort:
    return ranked(((_GONE, 1), (Not(_GONE), 0)))


OLD_MEMBERS = (
    Member(
        "deleted",
        everywhere(lambda order: order.deleted is not None),
        _keep,
        Asked(_ask_deleted, ranked=_sort_deleted),
        bool,
        own=True,
    ),
)
"""Fields of an older edition of the page, which are shown where ``fields`` names them."""


@cache
def by_name() -> Mapping[str, Member]:
    """Give the members by their names in small letters, old names too."""
    members = {member.name.lower(): member for member in (*MEMBERS, *OLD_MEMBERS)}
    return {**members, **{old: members[new.lower()] for old, new in OLD_NAMES.items()}}
