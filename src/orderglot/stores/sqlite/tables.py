"""The tables: what each write of a book does to the rows, inside the writer's transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime
from itertools import groupby
from typing import Any

from orderglot.core.ports import Event
from orderglot.stores import document
from orderglot.stores.names import Named, hub_id
from orderglot.stores.shelf import (
    DropNote,
    Expect,
    PutAnswer,
    PutCredential,
    PutCustomer,
    PutNote,
    PutOrder,
    PutProduct,
    PutSeller,
    Raced,
    Rename,
    Thing,
    Write,
)
from orderglot.stores.sql.grammar import say
from orderglot.stores.sql.rows import COLUMNS, microseconds, row

PURGED = 100
"""So many expired rows at most go whenever a new one is written."""

Row = tuple[Any, ...]

_ORDER = ", ".join((*COLUMNS.values(), "lines", "document"))
_MARKS = ", ".join("?" * (len(COLUMNS) + 2))
_SET_ORDER = ", ".join(f"{name} = ?" for name in (*COLUMNS.values(), "lines", "document"))

_INSERT = {
    "orders": say("INSERT INTO orders (seller,", _ORDER, ") VALUES (?,", _MARKS, ")"),
    "customers": "INSERT INTO customers (seller, id, version, number, document)"
    " VALUES (?, ?, ?, ?, ?)",
    "products": "INSERT INTO products (seller, sku, version, document) VALUES (?, ?, ?, ?)",
    "sellers": "INSERT INTO sellers (id, version, name, document) VALUES (?, ?, ?, ?)",
    "notes": "INSERT INTO notes (seller, kind, name, version, document) VALUES (?, ?, ?, ?, ?)",
}
_UPDATE = {
    "orders": say(
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
}


def commit(connection: sqlite3.Connection, seller: int, writes: Collection[Write]) -> None:
    """Do all writes of a book; raises Raced where a version has moved or a name is taken."""
    for kind, several in groupby(writes, type):
        _DO[kind](connection, seller, list(several))


def numbers(
    connection: sqlite3.Connection, seller: int, thing: Thing, first: int, count: int
) -> int:
    """Move a sequence on by so many numbers and give the first of them."""
    (after,) = connection.execute(
        "INSERT INTO sequences (seller, thing, next) VALUES (?, ?, ? + ?)"
        " ON CONFLICT (seller, thing) DO UPDATE SET next = next + ? RETURNING next",
        (seller, thing.value, first, count, count),
    ).fetchone()
    return int(after) - count


def tally(
    connection: sqlite3.Connection, seller: int, what: str, until: datetime, now: datetime
) -> int:
    """Count one more until then and give how many there were; what is over goes."""
    connection.execute(
        "DELETE FROM tallies WHERE seller = ? AND until <= ?", (seller, microseconds(now))
    )
    (count,) = connection.execute(
        "INSERT INTO tallies (seller, until, what, count) VALUES (?, ?, ?, 1)"
        " ON CONFLICT (seller, until, what) DO UPDATE SET count = count + 1 RETURNING count",
        (seller, microseconds(until), what),
    ).fetchone()
    return int(count)


def _put_orders(connection: sqlite3.Connection, seller: int, writes: list[PutOrder]) -> None:
    added, changed = list[Row](), list[Row]()
    for write in writes:
        order, kept = write.order, write.kept
        values = (seller, *row(order), len(order.lines), write.document.decode())
        if kept is None:
            added.append(values)
        else:
            changed.append((*values, seller, order.id, kept.version))
    _put(connection, "orders", added, changed)
    _name(connection, seller, Thing.ORDER, [(write.order, write.kept) for write in writes])
    _link(connection, seller, writes)


def _put_customers(connection: sqlite3.Connection, seller: int, writes: list[PutCustomer]) -> None:
    added, changed = list[Row](), list[Row]()
    for write in writes:
        new, kept = write.customer, write.kept
        values = (seller, new.id, new.version, new.number or None, write.document.decode())
        if kept is None:
            added.append(values)
        else:
            changed.append((*values, seller, new.id, kept.version))
    _put(connection, "customers", added, changed)
    _name(connection, seller, Thing.CUSTOMER, [(write.customer, write.kept) for write in writes])


def _put_products(connection: sqlite3.Connection, seller: int, writes: list[PutProduct]) -> None:
    added, changed = list[Row](), list[Row]()
    for write in writes:
        new, kept = write.product, write.kept
        values = (seller, new.sku, new.version, write.document.decode())
        if kept is None:
            added.append(values)
        else:
            changed.append((*values, seller, new.sku, kept.version))
    _put(connection, "products", added, changed)


def _put_sellers(connection: sqlite3.Connection, _seller: int, writes: list[PutSeller]) -> None:
    added, changed = list[Row](), list[Row]()
    for write in writes:
        new, kept = write.seller, write.kept
        values = (new.id, new.version, new.name, write.document.decode())
        if kept is None:
            added.append(values)
        else:
            changed.append((*values, new.id, kept.version))
    _put(connection, "sellers", added, changed)


def _put(connection: sqlite3.Connection, table: str, added: list[Row], changed: list[Row]) -> None:
    if added:
        connection.executemany(_INSERT[table], added)
    if changed and connection.executemany(_UPDATE[table], changed).rowcount != len(changed):
        raise Raced(table)


_NAMES: dict[Thing, tuple[str, str, str, str]] = {
    Thing.ORDER: (
        "DELETE FROM order_references WHERE seller = ? AND order_id = ?",
        "INSERT INTO order_references (seller, order_id, name, dialect) VALUES (?, ?, ?, ?)",
        "SELECT 1 FROM order_references WHERE seller = ? AND name = ? AND order_id <> ?",
        (
            "SELECT 1 FROM orders AS o WHERE o.seller = ? AND o.id = ? AND o.id <> ? AND NOT EXISTS"
            " (SELECT 1 FROM order_references AS r"
            " WHERE r.seller = o.seller AND r.order_id = o.id AND r.dialect = ?)"
        ),
    ),
    Thing.CUSTOMER: (
        "DELETE FROM customer_references WHERE seller = ? AND customer = ?",
        "INSERT INTO customer_references (seller, customer, name, dialect) VALUES (?, ?, ?, ?)",
        "SELECT 1 FROM customer_references WHERE seller = ? AND name = ? AND customer <> ?",
        (
            "SELECT 1 FROM customers AS c WHERE c.seller = ? AND c.id = ? AND c.id <> ? AND NOT EXISTS"
            " (SELECT 1 FROM customer_references AS r"
            " WHERE r.seller = c.seller AND r.customer = c.id AND r.dialect = ?)"
        ),
    ),
}
"""Take the references off a thing, put one on it, and the two ways in which names clash."""


def _name(
    connection: sqlite3.Connection,
    seller: int,
    thing: Thing,
    things: Iterable[tuple[Named, Named | None]],
) -> None:
    """Write the references of things, and look that nothing now goes by another's name."""
    remove, insert, spoken, mistaken = _NAMES[thing]
    renamed = [(new, old) for new, old in things if old is None or new.references != old.references]
    connection.executemany(remove, [(seller, new.id) for new, old in renamed if old is not None])
    connection.executemany(
        insert,
        [
            (seller, new.id, ref.id, ref.dialect)
            for new, _ in renamed
            for ref in dict.fromkeys(new.references)
        ],
    )
    for new, old in renamed:
        if old is None:
            _refuse(connection, spoken, (seller, str(new.id), new.id))
        for ref in new.references:
            if (like := hub_id(ref.id)) is not None:
                _refuse(connection, mistaken, (seller, like, new.id, ref.dialect))


