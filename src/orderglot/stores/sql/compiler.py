"""The compiler: the tree of a selection to the SQL that says the same, parameter by parameter.

SQL's logic has three values, the tree's has two. So negation is pushed down to the comparisons,
where it is written so that it is never NULL; above them there are only AND and OR, for which NULL
is as good as false. A comparison that is not negated stands bare, so that an index serves it.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, NamedTuple

from orderglot.core.fields import NET_SUBTOTAL, Field, FieldKind, field
from orderglot.core.query import And, Compare, Not, Operator, Or, Query, fold
from orderglot.stores.sql.grammar import Grammar, Sql, fragment
from orderglot.stores.sql.integers import whole
from orderglot.stores.sql.rows import (
    COLUMNS,
    LEAST,
    MILLION,
    MOST,
    NUMBERED,
    WORKED_OUT,
    stored,
    whole_number,
)
from orderglot.stores.sql.terms import TABLE, asked

ORDERS = "o"
"""What the table of orders is called in every statement."""

DOCUMENT = f"{ORDERS}.document"
RECORD = "c.document"


class Named(NamedTuple):
    """Where the references of a thing stand, and the column of an order with the thing's hub id."""

    table: str
    name: str
    owner: str


NATIVE: dict[tuple[str, ...], Named] = {
    (): Named("order_references", "order_id", "id"),
    ("customer",): Named("customer_references", "customer", "customer"),
}
"""By the path of a ``native`` field."""

SELLER = object()
"""Stands among the parameters of a compiled tree for the caller's seller.

A list that is looked up within a statement names the seller by itself, because one that leans on
the order that is looked at would be looked up again for every order.
"""

REFERENCES = "references.id"
CUSTOMER_NUMBER = "customer.number"
_OF_CUSTOMER = fragment(
    f"{ORDERS}.customer = (SELECT c.id FROM",
    "customers AS c WHERE c.seller = ? AND c.number = ?)",
)
"""So an index gives the orders of the one customer in their order."""

SAMENESS = (Operator.EQ, Operator.NE, Operator.IN)

TRUE = Sql("1 = 1")
FALSE = Sql("1 = 0")

_SIGNS = {
    Operator.EQ: "=",
    Operator.LT: "<",
    Operator.LTE: "<=",
    Operator.GT: ">",
    Operator.GTE: ">=",
}


def compiled(where: Query, grammar: Grammar, *, holds: bool = True) -> Sql:
    """State that a tree holds, or that it does not; the tree is one that can be asked."""
    match where:
        case And(parts):
            each = (compiled(part, grammar, holds=holds) for part in parts)
            return conjunction(each) if holds else disjunction(each)
        case Or(parts):
            each = (compiled(part, grammar, holds=holds) for part in parts)
            return disjunction(each) if holds else conjunction(each)
        case Not(part):
            return compiled(part, grammar, holds=not holds)
        case Compare():
            sql = _comparison(where, grammar)
            return sql if holds else Sql(f"({sql.text}) IS NOT TRUE", sql.params)


def bind_seller(seller: int, sql: Sql) -> Sql:
    """Put the caller's seller into the parameters of a compiled tree."""
    return Sql(sql.text, tuple(seller if param is SELLER else param for param in sql.params))


def conjunction(parts: Iterable[Sql]) -> Sql:
    """State that all parts hold; of none, that is so."""
    return _joined(" AND ", (part for part in parts if part != TRUE)) or TRUE


def disjunction(parts: Iterable[Sql]) -> Sql:
    """State that any of the parts holds; of none, that is not so."""
    return _joined(" OR ", (part for part in parts if part != FALSE)) or FALSE


def _joined(word: str, parts: Iterable[Sql]) -> Sql | None:
    pieces = tuple(parts)
    if len(pieces) < 2:
        return pieces[0] if pieces else None
    text = word.join(f"({piece.text})" for piece in pieces)
    return Sql(text, tuple(param for piece in pieces for param in piece.params))


def expression(wanted: Field, grammar: Grammar) -> str:
    """Say the value of a field that an order has one of, and not in its customer's record."""
    column = COLUMNS.get(wanted.name) or WORKED_OUT.get(wanted.name)
    if column is not None:
        return f"{ORDERS}.{column}"
    if wanted.name == NET_SUBTOTAL:
        return grammar.net_subtotal(DOCUMENT)
    if wanted.link is not None:
        return grammar.linked(DOCUMENT, wanted.link, wanted.native)
    if wanted.native:
        owner = f"{ORDERS}.{NATIVE[wanted.path].owner}"
        return grammar.native(DOCUMENT, (*wanted.path, "references"), owner, wanted.native)
    if wanted.whole and wanted.path[0] == "extras":
        return grammar.whole_extra(DOCUMENT, wanted.path[1])
    value = grammar.inside(DOCUMENT, wanted.path, wanted)
    return grammar.whole(value) if wanted.whole else value


