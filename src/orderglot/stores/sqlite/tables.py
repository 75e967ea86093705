"""The tables: what each write of a book does to the rows, inside the writer's transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection
from itertools import groupby
from typing import Any, NamedTuple

from orderglot.core.customer import Customer
from orderglot.core.ports import Event
from orderglot.core.product import Product
from orderglot.core.seller import Seller
from orderglot.stores import writes
from orderglot.stores.backend import HUB_ITSELF, Entity, Raced
from orderglot.stores.sql.count_buckets import UNSET, changes, hundreds
from orderglot.stores.sql.grammar import fragment
from orderglot.stores.sql.rows import NULLABLE, STANDING, WORKED_OUT, row, worked_out
from orderglot.stores.sql.terms import changed, of_sku
from orderglot.stores.sqlite import beginnings, keys
from orderglot.stores.sqlite.connection import Row
from orderglot.stores.sqlite.expiring import put_answers
from orderglot.stores.sqlite.feed import add_events
from orderglot.stores.sqlite.identities import expect, expect_orders, link, name, rename
from orderglot.stores.sqlite.queries import listed

_OF_ORDER = (*STANDING, *WORKED_OUT.values(), "lines", "document")
_ORDER = ", ".join(_OF_ORDER)
_MARK = {name: f"nullif(?, '{UNSET}')" if name in NULLABLE else "?" for name in _OF_ORDER}
_MARKS = ", ".join(_MARK.values())
_SET_ORDER = ", ".join(f"{name} = {mark}" for name, mark in _MARK.items())

_INSERT = {
    "orders": fragment("INSERT INTO orders (seller,", _ORDER, ") VALUES (?,", _MARKS, ")"),
    "customers": "INSERT INTO customers (seller, id, version, number, document)"
    " VALUES (?, ?, ?, ?, ?)",
    "products": "INSERT INTO products (seller, sku, version, document) VALUES (?, ?, ?, ?)",
    "sellers": "INSERT INTO sellers (id, version, name, document) VALUES (?, ?, ?, ?)",
    "notes": "INSERT INTO notes (seller, kind, name, version, document) VALUES (?, ?, ?, ?, ?)",
    "hub_notes": "INSERT INTO hub_notes (seller, kind, name, version, document)"
    " VALUES (?, ?, ?, ?, ?)",
}
_UPDATE = {
    "orders": fragment(
        "UPDATE orders SET seller = ?,", _SET_ORDER, "WHERE seller = ? AND id = ? AND version = ?"
    ),
    "customers": "UPDATE customers SET seller = ?, id = ?, version = ?, number = ?, document = ?"
    " WHERE seller = ? AND id = ? AND version = ?",
    "products": "UPDATE products SET seller = ?, sku = ?, version = ?, document = ?"
    " WHERE seller = ? AND sku = ? AND version = ?",
    "sellers": "UPDATE sellers SET id = ?, version = ?, name = ?, document = ?"
    " WHERE id = ? AND version = ?",
    "notes": "UPDATE notes SET seller = ?, kind = ?, name = ?, version = ?, document = ?"
    " WHERE seller = ? AND kind = ? AND name = ? AND version = ?",
    "hub_notes": "UPDATE hub_notes SET seller = ?, kind = ?, name = ?, version = ?, document = ?"
    " WHERE seller = ? AND kind = ? AND name = ? AND version = ?",
}


_COUNT = (
    "INSERT INTO order_counts"
    " (seller, axis, bucket, test, gone, kind, status, own_status, orders)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT DO UPDATE SET orders = orders + excluded.orders"
)
_TERM = "INSERT INTO order_terms (seller, term, created, order_id) VALUES (?, ?, ?, ?)"
_UNTERM = "DELETE FROM order_terms WHERE seller = ? AND term = ? AND created = ? AND order_id = ?"


class Commit(NamedTuple):
    """What a unit writes to a seller's book, in order."""

    seller: int
    batch: Collection[writes.Write]


def commit(connection: sqlite3.Connection, commits: list[Commit]) -> list[None]:
    """Do all writes of some units; raises Raced where a version has moved or a name is taken.

    Those of several units go by kind, as if all were one unit's.
    """
    if len(commits) == 1:
        ((seller, batch),) = commits
        for kind, several in groupby(batch, type):
            _DO[kind](connection, seller, list(several))
    else:
        found = _by_kind(commits)
        for kind, do in _DO.items():
            for seller, alike in found.get(kind, {}).items():
                do(connection, seller, alike)
    return [None] * len(commits)


