"""Relations: what an order leads to, nested in it where ``fields`` names it, asked for by a path."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from typing import Any

import msgspec
from msgspec import Struct

from orderglot.core.customer import Customer
from orderglot.core.order import Order, native
from orderglot.core.query import Operator, Query
from orderglot.dialects.catalyst import comparisons
from orderglot.dialects.catalyst.code_lists import with_status
from orderglot.dialects.catalyst.comparisons import Asked, by_row
from orderglot.dialects.catalyst.fields import by_name
from orderglot.dialects.catalyst.settings import Numbered, Site, row_of, status_numbers, write_id
from orderglot.dialects.catalyst.tables import NAME
from orderglot.dialects.catalyst.values import write_moment, write_rate

RATES = ("rate", "discountPercentage")
"""What rows have in percent, and the wire as a fraction."""

Shown = dict[str, Any]
ShowRelation = Callable[[Order, Customer | None], Shown]


class Relation(Struct, frozen=True):
    """A relation: ``show_on`` a site gives all that it leads to, ``{}`` where that is nothing.

    ``asked`` has what may be asked for, by names in small letters. Where ``fields`` selects nothing
    inside it, the members of ``more`` are left out.
    """

    name: str
    show_on: Callable[[Site], ShowRelation]
    asked: Mapping[str, Asked]
    more: frozenset[str] = frozenset()


def _row(row: Numbered | None, site: Site) -> Shown:
    """Spell a row of one of the site's lists."""
    if row is None:
        return {}
    members: Shown = msgspec.to_builtins(row, builtin_types=(Decimal,))
    rates = {name: write_rate(members[name]) for name in RATES if name in members}
    return {"id": members.pop("id"), "siteId": write_id(site.id), **members, **rates}


def write_status(site: Site, number: int) -> Shown:
    """Spell a status of a site."""
    row = next((row for row in site.statuses if row.id == number), None)
    if row is None:
        return {}
    return {
        "id": row.id,
        "siteId": write_id(site.id),
        "label": row.label,
        "default": row.default,
        "notifyCustomer": row.notify_customer,
        "siteNotificationId": row.site_notification_id,
    }


def _show_status(site: Site) -> ShowRelation:
    number = status_numbers(site)
    rows = {row.id: write_status(site, row.id) for row in site.statuses}
    return lambda order, _customer: rows.get(number(order), {})


def _rows_asked(rows: str, choose: Callable[[Site, int], Query], names: tuple[str, ...]) -> Any:
    def asked(name: str) -> Asked:
        def ask(site: Site, operator: Operator, value: Any) -> Query:
            # Of one number the row that stands in the list comes last.
            said = {row.id: _said(row, name, site) for row in getattr(site, rows)}
            return by_row(said, lambda id: choose(site, id), operator, value)

        return Asked(ask)

    return {name.lower(): asked(name) for name in names}


def _said(row: Numbered, name: str, site: Site) -> Any:
    if name == "siteId":
        return write_id(site.id)
    said = getattr(row, _member(type(row), name))
    return write_rate(said) if name in RATES else said


@cache
def _member(kind: type[Numbered], name: str) -> str:
    """Give the attribute of a row that the wire knows under a name."""
    return next(one.name for one in msgspec.structs.fields(kind) if one.encode_name == name)


def _listed(name: str, member: str, rows: str, names: tuple[str, ...]) -> Relation:
    """Make the relation to a row of one of the site's own lists."""

    def show_on(site: Site) -> ShowRelation:
        number, there = by_name()[member].show_on(site), getattr(site, rows)
        return lambda order, _customer: _row(row_of(there, number(order)), site)

    def choose(site: Site, id: int) -> Query:
        return by_name()[member].asked.read(site, Operator.EQ, id)

    return Relation(name, show_on, _rows_asked(rows, choose, names))


def _show_customer(site: Site) -> ShowRelation:
    return lambda order, customer: _customer(order, customer, site)


def _customer(order: Order, customer: Customer | None, site: Site) -> Shown:
    if order.customer is None:
        return {}
    known = customer or Customer()
    company = known.bill_to.company if known.bill_to else ""
    return {
        "id": write_id(native(order.customer, NAME)),
        "siteId": write_id(site.id),
        "customerTypeId": None,
        "leadSourceTypeId": None,
        "industryTypeId": None,
        "ratingTypeId": None,
        "titleTypeId": None,
        "firstName": known.first_name,
        "middleName": None,
        "lastName": known.last_name,
        "company": company or None,
        "username": None,
        "externalId": known.number or None,
        "createDate": write_moment(known.created),
        "lastUpdateDate": write_moment(known.modified),
        "email1": {"value": known.email} if known.email else {},
        "homePhone": {"value": known.phone} if known.phone else {},
    }


def _show_company(site: Site) -> ShowRelation:
    def show(_order: Order, customer: Customer | None) -> Shown:
        company = customer.bill_to.company if customer and customer.bill_to else ""
        return {"siteId": write_id(site.id), "name": company} if company else {}

    return show


def _show_user(site: Site) -> ShowRelation:
    number_of = by_name()["assigneduserid"].show_on(site)

    def show(order: Order, _customer: Customer | None) -> Shown:
        number = number_of(order)
        return {} if number is None else {"id": number, "siteId": write_id(site.id)}

    return show


def _show_nothing(_site: Site) -> ShowRelation:
    return lambda _order, _customer: {}


CUSTOMER_ASKED = {
    "id": comparisons.number(f"customer.native:{NAME}"),
    "firstname": comparisons.text("customer.first_name"),
    "lastname": comparisons.text("customer.last_name"),
    "company": comparisons.text("customer.bill_to.company", None),
    "externalid": comparisons.text("customer.number", None),
    "createdate": comparisons.moment("customer.created"),
    "lastupdatedate": comparisons.moment("customer.modified"),
    "email1.value": comparisons.text("customer.email", None),
    "homephone.value": comparisons.text("customer.phone", None),
}

RELATIONS = (
    Relation(
        "status",
        _show_status,
        _rows_asked(
            "statuses",
            with_status,
            ("id", "siteId", "label", "default", "notifyCustomer", "siteNotificationId"),
        ),
    ),
    Relation(
        "customer",
        _show_customer,
        CUSTOMER_ASKED,
        frozenset({"externalId", "createDate", "lastUpdateDate", "email1", "homePhone"}),
    ),
    Relation(
        "company", _show_company, {"name": comparisons.text("customer.bill_to.company", None)}
    ),
    _listed(
        "taxCode", "taxcodeid", "tax_codes", ("id", "siteId", "countryCode", "taxCode", "rate")
    ),
    _listed(
        "discountCode",
        "discountcodeid",
        "discount_codes",
        ("id", "siteId", "discountCode", "description", "discountPercentage", "enabled"),
    ),
    Relation("workflow", _show_nothing, {}),
    Relation("assignedUser", _show_user, {"id": by_name()["assigneduserid"].asked}),
)


@cache
def relations() -> Mapping[str, Relation]:
    """Give the relations by their names in small letters."""
    return {relation.name.lower(): relation for relation in RELATIONS}


@cache
def every_asked() -> Mapping[str, Asked]:
    """Give whatever may be asked for: the members, and the paths through relations."""
    paths = {
        f"{name}.{inner}": asked
        for name, relation in relations().items()
        for inner, asked in relation.asked.items()
    }
    members = {name: member.asked for name, member in by_name().items()}
    short = {name: CUSTOMER_ASKED[name] for name in ("email1.value", "homephone.value")}
    return {**members, **paths, **short}
