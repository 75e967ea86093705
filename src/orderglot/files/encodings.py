"""Encodings: what a file's text is written in, by its mark, by a flag, by its own word, or likely."""

from __future__ import annotations

import codecs
import re

from msgspec import Struct

from orderglot.core.errors import Invalid, Rule, invalid

UTF_8 = "utf-8"

_MARKS = (
    (codecs.BOM_UTF8, UTF_8),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(rb"(?:coding|charset)[:=][ \t]*[\"']?([\w.-]+)", re.IGNORECASE)
_NO_TEXT = frozenset(("idna", "punycode", "unicode_escape", "raw_unicode_escape"))
"""What writes names of hosts and literals of programs."""

_NOT_IN_1252 = re.compile(b"[\x81\x8d\x8f\x90\x9d]")


class Encoding(Struct, frozen=True):
    """What a file is written in, and whether somebody says so: the file itself or a person."""

    name: str
    declared: bool


def encoding_of(start: bytes, wanted: str) -> Encoding:
    """Tell what a file that begins so is written in; its mark goes before what is wanted.

    Raises Invalid where nobody knows an encoding of that name.
    """
    named = _known(wanted) if wanted else ""
    if wanted and not named:
        reason = f"There is no encoding {wanted[:40]!r}; give one such as cp1252 or utf-8."
        raise invalid("encoding", Rule.UNKNOWN, reason)
    marked = next((name for mark, name in _MARKS if start.startswith(mark)), "")
    declared = marked or named or _declared(start)
    return Encoding(declared or UTF_8, bool(declared))


def _declared(start: bytes) -> str:
    """Give what a file says of itself in its first two lines, as ``encoding=windows-1252``."""
    first = b"\n".join(start.splitlines()[:2])
    found = _DECLARED.search(first)
    return _known(found[1].decode("ascii", "replace")) if found else ""


def _known(name: str) -> str:
    try:
        codec = codecs.lookup(name)
        decoded = codecs.getincrementaldecoder(name)().decode("a,1\n".encode(name), True)
    except (LookupError, UnicodeError, ValueError, TypeError, AttributeError):
        return ""
    return codec.name if decoded == "a,1\n" and codec.name not in _NO_TEXT else ""


def not_utf_8(line: int, text: str) -> Invalid:
    """State that a file is not UTF-8, by the first line that is not, and what it likely is."""
    raw = text.encode(UTF_8, "surrogateescape")
    start = next(place for place, sign in enumerate(text) if "\ud800" <= sign <= "\udfff")
    name = _likely(raw)
    shown = raw.decode(name, "replace").strip()
    place = max(0, start - 10)
    return invalid(
        "",
        Rule.MALFORMED,
        f"Line {line} is not UTF-8 (byte {ord(text[start]) & 0xFF:#04x}); the file is likely "
        f"{name}, by which that place reads {shown[place : start + 20]!r}: give --encoding {name}, "
        "or --encoding utf-8 to have only the orders put aside whose rows are not UTF-8.",
    )


def _likely(raw: bytes) -> str:
    """Guess an encoding: old Macs end lines with a carriage return, Windows knows no such bytes."""
    if raw.endswith(b"\r"):
        return "mac_roman"
    return "cp850" if _NOT_IN_1252.search(raw) else "cp1252"


def looks_like_utf_16(start: bytes) -> str:
    """Give the name of the encoding of a text whose every other byte is zero, else ""."""
    if len(start) < 4:
        return ""
    if not any(start[1:8:2]) and all(start[0:8:2]):
        return "utf-16-le"
    return "utf-16-be" if not any(start[0:8:2]) and all(start[1:8:2]) else ""