def _refuse(connection: sqlite3.Connection, clash: str, params: Row) -> None:
    if connection.execute(clash, params).fetchone() is not None:
        raise Raced(params)


def _link(connection: sqlite3.Connection, seller: int, writes: list[PutOrder]) -> None:
    relinked = [
        write for write in writes if write.order.links != (write.kept.links if write.kept else ())
    ]
    connection.executemany(
        "DELETE FROM order_links WHERE seller = ? AND order_id = ?",
        [(seller, write.order.id) for write in relinked if write.kept is not None],
    )
    connection.executemany(
        "INSERT INTO order_links (seller, order_id, position, name, dialect, target)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        [(seller, *link) for write in relinked for link in _links(write)],
    )


def _links(write: PutOrder) -> Iterator[Row]:
    order = write.order
    for position, link in enumerate(order.links):
        named = link.order
        if named.id:
            yield order.id, position, "", "", named.id
            continue
        for ref in dict.fromkeys(named.references):
            yield order.id, position, ref.id, ref.dialect, None
        if named.number:
            yield order.id, position, named.number, "", None


def _add_events(connection: sqlite3.Connection, seller: int, writes: list[Event]) -> None:
    connection.executemany(
        "INSERT INTO order_events (seller, order_id, version, at, what, who)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        [(seller, e.order, e.version, microseconds(e.at), e.what, e.who) for e in writes],
    )


