"""Removing: a customer or product that nothing points at."""

from __future__ import annotations

from orderglot.core.counting import counted
from orderglot.core.customer import Customer
from orderglot.core.errors import Conflict
from orderglot.core.product import Product
from orderglot.core.query import Compare, Operator, Query, Window
from orderglot.stores.backend import Backend, Scope
from orderglot.stores.item_numbers import kind_of
from orderglot.stores.selection import selection


async def demand_unused_customer(backend: Backend, seller: int, customer: Customer) -> None:
    """Raise Conflict where orders, keys or item numbers are a customer's, and say which."""
    found = list[str]()
    if orders := await _orders(backend, seller, Compare("customer.id", Operator.EQ, customer.id)):
        found.append(counted(orders, "order", "orders"))
    keys = [one for one in await backend.credentials(seller) if one.caller.customer == customer.id]
    if keys:
        found.append(counted(len(keys), "key", "keys"))
    if numbers := await backend.notes(seller, kind_of(customer.id), ()):
        found.append(counted(len(numbers), "item number", "item numbers"))
    if found:
        name = customer.number or customer.id
        raise Conflict(f"Customer {name} has {', '.join(found)}; who has any is not removed.")


async def demand_unused_product(backend: Backend, seller: int, product: Product) -> None:
    """Raise Conflict where orders have a line of a product."""
    where = Compare("lines.sku", Operator.EQ, product.sku)
    if orders := await _orders(backend, seller, where):
        several = counted(orders, "order has", "orders have")
        raise Conflict(f"{several} a line of {product.sku}; what was ordered is not removed.")


async def _orders(backend: Backend, seller: int, where: Query) -> int:
    """Count the orders that match, deleted ones and those of test mode as well."""
    asked = selection(Window(where=where, limit=1, total=True))
    return (await backend.select(Scope(seller), asked)).total or 0
