"""Ownership: an order that a customer's caller writes is that customer's own."""

from __future__ import annotations

from msgspec.structs import replace

from orderglot.core.customer import Customer
from orderglot.core.errors import Forbidden
from orderglot.core.order import Identity, Order
from orderglot.stores.identities import goes_by
from orderglot.stores.merging import nameless
from orderglot.stores.resolution import Resolution


async def owned(order: Order, own: int, resolution: Resolution) -> Order:
    """Put a customer's identity on their order; raises Forbidden where it names another one."""
    named = order.customer
    if named is not None and not nameless(named) and named.id != own:
        await resolution.learn_customers((Identity(id=own),))
        customer = resolution.customers.with_id(own)
        if named.id or customer is None or not _is_named(customer, named):
            raise Forbidden("This account may only handle its own customer's orders.")
    return replace(order, customer=Identity(id=own))


def _is_named(customer: Customer, named: Identity) -> bool:
    return any(goes_by(customer, ref) for ref in named.references) or (
        bool(named.number) and named.number == customer.number
    )


def demand_seller(customer: int | None) -> None:
    """Raise Forbidden unless the caller is the seller, who has no customer."""
    if customer is not None:
        raise Forbidden("This is the seller's to do; ask the seller.")
