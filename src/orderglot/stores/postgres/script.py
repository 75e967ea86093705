"""Scripts: the statements of a migration, and of what kind each of them is.

A line such as ``-- quick:`` states the kind of the statements that follow it:

``quick``
    changes the catalogue alone, or a table that the same script makes.
``concurrent``
    makes or drops an index while others write.
``replaced``
    makes an index anew, in the place of one of the same name, which serves until then.
``batched orders (seller, id)``
    changes rows of a table, so many at a time in the order of the key that is named: those of its last
    ``WHERE`` at the beginning of a line.

``-- beside: 12`` says which is the oldest program (by the number of its last migration) that may go on
beside the script.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum

from msgspec import Struct

from orderglot.core.errors import Invalid
from orderglot.stores.migrations import Migration

_KIND = re.compile(r"-- (quick|concurrent|replaced|batched (\w+) \(([\w, ]+)\)):")
_BESIDE = re.compile(r"^-- beside: (\d+)$", re.MULTILINE)
_INDEX = re.compile(r"(CREATE (?:UNIQUE )?INDEX|DROP INDEX) (\w+)(?:\s+ON (\w+))?")
_TABLE = re.compile(r"(?:TABLE|INTO|FROM|ON) (\w+)")
_BODY = "$$"
_WIDTH = 60

NEW = "_new"
"""How the name of an index ends that will replace another one."""


class Kind(StrEnum):
    """How a statement is done beside programs that read and write."""

    QUICK = "quick"
    CONCURRENT = "concurrent"
    REPLACED = "replaced"
    BATCHED = "batched"


class Statement(Struct, frozen=True):
    """One statement; ``table`` and ``key`` are those that a batched one goes along."""

    text: str
    kind: Kind
    table: str = ""
    key: tuple[str, ...] = ()

    @property
    def index(self) -> str:
        """The index that it makes or drops beside others, "" where it does neither."""
        found = _INDEX.match(self.text) if self.kind is not Kind.QUICK else None
        return found[2] if found else ""

    @property
    def drops(self) -> bool:
        """Tell whether it drops an index."""
        return self.text.startswith("DROP INDEX")

    @property
    def changed(self) -> str:
        """The table that it changes, "" where it names none."""
        found = _TABLE.search(self.text)
        return self.table or (found[1] if found else "")

    def concurrently(self, index: str = "") -> str:
        """Write what makes or drops the index while others write, perhaps under another name."""

        def put(found: re.Match[str]) -> str:
            on = f" ON {found[3]}" if found[3] else ""
            return f"{found[1]} CONCURRENTLY {index or found[2]}{on}"

        return _INDEX.sub(put, self.text, count=1)

    def within(self, bounds: str) -> str:
        """Write a batched statement for those rows alone for which more holds."""
        head, _, rest = self.text.rpartition("\nWHERE ")
        condition, share, tail = rest.partition("\nFOR SHARE")
        return f"{head}\nWHERE ({condition}) AND {bounds}{share}{tail}"

    def headline(self) -> str:
        """Give its first words, on one line."""
        line = " ".join(self.text.split())
        return line if len(line) <= _WIDTH else f"{line[: _WIDTH - 1]}…"


def statements(step: Migration) -> tuple[Statement, ...]:
    """Give the statements of a migration; raises Invalid where one does not say its kind."""
    return tuple(_read(step))


def beside(step: Migration) -> int | None:
    """Give the number of the oldest program that may go on beside a migration, None for none."""
    found = _BESIDE.search(step.script)
    return int(found[1]) if found else None


def _read(step: Migration) -> Iterator[Statement]:
    kind, table, key = None, "", ()
    lines = list[str]()
    for line in step.script.splitlines():
        if found := _KIND.fullmatch(line):
            kind = Kind(found[1].partition(" ")[0])
            table, key = found[2] or "", tuple((found[3] or "").replace(",", " ").split())
        if line.strip() and not line.lstrip().startswith("--"):
            lines.append(line)
        if lines and lines[-1].endswith(";") and not "\n".join(lines).count(_BODY) % 2:
            if kind is None:
                raise Invalid(message=f"{step.name}: {lines[0]} does not say its kind.")
            yield Statement("\n".join(lines).removesuffix(";"), kind, table, key)
            lines = []
    if lines:
        raise Invalid(message=f"{step.name}: {lines[0]} has no end.")
