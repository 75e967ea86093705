"""Paging: the ids of the orders of a selection, sorted, skipped or gone on from a cursor."""

from __future__ import annotations

from functools import lru_cache

from orderglot.core.fields import Field, FieldKind, field
from orderglot.core.query import Query, Sort
from orderglot.core.values import Kind
from orderglot.stores.backend import Position, Scope, Selection
from orderglot.stores.sql.compiler import (
    FALSE,
    ORDERS,
    TRUE,
    bind_seller,
    compiled,
    conjunction,
    disjunction,
    expression,
)
from orderglot.stores.sql.cost import is_narrow
from orderglot.stores.sql.grammar import Grammar, Sql, fragment
from orderglot.stores.sql.rows import NEVER_NULL, stored
from orderglot.stores.sql.terms import TABLE, Apart, apart

_ID = f"{ORDERS}.id"
_FROM = f"FROM orders AS {ORDERS} WHERE"
_FROM_TERMS = f"FROM {TABLE} AS k CROSS JOIN orders AS {ORDERS} WHERE"
_FROM_REFERENCES = fragment(
    f"FROM orders AS {ORDERS} JOIN order_references AS r",
    f"ON r.seller = {ORDERS}.seller AND r.order_id = {ORDERS}.id",
)


@lru_cache(maxsize=1024)
def scoped(scope: Scope) -> Sql:
    """State that an order is in a scope: what every statement that reads orders begins with."""
    parts = [Sql(f"{ORDERS}.seller = ?", (scope.seller,))]
    if scope.customer is not None:
        parts.append(Sql(f"{ORDERS}.customer = ?", (scope.customer,)))
    if not scope.test:
        parts.append(Sql(f"{ORDERS}.test = 0"))
    if not scope.deleted:
        parts.append(Sql(f"{ORDERS}.deleted IS NULL"))
    for one in sorted(scope.omits):
        column = "kind" if isinstance(one, Kind) else "status"
        parts.append(Sql(f"{ORDERS}.{column} <> ?", (str(one),)))
    return conjunction(parts)


def selected_ids(
    scope: Scope, selection: Selection, grammar: Grammar, beginning: Sql = TRUE
) -> Sql:
    """Say the ids of a selection's orders, and of one more if there is one.

    Nothing but ids is asked for, so that an index alone can skip and sort. The ``beginning`` says
    where in the index to start.
    """
    if (found := apart(selection.where, selection.sort)) and not _is_narrow(scope, found.rest):
        return _along_terms(scope, selection, grammar, found, beginning)
    parts = [scoped(scope), compiled(selection.where, grammar), beginning]
    if selection.behind is not None:
        parts.append(_behind(selection.behind, selection.sort, grammar))
    where, by = conjunction(parts), _sorted(selection.sort, grammar)
    text = fragment("SELECT", _ID, _FROM, where.text, "ORDER BY", by.text, "LIMIT ? OFFSET ?")
    window = (selection.limit + 1, selection.offset)
    return bind_seller(scope.seller, Sql(text, (*where.params, *by.params, *window)))


def _is_narrow(scope: Scope, rest: Query) -> bool:
    """Tell whether there are few orders to look for a term in."""
    return scope.customer is not None or is_narrow(rest)


def _along_terms(
    scope: Scope, selection: Selection, grammar: Grammar, found: Apart, beginning: Sql
) -> Sql:
    """Say the same along the rows of a term, which are sorted as the list is."""
    named = Sql("k.seller = ? AND k.term = ?", (scope.seller, found.term))
    joined = Sql(f"{ORDERS}.seller = k.seller AND {_ID} = k.order_id")
    parts = [named, joined, scoped(scope), compiled(found.rest, grammar), beginning]
    (key,) = selection.sort
    if (behind := selection.behind) is not None:
        place = (*(_param(field(key.field), value) for value in behind.values), behind.id)
        sign = "<" if key.descending else ">"
        parts.append(Sql(f"(k.created, k.order_id) {sign} (?, ?)", place))
    where, way = conjunction(parts), " DESC" if key.descending else ""
    by = f"k.created{way}, k.order_id{way}"
    text = fragment("SELECT", _ID, _FROM_TERMS, where.text, "ORDER BY", by, "LIMIT ? OFFSET ?")
    window = (selection.limit + 1, selection.offset)
    return bind_seller(scope.seller, Sql(text, (*where.params, *window)))


