"""The lenient JSON in which clients write ``where``: either quotes, bare names, commas at the end.

Bounded in length, depth and number of values; a mistake is reported with its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from msgspec import Struct

from orderglot.core.errors import Invalid, Problem, Rule
from orderglot.dialects.catalyst.values import read_number

LONGEST = 20_000
DEEPEST = 32
MOST_VALUES = 1_000
MOST_NAMES = 100

BAD_QUERY = "200007"
"""The vendor's number for a query that it cannot read."""

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<sign>[{}\[\],:])
    |(?P<double>"(?:[^"\\]|\\.)*")
    |(?P<single>'(?:[^'\\]|\\.)*')
    |(?P<number>[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,4})?(?![\w$.]))
    |(?P<word>[^\W\d][\w$.\-]*|\$[\w$.\-]*)
    |(?P<end>\Z)
    )""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None, "undefined": None}


class Node(Struct, frozen=True):
    """A value and where it stands: a member list, a list of nodes, or a plain value."""

    value: Any
    at: int


class Members(Struct, frozen=True):
    """The members of an object, in their order, a name any number of times."""

    pairs: tuple[tuple[str, int, Node], ...]


class _Token(NamedTuple):
    kind: str
    text: str
    at: int


def refused(reason: str, at: int | None = None, field: str = "where") -> Invalid:
    """Make the error for a query that cannot be read; ``at`` counts characters from zero."""
    place = "" if at is None else f"at character {at + 1}: "
    return Invalid(Problem(field, Rule.MALFORMED, place + reason, code=BAD_QUERY))


def parse(text: str) -> Node:
    """Read a text into nodes; raises Invalid with the character where it goes wrong."""
    if len(text) > LONGEST:
        raise refused(f"this may have {LONGEST} characters, not {len(text)}.")
    parser = _Parser(text)
    node = parser.value(0)
    parser.expect("end", "", "the end")
    return node


class _Parser:
    """Goes through the tokens once."""

    def __init__(self, text: str) -> None:
        self.tokens = _tokens(text)
        self.next = next(self.tokens)
        self.values = 0
        self.names = 0

    def take(self) -> _Token:
        token = self.next
        if token.kind != "end":
            self.next = next(self.tokens)
        return token

    def expect(self, kind: str, text: str, what: str) -> _Token:
        token = self.take()
        if token.kind != kind or (text and token.text != text):
            raise refused(f"{what} is expected, not {_named(token)}.", token.at)
        return token

    def value(self, depth: int) -> Node:
        token = self.take()
        self.values += 1
        if self.values > MOST_VALUES:
            raise refused(f"there may be {MOST_VALUES} values.", token.at)
        if token.kind == "sign" and token.text in "{[":
            if depth >= DEEPEST:
                raise refused(f"this is nested deeper than {DEEPEST}.", token.at)
            inner = self.members if token.text == "{" else self.elements
            return Node(inner(depth + 1), token.at)
        return Node(_plain(token), token.at)

    def members(self, depth: int) -> Members:
        pairs = []
        while not self.closes("}"):
            name = self.take()
            if name.kind not in ("double", "single", "word", "number"):
                raise refused(f"a name is expected, not {_named(name)}.", name.at)
            self.expect("sign", ":", "a colon")
            self.names += 1
            if self.names > MOST_NAMES:
                raise refused(f"there may be {MOST_NAMES} names and operators.", name.at)
            member = _unquoted(name) if name.kind in ("double", "single") else name.text
            pairs.append((member, name.at, self.value(depth)))
            self.separated("}")
        self.take()
        return Members(tuple(pairs))

    def elements(self, depth: int) -> tuple[Node, ...]:
        nodes = []
        while not self.closes("]"):
            nodes.append(self.value(depth))
            self.separated("]")
        self.take()
        return tuple(nodes)

    def closes(self, sign: str) -> bool:
        return self.next.kind == "sign" and self.next.text == sign

    def separated(self, closing: str) -> None:
        if not self.closes(closing):
            self.expect("sign", ",", f"a comma or {closing}")


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while True:
        found = _TOKEN.match(text, at)
        if found is None or found.lastgroup is None:
            start = len(text) - len(text[at:].lstrip())
            raise refused(f"{text[start : start + 10]!r} makes no sense.", start)
        kind = found.lastgroup
        yield _Token(kind, found[kind], found.start(kind))
        at = found.end()


def _plain(token: _Token) -> Any:
    match token.kind:
        case "double" | "single":
            return _unquoted(token)
        case "number":
            return _number(token)
        case "word" if token.text in _WORDS:
            return _WORDS[token.text]
    raise refused(f"a value is expected, not {_named(token)}.", token.at)


def _number(token: _Token) -> Decimal | int:
    try:
        number = read_number(token.text)
    except ValueError as error:
        raise refused(f"{token.text[:40]!r} {error}.", token.at) from None
    return int(number) if token.text.lstrip("+-").isdigit() else number


def _unquoted(token: _Token) -> str:
    inner = token.text[1:-1]
    if "\\" not in inner:
        return inner
    text = _ESCAPE.sub(_unescaped, inner)
    try:
        return text.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        raise refused("this text has half a character.", token.at) from None


def _unescaped(found: re.Match[str]) -> str:
    escaped = found[1]
    if len(escaped) == 5:
        return chr(int(escaped[1:], 16))
    return _ESCAPED.get(escaped, escaped)


def _named(token: _Token) -> str:
    return "the end" if token.kind == "end" else repr(token.text[:40])
