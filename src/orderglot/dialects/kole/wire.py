"""An order as Kole's wire writes it: ``write_order`` and ``read_order``, part by part.

The members stand in the page's order. What says nothing is None: an empty element, or null.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from orderglot.core.order import (
    Address,
    Amounts,
    Identity,
    Invoice,
    Line,
    Notification,
    Order,
    Shipping,
    native,
)
from orderglot.core.values import Status
from orderglot.dialects.kole.links import write_link, write_order_path
from orderglot.dialects.kole.tables import (
    INVOICE_STATUSES,
    LINE_STATUSES,
    LONGEST_ID,
    NAME,
    PRODUCT,
    STATUSES,
)
from orderglot.dialects.kole.values import (
    plain,
    read_country,
    read_moment,
    read_text,
    with_sayable,
    write_flag,
    write_id,
    write_weight,
    write_zip,
)
from orderglot.wire.form import Form
from orderglot.wire.return_quantities import with_returns_counted
from orderglot.wire.values import bare, read_references, seconds, unless, write_number
from orderglot.wire.whole_quantities import in_pieces


def write_order(order: Order, base: str, media: str) -> dict[str, Any]:
    """Write an order, with the link that leads to it where it has an id."""
    id = native(order, NAME)
    members = {
        "order_id": write_number(id, LONGEST_ID),
        "customer_id": order.customer and write_id(native(order.customer, NAME)),
        "po_number": order.po_number or None,
        "status": STATUSES.write(order.status),
        "tax_exempt": write_flag(order.tax_exempt),
        "notes": order.notes or None,
        "created": seconds(order.created) or None,
        "modified": seconds(order.modified) or None,
        "received": seconds(order.received) or None,
        "ship_options": write_shipping(order.shipping),
        "bill_to_address": write_address(order.bill_to or Address()),
        "ship_to_address": write_address(order.ship_to or Address()),
        "items": [write_line(line) for line in with_returns_counted(order).lines],
        "invoice": write_invoice(order.invoice or Invoice()),
        "links": [write_link("getOrder", base + write_order_path(id), media)]
        if write_id(id)
        else [],
    }
    return with_sayable(members, order.unknown) if order.unknown else members


def read_order(form: Form) -> Order:
    """Read an order; what is wrong with it is noted in the form."""
    return Order(
        references=read_references(read_text(form, "order_id"), NAME),
        customer=read_customer(form),
        po_number=read_text(form, "po_number"),
        status=STATUSES.read(form.choice("status", STATUSES.codes)) or Status.RECEIVED,
        tax_exempt=form.flag("tax_exempt"),
        notes=read_text(form, "notes"),
        created=form.parsed("created", read_moment),
        modified=form.parsed("modified", read_moment),
        received=form.parsed("received", read_moment),
        shipping=read_shipping(form.inside("ship_options")),
        bill_to=read_address(form.inside("bill_to_address")),
        ship_to=read_address(form.inside("ship_to_address")),
        lines=tuple(map(read_line, form.each("items", "item"))),
        invoice=read_invoice(form.inside("invoice")),
        unknown=form.unknown("bill_to_address", "ship_to_address", "items"),
    )


def read_shown(form: Form) -> Order:
    """Read an order that its vendor shows, and so with a list of its lines, be it an empty one."""
    form.demand_list("items")
    return read_order(form)


def read_customer(form: Form) -> Identity | None:
    """Read whose order it is, None where it says nothing."""
    return unless(
        Identity(references=read_references(read_text(form, "customer_id"), NAME)), Identity()
    )


def write_shipping(shipping: Shipping) -> dict[str, Any]:
    """Write ``ship_options``."""
    return {
        "ship_account_id": shipping.account or None,
        "carrier": shipping.carrier or None,
        "service": shipping.service or None,
        "signature": write_flag(shipping.signature),
        "instructions": shipping.instructions or None,
        "notifications": [
            {"type": notification.type or None, "email": notification.email or None}
            for notification in shipping.notifications
        ],
    }


def read_shipping(form: Form) -> Shipping:
    """Read ``ship_options``."""
    return Shipping(
        account=read_text(form, "ship_account_id"),
        carrier=read_text(form, "carrier"),
        service=read_text(form, "service"),
        signature=form.flag("signature"),
        instructions=read_text(form, "instructions"),
        notifications=tuple(
            Notification(
                type=read_text(notification, "type"), email=read_text(notification, "email")
            )
            for notification in form.each("notifications", "notification")
        ),
    )


def write_address(address: Address) -> dict[str, Any]:
    """Write ``bill_to_address`` or ``ship_to_address``."""
    members: dict[str, Any] = {
        "first_name": address.first_name or None,
        "last_name": address.last_name or None,
        "company": address.company or None,
        "address_1": address.line_1 or None,
        "address_2": address.line_2 or None,
        "city": address.city or None,
        "state": address.state or None,
        "zipcode": write_zip(address.postal_code) or None,
        "country": address.country or None,
        "phone": address.phone or None,
    }
    return with_sayable(members, address.unknown) if address.unknown else members


def read_address(form: Form) -> Address | None:
    """Read an address, None where it says nothing."""
    return unless(
        Address(
            first_name=read_text(form, "first_name"),
            last_name=read_text(form, "last_name"),
            company=read_text(form, "company"),
            line_1=read_text(form, "address_1"),
            line_2=read_text(form, "address_2"),
            city=read_text(form, "city"),
            state=read_text(form, "state"),
            postal_code=read_text(form, "zipcode"),
            country=read_country(read_text(form, "country")),
            phone=read_text(form, "phone"),
            unknown=form.unknown(),
        ),
        Address(),
    )


def write_line(line: Line) -> dict[str, Any]:
    """Write an ``item``."""
    line = in_pieces(line)
    members = {
        "sku": line.sku or None,
        "upc": line.upc or None,
        "title": line.title or None,
        "weight": write_weight(line.weight),
        "quantity": line.quantity,
        "unit_price": bare(line.unit_price),
        "type": plain(line.type) or PRODUCT,
        "line_status": line.status and LINE_STATUSES.write(line.status),
        "line_total": bare(line.total),
    }
    return with_sayable(members, line.unknown) if line.unknown else members


def read_line(form: Form) -> Line:
    """Read an ``item``."""
    return Line(
        sku=read_text(form, "sku"),
        upc=read_text(form, "upc"),
        title=read_text(form, "title"),
        weight=form.amount("weight"),
        quantity=form.whole("quantity") or 0,
        unit_price=form.amount("unit_price"),
        type=read_text(form, "type"),
        status=LINE_STATUSES.read(form.choice("line_status", LINE_STATUSES.codes)),
        total=form.amount("line_total"),
        unknown=form.unknown(),
    )


def write_invoice(invoice: Invoice) -> dict[str, Any]:
    """Write ``invoice`` with its ledger."""
    return {
        "invoice_id": invoice.number or None,
        "status": invoice.status and INVOICE_STATUSES.write(invoice.status),
        "due": write_amounts(invoice.due),
        "owed": write_amounts(invoice.owed),
        "paid": write_amounts(invoice.paid),
        "refunded": write_amounts(invoice.refunded),
    }


def read_invoice(form: Form) -> Invoice | None:
    """Read ``invoice``, None where it says nothing."""
    return unless(
        Invoice(
            number=read_text(form, "invoice_id"),
            status=INVOICE_STATUSES.read(form.choice("status", INVOICE_STATUSES.codes)),
            due=read_amounts(form.inside("due")),
            owed=read_amounts(form.inside("owed")),
            paid=read_amounts(form.inside("paid")),
            refunded=read_amounts(form.inside("refunded")),
        ),
        Invoice(),
    )


def write_amounts(amounts: Amounts) -> dict[str, Decimal | None]:
    """Write one row of an invoice's ledger."""
    return {
        "subtotal": bare(amounts.subtotal),
        "tax": bare(amounts.tax),
        "duty": bare(amounts.duty),
        "shipping": bare(amounts.shipping),
        "total": bare(amounts.total),
    }


def read_amounts(form: Form) -> Amounts:
    """Read one row of an invoice's ledger."""
    return Amounts(
        subtotal=form.amount("subtotal"),
        tax=form.amount("tax"),
        duty=form.amount("duty"),
        shipping=form.amount("shipping"),
        total=form.amount("total"),
    )
