"""The dialects that a person means, by their names."""

from __future__ import annotations

from collections.abc import Collection

from orderglot import dialects
from orderglot.core.errors import Invalid, Problem, Rule
from orderglot.wire.dialect import Dialect


def chosen(names: Collection[str]) -> tuple[Dialect, ...]:
    """Give the dialects of those names, all of them for none; raises Invalid on an unknown one."""
    known = dialects.names()
    for name in names:
        if name not in known:
            reason = f"There is no dialect {name!r}; there are {', '.join(known)}."
            raise Invalid(Problem("", Rule.CHOICE, reason))
    return tuple(dialects.dialect(name) for name in known if not names or name in names)


def chosen_one(name: str) -> Dialect:
    """Give a dialect by name, or raise Invalid with the names that there are."""
    return chosen((name,))[0]
