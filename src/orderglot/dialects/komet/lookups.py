"""Komet's look-ups: customer.list and location.list, each from both ends."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

from msgspec import Struct

from orderglot.core.caller import Caller
from orderglot.core.customer import Customer, identity
from orderglot.core.errors import NotFound
from orderglot.core.order import Reference, native
from orderglot.dialects.komet import shapes
from orderglot.dialects.komet.auth import demand_user
from orderglot.dialects.komet.media import get, read_arguments, read_list, yes
from orderglot.dialects.komet.quota import spend
from orderglot.dialects.komet.resources import NO_CUSTOMERS
from orderglot.dialects.komet.settings import Location, locations_of
from orderglot.dialects.komet.tables import NAME
from orderglot.dialects.komet.values import read_day, write_moment
from orderglot.wire.form import Form
from orderglot.wire.message import Request, Response
from orderglot.wire.operation import Context, Endpoint, Operation, RequestFormat, ResponseFormat
from orderglot.wire.shape import success
from orderglot.wire.values import read_references, write_number

NO_LOCATIONS = "Locations not found."


class Filter(Struct, frozen=True, kw_only=True):
    """What must be so: an id and a code in full, a part of a name, and since when it changed."""

    id: str = ""
    name: str = ""
    code: str = ""
    since: date | None = None

    def fits(self, id: str, name: str, code: str) -> bool:
        """Tell whether something is asked for, whatever the case of its letters."""
        return (
            self.id.lower() in ("", id.lower())
            and self.code.lower() in ("", code.lower())
            and self.name.lower() in name.lower()
        )


def _read_filter(request: Request, _caller: Caller) -> Filter:
    form = read_arguments(request)
    found = Filter(
        id=form.text("id"),
        name=form.text("name"),
        code=form.text("code"),
        since=form.parsed("updateAsOf", read_day),
    )
    form.check()
    return found


def _members(wanted: Filter) -> dict[str, Any]:
    since = wanted.since and wanted.since.isoformat()
    return {"id": wanted.id, "name": wanted.name, "code": wanted.code, "updateAsOf": since}


# customer.list


async def _list_customers(context: Context, wanted: Filter) -> tuple[Customer, ...]:
    """List the seller's customers."""
    await spend(context)
    demand_user(context.book.caller)
    find = _customer(context, wanted.id) if wanted.id else _every_customer(context)
    fitting = [one async for some in find for one in some if _fits(one, wanted)]
    if not fitting:
        raise NotFound(NO_CUSTOMERS)
    return tuple(fitting)


async def _customer(context: Context, id: str) -> AsyncIterator[tuple[Customer, ...]]:
    try:
        yield (await context.book.customer(Reference(NAME, id)),)
    except NotFound:
        return


async def _every_customer(context: Context) -> AsyncIterator[tuple[Customer, ...]]:
    last = 0
    while some := await context.book.customers(after=last):
        yield some
        last = some[-1].id


def _fits(customer: Customer, wanted: Filter) -> bool:
    id = native(identity(customer), NAME)
    changed = customer.modified.date() if customer.modified else date.max
    recent = wanted.since is None or changed >= wanted.since
    return recent and wanted.fits(id, customer.name, customer.number)


def _write_customers(customers: tuple[Customer, ...], request: Request) -> Response:
    return yes("OK", status=1, customers=list(map(_write_customer, customers)))


def _write_customer(customer: Customer) -> dict[str, Any]:
    def extra(name: str) -> Any:
        return customer.extras.get(f"{NAME}.{name}")

    return {
        "id": write_number(native(identity(customer), NAME)),
        "name": customer.name,
        "code": customer.number,
        "active": 1,
        "salesPerson": extra("salesPerson"),
        "salesPersonId": extra("salesPersonId"),
        "customerType": extra("customerType"),
        "updatedOn": write_moment(customer.modified),
        "accountingCode": extra("accountingCode"),
    }


def _read_customers(response: Response, _wanted: Filter) -> tuple[Customer, ...]:
    return read_list(response, "customers", _read_customer)


def _read_customer(form: Form) -> Customer:
    return Customer(
        references=read_references(form.text("id"), NAME),
        name=form.text("name"),
        number=form.text("code"),
    )


def _filtered(name: str) -> RequestFormat[Filter]:
    """Give the request of a list that can be asked for what fits alone."""
    return RequestFormat(
        lambda wanted: get(name, _members(wanted)), _read_filter, query=shapes.Filter
    )


CUSTOMER_LIST: Operation[Filter, tuple[Customer, ...]] = Operation(
    name="customer.list",
    endpoint=Endpoint("GET", ("/api/customer.list",)),
    request=_filtered("customer.list"),
    perform=_list_customers,
    response=ResponseFormat(_write_customers, _read_customers, success(200, shapes.Customers)),
)


# location.list


async def _list_locations(context: Context, wanted: Filter) -> tuple[Location, ...]:
    """List the seller's locations."""
    seller = await spend(context)
    demand_user(context.book.caller)
    fitting = tuple(one for one in locations_of(seller) if wanted.fits(one.id, one.name, one.code))
    if not fitting:
        raise NotFound(NO_LOCATIONS)
    return fitting


def _write_locations(locations: tuple[Location, ...], request: Request) -> Response:
    listed = [{"id": write_number(one.id), "name": one.name, "code": one.code} for one in locations]
    return yes("OK", status=1, locations=listed)


def _read_locations(response: Response, _wanted: Filter) -> tuple[Location, ...]:
    return read_list(response, "locations", _read_location)


def _read_location(form: Form) -> Location:
    return Location(id=form.text("id"), name=form.text("name"), code=form.text("code"))


LOCATION_LIST: Operation[Filter, tuple[Location, ...]] = Operation(
    name="location.list",
    endpoint=Endpoint("GET", ("/api/location.list",)),
    request=_filtered("location.list"),
    perform=_list_locations,
    response=ResponseFormat(_write_locations, _read_locations, success(200, shapes.Locations)),
)
