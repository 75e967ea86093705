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
from orderglot.core.query import And, Compare, Operator, Query, Sort
from orderglot.dialects.catalyst import comparisons, site_rows
from orderglot.dialects.catalyst.code_lists import with_status
from orderglot.dialects.catalyst.comparisons import Asked, ReadValue
from orderglot.dialects.catalyst.conditions import same
from orderglot.dialects.catalyst.fields import by_name
from orderglot.dialects.catalyst.relation_members import (
    COMPANY,
    CONTACTS,
    CUSTOMER,
    CUSTOMER_SHOWN,
    DISCOUNT_CODE,
    ROW,
    STATUS,
    TAX_CODE,
    USER,
    USER_SHOWN,
    Inside,
    paths,
)
from orderglot.dialects.catalyst.settings import Numbered, Site, row_of, status_numbers, write_id
from orderglot.dialects.catalyst.tables import NAME
from orderglot.dialects.catalyst.values import (
    write_moment,
    write_rate,
)

RATES = ("rate", "discountPercentage")
"""What rows have in percent, and the wire as a fraction."""

OTHER_NAMES = {"code": "taxCode"}
"""What a tax code is called in a list of them, and inside an order."""

Shown = dict[str, Any]
ShowRelation = Callable[[Order, Customer | None], Shown]


class Relation(Struct, frozen=True):
    """A relation: ``show_on`` a site gives all that it leads to, ``{}`` where that is nothing.

    ``inside`` has all its members, also those that are known of no order, and ``asked`` how those
    are compared that are known of some; both by paths. Where ``fields`` selects nothing inside it,
    only ``shown`` is given, all of it where that is empty.
    """

    name: str
    show_on: Callable[[Site], ShowRelation]
    inside: Inside
    asked: Mapping[str, Asked]
    shown: tuple[str, ...] = ()


def _row(row: Numbered | None, site: Site) -> Shown:
    """Write a row of one of the site's lists."""
    if row is None:
        return {}
    members: Shown = msgspec.to_builtins(row, builtin_types=(Decimal,))
    members |= {name: write_rate(members[name]) for name in RATES if name in members}
    others = {name: members[one] for name, one in OTHER_NAMES.items() if one in members}
    return {"id": members.pop("id"), "siteId": write_id(site.id), **members, **others}


def write_status(site: Site, number: int) -> Shown:
    """Write a status of a site."""
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


def _rows_asked(rows: str, choose: Callable[[Site, int], Query], inside: Inside) -> Any:
    def asked(name: str, read: ReadValue) -> Asked:
        def values(site: Site) -> dict[int, Any]:
            # Of one number the row that stands in the list comes last.
            return {row.id: _value_of(row, name, site) for row in getattr(site, rows)}

        def ask(site: Site, operator: Operator, value: Any) -> Query:
            return site_rows.by_row(
                values(site), lambda id: choose(site, id), read, operator, value, site.zone
            )

        def sort_on(site: Site) -> Sort:
            return site_rows.sorted_by_row(values(site), lambda id: choose(site, id))

        return Asked(ask, ranked=sort_on)

    return {name: asked(name, read) for name, read in inside.items() if callable(read)}


def _value_of(row: Numbered, name: str, site: Site) -> Any:
    if name == "siteId":
        return write_id(site.id)
    value = getattr(row, _member(type(row), OTHER_NAMES.get(name, name)))
    return write_rate(value) if name in RATES else value


@cache
def _member(kind: type[Numbered], name: str) -> str:
    """Give the attribute of a row that the wire knows under a name."""
    return next(one.name for one in msgspec.structs.fields(kind) if one.encode_name == name)


def _listed(name: str, member: str, rows: str, inside: Inside) -> Relation:
    """Make the relation to a row of one of the site's own lists."""

    def show_on(site: Site) -> ShowRelation:
        number, there = by_name()[member].show_on(site), getattr(site, rows)
        return lambda order, _customer: _row(row_of(there, number(order)), site)

    def choose(site: Site, id: int) -> Query:
        return by_name()[member].asked.read(site, Operator.EQ, id)

    shown = tuple(one for one in inside if one not in OTHER_NAMES)
    return Relation(name, show_on, inside, _rows_asked(rows, choose, inside), shown)


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
        "createDate": write_moment(known.created, site.zone),
        "lastUpdateDate": write_moment(known.modified, site.zone),
        "dateOfBirth": None,
        "wholesaler": None,
        **dict.fromkeys(CONTACTS, _NO_CONTACT),
        "email1": {"value": known.email} if known.email else {},
        "homePhone": {"value": known.phone} if known.phone else {},
    }


_NO_CONTACT = Shown()


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


def _of_customer(asked: Asked) -> Asked:
    """Ask for a text on record of a customer, which is "" where there is one without it."""

    def ask(site: Site, operator: Operator, value: Any) -> Query:
        if value is None and operator is Operator.EQ:
            return same("customer.id", None)
        return And((_SOMEBODY, asked.read(site, operator, value)))

    return msgspec.structs.replace(asked, read=ask, nothing=("", None))


def _site_of(there: Query) -> Asked:
    return site_rows.constant(lambda site: write_id(site.id), there)


_SOMEBODY = Compare("customer.id", Operator.NE, None)
_SOME_COMPANY = Compare("customer.bill_to.company", Operator.NE, None)
_SOME_USER = Compare("whole:assigned_user", Operator.NE, None)

CUSTOMER_ASKED = {
    "id": comparisons.number(f"customer.native:{NAME}"),
    "siteId": _site_of(_SOMEBODY),
    "firstName": _of_customer(comparisons.text("customer.first_name")),
    "lastName": _of_customer(comparisons.text("customer.last_name")),
    "company": comparisons.text("customer.bill_to.company", None),
    "externalId": comparisons.text("customer.number", None),
    "createDate": comparisons.moment("customer.created"),
    "lastUpdateDate": comparisons.moment("customer.modified"),
    "email1.value": comparisons.text("customer.email", None),
    "homePhone.value": comparisons.text("customer.phone", None),
}

RELATIONS = (
    Relation("status", _show_status, STATUS, _rows_asked("statuses", with_status, STATUS)),
    Relation("customer", _show_customer, CUSTOMER, CUSTOMER_ASKED, tuple(CUSTOMER_SHOWN)),
    Relation(
        "company",
        _show_company,
        COMPANY,
        {
            "siteId": _site_of(_SOME_COMPANY),
            "name": comparisons.text("customer.bill_to.company", None),
        },
    ),
    _listed("taxCode", "taxcodeid", "tax_codes", TAX_CODE),
    _listed("discountCode", "discountcodeid", "discount_codes", DISCOUNT_CODE),
    Relation("workflow", _show_nothing, ROW, {}),
    Relation(
        "assignedUser",
        _show_user,
        USER,
        {"id": by_name()["assigneduserid"].asked, "siteId": _site_of(_SOME_USER)},
        tuple(USER_SHOWN),
    ),
)


@cache
def relations() -> Mapping[str, Relation]:
    """Give the relations by their names in small letters."""
    return {relation.name.lower(): relation for relation in RELATIONS}


@cache
def every_asked() -> Mapping[str, Asked]:
    """Give whatever may be asked for: the members, and the paths through relations."""
    inside = {
        f"{name}.{path}".lower(): relation.asked.get(path) or site_rows.never(read)
        for name, relation in relations().items()
        for path, read in paths(relation.inside)
    }
    members = {name: member.asked for name, member in by_name().items()}
    short = {name.lower(): CUSTOMER_ASKED[name] for name in ("email1.value", "homePhone.value")}
    return {**members, **inside, **short}
