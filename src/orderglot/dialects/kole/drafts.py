"""A new order on Kole's wire: what createOrder is sent, and what has to be so before it is kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.customer import Customer
from orderglot.core.errors import Forbidden, Invalid, Problem, Rule
from orderglot.core.new_orders import taken_in
from orderglot.core.order import Address, Line, Order, Shipping
from orderglot.core.pricing import price
from orderglot.core.product import Product
from orderglot.core.values import Status
from orderglot.dialects.kole.tables import (
    CARRIERS,
    COUNTRIES,
    LENGTHS,
    PRODUCT,
    SHIPPING_SERVICES,
)
from orderglot.dialects.kole.values import read_country, split_zip, write_flag
from orderglot.wire.form import Form
from orderglot.wire.known_members import Known
from orderglot.wire.whole_quantities import whole_pieces

SKU_LENGTH = 5
PHONE_LENGTH = 10
MOST_PIECES = 999_999

_PUNCTUATION = str.maketrans("", "", " -.()/")
_STATE = re.compile("[A-Za-z]{2}")
_DIGITS = re.compile("[0-9]*")


class Draft(Struct, frozen=True):
    """A new order as it was sent, and all that is wrong with it so far."""

    order: Order
    problems: tuple[Problem, ...] = ()


def write_draft(order: Order) -> dict[str, Any]:
    """Write a new order as createOrder takes it."""
    shipping, address = order.shipping, order.ship_to or Address()
    zip_code, extension = split_zip(address.postal_code)
    return {
        "po_number": order.po_number,
        "notes": order.notes,
        "ship_options": {
            "carrier": shipping.carrier.upper(),
            "service": shipping.service.upper(),
            "signature": write_flag(shipping.signature),
            "instructions": shipping.instructions,
        },
        "ship_to_address": {
            "first_name": address.first_name,
            "last_name": address.last_name,
            "company": address.company,
            "address_1": address.line_1,
            "address_2": address.line_2,
            "city": address.city,
            "state": address.state.upper(),
            "zipcode": zip_code,
            "ext_zipcode": extension,
            "country": address.country,
            "phone": address.phone.translate(_PUNCTUATION),
        },
        "items": [{"sku": line.sku, "quantity": whole_pieces(line)} for line in order.lines],
    }


def read_draft(content: Any, known: Known) -> Draft:
    """Read a new order and hold it against the page's table; nothing that is wrong is left out.

    ``known`` are the members that one has.
    """
    form = Form(content, known=known)
    order = Order(
        po_number=_read(form, "po_number"),
        notes=_read(form, "notes"),
        shipping=_read_shipping(form.inside("ship_options", required=True)),
        ship_to=_read_address(form.inside("ship_to_address", required=True)),
        lines=tuple(map(_read_line, form.each("items", "item", required=True))),
        unknown=form.unknown("ship_to_address", "items"),
    )
    return Draft(order, tuple(form.problems))


def _read_shipping(form: Form) -> Shipping:
    return Shipping(
        carrier=form.choice("carrier", CARRIERS, required=True),
        service=form.choice("service", SHIPPING_SERVICES, required=True),
        signature=form.flag("signature"),
        instructions=_read(form, "instructions"),
    )


def _read_address(form: Form) -> Address:
    company = _read(form, "company")
    return Address(
        first_name=_read(form, "first_name", required=not company),
        last_name=_read(form, "last_name", required=not company),
        company=company,
        line_1=_read(form, "address_1", required=True),
        line_2=_read(form, "address_2"),
        city=_read(form, "city", required=True),
        state=_read_state(form),
        postal_code=_read_zip(form),
        country=read_country(form.choice("country", COUNTRIES.codes, required=True)),
        phone=_read_phone(form),
        unknown=form.unknown(),
    )


def _read(form: Form, name: str, *, required: bool = False) -> str:
    return form.text(name, required=required, longest=LENGTHS[name])


def _read_state(form: Form) -> str:
    state = form.text("state", required=True)
    if state and not _STATE.fullmatch(state):
        form.refuse("state", Rule.MALFORMED, "This must be two letters, such as CA.")
    return state.upper()


def _read_zip(form: Form) -> str:
    digits = _read_digits(form, "zipcode", 5, required=True)
    extension = _read_digits(form, "ext_zipcode", 4)
    return f"{digits}-{extension}" if extension else digits


def _read_digits(form: Form, name: str, length: int, *, required: bool = False) -> str:
    digits = form.text(name, required=required)
    if digits and (len(digits) != length or not _DIGITS.fullmatch(digits)):
        form.refuse(name, Rule.MALFORMED, f"This must be {length} digits.")
    return digits


def _read_phone(form: Form) -> str:
    """Read a phone number; what people put between its digits is left out."""
    digits = _read(form, "phone").translate(_PUNCTUATION)
    if not _DIGITS.fullmatch(digits):
        form.refuse("phone", Rule.MALFORMED, "This must be digits alone.")
    elif len(digits) > PHONE_LENGTH:
        reason = f"This may have {PHONE_LENGTH} digits, not {len(digits)}."
        form.refuse("phone", Rule.LENGTH, reason)
    return digits


def _read_line(form: Form) -> Line:
    sku = form.text("sku", required=True).upper()
    if sku and len(sku) != SKU_LENGTH:
        reason = f"A SKU has {SKU_LENGTH} characters, not {len(sku)}."
        form.refuse("sku", Rule.LENGTH, reason)
    pieces = form.whole("quantity", required=True, least=1, most=MOST_PIECES)
    return Line(sku=sku, quantity=pieces or 0, type=PRODUCT, unknown=form.unknown())


def complete(
    draft: Draft,
    customer: Customer,
    currency: str,
    products: Mapping[str, Product],
    now: datetime,
) -> Order:
    """Make an order out of a draft: the customer's, priced, in process, all still owed.

    Raises Forbidden where the account is not ready to order, Invalid with all that is wrong.
    """
    demand_readiness(customer)
    order = _priced(replace(draft, order=replace(draft.order, currency=currency)), products)
    return replace(
        taken_in(order, customer, now, Status.PROCESSING),
        shipping=replace(order.shipping, account=_account(customer, order.shipping.carrier)),
    )


def readiness(customer: Customer) -> dict[str, bool]:
    """Give what the page demands of an account that orders, and whether it has that."""
    return {
        "a billing address": customer.bill_to not in (None, Address()),
        "a payment method": bool(customer.payment_methods),
        "a FedEx or UPS shipping account": any(_account(customer, one) for one in CARRIERS),
    }


def demand_readiness(customer: Customer) -> None:
    """Raise Forbidden unless an account has all that the page demands of one that orders."""
    missing = [what for what, there in readiness(customer).items() if not there]
    if missing:
        raise Forbidden(
            f"This account cannot order without {_listed(missing)}; ask the seller to add what is"
            " missing."
        )


def _account(customer: Customer, carrier: str) -> str:
    """Give the number of a customer's account with a carrier, "" without one."""
    return next(
        (
            account.number
            for account in customer.shipping_accounts
            if account.carrier.upper() == carrier
        ),
        "",
    )


def _priced(draft: Draft, products: Mapping[str, Product]) -> Order:
    """Price a draft; its own problems and those of its prices are raised together."""
    found = {problem.field for problem in draft.problems}
    try:
        order = price(draft.order, products)
    except Invalid as error:
        unpriced = [_on_wire(problem) for problem in error.problems]
        others = (problem for problem in unpriced if problem.field not in found)
        raise Invalid(*draft.problems, *others) from None
    if draft.problems:
        raise Invalid(*draft.problems)
    return order


def _on_wire(problem: Problem) -> Problem:
    """Give the problem of a line the name that its field has in the request."""
    member = {"currency": "sku"}.get(problem.field, problem.field)
    return replace(problem, field=f"items.item[{problem.line}].{member}")


def _listed(things: list[str]) -> str:
    *most, last = things
    return f"{', '.join(most)} and {last}" if most else last
