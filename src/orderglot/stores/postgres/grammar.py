"""PostgreSQL's grammar: how it reads a document that is kept as JSONB."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from itertools import count
from typing import Any

import msgspec

from orderglot.core.fields import LONGEST_WHOLE, Field, FieldKind
from orderglot.core.query import Compare, Operator, Value, fold
from orderglot.stores.postgres.count_tables import ARE_KEPT, HUNDREDS_ARE_KEPT, READ
from orderglot.stores.postgres.net_subtotal import fitting, net_subtotal
from orderglot.stores.sql.compiler import FALSE
from orderglot.stores.sql.grammar import Sql, fragment

LARGEST, SMALLEST = 131_071, -16_383
"""Powers of ten beyond which PostgreSQL has no number; nothing that is kept lies there."""

_write = msgspec.json.Encoder(decimal_format="number").encode

_SIGNS = {Operator.LT: "<", Operator.LTE: "<=", Operator.GT: ">", Operator.GTE: ">="}


LONG_NAMES = frozenset({("name",)})
"""Members of a customer's record of which the beginning is looked at, as they may be of any length."""

LOOKED_AT = 600
"""So many characters of a name or title are looked at: an index has no room for more."""


def called(document: str, path: tuple[str, ...]) -> str:
    """Say the beginning of a text of a document, in the form of the indexes; nothing is NULL."""
    return f"(nullif(left({document} #>> '{{{','.join(path)}}}', {LOOKED_AT}), '') COLLATE \"C\")"


class PostgresGrammar:
    """How PostgreSQL says it. Texts compare by code point, whatever the database's language."""

    counts: tuple[str, ...] = READ
    are_kept = ARE_KEPT
    hundreds_are_kept = HUNDREDS_ARE_KEPT

    def inside(self, document: str, path: tuple[str, ...], field: Field) -> str:
        """Say the value at a path of a document, in the form of columns; nothing is NULL."""
        value = f"({document} #>> '{{{','.join(path)}}}')"
        match field.kind:
            case FieldKind.AMOUNT:
                return fitting(f"floor({value}::numeric * 1000000)")
            case FieldKind.INSTANT:
                return f"(extract(epoch FROM {value}::timestamptz) * 1000000)::bigint"
            case FieldKind.NUMBER if not field.whole:
                value = fitting(f"{value}::numeric")
            case FieldKind.FLAG:
                value = f"{value}::boolean::int"
            case _ if field.recorded and path in LONG_NAMES:
                value = called(document, path)
            case _:
                value = f"(nullif({value}, '') COLLATE \"C\")"
        if field.default is None:
            return value
        return f"coalesce({value}, {_literal(field.default)})"

    def native(self, document: str, path: tuple[str, ...], owner: str, dialect: str) -> str:
        """Say the number that a dialect's clients know a thing by."""
        first = fragment(
            "SELECT r.reference ->> 'id' FROM",
            f"jsonb_array_elements({_inner(document, path)}) WITH ORDINALITY",
            f"AS r(reference, place) WHERE r.reference ->> 'dialect' = {_literal(dialect)}",
            "ORDER BY r.place LIMIT 1",
        )
        # Of no reference there is no row, and of that NULL.
        named = f"nullif({self.whole('n.id')}, 0)"
        case = f"CASE WHEN n.id IS NULL THEN {owner} ELSE {named} END"
        return fragment("(SELECT", case, "FROM (SELECT (", first, ") AS id) AS n)")

    def linked(self, document: str, relation: str, dialect: str) -> str:
        """Say the number that a dialect's clients know the first order by that is pointed at so."""
        owner = "(l.link #>> '{order,id}')::bigint"
        return fragment(
            "(SELECT",
            self.native("l.link", ("order", "references"), owner, dialect),
            "FROM",
            f"jsonb_array_elements({_inner(document, ('links',))}) WITH ORDINALITY",
            f"AS l(link, place) WHERE l.link ->> 'relation' = {_literal(relation)}",
            "ORDER BY l.place LIMIT 1)",
        )

    def whole_extra(self, document: str, name: str) -> str:
        """Say the extra of that name where it is a whole number of at most 18 digits, or NULL."""
        value = f"{document} -> 'extras' -> {_literal(name)}"
        number = f"({value} #>> '{{}}')::numeric"
        return fragment(
            f"CASE jsonb_typeof({value}) WHEN 'number' THEN",
            f"CASE WHEN abs({number}) < 1e{LONGEST_WHOLE} AND trunc({number}) = {number}",
            f"THEN {number}::bigint END END",
        )

    def whole(self, text: str) -> str:
        """Say the whole number that a text writes, as ``core.fields`` reads it, or NULL."""
        pattern = f"'^(0|[1-9][0-9]{{0,{LONGEST_WHOLE - 1}}})$'"
        return f"CASE WHEN {text} ~ {pattern} THEN {text}::bigint END"

    def net_subtotal(self, document: str) -> str:
        """Say what ``core.shown_sums.net_subtotal`` gives, in the form of a column."""
        return net_subtotal(document)

    def each(self, document: str, path: tuple[str, ...], name: str) -> tuple[str, str]:
        """Say the list at a path as a table of that name, and an element of it as a document."""
        return f"jsonb_array_elements({_inner(document, path)}) AS {name}(value)", f"{name}.value"

    def holds_extra(self, document: str, compare: Compare) -> Sql:
        """Say a comparison with an extra, which can hold anything; never NULL."""
        value = f"nullif(nullif({document} -> 'extras' -> ?, 'null'), '\"\"')"
        name, other = compare.field.partition(".")[2], compare.value
        match compare.operator:
            case Operator.EQ:
                return Sql(f"{value} IS NOT DISTINCT FROM ?::jsonb", (name, _json(other)))
            case Operator.NE:
                return Sql(f"{value} IS DISTINCT FROM ?::jsonb", (name, _json(other)))
            case Operator.IN:
                assert isinstance(other, tuple)
                return _any_of(value, name, other)
            case Operator.CONTAINS | Operator.BEGINS:
                test = self.contains if compare.operator is Operator.CONTAINS else self.begins
                holds, (sought,) = test(_text("x.value"), fold(str(other)))
                return _of_type("string", holds, value, name, sought)
            case _:
                return _ordered(value, name, compare.operator, other)

    def differs(self, value: str) -> str:
        """State that a value is not ``?``, where nothing differs from everything; never NULL."""
        return f"{value} IS DISTINCT FROM ?"

    # LIKE, for that is what an index of trigrams serves.
    def contains(self, text: str, sought: str) -> Sql:
        """State that a text contains another one, which has its letters A to Z made small."""
        return Sql(f"lower({text}) LIKE ?", (f"%{_literally(sought)}%",))

    def begins(self, text: str, sought: str) -> Sql:
        """State that a text begins with another one, which has its letters A to Z made small."""
        return Sql(f"lower({text}) LIKE ?", (f"{_literally(sought)}%",))

    def descending(self, value: str) -> str:
        """Say a sort key from high to low, with nothing at the end."""
        return f"{value} DESC NULLS LAST"

    def ascending(self, value: str) -> str:
        """Say a sort key from low to high, with nothing at the beginning."""
        return f"{value} NULLS FIRST"


