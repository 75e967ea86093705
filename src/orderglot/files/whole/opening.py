"""Opening: whether a file is one of whole orders, and what reads it."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

from orderglot.core.errors import Rule, invalid
from orderglot.files.containers import Bytes, opened_bytes
from orderglot.files.plan import ImportOptions
from orderglot.files.whole.columns import MORE
from orderglot.files.whole.found import WholeOrders
from orderglot.files.whole.jsonl_reader import JsonlReader, is_whole, lines_of
from orderglot.files.whole.table_reader import TableReader
from orderglot.files.whole.tables import Content, table_of, unpacked

FLAGS = {
    "columns": "--columns",
    "sku": "--sku",
    "fill_down": "--fill-down",
}
"""What is said of a table whose columns are not known, by the flags."""


@contextmanager
def whole_orders(paths: Sequence[Path], options: ImportOptions) -> Iterator[WholeOrders | None]:
    """Give what reads a file of whole orders, None where the files are no such one.

    Raises Invalid where an option says how to read columns of which nothing has to be told.
    """
    path = paths[0]
    if len(paths) > 1 or not path.is_file():
        yield None
        return
    with opened_bytes(path, options.sheet, lambda names: MORE in names, exact=True) as opened:
        found = _reader(opened, path)
        for option, flag in FLAGS.items():
            if found is not None and getattr(options, option):
                reason = f"{path.name} has whole orders, whose columns are known; leave it out."
                raise invalid(flag, Rule.UNEXPECTED, reason)
        yield found


def _reader(opened: Bytes, path: Path) -> WholeOrders | None:
    file = opened.file
    if not opened.is_sheet and _begins_with_order(file, Path(opened.of or path)):
        return JsonlReader(unpacked(file), file)
    table = table_of(file, is_sheet=opened.is_sheet)
    return None if table is None else TableReader(table, file)


def _begins_with_order(file: BufferedReader, path: Path) -> bool:
    """Tell whether the first line of a file that says something is a whole order."""
    content = unpacked(file)
    try:
        start = content.peek(1)[:4]
        if not start:
            # An export of no orders is empty.
            return any(one == ".jsonl" for one in path.suffixes)
        if start.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in (b"{", b""):
            return False
        return any(is_whole(line) for _, line in _first(content))
    except (OSError, EOFError, zlib.error):
        return False
    finally:
        file.seek(0)


def _first(content: Content) -> Iterator[tuple[int, bytes]]:
    for found in lines_of(content):
        yield found
        return
