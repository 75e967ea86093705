"""A new order on our own wire: what is sent, and what the seller makes of it; and changes of one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.correcting import Correction
from orderglot.core.customer import Customer
from orderglot.core.errors import Invalid, Problem, Rule, invalid
from orderglot.core.new_orders import taken_in
from orderglot.core.order import (
    Address,
    Identity,
    Line,
    Notification,
    Order,
    Reference,
    Shipping,
    id_at,
)
from orderglot.core.pricing import price
from orderglot.core.product import Product
from orderglot.core.quantities import Quantity, exact
from orderglot.core.values import Status
from orderglot.dialects.orderglot import known_members, shapes
from orderglot.dialects.orderglot.reading import read_struct
from orderglot.dialects.orderglot.tables import LONGEST_NOTES, NAME
from orderglot.wire.form import Form
from orderglot.wire.values import read_date, read_decimal, unless

Members = dict[str, Any]

TEXTS = ("name", "po_number", "notes")
LINE_TEXTS = ("sku", "unit", "ship_name", "mark_code")
MOST = 999_999_999
"""So much of a line is ordered at most."""


# a new order


def write_draft(order: Order) -> Members:
    """Write a new order; what says nothing is left out."""
    customer = order.customer and id_at(order.customer, NAME)
    members: Members = {
        **{name: getattr(order, name) for name in TEXTS},
        "customer": {"id": customer} if customer else None,
        "bill_to": _write_address(order.bill_to),
        "ship_to": _write_address(order.ship_to),
        "shipping": _write_shipping(order.shipping),
        "lines": list(map(_write_line, order.lines)),
    }
    return _filled(members)


def _filled(members: Members) -> Members:
    return {name: value for name, value in members.items() if value not in (None, "", {}, ())}


def _write_address(address: Address | None) -> Members:
    names = (*Address.__struct_fields__,)
    given = {name: getattr(address, name) for name in names if name != "unknown"} if address else {}
    return _filled(given)


def _write_shipping(shipping: Shipping) -> Members:
    names = (*shapes.SHIPPING, "signature", "notifications")
    return _filled({name: getattr(shipping, name) for name in names})


def _write_line(line: Line) -> Members:
    names = (*LINE_TEXTS, "quantity", "deliver_by")
    return _filled({name: getattr(line, name) for name in names})


def read_draft(form: Form) -> Order:
    """Read a new order; what is not the client's to say is refused."""
    refuse_settled_of(form, Order)
    return Order(
        name=form.text("name"),
        po_number=form.text("po_number"),
        notes=form.text("notes", longest=LONGEST_NOTES),
        customer=read_customer(form),
        bill_to=_read_address(form, "bill_to"),
        ship_to=_read_address(form, "ship_to"),
        shipping=_read_shipping(form.inside("shipping")),
        lines=tuple(map(_read_line, form.each("lines", required=True))),
        unknown=form.unknown("bill_to", "ship_to", "lines"),
    )


def refuse_settled_of(form: Form, kind: type[Struct]) -> None:
    """Refuse the members of a part of an order that are not for the client to say."""
    known = form.known.names if form.known else frozenset()
    for name in form.members:
        if name in kind.__struct_fields__ and name not in known:
            form.refuse(name, Rule.READ_ONLY, "This is not the client's to say; leave it out.")


def read_customer(form: Form) -> Identity | None:
    """Read the customer that is named, by an id of ours or of another dialect; None where none is.

    One that is named in any other way is refused: he is not nobody.
    """
    if form.members.get("customer") is None:
        return None
    named = form.inside("customer")
    id, dialect = named.text("id", required=True), named.text("dialect") or NAME
    return Identity(references=(Reference(dialect, id),)) if id else None


def _read_address(form: Form, name: str) -> Address | None:
    return unless(read_struct(form.inside(name), Address), Address())


def _read_shipping(form: Form) -> Shipping:
    refuse_settled_of(form, Shipping)
    texts: Members = {name: form.text(name) for name in shapes.SHIPPING}
    each = form.each("notifications")
    notifications = tuple(read_struct(one, Notification) for one in each)
    return Shipping(**texts, signature=form.flag("signature"), notifications=notifications)


def _read_line(form: Form) -> Line:
    refuse_settled_of(form, Line)
    quantity, unit = read_quantity(form), form.text("unit")
    if not unit and not isinstance(quantity, int):
        form.refuse("quantity", Rule.RANGE, f"{quantity} is no number of pieces; say its unit.")
    return Line(
        sku=form.text("sku", required=True),
        quantity=quantity,
        unit=unit,
        deliver_by=form.parsed("deliver_by", read_date),
        ship_name=form.text("ship_name"),
        mark_code=form.text("mark_code"),
        unknown=form.unknown(),
    )


