"""Shop layouts: what is to be known of a shop's file beside what the names of its columns say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from orderglot.files.amounts import Scope
from orderglot.files.field_names import plain
from orderglot.files.rows import Reject, Stride


class Reshaping(Protocol):
    """Makes rows of other ones; its new columns stand behind those of the file."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the new columns."""
        ...

    def rows(self, rows: Iterable[Stride | Reject]) -> Iterator[Stride | Reject]:
        """Give the rows in the new shape, in their order."""
        ...


class Derived(Struct, frozen=True):
    """A column that is reckoned from the texts of others in its row."""

    out_of: tuple[str, ...]
    reckon: Callable[..., str]


class ShopLayout(Struct, frozen=True, kw_only=True):
    """The layout of one shop's files.

    ``columns`` has for each of our fields the shop's columns, the first that is there being it; with
    a plus between them they are added up. ``scopes`` tell what the amounts in them are where that
    is not once an order.
    """

    name: str
    known_by: str
    """Columns that no other shop's file has together."""
    columns: dict[str, str]
    as_text: str = ""
    """Columns that say what others say, too, or nothing of an order: they stay text."""
    scopes: dict[str, Scope] = {}
    may_repeat: frozenset[str] = frozenset()
    """Those of them that some of the shop's files repeat on each row of an order, which then is one amount."""
    prices_include_tax: bool | None = None
    taxed_on_top_in: frozenset[str] = frozenset()
    """Currencies of the countries in which prices are without tax."""
    dollar: str = ""
    """The currency that a bare ``$`` is."""
    stand_in: str = ""
    """The column that stands in where a line has no SKU; its title where none is named."""
    quoted: bool = True
    """Whether quotation marks stand round fields; else they belong to the text, where tabs divide it."""
    cleaned: dict[str, Callable[[str], str]] = {}
    """What makes the text of a column the one that is meant."""
    derived: dict[str, Derived] = {}
    reshape: Callable[[Sequence[str]], Reshaping] | None = None
    """Makes rows of lines out of the shop's rows, by their header."""
    no_number: str = ""
    """Why a row has no order number, in this shop's files."""
    shipping_tells: bool = False
    """Whether an order's status is that of its shipments, as the file has no word on it."""

    def is_of(self, header: Sequence[str]) -> bool:
        """Tell whether a header is one of this shop's."""
        return set(listed(self.known_by)) <= set(map(plain, header))

    def mapping(self, header: Sequence[str]) -> dict[str, str]:
        """Give the column of each field, of those that a header has; "" leaves a field out."""
        there = {plain(name): name for name in header}
        found = dict[str, str]()
        for field, columns in self.columns.items():
            if not columns:
                found[field] = ""
            for one in columns.split(","):
                names = [there[name] for part in one.split(" + ") if (name := plain(part)) in there]
                if names:
                    found[field] = " + ".join(names)
                    break
        return found

    def among(self, columns: str, header: Sequence[str]) -> frozenset[str]:
        """Give those of some columns that a header has, as it writes them."""
        wanted = set(listed(columns))
        return frozenset(name for name in header if plain(name) in wanted)


NO_SHOP = ShopLayout(name="plain", known_by="", columns={})
"""Of a file that is read by the names of its columns alone."""


def listed(columns: str) -> list[str]:
    """Give the plain names of columns that are divided by commas."""
    return [plain(name) for name in columns.split(",") if name.strip()]


def with_columns(mapping: Mapping[str, str], own: Mapping[str, str]) -> dict[str, str]:
    """Give what a person maps with what a layout does, where that takes no column away from it."""
    taken = {plain(part) for column in mapping.values() for part in column.split(" + ")}
    rest = {
        field: column
        for field, column in own.items()
        if field not in mapping and taken.isdisjoint(map(plain, column.split(" + ")))
    }
    return {**rest, **mapping}
