"""An order as Catalyst's wire writes it: reading one, and writing what is in it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from orderglot.core.errors import Rule
from orderglot.core.fields import read_whole_text
from orderglot.core.order import Address, Line, Order
from orderglot.core.unknown_members import with_further
from orderglot.dialects.catalyst.fields import MEMBERS, by_name
from orderglot.dialects.catalyst.item_charges import read_charges, write_charges
from orderglot.dialects.catalyst.settings import Site, with_status, write_id
from orderglot.dialects.catalyst.tables import (
    BILLING_ADDRESS,
    LABELS,
    NAME,
    OF_ORDER,
    SHIPPING_ADDRESS,
)
from orderglot.dialects.catalyst.values import digits
from orderglot.wire.form import Form
from orderglot.wire.known_members import with_unknown
from orderglot.wire.message import once
from orderglot.wire.return_quantities import counted
from orderglot.wire.values import bare, read_whole
from orderglot.wire.whole_quantities import in_pieces

Members = dict[str, Any]

_TEXTS = (str, int, Decimal)
"""What a text may be sent as."""

APART = ("items", "products", "addresses")
"""The lists of an order that are read by themselves."""

STATUS = "status"
"""The relation that a client has to ask for if it wants to know what a status means."""


def read_order(form: Form, site: Site) -> Order:
    """Read an order that a vendor sent; what is wrong with it is noted in the form."""
    order = take(Order(), form, site, own=True)
    label = form.inside(STATUS).text("label") if form.has(STATUS) else ""
    if not label:
        return order
    number = read_whole(form.members["statusTypeId"]) if form.has("statusTypeId") else 0
    means = LABELS.get(label.lower(), order.status)
    return with_status(site, order, number, means) if number else replace(order, status=means)


def take(order: Order, form: Form, site: Site, *, own: bool = False) -> Order:
    """Put what was sent into an order; what is wrong with it is noted in the form.

    Names that no field has are kept as they came; passed over is, unless ``own``, what only the hub
    decides, and what comes as it is shown: a client may send a whole order back.
    """
    members = by_name()
    taken: list[tuple[str, Any]] = []
    for name, value in form.members.items():
        member = members.get(name.lower())
        if member is None or (member.own and not own):
            continue
        if not own and isinstance(value, _TEXTS):
            form.measure(name, str(value), member.longest)
        taken.append((member.name, value))
        if order.id and value == member.show(order, site):
            continue
        try:
            order = member.take(order, value, site)
        except ValueError as error:
            form.refuse(name, Rule.MALFORMED, f"{_shortened(value)} {error}.")
    if not own:
        once(taken)
    return with_further(order, form.unknown(*APART))


def _shortened(value: Any) -> str:
    if isinstance(value, Mapping | list):
        return "This"
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def write_draft(order: Order, site: Site) -> Members:
    """Write a new order as POST takes it: what says something, and is the client's to say."""
    return {
        member.name: shown
        for member in MEMBERS
        if not member.own and (shown := member.show(order, site)) not in (None, "")
    }


def item_id(line: Line, position: int) -> int:
    """Give the number of a line: its own id, else the place where it stands."""
    own = read_whole_text(line.id)
    return position if own is None else own


def write_line(line: Line, position: int, order: Order, site: Site) -> Members:
    """Write a line as an item of an order."""
    line = in_pieces(counted(line, order))
    product = read_whole_text(line.item_id)
    members = {
        "itemId": item_id(line, position),
        "orderId": by_name()["id"].show(order, site),
        "productId": product,
        "siteId": write_id(site.id),
        "catalogueId": None,
        "units": line.quantity,
        "unitPrice": bare(line.unit_price),
        **write_charges(line.details),
        "totalPrice": bare(line.total),
        "description": line.title or None,
        "supplierCommission": None,
        "deleted": False,
        "attributeExtras": None,
        "variationId": None,
        "deletedByTaskOrAdmin": False,
        "product": {"id": product, "productCode": line.sku or None},
    }
    return with_unknown(members, line.unknown, NAME) if line.unknown else members


def read_line(form: Form) -> Line:
    """Read an item of an order."""
    return Line(
        id=digits(form.text("itemId")),
        item_id=digits(form.text("productId")),
        sku=form.inside("product").text("productCode", exact=True),
        title=form.text("description", exact=True),
        quantity=form.whole("units") or 0,
        unit_price=form.amount("unitPrice"),
        total=form.amount("totalPrice"),
        details=read_charges(form),
        unknown=form.unknown(),
    )


def write_addresses(order: Order, site: Site) -> list[Members]:
    """Write where an order goes and where its bill goes."""
    kinds = ((SHIPPING_ADDRESS, order.ship_to), (BILLING_ADDRESS, order.bill_to))
    return [
        _write_address(kind, address, order, site) for kind, address in kinds if address is not None
    ]


def _write_address(kind: int, address: Address, order: Order, site: Site) -> Members:
    members: Members = {
        "id": kind,
        "siteId": write_id(site.id),
        "addressType": kind,
        "objectId": by_name()["id"].show(order, site),
        "objectType": OF_ORDER,
        "default": True,
        "address1": address.line_1,
        "address2": address.line_2,
        "zipCode": address.postal_code,
        "suburb": address.city,
        "countryCode": address.country,
        "state": address.state,
    }
    return with_unknown(members, address.unknown, NAME)


def read_addresses(order: Order, forms: tuple[Form, ...]) -> Order:
    """Put the addresses that were sent into an order."""
    for form in forms:
        match form.whole("addressType"):
            case kind if kind == SHIPPING_ADDRESS:
                order = replace(order, ship_to=_address(form, order.ship_to))
            case kind if kind == BILLING_ADDRESS:
                order = replace(order, bill_to=_address(form, order.bill_to))
    return order


def _address(form: Form, known: Address | None) -> Address | None:
    address = replace(
        known or Address(),
        line_1=form.text("address1", exact=True),
        line_2=form.text("address2", exact=True),
        postal_code=form.text("zipCode", exact=True),
        city=form.text("suburb", exact=True),
        country=form.text("countryCode", exact=True),
        state=form.text("state", exact=True),
        unknown=form.unknown(),
    )
    return None if address == Address() else address