@lru_cache(maxsize=4096)
def numbered(text: str) -> str:
    """Put numbers in the place of a statement's marks, as PostgreSQL wants its parameters."""
    numbers = count(1)
    return re.sub(r"\?", lambda _mark: f"${next(numbers)}", text)


def _literally(text: str) -> str:
    """Write a text as a pattern of LIKE that only it fits."""
    return re.sub(r"([\\%_])", r"\\\1", text)


def _inner(document: str, path: tuple[str, ...]) -> str:
    return f"{document} #> '{{{','.join(path)}}}'"


def _any_of(value: str, name: str, others: Any) -> Sql:
    nothing = [one for one in others if one is None or one == ""]
    something = [_kept(one) for one in others if one is not None and one != ""]
    listed = f"coalesce({value} IN (SELECT jsonb_array_elements(?::jsonb)), FALSE)"
    sql = Sql(listed, (name, _write(something).decode()))
    return Sql(f"({sql.text} OR {value} IS NULL)", (*sql.params, name)) if nothing else sql


def _ordered(value: str, name: str, operator: Operator, other: Any) -> Sql:
    sign = _SIGNS[operator]
    if isinstance(other, str):
        return _of_type("string", f"{_text('x.value')} {sign} ?", value, name, other)
    if isinstance(other, bool) or not isinstance(other, int | Decimal):
        return FALSE
    number = f"(x.value #>> '{{}}')::numeric {sign} ?::numeric"
    return _of_type("number", number, value, name, _kept(other))


def _of_type(kind: str, holds: str, value: str, name: str, other: Any) -> Sql:
    """State that a value is of a kind of JSON and that something holds of it as ``x.value``."""
    case = f"CASE jsonb_typeof(x.value) WHEN '{kind}' THEN {holds} ELSE FALSE END"
    # Of no kind at all is what is not there.
    text = fragment("(SELECT", case, "FROM (SELECT", value, "AS value) AS x)")
    return Sql(text, (other, name))


def _text(value: str) -> str:
    return f"(({value} #>> '{{}}') COLLATE \"C\")"


def _json(value: Value | tuple[Value, ...]) -> str | None:
    return None if value is None or value == "" else _write(_kept(value)).decode()


def _kept(value: Any) -> Any:
    """Give a number that PostgreSQL can hold and that compares with what is kept as this one."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return value
    number = Decimal(value)
    if not number or SMALLEST <= number.adjusted() <= LARGEST:
        return number
    edge = Decimal(1).scaleb(LARGEST if number.adjusted() > 0 else SMALLEST)
    return edge.copy_sign(number)


def _literal(value: Any) -> str:
    if isinstance(value, int):
        return str(int(value))
    return "'" + str(value).replace("'", "''") + "'"
