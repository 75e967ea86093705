"""A web order as Komet's wire writes it, in the form and the order of the page's sample."""

from __future__ import annotations

from typing import Any

from orderglot.core.errors import Rule
from orderglot.core.order import Identity, Line, Order, Totals, native
from orderglot.core.shown_sums import charges_beside, net_subtotal
from orderglot.core.values import Status
from orderglot.dialects.komet.tables import INVOICE, ITEM_TYPES, NAME, STATUSES
from orderglot.dialects.komet.values import read_day, write_date, write_item_type
from orderglot.wire.form import Form
from orderglot.wire.known_members import with_unknown
from orderglot.wire.return_quantities import with_returns_counted
from orderglot.wire.table import Both, Canon
from orderglot.wire.values import bare, read_references, round_number, unless, write_number
from orderglot.wire.whole_quantities import in_whole


def write_order(order: Order, company: str) -> dict[str, Any]:
    """Write a web order of a company's."""
    members = {
        "id": write_number(native(order, NAME)),
        "number": write_number(order.number),
        "statusId": STATUSES.write(order.status),
        "companyId": write_number(company),
        "userId": write_number(order.entered_by),
        "companyLocationId": write_number(order.location),
        "customerId": order.customer and write_number(native(order.customer, NAME)),
        "items": [write_item(line) for line in with_returns_counted(order).lines],
        "subTotal": bare(net_subtotal(order)),
        "additionalCharges": bare(charges_beside(order)),
        "total": bare(order.totals.total),
    }
    return with_unknown(members, order.unknown, NAME) if order.unknown else members


def read_order(form: Form) -> Order:
    """Read a web order; what is wrong with it is noted in the form."""
    return Order(
        references=read_references(form.text("id"), NAME),
        number=round_number(form.text("number")),
        status=read_status(form),
        entered_by=round_number(form.text("userId")),
        location=round_number(form.text("companyLocationId")),
        customer=read_customer(form),
        lines=tuple(map(read_item, form.each("items"))),
        totals=Totals(
            subtotal=form.amount(spelling(form, "subTotal", "subtotal")),
            charges=form.amount("additionalCharges"),
            total=form.amount("total"),
        ),
        unknown=form.unknown("items"),
    )


def write_item(line: Line) -> dict[str, Any]:
    """Write an item."""
    line = in_whole(line)
    members = {
        "id": line.id,
        "webOrderItemId": write_number(line.item_id),
        "webOrderItemType": write_item_type(line.type),
        "imageUrl": line.image_url,
        "productDescription": line.title,
        "quantity": line.quantity,
        "price": bare(line.unit_price),
        "totalPrice": bare(line.total),
        "deliverBy": write_date(line.deliver_by),
        "carrierId": write_number(line.carrier_id),
        "carrierName": line.carrier,
        "shipName": line.ship_name,
        "markCode": line.mark_code,
        "itemSizeId": write_number(line.box_id),
        "itemSizeCode": line.box,
        "unitType": line.unit,
        "stemsBunch": line.pieces_per_unit,
        "pack": line.units_per_box,
    }
    return with_unknown(members, line.unknown, NAME) if line.unknown else members


def read_item(form: Form) -> Line:
    """Read an item."""
    return Line(
        id=form.text("id"),
        item_id=round_number(form.text("webOrderItemId")),
        type=read_item_type(form),
        image_url=form.text("imageUrl"),
        title=form.text("productDescription"),
        quantity=form.whole("quantity") or 0,
        unit_price=form.amount("price"),
        total=form.amount("totalPrice"),
        deliver_by=form.parsed(spelling(form, "deliverBy", "deliveryBy"), read_day),
        carrier_id=round_number(form.text("carrierId")),
        carrier=form.text("carrierName"),
        ship_name=form.text("shipName"),
        mark_code=form.text("markCode"),
        box_id=round_number(form.text("itemSizeId")),
        box=form.text("itemSizeCode"),
        unit=form.text("unitType"),
        pieces_per_unit=form.whole("stemsBunch"),
        units_per_box=form.whole("pack"),
        unknown=form.unknown(),
    )


def read_status(form: Form) -> Status:
    """Read how far a web order has come."""
    return _read_code(form, "statusId", STATUSES) or Status.RECEIVED


def read_item_type(form: Form) -> str:
    """Read whether an item is a prebook's or an invoice's."""
    return _read_code(form, "webOrderItemType", ITEM_TYPES) or INVOICE


def _read_code(form: Form, name: str, table: Both[int, Canon]) -> Canon | None:
    """Read one of the vendor's codes, None where there is none or nobody knows it."""
    code = form.whole(name)
    value = None if code is None else table.read(code)
    if code is not None and value is None:
        known = ", ".join(map(str, table.codes))
        form.refuse(name, Rule.CHOICE, f"{code} is not one of {known}.")
    return value


def read_customer(form: Form) -> Identity | None:
    """Read whose web order it is, None where it says nothing."""
    return unless(Identity(references=read_references(form.text("customerId"), NAME)), Identity())


def spelling(form: Form, sample: str, table: str) -> str:
    """Give the name that a member goes by: as in the page's sample, or else as in its table."""
    return table if form.has(table) and not form.has(sample) else sample
