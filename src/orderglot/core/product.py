"""The product: what a seller sells, at which price, in which packs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from msgspec import Struct

from orderglot.core.quantities import Quantity


class Tier(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """From ``quantity`` pieces on a line, a piece costs ``price``."""

    quantity: int = 1
    price: Decimal = Decimal(0)


class Product(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a seller sells under one SKU: tiers by rising quantity, weight in pounds a piece."""

    sku: str
    version: int = 0
    upc: str = ""
    title: str = ""
    image_url: str = ""
    pack: int = 1
    tiers: tuple[Tier, ...] = ()
    currency: str = ""
    weight: Decimal | None = None
    extras: dict[str, Any] = {}


def price_of(product: Product, quantity: Quantity) -> Decimal | None:
    """Give the price of a piece when so many are bought, or None where the product has no price."""
    best = None
    for tier in product.tiers:
        if tier.quantity <= quantity and (best is None or tier.quantity > best.quantity):
            best = tier
    return best.price if best else product.tiers[0].price if product.tiers else None