def read_quantity(form: Form) -> Quantity:
    """Read how much of a line there is to be."""
    value = form.members.get("quantity")
    if value in (None, ""):
        form.refuse("quantity", Rule.REQUIRED, "This field is required.")
        return 0
    try:
        quantity = exact(read_decimal(value))
    except ValueError as error:
        form.refuse("quantity", Rule.MALFORMED, f"This {error}.")
        return 0
    if not 0 < quantity <= MOST:
        form.refuse("quantity", Rule.RANGE, f"{quantity} is not more than 0 and at most {MOST}.")
    return quantity


def complete(
    draft: Order,
    customer: Customer | None,
    currency: str,
    products: Mapping[str, Product],
    now: datetime,
) -> Order:
    """Make an order out of a draft: the customer's, at the seller's prices, and received.

    Raises Invalid with every line that cannot be bought.
    """
    order = replace(draft, currency=currency, customer=None)
    try:
        order = price(order, products)
    except Invalid as error:
        raise Invalid(*map(_on_wire, error.problems)) from None
    return taken_in(order, customer, now, Status.RECEIVED)


def _on_wire(problem: Problem) -> Problem:
    """Give the problem of a line the name that its field has in the request."""
    field = "sku" if problem.field == "currency" else problem.field
    return replace(problem, field=f"lines[{problem.line}].{field}")


# a change


def read_change(form: Form, order: Order) -> Correction:
    """Read what of an order is to be other than it is (RFC 7396); raises Invalid with what is wrong."""
    refuse_settled_of(form, Order)
    named = [name for name in form.members if name in known_members.CHANGE.names]
    if not named:
        strange = ", ".join(form.members) or "nothing"
        reason = f"Say what is to be changed ({', '.join(_CHANGED)}), not {strange[:200]}."
        raise invalid("body", Rule.REQUIRED, reason)
    correction = Correction(
        po_number=form.text("po_number") if "po_number" in named else None,
        notes=form.text("notes", longest=LONGEST_NOTES) if "notes" in named else None,
        bill_to=changed_address(form, "bill_to", order.bill_to),
        ship_to=changed_address(form, "ship_to", order.ship_to),
        shipping=_changed_shipping(form),
        **(_changed_lines(form, order) if "lines" in named else {}),
    )
    form.check()
    return correction


_CHANGED = ("po_number", "notes", "bill_to", "ship_to", "shipping", "lines")


def changed_address(form: Form, name: str, before: Address | None) -> Address | None:
    """Give an address with what is said of it anew; None where it stays as it is."""
    _refuse_taking_out(form, name)
    inner = form.inside(name)
    if inner.known is not None:
        refuse_settled_of(inner, Address)
    if not inner.members:
        return None
    texts = (*Address.__struct_fields__[:-2],)
    given: Members = {one: inner.text(one) for one in texts if one in inner.members}
    if "residential" in inner.members:
        given["residential"] = inner.flag("residential")
    return replace(before or Address(), **given)


def _changed_shipping(form: Form) -> Members:
    """Read what of how an order goes out is said anew; what is null says nothing from then on."""
    _refuse_taking_out(form, "shipping")
    inner = form.inside("shipping")
    names = [name for name in inner.members if name in Shipping.__struct_fields__]
    given = _read_shipping(inner)
    return {name: getattr(given, name) for name in names}


def _refuse_taking_out(form: Form, name: str) -> None:
    """Refuse a part that is null: an order has one, of which some members may be."""
    if name in form.members and not form.has(name):
        reason = "This cannot be taken out as a whole; say null of each member that is to go."
        form.refuse(name, Rule.REQUIRED, reason)


def _refuse_agreed_of(form: Form, number: int) -> None:
    """Refuse what of a line of an order stays as it was agreed."""
    for name in form.members:
        if name in Line.__struct_fields__ and name not in ("number", "sku", "quantity"):
            reason = f"This stays as it is in line {number}; leave it out, or take the line out."
            form.refuse(name, Rule.READ_ONLY, reason)


def _changed_lines(form: Form, order: Order) -> Members:
    """Read the lines that are to be there: those of the order by their numbers, and further ones."""
    quantities: dict[int, Quantity] = {}
    added = []
    there = {line.number: line for line in order.lines}
    for one in form.each("lines", required=True):
        number = one.whole("number")
        if number is None:
            added.append(replace(_read_line(one), unknown=()))
            continue
        _refuse_agreed_of(one, number)
        if number not in there:
            one.refuse("number", Rule.UNKNOWN, f"There is no line {number} in this order.")
        elif number in quantities:
            one.refuse("number", Rule.DUPLICATE, f"Line {number} is named twice.")
        elif one.has("sku") and one.text("sku") != there[number].sku:
            one.refuse("sku", Rule.READ_ONLY, f"Line {number} is of {there[number].sku!r}.")
        else:
            same = there[number].quantity
            quantities[number] = read_quantity(one) if "quantity" in one.members else same
    removed = tuple(number for number in there if number not in quantities)
    return {"quantities": quantities, "removed": removed, "added": tuple(added)}
