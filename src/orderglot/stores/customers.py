"""Customers: what is written of one that is new, and of one that has changed."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from orderglot.core.customer import Customer, identity
from orderglot.core.errors import Conflict, NotFound
from orderglot.stores.backend import Entity
from orderglot.stores.merging import demand_version
from orderglot.stores.resolution import Resolution


async def put_customer(customer: Customer, resolution: Resolution, now: datetime) -> Customer:
    """Add a customer, or put a new version in place of the one with its id.

    Raises NotFound, or Conflict where a name or number is another's or the version has moved.
    """
    customers = resolution.customers
    await resolution.learn_customers((customer,))
    namesake = customers.numbered(customer.number)
    if namesake is not None and namesake.id != customer.id:
        raise Conflict(f"Another customer already has the number {customer.number!r}.")
    if customer.id == 0:
        return await _add(customer, resolution, now)
    kept = customers.with_id(customer.id)
    if kept is None:
        raise NotFound(f"There is no customer {customer.id} here; check the id.")
    demand_version(customer, kept)
    new = replace(
        customer,
        version=kept.version + 1,
        created=customer.created or kept.created,
        modified=now,
    )
    if identity(new) != identity(kept):
        resolution.rename(new)
    else:
        customers.write(new)
    return new


async def _add(customer: Customer, resolution: Resolution, now: datetime) -> Customer:
    resolution.customers.refuse_clash(customer)
    new = replace(
        customer,
        id=await resolution.new_id(Entity.CUSTOMER),
        version=1,
        created=customer.created or now,
        modified=customer.modified or now,
    )
    resolution.customers.write(new)
    return new
