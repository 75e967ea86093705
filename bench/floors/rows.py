"""The rows that the floors read and write, and the values in them, whatever the driver."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import NamedTuple, Protocol

import msgspec
from msgspec import Struct

from bench.floors.asgi import Refused

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ONE = Decimal(1)
MICROSECOND = timedelta(microseconds=1)

write = msgspec.json.Encoder(decimal_format="number").encode


class Caller(Struct):
    """Whose key it is: a seller's, or one customer's."""

    seller: int
    customer: int | None = None
    name: str = ""


class Key(Struct):
    """A credential as it is stored."""

    id: str
    fingerprint: str
    caller: Caller
    expires: datetime | None = None
    ended: datetime | None = None


read_key = msgspec.json.Decoder(Key).decode


class Reference(Struct):
    """An id at a vendor."""

    dialect: str
    id: str


class Named(Struct, omit_defaults=True):
    """The ids of a customer."""

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


read_product = msgspec.json.Decoder(Product).decode


class New(Struct):
    """A new order: the columns beside its document that are not always the same."""

    seller: int
    customer: int | None
    status: str
    currency: str
    total: Decimal | None
    lines: int
    who: str
    id: int
    created: datetime
    document: dict[str, object]
    po_number: str | None = None
    name: str | None = None
    answers: str = ""
    """The idempotency key under which the response is stored, where the vendor has one."""


class Token(NamedTuple):
    """A token as it is stored, with its key's document; times in microseconds."""

    key: bytes
    family: str
    expires: int
    ended: int | None


class Rows(Protocol):
    """The statements of the floors."""

    async def key(self, dialect: str, fingerprint: str) -> bytes | None: ...
    async def token(
        self, seller: int, dialect: str, kind: str, fingerprint: str
    ) -> Token | None: ...
    async def seller(self, seller: int) -> bytes: ...
    async def customer(self, seller: int, dialect: str, id: str) -> bytes | None: ...
    async def customer_with(self, seller: int, id: int) -> bytes: ...
    async def products(self, seller: int, skus: list[str]) -> list[bytes]: ...
    async def order(self, caller: Caller, dialect: str, id: str) -> bytes | None: ...
    async def oldest(self, caller: Caller, limit: int, offset: int) -> list[bytes]: ...
    async def newest(self, caller: Caller, limit: int, offset: int) -> list[bytes]: ...
    async def first(self, caller: Caller, limit: int, offset: int) -> list[bytes]: ...
    async def count(self, caller: Caller) -> int: ...
    async def answered(self, caller: Caller, dialect: str, key: str) -> bytes | None: ...
    async def place(self, new: New, answer: bytes = b"") -> None: ...
    async def number(self, seller: int) -> int: ...


async def admitted(rows: Rows, dialect: str, secret: str) -> Key:
    """Give the valid key with a secret; raises Refused."""
    found = await rows.key(dialect, sha256(secret.encode()).hexdigest())
    if found is None:
        raise Refused(401)
    return _valid(read_key(found), datetime.now(UTC))


async def admitted_token(
    rows: Rows, dialect: str, kind: str, secret: str, beginning: str = ""
) -> tuple[Key, str]:
    """Give the key of a valid token, and the token's family; raises Refused.

    Behind ``beginning`` a token is spelled in hexadecimal digits, the first eight of which tell the
    seller.
    """
    seller = int(secret.removeprefix(beginning)[:8] or "0", 16) + 1
    found = await rows.token(seller, dialect, kind, sha256(secret.encode()).hexdigest())
    now = datetime.now(UTC)
    if found is None or found.ended or found.expires < microseconds(now):
        raise Refused(401)
    return _valid(read_key(found.key), now), found.family


def _valid(key: Key, now: datetime) -> Key:
    if key.ended or (key.expires and key.expires < now):
        raise Refused(401)
    return key


def plain(amount: Decimal | None) -> Decimal | None:
    """Give an amount without zeros at its end."""
    if amount is None:
        return None
    short = amount.normalize()
    return short.quantize(ONE) if short == short.to_integral_value() else short


def known(named: Named | None, dialect: str) -> str:
    """Give the id by which a vendor's clients know a customer."""
    if named is None:
        return ""
    for reference in named.references:
        if reference.dialect == dialect:
            return reference.id
    return str(named.id)


def priced(product: Product, pieces: int) -> Decimal:
    """Give the price of a piece when so many are bought; raises Refused where none is sold so."""
    if pieces % product.pack:
        raise Refused(400)
    price = product.tiers[0].price
    for tier in product.tiers:
        if tier.quantity <= pieces:
            price = tier.price
    return price


def microseconds(moment: datetime) -> int:
    """Give a moment as the columns have it."""
    return (moment - EPOCH) // MICROSECOND
