"""Selection: what is asked of the journal as SQL, which is the same on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from orderglot.core.caller import Caller
from orderglot.core.journal import Criteria, Row, first_id, moment_of
from orderglot.core.query import And, Compare, Operator, Query
from orderglot.journal.conditions import POSTGRES, SQLITE, Condition, Words, condition

SHOWN = (
    *("id", "direction", "dialect", "operation", "key", "peer", "method", "path", "status"),
    *("took", "orders", "reason"),
)

__all__ = ["POSTGRES", "SQLITE", "page_statements", "row_of", "show_statement", "together"]


def page_statements(
    caller: Caller, criteria: Criteria, limit: int, words: Words
) -> Iterator[tuple[str, list[Any]]]:
    """Give the statements whose rows together are what is asked for, each newest first."""
    columns = ", ".join(f"e.{name}" for name in SHOWN)
    conditions = [*_scope(caller), *_conditions(criteria), condition(criteria.where, words)]
    order = _order_in(criteria.where) if criteria.order is None else criteria.order
    if order is None and not criteria.ids:
        yield _statement(columns, "journal_exchanges AS e", conditions, limit)
    if order is not None:
        named = f" {order} "
        # Blocks are few: those that name the order are found first, and within them its rows.
        joined = (
            "journal_blocks AS b JOIN journal_exchanges AS e"
            " ON e.seller = b.seller AND e.id BETWEEN b.id AND b.last AND e.block = b.id"
        )
        those: list[Condition] = [
            ("b.seller = ?", (caller.seller,)),
            (f"{words.find}(b.orders, ?) > 0", (named,)),
            (f"{words.find}(e.orders, ?) > 0", (named,)),
        ]
        yield _statement(columns, joined, [*those, *conditions], limit)
    if criteria.ids:
        marks = ", ".join("?" * len(criteria.ids))
        named_ids: Condition = (f"e.id IN ({marks})", criteria.ids)
        yield _statement(columns, "journal_exchanges AS e", [named_ids, *conditions], limit)


def _order_in(where: Query) -> int | None:
    """Give the order that all exchanges asked for have touched, None where there is none."""
    for part in where.parts if isinstance(where, And) else (where,):
        if isinstance(part, Compare) and (part.field, part.operator) == ("orders", Operator.EQ):
            return part.value if isinstance(part.value, int) else None
    return None


def show_statement(caller: Caller, id: str) -> tuple[str, list[Any]]:
    """Give the statement of one exchange, with its block and its place in it."""
    columns = ", ".join(f"e.{name}" for name in SHOWN)
    conditions: list[Condition] = [*_scope(caller), ("e.id = ?", (id,))]
    source = (
        "journal_exchanges AS e JOIN journal_blocks AS b ON b.seller = e.seller AND b.id = e.block"
    )
    return _statement(f"{columns}, b.content, e.place", source, conditions, 1)


def _statement(
    columns: str, source: str, conditions: list[Condition], limit: int
) -> tuple[str, list[Any]]:
    where = " AND ".join(text for text, _ in conditions)
    params = [value for _, values in conditions for value in values]
    parts = ("SELECT", columns, "FROM", source, "WHERE", where, "ORDER BY e.id DESC LIMIT ?")
    return " ".join(parts), [*params, limit]


def _scope(caller: Caller) -> Iterator[Condition]:
    """Give what a caller may see: a seller's exchanges, a customer's own alone."""
    yield "e.seller = ?", (caller.seller,)
    if caller.customer is not None:
        yield "e.customer = ?", (caller.customer,)


def _conditions(criteria: Criteria) -> Iterator[Condition]:
    for name in ("direction", "dialect", "operation", "key", "method"):
        if value := getattr(criteria, name):
            yield f"e.{name} = ?", (value,)
    if criteria.statuses is not None:
        yield "e.status BETWEEN ? AND ?", criteria.statuses
    if criteria.since is not None:
        yield "e.id >= ?", (first_id(criteria.since),)
    if criteria.until is not None:
        yield "e.id < ?", (first_id(criteria.until),)
    if criteria.before:
        yield "e.id < ?", (criteria.before,)
    if criteria.refused is not None:
        refused = "(e.status >= 400 OR e.status = 0 OR e.reason <> '')"
        yield refused if criteria.refused else f"NOT {refused}", ()


def row_of(found: tuple[Any, ...]) -> Row:
    """Read a row."""
    id, direction, dialect, operation, key, peer, method, path, status, took, orders, reason = found
    return Row(
        id=id,
        at=moment_of(id),
        direction=direction,
        dialect=dialect,
        operation=operation,
        key=key,
        peer=peer,
        method=method,
        path=path,
        status=status,
        ms=took / 1000,
        orders=tuple(map(int, orders.split())),
        reason=reason,
    )


def together(found: list[Row], limit: int) -> tuple[Row, ...]:
    """Put the rows of several statements together, newest first, each once."""
    once = {row.id: row for row in found}
    return tuple(sorted(once.values(), key=lambda row: row.id, reverse=True)[:limit])
