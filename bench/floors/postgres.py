"""The rows over ``asyncpg``: one statement a query, one statement a new order."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import asyncpg

from bench.floors.records import write
from bench.floors.rows import Caller, New, Token, microseconds

BLOCK = 100
CONNECTIONS = 10

_KEY = (
    "SELECT document::text FROM credentials"
    " WHERE dialect = $1 AND kind = 'key' AND fingerprint = $2"
)
_HELD = (
    "SELECT k.document::text, t.family, t.expires, t.ended FROM tokens AS t"
    " JOIN credentials AS k ON k.dialect = t.dialect AND k.kind = 'key' AND k.id = t.key"
    " AND k.seller = t.seller"
    " WHERE t.seller = $1 AND t.dialect = $2 AND t.kind = $3 AND t.fingerprint = $4"
)
_SELLER = "SELECT document::text FROM sellers WHERE id = $1"
_CUSTOMER = (
    "SELECT c.document::text FROM customer_references AS r JOIN customers AS c"
    " ON c.seller = r.seller AND c.id = r.customer"
    " WHERE r.seller = $1 AND r.name = $2 AND r.dialect = $3"
)
_CUSTOMER_WITH = "SELECT document::text FROM customers WHERE seller = $1 AND id = $2"
_PRODUCTS = "SELECT document::text FROM products WHERE seller = $1 AND sku = ANY($2)"
_ORDER = (
    "SELECT o.document::text FROM order_references AS r JOIN orders AS o"
    " ON o.seller = r.seller AND o.id = r.order_id"
    " WHERE r.seller = $1 AND r.name = $2 AND r.dialect = $3 AND o.test = 0"
    " AND ($4::bigint IS NULL OR o.customer = $4)"
)
_WITH_ID = (
    "SELECT o.document::text FROM orders AS o WHERE o.seller = $1 AND o.id = $2 AND o.test = 0"
    " AND ($3::bigint IS NULL OR o.customer = $3)"
)
_SCOPES = {
    # with a customer, and without
    True: " FROM orders AS o WHERE o.seller = $1 AND o.customer = $2 AND o.test = 0",
    False: " FROM orders AS o WHERE o.seller = $1 AND $2::bigint IS NULL AND o.test = 0",
}
_PAGES = {
    "oldest": " ORDER BY o.created NULLS FIRST, o.id NULLS FIRST LIMIT $3 OFFSET $4",
    "newest": " ORDER BY o.created DESC NULLS LAST, o.id DESC NULLS LAST LIMIT $3 OFFSET $4",
    "first": " ORDER BY o.id NULLS FIRST LIMIT $3 OFFSET $4",
}
_ANSWERED = (
    "SELECT answer FROM answers WHERE seller = $1 AND customer = $2 AND dialect = $3 AND key = $4"
    " AND expires > $5"
)
_NUMBERS = (
    "UPDATE sequences SET next = next + $1 WHERE seller = $2 AND thing = 'order' RETURNING next"
)
_PLACE = (
    "WITH placed AS (INSERT INTO orders (seller, id, version, test, kind, status, customer, name,"
    " po_number, created, modified, currency, total, lines, document)"
    " VALUES ($1, $2, 1, 0, 'sale', $3, $4, $5, $6, $7, $7, $8, $9, $10, $11)),"
    " told AS (INSERT INTO order_events (seller, order_id, version, at, what, who)"
    " VALUES ($1, $2, 1, $7, 'placed', $12))"
)
_DONE = " SELECT 1"
_ANSWER = (
    " INSERT INTO answers (seller, customer, dialect, key, asked, answer, expires)"
    " VALUES ($1, $13, $14, $15, '', $16, $17)"
)


class PostgresRows:
    """A database and some connections to it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.places = asyncio.Semaphore(CONNECTIONS)
        self.idle: list[asyncpg.Connection] = []
        self.numbering = asyncio.Lock()
        self.free: dict[int, list[int]] = {}

    async def key(self, dialect: str, fingerprint: str) -> bytes | None:
        return await self._text(_KEY, dialect, fingerprint)

    async def token(self, seller: int, dialect: str, kind: str, fingerprint: str) -> Token | None:
        connection = await self._take()
        try:
            found = await connection.fetchrow(_HELD, seller, dialect, kind, fingerprint)
        finally:
            self._give(connection)
        return Token(*found) if found else None

    async def seller(self, seller: int) -> bytes:
        found = await self._text(_SELLER, seller)
        assert found is not None
        return found

    async def customer(self, seller: int, dialect: str, id: str) -> bytes | None:
        return await self._text(_CUSTOMER, seller, id, dialect)

    async def customer_with(self, seller: int, id: int) -> bytes:
        found = await self._text(_CUSTOMER_WITH, seller, id)
        assert found is not None
        return found

    async def products(self, seller: int, skus: list[str]) -> list[bytes]:
        return await self._all(_PRODUCTS, seller, skus)

    async def order(self, caller: Caller, dialect: str, id: str) -> bytes | None:
        found = await self._text(_ORDER, caller.seller, id, dialect, caller.customer)
        if found is None and id.isdigit() and len(id) < 11:
            return await self._text(_WITH_ID, caller.seller, int(id), caller.customer)
        return found

    async def oldest(self, caller: Caller, limit: int, offset: int) -> list[bytes]:
        return await self._page("oldest", caller, limit, offset)

    async def newest(self, caller: Caller, limit: int, offset: int) -> list[bytes]:
        return await self._page("newest", caller, limit, offset)

    async def first(self, caller: Caller, limit: int, offset: int) -> list[bytes]:
        return await self._page("first", caller, limit, offset)

    async def _page(self, order: str, caller: Caller, limit: int, offset: int) -> list[bytes]:
        scope = _SCOPES[caller.customer is not None]
        text = "SELECT o.document::text" + scope + _PAGES[order]
        return await self._all(text, caller.seller, caller.customer, limit, offset)

    async def count(self, caller: Caller) -> int:
        scope = _SCOPES[caller.customer is not None]
        return int(await self._one("SELECT count(*)" + scope, caller.seller, caller.customer))

    async def answered(self, caller: Caller, dialect: str, key: str) -> bytes | None:
        now = microseconds(datetime.now(UTC))
        return await self._text(_ANSWERED, caller.seller, caller.customer or 0, dialect, key, now)

    async def number(self, seller: int) -> int:
        async with self.numbering:
            free = self.free.setdefault(seller, [])
            if not free:
                after = await self._one(_NUMBERS, BLOCK, seller)
                free.extend(range(after - 1, after - BLOCK - 1, -1))
            return free.pop()

    async def place(self, new: New, answer: bytes = b"") -> None:
        at = microseconds(new.created)
        total = None if new.total is None else int(new.total * 10**6)
        params: list[Any] = [new.seller, new.id, new.status, new.customer, new.name]
        params += [new.po_number, at, new.currency, total, new.lines]
        params += [write(new.document).decode(), new.who]
        if kept := new.kept:
            params += [kept.customer, kept.dialect, kept.key, answer, microseconds(kept.expires)]
        await self._one(_PLACE + (_ANSWER if kept else _DONE), *params)

    async def _text(self, text: str, *params: object) -> bytes | None:
        found: bytes | None = await self._one(text, *params)
        return found

    async def _one(self, text: str, *params: object) -> Any:
        connection = await self._take()
        try:
            return await connection.fetchval(text, *params)
        finally:
            self._give(connection)

    async def _all(self, text: str, *params: object) -> list[bytes]:
        connection = await self._take()
        try:
            return [row[0] for row in await connection.fetch(text, *params)]
        finally:
            self._give(connection)

    async def _take(self) -> asyncpg.Connection:
        # The driver's own pool costs as much again as a read by key.
        await self.places.acquire()
        return self.idle.pop() if self.idle else await asyncpg.connect(self.url)

    def _give(self, connection: asyncpg.Connection) -> None:
        self.idle.append(connection)
        self.places.release()
