"""Output: tables on a terminal, plain lines elsewhere, JSON where it is asked for."""

from __future__ import annotations

import io
import os
import re
import shutil
import stat
import sys
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from rich.table import Table

from orderglot.cli import sanitizing

_QUOTED = re.compile(r"'orderglot [^']*'")
_NO_BREAK = "\0"
"""Stands for a blank at which a line is not folded; no sanitized line has it."""

GAP = 2
"""So many characters stand between two columns on a terminal."""

Row = Sequence[object]


def is_terminal() -> bool:
    """Tell whether a person is watching the output."""
    return sys.stdout.isatty()


def write_line(text: str) -> None:
    """Print a sentence at once; on a terminal it is folded between words."""
    _write_folded(text, sys.stdout)


def write_link(address: str) -> None:
    """Print an address on a line that is never folded, so that it can be clicked on and pasted."""
    print(sanitizing.line(address), flush=True)


def with_article(words: str) -> str:
    """Give some words behind their indefinite article; "refers to" has none."""
    if words.startswith("refers"):
        return f"one that {words}"
    return f"{'an' if words[0] in 'aeio' else 'a'} {words}"


def write_notice(text: str) -> None:
    """Print a sentence for the person, apart from the output."""
    _write_folded(text, sys.stderr)


def write_item(text: str) -> None:
    """Print an item of a list for the person, apart from the output."""
    _write_folded(f"  * {text}", sys.stderr)