def _expect(connection: sqlite3.Connection, seller: int, writes: list[Expect]) -> None:
    there = "SELECT 1 FROM customers WHERE seller = ? AND id = ? AND version = ?"
    for write in writes:
        if connection.execute(there, (seller, write.customer, write.version)).fetchone() is None:
            raise Raced(write)


def _rename(connection: sqlite3.Connection, seller: int, writes: list[Rename]) -> None:
    connection.executemany(
        "UPDATE orders SET document = json_set(document, '$.customer', json(?))"
        " WHERE seller = ? AND customer = ?",
        [(document.write(one.customer).decode(), seller, one.customer.id) for one in writes],
    )


def _put_credentials(
    connection: sqlite3.Connection, seller: int, writes: list[PutCredential]
) -> None:
    for write in writes:
        new = write.credential
        connection.execute(
            "DELETE FROM credentials WHERE seller = ? AND (dialect, kind, fingerprint) IN"
            " (SELECT dialect, kind, fingerprint FROM credentials"
            " WHERE seller = ? AND kind <> 'key' AND expires <= ? LIMIT ?)",
            (seller, seller, microseconds(new.created), PURGED),
        )
        connection.execute(
            "INSERT INTO credentials (dialect, kind, fingerprint, seller, id, expires, document)"
            " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (dialect, kind, fingerprint)"
            " DO UPDATE SET expires = excluded.expires, document = excluded.document",
            (
                new.dialect,
                new.kind,
                new.fingerprint,
                seller,
                new.id,
                None if new.expires is None else microseconds(new.expires),
                document.write(new).decode(),
            ),
        )


def _put_answers(connection: sqlite3.Connection, seller: int, writes: list[PutAnswer]) -> None:
    for write in writes:
        new, now = write.answered, microseconds(write.now)
        name = (seller, write.customer, new.dialect, new.key)
        connection.execute(
            "DELETE FROM answers WHERE rowid IN (SELECT rowid FROM answers"
            " WHERE seller = ? AND expires <= ? LIMIT ?)",
            (seller, now, PURGED),
        )
        connection.execute(
            "DELETE FROM answers WHERE seller = ? AND customer = ? AND dialect = ? AND key = ?"
            " AND expires <= ?",
            (*name, now),
        )
        connection.execute(
            "INSERT INTO answers (seller, customer, dialect, key, asked, answer, expires)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (*name, new.asked, new.answer, microseconds(new.expires)),
        )


def _put_notes(connection: sqlite3.Connection, seller: int, writes: list[PutNote]) -> None:
    added, changed = list[Row](), list[Row]()
    for write in writes:
        note = write.note
        values = (seller, note.kind, note.name, note.version, note.document)
        if note.version == 1:
            added.append(values)
        else:
            changed.append((*values, seller, note.kind, note.name, note.version - 1))
    _put(connection, "notes", added, changed)


def _drop_notes(connection: sqlite3.Connection, seller: int, writes: list[DropNote]) -> None:
    dropped = connection.executemany(
        "DELETE FROM notes WHERE seller = ? AND kind = ? AND name = ? AND version = ?",
        [(seller, one.note.kind, one.note.name, one.note.version) for one in writes],
    )
    if dropped.rowcount != len(writes):
        raise Raced("notes")


_DO: dict[type, Callable[[sqlite3.Connection, int, list[Any]], None]] = {
    PutOrder: _put_orders,
    PutCustomer: _put_customers,
    PutProduct: _put_products,
    PutSeller: _put_sellers,
    Event: _add_events,
    Expect: _expect,
    Rename: _rename,
    PutCredential: _put_credentials,
    PutAnswer: _put_answers,
    PutNote: _put_notes,
    DropNote: _drop_notes,
}
