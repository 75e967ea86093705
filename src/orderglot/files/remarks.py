"""Remarks: what an import says beside its counts, so that nothing of a file is changed in silence."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from orderglot.core.counting import counted
from orderglot.files.lines import short
from orderglot.files.sources import FILE

MOST = 5
"""So many of one sort are named."""

MOST_ASIDE = 100
MOST_WORDS = 1_000
OTHERS = "…"
"""Words beyond so many are counted together."""

MATTERS = re.compile(
    r"tax|vat|mwst|discount|rabatt|coupon|voucher|shipping|versandkosten|freight|postage|handling"
    r"|refund|erstattung|total|gesamt|summe|amount|fee|\btip|duty|status|cancel|storn",
    re.IGNORECASE,
)
"""Names of columns that say what an order comes to, or what became of it."""


class Aside(Struct, frozen=True):
    """What was put aside: an order, one of its rows, or a row of no order; and why."""

    order: str
    po_number: str
    line: int
    reason: str


class Named:
    """Rows that are named by line and text: the first of them, and how many more there were."""

    def __init__(self) -> None:
        self.first = list[tuple[int, str]]()
        self.more = 0

    def note(self, line: int, text: str) -> None:
        """Note one more."""
        if len(self.first) < MOST:
            self.first.append((line, text))
        else:
            self.more += 1


class Remarks:
    """What there is to say of one import, gathered on the way."""

    def __init__(self) -> None:
        self.facts = list[str]()
        """How the file was read, in sentences."""
        self.passed = 0
        """How many rows are no order's: blank ones, those of a footer, lines that came again."""
        self.footers = Named()
        self.totals = Named()
        self.aside = list[Aside]()
        self.orders_aside = 0
        self.cut = 0
        """How many orders are taken without some of their rows."""
        self.trimmed = Counter[str]()
        self.filled = self.without_sku = self.repeated = self.differing = self.reckoned = 0
        self.differs = list[str]()
        self.stand_in = ""
        """The column that stands in for a SKU."""
        self.words = Counter[str]()
        self.excused = frozenset[str]()
        """Those that a person has left out."""
        self._texts = dict[str, bool]()
        """The columns for which there is no field, and whether what they say matters."""
        self.details_alone = dict[str, None]()
        """The columns of details that say nothing by themselves in some orders."""
        self.orders_alone = 0
        """How many orders of a file of headers had no lines."""
        self.alone = list[str]()

    @property
    def left_out(self) -> bool:
        """Tell whether something of what the file says of its orders was not taken as it says it."""
        return bool(self.words or self.orders_alone or self._columns(matter=True))

    def note_words(self, words: Iterable[str]) -> None:
        """Note words of an order's state that are not known."""
        for word in words:
            known = word in self.words or len(self.words) < MOST_WORDS
            self.words[word if known else OTHERS] += 1

    def note_aside(self, one: Aside) -> None:
        """Note an order that was put aside, or a row of it."""
        if len(self.aside) < MOST_ASIDE:
            self.aside.append(one)

    def note_difference(self, number: str) -> None:
        """Note that an order says another total than its parts come to."""
        self.differing += 1
        if len(self.differs) <= MOST:
            self.differs.append(number)

    def note_alone(self, number: str) -> None:
        """Note that an order of the file of headers has no lines."""
        self.orders_alone += 1
        if len(self.alone) <= MOST:
            self.alone.append(number)

    def sentences(self) -> tuple[str, ...]:
        """Say all of it."""
        return tuple(self._sentences())

    def _sentences(self) -> Iterator[str]:
        yield from self.facts
        for what, rows in self.trimmed.items():
            yield f"{counted(rows, 'row')} had blanks or signs of a spreadsheet round the {what}."
        if self.filled:
            yield f"{counted(self.filled, 'row')} without an order number went to the order above."
        if self.without_sku:
            lines = counted(self.without_sku, "line")
            yield f"{lines} had no SKU; {short(self.stand_in)} stands in for it."
        if self.repeated:
            yield f"{counted(self.repeated, 'line')} came twice under one line id, and counts once."
        yield from self._sums()
        yield from self._rows()
        yield from self._left()

    def _sums(self) -> Iterator[str]:
        if self.reckoned:
            lines = counted(self.reckoned, "line")
            yield f"The amount of {lines} is not quantity times price; the amount is taken."
        if self.differing:
            orders = counted(self.differing, "order")
            such = _some(self.differs[:MOST])
            yield f"The total of {orders} is not that of the parts ({such}); the total is taken."

    def _rows(self) -> Iterator[str]:
        for line, text in self.totals.first:
            yield f"Line {line} is a row of totals, {short(text)}: put aside."
        if self.totals.more:
            yield f"So are {self.totals.more:,} more."
        for line, text in self.footers.first:
            yield f"Line {line} is no order's: {short(text)}."
        if self.footers.more:
            yield f"Nor are {self.footers.more:,} more."

    def _left(self) -> Iterator[str]:
        if self.words:
            text = ", ".join(
                f"{short(word)} ({counted(count, 'order')})"
                for word, count in self.words.most_common(MOST)
            )
            yield f"These words of a state are not known, and were left out: {text}."
        if self.orders_alone:
            orders = counted(self.orders_alone, "order")
            yield f"{orders} of the headers without lines left out, such as {_some(self.alone[:MOST])}."
        if matter := self._columns(matter=True):
            yield f"Left out of the orders, and kept as text alone: {_some(matter, len(matter))}."
        if self.details_alone:
            some = _some([*self.details_alone], 30)
            yield f"What says nothing by itself is kept as text, in some orders: {some}."
        if others := self._columns(matter=False):
            yield f"These columns have no field, and are kept as text: {_some(others, 30)}."

    def note_texts(self, extras: Mapping[str, Any]) -> None:
        """Note which columns are kept as text; zeros alone say nothing that matters."""
        for name, text in extras.items():
            if self._texts.get(name):
                continue
            texts = (text,) if isinstance(text, str) else text
            matters = MATTERS.search(name) is not None and name not in self.excused
            self._texts[name] = matters and any(text.strip(" 0.,") for text in texts)

    def _columns(self, *, matter: bool) -> list[str]:
        return [
            name.removeprefix(f"{FILE}.") for name, does in self._texts.items() if does is matter
        ]


def _some(names: Sequence[str], most: int = MOST) -> str:
    shown = ", ".join(map(short, names[:most]))
    return f"{shown} and {len(names) - most:,} more" if len(names) > most else shown
