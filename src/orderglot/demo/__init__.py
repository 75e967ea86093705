"""The demo book: ready-made orders and credentials, one module for each dialect that has some."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.caller import RIGHTS, Caller
from orderglot.core.customer import Customer
from orderglot.core.errors import Conflict, NotFound
from orderglot.core.order import Order, Reference
from orderglot.core.ports import UnitOfWork
from orderglot.core.product import Product
from orderglot.core.seller import Seller
from orderglot.stores.store import BookStore

MARK = "orderglot.demo"
"""The table of a seller that marks a demo book; it lists the parts that are in it."""

ATTEMPTS = 10


class Key(Struct, frozen=True, kw_only=True):
    """A credential that works in a demo book alone: public part, secret, and whose it is.

    ``customer`` is the id, as the dialect's clients know it, of the customer whose orders the key
    sees; "" sees the seller's whole book.
    """

    id: str
    secret: str
    customer: str = ""
    may: frozenset[str] = RIGHTS
    test: bool = False


class Part(Struct, frozen=True, kw_only=True):
    """What one dialect brings to the demo book, and how to ask for it.

    Parts whose sellers have one name share that seller. Every customer has a reference, by which it
    is found again. ``examples`` are ids by the vendor's own
    names. ``curl`` is a shell line that reads orders, with ``{base}``, the dialect's two names for
    the parts of a credential, and names of ``examples`` in braces. ``first`` is one that is answered
    in a book without orders, where ``curl`` is not; of examples it has ``customer_id`` and ``token_url``.
    """

    seller: Seller
    customers: tuple[Customer, ...] = ()
    products: tuple[Product, ...] = ()
    orders: tuple[Order, ...] = ()
    key: Key
    examples: Mapping[str, str | int]
    curl: str
    first: str = ""


@cache
def names() -> tuple[str, ...]:
    """Give the names of the dialects that have a part, sorted."""
    return tuple(sorted(found.name for found in pkgutil.iter_modules(__path__)))


@cache
def part(name: str) -> Part:
    """Give the part of a dialect; raises KeyError where it has none."""
    if name not in names():
        raise KeyError(name)
    found = import_module(f"{__name__}.{name}").part()
    assert isinstance(found, Part)
    return found


def credential(name: str, fields: tuple[str, str]) -> dict[str, str]:
    """Give a dialect's demo credential by the vendor's own two names; the first may be ""."""
    key = part(name).key
    return {
        field: value for field, value in zip(fields, (key.id, key.secret), strict=True) if field
    }


def examples(name: str, base: str) -> dict[str, str | int]:
    """Give what there is to ask for in a dialect's part, at an address."""
    return {
        name: value.format(base=base) if isinstance(value, str) else value
        for name, value in part(name).examples.items()
    }


def curl(name: str, base: str, fields: tuple[str, str]) -> str:
    """Write the shell line that reads orders of a dialect at an address."""
    values: dict[str, Any] = {**credential(name, fields), **examples(name, base)}
    return part(name).curl.format(base=base, **values)


def first(name: str, base: str, credential: Mapping[str, str], customer: str) -> str:
    """Write the shell line with which a customer, by his own id there, begins in anybody's book.

    ``credential`` has the dialect's two names for the parts of a key; each value stands within single quotes.
    """
    values = {**examples(name, base), "site_id": "current", "customer_id": customer, **credential}
    return (part(name).first or part(name).curl).format(base=base, **values)


async def is_demo(store: BookStore) -> bool:
    """Tell whether a store is a demo book."""
    return any(MARK in seller.tables for seller in await store.sellers())


async def fill(store: BookStore) -> None:
    """Put every part into a store that is not in it yet; what is there stays as it is."""
    for name in names():
        for attempt in range(ATTEMPTS):
            try:
                await _fill(store, name)
                break
            except Conflict:
                # Another process fills the same book at this moment: what it has done is done.
                if attempt == ATTEMPTS - 1:
                    raise


async def _fill(store: BookStore, name: str) -> None:
    wanted = part(name)
    seller = await _seller(store, wanted.seller)
    if name in seller.tables.get(MARK, ()):
        return
    caller = Caller(seller=seller.id, name=MARK)
    async with store.of(caller).together() as unit:
        await _keep(unit, wanted)
    customer = None
    if wanted.key.customer:
        known = await store.of(caller).customer(Reference(name, wanted.key.customer))
        customer = known.id
    holder = Caller(seller=seller.id, customer=customer, test=wanted.key.test, may=wanted.key.may)
    await store.keyring.plant_key(name, holder, wanted.key.id, wanted.key.secret)
    mark = {MARK: [*seller.tables.get(MARK, ()), name]}
    marked = replace(
        seller,
        references=tuple(dict.fromkeys((*seller.references, *wanted.seller.references))),
        tables={**wanted.seller.tables, **seller.tables, **mark},
    )
    await store.change_seller(marked)


async def _seller(store: BookStore, wanted: Seller) -> Seller:
    for seller in await store.sellers():
        if seller.name == wanted.name:
            return seller
    return await store.add_seller(
        wanted.name, title=wanted.title, currency=wanted.currency, tables={MARK: []}
    )


async def _keep(unit: UnitOfWork, wanted: Part) -> None:
    for customer in wanted.customers:
        try:
            await unit.customer(customer.references[0])
        except NotFound:
            await unit.keep_customer(customer)
    there = await unit.products([product.sku for product in wanted.products])
    for product in wanted.products:
        if product.sku not in there:
            await unit.keep_product(product)
    await unit.keep(*wanted.orders)
