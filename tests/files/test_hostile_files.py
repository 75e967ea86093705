"""Hostile files: any bytes are taken or rejected, never lost, and never more than refused."""

from __future__ import annotations

import gzip
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from orderglot.core.errors import HubError
from orderglot.files import rows, text
from orderglot.files.progress import Progress
from orderglot.files.rows import Reject, Row, Stride, open_rows
from tests.files.books import shop_in

HEADER = b"order,sku,qty,price,date,customer,currency,lot\n"

FIELDS = st.sampled_from(
    [
        *(b"", b" ", b"A", b"B", b"C1", b"85048", b"1", b"-1", b"1.5", b"0", b"-0.0", b"1e9"),
        *(b"999999999999", b"NaN", b"2010-12-01", b"2010-12-01 08:26", b"0001-01-01", b"GBP"),
        *(b'"', b'""', b'"A"', b'"A', b'A"', b'"a\nb"', b'"a,b"', b"\0", b"\xa3", b"\xc2\xa3"),
        *(b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\\", b"\r", b"x" * 60, b"x" * 150, b"x" * 500),
    ]
)
COLUMNS = (
    [b"A", b"B", b"C1"],
    [b"85048", b"85048 "],
    [b"1", b"-1", b"999999999999"],
    [b"1.5", b"0", b"-0.0", b"999999999999"],
    [b"2010-12-01", b"2010-12-01 08:26", b""],
    [b"13085", b""],
    [b"GBP", b""],
    [b"", b"x" * 60],
)
GOOD = st.tuples(*map(st.sampled_from, COLUMNS))
ODD = st.tuples(*(st.one_of(st.sampled_from(texts), FIELDS) for texts in COLUMNS))
ROWS = st.one_of(GOOD, ODD, st.lists(FIELDS, min_size=1, max_size=9)).map(b",".join)
TABLES = st.lists(ROWS, max_size=12).map(lambda rows: HEADER + b"\n".join(rows))
ANYTHING = st.one_of(st.binary(max_size=300), st.binary(max_size=300).map(HEADER.__add__), TABLES)


@contextmanager
def short_lines() -> Iterator[None]:
    """Have lines and rows be too long that fit into a test."""
    with (
        patch.multiple(rows, LONGEST_LINE=200, LONGEST_FIELD=100, MOST_LINES=4, STRIDE=5),
        patch.multiple(text, LONGEST_LINE=200, BLOCK=64),
    ):
        yield


@st.composite
def packed(draw: st.DrawFn) -> bytes:
    """Pack a file, cut it short and spoil a byte of it."""
    content = bytearray(gzip.compress(draw(ANYTHING)))
    place = draw(st.integers(10, len(content) - 1))
    content[place] = draw(st.integers(0, 255))
    return bytes(content[: draw(st.integers(0, len(content)))])


@short_lines()
@given(st.one_of(ANYTHING, packed()), st.booleans())
def test_any_file_is_taken_or_refused_and_every_row_accounted_for(
    content: bytes, partial: bool
) -> None:
    reports = [Progress()]
    with tempfile.TemporaryDirectory() as folder, shop_in("memory", Path(folder)) as shop:
        file = Path(folder) / "orders"
        file.write_bytes(content)
        with suppress(HubError):
            shop.take(file, on_progress=reports.append, encoding="utf-8", partial=partial)
        done = reports[-1]
        assert done.rows == done.lines + done.rejected + done.passed
        assert done.lines == sum(len(order.lines) for order in shop.orders())
        assert done.orders == len(shop.orders())


@short_lines()
@given(TABLES)
def test_rows_and_rejects_together_are_the_file(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "orders"
        file.write_bytes(content)
        with open_rows(file) as opened:
            read = list(opened)
    taken = [row for one in read if isinstance(one, Stride) for row in rows_of(one)]
    rejects = [one for one in read if isinstance(one, Reject)]
    found = [line for _, row in sorted(pieces(taken, rejects)) for line in lines_of(row)]
    whole = content.removeprefix(HEADER).decode("utf-8", "surrogateescape")
    assert lines_of(whole) == found


def pieces(taken: list[Row], rejects: list[Reject]) -> list[tuple[int, str]]:
    return [*((n, row) for n, row, _ in taken), *((one.line, one.row) for one in rejects)]


def rows_of(stride: Stride) -> list[Row]:
    return list(
        zip(stride.numbers, stride.texts, map(list, zip(*stride.columns, strict=True)), strict=True)
    )


def lines_of(text: str) -> list[str]:
    """Give the lines that are not empty, those that are too long as far as a reject shows them."""
    return [line[:201] for line in text.replace("\r", "\n").split("\n") if line]
