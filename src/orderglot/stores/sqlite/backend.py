"""The backend in a SQLite file: reads on the event loop or beside it, writes by the writer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Collection, Iterable
from datetime import datetime
from decimal import Decimal
from functools import partial
from pathlib import Path

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
)
from orderglot.stores.decoding import decoded
from orderglot.stores.identities import stands_for
from orderglot.stores.migrations import APPLIED, check_applied
from orderglot.stores.slots import Slots
from orderglot.stores.sql.events import DUPLICATES, EVENTS, event_of
from orderglot.stores.sql.paging import scoped
from orderglot.stores.sql.rows import instant
from orderglot.stores.sql.tokens import held
from orderglot.stores.sqlite import erasing, expiring, queries, tables
from orderglot.stores.sqlite.connection import Row
from orderglot.stores.sqlite.documents import Documents
from orderglot.stores.sqlite.feed import Thin, read_feed, thin
from orderglot.stores.sqlite.file import File
from orderglot.stores.sqlite.lists import Lists
from orderglot.stores.sqlite.opening import prepare
from orderglot.stores.sqlite.queries import listed
from orderglot.stores.sqlite.reader import Reader
from orderglot.stores.sqlite.reader_threads import ReaderThreads
from orderglot.stores.sqlite.writer import Writer
from orderglot.stores.sweeping import Rewritten, Swept, reading


class SqliteBackend:
    """Rows in a file.

    Raises Upstream at any call where the file cannot be read or written.
    """

    def __init__(
        self,
        path: Path,
        slots: Slots | None = None,
        *,
        create: bool = True,
        reads: bool = False,
    ) -> None:
        self.made = prepare(path, create=create, reads=reads).made
        self.path = path
        before = path.stat()  # Another file may take its place while these wait for a lock.
        self._reader = Reader(path, reads=reads)
        self.writer = Writer(path)
        self._threads = ReaderThreads(path, slots or Slots())
        self._documents = Documents(self._reader, self._threads, path)
        self._lists = Lists(self._reader, self._threads, self._documents)
        self._file = File(path, before)
        self._reader.look = self._file.demand_same_lately
        self.writer.look = self._file.demand_same

    async def order_known(self, scope: Scope, ref: Reference) -> Order | None:
        """Give the order that has the reference, else the one with that hub id and no such one."""
        found = self._orders(scope, queries.KNOWN, _known_by(scope.seller, ref))
        return found[0] if found else None

    async def orders_known(
        self, scope: Scope, references: Collection[Reference]
    ) -> tuple[Order, ...]:
        """Give the orders that have any of the references."""
        return self._orders(scope, queries.KNOWN_AS_ANY, (_pairs(references), scope.seller))

    async def orders_numbered(self, scope: Scope, numbers: Collection[str]) -> tuple[Order, ...]:
        """Give the orders that have any of the seller's own numbers."""
        return self._orders(scope, queries.WITH_ANY_NUMBER, (listed(numbers),))

    async def orders_with_po_number(
        self, scope: Scope, po_number: str, most: int
    ) -> tuple[Order, ...]:
        """Give the orders among the ``most`` of the seller's with the greatest ids that have it."""
        return self._orders(scope, queries.WITH_PO_NUMBER, (scope.seller, po_number, most))

    async def orders_with(self, scope: Scope, ids: Collection[int]) -> tuple[Order, ...]:
        """Give the orders that have any of the hub ids."""
        return await self._documents.many(
            scope, len(ids), document.read_order, *queries.with_ids(scope, ids)
        )

    async def orders_pointing(self, scope: Scope, orders: Collection[Order]) -> tuple[Order, ...]:
        """Give the orders with a link to any of the orders."""
        seller = scope.seller
        targets = self._reader.rows(
            queries.POINTING, (listed([order.id for order in orders]), seller)
        )
        names = [ref for order in orders for ref in order.references]
        names += [Reference("", order.number) for order in orders if order.number]
        dangling = self._reader.rows(queries.DANGLING, (_pairs(names), seller)) if names else []
        return await self.orders_with(scope, {id for (id,) in (*targets, *dangling)})

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
        rows = self._reader.rows(text, (order, *seen.params))
        return tuple([event_of(row) for row in rows])

    async def feed(self, scope: Scope, after: int, limit: int) -> Feed:
        """Give events in scope by rising sequence, from behind one on, so many at most."""
        return read_feed(self._reader, scope, after, limit)

    async def thin(self, seller: int, before: datetime, most: int) -> Thinned:
        """Have the feed begin behind so many more events at most that are from before a moment."""
        return await self.writer.write(thin, Thin(seller, before, most))

    async def duplicates(self, scope: Scope) -> tuple[Event, ...]:
        """Give the events of orders in scope that speak of another order, by the order's id."""
        seen = scoped(scope)
        text = f"{DUPLICATES} {seen.text} ORDER BY e.order_id, e.at"
        rows = self._reader.rows(text, (scope.seller, *seen.params))
        return tuple([event_of(row) for row in rows])

    async def customer_known(self, seller: int, ref: Reference) -> Customer | None:
        """Give the customer that has the reference, else the one with that hub id and no such."""
        found = self._customers(queries.CUSTOMER_KNOWN, (seller, *_known_by(seller, ref)))
        return found[0] if found else None

    async def customers_known(
        self, seller: int, references: Collection[Reference]
    ) -> tuple[Customer, ...]:
        """Give the customers that have any of the references."""
        return self._customers(queries.CUSTOMERS_KNOWN, (seller, _pairs(references), seller))

    async def customers_numbered(
        self, seller: int, numbers: Collection[str]
    ) -> tuple[Customer, ...]:
        """Give the customers that have any of the seller's own numbers."""
        return self._customers(queries.CUSTOMERS_NUMBERED, (seller, listed(numbers)))

    async def customers_with(self, scope: Scope, ids: Collection[int]) -> tuple[Customer, ...]:
        """Give the seller's customers that have any of the hub ids."""
        params = (scope.seller, listed(ids))
        return await self._documents.many(
            scope, len(ids), document.read_customer, queries.CUSTOMERS_WITH_ID, params
        )

    async def customers_after(self, scope: Scope, after: int, limit: int) -> tuple[Customer, ...]:
        """Give so many customers behind a hub id."""
        return await self._documents.after(
            scope, document.read_customer, queries.CUSTOMERS_AFTER, after, limit
        )

    async def customers_called(self, seller: int, names: Collection[str]) -> tuple[Customer, ...]:
        """Give the customers that have one of these as a number, name or id."""
        params = queries.customers_called(seller, listed(names))
        return self._customers(queries.CUSTOMERS_CALLED, params)

    async def products(self, seller: int, skus: Collection[str]) -> tuple[Product, ...]:
        """Give the products among those SKUs, by rising SKU."""
        params = (seller, listed(skus))
        return self._documents.asked_for(document.read_product, queries.PRODUCTS, params)

    async def products_after(self, seller: int, after: str, limit: int) -> tuple[Product, ...]:
        """Give so many products behind a SKU, by rising SKU."""
        return await self._documents.after(
            Scope(seller), document.read_product, queries.PRODUCTS_AFTER, after, limit
        )

    async def products_called(self, seller: int, names: Collection[str]) -> tuple[Product, ...]:
        """Give the products that have one of these as SKU, product code or title."""
        params = queries.products_called(seller, listed(names))
        return self._documents.asked_for(document.read_product, queries.PRODUCTS_CALLED, params)

    async def sellers(self) -> tuple[Seller, ...]:
        """Give every seller."""
        return self._documents.readable(document.read_seller, queries.SELLERS)

    async def seller(self, id: int) -> Seller | None:
        """Give the seller of that id."""
        found = self._documents.known(_sellers, document.read_seller, queries.SELLER, (id,))
        return found[0] if found else None

    async def counts(self, scope: Scope) -> Counts:
        """Count what is in a seller's book; the orders within the scope."""
        seen, seller = scoped(scope), scope.seller
        by_currency = self._reader.rows(f"{queries.SUMS} {seen.text} GROUP BY 1", seen.params)
        answers = self._reader.rows(f"{queries.ANSWERS} {seen.text} GROUP BY 1", seen.params)
        ((customers, products),) = self._reader.rows(queries.COUNTS, (seller, seller))
        return Counts(
            orders=sum(count for _, count, *_ in by_currency),
            lines=sum(lines for _, _, lines, *_ in by_currency),
            customers=customers,
            products=products,
            sums={
                currency: Decimal(units) + Decimal(millionths).scaleb(-6)
                for currency, _, _, _, priced, units, millionths in by_currency
                if priced
            },
            unpriced=sum(counted - priced for _, _, _, counted, priced, _, _ in by_currency),
            adds_up=dict(answers),
        )

    async def numbers(self, seller: int, thing: Entity, count: int) -> tuple[int, ...]:
        """Hand out so many numbers for good, less those that somebody else is known by."""
        asked = expiring.Asked(seller, thing.value, FIRST[thing], count)
        first = await self.writer.write(expiring.numbers, asked)
        block = range(first, first + count)
        names = self._reader.rows(
            queries.CLAIMED[thing], (seller, listed([str(number) for number in block]))
        )
        taken = {int(name) for (name,) in names}
        return tuple(number for number in block if number not in taken)

    async def credential(self, dialect: str, fingerprint: str) -> Credential | None:
        """Give the key of that fingerprint."""
        name = (dialect, fingerprint)
        read = document.read_credential
        found = self._documents.known(_credentials, read, queries.CREDENTIAL, name)
        return found[0] if found else None

    async def former(self, dialect: str, fingerprint: str) -> Credential | None:
        """Give what is kept of a fingerprint that a key had before."""
        name = (dialect, fingerprint)
        found = self._documents.asked_for(document.read_credential, queries.FORMER, name)
        return found[0] if found else None

    async def key(self, dialect: str, id: str) -> Credential | None:
        """Give the key of that id."""
        found = self._documents.asked_for(document.read_credential, queries.KEY, (dialect, id))
        return found[0] if found else None

    async def token(
        self, seller: int, dialect: str, kind: str, fingerprint: str
    ) -> tuple[Token, Credential] | None:
        """Give the token of that fingerprint, and its key."""
        name = (seller, dialect, kind, fingerprint)
        read = document.read_credential
        found = self._documents.known(partial(_held, name), read, queries.HELD, name)
        return found[0] if found else None

    async def credentials(self, seller: int) -> tuple[Credential, ...]:
        """Give every key of a seller, and the fingerprints that they had before, oldest first."""
        params = (seller,)
        found = self._documents.readable(document.read_credential, queries.CREDENTIALS, params)
        return tuple(sorted(found, key=lambda one: (one.created, one.fingerprint)))

    async def answer(self, seller: int, customer: int, dialect: str, key: str) -> Answered | None:
        """Give the answer that was kept under a key."""
        for asked, answer, expires in self._reader.rows(
            queries.ANSWER, (seller, customer, dialect, key)
        ):
            return Answered(
                dialect=dialect, key=key, asked=asked, answer=answer, expires=instant(expires)
            )
        return None

    async def notes(self, seller: int, kind: str, names: Collection[str]) -> tuple[Note, ...]:
        """Give the notes of a kind by rising name, of all names for none."""
        if names:
            named = queries.of_notes(seller, queries.NOTES_NAMED)
            found = self._reader.rows(named, (listed(names), seller, kind))
        else:
            found = self._reader.rows(queries.of_notes(seller, queries.NOTES), (seller, kind))
        return _notes(kind, found)

    async def notes_behind(
        self, seller: int, kind: str, name: str, limit: int, *, newest: bool = False
    ) -> tuple[Note, ...]:
        """Give so many notes of a kind by rising name, from behind one on; ``newest`` by falling name.

        Where that is "" they begin with the first, or the last.
        """
        text = queries.NOTES_BEFORE if newest else queries.NOTES_BEHIND
        asked = (seller, kind, name or (LAST_NAME if newest else ""), limit)
        return _notes(kind, self._reader.rows(queries.of_notes(seller, text), asked))

    async def tally(self, seller: int, what: str, until: datetime, now: datetime) -> int:
        """Count one more until then, for good; tallies that were over by ``now`` may go."""
        return await self.writer.write(expiring.tally, expiring.Tally(seller, what, until, now))

    async def purge(self, seller: int, now: datetime) -> int:
        """Let go of some answers, counts and tokens that were over by then, and give how many."""
        return await self.writer.write(expiring.purge, (seller, now))

    async def sweep(self, seller: int, table: Swept, behind: Row, most: int) -> list[Row]:
        """Give so many rows of a seller behind a key, by rising key: the keys, and the texts behind them."""
        return self._reader.rows(reading(table), (seller, *behind, most))

    async def rewrite(self, seller: int, table: Swept, rows: list[Rewritten]) -> None:
        """Write texts in the place of those that were read, where they are still the same."""
        await self.writer.write(erasing.rewrite, erasing.Rewrite(seller, table, rows))

    async def compact(self) -> None:
        """Leave nothing in the file of what was struck out or changed."""
        await asyncio.to_thread(erasing.compact, self.path)

    async def merge_counts(self, _seller: int) -> int:
        """Give 0: here the counts are written with the orders."""
        return 0

    def commit(self, seller: int, batch: Collection[writes.Write]) -> Awaitable[None]:
        """Write all of it, in order, or nothing; raises Raced where a version or name is taken."""
        return self.writer.write(tables.commit, tables.Commit(seller, batch))

    async def check_ready(self) -> None:
        """Raise Unready unless the file that was opened is there and can be written to."""
        self._file.check()
        check_applied("sqlite", self._reader.rows(APPLIED))

    async def close(self) -> None:
        """Wait for what is being written and close the file."""
        self.writer.close()
        self._threads.close()
        self._reader.close()
        self._file.close()

    def _orders(self, scope: Scope, more: str, params: Row) -> tuple[Order, ...]:
        """Give the orders in a scope for which more holds."""
        seen = scoped(scope)
        text = queries.found(seen.text, more)
        return self._documents.asked_for(document.read_order, text, (*seen.params, *params))

    def _customers(self, text: str, params: Row) -> tuple[Customer, ...]:
        return self._documents.asked_for(document.read_customer, text, params)


def _held(name: tuple[int, str, str, str], rows: list[Row]) -> tuple[tuple[Token, Credential], ...]:
    return tuple([held(name, row) for row in rows])


_sellers = partial(decoded, document.read_seller)
_credentials = partial(decoded, document.read_credential)


def _known_by(seller: int, ref: Reference) -> Row:
    id = stands_for(ref)
    return seller, ref.id, ref.dialect, id, seller, id, ref.dialect


def _pairs(references: Iterable[Reference]) -> str:
    return listed((ref.id, ref.dialect) for ref in references)


def _notes(kind: str, rows: Iterable[Row]) -> tuple[Note, ...]:
    return tuple(
        Note(kind=kind, name=name, version=version, document=document)
        for name, version, document in rows
    )
