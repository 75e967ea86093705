"""Joined files: the headers of orders out of a file of their own, by the orders' numbers."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence

import msgspec
from msgspec import Struct

from orderglot.files import detail_names
from orderglot.files.cells import unwrapped
from orderglot.files.columns import Columns
from orderglot.files.field_names import OF_LINES
from orderglot.files.lines import read_number_of
from orderglot.files.rows import Stride
from orderglot.files.sample import Sample
from orderglot.files.temporary import written

GOODS = frozenset((*OF_LINES, *detail_names.OF_LINES)) - {"order", "created"}
"""What a header cannot say: it stays with the order as text."""

OURS = GOODS | {"order"}

_SETUP = """
PRAGMA journal_mode = off;
PRAGMA cache_size = -8192;
CREATE TABLE headers (number TEXT PRIMARY KEY, header BLOB NOT NULL, met INT NOT NULL DEFAULT 0)
WITHOUT ROWID;
BEGIN;
"""


class HeaderOf(Struct, frozen=True):
    """What a file of headers says of one order: by field, and by column where there is no field."""

    line: int
    fields: dict[str, str]
    extras: dict[str, str]
    wrong: str = ""
    """Why it cannot be taken."""


_write = msgspec.msgpack.Encoder().encode
_read = msgspec.msgpack.Decoder(HeaderOf).decode


class Headers:
    """The headers of a file, by the numbers of their orders, in a database that is gone with it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.columns = dict[str, str]()
        """The name of each field's column."""
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.executescript(_SETUP)

    def fill(self, sample: Sample) -> None:
        """Take in all headers of a file; one that cannot be read is none when its order comes."""
        columns = sample.columns
        self.columns = {field: columns.name(field) for field in columns.at}
        with written("headers"):
            for stride in sample.all():
                if isinstance(stride, Stride):
                    for line, *cells in zip(stride.numbers, *stride.columns, strict=True):
                        self._add(line, cells, columns)

    def _add(self, line: int, cells: Sequence[str], columns: Columns) -> None:
        try:
            number = read_number_of("order number", cells[columns.at["order"]])
        except ValueError:
            return
        fields = {field: cells[place] for field, place in columns.at.items() if field not in OURS}
        kept = {columns.names[at]: cells[at] for field, at in columns.at.items() if field in GOODS}
        kept |= {name: cells[at] for at, name in columns.others.items()}
        extras = {name: unwrapped(text) for name, text in kept.items() if text.strip()}
        header = HeaderOf(line, fields, extras)
        before = self._found(number)
        if before is not None and (before.fields, before.extras) != (header.fields, header.extras):
            header = HeaderOf(line, {}, {}, f"lines {before.line} and {line} of {self.name} differ")
        self._database.execute(
            "INSERT OR REPLACE INTO headers (number, header) VALUES (?, ?)",
            (number, _write(header)),
        )

    def _found(self, number: str) -> HeaderOf | None:
        found = self._database.execute("SELECT header FROM headers WHERE number = ?", (number,))
        row = found.fetchone()
        return None if row is None else _read(row[0])

    def of(self, number: str) -> HeaderOf:
        """Give the header of an order; raises ValueError where it has none, or two that differ."""
        with written("headers"):
            header = self._found(number)
            self._database.execute("UPDATE headers SET met = 1 WHERE number = ?", (number,))
        if header is None:
            raise ValueError(f"it is not in {self.name}")
        if header.wrong:
            raise ValueError(header.wrong)
        return header

    def unmet(self) -> Iterator[str]:
        """Give the numbers of orders whose lines never came."""
        for (number,) in self._database.execute("SELECT number FROM headers WHERE met = 0"):
            yield number

    def close(self) -> None:
        """Discard everything."""
        self._database.close()
