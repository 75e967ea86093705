"""Typed rows: Parquet and JSON lines of flat rows as the CSV that they would be, with nothing in doubt.

What the file says by its types is written so that no other reading is possible: a number with its
decimals behind a dot, a time as ISO 8601 has it. Null is a blank.
"""

from __future__ import annotations

import csv
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from io import BufferedReader, TextIOWrapper
from tempfile import TemporaryFile
from typing import Any, cast

from orderglot.core.errors import Rule, invalid
from orderglot.files.text import unreadable
from orderglot.files.whole.found import decoded
from orderglot.files.whole.jsonl_reader import lines_of
from orderglot.files.whole.tables import PARQUET, parquet_columns, parquet_file, unpacked
from orderglot.wire import json

MOST_COLUMNS = 1_000
MARK = "\ufeff"
"""What the CSV begins with, so that nobody's flag takes it for something else than UTF-8."""

Row = Sequence[str]


@contextmanager
def as_text(file: BufferedReader) -> Iterator[tuple[BufferedReader, int]]:
    """Give a file as text, and by how much the numbers of its lines are less than those of the text.

    Parquet and JSON lines are written as CSV into a temporary file; any other file is as it is. Raises
    Invalid where one cannot be read, Unsupported where what reads it is not installed.
    """
    if file.peek(4)[:4] == PARQUET:
        with _written(_parquet_rows(file)) as text:
            yield text, 0
    elif _is_json(file):
        with _written(_json_rows(file)) as text:
            yield text, 1
    elif _starts(file, b"[{", b"[]", b"[["):
        raise unreadable(
            "The file is one JSON list; write each of its objects on a line of its own, as JSON lines: "
            "jq -c '.[]' FILE."
        )
    else:
        yield file, 0


@contextmanager
def _written(rows: Iterator[Row]) -> Iterator[BufferedReader]:
    with TemporaryFile() as file:
        text = TextIOWrapper(file, "utf-8", errors="surrogatepass", newline="")
        text.write(MARK)
        csv.writer(text, lineterminator="\n").writerows(rows)
        text.flush()
        file.seek(0)
        yield cast("BufferedReader", file)


def _parquet_rows(file: BufferedReader) -> Iterator[Row]:
    found = parquet_file(file)
    outer = found.schema_arrow.names
    names = list(_names("", found.schema_arrow))
    twice = next((name for name, count in Counter(names).items() if count > 1), None)
    if twice is not None:
        reason = f"the column {twice[:60]!r} stands there twice; give one of them another name."
        raise invalid("columns", Rule.DUPLICATE, reason)
    yield names
    for columns in parquet_columns(found, file):
        for values in zip(*columns, strict=True):
            row = dict(_flat("", dict(zip(outer, values, strict=True))))
            yield [spelled(row.get(name)) for name in names]


def _names(path: str, fields: Iterable[Any]) -> Iterator[str]:
    """Give the names of columns as a schema has them, those within another with dots between."""
    from pyarrow import types

    for field in fields:
        name = f"{path}.{field.name}" if path else field.name
        if types.is_struct(field.type):
            yield from _names(name, field.type)
        else:
            yield name


def _is_json(file: BufferedReader) -> bool:
    """Tell whether a file begins with a JSON object."""
    return _starts(file, b"{")


def _starts(file: BufferedReader, *signs: bytes) -> bool:
    """Tell whether a file begins with any of some signs, whatever blanks and breaks are between them."""
    content = unpacked(file)
    try:
        start = content.peek(4)[:64].removeprefix(MARK.encode())
        return b"".join(start.split()).startswith(signs)
    except (OSError, EOFError, zlib.error):
        return False
    finally:
        if content is not file:
            file.seek(0)


def _json_rows(file: BufferedReader) -> Iterator[Row]:
    names = dict[str, None]()
    for _, row in _objects(file):
        names.update(dict.fromkeys(row))
        if len(names) > MOST_COLUMNS:
            reason = f"these are rows of more than {MOST_COLUMNS:,} columns; name fewer members."
            raise invalid("columns", Rule.SIZE, reason)
    yield list(names)
    before = 0
    for number, row in _objects(file):
        # A blank line stays one, so that the lines behind it keep their numbers.
        yield from [()] * (number - before - 1)
        yield [spelled(row.get(name)) for name in names]
        before = number


def _objects(file: BufferedReader) -> Iterator[tuple[int, dict[str, Any]]]:
    file.seek(0)
    content = unpacked(file)
    for number, line in lines_of(content):
        try:
            document = decoded(line)
        except ValueError as error:
            raise unreadable(f"Line {number} cannot be read: {error}.") from None
        if not isinstance(document, dict):
            raise unreadable(f"Line {number} is no JSON object; each line has to be one.")
        yield number, dict(_flat("", document))


def _flat(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Give the members of an object by dotted names; a list is JSON."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _flat(f"{path}.{name}" if path else str(name), inner)
    elif isinstance(value, list):
        yield path, json.write(value).decode()
    else:
        yield path, value


def spelled(value: Any) -> str:
    """Spell a value so that it can be read in one way alone."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        value = Decimal(repr(value))
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat(" ") if isinstance(value, datetime) else value.isoformat()
    if isinstance(value, bytes):
        return value.decode(errors="backslashreplace")
    return str(value)


def _number(number: Decimal) -> str:
    if not number.is_finite():
        return ""
    whole = number.to_integral_value()
    text = f"{whole:f}" if number == whole else f"{number.normalize():f}"
    # Three digits behind the dot could be thousands; four cannot.
    return f"{text}0" if len(text.partition(".")[2]) == 3 else text
