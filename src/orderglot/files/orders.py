"""Orders: lines gathered by their order's number, though lines of others stand between them.

A row that cannot be taken has its whole order put aside, or, with ``partial``, itself alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from itertools import groupby
from typing import Any

from orderglot.files.building import Gathered, OrderBuilder
from orderglot.files.cells import bare, is_total, unwrapped
from orderglot.files.drafts import BETWEEN, Lines
from orderglot.files.header import Texts
from orderglot.files.joined_headers import Headers
from orderglot.files.layout import Column, Layout
from orderglot.files.lines import Sign, Worth, read_sku
from orderglot.files.memo import Memo
from orderglot.files.open_orders import MOST_LINES, OpenOrders
from orderglot.files.order_numbers import OrderNumbers
from orderglot.files.plan import Plan
from orderglot.files.rejected_orders import RejectedOrders
from orderglot.files.remarks import Remarks
from orderglot.files.rows import Reject, Stride
from orderglot.files.stray_rows import StrayRows

SWEEP = 500
NO_SKU = "it has no SKU, and nothing that stands in for one; say what does with --sku COLUMN"


def gather(
    rows: Iterable[Stride | Reject],
    plan: Plan,
    reject: Callable[[Reject], None],
    remarks: Remarks,
    headers: Headers | None = None,
) -> Iterator[list[Gathered]]:
    """Yield the orders that are complete, every 500 rows, in the order of their first rows.

    Rows that are not taken go to ``reject``: all rows of an order one of whose rows cannot be read,
    or that one alone where the plan has it so. Raises Invalid where a row comes after its order was
    complete.
    """
    layout = Layout(plan.columns)
    builder = OrderBuilder(plan, layout, headers, remarks)
    aside = RejectedOrders(plan, layout.fields, reject, remarks)
    with closing(OrderNumbers()) as numbers, closing(aside) as rejected:
        open_orders = OpenOrders(plan, layout, builder, numbers, rejected)
        grouping = _Grouping(plan, layout, open_orders, rejected, remarks)
        swept = 0
        for one in rows:
            grouping.take(one) if isinstance(one, Stride) else grouping.refuse(one)
            if open_orders.count // SWEEP > swept:
                swept = open_orders.count // SWEEP
                yield open_orders.due()
        yield open_orders.rest()


class _Grouping:
    """The rows of one file on their way to their orders."""

    def __init__(
        self,
        plan: Plan,
        layout: Layout,
        open_orders: OpenOrders,
        rejected: RejectedOrders,
        remarks: Remarks,
    ) -> None:
        self._plan = plan
        self._layout = layout
        self._open = open_orders
        self._rejected = rejected
        self._remarks = remarks
        self._stray = StrayRows(plan, remarks)
        self._worths = Memo[tuple[str, ...], Worth](plan.read_worth)
        self._signs = Memo[tuple[str, ...], Sign | None](plan.signs.read)
        self._skus = Memo[str, str](read_sku)
        self._titles = Memo[str, str](unwrapped)

    def take(self, stride: Stride) -> None:
        """Put rows to their orders; reject those that cannot be."""
        columns = [*stride.columns, ("",) * len(stride.texts)]
        number, sku, title, time = self._layout.of_lines(columns)
        priced = self._layout.of_worths(columns)
        try:
            worths = self._worths.all(zip(*priced, strict=True))
            skus = self._skus.all(sku)
            if "" in skus:
                skus = self._stood_in(columns, skus)
        except ValueError as refusal:
            self._take_apart(stride, str(refusal))
            return
        signs = self._signs.all(zip(*priced, strict=True)) if self._plan.signs.seen else None
        titles = self._titles.all(title)
        beside = self._layout.beside(columns)
        lines = [stride.numbers, stride.texts, skus, titles, worths, *beside]
        heads = self._layout.heads(columns)
        begin = 0
        for (order, when, *head), alike in groupby(zip(number, time, *heads, strict=True)):
            end = begin + len(list(alike))
            run = [column[begin:end] for column in lines]
            self._add(order, when, tuple(head), run, signs[begin:end] if signs else ())
            begin = end

    def _stood_in(self, columns: Sequence[Column], skus: list[str]) -> list[str]:
        """Put in for SKUs that are not there; raises ValueError where nothing can be."""
        place = self._plan.stand_in
        others = skus if place is None else [text.strip() for text in columns[place]]
        stood = [sku or read_sku(other) for sku, other in zip(skus, others, strict=True)]
        if "" in stood:
            raise ValueError(NO_SKU)
        self._remarks.without_sku += skus.count("")
        return stood

    def _take_apart(self, stride: Stride, refusal: str) -> None:
        """Halve a stride with a row that says no line, until that one stands alone."""
        numbers, texts, columns = stride.numbers, stride.texts, stride.columns
        if len(texts) == 1:
            cells = [column[0] for column in columns]
            self._refuse(Reject(numbers[0], refusal, texts[0]), cells)
            return
        half = len(texts) // 2
        self.take(Stride(numbers[:half], texts[:half], [column[:half] for column in columns]))
        self.take(Stride(numbers[half:], texts[half:], [column[half:] for column in columns]))

    def refuse(self, reject: Reject) -> None:
        """Put a row aside that does not fit the file, with its order where that is known."""
        self._refuse(reject, self._stray.cells(reject.row))

    def _refuse(self, reject: Reject, cells: Sequence[str]) -> None:
        self._open.count += 1
        known = bare(self._stray.cell(cells, "order")) in self._open
        if not known and self._stray.passes(reject.line, cells):
            return
        if self._stray.is_total(reject.line, cells):
            self._rejected.total(reject)
            return
        number = self._stray.cell(cells, "order")
        self._open.refuse(reject, number, self._stray.cell(cells, "po_number"))

    def _add(
        self,
        number: str,
        time: str,
        head: Texts,
        lines: list[Sequence[Any]],
        signs: Sequence[Sign | None],
    ) -> None:
        """Put lines of one time and one head to their order, or reject them."""
        numbers, texts, skus, titles, worths, *others = lines
        if len(texts) > 1 and not number.strip() and any(map(is_total, skus)):
            for place in range(len(texts)):
                row = [column[place : place + 1] for column in lines]
                self._add(number, time, head, row, signs[place : place + 1])
            return
        try:
            moment = self._plan.read_time(time)
            draft = self._open.draft(number, head, skus)
        except ValueError as refusal:
            self._refuse_all(numbers, texts, str(refusal))
            return
        room = MOST_LINES - draft.count
        if len(texts) > room:
            self._add(number, time, head, [column[:room] for column in lines], signs[:room])
            self._add(number, time, head, [column[room:] for column in lines], signs[room:])
            return
        taken = Lines(moment, numbers, BETWEEN.join(texts), skus, titles, worths, others)
        self._open.add(draft, taken, len(texts))
        if signs:
            draft.signs |= set(filter(None, signs))
        if number != draft.number:
            self._note_name(number, len(texts))

    def _note_name(self, number: str, rows: int) -> None:
        if bare(number):
            self._remarks.trimmed["order number"] += rows
        else:
            self._remarks.filled += rows

    def _refuse_all(self, numbers: Iterable[int], texts: Iterable[str], reason: str) -> None:
        for line, text in zip(numbers, texts, strict=True):
            self._refuse(Reject(line, reason, text), self._stray.cells(text))
