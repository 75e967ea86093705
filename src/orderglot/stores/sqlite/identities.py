"""Identities: the references of orders and customers, and the links between orders, beside their rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from orderglot.stores import document, writes
from orderglot.stores.backend import FIRST, Entity, Raced
from orderglot.stores.identities import Named, stands_for
from orderglot.stores.sql.linking import links, relinked
from orderglot.stores.sqlite.connection import Row
from orderglot.stores.sqlite.queries import listed

_NAMES: dict[Entity, tuple[str, str, str, str]] = {
    Entity.ORDER: (
        "DELETE FROM order_references WHERE seller = ? AND order_id = ?",
        "INSERT INTO order_references (seller, order_id, name, dialect) VALUES (?, ?, ?, ?)",
        (
            "SELECT 1 FROM json_each(?) AS j CROSS JOIN order_references AS r"
            " WHERE r.seller = ? AND r.name = j.value AND r.order_id <> CAST(j.value AS INTEGER)"
            " AND instr(r.dialect, '@') = 0"
        ),
        (
            "SELECT 1 FROM orders AS o WHERE o.seller = ? AND o.id = ? AND o.id <> ? AND NOT EXISTS"
            " (SELECT 1 FROM order_references AS r"
            " WHERE r.seller = o.seller AND r.order_id = o.id AND r.dialect = ?)"
        ),
    ),
    Entity.CUSTOMER: (
        "DELETE FROM customer_references WHERE seller = ? AND customer = ?",
        "INSERT INTO customer_references (seller, customer, name, dialect) VALUES (?, ?, ?, ?)",
        (
            "SELECT 1 FROM json_each(?) AS j CROSS JOIN customer_references AS r"
            " WHERE r.seller = ? AND r.name = j.value AND r.customer <> CAST(j.value AS INTEGER)"
            " AND instr(r.dialect, '@') = 0"
        ),
        (
            "SELECT 1 FROM customers AS c WHERE c.seller = ? AND c.id = ? AND c.id <> ? AND NOT EXISTS"
            " (SELECT 1 FROM customer_references AS r"
            " WHERE r.seller = c.seller AND r.customer = c.id AND r.dialect = ?)"
        ),
    ),
}
"""Take the references off a thing, put one on it, and the two ways in which names clash."""


def name(
    connection: sqlite3.Connection,
    seller: int,
    thing: Entity,
    things: Iterable[tuple[Named, Named | None]],
) -> None:
    """Write the references of things, and look that nothing now goes by another's name."""
    remove, insert, claimed, mistaken = _NAMES[thing]
    renamed = [(new, old) for new, old in things if old is None or new.references != old.references]
    connection.executemany(remove, [(seller, new.id) for new, old in renamed if old is not None])
    connection.executemany(
        insert,
        [
            (seller, new.id, ref.id, ref.dialect)
            for new, _ in renamed
            for ref in (
                new.references if len(new.references) == 1 else dict.fromkeys(new.references)
            )
        ],
    )
    if added := [str(new.id) for new, old in renamed if old is None]:
        _refuse(connection, claimed, (listed(added), seller))
    for new, _ in renamed:
        for ref in new.references:
            if (like := stands_for(ref)) is not None and like >= FIRST[thing]:
                _refuse(connection, mistaken, (seller, like, new.id, ref.dialect))


def _refuse(connection: sqlite3.Connection, clash: str, params: Row) -> None:
    if connection.execute(clash, params).fetchone() is not None:
        raise Raced(params)


def link(connection: sqlite3.Connection, seller: int, batch: list[writes.PutOrder]) -> None:
    """Write the links of orders in the place of those that were there."""
    changed = relinked(batch)
    connection.executemany(
        "DELETE FROM order_links WHERE seller = ? AND order_id = ?",
        [(seller, one.order.id) for one in changed if one.kept is not None],
    )
    connection.executemany(
        "INSERT INTO order_links (seller, order_id, position, name, dialect, target)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        [(seller, *link) for one in changed for link in links(one.order)],
    )


def expect(connection: sqlite3.Connection, seller: int, batch: list[writes.Expect]) -> None:
    """Raise Raced where a customer whose name is being written has changed."""
    text = (
        "SELECT c.id, c.version FROM json_each(?) AS j CROSS JOIN customers AS c"
        " WHERE c.seller = ? AND c.id = j.value"
    )
    _demand(connection, seller, text, {(write.customer, write.version) for write in batch})


def expect_orders(
    connection: sqlite3.Connection, seller: int, batch: list[writes.ExpectOrder]
) -> None:
    """Raise Raced where an order that a rule was asked about has changed."""
    text = (
        "SELECT o.id, o.version FROM json_each(?) AS j CROSS JOIN orders AS o"
        " WHERE o.seller = ? AND o.id = j.value"
    )
    _demand(connection, seller, text, {(write.order, write.version) for write in batch})


def _demand(
    connection: sqlite3.Connection, seller: int, text: str, expected: set[tuple[int, int]]
) -> None:
    there = connection.execute(text, (listed(id for id, _ in expected), seller))
    if not expected <= set(there):
        raise Raced(text)


def rename(connection: sqlite3.Connection, seller: int, batch: list[writes.Rename]) -> None:
    """Write what customers are now known by into all orders of theirs."""
    connection.executemany(
        "UPDATE orders SET document = json_set(document, '$.customer', json(?))"
        " WHERE seller = ? AND customer = ?",
        [(document.write(one.customer).decode(), seller, one.customer.id) for one in batch],
    )
