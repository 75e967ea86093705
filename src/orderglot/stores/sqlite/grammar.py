"""SQLite's grammar, and the functions that its connections are taught for it."""

from __future__ import annotations

import re
import sqlite3
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

import msgspec

from orderglot.core.fields import EXTRAS, Field, FieldKind, read_whole_extra, read_whole_text
from orderglot.core.order import Discount, Order, Reference, Totals
from orderglot.core.order_details import OrderDetails
from orderglot.core.query import Compare, Operator, matches
from orderglot.core.shown_sums import net_subtotal
from orderglot.stores.sql import rows
from orderglot.stores.sql.grammar import Sql, fragment

_write = msgspec.json.Encoder(decimal_format="number").encode
_read = msgspec.json.Decoder(float_hook=Decimal).decode


class _Extras(msgspec.Struct):
    extras: dict[str, Any] = {}


class _Sums(msgspec.Struct):
    totals: Totals = Totals()
    discount: Discount = Discount()
    details: OrderDetails | None = None


_PLAIN = re.compile(r"[A-Za-z0-9_.-]+", re.ASCII)
"""The names of extras that need no care in a path."""

_read_sums = msgspec.json.Decoder(_Sums, float_hook=Decimal).decode
_read_references = msgspec.json.Decoder(list[Reference]).decode
_read_extras = msgspec.json.Decoder(_Extras, float_hook=Decimal).decode


class SqliteGrammar:
    """How SQLite says it."""

    counts: tuple[str, ...] = ("counted_orders",)
    are_kept = ""
    hundreds_are_kept = ""

    def inside(self, document: str, path: tuple[str, ...], field: Field) -> str:
        """Say the value at a path of a document, in the form of columns; nothing is NULL."""
        there = f"'$.{'.'.join(path)}'"
        value = f"json_extract({document}, {there})"
        match field.kind:
            case FieldKind.AMOUNT:
                # Of one path SQLite makes a float; of two it gives the digits as they stand.
                return f"millionths(json_extract({document}, {there}, {there}))"
            case FieldKind.INSTANT:
                return f"microseconds({value})"
            case FieldKind.TEXT if field.default is None:
                return f"nullif({value}, '')"
        if field.default is None:
            return value
        return f"coalesce({value}, {_literal(field.default)})"

    def native(self, document: str, path: tuple[str, ...], owner: str, dialect: str) -> str:
        """Say the number that a dialect's clients know a thing by."""
        references = f"json_extract({document}, '$.{'.'.join(path)}')"
        return f"native_id({references}, {owner}, {_literal(dialect)})"

    def linked(self, document: str, relation: str, dialect: str) -> str:
        """Say the number that a dialect's clients know the first order by that is pointed at so."""
        links, link = self.each(document, ("links",), "l")
        owner = f"json_extract({link}, '$.order.id')"
        return fragment(
            "(SELECT",
            self.native(link, ("order", "references"), owner, dialect),
            f"FROM {links}",
            f"WHERE json_extract({link}, '$.relation') = {_literal(relation)}",
            "ORDER BY l.key LIMIT 1)",
        )

    def whole_extra(self, document: str, name: str) -> str:
        """Say the extra of that name where it is a whole number of at most 18 digits, or NULL."""
        there = f"{document}, '$.extras'"
        return f"whole_extra(json_extract({there}), {_literal(name)})"

    def whole(self, text: str) -> str:
        """Say the whole number that a text writes, as ``core.fields`` reads it, or NULL."""
        return f"whole({text})"

    def net_subtotal(self, document: str) -> str:
        """Say what ``core.shown_sums.net_subtotal`` gives, in the form of a column."""
        return f"net_subtotal({document})"

    def each(self, document: str, path: tuple[str, ...], name: str) -> tuple[str, str]:
        """Say the list at a path as a table of that name, and an element of it as a document."""
        return f"json_each({document}, '$.{'.'.join(path)}') AS {name}", f"{name}.value"

    def holds_extra(self, document: str, compare: Compare) -> Sql:
        """Say a comparison with an extra, which can hold anything; never NULL."""
        asked = _write((compare.field, compare.operator, compare.value)).decode()
        name = compare.field.removeprefix(EXTRAS)
        if not _PLAIN.fullmatch(name):
            return Sql(f"extra_matches({document}, ?)", (asked,))
        there = f"'$.extras.\"{name}\"'"
        return Sql(f"value_matches(json_extract({document}, {there}, {there}), ?)", (asked,))

    def differs(self, value: str) -> str:
        """State that a value is not ``?``, where nothing differs from everything; never NULL."""
        return f"{value} IS NOT ?"

    def contains(self, text: str, sought: str) -> Sql:
        """State that a text contains another one, which has its letters A to Z made small."""
        return Sql(f"instr(lower({text}), ?) > 0", (sought,))

    def begins(self, text: str, sought: str) -> Sql:
        """State that a text begins with another one, which has its letters A to Z made small."""
        return Sql(f"instr(lower({text}), ?) = 1", (sought,))

    def descending(self, value: str) -> str:
        """Say a sort key from high to low, with nothing at the end."""
        return f"{value} DESC"

    def ascending(self, value: str) -> str:
        """Say a sort key from low to high, with nothing at the beginning."""
        return value


