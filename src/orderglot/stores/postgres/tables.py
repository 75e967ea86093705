"""The tables: what each write of a book does to the rows, as steps of as few statements as can be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from orderglot.core.fields import FieldKind, field
from orderglot.core.ports import Event
from orderglot.stores import document, writes
from orderglot.stores.backend import Entity
from orderglot.stores.postgres import counts, keys
from orderglot.stores.postgres.expiring import put_answers
from orderglot.stores.postgres.identities import named
from orderglot.stores.postgres.statement import (
    Row,
    Step,
    combined,
    inserted,
    kinds,
    put,
    source,
    table,
    version,
)
from orderglot.stores.sql.events import event_row
from orderglot.stores.sql.grammar import Sql, fragment
from orderglot.stores.sql.linking import links, relinked
from orderglot.stores.sql.rows import COLUMNS, NUMBERED, WORKED_OUT, row, worked_out

_TYPES = {FieldKind.TEXT: "text"}
_STANDING = {
    **{column: _TYPES.get(field(name).kind, "bigint") for name, column in COLUMNS.items()},
    **dict.fromkeys(NUMBERED.values(), "bigint"),
    **dict.fromkeys(WORKED_OUT.values(), "text"),
}
_ORDERS = table("orders", ("id",), "seller", **_STANDING, lines="bigint", document="jsonb")
_CUSTOMERS = table(
    "customers", ("id",), "seller", id="bigint", version="bigint", number="text", document="jsonb"
)
_PRODUCTS = table("products", ("sku",), "seller", sku="text", version="bigint", document="jsonb")
_SELLERS = table("sellers", (), "id", version="bigint", name="text", document="jsonb")
_NOTES = table(
    "notes",
    ("kind", "name"),
    "seller",
    kind="text",
    name="text",
    version="bigint",
    document="bytea",
)
_LINKS = kinds(order_id="bigint", position="bigint", name="text", dialect="text", target="bigint")
_EVENTS = kinds(
    order_id="bigint",
    version="bigint",
    at="bigint",
    what="text",
    who="text",
    other="bigint",
    details="text",
    why="text",
    exchange="text",
)
_EXPECTED = kinds(id="bigint", version="bigint")
_RENAMED = kinds(id="bigint", document="jsonb")
_DROPPED = kinds(kind="text", name="text", version="bigint")


def statements(seller: int, batch: Iterable[writes.Write]) -> Iterator[Sql]:
    """Say all writes of a book in as few statements as can be: mostly one.

    No statement changes a table twice, for it would not see what it has done itself.
    """
    together = list[Step]()
    for kind, several in groupby(batch, type):
        for step in _DO[kind](seller, list(several)):
            changed = {one.table for one in together if one.table}
            if together and (step.apart or step.table in changed):
                yield combined(together)
                together = []
            together.append(step)
    if together:
        yield combined(together)


def _put_orders(seller: int, batch: list[writes.PutOrder]) -> Iterator[Step]:
    rows = list[tuple[Row, int | None]]()
    counted = list[tuple[Row, Row | None]]()
    for order, text, kept in ((one.order, one.document, one.kept) for one in batch):
        columns = row(order)
        counted.append((columns, None if kept is None else row(kept)))
        values = (*columns, *worked_out(order), len(order.lines), text.decode())
        rows.append((values, version(kept)))
    yield from put(_ORDERS, seller, rows)
    yield from counts.deltas(seller, counted)
    yield from named(seller, Entity.ORDER, [(one.order, one.kept) for one in batch])
    yield from _link(seller, batch)


def _put_customers(seller: int, batch: list[writes.PutCustomer]) -> Iterator[Step]:
    yield from put(
        _CUSTOMERS,
        seller,
        (
            (
                (new.id, new.version, new.number or None, one.document.decode()),
                version(one.kept),
            )
            for one in batch
            for new in (one.customer,)
        ),
    )
    yield from named(seller, Entity.CUSTOMER, [(one.customer, one.kept) for one in batch])


def _put_products(seller: int, batch: list[writes.PutProduct]) -> Iterator[Step]:
    rows = [(one.product.sku, one.product.version, one.document.decode()) for one in batch]
    return put(_PRODUCTS, seller, zip(rows, _versions(batch), strict=True))


def _put_sellers(seller: int, batch: list[writes.PutSeller]) -> Iterator[Step]:
    rows = [(one.seller.version, one.seller.name, one.document.decode()) for one in batch]
    yield from put(_SELLERS, seller, zip(rows, _versions(batch), strict=True))
    if any(one.kept is None for one in batch):
        yield counts.begun(seller)


def _versions(batch: Sequence[writes.PutProduct | writes.PutSeller]) -> list[int | None]:
    """Give the versions that are replaced, None for what is new."""
    return [version(one.kept) for one in batch]


def _link(seller: int, batch: list[writes.PutOrder]) -> Iterator[Step]:
    changed = relinked(batch)
    if before := [one.order.id for one in changed if one.kept is not None]:
        text = "DELETE FROM order_links WHERE seller = ? AND order_id = ANY (?::bigint[])"
        yield Step("order_links", Sql(text, (seller, before)))
    rows: list[Row] = [link for one in changed for link in links(one.order)]
    yield from inserted("order_links", seller, _LINKS, rows)


def _add_events(seller: int, batch: list[Event]) -> Iterator[Step]:
    return inserted("order_events", seller, _EVENTS, [event_row(event) for event in batch])


def _expect_orders(seller: int, batch: list[writes.ExpectOrder]) -> Iterator[Step]:
    # Who changes one meanwhile asks no rule, and so comes after this; nobody has to wait.
    yield _unchanged("orders", seller, [(one.order, one.version) for one in batch])


def _expect(seller: int, batch: list[writes.Expect]) -> Iterator[Step]:
    # A transaction that renames the customer waits until the orders with the present name can be seen.
    expected: list[Row] = [(one.customer, one.version) for one in batch]
    yield _unchanged("customers", seller, expected, "FOR SHARE OF t")


def _unchanged(table: str, seller: int, expected: list[Row], lock: str = "") -> Step:
    there = source(_EXPECTED, expected)
    text = fragment(
        "SELECT 1 FROM",
        f"{there.text} JOIN {table} AS t ON t.id = n.id AND t.version = n.version",
        f"WHERE t.seller = ? {lock}",
    )
    return Step("", Sql(text, (*there.params, seller)), len(expected))


def _rename(seller: int, batch: list[writes.Rename]) -> Iterator[Step]:
    new = source(
        _RENAMED,
        [(one.customer.id, document.write(one.customer).decode()) for one in batch],
    )
    text = fragment(
        "UPDATE orders AS o SET document = jsonb_set(o.document, '{customer}', n.document)",
        f"FROM {new.text} WHERE o.seller = ? AND o.customer = n.id",
    )
    yield Step("orders", Sql(text, (*new.params, seller)), apart=True)


def _put_notes(seller: int, batch: list[writes.PutNote]) -> Iterator[Step]:
    return put(
        _NOTES,
        seller,
        (
            ((note.kind, note.name, note.version, note.document), note.version - 1 or None)
            for note in (one.note for one in batch)
        ),
    )


def _drop_notes(seller: int, batch: list[writes.DropNote]) -> Iterator[Step]:
    dropped: list[Row] = [(one.note.kind, one.note.name, one.note.version) for one in batch]
    old = source(_DROPPED, dropped)
    text = fragment(
        "DELETE FROM notes AS t USING",
        f"{old.text} WHERE t.seller = ? AND t.kind = n.kind AND t.name = n.name",
        "AND t.version = n.version RETURNING 1",
    )
    yield Step("notes", Sql(text, (*old.params, seller)), len(batch))


_DO: dict[type, Callable[[int, list[Any]], Iterator[Step]]] = {
    writes.PutOrder: _put_orders,
    writes.PutCustomer: _put_customers,
    writes.PutProduct: _put_products,
    writes.PutSeller: _put_sellers,
    Event: _add_events,
    writes.Expect: _expect,
    writes.ExpectOrder: _expect_orders,
    writes.Rename: _rename,
    **keys.DO,
    writes.PutAnswer: put_answers,
    writes.PutNote: _put_notes,
    writes.DropNote: _drop_notes,
}