def _comparison(compare: Compare, grammar: Grammar) -> Sql:
    if terms := asked(compare):
        return _listed(TABLE, "term", terms)
    if names := _references(compare):
        return _listed("order_references", "name", names)
    wanted = field(compare.field)
    if wanted.kind is FieldKind.EXTRA:
        return _extra(wanted, compare, grammar)
    if wanted.many:
        return _any(wanted, compare, grammar)
    if wanted.recorded:
        return _on_record(wanted, compare, grammar)
    value = expression(wanted, grammar)
    leaf = _leaf(value, wanted, compare.operator, compare.value, grammar)
    if wanted.name == CUSTOMER_NUMBER and (numbers := _sought(compare)):
        return conjunction((_of_customers(numbers), leaf))
    by_name = wanted.native and wanted.link is None
    if not by_name or compare.operator not in (Operator.EQ, Operator.IN):
        return leaf
    values = _values(compare)
    return leaf if None in values else conjunction((_called(wanted, values), leaf))


def is_looked_up(compare: Compare) -> bool:
    """Tell whether rows beside the orders say all that a comparison with their documents asks."""
    return bool(asked(compare) or _references(compare))


def _listed(table: str, column: str, values: tuple[str, ...]) -> Sql:
    """State that an order has one of these beside it."""
    marks = ", ".join("?" * len(values))
    of = f"{table} AS k WHERE k.seller = ? AND k.{column}"
    found = fragment("SELECT k.order_id FROM", of, f"IN ({marks})")
    return Sql(f"{ORDERS}.id IN ({found})", (SELLER, *values))


def _references(compare: Compare) -> tuple[str, ...]:
    """Give the ids that a comparison asks an order to have anywhere, none where it asks for something else."""
    return _sought(compare) if compare.field == REFERENCES else ()


def _sought(compare: Compare) -> tuple[Any, ...]:
    """Give the values of which one is asked for, none where nothing will do as well or more is asked."""
    if compare.operator not in (Operator.EQ, Operator.IN):
        return ()
    values = _values(compare)
    return () if any(map(_nothing, values)) else tuple(dict.fromkeys(values))


def _of_customers(numbers: tuple[str, ...]) -> Sql:
    """State that an order is of a customer of one of these numbers."""
    if len(numbers) == 1:
        return Sql(_OF_CUSTOMER, (SELLER, *numbers))
    marks = ", ".join("?" * len(numbers))
    found = fragment(
        "SELECT c.id FROM", f"customers AS c WHERE c.seller = ? AND c.number IN ({marks})"
    )
    return Sql(f"{ORDERS}.customer IN ({found})", (SELLER, *numbers))


def in_column(compare: Compare) -> bool:
    """Tell whether a column says all that a comparison with an extra asks."""
    return (
        compare.field in NUMBERED
        and compare.operator in SAMENESS
        and all(_nothing(one) or whole_number(one) is not None for one in _values(compare))
    )


def _extra(wanted: Field, compare: Compare, grammar: Grammar) -> Sql:
    """Say a comparison with an extra, by its column where it has one."""
    looked_at = grammar.holds_extra(DOCUMENT, compare)
    if compare.field not in NUMBERED:
        return looked_at
    value = f"{ORDERS}.{NUMBERED[compare.field]}"
    asked = tuple(None if _nothing(one) else whole_number(one) for one in _values(compare))
    if in_column(compare):
        other = asked if compare.operator is Operator.IN else asked[0]
        return _leaf(value, wanted, compare.operator, other, grammar)
    if compare.operator not in _SIGNS or asked[0] is None:
        return looked_at
    compared = _compared(value, wanted, compare.operator, asked[0])
    text = f"({compared.text} AND {value} <> {LEAST}) OR ({value} = {LEAST} AND {looked_at.text})"
    return Sql(text, (*compared.params, *looked_at.params))


def _values(compare: Compare) -> tuple[Any, ...]:
    return compare.value if isinstance(compare.value, tuple) else (compare.value,)


def _holds_of_nothing(compare: Compare) -> bool:
    """Tell whether a comparison holds where there is nothing to compare."""
    names_nothing = any(map(_nothing, _values(compare)))
    if compare.operator is Operator.NE:
        return not names_nothing
    return names_nothing and compare.operator in (Operator.EQ, Operator.IN)


