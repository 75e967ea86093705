"""Kodaris's filters: ``filterFields`` of a list, each a name, ``IS``, and a value; all must hold."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from functools import partial

from msgspec import Struct

from orderglot.core.errors import NotFound
from orderglot.core.fields import NET_SUBTOTAL
from orderglot.core.order import Reference
from orderglot.core.query import EVERYTHING, And, Compare, Operator, Or, Query, Value
from orderglot.dialects.kodaris.tables import DELIVERY, NAME, PARTY, STATUSES, SUBTOTAL, TOTALS
from orderglot.dialects.kodaris.values import read_moment, write_moment
from orderglot.wire.form import Form
from orderglot.wire.operation import Context

OPERATION = "IS"
NOTHING = Or(())
"""What no order matches."""

MILLISECOND = timedelta(milliseconds=1)

TEXTS = {
    **{name: f"bill_to.{field}" for name, field in PARTY.items()},
    **{name: f"ship_to.{field}" for name, field in DELIVERY.items()},
    "orderNumber": "number",
    "notes": "notes",
    "purchaseOrder": "po_number",
    "extra5": f"extras.{NAME}.extra5",
    "shippingMethod": "shipping.method",
    "billingAddressCode": "bill_to.code",
    "deliveryAddressCode": "ship_to.code",
    "trackingNumber": "shipping.tracking",
}
AMOUNTS = {name: f"totals.{field}" for name, field in TOTALS.items()} | {SUBTOTAL: NET_SUBTOTAL}
ORDER_ID = "orderID"
IDS = {ORDER_ID: "id", "companyID": "customer.id"}
STATUS = "status"
COMPLETED = "completed"
FIELDS = {**IDS, STATUS: STATUS, COMPLETED: "received", **TEXTS, **AMOUNTS}

SAYABLE = {field: name for name, field in TEXTS.items() if not field.startswith("extras.")}


class Filter(Struct, frozen=True):
    """A member of an order and what it must be; None is nothing."""

    name: str
    value: Value = None


def read_filter(form: Form, zone: tzinfo) -> Filter:
    """Read one of the ``filterFields``; the pages show no other operation than ``IS``.

    Times are those of a clock in ``zone``.
    """
    name = form.choice("name", FIELDS, required=True)
    form.choice("operation", (OPERATION,), required=True)
    if name in AMOUNTS:
        return Filter(name, form.amount("value"))
    if name == COMPLETED:
        return Filter(name, form.parsed("value", partial(read_moment, zone=zone)))
    return Filter(name, form.text("value") or None)


def write_filter(wanted: Filter) -> dict[str, Value]:
    """Write one of the ``filterFields``."""
    value = wanted.value
    if isinstance(value, datetime):
        value = write_moment(value)
    return {"name": wanted.name, "operation": OPERATION, "value": value}


def apart(filters: tuple[Filter, ...]) -> tuple[str, tuple[Filter, ...]]:
    """Give the id of the one order that can be meant, "" where any can, and the other filters."""
    for one in filters:
        if one.name == ORDER_ID and one.value is not None:
            return str(one.value), tuple(other for other in filters if other is not one)
    return "", filters


async def query_of(context: Context, filters: tuple[Filter, ...]) -> Query:
    """Make the question of which orders are meant; ids are looked up as the caller sees them."""
    if not filters:
        return EVERYTHING
    return And(tuple([await _query_of(context, wanted) for wanted in filters]))


async def _query_of(context: Context, wanted: Filter) -> Query:
    name, value = wanted.name, wanted.value
    if name in IDS and value is not None:
        return await _known(context, name, str(value))
    if name == STATUS:
        status = STATUSES.read(str(value))
        return Compare(STATUS, Operator.EQ, status) if status else NOTHING
    if name == COMPLETED:
        return _checked_out(value)
    return Compare(FIELDS[name], Operator.EQ, value)


async def _known(context: Context, name: str, id: str) -> Query:
    ref = Reference(NAME, id)
    try:
        known = await (context.book.get(ref) if name == ORDER_ID else context.book.customer(ref))
    except NotFound:
        return NOTHING
    return Compare(FIELDS[name], Operator.EQ, known.id)


def _checked_out(moment: Value) -> Query:
    """Ask for the time that the wire shows, cut down to its millisecond, or for none."""
    unreceived = Compare("received", Operator.EQ, None)
    if not isinstance(moment, datetime):
        return And((unreceived, Compare("completed", Operator.EQ, None)))
    older = And((unreceived, _within_millisecond("completed", moment)))
    return Or((_within_millisecond("received", moment), older))


def _within_millisecond(name: str, moment: datetime) -> Query:
    return And(
        (
            Compare(name, Operator.GTE, moment),
            Compare(name, Operator.LT, moment + MILLISECOND),
        )
    )


def write_filters(where: Query) -> tuple[tuple[Filter, ...], bool]:
    """Give what of a question the vendor can be asked, and whether that is all of it."""
    parts = where.parts if isinstance(where, And) else (where,)
    filters = tuple(filter(None, map(_write_filter, parts)))
    return filters, len(filters) == len(parts)


def _write_filter(part: Query) -> Filter | None:
    """Say a comparison of one text, as the wire carries it, with another."""
    if not isinstance(part, Compare) or part.operator is not Operator.EQ:
        return None
    text = part.value
    if part.field not in SAYABLE or not isinstance(text, str) or not text or text != text.strip():
        return None
    return Filter(SAYABLE[part.field], text)
