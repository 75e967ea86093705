"""Growth on PostgreSQL: the same queries to databases of ten thousand orders, of a hundred thousand, of a million.

The first orders are kept as any others; more of them are made within the database, under other numbers and
earlier, for to keep a million of them takes as long as the rest of the bench.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import asyncpg

from bench.growth import (
    NAMED,
    ORDERS_EACH,
    SOME_HUNDRED,
    Effort,
    Grown,
    GrownBook,
    contained,
    fill_sellers,
    filled_with_key,
    measured_books,
    requests,
    sellers_requests,
)
from bench.output import log
from bench.postgres import Postgres, has_trigrams, postgres_with_trigrams
from orderglot.stores.postgres.counts import recount_all

GROWING = "growing"
SPREAD = 10**6
"""So far apart are the hub's ids of an order and of what was made of it."""

LETTERS = 5
"""So many letters names are looked for by: what few names contain."""

LONGEST = 3600.0

_SPAN = "SELECT max(created) - min(created) + 86400000000 FROM orders WHERE seller = 1 AND id < $1"
_ORDERS = """
INSERT INTO orders (seller, id, version, test, kind, status, customer, number, name, po_number,
    invoice_number, created, modified, currency, total, lines, document, adds_up)
SELECT o.seller, o.id + k * $3, o.version, o.test, o.kind, o.status, o.customer, o.number || '-' || k,
    o.name || '-' || k, o.po_number || '-' || k, o.invoice_number || '-' || k, o.created - k * $4,
    o.modified - k * $4, o.currency, o.total + k, o.lines, jsonb_set(jsonb_set(o.document, '{id}',
    to_jsonb(o.id + k * $3)), '{references,0,id}', to_jsonb((r.name::bigint + k * $5)::text)), o.adds_up
FROM generate_series($1::bigint, $2::bigint) AS k, orders AS o
JOIN order_references AS r ON r.seller = o.seller AND r.order_id = o.id
WHERE o.seller = 1 AND o.id < $6
"""
_REFERENCES = """
INSERT INTO order_references (seller, name, dialect, order_id)
SELECT r.seller, (r.name::bigint + k * $4)::text, r.dialect, r.order_id + k * $3
FROM generate_series($1::bigint, $2::bigint) AS k, order_references AS r
WHERE r.seller = 1 AND r.order_id < $5
"""
_IDS = """
UPDATE sequences SET next = (SELECT max(id) + 1 FROM orders WHERE seller = 1)
WHERE seller = 1 AND thing = 'order'
"""
_HIGH = "SELECT total FROM orders WHERE seller = 1 AND total IS NOT NULL ORDER BY total DESC LIMIT 1 OFFSET $1"
_NAMES = "SELECT name FROM orders WHERE seller = 1 AND id % 97 = 0 ORDER BY id LIMIT 100"
_SIZE = "SELECT pg_database_size(current_database())"


def measured(_folder: Path, effort: Effort) -> list[Grown]:
    """Measure one seller's book at every size, and a book of many sellers."""
    with postgres_with_trigrams() as server:
        books = [*_of_one_seller(server, effort.sizes), _of_many_sellers(server, effort.sellers)]
        return measured_books(books, effort)


def _of_one_seller(server: Postgres, sizes: Sequence[int]) -> list[GrownBook]:
    url = server.create(GROWING)
    base, books = sizes[0], []
    session = asyncio.run(filled_with_key(url, base))
    for have, size in zip((base, *sizes), sizes, strict=False):
        log(f"growth: a database of {size:,} orders")
        asyncio.run(_multiplied(url, base, have // base, size // base - 1))
        copy = server.create(f"grown_{size}", GROWING)
        books.append(asyncio.run(_book(copy, size, session)))
    return books


async def _multiplied(url: str, base: int, first: int, last: int) -> None:
    """Make the orders of a book so many times more; the first of them are there."""
    line = await asyncpg.connect(url, command_timeout=LONGEST)
    if first <= last:
        least = await line.fetchval("SELECT min(id) FROM orders WHERE seller = 1")
        # That of the first alone: what was made of them before reaches ten times as far back.
        span = await line.fetchval(_SPAN, least + SPREAD)
        for k in range(first, last + 1):
            await line.execute(_ORDERS, k, k, SPREAD, span, base, least + SPREAD)
        await line.execute(_REFERENCES, first, last, SPREAD, base, least + SPREAD)
        await line.execute(_IDS)
        await recount_all(line)
    await line.execute("VACUUM ANALYZE")
    await line.execute("CHECKPOINT")
    await line.close()


async def _book(url: str, size: int, session: str) -> GrownBook:
    line = await asyncpg.connect(url)
    high = await line.fetchval(_HIGH, SOME_HUNDRED)
    megabytes = round(await line.fetchval(_SIZE) / 2**20, 1)
    names = [name for (name,) in await line.fetch(_NAMES)]
    await line.close()
    asked = requests(size, f"{high / 10**6:.6f}", session)
    if has_trigrams():
        asked[NAMED] = contained([name[-LETTERS:] for name in names])
    return GrownBook(url, 1, size, megabytes, asked)


def _of_many_sellers(server: Postgres, sellers: int) -> GrownBook:
    from tests.postgres import asked

    log(f"growth: a database of {sellers:,} sellers")
    url = server.create("sellers")
    secrets = asyncio.run(fill_sellers(url, sellers))
    server.do("VACUUM ANALYZE", database="sellers")
    ((taken,),) = asked(url, _SIZE)
    megabytes = round(int(str(taken)) / 2**20, 1)
    return GrownBook(url, sellers, sellers * ORDERS_EACH, megabytes, sellers_requests(secrets))
