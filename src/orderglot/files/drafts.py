"""Drafts: orders whose lines are still coming in, and the orders that they make in the end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import chain, count
from operator import itemgetter
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.order import Identity, Line, Order, Reference, Totals
from orderglot.core.values import Kind, Status
from orderglot.files.header import FILE, Head, Texts
from orderglot.files.lines import ADJUSTED, RETURNED_FREE, SOLD, ZERO, Worth

T = TypeVar("T")


BETWEEN = "\0"
"""What stands between rows that are held as one text, as no row that was read has it in it."""


class Lines(Struct, gc=False):
    """Lines of one order and one time, column by column.

    Where they stand in the file, as what they stand there, in one text as that takes least memory,
    and what each says; ``others`` are the columns that are no field.
    """

    time: datetime | None
    numbers: Sequence[int]
    text: str
    skus: Sequence[str]
    titles: Sequence[str]
    worths: Sequence[Worth]
    others: Sequence[Sequence[str]]


class Draft(Struct, kw_only=True):
    """An order whose lines are still coming in; ``head`` is what it says beside them."""

    number: str
    head: Texts
    seen: int = 0
    """Which row of the file its last one was."""
    count: int = 0
    created: datetime | None = None
    modified: datetime | None = None
    """The time of its last line: whatever the book made of the order since is newer."""
    lines: list[Lines] = []

    def add(self, lines: Lines) -> None:
        """Add lines that come behind those that are there."""
        self.lines.append(lines)
        self.count += len(lines.skus)
        if lines.time is not None:
            self.created = self.created or lines.time
            self.modified = max(self.modified or lines.time, lines.time)

    def all_lines(self) -> Lines:
        """Give its lines, of whichever time, in the order in which they were added."""
        if len(self.lines) == 1:
            return self.lines[0]
        runs = self.lines
        return Lines(
            self.created,
            _end_to_end([run.numbers for run in runs]),
            BETWEEN.join([run.text for run in runs]),
            _end_to_end([run.skus for run in runs]),
            _end_to_end([run.titles for run in runs]),
            _end_to_end([run.worths for run in runs]),
            [_end_to_end(columns) for columns in zip(*[run.others for run in runs], strict=True)],
        )


def made(draft: Draft, lines: Lines, head: Head, currency: str, others: Sequence[str]) -> Order:
    """Make the order of a draft and its lines; ``others`` names the columns that are no field."""
    return Order(
        number=draft.number,
        references=(Reference(FILE, draft.number),),
        kind=_kind(lines.worths, head.customer),
        status=Status.COMPLETED,
        customer=head.customer,
        po_number=head.po_number,
        notes=head.notes,
        created=draft.created,
        modified=draft.modified,
        currency=head.currency or currency,
        bill_to=head.bill_to,
        lines=_timed(draft, _made(lines)),
        totals=_totals(lines.worths),
        extras=_extras(others, lines.others) if others else {},
    )


def _end_to_end(parts: Iterable[Sequence[T]]) -> list[T]:
    return list(chain.from_iterable(parts))


def _made(lines: Lines) -> list[Line]:
    columns = zip(count(1), lines.skus, lines.titles, lines.worths, strict=False)
    return [
        Line(number=number, sku=sku, title=title, quantity=quantity, unit_price=price, total=total)
        for number, sku, title, (quantity, price, total, _) in columns
    ]


def _timed(draft: Draft, lines: list[Line]) -> tuple[Line, ...]:
    """Give lines their times where those are not the order's."""
    begin = 0
    for run in draft.lines:
        end = begin + len(run.skus)
        if run.time != draft.created:
            lines[begin:end] = [replace(line, created=run.time) for line in lines[begin:end]]
        begin = end
    return tuple(lines)


def _kind(worths: Sequence[Worth], customer: Identity | None) -> Kind:
    """Tell by its lines what an order is; what its number looks like says nothing.

    A negative price makes it an adjustment. Where every quantity is negative, it is a return; but
    one of goods all free that nobody gives back corrects the stock, an adjustment, too.
    """
    become = set(map(_BECOME, worths))
    if ADJUSTED in become:
        return Kind.ADJUSTMENT
    if SOLD in become:
        return Kind.SALE
    free = become == {RETURNED_FREE}
    return Kind.ADJUSTMENT if free and customer is None else Kind.RETURN


def _totals(worths: Sequence[Worth]) -> Totals:
    """Add the lines up; where one has no price, and comes to None, the sum is not known."""
    try:
        due = sum(map(_TOTAL, worths), ZERO)
    except TypeError:
        return Totals()
    return Totals(subtotal=due, total=due)


_TOTAL, _BECOME = itemgetter(2), itemgetter(3)


def _extras(names: Sequence[str], columns: Sequence[Sequence[str]]) -> dict[str, Any]:
    """Keep the columns of no field: a text that all lines share, else each line's in a list."""
    extras: dict[str, Any] = {}
    for name, texts in zip(names, columns, strict=True):
        if any(texts):
            extras[f"{FILE}.{name}"] = texts[0] if len(set(texts)) == 1 else list(texts)
    return extras
