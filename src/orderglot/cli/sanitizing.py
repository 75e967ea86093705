"""Sanitizing of text: what could steer a terminal, or show a line other than it is, is written out.

Texts of orders, vendors' messages and names of files go through here before anybody sees them:
controls and escapes, marks that turn the direction of writing, signs that take no room, and halves
of characters. What joins letters and emoji stays.
"""

from __future__ import annotations

import re

_ODD = (
    "\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f"
)
_IN_LINES = re.compile(f"[\x00-\x1f{_ODD}]")
_IN_TEXTS = re.compile(f"\r(?!\n)|[\x00-\x08\x0b\x0c\x0e-\x1f{_ODD}]")
_BREAKS = "\t\n\v\f\r\x85\u2028\u2029"


def line(text: object) -> str:
    """Give a text as one line: breaks in it are blanks."""
    return _IN_LINES.sub(_in_line, "" if text is None else str(text))


def document(text: str) -> str:
    """Give a text of several lines; in JSON and XML what is written out still means the same."""
    start = text.lstrip("\ufeff \t\r\n")[:1]
    if start in ("{", "[", '"'):
        return _IN_TEXTS.sub(_in_json, text)
    return _IN_TEXTS.sub(_in_xml if start == "<" else _in_line, text)


def _in_line(found: re.Match[str]) -> str:
    sign = found[0]
    if sign in _BREAKS:
        return " "
    code = ord(sign)
    return (
        f"\\x{code:02x}"
        if code < 0x100
        else f"\\u{code:04x}"
        if code < 0x10000
        else f"\\U{code:08x}"
    )


def _in_json(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


def _in_xml(found: re.Match[str]) -> str:
    return f"&#x{ord(found[0]):x};"
