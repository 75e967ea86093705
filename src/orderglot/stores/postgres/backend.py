"""The backend in a PostgreSQL database: each call is one statement wherever it can be."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import lru_cache, partial
from typing import Any, TypeVar

import asyncpg
import msgspec

from orderglot.core.customer import Customer
from orderglot.core.keyring import Credential
from orderglot.core.order import Order, Reference
from orderglot.core.ports import Answered, Event, Feed, Note
from orderglot.core.product import Product
from orderglot.core.query import Query
from orderglot.core.seller import Seller
from orderglot.core.tokens import Token
from orderglot.stores import document, writes
from orderglot.stores.backend import (
    FIRST,
    LAST_NAME,
    Counts,
    Entity,
    Scope,
    Selected,
    Selection,
    Thinned,
    Unready,
)
from orderglot.stores.postgres import expiring, opening, queries
from orderglot.stores.postgres.batching import Batching
from orderglot.stores.postgres.documents import Documents
from orderglot.stores.postgres.feed import read_feed, thin
from orderglot.stores.postgres.grammar import numbered
from orderglot.stores.postgres.lists import Lists
from orderglot.stores.postgres.machines import Machines
from orderglot.stores.postgres.pool import Params, Pool
from orderglot.stores.postgres.processes import Presence
from orderglot.stores.postgres.reader import Reader
from orderglot.stores.postgres.replica import Replica
from orderglot.stores.postgres.summary import summed
from orderglot.stores.postgres.switching import switch_on
from orderglot.stores.postgres.writer import Writer
from orderglot.stores.slots import Slots
from orderglot.stores.sql.events import DUPLICATES, EVENTS, event_of
from orderglot.stores.sql.grammar import Sql
from orderglot.stores.sql.paging import scoped
from orderglot.stores.sql.rows import instant
from orderglot.stores.sweeping import Rewritten, Row, Swept, reading, values_of, writing

T = TypeVar("T")

_ANSWER = msgspec.json.Decoder(tuple[str, str, int]).decode


class PostgresBackend:
    """Rows in a database.

    Raises Upstream at any call where the server cannot be reached or fails.
    """

    def __init__(
        self,
        url: str,
        *,
        replica: str = "",
        create: bool = True,
        reads: bool = False,
        slots: Slots | None = None,
    ) -> None:
        self.made = False
        self._pool = Pool(url, partial(self._prepare, url=url, create=create, reads=reads))
        self._presence = Presence(self._pool, switch_on)
        self._long: Pool | Replica = Replica(replica, self._pool) if replica else self._pool
        """Where whatever may be long is read."""
        self._database: int | None = None
        """Which of the server's databases this is, from when that was first asked on."""
        self._machines = Machines(self._pool)
        self._at = self._machines.of
        self._documents = Documents(self._pool, self._at)
        self._lists = Lists(self._long, slots or Slots(), self._documents, self._at)
        self.writer = Writer(self._pool, self._at)
        self._read = Reader(self._pool).read
        # One that counts takes its row until it is committed, for which nobody waits with a connection.
        self._tallies: Batching[tuple[int, str, datetime], datetime, int] = Batching(self._tally, 1)

    async def order_known(self, scope: Scope, ref: Reference) -> Order | None:
        """Give the order that has the reference, else the one with that hub id and no such one."""
        found = await self._orders(scope, queries.KNOWN, queries.known_by(scope.seller, ref))
        return found[0] if found else None

    async def orders_known(
        self, scope: Scope, references: Collection[Reference]
    ) -> tuple[Order, ...]:
        """Give the orders that have any of the references."""
        return await self._orders(
            scope, queries.KNOWN_AS_ANY, (*queries.pairs(references), scope.seller)
        )

    async def orders_numbered(self, scope: Scope, numbers: Collection[str]) -> tuple[Order, ...]:
        """Give the orders that have any of the seller's own numbers."""
        return await self._orders(scope, queries.WITH_ANY_NUMBER, (tuple(numbers),))

    async def orders_with_po_number(
        self, scope: Scope, po_number: str, most: int
    ) -> tuple[Order, ...]:
        """Give the orders among the ``most`` of the seller's with the greatest ids that have it."""
        return await self._orders(scope, queries.WITH_PO_NUMBER, (scope.seller, po_number, most))

    async def orders_with(self, scope: Scope, ids: Collection[int]) -> tuple[Order, ...]:
        """Give the orders that have any of the hub ids."""
        return await self._orders(scope, queries.WITH_ANY_ID, (tuple(ids),)) if ids else ()

    async def orders_pointing(self, scope: Scope, orders: Collection[Order]) -> tuple[Order, ...]:
        """Give the orders with a link to any of the orders."""
        seller = scope.seller
        found = await self._pool.read(
            queries.POINTING, (seller, [one.id for one in orders]), self._at(seller)
        )
        names = [ref for order in orders for ref in order.references]
        names += [Reference("", order.number) for order in orders if order.number]
        if names:
            found += await self._pool.read(
                queries.DANGLING, (*queries.pairs(names), seller), self._at(seller)
            )
        return await self.orders_with(scope, {id for (id,) in found})

    async def select(self, scope: Scope, selection: Selection) -> Selected:
        """Give the orders of a selection in its order, and their exact number where it is asked."""
        return await self._lists.select(scope, selection)

    async def ids_at(self, scope: Scope, channel: str, where: Query) -> tuple[str, ...]:
        """Give the ids that the orders for which a checked tree holds have at a channel."""
        return await self._lists.ids_at(scope, channel, where)

    async def events(self, scope: Scope, order: int) -> tuple[Event, ...]:
        """Give what happened to an order, by rising version; nothing where it is not in scope."""
        seen = scoped(scope)
        text = f"{EVENTS} {seen.text} ORDER BY e.version, e.at"
        rows = await self._pool.read(text, (order, *seen.params), self._at(scope.seller))
        return tuple([event_of(row) for row in rows])

    async def feed(self, scope: Scope, after: int, limit: int) -> Feed:
        """Give events in scope by rising sequence, from behind one on, so many at most."""
        return await read_feed(self._pool, scope, after, limit, self._at(scope.seller))

    async def thin(self, seller: int, before: datetime, most: int) -> Thinned:
        """Have the feed begin behind so many more events at most that are from before a moment."""
        await self._presence.demand()
        return await thin(self._pool, seller, before, most, self._at(seller))

    async def duplicates(self, scope: Scope) -> tuple[Event, ...]:
        """Give the events of orders in scope that speak of another order, by the order's id."""
        seen = scoped(scope)
        text = f"{DUPLICATES} {seen.text} ORDER BY e.order_id, e.at"
        rows = await self._pool.read(text, (scope.seller, *seen.params), self._at(scope.seller))
        return tuple([event_of(row) for row in rows])

    async def customer_known(self, seller: int, ref: Reference) -> Customer | None:
        """Give the customer that has the reference, else the one with that hub id and no such."""
        params = (seller, *queries.known_by(seller, ref))
        found = await self._customers(seller, queries.CUSTOMER_KNOWN, params)
        return found[0] if found else None

    async def customers_known(
        self, seller: int, references: Collection[Reference]
    ) -> tuple[Customer, ...]:
        """Give the customers that have any of the references."""
        return await self._customers(
            seller, queries.CUSTOMERS_KNOWN, (seller, *queries.pairs(references), seller)
        )

    async def customers_numbered(
        self, seller: int, numbers: Collection[str]
    ) -> tuple[Customer, ...]:
        """Give the customers that have any of the seller's own numbers."""
        return await self._customers(seller, queries.CUSTOMERS_NUMBERED, (seller, tuple(numbers)))

    async def customers_with(self, scope: Scope, ids: Collection[int]) -> tuple[Customer, ...]:
        """Give the seller's customers that have any of the hub ids."""
        return await self._customers(
            scope.seller, queries.CUSTOMERS_WITH_ID, (scope.seller, tuple(ids))
        )

    async def customers_after(self, scope: Scope, after: int, limit: int) -> tuple[Customer, ...]:
        """Give so many customers behind a hub id."""
        return await self._documents.after(
            scope.seller, document.read_customer, queries.CUSTOMERS_AFTER, after, limit
        )

    async def customers_called(self, seller: int, names: Collection[str]) -> tuple[Customer, ...]:
        """Give the customers that have one of these as a number, name or id."""
        params = (seller, *((seller, tuple(names)) * queries.CALLED))
        return await self._customers(seller, queries.CUSTOMERS_CALLED, params)

    async def products(self, seller: int, skus: Collection[str]) -> tuple[Product, ...]:
        """Give the products among those SKUs, by rising SKU."""
        params = (seller, tuple(skus))
        return await self._documents.asked_for(
            document.read_product, queries.PRODUCTS, params, self._at(seller)
        )

    async def products_after(self, seller: int, after: str, limit: int) -> tuple[Product, ...]:
        """Give so many products behind a SKU, by rising SKU."""
        return await self._documents.after(
            seller, document.read_product, queries.PRODUCTS_AFTER, after, limit
        )

    async def products_called(self, seller: int, names: Collection[str]) -> tuple[Product, ...]:
        """Give the products that have one of these as SKU, product code or title."""
        params = (seller, tuple(names)) * 3
        return await self._documents.asked_for(
            document.read_product, queries.PRODUCTS_CALLED, params, self._at(seller)
        )

    async def sellers(self) -> tuple[Seller, ...]:
        """Give every seller."""
        return await self._documents.readable(document.read_seller, queries.SELLERS)

    async def seller(self, id: int) -> Seller | None:
        """Give the seller of that id."""
        found = await self._documents.asked_for(document.read_seller, queries.SELLER, (id,))
        return found[0] if found else None

    async def counts(self, scope: Scope) -> Counts:
        """Count what is in a seller's book; the orders within the scope."""
        return await summed(self._long, scope, self._at(scope.seller))

    async def numbers(self, seller: int, thing: Entity, count: int) -> tuple[int, ...]:
        """Hand out so many numbers for good, less those that somebody else is known by."""
        after = await self._change(seller, expiring.numbers(seller, thing, FIRST[thing], count))
        block = range(after - count, after)
        names = await self._pool.read(
            queries.CLAIMED[thing], (seller, [str(number) for number in block]), self._at(seller)
        )
        taken = {int(name) for (name,) in names}
        return tuple(number for number in block if number not in taken)

    async def credential(self, dialect: str, fingerprint: str) -> Credential | None:
        """Give the key of that fingerprint."""
        name = (dialect, fingerprint)
        read = document.read_credential
        found = await self._documents.asked_for(read, queries.CREDENTIAL, name)
        return found[0] if found else None

    async def former(self, dialect: str, fingerprint: str) -> Credential | None:
        """Give what is kept of a fingerprint that a key had before."""
        name, read = (dialect, fingerprint), document.read_credential
        found = await self._documents.asked_for(read, queries.FORMER, name)
        return found[0] if found else None

    async def key(self, dialect: str, id: str) -> Credential | None:
        """Give the key of that id."""
        read = document.read_credential
        found = await self._documents.asked_for(read, queries.KEY, (dialect, id))
        return found[0] if found else None

    async def token(
        self, seller: int, dialect: str, kind: str, fingerprint: str
    ) -> tuple[Token, Credential] | None:
        """Give the token of that fingerprint, and its key."""
        name = (seller, dialect, kind, fingerprint)
        return await self._documents.token(name)

    async def credentials(self, seller: int) -> tuple[Credential, ...]:
        """Give every key of a seller, and the fingerprints that they had before, oldest first."""
        read = document.read_credential
        found = await self._documents.readable(read, queries.CREDENTIALS, (seller,))
        return tuple(sorted(found, key=lambda one: (one.created, one.fingerprint)))

    async def answer(self, seller: int, customer: int, dialect: str, key: str) -> Answered | None:
        """Give the answer that was kept under a key."""
        name = (seller, customer, dialect, key)
        for asked, answer, expires in await self._read(
            _ANSWER, queries.ANSWER, name, self._at(seller)
        ):
            return Answered(
                dialect=dialect,
                key=key,
                asked=asked,
                answer=b64decode(answer),
                expires=instant(expires),
            )
        return None

    async def notes(self, seller: int, kind: str, names: Collection[str]) -> tuple[Note, ...]:
        """Give the notes of a kind by rising name, of all names for none."""
        at = self._at(seller)
        if names:
            named = queries.of_notes(seller, queries.NOTES_NAMED)
            found = await self._pool.read(named, (seller, kind, list(names)), at)
        else:
            text = queries.of_notes(seller, queries.NOTES)
            found = await self._pool.read(text, (seller, kind), at)
        return _notes(kind, found)

    async def notes_behind(
        self, seller: int, kind: str, name: str, limit: int, *, newest: bool = False
    ) -> tuple[Note, ...]:
        """Give so many notes of a kind by rising name, from behind one on; ``newest`` by falling name.

        Where that is "" they begin with the first, or the last.
        """
        text = queries.NOTES_BEFORE if newest else queries.NOTES_BEHIND
        asked = (seller, kind, name or (LAST_NAME if newest else ""), limit)
        found = await self._pool.read(queries.of_notes(seller, text), asked, self._at(seller))
        return _notes(kind, found)

    async def tally(self, seller: int, what: str, until: datetime, now: datetime) -> int:
        """Count one more until then, for good; tallies that were over by ``now`` may go."""
        return await self._tallies.one((seller, what, until), now)

    async def _tally(self, kind: tuple[int, str, datetime], nows: Sequence[datetime]) -> range:
        seller, what, until = kind
        more = len(nows)
        counted = await self._change(seller, expiring.tally(seller, what, until, max(nows), more))
        return range(counted - more + 1, counted + 1)

    async def purge(self, seller: int, now: datetime) -> int:
        """Let go of some answers, counts and tokens that were over by then, and give how many."""
        return await self._change(seller, expiring.purge(seller, now))

    async def sweep(self, seller: int, table: Swept, behind: Row, most: int) -> list[Row]:
        """Give so many rows of a seller behind a key, by rising key: the keys, and the texts behind them."""
        asked = (seller, *behind, most)
        found = await self._pool.fetch(reading(table), asked, self._at(seller))
        return [tuple(row) for row in found]

    async def rewrite(self, seller: int, table: Swept, rows: list[Rewritten]) -> None:
        """Write texts in the place of those that were read, where they are still the same."""
        await self._presence.demand()
        text, values = (
            numbered(writing(table, "IS NOT DISTINCT FROM")),
            list(values_of(seller, rows)),
        )
        await self._pool.ask(lambda line: line.executemany(text, values), self._at(seller))

    async def compact(self) -> None:
        """Do nothing: the server itself takes out what no row has any more."""

    async def merge_counts(self, seller: int) -> int:
        """Merge what the counts of a seller's orders are behind by, and give how much that was."""
        await self._presence.demand()
        return await self.writer.merge(seller)

    async def commit(self, seller: int, batch: Collection[writes.Write]) -> None:
        """Write all of it, in order, or nothing; raises Raced where a version or name is taken."""
        await self._presence.demand()
        await self.writer.write(seller, batch)

    async def check_ready(self) -> None:
        """Raise Unready unless the database that was opened is there and can be written to."""
        ((id, read_only, done),) = await self._pool.read(queries.STATE)
        if self._database not in (None, id):
            raise Unready("The order book was replaced by another one; begin again.")
        if read_only:
            raise Unready("The order book may only be read just now.")
        opening.check_current(done)
        self._database = id

    async def close(self) -> None:
        """Close every connection."""
        await self._machines.close()
        await self.writer.close()
        await self._presence.leave()
        await self._long.close()
        await self._pool.close()

    async def _orders(self, scope: Scope, more: str, params: Params) -> tuple[Order, ...]:
        """Give the orders in a scope for which more holds; every order is read through here."""
        seen = scoped(scope)
        text = _found(seen.text, more)
        params = (*seen.params, *params)
        at = self._at(scope.seller)
        return await self._documents.asked_for(document.read_order, text, params, at)

    async def _customers(self, seller: int, text: str, params: Params) -> tuple[Customer, ...]:
        at = self._at(seller)
        return await self._documents.asked_for(document.read_customer, text, params, at)

    async def _prepare(
        self, connection: asyncpg.Connection, url: str, *, create: bool, reads: bool
    ) -> None:
        self.made = await opening.prepare(connection, url, create=create, reads=reads)
        await opening.warn_of_no_limits(connection, url)
        if not reads:
            await self._presence.open(connection)
        await self._machines.open(connection)

    async def _change(self, seller: int, sql: Sql) -> int:
        await self._presence.demand()
        return await self.writer.change(seller, sql)


@lru_cache(maxsize=64)
def _found(seen: str, more: str) -> str:
    """Describe which orders are read; the very same text each time is soonest found as prepared."""
    return f"{queries.ORDERS} {seen} {more} ORDER BY o.id"


def _notes(kind: str, rows: Iterable[Any]) -> tuple[Note, ...]:
    return tuple(
        Note(kind=kind, name=name, version=version, document=document)
        for name, version, document in rows
    )
