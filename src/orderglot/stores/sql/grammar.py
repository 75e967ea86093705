"""The grammar: where the databases' ways of saying the same thing part."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

from orderglot.core.fields import Field
from orderglot.core.query import Compare


class Sql(NamedTuple):
    """A piece of SQL, with ``?`` for each of its parameters."""

    text: str
    params: tuple[Any, ...] = ()


def fragment(*words: str) -> str:
    """Put a statement together out of its words."""
    return " ".join(words)


class Grammar(Protocol):
    """How one database says it. Expressions go in and out as SQL texts.

    ``counts`` are the tables of the kept counts, each under the names that the orders themselves have
    for the same; the first has the sums of hundreds of days, too. ``are_kept`` states that the counts of
    ``SELLER`` are kept, where they need not be, and ``hundreds_are_kept`` that those sums are.
    """

    counts: tuple[str, ...]
    are_kept: str
    hundreds_are_kept: str

    def inside(self, document: str, path: tuple[str, ...], field: Field) -> str:
        """Say the value at a path of a document, in the form of columns; nothing is NULL."""
        ...

    def native(self, document: str, path: tuple[str, ...], owner: str, dialect: str) -> str:
        """Say the number that a dialect's clients know a thing by.

        That is its first reference of the dialect among those at the path, else ``owner``, its hub
        id; NULL where it is no whole number or there is no owner.
        """
        ...

    def linked(self, document: str, relation: str, dialect: str) -> str:
        """Say the number that a dialect's clients know the first order by that is pointed at so."""
        ...

    def whole_extra(self, document: str, name: str) -> str:
        """Say the extra of that name where it is a whole number of at most 18 digits, or NULL."""
        ...

    def whole(self, text: str) -> str:
        """Say the whole number that a text writes, as ``core.fields`` reads it, or NULL."""
        ...

    def net_subtotal(self, document: str) -> str:
        """Say what ``core.shown_sums.net_subtotal`` gives, in the form of a column."""
        ...

    def each(self, document: str, path: tuple[str, ...], name: str) -> tuple[str, str]:
        """Say the list at a path as a table of that name, and an element of it as a document."""
        ...

    def holds_extra(self, document: str, compare: Compare) -> Sql:
        """Say a comparison with an extra, which can hold anything; never NULL."""
        ...

    def differs(self, value: str) -> str:
        """State that a value is not ``?``, where nothing differs from everything; never NULL."""
        ...

    def contains(self, text: str, sought: str) -> Sql:
        """State that a text contains another one, which has its letters A to Z made small."""
        ...

    def begins(self, text: str, sought: str) -> Sql:
        """State that a text begins with another one, which has its letters A to Z made small."""
        ...

    def descending(self, value: str) -> str:
        """Say a sort key from high to low, with nothing at the end."""
        ...

    def ascending(self, value: str) -> str:
        """Say a sort key from low to high, with nothing at the beginning."""
        ...
