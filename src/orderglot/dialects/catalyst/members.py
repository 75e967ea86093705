"""The 39 fields of an order: how each is shown, taken in and asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.order import Identity, Link, Order, native
from orderglot.core.query import EVERYTHING, Compare, Not, Operator, Query
from orderglot.core.values import InvoiceStatus, Relation
from orderglot.dialects.catalyst import asking, numbered
from orderglot.dialects.catalyst.asking import Asked
from orderglot.dialects.catalyst.site import (
    Site,
    number_of,
    status_number,
    with_status,
    word_of,
    write_id,
)
from orderglot.dialects.catalyst.tables import (
    CYCLES,
    DIRECT_DEBITS,
    INVOICED,
    NAME,
    NO_CATEGORY,
    NO_DEBIT,
    OLD_NAMES,
    PAYMENT_METHODS,
    QUOTES,
)
from orderglot.dialects.catalyst.values import (
    digits,
    look,
    put,
    read_moment,
    read_number,
    read_text,
    read_yes,
    write_moment,
)
from orderglot.wire.table import Both
from orderglot.wire.values import bare, read_amount, read_references, read_whole

INTERMEDIATE = f"{NAME}.isIntermediate"

Show = Callable[[Order, Site], Any]
Take = Callable[[Order, Any, Site], Order]


class Member(Struct, frozen=True):
    """One field: ``show`` spells it, ``take`` puts what was sent into an order.

    ``take`` raises a ValueError that goes on from the value; what only the hub decides is taken
    when an order is read that came from a vendor, not when a client sends one (``own``).
    """

    name: str
    show: Show
    take: Take
    asked: Asked
    own: bool = False


def _at(name: str, path: str, asked: Asked, write: Any, read: Any, *, own: bool = False) -> Member:
    """Make the member that spells the value at one path of an order."""
    there = look(path)

    def show(order: Order, _site: Site) -> Any:
        return write(there(order))

    def take(order: Order, value: Any, _site: Site) -> Order:
        return put(order, path, read(value))

    return Member(name, show, take, asked, own=own)


def _text(name: str, path: str, nothing: str | None = "") -> Member:
    asked = asking.text(path, nothing)
    return _at(name, path, asked, lambda text: text or nothing, _or(read_text, ""))


def _moment(name: str, path: str, *, own: bool = False) -> Member:
    return _at(name, path, asking.moment(path), write_moment, _or(read_moment, None), own=own)


def _amount(name: str, path: str, nothing: int | None = 0, *, own: bool = False) -> Member:
    def write(amount: Decimal | None) -> Decimal | int | None:
        return nothing if amount is None else bare(amount)

    return _at(name, path, asking.number(path, nothing), write, _or(read_amount, None), own=own)


def _spelled(name: str, path: str, nothing: int | None = None) -> Member:
    """Make the member that spells a text of digits as a number."""

    def write(text: str) -> int | None:
        return int(text) if digits(text or "") else nothing

    def read(value: Any) -> str:
        number = None if value in (None, "") else read_whole(value)
        return "" if number in (None, nothing) else str(number)

    return _at(name, path, asking.spelled(path, nothing), write, read)


def _flag(name: str, path: str, *, nothing: bool | None = False) -> Member:
    def write(value: bool | None) -> bool | None:
        return nothing if value is None else value

    return _at(name, path, asking.flag(path, nothing=nothing), write, _or(read_yes, nothing))


def _coded(
    name: str, path: str, table: Both[Any, Any], nothing: Any, read: Any = read_number
) -> Member:
    """Make the member that spells a value of a closed list as its number."""
    back = {nothing: None, **table.codes}
    asked = asking.coded(path, table.canon, read, nothing, back)

    def write(value: Any) -> Any:
        return nothing if value is None else table.write(value)

    def take(value: Any) -> Any:
        code = nothing if value in (None, "") else _code(read(value))
        if code not in back:
            raise ValueError(f"is none of {', '.join(map(str, table.codes))}")
        return back[code]

    return _at(name, path, asked, write, take)


def _code(value: Any) -> Any:
    return value if isinstance(value, bool) or value != value.to_integral_value() else int(value)


def _listed(name: str, path: str, rows: str) -> Member:
    """Make the member that spells a word of one of the site's own lists as its number."""
    there = look(path)

    def show(order: Order, site: Site) -> int | None:
        return number_of(getattr(site, rows), there(order))

    def take(order: Order, value: Any, site: Site) -> Order:
        number = None if value in (None, "") else read_whole(value)
        return put(order, path, "" if number is None else word_of(getattr(site, rows), number))

    return Member(name, show, take, numbered.listed(path, rows))


