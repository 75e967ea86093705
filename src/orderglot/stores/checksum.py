"""Checksums: whether two tables hold the same, in whatever kind of database each of them is."""

from __future__ import annotations

import hashlib
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal

import msgspec
from msgspec import Struct

from orderglot.stores.rows import Row, Table

DOCUMENT = "document"
"""A column of this name, where it holds a text, holds JSON: written otherwise it is the same."""

LONGEST = 4_000
"""IdBlocks of so many digits before the point are written digit by digit, longer ones as 1E+5000."""


class Sum(Struct, frozen=True):
    """How many rows a table has, and a checksum of what is in all of them."""

    rows: int
    checksum: str


class Digest:
    """Adds up the rows of a table, which come by rising key."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.rows = 0
        self._hash = hashlib.sha256()

    def add(self, row: Row) -> None:
        """Count a row in."""
        self.rows += 1
        self._hash.update(_encode(plain(self.table, row)))

    def sum(self) -> Sum:
        """Give the sum of all that was counted in."""
        return Sum(self.rows, self._hash.hexdigest())


def plain(table: Table, row: Row) -> Row:
    """Give a row with its document written in the one way that says the same as all others."""
    return tuple(
        _plain_document(value) if name == DOCUMENT and isinstance(value, str) else value
        for name, value in zip(table.columns, row, strict=True)
    )


def _plain_document(text: str) -> bytes:
    return _spell(_read(text))


_AS_IT_IS = Context(prec=28, Emin=MIN_EMIN, Emax=MAX_EMAX)
"""Knows any power of ten, also one that nothing here computes with."""


def _number(text: str) -> int | Decimal:
    """Give the same number for every form of it: ``1.50``, ``1.5`` and ``15E-1``."""
    number = Decimal(text)
    if number == number.to_integral_value() and number.adjusted() < LONGEST:
        return int(number)
    return _AS_IT_IS.normalize(number)


_encode = msgspec.msgpack.Encoder().encode
_read = msgspec.json.Decoder(float_hook=_number).decode
_spell = msgspec.json.Encoder(order="deterministic", decimal_format="number").encode
