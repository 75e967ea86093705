"""Rejected orders, which are put aside with all their rows, and rows that are put aside alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter

from orderglot.files.cells import bare
from orderglot.files.drafts import Draft
from orderglot.files.order_numbers import OrderNumbers
from orderglot.files.plan import Plan
from orderglot.files.remarks import Aside, Remarks
from orderglot.files.rows import Reject


class RejectedOrders:
    """What one import puts aside."""

    def __init__(
        self,
        plan: Plan,
        fields: Sequence[str],
        reject: Callable[[Reject], None],
        remarks: Remarks,
    ) -> None:
        self.numbers = OrderNumbers()
        """The numbers of the orders of which no row is taken."""
        self._partial = plan.partial
        self._po_number = fields.index("po_number") if "po_number" in fields else None
        self._reject = reject
        self._remarks = remarks

    def close(self) -> None:
        """Discard everything."""
        self.numbers.close()

    def total(self, reject: Reject) -> None:
        """Put a row of totals aside, which is named already."""
        self._reject(Reject(reject.line, "it is a row of totals, and no order's", reject.row))

    def alone(self, reject: Reject, number: str = "", po_number: str = "") -> None:
        """Put a row aside whose order is not known."""
        self._reject(reject)
        self._remarks.note_aside(Aside(number, po_number, reject.line, reject.reason))

    def refuse(self, draft: Draft, reject: Reject, po_number: str, most: int) -> None:
        """Put a row aside, and its order with it unless the others are taken without it."""
        draft.po_number = draft.po_number or po_number
        if draft.aside:
            self._reject(reject)
        elif self._partial and draft.count + len(draft.refused) < most:
            draft.refused += (reject,)
        else:
            why = f"for line {reject.line}: {reject.reason}"
            self._reject_rows(draft, f"its order {draft.number!r} is put aside whole, {why}")
            self._reject(reject)
            self._note(draft, reject.line, reject.reason)

    def refuse_whole(self, draft: Draft, reason: str) -> None:
        """Put an order aside of which every row can be read."""
        line, _ = draft.rows()[0]
        self._reject_rows(draft, f"its order {draft.number!r} is put aside: {reason}")
        self._note(draft, line, reason)

    def leaves_lines(self, draft: Draft) -> bool:
        """Tell whether there are lines to take of an order of which some are put aside; note it."""
        if draft.aside:
            return False
        first = draft.refused[0]
        if not draft.lines:
            self._reject_rows(draft, "")
            self._note(draft, first.line, first.reason)
            return False
        self._remarks.cut += 1
        self._remarks.note_aside(self._aside(draft, first.line, first.reason))
        return True

    def _reject_rows(self, draft: Draft, reason: str) -> None:
        """Reject all rows of an order so far; whatever comes of it later is rejected, too."""
        taken = [Reject(line, reason, text) for line, text in draft.rows()]
        for one in sorted([*taken, *draft.refused], key=attrgetter("line")):
            self._reject(one)
        draft.aside = reason
        draft.count = 0
        draft.lines, draft.refused = [], ()
        self.numbers.is_new(draft.number)

    def _note(self, draft: Draft, line: int, reason: str) -> None:
        self._remarks.orders_aside += 1
        self._remarks.note_aside(self._aside(draft, line, reason))

    def _aside(self, draft: Draft, line: int, reason: str) -> Aside:
        number = "" if self._po_number is None else bare(draft.head[self._po_number])
        return Aside(draft.number, number or draft.po_number, line, reason)
