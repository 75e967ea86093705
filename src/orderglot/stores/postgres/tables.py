"""The tables: what each write of a book does to the rows, as steps of as few statements as can be."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from orderglot.stores import document, writes
from orderglot.stores.backend import HUB_ITSELF
from orderglot.stores.postgres import counts, keys
from orderglot.stores.postgres.count_tables import COUNTED, COUNTS, DELTAS
from orderglot.stores.postgres.identities import named
from orderglot.stores.postgres.order_writes import KINDS, order_writes
from orderglot.stores.postgres.statement import (
    Row,
    Step,
    combined,
    kinds,
    put,
    source,
    table,
    version,
)
from orderglot.stores.sql.grammar import Sql, fragment
from orderglot.stores.sql.terms import of_sku

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
_HUB_NOTES = _NOTES._replace(name="hub_notes")
_RENAMED = kinds(id="bigint", document="jsonb")
_GONE = kinds(id="bigint", version="bigint")
_SOLD_OUT = kinds(sku="text", version="bigint")
_NOTED = kinds(kind="text", name="text")
_DROPPED = kinds(kind="text", name="text", version="bigint")


def statements(seller: int, batch: Collection[writes.Write]) -> Iterator[Sql]:
    """Say all writes of a book in as few statements as can be: mostly one.

    Whatever belongs to orders goes in one call, behind the customers that it is about.
    """
    orders = [one for one in batch if isinstance(one, KINDS)]
    others = [one for one in batch if not isinstance(one, KINDS)]
    before = [one for one in others if isinstance(one, writes.PutCustomer)]
    yield from _steps(seller, before)
    if orders:
        yield order_writes(seller, orders)
    yield from _steps(seller, [one for one in others if not isinstance(one, writes.PutCustomer)])


def _steps(seller: int, batch: Iterable[writes.Write]) -> Iterator[Sql]:
    """Say writes as steps; no statement changes a table twice, for it would not see what it has done itself."""
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
    yield from named(seller, [(one.customer, one.kept) for one in batch])


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
        _NOTES if seller else _HUB_NOTES,
        seller,
        (
            ((note.kind, note.name, note.version, note.document), note.version - 1 or None)
            for note in (one.note for one in batch)
        ),
    )


def _expect_notes(seller: int, batch: list[writes.ExpectNote]) -> Iterator[Step]:
    """Hold notes as they are until the end of the transaction."""
    name = "notes" if seller else "hub_notes"
    for note in (write.note for write in batch):
        text = fragment(
            "SELECT 1 FROM",
            name,
            "WHERE seller = ? AND kind = ? AND name = ? AND version = ? FOR SHARE",
        )
        yield Step("", Sql(text, (seller, note.kind, note.name, note.version)), 1)


def _drop_sellers(seller: int, batch: list[writes.DropSeller]) -> Iterator[Step]:
    for write in batch:
        held = "SELECT 1 FROM sellers WHERE id = ? AND version = ? FOR UPDATE"
        yield Step("", Sql(held, (seller, write.seller.version)), 1, apart=True)
        yield keys.nobody(seller, write.now)
        yield _no_notes(seller, write.rejects)._replace(apart=True)
        for name in OF_SELLER:
            text = fragment("DELETE FROM", name, "WHERE seller = ?")
            yield Step(name, Sql(text, (seller,)), apart=True)
        gone = "DELETE FROM sellers WHERE id = ? AND version = ? RETURNING 1"
        yield Step("sellers", Sql(gone, (seller, write.seller.version)), 1, apart=True)
        for step in _put_notes(HUB_ITSELF, [writes.PutNote(note) for note in write.notes]):
            yield step._replace(apart=True)


OF_SELLER = (
    *("tokens", "credentials", "answers", "tallies", "notes", "order_events", "sequences"),
    *(COUNTS, DELTAS, COUNTED),
)
"""The tables that have rows of a seller who has nothing in its book."""


def _drop_notes(seller: int, batch: list[writes.DropNote]) -> Iterator[Step]:
    dropped: list[Row] = [(one.note.kind, one.note.name, one.note.version) for one in batch]
    old, table = source(_DROPPED, dropped), "notes" if seller else "hub_notes"
    text = fragment(
        "DELETE FROM",
        f"{table} AS t USING {old.text} WHERE t.seller = ? AND t.kind = n.kind AND t.name = n.name",
        "AND t.version = n.version RETURNING 1",
    )
    yield Step(table, Sql(text, (*old.params, seller)), len(batch))


def _drop_customers(seller: int, batch: list[writes.DropCustomer]) -> Iterator[Step]:
    dropped = [(one.customer.id, one.customer.version) for one in batch]
    yield _held("customers", "id", source(_GONE, dropped), seller, len(batch))
    for one in batch:
        yield keys.nobody(seller, one.now, one.customer.id)
        yield _no_notes(seller, one.numbers)
    names = fragment(
        "DELETE FROM customer_references AS t USING",
        f"{source(_GONE, dropped).text} WHERE t.seller = ? AND t.customer = n.id",
    )
    params = source(_GONE, dropped).params
    yield Step("customer_references", Sql(names, (*params, seller)), apart=True)
    yield _dropped("customers", "id", source(_GONE, dropped), seller, len(batch))


def _drop_products(seller: int, batch: list[writes.DropProduct]) -> Iterator[Step]:
    dropped = source(_SOLD_OUT, [(one.product.sku, one.product.version) for one in batch])
    yield _held("products", "sku", dropped, seller, len(batch))
    terms = [of_sku(one.product.sku) for one in batch]
    ordered = "SELECT 1 FROM order_terms WHERE seller = ? AND term = ANY (?::text[]) LIMIT 1"
    yield Step("", Sql(ordered, (seller, terms)), 0, apart=True)
    yield _dropped("products", "sku", dropped, seller, len(batch))


def _expect_no_notes(seller: int, batch: list[writes.ExpectNoNote]) -> Iterator[Step]:
    """Look that there are no such notes, as others have left it who were waited for until here."""
    named = source(_NOTED, [(one.kind, one.name) for one in batch])
    text = fragment(
        "SELECT 1 FROM",
        f"{named.text} JOIN notes AS t ON t.seller = ? AND t.kind = n.kind AND t.name = n.name",
    )
    yield Step("", Sql(text, (*named.params, seller)), 0, apart=True)


def _no_notes(seller: int, kind: str) -> Step:
    text = "SELECT 1 FROM notes WHERE seller = ? AND kind = ? LIMIT 1"
    return Step("", Sql(text, (seller, kind)), 0)


def _held(table: str, key: str, old: Sql, seller: int, count: int) -> Step:
    """Take hold of rows that are to go: who relies on one has been committed, or finds it gone."""
    text = fragment(
        "SELECT 1 FROM",
        f"{table} AS t JOIN {old.text} ON t.{key} = n.{key} AND t.version = n.version",
        "WHERE t.seller = ? FOR UPDATE OF t",
    )
    return Step("", Sql(text, (*old.params, seller)), count, apart=True)


def _dropped(table: str, key: str, old: Sql, seller: int, count: int) -> Step:
    """Take out rows of these keys in these versions."""
    text = fragment(
        "DELETE FROM",
        f"{table} AS t USING {old.text} WHERE t.seller = ? AND t.{key} = n.{key}",
        "AND t.version = n.version RETURNING 1",
    )
    return Step(table, Sql(text, (*old.params, seller)), count)


_DO: dict[type, Callable[[int, list[Any]], Iterator[Step]]] = {
    writes.PutCustomer: _put_customers,
    writes.PutProduct: _put_products,
    writes.ExpectNoNote: _expect_no_notes,
    writes.PutSeller: _put_sellers,
    writes.Rename: _rename,
    **keys.DO,
    writes.ExpectNote: _expect_notes,
    writes.PutNote: _put_notes,
    writes.DropNote: _drop_notes,
    writes.DropCustomer: _drop_customers,
    writes.DropProduct: _drop_products,
    writes.DropSeller: _drop_sellers,
}
