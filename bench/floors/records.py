"""What the floors read of stored documents, and what they write into that of a new order."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
from msgspec import Struct

from bench.floors.asgi import Refused

ONE = Decimal(1)
LEDGER = ("subtotal", "tax", "duty", "shipping", "total")


class Reference(Struct):
    """An id at a vendor."""

    dialect: str
    id: str


class Identified(Struct, frozen=True, omit_defaults=True):
    """Whatever has an id of ours, perhaps a number, and ids at vendors: an order, a customer."""

    id: int = 0
    number: str = ""
    references: tuple[Reference, ...] = ()


class Tier(Struct):
    """From so many pieces on, a piece costs so much."""

    quantity: int = 1
    price: Decimal = Decimal(0)


class Product(Struct):
    """What is sold."""

    sku: str
    upc: str = ""
    title: str = ""
    image_url: str = ""
    pack: int = 1
    tiers: tuple[Tier, ...] = ()
    currency: str = ""
    weight: Decimal | None = None


class Address(Struct, frozen=True, omit_defaults=True):
    """An address as an order or a customer has it."""

    company: str = ""
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    phone: str = ""
    line_1: str = ""
    line_2: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""
    country_name: str = ""
    code: str = ""


read_product = msgspec.json.Decoder(Product).decode
read_customer = msgspec.json.Decoder(Identified).decode
write = msgspec.json.Encoder(decimal_format="number").encode


def id_at(dialect: str, one: Identified | None) -> str:
    """Give the id by which a vendor's clients know an order or a customer."""
    if one is None:
        return ""
    for reference in one.references:
        if reference.dialect == dialect:
            return reference.id
    return str(one.id)


def identity(one: Identified) -> Identified:
    """Give what an order says of its customer."""
    return Identified(one.id, one.number, one.references)


def number(text: str) -> int | str | None:
    """Give an id as a number of JSON, where it is one."""
    if not text:
        return None
    return int(text) if text.isdigit() and text[0] != "0" else text


def plain(amount: Decimal | None) -> Decimal | None:
    """Give an amount without zeros at its end."""
    if amount is None:
        return None
    short = amount.normalize()
    return short.quantize(ONE) if short == short.to_integral_value() else short


def priced(products: dict[str, Product], sku: str, pieces: int) -> tuple[Product, Decimal]:
    """Give a product and the price of a piece; raises Refused where it is not sold so."""
    product = products.get(sku)
    if product is None or pieces % product.pack:
        raise Refused(400)
    price = product.tiers[0].price
    for tier in product.tiers:
        if tier.quantity <= pieces:
            price = tier.price
    return product, price


def unpaid(subtotal: Decimal) -> dict[str, Any]:
    """Give the totals of a new order that has nothing but lines, and its invoice."""
    due = {"subtotal": subtotal, "tax": 0, "duty": 0, "shipping": 0, "total": subtotal}
    nothing = dict.fromkeys(LEDGER, 0)
    return {
        "totals": due,
        "invoice": {
            "status": "unpaid",
            "due": due,
            "owed": due,
            "paid": nothing,
            "refunded": nothing,
        },
    }
