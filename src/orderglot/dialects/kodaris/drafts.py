"""A new order on Kodaris's wire: what is sent, and what the seller makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.customer import Customer
from orderglot.core.errors import Invalid, Problem
from orderglot.core.new_orders import previewed, taken_in
from orderglot.core.order import Address, Line, Order, Shipping, extra, native
from orderglot.core.pricing import price
from orderglot.core.product import Product
from orderglot.core.values import Status
from orderglot.dialects.kodaris.shapes import LONGEST_NOTES, MOST_PIECES
from orderglot.dialects.kodaris.tables import DELIVERY, NAME, PARTY
from orderglot.dialects.kodaris.wire import Members, read_customer, write_party
from orderglot.wire.form import Form
from orderglot.wire.values import unless, write_number
from orderglot.wire.whole_quantities import whole_pieces


class Draft(Struct, frozen=True):
    """A new order as it was sent; with ``completes`` false it is only to be looked at."""

    order: Order
    completes: bool = True


def write_draft(order: Order) -> Members:
    """Write a new order as the vendor takes it; what says nothing is left out."""
    bill_to, ship_to = order.bill_to or Address(), order.ship_to or Address()
    members: Members = {}
    write_party(members, bill_to, PARTY)
    write_party(members, ship_to, DELIVERY)
    members |= {
        "notes": order.notes,
        "purchaseOrder": order.po_number,
        "extra5": extra(order, NAME).get("extra5"),
        "shippingMethod": order.shipping.method,
        "billingAddressCode": bill_to.code,
        "deliveryAddressCode": ship_to.code,
        "companyID": order.customer and write_number(native(order.customer, NAME)),
        "items": [{"code": line.sku, "quantity": whole_pieces(line)} for line in order.lines],
    }
    return {name: value for name, value in members.items() if value not in (None, "")}


def read_draft(form: Form) -> Order:
    """Read a new order; members that are the vendor's to fill are passed over."""
    extra5 = form.text("extra5")
    return Order(
        notes=form.text("notes", longest=LONGEST_NOTES),
        po_number=form.text("purchaseOrder"),
        bill_to=_read_party(form, PARTY, "billingAddressCode"),
        ship_to=_read_party(form, DELIVERY, "deliveryAddressCode"),
        shipping=Shipping(method=form.text("shippingMethod")),
        customer=read_customer(form),
        lines=tuple(map(_read_line, form.each("items", required=True))),
        extras={f"{NAME}.extra5": extra5} if extra5 else {},
        unknown=form.unknown("items"),
    )


def _read_party(form: Form, members: Mapping[str, str], code: str) -> Address | None:
    texts = {field: form.text(name) for name, field in members.items()}
    address = Address(code=form.text(code))
    return unless(replace(address, **texts), Address())


def _read_line(form: Form) -> Line:
    code = form.text("code", required=True)
    pieces = form.whole("quantity", required=True, least=1, most=MOST_PIECES)
    return Line(sku=code, quantity=pieces or 0, unknown=form.unknown())


def complete(
    draft: Draft,
    customer: Customer | None,
    currency: str,
    products: Mapping[str, Product],
    now: datetime,
) -> Order:
    """Make an order out of a draft: the company's, priced, and received unless it is a preview.

    Who is not named is billed, and delivered to, at the company's address. Raises Invalid with
    every line that cannot be bought.
    """
    order = _priced(replace(draft.order, currency=currency), products)
    order = replace(order, customer=None)
    taken = taken_in(order, customer, now, Status.RECEIVED)
    taken = replace(taken, ship_to=order.ship_to or taken.bill_to)
    return taken if draft.completes else previewed(taken, now)


def _priced(order: Order, products: Mapping[str, Product]) -> Order:
    try:
        return price(order, products)
    except Invalid as error:
        raise Invalid(*map(_on_wire, error.problems)) from None


def _on_wire(problem: Problem) -> Problem:
    """Give the problem of a line the name that its field has in the request."""
    member = {"sku": "code", "currency": "code"}.get(problem.field, problem.field)
    return replace(problem, field=f"items[{problem.line}].{member}")
