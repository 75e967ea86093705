"""Columns: which column of a file is which field of an order line."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from orderglot.core.errors import Invalid, Rule, invalid
from orderglot.files.detail_names import DETAILS
from orderglot.files.field_names import (
    BARE,
    FIELDS,
    MEANINGS,
    MONEY,
    MOST_PARTS,
    RANKS,
    REQUIRED,
    plain,
)

OUR_LINE, OUR_REASON = "orderglot line", "orderglot reason"
"""The columns that rejects have more than their file: which line it was, and why it is there."""

MOST_COLUMNS = 500
MOST_LISTED = 30
LONGEST_LISTED = 40


class Columns(Struct, frozen=True):
    """Where each field stands in a row, and which columns (by position) no field was found for.

    ``ours`` tells that the file is one of rejects, with columns that say why they are there.
    """

    names: tuple[str, ...]
    at: dict[str, int]
    others: dict[int, str]
    ours: bool = False
    mapped: frozenset[str] = frozenset()
    """The fields whose column a person has named."""
    left_out: frozenset[str] = frozenset()
    """The columns that a person has left out."""
    spare: dict[str, list[int]] = {}
    """The further columns that look like a detail, in the order in which they may stand in."""

    def name(self, field: str) -> str:
        """Give the name of a field's column as the file has it."""
        return self.names[self.at[field]]


def read_mapping(text: str) -> dict[str, str]:
    """Read which column is which field: ``order=Invoice,sku=StockCode``.

    A pair with a comma in it is quoted as in CSV; a field with nothing after its ``=`` has no
    column. Raises Invalid on anything else, on an unknown field, and on a field given twice.
    """
    mapping: dict[str, str] = {}
    for pair in next(csv.reader([text.replace("\n", " ")], skipinitialspace=True), []):
        name, equals, column = pair.partition("=")
        field = MEANINGS.get(plain(name), "")
        if not equals or not field:
            raise _wrong(
                Rule.UNKNOWN, f"{_short(pair)} is not field=column; the fields are {_FIELD_LIST}."
            )
        if field in mapping:
            raise _wrong(
                Rule.DUPLICATE, f"the field {field} is mapped twice; give each one column."
            )
        mapping[field] = column.strip()
    return mapping


def recognise(
    header: Sequence[str], mapping: Mapping[str, str], required: Sequence[str] = REQUIRED
) -> Columns:
    """Tell which column is which field, by the mapping first, then by the columns' own names.

    Raises Invalid where a required field has no column, a column is not there, is there twice or
    is mapped twice, and where two columns look like one field by names of one rank.
    """
    names = [name if name.strip() else f"column {place}" for place, name in enumerate(header, 1)]
    _check(names)
    at = {
        part: _find(names, column)
        for field, columns in mapping.items()
        for part, column in _parts(field, columns, names)
    }
    for place, count in Counter(at.values()).items():
        if count > 1:
            fields = " and ".join(field for field in at if at[field] == place)
            raise _wrong(
                Rule.DUPLICATE, f"{names[place]!r} cannot be {fields} at once.{_listed(names)}"
            )
    taken = set(at.values())
    found = _by_name(names, taken, mapping)
    at |= {field: places[0] for field, places in found.items()}
    _part_lonely_regions(at, names, mapping)
    spare = {field: places[1:] for field, places in found.items() if field in DETAILS}
    _demand(at, names, required)
    ours = {place for place, name in enumerate(names) if name in (OUR_LINE, OUR_REASON)}
    known = {*at.values(), *ours}
    others = {place: name for place, name in enumerate(names) if place not in known}
    left = {name for name in others.values() if mapping.get(MEANINGS.get(plain(name), "")) == ""}
    mapped, left_out = frozenset(mapping), frozenset(left)
    return Columns(tuple(names), at, others, bool(ours), mapped, left_out, spare)


def _part_lonely_regions(at: dict[str, int], names: list[str], mapping: Mapping[str, str]) -> None:
    """Take a region for no state where nothing else of an address is there: it may be a market's."""
    for whose in ("", "ship_to_"):
        state = at.get(f"{whose}state")
        lonely = not any(f"{whose}{part}" in at for part in ("line_1", "city", "postal_code"))
        named = f"{whose}state" in mapping
        if state is not None and lonely and not named and "region" in plain(names[state]):
            del at[f"{whose}state"]


