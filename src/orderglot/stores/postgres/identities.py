"""Identities: the references of customers, and that no two share one; those of orders go with the orders."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

import asyncpg

from orderglot.core.order import Reference
from orderglot.stores.backend import Entity
from orderglot.stores.identities import Named, stands_for
from orderglot.stores.postgres.statement import Row, Step, inserted, kinds, source
from orderglot.stores.sql.grammar import Sql, fragment

_NAMES = kinds(customer="bigint", name="text", dialect="text")
_ADDED = kinds(id="bigint", name="text")
_ALIKE = kinds(id="bigint", own="bigint", dialect="text")

# Who claims ids holds this row; behind that one, it is not as this statement began to see it.
_UNCLAIMED = (
    "SELECT 1 FROM sequences AS q WHERE q.seller = ? AND q.thing = ? AND q.claims ="
    " (SELECT p.claims FROM sequences AS p WHERE p.seller = ? AND p.thing = ?)"
    " FOR KEY SHARE OF q"
)
_CLAIM = "UPDATE sequences SET claims = claims + 1 WHERE seller = $1 AND thing = $2"


async def claim(
    connection: asyncpg.Connection, seller: int, thing: Entity, ids: Collection[int]
) -> None:
    """See to it that nobody can begin to go by one of these ids until the transaction ends.

    Blocks of ids are handed out no further; and if some of these are out already, commits of this seller
    that add a thing are waited for, and a later one fails where it has not seen what this transaction has
    written.
    """
    after = await connection.fetchval(
        "SELECT next FROM sequences WHERE seller = $1 AND thing = $2 FOR UPDATE",
        seller,
        thing.value,
    )
    if after is not None and min(ids) < after:
        await connection.execute(_CLAIM, seller, thing.value)


def named(seller: int, things: Iterable[tuple[Named, Named | None]]) -> Iterator[Step]:
    """Write the references of customers, and look that nobody now goes by another's name."""
    renamed = [(new, old) for new, old in things if old is None or new.references != old.references]
    if before := [new.id for new, old in renamed if old is not None and old.references]:
        text = "DELETE FROM customer_references WHERE seller = ? AND customer = ANY (?::bigint[])"
        yield Step("customer_references", Sql(text, (seller, before)))
    claimed: list[Row] = [
        (new.id, ref.id, ref.dialect) for new, _ in renamed for ref in dict.fromkeys(new.references)
    ]
    yield from inserted("customer_references", seller, _NAMES, claimed)
    yield from _clashes(seller, [new for new, old in renamed if old is None], claimed)


def _clashes(seller: int, added: list[Named], claimed: list[Row]) -> Iterator[Step]:
    """Look for names that clash: of which there must be none."""
    if added:
        thing = Entity.CUSTOMER.value
        yield Step("", Sql(_UNCLAIMED, (seller, thing, seller, thing)), 1)
        new = source(_ADDED, [(one.id, str(one.id)) for one in added])
        text = fragment(
            "SELECT 1 FROM",
            f"{new.text} JOIN customer_references AS r ON r.name = n.name",
            "WHERE r.seller = ? AND r.customer <> n.id AND position('@' IN r.dialect) = 0",
        )
        yield Step("", Sql(text, (*new.params, seller)), 0)
    alike: list[Row] = [
        (like, id, dialect)
        for id, name, dialect in claimed
        if (like := stands_for(Reference(dialect, name)))
    ]
    if alike:
        new = source(_ALIKE, alike)
        text = fragment(
            "SELECT 1 FROM",
            f"{new.text} JOIN customers AS o ON o.id = n.id",
            "WHERE o.seller = ? AND o.id <> n.own AND NOT EXISTS (SELECT 1 FROM",
            "customer_references AS r",
            "WHERE r.seller = o.seller AND r.customer = o.id AND r.dialect = n.dialect)",
        )
        yield Step("", Sql(text, (*new.params, seller)), 0)
