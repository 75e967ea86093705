"""The rows that the floors read and write, whatever the driver, and the credentials in them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any, NamedTuple, Protocol

import msgspec
from msgspec import Struct

from bench.floors.asgi import Refused
from bench.floors.records import Product, read_product, write

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
WINDOW = timedelta(minutes=10)


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


class Kept(NamedTuple):
    """Under which key it is kept what a request was answered, for whom, and until when."""

    dialect: str
    key: str
    customer: int
    expires: datetime


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
    document: dict[str, Any]
    po_number: str | None = None
    name: str | None = None
    kept: Kept | None = None
    """What goes into the same transaction, so that the request is carried out once."""


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


def new_row(caller: Caller, document: dict[str, Any]) -> New:
    """Give a new order's row, the columns of which are what its document has."""
    customer = document.get("customer")
    return New(
        seller=caller.seller,
        customer=customer.id if customer else caller.customer,
        status=document.get("status", "received"),
        currency=document["currency"],
        total=document.get("totals", {}).get("total"),
        lines=len(document.get("lines", ())),
        who=caller.name,
        id=document["id"],
        created=document["created"],
        document=document,
        po_number=document.get("po_number"),
        name=document.get("name"),
    )


def kept_for_repeat(caller: Caller, dialect: str, *content: object) -> Kept:
    """Make the key of a request that has none: for ten minutes the same content is the same order."""
    key = sha256(write((caller.customer, content))).hexdigest()
    return Kept(dialect, key, caller.customer or 0, datetime.now(UTC) + WINDOW)


async def products_of(rows: Rows, caller: Caller, skus: list[str]) -> dict[str, Product]:
    """Give a seller's products by their skus."""
    return {one.sku: one for one in map(read_product, await rows.products(caller.seller, skus))}


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

    Behind ``beginning`` a token is written in hexadecimal digits, the first eight of which tell the
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


def microseconds(moment: datetime) -> int:
    """Give a moment as the columns have it."""
    return (moment - EPOCH) // MICROSECOND
