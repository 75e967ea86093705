"""Our own operations on products: a list, and one of them read, added, changed and removed."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.errors import NotFound, Rule, invalid
from orderglot.core.ports import Book, UnitOfWork
from orderglot.core.product import Product
from orderglot.dialects.orderglot import known_members, record_shapes
from orderglot.dialects.orderglot.record_kinds import Records
from orderglot.dialects.orderglot.records import operations
from orderglot.dialects.orderglot.tables import PRODUCTS
from orderglot.wire import json
from orderglot.wire.aip160 import asked_of
from orderglot.wire.form import Form

MOST = 1_000_000
"""So many pieces are in a pack at most, and from so many on a tier begins."""


def _shown(product: Product, caller: Caller) -> Product:
    """Give a product as a caller may see it: its extras are the seller's."""
    return product if caller.customer is None else replace(product, extras={})


def _document(product: Product) -> dict[str, Any]:
    """Write a product; how many pieces a pack has, and a tier begins with, is said whatever it is."""
    tiers = [{"quantity": tier.quantity, "price": tier.price} for tier in product.tiers]
    document: dict[str, Any] = json.read(json.write(product))
    return {**document, "pack": product.pack, **({"tiers": tiers} if tiers else {})}


async def _get(book: Book, sku: str) -> Product:
    found = (await book.products((sku,))).get(sku)
    if found is None:
        raise NotFound(f"There is no product {sku[:60]!r} here; check the SKU.")
    return found


async def _add(unit: UnitOfWork, new: Product) -> Product:
    currency = new.currency or (await unit.seller()).currency
    return await unit.keep_product(replace(new, currency=currency), new=True)


async def _keep(unit: UnitOfWork, found: Product, new: Product) -> Product:
    if new.sku != found.sku:
        reason = "A product keeps its SKU; add another product."
        raise invalid("sku", Rule.READ_ONLY, reason)
    return await unit.keep_product(replace(new, version=found.version))


async def _drop(unit: UnitOfWork, found: Product) -> None:
    await unit.drop_product(found)


def _check(form: Form, one: Product) -> None:
    if not one.sku:
        form.refuse("sku", Rule.REQUIRED, "Say your own code of the product.")
    if not 1 <= one.pack <= MOST:
        form.refuse("pack", Rule.RANGE, f"{one.pack} is not from 1 to {MOST}.")
    if one.weight is not None and one.weight < 0:
        form.refuse("weight", Rule.RANGE, f"{one.weight} is no weight.")
    before = 0
    for at, tier in enumerate(one.tiers, 1):
        if not before < tier.quantity <= MOST:
            reason = f"{tier.quantity} is not more than {before} and at most {MOST}."
            form.refuse(f"tiers[{at}].quantity", Rule.RANGE, reason)
        if tier.price < 0:
            form.refuse(f"tiers[{at}].price", Rule.RANGE, f"{tier.price} is no price.")
        before = max(before, tier.quantity)


FIELDS = asked_of("A product", Product, {"price": "tiers.price"})

OF_PRODUCTS = Records(
    name="products",
    one="product",
    path=PRODUCTS,
    key="sku",
    kind=Product,
    shape=record_shapes.Product,
    page=record_shapes.Products,
    new=record_shapes.NewProduct,
    change=record_shapes.ChangedProduct,
    shown=_shown,
    document=_document,
    key_of=lambda one: one.sku,
    behind=lambda book, after, limit: book.every_product(after, limit),
    fields=FIELDS,
    called=lambda book, names: book.products_called(*names),
    get=_get,
    add=_add,
    keep=_keep,
    drop=_drop,
    check=_check,
    known=known_members.PRODUCT,
    writable=known_members.CHANGED_PRODUCT,
)

PRODUCT_OPERATIONS = operations(OF_PRODUCTS)