def teach(connection: sqlite3.Connection) -> None:
    """Teach a connection the functions that the grammar uses."""
    for name, count, function in (
        ("millionths", 1, millionths),
        ("microseconds", 1, microseconds),
        ("extra_matches", 2, extra_matches),
        ("value_matches", 2, value_matches),
        ("whole", 1, whole),
        ("native_id", 3, native_id),
        ("whole_extra", 2, whole_extra),
        ("net_subtotal", 1, net_subtotal_of),
    ):
        connection.create_function(name, count, function, deterministic=True)


@lru_cache(maxsize=4096)
def millionths(amounts: str) -> int | None:
    """Give the first amount of a JSON array in whole millionths."""
    amount = amounts[1 : amounts.index(",")]
    return None if amount == "null" else rows.millionths(Decimal(amount))


def microseconds(moment: str | None) -> int | None:
    """Give an instant that is written as ISO 8601 in whole microseconds since 1970."""
    return None if moment is None else rows.microseconds(datetime.fromisoformat(moment))


def whole(text: str | None) -> int | None:
    """Give the whole number that a text writes."""
    return read_whole_text(text)


def whole_extra(extras: str | None, name: str) -> int | None:
    """Give an extra, of a JSON object of them, that is a whole number."""
    return read_whole_extra(_read(extras).get(name)) if extras else None


def native_id(references: str | None, owner: int | None, dialect: str) -> int | None:
    """Give the number of the first reference of a dialect in a JSON array, else the owner's."""
    for reference in _read_references(references) if references else ():
        if reference.dialect == dialect:
            return read_whole_text(reference.id) or None
    return owner


def net_subtotal_of(document: str) -> int | None:
    """Give a document's subtotal, less what is taken off it, in whole millionths."""
    sums = _read_sums(document)
    order = Order(totals=sums.totals, discount=sums.discount, details=sums.details)
    amount = net_subtotal(order)
    return None if amount is None else rows.millionths(amount)


def extra_matches(document: str, asked: str) -> bool:
    """Tell whether a document's extras are as asked, by the rules of the tree themselves."""
    return matches(Order(extras=_read_extras(document).extras), _asked(asked))


@lru_cache(maxsize=256)
def value_matches(values: str, asked: str) -> bool:
    """Tell whether the first value of a JSON array is as asked of an extra."""
    compare = _asked(asked)
    name = compare.field.removeprefix(EXTRAS)
    return matches(Order(extras={name: _read(values)[0]}), compare)


@lru_cache(maxsize=256)
def _asked(asked: str) -> Compare:
    name, operator, value = _read(asked)
    return Compare(name, Operator(operator), tuple(value) if isinstance(value, list) else value)


def _literal(value: Any) -> str:
    if isinstance(value, int):
        return str(int(value))
    return "'" + str(value).replace("'", "''") + "'"
