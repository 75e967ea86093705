"""The sample: the first rows of a file, read ahead so that they show how all are to be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import chain

from msgspec.structs import replace

from orderglot.files.cells import bare
from orderglot.files.columns import Columns
from orderglot.files.encodings import not_utf_8
from orderglot.files.layouts.reshaping import Reshaped
from orderglot.files.layouts.shop_layout import NO_SHOP
from orderglot.files.lines import read_money
from orderglot.files.numbers import Marks
from orderglot.files.rows import Reject, Rows, Stride

AHEAD = 10_000
"""So many rows are read before any is taken."""


class Sample:
    """The first rows of a file, and the others behind them."""

    def __init__(
        self,
        rows: Rows,
        columns: Columns,
        shop: Reshaped | None = None,
        by_hand: Iterable[str] = (),
    ) -> None:
        self.by_hand = frozenset(by_hand)
        """The fields whose columns a person has named."""
        self.rows = rows
        self.columns = columns
        self.shop = shop.layout if shop else NO_SHOP
        self._rest: Iterator[Stride | Reject] = shop.rows(rows) if shop else iter(rows)
        self._ahead = list[Stride | Reject]()
        while rows.count < AHEAD and (one := next(self._rest, None)) is not None:
            self._ahead.append(one)
        self._refuse_unknown_bytes()
        self._strides = [one for one in self._ahead if isinstance(one, Stride)]
        self._numbers = list[str]()
        self._take_spare()

    def _take_spare(self) -> None:
        """Take another column for a detail whose own is blank in all of these rows."""
        columns = self.columns
        at, others = dict(columns.at), dict(columns.others)
        for field, spare in columns.spare.items():
            if spare and self._is_blank(at[field]):
                place = next((one for one in spare if not self._is_blank(one)), at[field])
                others[at[field]] = columns.names[at[field]]
                at[field] = place
                others.pop(place, None)
        if at != columns.at:
            self.columns = replace(columns, at=at, others=dict(sorted(others.items())))

    def _is_blank(self, place: int) -> bool:
        return not any(map(str.strip, chain(*(one.columns[place] for one in self._strides))))

    def all(self) -> Iterable[Stride | Reject]:
        """Give all rows of the file, those of the sample first."""
        return chain(self._ahead, self._rest)

    def _refuse_unknown_bytes(self) -> None:
        """Raise Invalid where the file is not what it was taken for, unless its encoding was declared."""
        if self.rows.text.encoding.declared:
            return
        for one in self._ahead:
            if isinstance(one, Reject) and any("\ud800" <= sign <= "\udfff" for sign in one.row):
                raise not_utf_8(one.line, one.row)

    def column(self, field: str) -> list[str]:
        """Give what stands in a field's column, row by row; nothing without such a column."""
        place = self.columns.at.get(field)
        if place is None:
            return []
        return self.at(place)

    def at(self, place: int) -> list[str]:
        """Give what stands in the column at a place, row by row."""
        return list(chain.from_iterable(stride.columns[place] for stride in self._strides))

    def texts(self, *fields: str) -> Iterator[str]:
        """Give the different texts that stand in some fields' columns."""
        for field in fields:
            yield from dict.fromkeys(self.column(field))

    def line_of(self, field: str, text: str) -> int:
        """Give the line on which a text stands in a field's column first, 0 where it does not."""
        place = self.columns.at.get(field)
        if place is None:
            return 0
        for stride in self._strides:
            if text in (column := stride.columns[place]):
                return stride.numbers[column.index(text)]
        return 0

    def numbers(self) -> list[str]:
        """Give the order number of each row, that above it where it has none."""
        if not self._numbers:
            above = ""
            for text in self.column("order"):
                above = bare(text) or above
                self._numbers.append(above)
        return self._numbers

    def amounts(self, field: str, marks: Marks) -> list[Decimal | None]:
        """Give the amounts of a column, row by row; what is none as None."""
        return _amounts(field, self.column(field), marks)

    def amounts_at(self, place: int, marks: Marks) -> list[Decimal | None]:
        """Give the amounts of the column at a place, row by row; what is none as None."""
        return _amounts("amount", self.at(place), marks)

    def by_order(self, values: list[Decimal | None]) -> list[list[Decimal | None]]:
        """Put the values of rows together by their orders."""
        orders = dict[str, list[Decimal | None]]()
        for number, value in zip(self.numbers(), values, strict=True):
            orders.setdefault(number, []).append(value)
        return list(orders.values())


def _amounts(field: str, texts: list[str], marks: Marks) -> list[Decimal | None]:
    read = {text: _amount(field, text, marks) for text in set(texts)}
    return [read[text] for text in texts]


def _amount(field: str, text: str, marks: Marks) -> Decimal | None:
    try:
        found = read_money(field, text.strip().removesuffix("%"), marks)
    except ValueError:
        return None
    return None if found is None else found.amount
