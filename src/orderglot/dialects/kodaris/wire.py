"""An order as Kodaris's wire writes it: 44 members, nulls and all, in the page's order.

The header alone: the API's lists of orders carry no lines.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from orderglot.core.order import Address, Identity, Order, Shipping, Totals, native
from orderglot.core.shown_sums import net_subtotal
from orderglot.core.values import Status
from orderglot.dialects.kodaris.tables import (
    DELIVERY,
    HOMELESS,
    MEMBERS,
    NAME,
    PARTY,
    STATUSES,
    SUBTOTAL,
    TOTALS,
)
from orderglot.dialects.kodaris.values import OWN, checked_out, is_empty, read_moment, write_moment
from orderglot.wire.form import Form
from orderglot.wire.known_members import with_unknown
from orderglot.wire.values import bare, read_references, round_number, unless, write_number

Members = dict[str, Any]

_BLANK: Members = {**dict.fromkeys(MEMBERS), "displayPricing": True}
"""What is written of an order that says nothing; most orders leave much of it so."""

_NOBODY = Address()


def write_order(order: Order) -> Members:
    """Write an order; what the page does not name stands behind its members."""
    bill_to, ship_to = order.bill_to or _NOBODY, order.ship_to or _NOBODY
    members = _BLANK.copy()
    members["orderID"] = write_number(native(order, NAME))
    write_party(members, bill_to, PARTY)
    write_party(members, ship_to, DELIVERY)
    members["deliveryAddress2"] = ship_to.line_2
    members["completed"] = write_moment(checked_out(order))
    members["orderNumber"] = write_number(order.number)
    members["status"] = STATUSES.write(order.status)
    members["notes"] = order.notes or None
    members["purchaseOrder"] = order.po_number or None
    members["shippingMethod"] = order.shipping.method or None
    members["billingAddressCode"] = bill_to.code or None
    members["deliveryAddressCode"] = ship_to.code or None
    members["trackingNumber"] = order.shipping.tracking or None
    members["companyID"] = order.customer and write_number(native(order.customer, NAME))
    for name, field in TOTALS.items():
        members[name] = bare(getattr(order.totals, field))
    members[SUBTOTAL] = bare(net_subtotal(order))
    if order.extras:
        write_extras(members, order)
    return with_unknown(members, order.unknown, NAME) if order.unknown else members


def read_order(form: Form) -> Order:
    """Read an order; what is wrong with it is noted in the form."""
    status, unknown = read_status(form)
    return Order(
        references=read_references(form.text("orderID"), NAME),
        bill_to=read_party(form, PARTY, "billingAddressCode"),
        ship_to=read_party(form, DELIVERY, "deliveryAddressCode"),
        received=form.parsed("completed", read_moment),
        number=round_number(form.text("orderNumber")),
        status=status,
        notes=form.text("notes"),
        po_number=form.text("purchaseOrder"),
        shipping=Shipping(method=form.text("shippingMethod"), tracking=form.text("trackingNumber")),
        customer=read_customer(form),
        totals=Totals(**{field: form.amount(name) for name, field in TOTALS.items()}),
        extras={**read_extras(form.members), **unknown},
        unknown=form.unknown(),
    )


def write_party(members: Members, address: Address, fields: Mapping[str, str]) -> None:
    """Put in who is billed or delivered to."""
    for name, field in fields.items():
        if text := getattr(address, field):
            members[name] = text


def read_party(form: Form, members: Mapping[str, str], code: str) -> Address | None:
    """Read who is billed or delivered to, None where nobody is named."""
    texts = {field: form.text(name) for name, field in members.items()}
    return unless(replace(Address(code=form.text(code)), **texts), Address())


def read_customer(form: Form) -> Identity | None:
    """Read whose order it is: a company's; None where it says nothing."""
    return unless(Identity(references=read_references(form.text("companyID"), NAME)), Identity())


def read_status(form: Form) -> tuple[Status, dict[str, str]]:
    """Read how far an order has come.

    A site has words of its own: one that nobody knows means that work goes on, and is kept.
    """
    word = form.text("status")
    if not word:
        return Status.RECEIVED, {}
    status = STATUSES.read(word)
    return (status, {}) if status else (Status.PROCESSING, {f"{NAME}.status": word})


def write_extras(members: Members, order: Order) -> None:
    """Put in what the canonical order has no home for, nothing in the place of what it has one for.

    Older books have among the extras what the page does not name.
    """
    for name, value in order.extras.items():
        if name.startswith(OWN):
            member = name[len(OWN) :]
            named = member in HOMELESS or member not in _BLANK
            if named and not is_empty(member, value):
                members[member] = value


def read_extras(members: Mapping[str, Any]) -> dict[str, Any]:
    """Read those of the page's members that the canonical order has no home for."""
    return {
        f"{NAME}.{name}": value
        for name, value in members.items()
        if name in HOMELESS and not is_empty(name, value)
    }