def _or(read: Callable[[Any], Any], nothing: Any) -> Callable[[Any], Any]:
    return lambda value: nothing if value in (None, "") else read(value)


def _show_intermediate(order: Order, _site: Site) -> bool | None:
    flag = order.extras.get(INTERMEDIATE)
    return flag if isinstance(flag, bool) else None


def _take_intermediate(order: Order, value: Any, _site: Site) -> Order:
    extras = {name: kept for name, kept in order.extras.items() if name != INTERMEDIATE}
    if value not in (None, ""):
        extras[INTERMEDIATE] = read_yes(value)
    return replace(order, extras=extras)


def _take_kind(order: Order, value: Any, _site: Site) -> Order:
    quote = value not in (None, "") and read_yes(value)
    return order if QUOTES.write(order.kind) is quote else replace(order, kind=QUOTES.codes[quote])


def _take_invoiced(order: Order, value: Any, _site: Site) -> Order:
    invoiced = value not in (None, "") and read_yes(value)
    if _invoiced(order) is invoiced:
        return order
    return put(order, "invoice.status", InvoiceStatus.PAID if invoiced else None)


def _invoiced(order: Order) -> bool:
    return order.invoice is not None and order.invoice.status in INVOICED


def _take_status(order: Order, value: Any, site: Site) -> Order:
    return order if value in (None, "") else with_status(site, order, read_whole(value))


def _take_id(order: Order, value: Any, _site: Site) -> Order:
    return replace(
        order, references=() if value is None else read_references(read_text(value), NAME)
    )


def _show_entity(order: Order, _site: Site) -> int | str | None:
    return write_id(native(order.customer, NAME)) if order.customer else None


def _take_entity(order: Order, value: Any, _site: Site) -> Order:
    references = () if value in (None, "") else read_references(read_text(value), NAME)
    if order.customer is not None and references == read_references(
        native(order.customer, NAME), NAME
    ):
        return order
    return replace(order, customer=Identity(references=references) if references else None)


def _show_parent(order: Order, _site: Site) -> int | str | None:
    parents = [link for link in order.links if link.relation is Relation.RENEWAL_OF]
    return write_id(native(parents[0].order, NAME)) if parents else None


def _take_parent(order: Order, value: Any, site: Site) -> Order:
    others = tuple(link for link in order.links if link.relation is not Relation.RENEWAL_OF)
    references = () if value in (None, "") else read_references(read_text(value), NAME)
    if references == read_references(str(_show_parent(order, site) or ""), NAME):
        return order
    named = (Link(Relation.RENEWAL_OF, Identity(references=references)),) if references else ()
    return replace(order, links=(*others, *named))


def _keep(order: Order, _value: Any, _site: Site) -> Order:
    return order


def _ask_site(site: Site, operator: Operator, value: Any) -> Query:
    return asking.by_row({0: read_number(site.id)}, lambda _id: EVERYTHING, operator, value)


INVOICED_ASKED = asking.coded(
    "invoice.status",
    {status: status in INVOICED for status in InvoiceStatus},
    read_yes,
    False,
    {True: InvoiceStatus.PAID, False: None},
)

