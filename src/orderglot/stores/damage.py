"""Damage: documents that cannot be read, told by whose they are and by their ids.

What is asked for by name is refused; a list goes without it, and says so.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from orderglot.core import left_out
from orderglot.core.errors import Damaged
from orderglot.stores import document
from orderglot.stores.checksum import DOCUMENT
from orderglot.stores.rows import Row, Table

T = TypeVar("T")

UNREADABLE = (msgspec.MsgspecError, UnicodeError, RecursionError)
"""What is raised over a document that is none."""

NEXT = "'orderglot database verify' lists all that cannot be read; restore the book from a backup."

SELLER_NAME = "SELECT name FROM sellers WHERE id = ?"

log = logging.getLogger("orderglot.stores")


class Kind(Struct, frozen=True):
    """A kind of documents: what it is called, by which columns whose and which one is known, and how it is read."""

    name: str
    seller: str
    key: str
    read: Callable[[Any], Any]


KINDS = {
    "orders": Kind("order", "seller", "id", document.read_order),
    "customers": Kind("customer", "seller", "id", document.read_customer),
    "products": Kind("product", "seller", "sku", document.read_product),
    "credentials": Kind("key", "seller", "id", document.read_credential),
    "sellers": Kind("seller", "id", "id", document.read_seller),
}
"""By the names of their tables."""

_BY_READ = {kind.read: kind for kind in KINDS.values()}

_DOCUMENT = re.compile(
    r"SELECT (ROW\(|json_build_array\(|)((?:CAST\()?(\w+\.|)document(?: AS BLOB\))?)"
)

Names = dict[int, str]
"""How sellers are called, by id."""


class Unreadable(Struct, frozen=True):
    """A document that cannot be read: of which kind, whose, and which one."""

    kind: str
    seller: int
    key: str

    def sentence(self, names: Names, where: str) -> str:
        """Say in a sentence that it cannot be read, and what to do."""
        whose = f" of seller {names.get(self.seller, str(self.seller))!r}"
        whose = "" if self.kind == "seller" else whose
        return f"The {self.kind} {self.key}{whose} in {where} is damaged and cannot be read; {NEXT}"


def keyed(read: Callable[[Any], Any], text: str) -> str:
    """Say a statement for documents so that it gives whose each one is and its key before it."""
    kind = _BY_READ[read]

    def put(found: re.Match[str]) -> str:
        row, column, alias = found.groups()
        return f"SELECT {alias}{kind.seller}, {alias}{kind.key}, {column}, {row}{column}"

    return _DOCUMENT.sub(put, text, count=1)


def sorted_out(
    read: Callable[[Any], T], rows: Iterable[Sequence[Any]]
) -> tuple[list[T], list[Unreadable]]:
    """Give what can be read of documents with whose they are and their keys before them, and what cannot."""
    good, bad = list[T](), list[Unreadable]()
    for seller, key, found, *_ in rows:
        try:
            good.append(read(found))
        except UNREADABLE:
            bad.append(Unreadable(_BY_READ[read].name, int(seller), str(key)))
    return good, bad


def unreadable(table: Table, row: Row) -> Unreadable | None:
    """Give whose a row is and its key where it cannot be read, None where it can."""
    kind = KINDS.get(table.name)
    try:
        for value in row:
            if isinstance(value, str):
                value.encode()
        if kind is not None:
            kind.read(row[table.columns.index(DOCUMENT)])
    except UNREADABLE:
        return Unreadable(kind.name if kind else f"row in {table.name}", *named(table, row))
    return None


def named(table: Table, row: Row) -> tuple[int, str]:
    """Give whose a row is, 0 for nobody's, and what it is known by beside."""
    kind = KINDS.get(table.name)
    values = dict(zip(table.columns, row, strict=True))
    seller = int(values.get(kind.seller if kind else "seller", 0))
    keys = [kind.key] if kind else [one for one in table.columns[: table.key] if one != "seller"]
    return seller, ", ".join(str(values[one]) for one in keys)


def refused(bad: Sequence[Unreadable], names: Names, where: str) -> Damaged:
    """Refuse what was asked for, since a part of it cannot be read."""
    return Damaged(bad[0].sentence(names, where))


def leave_out(bad: Sequence[Unreadable], names: Names, where: str) -> None:
    """Say of each that it is left out."""
    for one in bad:
        sentence = one.sentence(names, where)
        if not left_out.note(sentence):
            log.error("left out: %s", sentence)
