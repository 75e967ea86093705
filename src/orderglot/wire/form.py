"""The form: reads the members of a decoded body one by one and collects all that is wrong.

A wire's XML and JSON both decode to mappings, lists and texts; a form does not care which it was.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from sys import maxsize
from typing import Any, TypeVar

from orderglot.core.errors import MOST_PROBLEMS, Invalid, Problem, Rule
from orderglot.core.order import Unknown
from orderglot.wire.known_members import Known, unknown_in
from orderglot.wire.message import LONGEST_NAME
from orderglot.wire.values import read_amount, read_flag, read_whole

T = TypeVar("T")
V = TypeVar("V")

# What is met most often goes first: to ask about an abstract type costs more than all the others.
_MAPPING = (dict, Mapping)
_LISTS = (list, tuple)
_NO_TEXT = (bool, *_LISTS, *_MAPPING)

MOST_IN_A_LIST = 10_000
"""A client's list of more elements is refused before each of them is read, which would take long."""


class Form:
    """The members of one mapping, and a list of problems shared with the forms inside it.

    ``longest`` is how many characters a text may have for which nothing else is said; it holds for
    the forms inside as well. ``known`` are the members that there are by the shape of what is read;
    whoever reads a part of an order asks for the others with ``unknown``.
    """

    def __init__(
        self,
        members: Any,
        path: str = "",
        problems: list[Problem] | None = None,
        line: int | None = None,
        *,
        longest: int | None = None,
        known: Known | None = None,
    ) -> None:
        self.path = path
        self.longest = longest
        self.known = known
        self.problems: list[Problem] = [] if problems is None else problems
        self.line = line
        self.members: Mapping[str, Any] = members if isinstance(members, _MAPPING) else {}
        if self.members is not members and members not in (None, ""):
            self.refuse("", Rule.MALFORMED, "This must be a set of named fields.")

    def check(self) -> None:
        """Raise Invalid with every problem found so far, if there are any."""
        if self.problems:
            raise Invalid(*self.problems)

    def checked(self, read: Callable[[Form], T]) -> T:
        """Read the form to its end; raises Invalid with every problem found."""
        value = read(self)
        self.check()
        return value

    def refuse(self, name: str, rule: Rule, reason: str) -> None:
        """Note that a member breaks a rule, up to the limit that is reported."""
        if len(self.problems) < MOST_PROBLEMS:
            field = self.name_of(name[:LONGEST_NAME])
            self.problems.append(Problem(field, rule, reason, self.line))

    def name_of(self, name: str) -> str:
        """Give the full dotted name of a member, as messages show it."""
        return f"{self.path}.{name}" if self.path and name else self.path or name

    def has(self, name: str) -> bool:
        """Tell whether a member is there and says something."""
        return self.members.get(name) not in (None, "")

    def text(
        self, name: str, *, required: bool = False, longest: int | None = None, exact: bool = False
    ) -> str:
        """Read a text, trimmed of blanks at both ends unless ``exact``; numbers count as texts."""
        value = self.members.get(name)
        if isinstance(value, str):
            text = value if exact else value.strip()
        elif value is None:
            text = ""
        elif isinstance(value, _NO_TEXT):
            self.refuse(name, Rule.MALFORMED, "This must be a text.")
            return ""
        else:
            text = str(value)
        if required and not text:
            self.refuse(name, Rule.REQUIRED, "This field is required.")
        most = longest or self.longest
        if most is not None:
            self.measure(name, text, most)
        return text

    def measure(self, name: str, text: str, longest: int | None) -> None:
        """Note that a member has more characters than it may."""
        if longest is not None and len(text) > longest:
            self.refuse(
                name,
                Rule.LENGTH,
                f"This may have {longest} characters, not {len(text)}.",
            )

    def choice(self, name: str, choices: Collection[str], *, required: bool = False) -> str:
        """Read one of a few words, whatever its case; gives the word as ``choices`` writes it."""
        text = self.text(name, required=required, longest=maxsize)
        if text in choices:
            return text
        for word in choices:
            if word.lower() == text.lower():
                return word
        if text:
            self.refuse(name, Rule.CHOICE, f"{_short(text)} is not one of {', '.join(choices)}.")
        return ""

    def parsed(self, name: str, read: Callable[[str], T], *, required: bool = False) -> T | None:
        """Read a text in a vendor's own form, None where there is none or it is wrong.

        ``read`` raises a ValueError that goes on from the value: "is not a date".
        """
        text = self.text(name, required=required, longest=maxsize)
        if not text:
            return None
        try:
            return read(text)
        except ValueError as error:
            self.refuse(name, Rule.MALFORMED, f"{_short(text)} {error}.")
            return None

    def whole(
        self,
        name: str,
        *,
        required: bool = False,
        least: int | None = None,
        most: int | None = None,
    ) -> int | None:
        """Read a whole number within its bounds, None where there is none or it is wrong."""
        number = self._read(name, read_whole, required=required)
        if number is None:
            return None
        if (least is not None and number < least) or (most is not None and number > most):
            self.refuse(name, Rule.RANGE, _bounds(number, least, most))
            return None
        return number

    def amount(self, name: str, *, required: bool = False) -> Decimal | None:
        """Read an amount of money, None where there is none or it is wrong."""
        return self._read(name, read_amount, required=required)

    def flag(self, name: str, *, required: bool = False) -> bool | None:
        """Read a yes or no, None where there is none or it is wrong."""
        return self._read(name, read_flag, required=required)

    def inside(self, name: str, *, required: bool = False) -> Form:
        """Open the form inside a member; an absent one is empty."""
        if required and not self.has(name):
            self.refuse(name, Rule.REQUIRED, "This field is required.")
        return Form(
            self.members.get(name),
            self.name_of(name),
            self.problems,
            self.line,
            longest=self.longest,
            known=self.known and self.known.of(name),
        )

    def unknown(self, *apart: str) -> tuple[Unknown, ...]:
        """Give the members that are not known, at any depth but in those read ``apart``."""
        known = self.known
        if known is None or (known.flat and known.names.issuperset(self.members)):
            return ()
        return unknown_in(self.members, known, *apart)

    def each(
        self, name: str, item: str = "", *, required: bool = False, present: bool = False
    ) -> tuple[Form, ...]:
        """Open a form for each element of a list.

        Where ``item`` is given, the list may be wrapped, ``{"item": [...]}``, and one element
        alone may stand for the list of it, as XML decodes. ``present`` refuses a list that is not
        there at all, or null, and lets an empty one pass.
        """
        values = self.members.get(name)
        path = self.name_of(name)
        if present:
            self.demand_list(name)
        if item:
            path = f"{path}.{item}"
            if isinstance(values, Mapping):
                # What has other members, or none, is no wrapper, and nobody knows what it hides.
                if item not in values:
                    self.refuse(name, Rule.MALFORMED, "This must be a list.")
                    return ()
                values = values[item]
            values = [values] if isinstance(values, Mapping) else values
        if not isinstance(values, _LISTS):
            if values not in (None, ""):
                self.refuse(name, Rule.MALFORMED, "This must be a list.")
            values = []
        if required and not values:
            self.refuse(name, Rule.REQUIRED, "At least one is required.")
        if self.longest is not None and len(values) > MOST_IN_A_LIST:
            reason = f"This may have {MOST_IN_A_LIST:,} elements, not {len(values):,}."
            self.refuse(name, Rule.SIZE, reason)
            values = []
        within = self.known and self.known.of(name)
        known = within and within.each
        forms = [
            Form(
                value, f"{path}[{number}]", self.problems, number, longest=self.longest, known=known
            )
            for number, value in enumerate(values, 1)
        ]
        return tuple(forms)

    def demand_list(self, name: str) -> None:
        """Refuse a list that is not there at all, or null: nobody knows what would stand in it."""
        if self.members.get(name) is None:
            self.refuse(name, Rule.REQUIRED, "The list is missing; an empty one would be shown.")

    def _read(self, name: str, read: Callable[[Any], T], *, required: bool) -> T | None:
        value = self.members.get(name)
        if value in (None, ""):
            if required:
                self.refuse(name, Rule.REQUIRED, "This field is required.")
            return None
        return self._parsed(name, value, read)

    def _parsed(self, name: str, value: V, read: Callable[[V], T]) -> T | None:
        try:
            return read(value)
        except ValueError as error:
            self.refuse(name, Rule.MALFORMED, f"{_short(value)} {error}.")
            return None


def _bounds(number: int, least: int | None, most: int | None) -> str:
    if most is None:
        return f"{number} is too small; the least is {least}."
    return f"{number} is not between {least} and {most}."


def _short(value: Any) -> str:
    if isinstance(value, Mapping | list | tuple):
        return "This"
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."