def ids_at(scope: Scope, channel: str, where: Query, grammar: Grammar) -> Sql:
    """Say the ids that the orders for which a tree holds have at a channel."""
    holds = conjunction([Sql("r.dialect = ?", (channel,)), scoped(scope), compiled(where, grammar)])
    text = fragment("SELECT r.name", _FROM_REFERENCES, "WHERE", holds.text)
    return bind_seller(scope.seller, Sql(text, holds.params))


def _sorted(sort: tuple[Sort, ...], grammar: Grammar) -> Sql:
    keys = [(_value(key, grammar), key.descending) for key in sort]
    if all(value.text != _ID for value, _ in keys):
        keys.append((Sql(_ID), sort[-1].descending))
    # By ids alone the key of the table sorts, which knows of no order that has none.
    (first, downwards), *others = keys
    if first.text == _ID:
        sorts = [f"{_ID} DESC" if downwards else _ID]
    else:
        sorts, others = [], keys
    sorts += [
        grammar.descending(value.text) if down else grammar.ascending(value.text)
        for value, down in others
    ]
    return Sql(", ".join(sorts), tuple(param for value, _ in keys for param in value.params))


def _value(key: Sort, grammar: Grammar) -> Sql:
    """Describe what an order is sorted by."""
    own = expression(field(key.field), grammar)
    if not key.ranks:
        return Sql(own)
    ranks = [(compiled(where, grammar), int(stored(value))) for where, value in key.ranks]
    cases = [f"WHEN {where.text} THEN {value}" for where, value in ranks]
    params = tuple(param for where, _ in ranks for param in where.params)
    return Sql(fragment("CASE", *cases, "ELSE", own, "END"), params)


def _behind(place: Position, sort: tuple[Sort, ...], grammar: Grammar) -> Sql:
    """State that an order comes after a place.

    Where no key is ever nothing and all go one way, that is one comparison of rows, which an index
    serves; otherwise it is written out key by key, with a bare bound on the first one for the index.
    """
    keys = [_value(key, grammar) for key in sort]
    values = [
        _param(field(key.field), value) for key, value in zip(sort, place.values, strict=True)
    ]
    down = sort[0].descending
    if all(_always_says(key) and key.descending is down for key in sort):
        sign = "<" if down else ">"
        marks = ", ".join("?" * (len(keys) + 1))
        row = ", ".join(key.text for key in keys)
        return Sql(f"({row}, {_ID}) {sign} ({marks})", (*values, place.id))
    return _key_by_key(sort, [*keys, Sql(_ID)], [*values, place.id])


def _always_says(key: Sort) -> bool:
    return key.field in NEVER_NULL and not key.ranks


def _key_by_key(sort: tuple[Sort, ...], keys: list[Sql], values: list[object]) -> Sql:
    downs = [*(key.descending for key in sort), sort[-1].descending]
    cases, equal = list[Sql](), list[Sql]()
    for key, value, down in zip(keys, values, downs, strict=True):
        cases.append(conjunction((*equal, _beyond(key, value, down=down))))
        equal.append(_condition(key, "IS NULL") if value is None else _condition(key, "= ?", value))
    bound = []
    if values[0] is not None and not downs[0]:
        bound.append(_condition(keys[0], ">= ?", values[0]))
    return conjunction((*bound, disjunction(cases)))


def _beyond(key: Sql, value: object, *, down: bool) -> Sql:
    if value is None:
        return FALSE if down else _condition(key, "IS NOT NULL")
    if not down:
        return _condition(key, "> ?", value)
    return disjunction((_condition(key, "< ?", value), _condition(key, "IS NULL")))


def _condition(key: Sql, what: str, *values: object) -> Sql:
    return Sql(f"{key.text} {what}", (*key.params, *values))


def _param(wanted: Field, value: object) -> object:
    if wanted.kind is FieldKind.TEXT and value == "":
        return None
    return stored(value)  # type: ignore[arg-type]
