"""Removing: a customer or product that nothing points at.

What is counted here is for people, who are told what is in the way. That there is nothing is a condition of
the commit as well, for orders and keys may come meanwhile.
"""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from orderglot.core.counting import counted
from orderglot.core.customer import Customer
from orderglot.core.customer_items import kind_of
from orderglot.core.errors import Conflict
from orderglot.core.ports import Note
from orderglot.core.product import Product
from orderglot.core.query import Compare, Operator, Query, Window
from orderglot.stores.backend import Backend, Scope
from orderglot.stores.fingerprints import KEY
from orderglot.stores.selection import selection

REMOVED = "removed product"
"""The kind of the notes that remember in which version products were removed."""


async def demand_unused_customer(
    backend: Backend, seller: int, customer: Customer, now: datetime
) -> None:
    """Raise Conflict where orders, keys or item numbers are a customer's, and say which.

    A key that has ended or expired lets nobody in ever again, and is in nobody's way.
    """
    found = list[str]()
    if orders := await _orders(backend, seller, Compare("customer.id", Operator.EQ, customer.id)):
        found.append(counted(orders, "order", "orders"))
    every = [one for one in await backend.credentials(seller) if one.caller.customer == customer.id]
    if keys := [one for one in every if one.kind == KEY and not one.is_over(now)]:
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


async def removed_in(backend: Backend, seller: int, sku: str) -> Note | None:
    """Give the note on a product that was removed, None where none of this SKU was."""
    found = await backend.notes(seller, REMOVED, (sku,))
    return found[0] if found else None


def note_of(product: Product, before: Note | None) -> Note:
    """Give the note on a product that is removed: one of its SKU begins behind its version."""
    note = before or Note(kind=REMOVED, name=product.sku)
    return replace(note, document=str(product.version).encode())


async def _orders(backend: Backend, seller: int, where: Query) -> int:
    """Count the orders that match, deleted ones and those of test mode as well."""
    asked = selection(Window(where=where, limit=1, total=True))
    return (await backend.select(Scope(seller), asked)).total or 0