def _by_kind(commits: list[Commit]) -> dict[type, dict[int, list[writes.Write]]]:
    """Give all writes by their kind and seller."""
    found: dict[type, dict[int, list[writes.Write]]] = {}
    for seller, batch in commits:
        for write in batch:
            found.setdefault(type(write), {}).setdefault(seller, []).append(write)
    return found


Put = tuple[Row, Row | None]
"""The values of a row, and the key and version of the one that they take the place of."""


def _put_orders(connection: sqlite3.Connection, seller: int, batch: list[writes.PutOrder]) -> None:
    rows = list[Put]()
    counted = list[tuple[Row, Row | None]]()
    for write in batch:
        order, kept = write.order, write.kept
        columns = row(order, UNSET)
        counted.append((columns, None if kept is None else row(kept, UNSET)))
        values = (seller, *columns, *worked_out(order), len(order.lines), write.document.decode())
        rows.append((values, None if kept is None else (seller, order.id, kept.version)))
    _put(connection, "orders", rows)
    days = changes(counted)
    connection.executemany(
        _COUNT, [(seller, *entry, more) for entry, more in (days | hundreds(days)).items()]
    )
    name(connection, seller, Entity.ORDER, [(write.order, write.kept) for write in batch])
    link(connection, seller, batch)
    gone, there = changed(batch)
    connection.executemany(_UNTERM, [(seller, *one) for one in gone])
    connection.executemany(_TERM, [(seller, *one) for one in there])


def _put_customers(
    connection: sqlite3.Connection, seller: int, batch: list[writes.PutCustomer]
) -> None:
    rows = list[Put]()
    for write in batch:
        new = write.customer
        values = (seller, new.id, new.version, new.number or None, write.document.decode())
        rows.append((values, _replaced(write.kept, seller, new.id)))
    _put(connection, "customers", rows)
    name(connection, seller, Entity.CUSTOMER, [(write.customer, write.kept) for write in batch])


def _put_products(
    connection: sqlite3.Connection, seller: int, batch: list[writes.PutProduct]
) -> None:
    values = [(seller, w.product.sku, w.product.version, w.document.decode()) for w in batch]
    replaced = [_replaced(write.kept, seller, write.product.sku) for write in batch]
    _put(connection, "products", list(zip(values, replaced, strict=True)))


def _put_sellers(
    connection: sqlite3.Connection, _seller: int, batch: list[writes.PutSeller]
) -> None:
    values = [(w.seller.id, w.seller.version, w.seller.name, w.document.decode()) for w in batch]
    replaced = [_replaced(write.kept, write.seller.id) for write in batch]
    _put(connection, "sellers", list(zip(values, replaced, strict=True)))
    new = [write.seller.id for write in batch if write.kept is None]
    for seller in new:
        beginnings.begin(connection, seller)


def _replaced(kept: Customer | Product | Seller | None, *key: object) -> Row | None:
    """Give the key and version of what is replaced, None for what is new."""
    return None if kept is None else (*key, kept.version)


def _put(connection: sqlite3.Connection, table: str, rows: list[Put]) -> None:
    """Insert new rows and update the others; raises Raced where one is not as it was read."""
    added = [values for values, kept in rows if kept is None]
    changed = [(*values, *kept) for values, kept in rows if kept is not None]
    if added:
        connection.executemany(_INSERT[table], added)
    if changed and connection.executemany(_UPDATE[table], changed).rowcount != len(changed):
        raise Raced(table)


def _drop_sellers(
    connection: sqlite3.Connection, seller: int, batch: list[writes.DropSeller]
) -> None:
    for write in batch:
        keys.demand_nobody(connection, seller, write.now)
        _demand_no_notes(connection, seller, write.rejects)
        beginnings.leave(connection, seller)
        for of_seller in OF_SELLER:
            connection.execute(fragment("DELETE FROM", of_seller, "WHERE seller = ?"), (seller,))
        gone = connection.execute(
            "DELETE FROM sellers WHERE id = ? AND version = ?", (seller, write.seller.version)
        )
        if gone.rowcount != 1:
            raise Raced(write.seller.name)
        _put_notes(connection, HUB_ITSELF, [writes.PutNote(note) for note in write.notes])


OF_SELLER = (
    *("tokens", "credentials", "answers", "tallies", "notes", "order_events"),
    *("order_counts", "sequences"),
)
"""The tables that have rows of a seller who has nothing in its book."""


def _put_notes(connection: sqlite3.Connection, seller: int, batch: list[writes.PutNote]) -> None:
    rows = list[Put]()
    for note in (write.note for write in batch):
        values = (seller, note.kind, note.name, note.version, note.document)
        kept = (seller, note.kind, note.name, note.version - 1) if note.version > 1 else None
        rows.append((values, kept))
    _put(connection, "notes" if seller else "hub_notes", rows)