MEMBERS = (
    _spelled("assignedUserId", "assigned_user"),
    _spelled("categoryId", "category", NO_CATEGORY),
    _text("countryCode", "ship_to.country"),
    _moment("createDate", "created", own=True),
    _coded("cycleTypeId", "recurrence.cycle", CYCLES, 1),
    _flag("destinationAddressIsResidential", "ship_to.residential", nothing=None),
    _at(
        "directDebitDays",
        "payment.debit_days",
        asking.number("payment.debit_days", 0),
        lambda days: days or 0,
        _or(read_whole, 0),
    ),
    _flag("directDebitProcessed", "payment.debit_processed"),
    _coded("directDebitTypeId", "payment.debit_method", DIRECT_DEBITS, NO_DEBIT),
    _listed("discountCodeId", "discount.code", "discount_codes"),
    _amount("discountRate", "discount.amount"),
    _moment("endRecurDate", "recurrence.ends"),
    Member(
        "entityId",
        _show_entity,
        _take_entity,
        replace(asking.number(f"customer.native:{NAME}"), sort="customer.id"),
    ),
    _amount("giftVoucherAmount", "discount.voucher_amount", None),
    _spelled("giftVoucherId", "discount.voucher"),
    Member(
        "id",
        lambda order, _site: write_id(native(order, NAME)),
        _take_id,
        replace(asking.number(f"native:{NAME}"), sort="id"),
        own=True,
    ),
    _spelled("integrationId", "integration"),
    _moment("invoiceDate", "invoice.date"),
    _text("invoiceNumber", "invoice.number", None),
    Member("invoiced", lambda order, _site: _invoiced(order), _take_invoiced, INVOICED_ASKED),
    Member(
        "isIntermediate",
        _show_intermediate,
        _take_intermediate,
        replace(asking.flag(f"extras.{INTERMEDIATE}", nothing=None), sort=""),
    ),
    _moment("lastUpdateDate", "modified", own=True),
    _text("name", "name"),
    _moment("nextInvoiceDate", "invoice.next_date"),
    Member("parentId", _show_parent, _take_parent, numbered.PARENT),
    _coded("paymentMethodTypeId", "payment.method", PAYMENT_METHODS, None),
    Member(
        "quote",
        lambda order, _site: QUOTES.write(order.kind),
        _take_kind,
        asking.coded("kind", QUOTES.canon, read_yes, None, QUOTES.codes),
    ),
    _flag("recur", "recurrence.recurs"),
    _text("shippingAttention", "shipping.attention"),
    _text("shippingDescription", "shipping.method", None),
    _text("shippingInstructions", "shipping.instructions"),
    _listed("shippingOptionId", "shipping.option", "shipping_options"),
    _amount("shippingPrice", "totals.shipping"),
    _text("shippingRateKey", "shipping.rate_key", None),
    _amount("shippingTaxRate", "shipping.tax_rate"),
    Member("siteId", lambda _order, site: write_id(site.id), _keep, Asked(_ask_site), own=True),
    Member(
        "statusTypeId",
        lambda order, site: status_number(site, order),
        _take_status,
        numbered.STATUS,
    ),
    _listed("taxCodeId", "tax_code", "tax_codes"),
    _amount("totalPrice", "totals.total", own=True),
)


def _ask_deleted(_site: Site, operator: Operator, value: Any) -> Query:
    gone = Compare("deleted", Operator.NE, None)
    return asking.by_row({0: False, 1: True}, lambda said: (Not(gone), gone)[said], operator, value)


OLD_MEMBERS = (
    Member(
        "deleted",
        lambda order, _site: order.deleted is not None,
        _keep,
        Asked(_ask_deleted),
        own=True,
    ),
)
"""Fields of an older edition of the page, which are shown where ``fields`` names them."""


@cache
def by_name() -> Mapping[str, Member]:
    """Give the members by their names in small letters, old names too."""
    members = {member.name.lower(): member for member in (*MEMBERS, *OLD_MEMBERS)}
    return {**members, **{old: members[new.lower()] for old, new in OLD_NAMES.items()}}
