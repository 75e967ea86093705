"""Drafts: orders whose lines are still coming in, and the orders that they make in the end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import chain, count
from operator import itemgetter
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.order import (
    Amounts,
    Discount,
    Identity,
    Invoice,
    Line,
    Order,
    Reference,
    Totals,
)
from orderglot.core.values import InvoiceStatus, Kind
from orderglot.files.amounts import refund_status
from orderglot.files.cells import bare, unwrapped
from orderglot.files.header import Head, Texts
from orderglot.files.lines import ADJUSTED, RETURNED_FREE, SOLD, ZERO, Sign, Worth
from orderglot.files.rows import Reject
from orderglot.files.sources import FILE

T = TypeVar("T")


NO_DISCOUNT = Discount()

BETWEEN = "\0"
"""What stands between rows that are held as one text, as no row that was read has it in it."""


class Lines(Struct, gc=False):
    """Lines of one order and one time, column by column.

    Where they stand in the file, as what they stand there, in one text as that takes least memory,
    and what each says; ``others`` are the columns that are no field, money, and ids of lines.
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
    refused: tuple[Reject, ...] = ()
    """Its rows that were not taken, where the others are nevertheless."""
    po_number: str = ""
    """What a row says that was not taken, for the report."""
    aside: str = ""
    """Why none of its rows is taken."""
    signs: frozenset[Sign] = frozenset()
    """What its money stands with, and the currencies that this can mean."""

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

    def rows(self) -> list[tuple[int, str]]:
        """Give the rows that were taken so far, each with the number of its line."""
        return [
            row
            for run in self.lines
            for row in zip(run.numbers, run.text.split(BETWEEN), strict=True)
        ]


def made(
    draft: Draft,
    lines: Lines,
    head: Head,
    currency: str,
    reference: Reference,
    totals: Totals,
) -> Order:
    """Make the order of a draft and its lines, which come to those totals."""
    return Order(
        number=draft.number,
        references=(reference,),
        kind=_kind(lines.worths, head.customer),
        status=head.status,
        customer=head.customer,
        po_number=head.po_number,
        notes=head.notes,
        created=draft.created,
        modified=draft.modified,
        currency=currency,
        bill_to=head.bill_to,
        discount=Discount(amount=totals.discount) if totals.discount else NO_DISCOUNT,
        lines=_timed(draft, _made(lines)),
        totals=totals,
    )


def _end_to_end(parts: Iterable[Sequence[T]]) -> list[T]:
    return list(chain.from_iterable(parts))


def _made(lines: Lines) -> list[Line]:
    columns = zip(count(1), lines.skus, lines.titles, lines.worths, strict=False)
    return [
        Line(number=number, sku=sku, title=title, quantity=quantity, unit_price=price, total=total)
        for number, sku, title, (quantity, price, total, _) in columns
    ]


def with_ids(order: Order, ids: Sequence[str]) -> Order:
    """Give the lines of an order the ids that their file has for them."""
    lines = zip(order.lines, ids, strict=True)
    return replace(order, lines=tuple([replace(line, id=id) if id else line for line, id in lines]))


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


def with_invoice(
    order: Order,
    status: InvoiceStatus | None,
    refunded: Decimal | None,
    paid: Decimal | None = None,
) -> Order:
    """Give an order its invoice, as far as the file speaks of one."""
    state = status or refund_status(refunded, order.totals.total)
    bill = Invoice(status=state, refunded=Amounts(total=refunded), paid=Amounts(total=paid))
    return replace(order, invoice=bill)


def goods(worths: Sequence[Worth]) -> Decimal | None:
    """Add lines up; where one has no price, and comes to None, the sum is not known."""
    try:
        return sum(map(_TOTAL, worths), ZERO)
    except TypeError:
        return None


_TOTAL, _BECOME = itemgetter(2), itemgetter(3)


def extras_of(names: Sequence[str], columns: Sequence[Sequence[str]]) -> dict[str, Any]:
    """Keep the columns of no field: a text that all lines share, else each line's in a list."""
    extras: dict[str, Any] = {}
    for name, texts in zip(names, columns, strict=True):
        values = {text: unwrapped(text) for text in set(texts)}
        if any(values):
            first, *more = values.values()
            extras[f"{FILE}.{name}"] = [values[text] for text in texts] if more else first
    return extras


def unrepeated(draft: Draft, place: int) -> int:
    """Take out lines that come again, alike to the letter under the id at that place of ``others``.

    Gives how many they are; raises ValueError where one id stands for two lines that differ.
    """
    seen = dict[str, tuple[int, str]]()
    left = 0
    for run in draft.lines:
        kept = list[int]()
        rows = zip(run.others[place], run.numbers, run.text.split(BETWEEN), strict=True)
        for at, (id, number, text) in enumerate(rows):
            first, same = seen.setdefault(bare(id), (number, text)) if bare(id) else (number, text)
            if first == number:
                kept.append(at)
            elif same.strip() != text.strip():
                raise ValueError(
                    f"its line id {bare(id)!r} stands on line {first} and on line {number} of the "
                    "file, and they differ"
                )
        left += len(run.numbers) - len(kept)
        _keep_of(run, kept)
    draft.lines = [run for run in draft.lines if run.numbers]
    return left


def _keep_of(run: Lines, places: list[int]) -> None:
    if len(places) == len(run.numbers):
        return
    texts = run.text.split(BETWEEN)
    run.numbers = [run.numbers[place] for place in places]
    run.text = BETWEEN.join([texts[place] for place in places])
    run.skus = [run.skus[place] for place in places]
    run.titles = [run.titles[place] for place in places]
    run.worths = [run.worths[place] for place in places]
    run.others = [[column[place] for place in places] for column in run.others]