def _expect_notes(
    connection: sqlite3.Connection, seller: int, batch: list[writes.ExpectNote]
) -> None:
    table = "notes" if seller else "hub_notes"
    text = fragment("SELECT version FROM", table, "WHERE seller = ? AND kind = ? AND name = ?")
    for note in (write.note for write in batch):
        found = connection.execute(text, (seller, note.kind, note.name)).fetchone()
        if found is None or found[0] != note.version:
            raise Raced(note.name)


_DROP_NOTE = "DELETE FROM notes WHERE seller = ? AND kind = ? AND name = ? AND version = ?"
_DROP_HUB_NOTE = _DROP_NOTE.replace("notes", "hub_notes")


def _drop_notes(connection: sqlite3.Connection, seller: int, batch: list[writes.DropNote]) -> None:
    dropped = connection.executemany(
        _DROP_NOTE if seller else _DROP_HUB_NOTE,
        [(seller, one.note.kind, one.note.name, one.note.version) for one in batch],
    )
    if dropped.rowcount != len(batch):
        raise Raced("notes")


def _drop_customers(
    connection: sqlite3.Connection, seller: int, batch: list[writes.DropCustomer]
) -> None:
    connection.executemany(
        "DELETE FROM customer_references WHERE seller = ? AND customer = ?",
        [(seller, one.customer.id) for one in batch],
    )
    dropped = [(seller, one.customer.id, one.customer.version) for one in batch]
    text = (
        "DELETE FROM customers AS c WHERE c.seller = ? AND c.id = ? AND c.version = ? AND NOT EXISTS"
        " (SELECT 1 FROM orders AS o WHERE o.seller = c.seller AND o.customer = c.id)"
    )
    if connection.executemany(text, dropped).rowcount != len(batch):
        raise Raced("customers")
    for one in batch:
        keys.demand_nobody(connection, seller, one.now, one.customer.id)
        _demand_no_notes(connection, seller, one.numbers)


def _drop_products(
    connection: sqlite3.Connection, seller: int, batch: list[writes.DropProduct]
) -> None:
    dropped = [(seller, one.product.sku, one.product.version) for one in batch]
    text = "DELETE FROM products WHERE seller = ? AND sku = ? AND version = ?"
    if connection.executemany(text, dropped).rowcount != len(batch):
        raise Raced("products")
    ordered = "SELECT 1 FROM order_terms WHERE seller = ? AND term = ? LIMIT 1"
    for one in batch:
        term = (seller, of_sku(one.product.sku))
        if connection.execute(ordered, term).fetchone() is not None:
            raise Raced(one.product.sku)


def _expect_products(
    connection: sqlite3.Connection, seller: int, batch: list[writes.ExpectProduct]
) -> None:
    skus = {one.sku for one in batch}
    text = (
        "SELECT count(*) FROM json_each(?) AS j CROSS JOIN products AS p"
        " WHERE p.seller = ? AND p.sku = j.value"
    )
    ((there,),) = connection.execute(text, (listed(skus), seller))
    if there != len(skus):
        raise Raced("products")


def _expect_no_notes(
    connection: sqlite3.Connection, seller: int, batch: list[writes.ExpectNoNote]
) -> None:
    text = "SELECT 1 FROM notes WHERE seller = ? AND kind = ? AND name = ?"
    for one in batch:
        if connection.execute(text, (seller, one.kind, one.name)).fetchone() is not None:
            raise Raced(one.name)


def _demand_no_notes(connection: sqlite3.Connection, seller: int, kind: str) -> None:
    text = "SELECT 1 FROM notes WHERE seller = ? AND kind = ? LIMIT 1"
    if connection.execute(text, (seller, kind)).fetchone() is not None:
        raise Raced(kind)


_DO: dict[type, Callable[[sqlite3.Connection, int, list[Any]], None]] = {
    writes.PutSeller: _put_sellers,
    writes.PutCustomer: _put_customers,
    writes.Expect: expect,
    writes.ExpectOrder: expect_orders,
    writes.ExpectProduct: _expect_products,
    writes.PutOrder: _put_orders,
    Event: add_events,
    writes.Rename: rename,
    writes.PutProduct: _put_products,
    writes.ExpectNoNote: _expect_no_notes,
    **keys.DO,
    writes.PutAnswer: put_answers,
    writes.ExpectNote: _expect_notes,
    writes.PutNote: _put_notes,
    writes.DropNote: _drop_notes,
    writes.DropCustomer: _drop_customers,
    writes.DropProduct: _drop_products,
    writes.DropSeller: _drop_sellers,
}
"""What is done for each kind of write, in the order in which those of several units go."""
