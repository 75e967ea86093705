"""Detail columns: what an order's rows say in the columns of details, read row by row."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from msgspec import Struct

from orderglot.core.amounts import LARGEST
from orderglot.files.address_names import SHIP_TO
from orderglot.files.amounts import read_percent
from orderglot.files.cells import bare, is_rounded, unwrapped
from orderglot.files.detail_names import AMOUNTS, DAYS, DETAILS, RATES, TIMES
from orderglot.files.drafts import Lines
from orderglot.files.joined_headers import HeaderOf, Headers
from orderglot.files.lines import read_currency, read_money, rounded, short
from orderglot.files.memo import Memo
from orderglot.files.numbers import read_number
from orderglot.files.plan import Plan

MOST_COMPARED = 100
"""So many entries of one order are compared with each other."""

BETWEEN = re.compile(r"[,;|\n]")

NOTHING = frozenset(
    (
        *("-", "--", "n/a", "#n/a", "none", "null", "nan", "(null)", "\\n", "0000-00-00"),
        *("0000-00-00 00:00:00", "does not apply", "nicht zutreffend"),
    )
)
"""What databases, programs and market places write where there is nothing to say."""

_GTIN = re.compile("[0-9]{8}|[0-9]{12,14}", re.ASCII)

Reader = Callable[[str], Any]
"""Reads the text of a cell; raises ValueError with the reason where it is not what it should be."""


class DetailCells(Struct, frozen=True, kw_only=True):
    """What the rows of one order say in the columns of details: by field, row by row.

    A field of which no row says anything is not in it. ``names`` are those of the columns, ``raw``
    their texts as they stand there, and ``values`` what these mean.
    """

    rows: int
    names: dict[str, str]
    raw: dict[str, Sequence[str]]
    values: dict[str, list[Any]]

    def texts(self, field: str) -> list[str]:
        """Give the text of each row, "" where it says none."""
        return self.values.get(field) or [""] * self.rows

    def numbers(self, field: str) -> list[Decimal | None]:
        """Give the amount or the rate of each row."""
        return self.values.get(field) or [None] * self.rows

    def days(self, field: str) -> list[date | None]:
        """Give the day of each row."""
        return self.values.get(field) or [None] * self.rows

    def text(self, field: str) -> str:
        """Give the text that is the order's; several are divided by semicolons."""
        return "; ".join(distinct(self.texts(field)))

    def only(self, field: str) -> Any:
        """Give the one value of all rows, None for none; raises ValueError where two rows differ."""
        found = distinct(self.values.get(field, ()))
        if len(found) > 1:
            name, one, other = self.names[field], *found[:2]
            raise ValueError(f"its {name!r} is {one} on one row and {other} on another")
        return found[0] if found else None


def distinct(values: Iterable[Any]) -> list[Any]:
    """Give the different values in their order, without those that say nothing."""
    return [value for value in dict.fromkeys(values) if value not in (None, "")]


def listed(text: str) -> list[str]:
    """Give the different things that a cell lists, divided by commas, semicolons, bars or lines."""
    return distinct(one.strip() for one in BETWEEN.split(text))


def entries(cells: DetailCells, fields: Sequence[str]) -> dict[tuple[Any, ...], list[int]]:
    """Give the different entries that rows make of some fields, each with the places of its rows.

    A row that says a part of what another one says is of that, and where it may be of several, none.
    """
    columns = [cells.values.get(field) or [None] * cells.rows for field in fields]
    found = dict[tuple[Any, ...], list[int]]()
    for place, entry in enumerate(zip(*columns, strict=True)):
        if entry in found:
            found[entry].append(place)
        elif any(entry):
            found[entry] = [place]
    if 1 < len(found) <= MOST_COMPARED:
        whole = [one for one in found if not any(_is_part(one, other) for other in found)]
        for entry in set(found).difference(whole):
            places = found.pop(entry)
            wider = [other for other in whole if _is_part(entry, other)]
            if len(wider) == 1:
                found[wider[0]] = sorted(found[wider[0]] + places)
    return found