def _parts(field: str, columns: str, names: list[str]) -> Iterator[tuple[str, str]]:
    """Give the columns of a field, several of which may be added up: ``tax=item tax + shipping tax``."""
    several = field in MONEY and columns not in names and " + " in columns
    parts = columns.split(" + ") if several else [columns]
    if len(parts) > MOST_PARTS:
        raise _wrong(Rule.SIZE, f"{field} is the sum of more than {MOST_PARTS} columns.")
    for place, column in enumerate(parts, 1):
        if column:
            yield field if place == 1 else f"{field}+{place}", column.strip()


def _by_name(names: list[str], taken: set[int], mapping: Mapping[str, str]) -> dict[str, list[int]]:
    """Find the columns of fields that are not mapped, those by names of the lowest rank first.

    Two columns that can do without are no field's where two second names mean one.
    """
    found = dict[str, list[int]]()
    for place, name in enumerate(names):
        field = MEANINGS.get(plain(name), "")
        if field and place not in taken and field not in mapping:
            found.setdefault(field, []).append(place)
    ranks = [RANKS.get(plain(name), 0) for name in names]
    for field, places in list(found.items()):
        places.sort(key=ranks.__getitem__)
        one, other, *_ = *places, places[0]
        if one == other or ranks[one] < ranks[other]:
            continue
        if field in REQUIRED or not ranks[one]:
            raise _ambiguous(field, names[one], names[other], names)
        del found[field]
    bare = [one for one in found.get("sku", ())[1:] if names[one].strip().casefold() in BARE]
    if bare and "title" not in found and "title" not in mapping:
        found["title"] = bare[:1]
    return found


def found_in(
    names: Sequence[str], mapping: Mapping[str, str], required: Sequence[str] = REQUIRED
) -> int:
    """Count the required fields for which there is a column in what may be a header."""
    wanted = {plain(mapping[field]): field for field in required if mapping.get(field)}
    known = map(plain, names)
    fields = {wanted.get(name) or MEANINGS.get(name, "") for name in known}
    return len(fields & set(required))


def has_column(names: Sequence[str], wanted: str) -> bool:
    """Tell whether there is a column of a name; nothing is in every file."""
    return not wanted or any(plain(name) == plain(wanted) for name in names)


def _check(names: list[str]) -> None:
    if len(names) > MOST_COLUMNS:
        raise _wrong(
            Rule.SIZE, f"the file has {len(names)} columns; at most {MOST_COLUMNS} are read."
        )
    name, count = Counter(names).most_common(1)[0] if names else ("", 0)
    if count > 1:
        raise _wrong(
            Rule.DUPLICATE, f"the column {_short(name)} is there {count} times; rename all but one."
        )


def _find(names: list[str], wanted: str) -> int:
    if wanted in names:
        return names.index(wanted)
    alike = [place for place, name in enumerate(names) if plain(name) == plain(wanted)]
    if len(alike) != 1:
        how = "no" if not alike else "more than one"
        raise _wrong(Rule.UNKNOWN, f"there is {how} column {_short(wanted)}.{_listed(names)}")
    return alike[0]


def _demand(at: Mapping[str, int], names: list[str], required: Sequence[str]) -> None:
    missing = [field for field in required if field not in at]
    if missing:
        hint = ",".join(f"{field}=COLUMN" for field in missing)
        instead = ", or say with --sku what stands in for it" if missing == ["sku"] else ""
        raise _wrong(
            Rule.REQUIRED,
            f"no column is the {' or the '.join(missing)}; map it with {hint}{instead}."
            f"{_listed(names)}",
        )


def _ambiguous(field: str, one: str, other: str, names: list[str]) -> Invalid:
    return _wrong(
        Rule.DUPLICATE,
        f"both {_short(one)} and {_short(other)} look like the {field}; "
        f"map one with {field}=COLUMN.{_listed(names)}",
    )


def _listed(names: list[str]) -> str:
    some = ", ".join(map(_short, names[:MOST_LISTED]))
    more = f" and {len(names) - MOST_LISTED} more" if len(names) > MOST_LISTED else ""
    return f" The file has {some}{more}."


def _wrong(rule: Rule, reason: str) -> Invalid:
    return invalid("columns", rule, reason)


def _short(name: str) -> str:
    return repr(name if len(name) <= LONGEST_LISTED else name[: LONGEST_LISTED - 3] + "...")


_FIELD_LIST = ", ".join((*FIELDS, *DETAILS))