def _on_record(wanted: Field, compare: Compare, grammar: Grammar) -> Sql:
    """State that an order is of one of the customers whose records compare so, or of none where nothing does."""
    value = grammar.inside(RECORD, wanted.path, wanted)
    leaf = _leaf(value, wanted, compare.operator, compare.value, grammar)
    found = fragment("SELECT c.id FROM customers AS c WHERE c.seller = ? AND (", leaf.text, ")")
    text = f"{ORDERS}.customer IN ({found})"
    if _holds_of_nothing(compare):
        text = f"({ORDERS}.customer IS NULL OR {text})"
    return Sql(text, (SELLER, *leaf.params))


def _called(wanted: Field, values: tuple[Any, ...]) -> Sql:
    """State that somebody has these for a name: no more than an index serves, nor less."""
    table, name, owner = NATIVE[wanted.path]
    wholes = [int(value) for value in values if value == int(value) and 0 <= value <= MOST]
    if not wholes:
        return FALSE
    marks, own = ", ".join("?" * len(wholes)), f"{ORDERS}.{owner}"
    named = fragment(
        f"{own} IN (SELECT r.{name} FROM",
        f"{table} AS r WHERE r.seller = ? AND r.name IN ({marks}) AND r.dialect = ?",
        "UNION ALL VALUES",
        ", ".join(["(CAST(? AS BIGINT))"] * len(wholes)) + ")",
    )
    return Sql(named, (SELLER, *map(str, wholes), wanted.native, *wholes))


def _any(wanted: Field, compare: Compare, grammar: Grammar) -> Sql:
    """State that any of a field's values compares so, or for ``ne`` that none is the same."""
    differs = compare.operator is Operator.NE
    operator = Operator.EQ if differs else compare.operator
    document, tables, begun = DOCUMENT, list[str](), 0
    for number, step in enumerate(wanted.lists):
        path = wanted.path[begun : step + 1]
        table, document = grammar.each(document, path, f"e{number}")
        tables.append(table)
        begun = step + 1
    value = grammar.inside(document, wanted.path[begun:], wanted)
    leaf = _leaf(value, wanted, operator, compare.value, grammar)
    inner = fragment("(SELECT 1 FROM", ", ".join(tables), "WHERE", leaf.text + ")")
    return Sql(fragment("NOT EXISTS" if differs else "EXISTS", inner), leaf.params)


def _leaf(value: str, wanted: Field, operator: Operator, other: Any, grammar: Grammar) -> Sql:
    match operator:
        case Operator.EQ:
            return _same(value, wanted, other)
        case Operator.NE:
            return _differs(value, wanted, other, grammar)
        case Operator.IN:
            return _one_of(value, wanted, other)
        case Operator.CONTAINS:
            return grammar.contains(value, fold(other))
        case Operator.BEGINS:
            return grammar.begins(value, fold(other))
        case _ if other is None or wanted.kind is FieldKind.FLAG:
            return FALSE
        case _:
            return _compared(value, wanted, operator, other)


def _same(value: str, wanted: Field, other: Any) -> Sql:
    if _nothing(other):
        return Sql(f"{value} IS NULL")
    return _compared(value, wanted, Operator.EQ, other)


def _differs(value: str, wanted: Field, other: Any, grammar: Grammar) -> Sql:
    if _nothing(other):
        return Sql(f"{value} IS NOT NULL")
    same = _compared(value, wanted, Operator.EQ, other)
    return Sql(grammar.differs(value), same.params) if same.params else TRUE


def _one_of(value: str, wanted: Field, others: tuple[Any, ...]) -> Sql:
    single = [_compared(value, wanted, Operator.EQ, one) for one in others if not _nothing(one)]
    params = tuple(dict.fromkeys(param for one in single for param in one.params))
    choices = []
    if params:
        choices.append(Sql(f"{value} IN ({', '.join('?' * len(params))})", params))
    if any(_nothing(one) for one in others):
        choices.append(Sql(f"{value} IS NULL"))
    return disjunction(choices)


def _nothing(other: Any) -> bool:
    return other is None or other == ""


def _compared(value: str, wanted: Field, operator: Operator, other: Any) -> Sql:
    if isinstance(other, int | Decimal) and not isinstance(other, bool):
        scale = MILLION if wanted.kind is FieldKind.AMOUNT else 1
        compared = whole(operator, other, scale)
        return (
            FALSE if compared is None else Sql(f"{value} {_SIGNS[compared[0]]} ?", (compared[1],))
        )
    return Sql(f"{value} {_SIGNS[operator]} ?", (stored(other),))
