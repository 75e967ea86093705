"""The grammar of AIP-160: a text to its restrictions and what joins them, whatever they are about.

``OR`` binds closer than ``AND``, and terms beside each other are joined as by ``AND``.
https://google.aip.dev/160
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from orderglot.core.errors import Invalid, Rule, invalid

LONGEST = 4000
"""So many characters a filter may have."""

DEEPEST = 30
"""So deep parentheses may stand in one another."""

PARAMETER = "filter"

SMALL = frozenset({"and", "or", "not"})
"""What people write for the words that join, which are in capitals."""

_STRING = r""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'"""
_QUOTED = re.compile(_STRING, re.DOTALL)
_NAME = re.compile(r"[^\s()\"'<>=!:,]+")
_VALUE = re.compile(r"[^\s()\"',]+")
"""A value without quotation marks: a number, a time, a word."""

_SIGN = re.compile(r"<=|>=|!=|[=<>:]")
_BLANK = re.compile(r"\s*")
_OPENING, _CLOSING, _MINUS = map(re.compile, (r"\(", r"\)", r"-"))
_AND, _OR, _NOT = (re.compile(rf"{word}(?=[\s()]|$)") for word in ("AND", "OR", "NOT"))
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


class Argument(Struct, frozen=True):
    """A value as it is written: ``quoted`` in quotation marks, its escapes still in it, or bare."""

    text: str
    quoted: bool
    place: int


class Restriction(Struct, frozen=True):
    """A field beside a value; several values are alternatives."""

    field: str
    sign: str
    values: tuple[Argument, ...]
    place: int


class All(Struct, frozen=True):
    """All of the parts hold."""

    parts: tuple[Expression, ...]


class Some(Struct, frozen=True):
    """Any of the parts holds."""

    parts: tuple[Expression, ...]


class Negation(Struct, frozen=True):
    """The part does not hold."""

    part: Expression


Expression = Restriction | All | Some | Negation


def parsed(text: str) -> Expression | None:
    """Parse a filter; None where it is empty. Raises Invalid that says where it cannot be read."""
    if len(text) > LONGEST:
        raise malformed(f"A filter has at most {LONGEST:,} characters, and this one {len(text):,}.")
    reader = _Reader(text)
    if reader.ended():
        return None
    found = reader.expression(0)
    if not reader.ended():
        raise malformed("There is no parenthesis to close", reader.place)
    return found


def malformed(reason: str, place: int | None = None) -> Invalid:
    """Make the error of a filter that cannot be read at the character after so many."""
    where = "" if place is None else f", at character {place + 1}."
    return invalid(PARAMETER, Rule.MALFORMED, reason + where)


def unescaped(text: str) -> str:
    """Give what the text between quotation marks stands for."""
    return _ESCAPED.sub(r"\1", text)


class _Reader:
    """Goes through a filter from its beginning to its end."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0

    def ended(self) -> bool:
        """Skip blanks, and tell whether nothing is left."""
        if blank := _BLANK.match(self.text, self.place):
            self.place = blank.end()
        return self.place == len(self.text)

    def take(self, pattern: re.Pattern[str]) -> str:
        """Give what matches behind blanks, and go on behind it; ``""`` where nothing does."""
        self.ended()
        match = pattern.match(self.text, self.place)
        if match is None:
            return ""
        self.place = match.end()
        return match[0]

    def expression(self, depth: int) -> Expression:
        """Read what is joined by AND, whether that word stands there or not."""
        parts = [self.alternatives(depth)]
        while self.take(_AND) or not (self.ended() or self.text[self.place] == ")"):
            parts.append(self.alternatives(depth))
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def alternatives(self, depth: int) -> Expression:
        """Read what is joined by OR."""
        parts = [self.term(depth)]
        while self.take(_OR):
            parts.append(self.term(depth))
        return parts[0] if len(parts) == 1 else Some(tuple(parts))

    def term(self, depth: int) -> Expression:
        """Read one restriction, or what stands in parentheses, negated or not."""
        if depth > DEEPEST:
            raise malformed(f"More than {DEEPEST} of these stand in one another", self.place)
        if self.take(_NOT) or self.take(_MINUS):
            return Negation(self.term(depth + 1))
        opened = self.place
        if not self.take(_OPENING):
            return self.restriction()
        found = self.expression(depth + 1)
        self.close(opened)
        return found

    def close(self, opened: int) -> None:
        """Read the end of what was opened there."""
        if not self.take(_CLOSING):
            raise malformed("A parenthesis is not closed", opened)

    def restriction(self) -> Restriction:
        """Read a field, a comparator, and what it is compared with."""
        self.ended()
        place = self.place
        quoted = self.take(_QUOTED)
        name = unescaped(quoted[1:-1]) if quoted else self.take(_NAME)
        if not name:
            raise malformed("The name of a field is missing", place)
        sign = self.take(_SIGN)
        if not sign and name in SMALL:
            raise malformed(f"`{name}` is written in capitals, `{name.upper()}`", place)
        if not sign:
            raise malformed(f"`{name}` needs a comparison behind it, such as `{name} = 1`", place)
        return Restriction(name, sign, tuple(self.values()), place)

    def values(self) -> Iterator[Argument]:
        """Read a value, or several in parentheses that are joined by OR."""
        self.ended()
        opened = self.place
        if not self.take(_OPENING):
            yield self.value()
            return
        yield self.value()
        while self.take(_OR):
            yield self.value()
        self.close(opened)

    def value(self) -> Argument:
        """Read one value, in quotation marks or bare."""
        self.ended()
        place = self.place
        if quoted := self.take(_QUOTED):
            return Argument(quoted[1:-1], True, place)
        if bare := self.take(_VALUE):
            return Argument(bare, False, place)
        if self.text[place : place + 1] in ('"', "'"):
            raise malformed("A quotation mark is not closed", place)
        raise malformed("A value is missing", place)
