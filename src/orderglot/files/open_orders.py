"""Open orders: those of a file whose lines are still coming in, until each is complete."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile
from operator import attrgetter

from orderglot.core.errors import Invalid, Rule, invalid
from orderglot.files.building import Gathered, OrderBuilder
from orderglot.files.cells import bare, is_plain, is_total
from orderglot.files.drafts import Draft, Lines
from orderglot.files.header import NAMES, Texts
from orderglot.files.layout import Layout
from orderglot.files.lines import read_name, read_number_of
from orderglot.files.order_numbers import OrderNumbers
from orderglot.files.plan import Plan
from orderglot.files.rejected_orders import RejectedOrders
from orderglot.files.rows import Reject

WINDOW = 5_000
"""An order is complete when so many rows have passed since its last one."""

MOST_HELD = 50_000
"""So many lines are held at once; beyond, the orders not seen for longest are complete."""

MOST_LINES = 10_000

TOTALS = "it is a row of totals"


class OpenOrders:
    """The drafts of one file by their numbers, and how many rows have come so far."""

    def __init__(
        self,
        plan: Plan,
        layout: Layout,
        builder: OrderBuilder,
        numbers: OrderNumbers,
        rejected: RejectedOrders,
    ) -> None:
        self.count = 0
        self._plan = plan
        self._layout = layout
        self._builder = builder
        self._numbers = numbers
        self._rejected = rejected
        self._open: dict[str, Draft] = {}
        self._held = 0
        self._above = ""
        """The number of the order that the last row was of, "" where that is not known."""

    def __contains__(self, number: str) -> bool:
        return number in self._open

    def add(self, draft: Draft, lines: Lines, rows: int) -> None:
        """Add lines to an order."""
        self.count += rows
        self._held += rows
        draft.seen = self.count
        draft.add(lines)

    def refuse(self, reject: Reject, number: str, po_number: str) -> None:
        """Put a row aside, with its order unless it is taken without it."""
        try:
            draft = self._draft(number, ("",) * len(self._layout.fields))
        except ValueError:
            self._above = ""
            self._rejected.alone(reject, number, po_number)
            return
        draft.seen = self.count
        self._held -= draft.count
        self._rejected.refuse(draft, reject, bare(po_number), MOST_LINES)
        self._held += draft.count

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

    def draft(self, number: str, head: Texts, skus: Sequence[str]) -> Draft:
        """Give the order that lines are of; raises ValueError where they cannot be."""
        draft = self._draft(number, head, skus)
        self._above = draft.number
        if draft.aside:
            raise ValueError(draft.aside)
        if draft.count >= MOST_LINES:
            raise ValueError(f"its order {draft.number!r} has more than {MOST_LINES} lines")
        if head != draft.head:
            draft.head = self._agreed(draft, head)
        return draft

    def _draft(self, number: str, head: Texts, skus: Sequence[str] = ()) -> Draft:
        """Give the order of a number, opened if it is new."""
        if found := self._open.get(number):
            return found
        name = number if is_plain(number) else self._name(number, skus)
        if name is not number and name in self._open:
            return self._open[name]
        read_name("order number", name)
        self._builder.check(head)
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
        if why := self._plan.shop.no_number:
            raise ValueError(f"it has no order number: {why}")
        if not self._above:
            raise ValueError("it has no order number")
        if not self._plan.fill_down:
            raise ValueError(
                "it has no order number; with --fill-down it would be a row of the order "
                f"{self._above!r} above it"
            )
        return self._above

    def _late(self, name: str) -> ValueError | Invalid:
        """Explain why a row cannot be taken that comes after its order was complete."""
        if name in self._rejected.numbers:
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
        """Fill the fields that an order does not have yet; raise ValueError where a row contradicts it."""
        self._builder.check(head)
        first = draft.lines[0].numbers[0] if draft.lines else 0
        for field, known, new in zip(self._layout.fields, draft.head, head, strict=True):
            alike = bare(known) == bare(new) if field in NAMES else known == new
            if known.strip() and new.strip() and not alike:
                raise ValueError(
                    f"its {field} is {new[:40]!r}, but {known[:40]!r} on line {first} "
                    f"of the same order {draft.number!r}"
                )
        return tuple(
            known if known.strip() else new for known, new in zip(draft.head, head, strict=True)
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
            if (draft.aside or draft.refused) and not self._rejected.leaves_lines(draft):
                continue
            try:
                gathered.append(self._builder.make(draft))
            except ValueError as refusal:
                self._rejected.refuse_whole(draft, str(refusal))
        return gathered