def _write_folded(text: str, stream: TextIO) -> None:
    """Print a line, on a terminal folded between words; what is quoted stays on one line, to paste."""
    line = sanitizing.line(text)
    if stream.isatty():
        text = line.lstrip(" ")
        indent = " " * (len(line) - len(text.removeprefix("* ")))
        folded = textwrap.fill(
            _QUOTED.sub(lambda quoted: quoted[0].replace(" ", _NO_BREAK), line),
            shutil.get_terminal_size().columns,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
        line = folded.replace(_NO_BREAK, " ")
    print(line, file=stream, flush=True)


def table(columns: Sequence[str], rows: Iterable[Row], *, right: Sequence[str] = ()) -> None:
    """Print rows under columns; the columns named in ``right`` are numbers."""
    texts = [[sanitizing.line(cell) for cell in row] for row in rows]
    if is_terminal():
        _on_terminal(columns, texts, right)
    else:
        _plain_table(columns, texts, right)


def listing(
    found: Sequence[Any],
    columns: Sequence[str],
    row: Callable[[Any], Row],
    *,
    as_json: bool,
    right: Sequence[str] = (),
) -> None:
    """Print what was found, as JSON or a row each under columns."""
    if as_json:
        write_json(found)
    else:
        table(columns, map(row, found), right=right)


def sheet(pairs: Iterable[tuple[str, object]]) -> None:
    """Print named values one below the other; a value that says nothing is left out."""
    shown = [(name, value) for name, value in pairs if value not in (None, "", ())]
    lines = [(sanitizing.line(name), sanitizing.line(value)) for name, value in shown]
    width = max((len(name) for name, _ in lines), default=0)
    for name, value in lines:
        print(f"{name:<{width}}  {value}")


def write_json(value: Any) -> None:
    """Print a value as JSON, amounts digit by digit."""
    import msgspec

    from orderglot.wire.json import write

    write_document(msgspec.json.format(write(value), indent=2).decode())


def write_json_line(value: Any) -> None:
    """Print a value as JSON on a line of its own, at once."""
    from orderglot.wire.json import write

    print(sanitizing.document(write(value).decode()), flush=True)


def write_json_notice(value: Any) -> None:
    """Print a value as JSON on a line, apart from the output."""
    from orderglot.wire.json import write

    print(sanitizing.document(write(value).decode()), file=sys.stderr, flush=True)


def write_document(text: str) -> None:
    """Print a text of several lines, with one line end behind it."""
    print(sanitizing.document(text).rstrip("\n"), flush=True)


def indented(body: bytes) -> str:
    """Give a body of a dialect, JSON or XML, with each member on a line of its own."""
    from orderglot.wire import exchange_text

    return exchange_text.indented(body)


def write_bytes(content: bytes) -> None:
    """Print what came from outside: byte for byte into a file, as a document on a terminal."""
    sys.stdout.flush()
    if _is_file():
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    else:
        print(sanitizing.document(content.decode(errors="backslashreplace")), end="", flush=True)


def standard_output(*, harmless: bool) -> IO[bytes]:
    """Give standard output to write bytes to: a text that is to be ``harmless``, or as they are."""
    sys.stdout.flush()
    return _Sanitized() if harmless else sys.stdout.buffer


class _Sanitized(io.BytesIO):
    """Standard output for bytes that are rows of a text, each written at once: they are sanitized."""

    def write(self, content: Any) -> int:
        return sys.stdout.write(sanitizing.document(bytes(content).decode()))

    def writelines(self, lines: Iterable[Any]) -> None:
        for line in lines:
            self.write(line)


def _is_file() -> bool:
    try:
        return stat.S_ISREG(os.fstat(sys.stdout.fileno()).st_mode)
    except (OSError, ValueError):
        return False


def path_text(path: Path) -> str:
    """Give the name of a file as a text that can be written, whatever its bytes are."""
    return os.fsencode(path).decode(errors="backslashreplace")


def _plain_table(columns: Sequence[str], rows: list[list[str]], right: Sequence[str]) -> None:
    heads = [column.upper() for column in columns]
    widths = [max(map(len, cells)) for cells in zip(heads, *rows, strict=True)]
    for row in (heads, *rows):
        cells = (
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, cell, width in zip(columns, row, widths, strict=True)
        )
        print("  ".join(cells).rstrip())


def _on_terminal(columns: Sequence[str], rows: list[list[str]], right: Sequence[str]) -> None:
    """Draw a table where each word fits whole, if need be without columns that say nothing; else sheets."""
    from rich.console import Console

    console = Console()
    for names, cells in ((columns, rows), _without_blanks(columns, rows)):
        widths = _widths(names, cells, right, console.width - GAP * (len(names) - 1))
        if widths:
            return console.print(_drawn(names, cells, right, widths))
    for number, row in enumerate(rows):
        if number:
            print()
        sheet(zip(columns, row, strict=True))
    return None


def _without_blanks(
    columns: Sequence[str], rows: list[list[str]]
) -> tuple[list[str], list[list[str]]]:
    """Leave out the columns in which no row says anything."""
    kept = [place for place in range(len(columns)) if any(row[place] for row in rows)]
    return [columns[place] for place in kept], [[row[place] for place in kept] for row in rows]


def _widths(
    columns: Sequence[str], rows: list[list[str]], right: Sequence[str], room: int
) -> list[int]:
    """Share the room out among the columns so that no word is broken; nothing where it is too little."""
    cells = [*zip(columns, *rows, strict=True)]
    whole = [max(map(len, texts)) for texts in cells]
    found = [
        most if column in right else max(map(_longest_word, texts))
        for column, most, texts in zip(columns, whole, cells, strict=True)
    ]
    if sum(found) > room:
        return []
    while sum(found) < min(room, sum(whole)):
        narrowest = min((width, n) for n, width in enumerate(found) if width < whole[n])
        found[narrowest[1]] += 1
    return found


def _longest_word(text: str) -> int:
    return max(map(len, text.split()), default=0)


def _drawn(
    columns: Sequence[str], rows: list[list[str]], right: Sequence[str], widths: Sequence[int]
) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=SIMPLE_HEAD, padding=(0, GAP - 1, 0, 0), pad_edge=False, show_edge=False)
    for column, width in zip(columns, widths, strict=True):
        number = column in right
        drawn.add_column(
            column, justify="right" if number else "left", overflow="fold", width=width
        )
    for row in rows:
        drawn.add_row(*map(Text, row))
    return drawn


def known_as_text(thing: Any) -> str:
    """Say the ids that dialects know a thing by: ``kole:X12345``."""
    return ", ".join(f"{reference.dialect}:{reference.id}" for reference in thing.references)


def sums_text(sums: Mapping[str, Any], unpriced: int) -> str:
    """Say sums of money by their currencies, and of how many orders they are not known."""
    from orderglot.core.currencies import printed

    lines = [f"{printed(sums[code], code)} {code}".strip() for code in sorted(sums)]
    if unpriced:
        lines.append(f"of {unpriced:,} not known" if lines else "not known")
    return ", ".join(lines)


def address_text(address: Any) -> str:
    """Say an address in one line."""
    if address is None:
        return ""
    person = f"{address.first_name} {address.last_name}".strip()
    district = f"{address.state} {address.postal_code}".strip()
    country = address.country or address.country_name
    parts = (address.company, person, address.line_1, address.line_2, address.city)
    return ", ".join(part for part in (*parts, district, country) if part)


def tiers_text(product: Any) -> str:
    """Describe what a piece costs: ``1.20 from 24, 1.05 from 240``."""
    return ", ".join(f"{tier.price:f} from {tier.quantity}" for tier in product.tiers)