def _is_part(entry: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    """Tell whether an entry says less than another one, and nothing else."""
    return entry != other and all(
        not one or one == its for one, its in zip(entry, other, strict=True)
    )


class DetailReader:
    """Reads what the rows of orders say in the columns of details, by the plan of their import."""

    def __init__(
        self, plan: Plan, places: Sequence[tuple[str, int]], headers: Headers | None = None
    ) -> None:
        self._columns = plan.columns
        self._places = places
        self._headers = headers
        self._readers = {field: Memo[str, Any](_reader_of(field, plan)) for field in DETAILS}

    def read(self, lines: Lines, header: HeaderOf | None = None) -> DetailCells | None:
        """Read what an order's rows say, else its header; None where neither says anything.

        Raises ValueError that names the column, the line and the reason where that cannot be read.
        """
        cells = DetailCells(rows=len(lines.skus), names={}, raw={}, values={})
        for field, place in self._places:
            texts = lines.others[place]
            if any(map(str.strip, texts)):
                name = self._columns.name(field)
                _add(cells, field, name, texts, self._read(field, name, texts, lines.numbers))
        if header is not None and self._headers is not None:
            self._add_header(cells, header, self._headers)
        return cells if cells.names else None

    def _add_header(self, cells: DetailCells, header: HeaderOf, headers: Headers) -> None:
        """Add what a header says that no row does."""
        for field, text in header.fields.items():
            if field in DETAILS and field not in cells.names and text.strip():
                name, line = headers.columns[field], f"{header.line} of {headers.name}"
                values = self._read(field, name, [text], [line]) * cells.rows
                _add(cells, field, name, [text] * cells.rows, values)

    def _read(
        self, field: str, name: str, texts: Sequence[str], lines: Sequence[int | str]
    ) -> list[Any]:
        try:
            return self._readers[field].all(texts)
        except ValueError:
            for text, line in zip(texts, lines, strict=True):
                try:
                    self._readers[field][text]
                except ValueError as error:
                    raise ValueError(f"its {name!r} on line {line}: {error}") from None
            raise


def _add(cells: DetailCells, field: str, name: str, raw: Sequence[str], values: list[Any]) -> None:
    if distinct(values):
        cells.names[field], cells.raw[field], cells.values[field] = name, raw, values


def _reader_of(field: str, plan: Plan) -> Reader:
    """Give the function that reads a field; each gives None or "" for what says nothing."""
    read = _plain_reader_of(field, plan)
    if field in SHIP_TO:
        return read  # people are called Null, and a country NA
    return lambda text: read("" if text.strip().casefold() in NOTHING else text)


def _plain_reader_of(field: str, plan: Plan) -> Reader:
    if field in TIMES:
        return plan.read_time
    if field in DAYS:
        return lambda text: _read_day(text, plan)
    if field in RATES:
        return lambda text: read_percent(text, plan.marks)
    if field == "exchange_rate":
        return lambda text: _read_rate(text, plan)
    if field in AMOUNTS:
        return lambda text: _read_amount(text, plan)
    return _TEXTS.get(field, _read_text)


def _read_day(text: str, plan: Plan) -> date | None:
    moment = plan.read_time(text)
    return None if moment is None else moment.astimezone(plan.zone).date()


def _read_amount(text: str, plan: Plan) -> Decimal | None:
    found = read_money("amount", text, plan.marks)
    return None if found is None else found.amount


def _read_rate(text: str, plan: Plan) -> Decimal | None:
    if not text.strip():
        return None
    try:
        rate = read_number(unwrapped(text), plan.marks).amount
        if rate <= 0:
            raise ValueError("is not above 0")
        if rate >= LARGEST:
            raise ValueError("is out of range")
    except ValueError as error:
        raise ValueError(f"the rate {text[:40]!r} {error}") from None
    return rate


def _read_text(text: str) -> str:
    return unwrapped(text).strip()


def _read_code(text: str) -> str:
    return read_currency(text) if text.strip() else ""


def _read_gtin(text: str) -> str:
    digits = bare(text)
    if is_rounded(digits):
        raise ValueError(rounded("GTIN", digits))
    if digits and not _GTIN.fullmatch(digits):
        raise ValueError(f"the GTIN {short(digits)} is not of 8, 12, 13 or 14 digits")
    return digits


_TEXTS: dict[str, Reader] = {"second_currency": _read_code, "gtin": _read_gtin}
"""Texts that are not just any."""
