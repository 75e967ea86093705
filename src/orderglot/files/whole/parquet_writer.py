"""Parquet: orders as a table of typed columns, written some ten thousand rows at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from orderglot.core.order import Order
from orderglot.files.whole.columns import LINE_COLUMNS, ORDER_COLUMNS, SUMMED
from orderglot.files.whole.parts import Kind
from orderglot.files.whole.rows import Table
from orderglot.files.whole.writer import Destination, not_installed

GROUP_ROWS = 100_000
"""So many rows are in a group."""

GROUP_BYTES = 16_000_000
"""Or fewer, that take so much memory."""

PRECISION, PLACES = 18, 6
"""Digits of a number, and how many of them are decimals: what fits eight bytes."""

LARGEST = 10 ** (PRECISION - PLACES)


class ParquetWriter:
    """Writes orders as Parquet."""

    def __init__(self, file: Destination, *, lines: bool) -> None:
        try:
            import pyarrow as pa
            from pyarrow import parquet
        except ImportError:
            raise not_installed("Parquet", "pyarrow") from None
        self.rows = 0
        self._arrow = pa
        self._text = pa.string()
        self._plain = Table(lines=lines)
        self._checked = Table(lines=lines, fits=_fits)
        self._lines = lines
        columns = self._plain.columns
        self._schema = pa.schema([(one.name, _type(pa, one.kind)) for one in columns])
        self._file = parquet.ParquetWriter(file, self._schema, store_decimal_as_integer=True)
        self._waiting = list[Any]()
        self._size = 0

    def write(self, orders: Sequence[Order]) -> None:
        """Write some more orders."""
        try:
            batch = self._batch(self._plain, orders)
        except (self._arrow.ArrowInvalid, OverflowError):
            # A number is too large or too exact for its column.
            batch = self._batch(self._checked, orders)
        self._waiting.append(batch)
        self.rows += batch.num_rows
        self._size += batch.nbytes
        if self._size >= GROUP_BYTES or sum(one.num_rows for one in self._waiting) >= GROUP_ROWS:
            self._write_group()

    def close(self) -> None:
        """Write what is left, and what belongs to the end of the file."""
        if self._waiting:
            self._write_group()
        self._file.close()

    def _write_group(self) -> None:
        group = self._arrow.Table.from_batches(self._waiting, self._schema)
        self._file.write_table(group, row_group_size=group.num_rows)
        self._waiting, self._size = [], 0

    def _batch(self, table: Table, orders: Sequence[Order]) -> Any:
        """Give orders as columns."""
        heads = self._columns([table.head(one) for one in orders], 0, len(ORDER_COLUMNS))
        more = self._arrow.array([table.more(one) or None for one in orders], "string")
        if table.lines:
            arrays = self._with_lines(table, orders, heads, more)
        else:
            every = [table.every_line(one) for one in orders]
            arrays = [*heads, more, self._arrow.array(every, "string")]
        return self._arrow.record_batch(arrays, schema=self._schema)

    def _with_lines(
        self, table: Table, orders: Sequence[Order], heads: list[Any], more: Any
    ) -> list[Any]:
        """Put each order beside each of its lines: its sums and what has no column beside the first."""
        rows = list[list[Any]]()
        each, first = list[int](), list[int | None]()
        nothing = [None] * (len(LINE_COLUMNS) + 1)
        for place, order in enumerate(orders):
            lines = [table.line(line) for line in order.lines] or [nothing]
            rows += lines
            each += [place] * len(lines)
            first += [place, *[None] * (len(lines) - 1)]
        every, alone = (self._arrow.array(one, "int32") for one in (each, first))
        repeated = [
            column.take(alone if summed else every)
            for column, summed in zip(heads, SUMMED, strict=True)
        ]
        beside = self._columns(rows, len(heads) + 1, len(nothing))
        return [*repeated, more.take(alone), *beside]

    def _columns(self, rows: list[list[Any]], begin: int, count: int) -> list[Any]:
        """Give rows as columns, those of the schema from a place on; a text of nothing is null."""
        fields = [self._schema.field(begin + place) for place in range(count)]
        columns = zip(*rows, strict=True) if rows else [()] * count
        return [
            self._array(values, field.type) for values, field in zip(columns, fields, strict=True)
        ]

    def _array(self, values: Sequence[Any], kind: Any) -> Any:
        if kind == self._text:
            # Most columns say nothing, and need not be looked at value by value.
            if not any(values):
                return self._arrow.nulls(len(values), kind)
            values = [value or None for value in values]
        return self._arrow.array(values, kind)


def _type(pa: Any, kind: Kind) -> Any:
    types: dict[Kind, Callable[[], Any]] = {
        Kind.TEXT: pa.string,
        Kind.WORD: pa.string,
        Kind.WHOLE: pa.int64,
        **dict.fromkeys((Kind.NUMBER, Kind.QUANTITY), lambda: pa.decimal128(PRECISION, PLACES)),
        Kind.TIME: lambda: pa.timestamp("us", "UTC"),
        Kind.FLAG: pa.bool_,
    }
    return types[kind]()


def _fits(kind: Kind, value: Any) -> bool:
    if kind is Kind.WHOLE:
        return bool(-(2**63) <= value < 2**63)
    if kind in (Kind.NUMBER, Kind.QUANTITY):
        number = Decimal(value)
        exponent = number.as_tuple().exponent
        return abs(number) < LARGEST and isinstance(exponent, int) and exponent >= -PLACES
    return True
