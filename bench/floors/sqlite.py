"""The rows over ``sqlite3``: reads on the event loop, commits of one order or of all that wait."""

from __future__ import annotations

import asyncio
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import msgspec

from bench.floors.records import write
from bench.floors.rows import Caller, Kept, New, Token, microseconds

BLOCK = 100

_KEY = (
    "SELECT CAST(document AS BLOB) FROM credentials"
    " WHERE dialect = ? AND kind = 'key' AND fingerprint = ?"
)
_HELD = (
    "SELECT CAST(k.document AS BLOB), t.family, t.expires, t.ended FROM tokens AS t"
    " JOIN credentials AS k ON k.dialect = t.dialect AND k.kind = 'key' AND k.id = t.key"
    " AND k.seller = t.seller"
    " WHERE t.seller = ? AND t.dialect = ? AND t.kind = ? AND t.fingerprint = ?"
)
_SELLER = "SELECT CAST(document AS BLOB) FROM sellers WHERE id = ?"
_CUSTOMER = (
    "SELECT CAST(c.document AS BLOB) FROM customer_references AS r JOIN customers AS c"
    " ON c.seller = r.seller AND c.id = r.customer WHERE r.seller = ? AND r.name = ? AND r.dialect = ?"
)
_CUSTOMER_WITH = "SELECT CAST(document AS BLOB) FROM customers WHERE seller = ? AND id = ?"
_PRODUCTS = (
    "SELECT CAST(document AS BLOB) FROM products"
    " WHERE seller = ? AND sku IN (SELECT value FROM json_each(?))"
)
_ORDER = (
    "SELECT CAST(o.document AS BLOB) FROM order_references AS r JOIN orders AS o"
    " ON o.seller = r.seller AND o.id = r.order_id WHERE r.seller = ? AND r.name = ? AND r.dialect = ?"
    " AND o.test = 0"
)
_WITH_ID = "SELECT CAST(o.document AS BLOB) FROM orders AS o WHERE o.seller = ? AND o.id = ? AND o.test = 0"
_ORDERS = "SELECT CAST(o.document AS BLOB) FROM orders AS o WHERE o.seller = ? AND o.test = 0"
_COUNT = "SELECT count(*) FROM orders AS o WHERE o.seller = ? AND o.test = 0"
_OF_CUSTOMER = " AND o.customer = ?"
_OLDEST = " ORDER BY o.created, o.id LIMIT ? OFFSET ?"
_NEWEST = " ORDER BY o.created DESC, o.id DESC LIMIT ? OFFSET ?"
_FIRST = " ORDER BY o.id LIMIT ? OFFSET ?"
_ANSWERED = (
    "SELECT answer FROM answers WHERE seller = ? AND customer = ? AND dialect = ? AND key = ?"
    " AND expires > ?"
)
_NUMBERS = (
    "UPDATE sequences SET next = next + ? WHERE seller = ? AND thing = 'order' RETURNING next"
)
_PLACE = (
    "INSERT INTO orders (seller, id, version, test, kind, status, customer, name, po_number, created,"
    " modified, currency, total, lines, document)"
    " VALUES (?, ?, 1, 0, 'sale', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_EVENT = (
    "INSERT INTO order_events (seller, order_id, version, at, what, who)"
    " VALUES (?, ?, 1, ?, 'placed', ?)"
)
_ANSWER = (
    "INSERT INTO answers (seller, customer, dialect, key, asked, answer, expires)"
    " VALUES (?, ?, ?, ?, '', ?, ?)"
)


