"""Orders: lines gathered by their order's number, though lines of others stand between them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from datetime import tzinfo
from functools import partial
from itertools import groupby, takewhile
from operator import attrgetter, itemgetter
from typing import Any

from msgspec import Struct

from orderglot.core.order import Order
from orderglot.files.columns import FIELDS, Columns
from orderglot.files.drafts import BETWEEN, Draft, Lines, made
from orderglot.files.header import Texts, reader_of_heads
from orderglot.files.lines import Worth, read_name, read_worth, reader_of_times
from orderglot.files.memo import Memo
from orderglot.files.order_numbers import OrderNumbers
from orderglot.files.rows import Reject, Stride
from orderglot.wire.values import LARGEST

WINDOW = 5_000
"""An order is complete when so many rows have passed since its last one."""

MOST_HELD = 50_000
"""So many lines are held at once; beyond, the orders not seen for longest are complete."""

MOST_LINES = 10_000

SWEEP = 500
OF_LINES = ("order", "sku", "title", "quantity", "created", "price")
ABSENT = -1


class Gathered(Struct, frozen=True):
    """An order, with the numbers of its rows in the file, and their texts there as one."""

    order: Order
    numbers: Sequence[int]
    text: str

    @property
    def texts(self) -> list[str]:
        """The text of each row."""
        return self.text.split(BETWEEN)


def gather(
    rows: Iterable[Stride],
    columns: Columns,
    zone: tzinfo,
    currency: str,
    reject: Callable[[Reject], None],
) -> Iterator[list[Gathered]]:
    """Yield the orders that are complete, every 500 rows, in the order of their first rows.

    Rows that say no line, or come after their order was complete, go to ``reject``.
    """
    with closing(OrderNumbers()) as numbers:
        grouping = _Grouping(columns, zone, currency, numbers, reject)
        swept = 0
        for stride in rows:
            grouping.take(stride)
            if grouping.count // SWEEP > swept:
                swept = grouping.count // SWEEP
                yield grouping.due()
        yield grouping.rest()


class _Grouping:
    """The orders of one file whose lines are coming in."""

    def __init__(
        self,
        columns: Columns,
        zone: tzinfo,
        currency: str,
        numbers: OrderNumbers,
        reject: Callable[[Reject], None],
    ) -> None:
        self.count = 0
        self._currency = currency
        self._numbers = numbers
        self._reject = reject
        self._read_time = reader_of_times(zone)
        self._worths = Memo[tuple[str, str], Worth](read_worth)
        self._skus = Memo[str, str](partial(read_name, "stock code"))
        self._titles = Memo[str, str](str)
        self._at = itemgetter(*(columns.at.get(field, ABSENT) for field in OF_LINES))
        self._fields = [f for f in FIELDS if f in columns.at and f not in OF_LINES]
        self._read_head = reader_of_heads(self._fields)
        self._head = [columns.at[field] for field in self._fields]
        self._others = list(columns.others)
        self._names = list(columns.others.values())
        self._open: dict[str, Draft] = {}
        self._held = 0

    def take(self, stride: Stride) -> None:
        """Put rows to their orders; reject those that cannot be."""
        said = [*stride.columns, ("",) * len(stride.texts)]
        number, sku, title, quantity, time, price = self._at(said)
        try:
            worths = self._worths.all(zip(quantity, price, strict=True))
            skus = self._skus.all(sku)
        except ValueError as refusal:
            self._take_apart(stride, str(refusal))
            return
        others = [said[place] for place in self._others]
        titles = self._titles.all(title)
        lines = [stride.numbers, stride.texts, skus, titles, worths, *others]
        heads = [said[place] for place in self._head]
        begin = 0
        for (order, when, *head), alike in groupby(zip(number, time, *heads, strict=True)):
            end = begin + len(list(alike))
            self._add(order, when, tuple(head), [column[begin:end] for column in lines])
            begin = end

    def _take_apart(self, stride: Stride, refusal: str) -> None:
        """Halve a stride with a row that says no line, until that one stands alone."""
        numbers, texts, columns = stride.numbers, stride.texts, stride.columns
        if len(texts) == 1:
            self.count += 1
            self._reject(Reject(numbers[0], refusal, texts[0]))
            return
        half = len(texts) // 2
        self.take(Stride(numbers[:half], texts[:half], [column[:half] for column in columns]))
        self.take(Stride(numbers[half:], texts[half:], [column[half:] for column in columns]))

    def _add(self, number: str, time: str, head: Texts, lines: list[Sequence[Any]]) -> None:
        """Put lines of one time and one head to their order, or reject them."""
        numbers, texts, skus, titles, worths, *others = lines
        try:
            moment = self._read_time(time)
            draft = self._draft(number, head)
        except ValueError as refusal:
            self.count += len(texts)
            self._reject_all(numbers, texts, str(refusal))
            return
        room = MOST_LINES - draft.count
        if len(texts) > room:
            self._add(number, time, head, [column[:room] for column in lines])
            self._add(number, time, head, [column[room:] for column in lines])
            return
        self.count += len(texts)
        self._held += len(texts)
        draft.seen = self.count
        draft.add(Lines(moment, numbers, BETWEEN.join(texts), skus, titles, worths, others))

    def _reject_all(self, numbers: Iterable[int], texts: Iterable[str], reason: str) -> None:
        for number, text in zip(numbers, texts, strict=True):
            self._reject(Reject(number, reason, text))

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

    def _draft(self, number: str, head: Texts) -> Draft:
        draft = self._open.get(number)
        if draft is None:
            return self._opened(number, head)
        if draft.count >= MOST_LINES:
            raise ValueError(f"its order {number!r} has more than {MOST_LINES} lines")
        if head != draft.head:
            draft.head = self._agreed(draft, head)
        return draft

    def _opened(self, number: str, head: Texts) -> Draft:
        read_name("order number", number)
        self._read_head(head)
        if not self._numbers.is_new(number):
            raise ValueError(
                f"its order {number!r} was complete before, as too many rows stand between its "
                "lines; sort the file by order and import it again"
            )
        self._open[number] = draft = Draft(number=number, head=head)
        return draft

    def _agreed(self, draft: Draft, head: Texts) -> Texts:
        """Fill what an order has not said yet; raise ValueError where a row says otherwise."""
        self._read_head(head)
        first = draft.lines[0].numbers[0]
        for field, said, says in zip(self._fields, draft.head, head, strict=True):
            if said.strip() and says.strip() and said != says:
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
            lines, head = draft.all_lines(), self._read_head(draft.head)
            order = made(draft, lines, head, self._currency, self._names)
            one = Gathered(order, lines.numbers, lines.text)
            if order.totals.total is not None and abs(order.totals.total) >= LARGEST:
                reason = f"its order {draft.number!r} comes to too much money"
                self._reject_all(one.numbers, one.texts, reason)
            else:
                gathered.append(one)
        return gathered
