"""Salvaging: the value of a member of a body that cannot be parsed, or not to its end."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from orderglot.core.errors import Invalid
from orderglot.wire import json

LONGEST = 80
"""So many characters of a value are looked at: an id or a purchase order number is no longer."""

TOKEN = re.compile(r'("(?:[^"\\]|\\.)*")|[{\[]|[}\]]')
VALUE = re.compile(rf'\s*:\s*("(?:[^"\\]|\\.){{1,{LONGEST}}}"|[\w.+-]{{1,{LONGEST}}})')


def salvaged(body: bytes, name: str) -> str:
    """Give the value of a member, in JSON or XML, where it stands outermost.

    It is "" where there is none, or more than one value.
    """
    if not name:
        return ""
    text = body.decode(errors="replace")
    in_json = list(_in_json(text, name))
    outermost = min((depth for depth, _ in in_json), default=0)
    values = {value for depth, value in in_json if depth == outermost} | set(_in_xml(text, name))
    return values.pop() if len(values) == 1 else ""


def _in_json(text: str, name: str) -> Iterator[tuple[int, str]]:
    """Give each value of a member, and inside how many objects and lists it stands."""
    depth = 0
    for token in TOKEN.finditer(text):
        if token[1] is None:
            depth += 1 if token[0] in "{[" else -1
        elif token[1] == f'"{name}"' and (value := VALUE.match(text, token.end())):
            yield depth, _bare(value[1])


def _in_xml(text: str, name: str) -> Iterator[str]:
    escaped = re.escape(name)
    for found in re.findall(rf"<{escaped}>\s*([^<>]{{1,{LONGEST}}}?)\s*</{escaped}>", text):
        yield html.unescape(found)


def _bare(text: str) -> str:
    """Give the value that stands in JSON as a text or a number; "" for null."""
    try:
        value = json.read(text.encode())
    except Invalid:
        return ""
    return "" if value is None else str(value)