class SqliteRows:
    """A file with a connection that reads and one that writes; ``grouped`` commits all waiting orders."""

    def __init__(self, path: str, *, grouped: bool) -> None:
        self.reader = _connected(path)
        self.writer = _connected(path)
        self.thread = ThreadPoolExecutor(1)
        self.grouped = grouped
        self.waiting: list[tuple[New, bytes, asyncio.Future[None]]] = []
        self.busy = False
        self.numbering = asyncio.Lock()
        self.free: dict[int, list[int]] = {}

    async def key(self, dialect: str, fingerprint: str) -> bytes | None:
        return self._one(_KEY, dialect, fingerprint)

    async def token(self, seller: int, dialect: str, kind: str, fingerprint: str) -> Token | None:
        found = self.reader.execute(_HELD, (seller, dialect, kind, fingerprint)).fetchone()
        return Token(*found) if found else None

    async def seller(self, seller: int) -> bytes:
        found = self._one(_SELLER, seller)
        assert found is not None
        return found

    async def customer(self, seller: int, dialect: str, id: str) -> bytes | None:
        return self._one(_CUSTOMER, seller, id, dialect)

    async def customer_with(self, seller: int, id: int) -> bytes:
        found = self._one(_CUSTOMER_WITH, seller, id)
        assert found is not None
        return found

    async def products(self, seller: int, skus: list[str]) -> list[bytes]:
        return self._all(_PRODUCTS, seller, msgspec.json.encode(skus).decode())

    async def order(self, caller: Caller, dialect: str, id: str) -> bytes | None:
        own, whose = _own(caller)
        found = self._one(_ORDER + own, caller.seller, id, dialect, *whose)
        if found is None and id.isdigit() and len(id) < 11:
            return self._one(_WITH_ID + own, caller.seller, int(id), *whose)
        return found

    async def oldest(self, caller: Caller, limit: int, offset: int) -> list[bytes]:
        own, whose = _own(caller)
        return self._all(_ORDERS + own + _OLDEST, caller.seller, *whose, limit, offset)

    async def newest(self, caller: Caller, limit: int, offset: int) -> list[bytes]:
        own, whose = _own(caller)
        return self._all(_ORDERS + own + _NEWEST, caller.seller, *whose, limit, offset)

    async def first(self, caller: Caller, limit: int, offset: int) -> list[bytes]:
        own, whose = _own(caller)
        return self._all(_ORDERS + own + _FIRST, caller.seller, *whose, limit, offset)

    async def count(self, caller: Caller) -> int:
        own, whose = _own(caller)
        (found,) = self.reader.execute(_COUNT + own, (caller.seller, *whose)).fetchone()
        return int(found)

    async def answered(self, caller: Caller, dialect: str, key: str) -> bytes | None:
        now = microseconds(datetime.now(UTC))
        return self._one(_ANSWERED, caller.seller, caller.customer or 0, dialect, key, now)

    async def number(self, seller: int) -> int:
        async with self.numbering:
            free = self.free.setdefault(seller, [])
            if not free:
                loop = asyncio.get_running_loop()
                after = await loop.run_in_executor(self.thread, self._block, seller)
                free.extend(range(after - 1, after - BLOCK - 1, -1))
            return free.pop()

    def _block(self, seller: int) -> int:
        ((after,),) = self.writer.execute(_NUMBERS, (BLOCK, seller)).fetchall()
        return int(after)

    async def place(self, new: New, answer: bytes = b"") -> None:
        loop = asyncio.get_running_loop()
        if not self.grouped:
            return await loop.run_in_executor(self.thread, self._commit, [(new, answer)])
        done: asyncio.Future[None] = loop.create_future()
        self.waiting.append((new, answer, done))
        if not self.busy:
            self._begin(loop)
        return await done

    def close(self) -> None:
        """Wait for what is being written, and close the file."""
        self.thread.shutdown()
        self.writer.close()
        self.reader.close()

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        batch, self.waiting, self.busy = self.waiting, [], True
        orders = [(new, answer) for new, answer, _ in batch]

        def end(written: asyncio.Future[None]) -> None:
            self.busy = False
            if self.waiting:
                self._begin(loop)
            failed = written.exception()
            for _, _, done in batch:
                if failed:
                    done.set_exception(failed)
                elif not done.done():
                    done.set_result(None)

        loop.run_in_executor(self.thread, self._commit, orders).add_done_callback(end)

    def _commit(self, orders: list[tuple[New, bytes]]) -> None:
        self.writer.execute("BEGIN IMMEDIATE")
        self.writer.executemany(_PLACE, [_row(new) for new, _ in orders])
        self.writer.executemany(_EVENT, [_event(new) for new, _ in orders])
        kept = [_answer(new.seller, new.kept, answer) for new, answer in orders if new.kept]
        self.writer.executemany(_ANSWER, kept)
        self.writer.execute("COMMIT")

    def _one(self, text: str, *params: object) -> bytes | None:
        found = self.reader.execute(text, params).fetchone()
        return found[0] if found else None

    def _all(self, text: str, *params: object) -> list[bytes]:
        return [document for (document,) in self.reader.execute(text, params)]


def _connected(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, cached_statements=512, timeout=30
    )
    for setting in ("synchronous = FULL", "foreign_keys = ON", "cache_size = -32000"):
        connection.execute(f"PRAGMA {setting}")
    return connection


def _own(caller: Caller) -> tuple[str, tuple[int, ...]]:
    return ("", ()) if caller.customer is None else (_OF_CUSTOMER, (caller.customer,))


def _row(new: New) -> tuple[Any, ...]:
    at = microseconds(new.created)
    total = None if new.total is None else int(new.total * 10**6)
    return (
        *(
            new.seller,
            new.id,
            new.status,
            new.customer,
            new.name,
            new.po_number,
            at,
            at,
        ),
        *(new.currency, total, new.lines, write(new.document).decode()),
    )


def _event(new: New) -> tuple[Any, ...]:
    return new.seller, new.id, microseconds(new.created), new.who


def _answer(seller: int, kept: Kept, answer: bytes) -> tuple[Any, ...]:
    return seller, kept.customer, kept.dialect, kept.key, answer, microseconds(kept.expires)
