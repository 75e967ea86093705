"""Orders: lines gathered by their order's number, though lines of others stand between them.

A row that cannot be taken has its whole order put aside, or, where that is wished, itself alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from itertools import groupby, takewhile
from operator import attrgetter
from typing import Any

from orderglot.core.errors import Invalid, Rule, invalid
from orderglot.files.asides import Asides
from orderglot.files.cells import bare, is_plain, is_total, unwrapped
from orderglot.files.drafts import BETWEEN, Draft, Lines
from orderglot.files.header import NAMES, Texts
from orderglot.files.joined import Headers
from orderglot.files.layout import Column, Layout
from orderglot.files.lines import Sign, Worth, read_name, read_number_of, read_sku
from orderglot.files.making import Gathered, Making
from orderglot.files.memo import Memo
from orderglot.files.order_numbers import OrderNumbers
from orderglot.files.plan import Plan
from orderglot.files.remarks import Remarks
from orderglot.files.rows import Reject, Stride
from orderglot.files.unordered import Unordered

WINDOW = 5_000
"""An order is complete when so many rows have passed since its last one."""

MOST_HELD = 50_000
"""So many lines are held at once; beyond, the orders not seen for longest are complete."""

MOST_LINES = 10_000

SWEEP = 500
NO_SKU = "it has no SKU, and nothing that stands in for one; say what does with --sku COLUMN"
TOTALS = "it is a row of totals"


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
    making = Making(plan, layout, headers, remarks)
    aside = Asides(plan, layout.fields, reject, remarks)
    with closing(OrderNumbers()) as numbers, closing(aside) as asides:
        grouping = _Grouping(plan, layout, making, numbers, asides, remarks)
        swept = 0
        for one in rows:
            grouping.take(one) if isinstance(one, Stride) else grouping.refuse(one)
            if grouping.count // SWEEP > swept:
                swept = grouping.count // SWEEP
                yield grouping.due()
        yield grouping.rest()


class _Grouping:
    """The orders of one file whose lines are coming in."""

    def __init__(
        self,
        plan: Plan,
        layout: Layout,
        making: Making,
        numbers: OrderNumbers,
        asides: Asides,
        remarks: Remarks,
    ) -> None:
        self.count = 0
        self._plan = plan
        self._layout = layout
        self._making = making
        self._numbers = numbers
        self._asides = asides
        self._remarks = remarks
        self._unordered = Unordered(plan.columns, plan.delimiter, remarks)
        self._worths = Memo[tuple[str, ...], Worth](plan.read_worth)
        self._signs = Memo[tuple[str, ...], Sign | None](plan.signs.read)
        self._skus = Memo[str, str](read_sku)
        self._titles = Memo[str, str](unwrapped)
        self._open: dict[str, Draft] = {}
        self._held = 0
        self._above = ""
        """The number of the order that the last row was of, "" where that is not known."""

    def take(self, stride: Stride) -> None:
        """Put rows to their orders; reject those that cannot be."""
        said = [*stride.columns, ("",) * len(stride.texts)]
        number, sku, title, time = self._layout.of_lines(said)
        priced = self._layout.of_worths(said)
        try:
            worths = self._worths.all(zip(*priced, strict=True))
            skus = self._skus.all(sku)
            if "" in skus:
                skus = self._stood_in(said, skus)
        except ValueError as refusal:
            self._take_apart(stride, str(refusal))
            return
        signs = self._signs.all(zip(*priced, strict=True)) if self._plan.signs.seen else None
        titles = self._titles.all(title)
        beside = self._layout.beside(said)
        lines = [stride.numbers, stride.texts, skus, titles, worths, *beside]
        heads = self._layout.heads(said)
        begin = 0
        for (order, when, *head), alike in groupby(zip(number, time, *heads, strict=True)):
            end = begin + len(list(alike))
            run = [column[begin:end] for column in lines]
            self._add(order, when, tuple(head), run, signs[begin:end] if signs else ())
            begin = end

    def _stood_in(self, said: Sequence[Column], skus: list[str]) -> list[str]:
        """Put in for SKUs that are not there; raises ValueError where nothing can be."""
        place = self._plan.stand_in
        others = skus if place is None else [text.strip() for text in said[place]]
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
        """Put a row aside that does not fit the file, with its order where that can be told."""
        self._refuse(reject, self._unordered.cells(reject.row))

    def _refuse(self, reject: Reject, cells: Sequence[str]) -> None:
        self.count += 1
        known = bare(self._unordered.cell(cells, "order")) in self._open
        if not known and self._unordered.passes(reject.line, cells):
            return
        if self._unordered.is_total(reject.line, cells):
            self._asides.total(reject)
            return
        self._refuse_row(
            reject, self._unordered.cell(cells, "order"), self._unordered.cell(cells, "po_number")
        )

    def _refuse_row(self, reject: Reject, number: str, po_number: str) -> None:
        """Put a row aside, with its order unless it is taken without it."""
        try:
            blank = ("",) * len(self._layout.fields)
            draft = self._open.get(number) or self._other(number, blank)
        except ValueError:
            self._above = ""
            self._asides.alone(reject, number, po_number)
            return
        draft.seen = self.count
        self._held -= draft.count
        self._asides.refuse(draft, reject, bare(po_number), MOST_LINES)
        self._held += draft.count

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
            draft = self._draft(number, head, skus)
        except ValueError as refusal:
            self._refuse_all(numbers, texts, str(refusal))
            return
        room = MOST_LINES - draft.count
        if len(texts) > room:
            self._add(number, time, head, [column[:room] for column in lines], signs[:room])
            self._add(number, time, head, [column[room:] for column in lines], signs[room:])
            return
        self.count += len(texts)
        self._held += len(texts)
        draft.seen = self.count
        draft.add(Lines(moment, numbers, BETWEEN.join(texts), skus, titles, worths, others))
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
            self._refuse(Reject(line, reason, text), self._unordered.cells(text))

    def due(self) -> list[Gathered]:
        """Give the orders that are complete, first seen first."""
        oldest = self.count - WINDOW
        complete = list(takewhile(lambda draft: draft.seen <= oldest, self._open.values()))
        excess = self._held - MOST_HELD - sum(draft.count for draft in complete)
        if excess > 0:
            complete += self._unseen(excess, set(map(id, complete)))
        return self._closed(complete)

    def rest(self) -> list[Gathered]:
        """Give all orders that are left, first seen first."""
        return self._closed(list(self._open.values()))

    def _draft(self, number: str, head: Texts, skus: Sequence[str]) -> Draft:
        draft = self._open.get(number) or self._other(number, head, skus)
        self._above = draft.number
        if draft.aside:
            raise ValueError(draft.aside)
        if draft.count >= MOST_LINES:
            raise ValueError(f"its order {draft.number!r} has more than {MOST_LINES} lines")
        if head != draft.head:
            draft.head = self._agreed(draft, head)
        return draft

    def _other(self, number: str, head: Texts, skus: Sequence[str] = ()) -> Draft:
        """Give the order of a number that no open one has as it stands there, opened if it is new."""
        name = number if is_plain(number) else self._name(number, skus)
        if name is not number and name in self._open:
            return self._open[name]
        read_name("order number", name)
        self._making.check(head)
        if not self._numbers.is_new(name):
            raise self._late(name)
        self._open[name] = draft = Draft(number=name, head=head)
        return draft

    def _name(self, number: str, skus: Sequence[str]) -> str:
        """Give the number that an order goes by; raises ValueError where that is none."""
        name = bare(number)
        if is_total(name) or (not name and any(map(is_total, skus))):
            raise ValueError(TOTALS)
        if name:
            return read_number_of("order number", name)
        if not self._above:
            raise ValueError("it has no order number")
        if not self._plan.fill_down:
            raise ValueError(
                "it has no order number; with --fill-down it would be a row of the order "
                f"{self._above!r} above it"
            )
        return self._above

    def _late(self, name: str) -> ValueError | Invalid:
        """Say why a row cannot be taken that comes after its order was complete."""
        if name in self._asides.numbers:
            return ValueError(f"its order {name!r} was put aside whole")
        if self._plan.partial:
            return ValueError(f"its order {name!r} was complete before")
        reason = (
            f"Row {self.count + 1:,} or one soon behind it is of the order {name!r}, which was "
            f"complete {WINDOW:,} rows before; sort the file by its order numbers and import it "
            "again. Until then that order is in the book without such rows."
        )
        return invalid("", Rule.MALFORMED, reason)

    def _agreed(self, draft: Draft, head: Texts) -> Texts:
        """Fill what an order has not said yet; raise ValueError where a row says otherwise."""
        self._making.check(head)
        first = draft.lines[0].numbers[0] if draft.lines else 0
        for field, said, says in zip(self._layout.fields, draft.head, head, strict=True):
            alike = bare(said) == bare(says) if field in NAMES else said == says
            if said.strip() and says.strip() and not alike:
                raise ValueError(
                    f"its {field} is {says[:40]!r}, but {said[:40]!r} on line {first} "
                    f"of the same order {draft.number!r}"
                )
        return tuple(
            said if said.strip() else says for said, says in zip(draft.head, head, strict=True)
        )

    def _unseen(self, excess: int, but: set[int]) -> Iterator[Draft]:
        for draft in sorted(self._open.values(), key=attrgetter("seen")):
            if excess > 0 and id(draft) not in but:
                excess -= draft.count
                yield draft

    def _closed(self, drafts: list[Draft]) -> list[Gathered]:
        gathered = list[Gathered]()
        for draft in drafts:
            del self._open[draft.number]
            self._held -= draft.count
            if (draft.aside or draft.refused) and not self._asides.leaves_lines(draft):
                continue
            try:
                gathered.append(self._making.make(draft))
            except ValueError as refusal:
                self._asides.refuse_whole(draft, str(refusal))
        return gathered
