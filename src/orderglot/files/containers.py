"""Containers: the bytes of a file of orders, whatever it is packed in, or piped in."""

from __future__ import annotations

import lzma
import shutil
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from io import BufferedReader
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory, TemporaryFile, gettempdir
from typing import IO, cast
from zipfile import BadZipFile, ZipFile, ZipInfo

from msgspec import Struct

from orderglot.core.errors import NotFound, Rule, invalid
from orderglot.files.spreadsheets import IsHeader, sheet_as_csv
from orderglot.files.text import unreadable, why

PIPED = Path("-")
STANDARD_INPUT = "stdin"
"""What a file is called that has no name, as it was piped in."""

COPIES = "orderglot-piped-"

MOST_UNPACKED = 8 * 1024**3
"""So many bytes are unpacked at most."""

MOST_OF_SHEETS = 1024**3
"""So many of a spreadsheet, which is read whole."""

BROKEN = (OSError, EOFError, NotImplementedError, BadZipFile, zlib.error, lzma.LZMAError)
"""What is raised where something packed is broken, or packed in a way that nothing here unpacks."""

FOR_READERS = (".pdf", ".html", ".htm", ".md", ".rtf", ".docx", ".png", ".jpg", ".jpeg")
"""What the names end with of files that have no orders, beside those that do."""

ZIP, OLD_SPREADSHEET = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


class Bytes(Struct, frozen=True):
    """The bytes of a file of orders; ``of`` is where in it they stood, "" where they are all of it."""

    file: BufferedReader
    of: str = ""
    is_sheet: bool = False


AsCsv = Callable[[BufferedReader], AbstractContextManager[tuple[BufferedReader, str]]]


@contextmanager
def readable(paths: Sequence[Path]) -> Iterator[tuple[Path, ...]]:
    """Give files that can be read again and again: of ``-``, or a pipe, a copy; of a zip the two that are in it.

    Raises Invalid where standard input is meant twice, or cannot be read.
    """
    if paths.count(PIPED) > 1:
        raise invalid(
            "files", Rule.DUPLICATE, "standard input can be one file alone; name the other."
        )
    with ExitStack() as stack:
        piped = [path == PIPED or path.is_fifo() for path in paths]
        folder = Path(stack.enter_context(TemporaryDirectory(prefix=COPIES)) if any(piped) else "")
        found = tuple(
            _copied(path, folder / (STANDARD_INPUT if path == PIPED else path.name))
            if is_piped
            else path
            for path, is_piped in zip(paths, piped, strict=True)
        )
        yield _two_of(stack, found[0]) or found if len(found) == 1 else found


def _two_of(stack: ExitStack, path: Path) -> tuple[Path, ...]:
    """Unpack the two files of a zip, which are headers and lines; gives none where there are not two."""
    try:
        file = stack.enter_context(path.open("rb"))
    except (OSError, ValueError):
        return ()  # why it cannot be read is said when it is read
    if file.peek(4)[:4] != ZIP:
        return ()
    packed = stack.enter_context(_zip(file))
    members = [] if _is_spreadsheet(packed) else _members(packed)
    if len(members) != 2:
        return ()
    _demand_small(members, MOST_UNPACKED)
    folder = Path(stack.enter_context(TemporaryDirectory(prefix=COPIES)))
    return tuple(
        _unpacked_into(folder / str(place), packed, member) for place, member in enumerate(members)
    )


def _unpacked_into(folder: Path, packed: ZipFile, member: ZipInfo) -> Path:
    """Unpack a file into a folder of its own, whatever else the zip says of where it belongs."""
    folder.mkdir()
    path = folder / (PurePosixPath(member.filename).name.strip(".") or "file")
    try:
        with _extracted(packed, member) as source, path.open("xb") as copy:
            shutil.copyfileobj(source, copy)
    except (OSError, ValueError) as error:
        raise unreadable(f"{member.filename[:60]} cannot be unpacked ({why(error)}).") from error
    return path


def _copied(path: Path, copy: Path) -> Path:
    try:
        with ExitStack() as stack:
            source = sys.stdin.buffer if path == PIPED else stack.enter_context(path.open("rb"))
            shutil.copyfileobj(source, stack.enter_context(copy.open("xb")))
    except (OSError, AttributeError) as error:
        what = "Standard input" if path == PIPED else str(path)
        raise unreadable(f"{what} cannot be read: {error}.") from error
    return copy


def rejects_of(path: Path, ending: str = ".csv") -> Path:
    """Give where the rejects of a file go: beside it, or here where it was piped in."""
    piped = path.parent.name.startswith(COPIES) and path.is_relative_to(gettempdir())
    return (Path() if piped else path.parent) / f"{path.name}.rejects{ending}"


@contextmanager
def opened_bytes(
    path: Path,
    sheet: str,
    is_header: IsHeader,
    most: int | None = None,
    *,
    exact: bool = False,
) -> Iterator[Bytes]:
    """Open a file; of a zip give the one file in it, of a spreadsheet the sheet that has orders.

    Of a sheet come the first ``most`` rows, or all; with ``exact`` their numbers have all their
    digits, and a sheet without such a header comes with no rows.

    Raises NotFound without the file, Invalid where it cannot be read or it must be asked what is
    meant.
    """
    try:
        file = path.open("rb")
    except FileNotFoundError:
        raise NotFound(f"There is no file {path}; check its name.") from None
    except (OSError, ValueError) as error:
        raise unreadable(f"{path} cannot be read: {why(error)}.") from error
    with ExitStack() as stack:
        as_csv = partial(sheet_as_csv, sheet=sheet, is_header=is_header, most=most, exact=exact)
        found = _unpacked(stack, stack.enter_context(file), as_csv)
        if sheet and not found.is_sheet:
            reason = "only a spreadsheet has sheets; leave --sheet out."
            raise invalid("sheet", Rule.MALFORMED, reason)
        yield found


def _unpacked(stack: ExitStack, file: BufferedReader, as_csv: AsCsv, of: str = "") -> Bytes:
    start = file.peek(4)[:4]
    if start == OLD_SPREADSHEET:
        return Bytes(*stack.enter_context(as_csv(file)), is_sheet=True)
    if start != ZIP:
        return Bytes(file, of)
    packed = stack.enter_context(_zip(file))
    if _is_spreadsheet(packed):
        _demand_small(packed.infolist(), MOST_OF_SHEETS)
        return Bytes(*stack.enter_context(as_csv(file)), is_sheet=True)
    if of:
        raise unreadable(f"{of} is a zip in a zip; unpack it.")
    member = _member(packed)
    inside = stack.enter_context(_extracted(packed, member))
    return _unpacked(stack, inside, as_csv, member.filename)


@contextmanager
def _zip(file: BufferedReader) -> Iterator[ZipFile]:
    if not file.seekable():
        raise unreadable("A zip or a spreadsheet cannot be read out of a pipe; give it as -.")
    try:
        packed = ZipFile(file)
    except (BadZipFile, OSError, ValueError) as error:
        raise unreadable(f"The zip is broken ({error}); get the file again.") from error
    with packed:
        yield packed


def _is_spreadsheet(packed: ZipFile) -> bool:
    names = set(packed.namelist())
    return "[Content_Types].xml" in names or {"content.xml", "mimetype"} <= names


def _members(packed: ZipFile) -> list[ZipInfo]:
    """Give the files that are in a zip, but for what Macs and editors put into it, and for its readers."""
    return [
        one
        for one in packed.infolist()
        if not one.is_dir()
        and not one.filename.startswith("__MACOSX/")
        and not Path(one.filename).name.startswith((".", "~$"))
        and not _is_for_readers(PurePosixPath(one.filename.casefold()))
    ]


def _is_for_readers(name: PurePosixPath) -> bool:
    """Tell whether a file is for people to read or look at, by its name in small letters."""
    return name.suffix in FOR_READERS or name.stem in ("readme", "license", "licence", "liesmich")


def _member(packed: ZipFile) -> ZipInfo:
    """Give the one file that is in a zip."""
    members = _members(packed)
    if len(members) != 1:
        names = ", ".join(repr(one.filename[:60]) for one in members[:5])
        holds = f"holds {len(members)} files ({names})" if members else "is empty"
        raise unreadable(
            f"The zip {holds}; unpack it, and give the file of orders, or of headers and lines."
        )
    _demand_small(members, MOST_UNPACKED)
    return members[0]


def _demand_small(members: Sequence[ZipInfo], most: int) -> None:
    if sum(one.file_size for one in members) > most:
        raise unreadable(f"What is packed has more than {most:,} bytes; give it in parts, as CSV.")


@contextmanager
def _extracted(packed: ZipFile, member: ZipInfo) -> Iterator[BufferedReader]:
    if member.flag_bits & 1:
        raise unreadable("The zip is locked with a password; unpack it first.")
    with TemporaryFile() as copy:
        try:
            with packed.open(member) as source:
                _copy(source, copy)
        except BROKEN as error:
            raise unreadable(
                f"{member.filename[:60]} cannot be unpacked ({error}); get the zip again, or unpack it first."
            ) from error
        copy.seek(0)
        yield cast("BufferedReader", copy)  # it can peek, too


def _copy(source: IO[bytes], copy: IO[bytes]) -> None:
    """Copy what is packed, and no more than a member may have, whatever the zip says of its size."""
    while block := source.read(1024 * 1024):
        if copy.tell() + len(block) > MOST_UNPACKED:
            raise OSError(f"it has more than {MOST_UNPACKED:,} bytes")
        copy.write(block)
