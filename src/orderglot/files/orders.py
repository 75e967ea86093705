"""Orders: lines gathered by their order's number, though lines of others stand between them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import datetime, tzinfo
from itertools import takewhile
from operator import attrgetter, itemgetter
from typing import Any

import msgspec
from msgspec import Struct

from orderglot.core.order import Address, Identity, Line, Order, Reference, Totals
from orderglot.core.values import Kind, Status
from orderglot.files.columns import FIELDS, Columns
from orderglot.files.countries import country_code
from orderglot.files.lines import ZERO, read_currency, read_name, read_worth, reader_of_times
from orderglot.files.numbers import Numbers
from orderglot.files.rows import Reject, Row
from orderglot.wire.values import LARGEST

FILE = "file"
"""The name that a file's numbers go by where a dialect's name is asked for."""

WINDOW = 5_000
"""An order is complete when so many rows have passed since its last one."""

MOST_HELD = 50_000
"""So many lines are held at once; beyond, the orders not seen for longest are complete."""

MOST_LINES = 10_000
SWEEP = 500
OF_LINES = ("order", "sku", "title", "quantity", "created", "price")
OF_ADDRESSES = tuple(field for field in FIELDS if field in Address.__struct_fields__)
ABSENT = -1


class Gathered(Struct, frozen=True):
    """An order, with the rows that it was read from: each one's line number and text."""

    order: Order
    rows: list[tuple[int, str]]


def gather(
    rows: Iterable[Row],
    columns: Columns,
    zone: tzinfo,
    currency: str,
    reject: Callable[[Reject], None],
) -> Iterator[list[Gathered]]:
    """Yield the orders that are complete, every 500 rows, in the order of their first rows.

    Rows that say no line, or come after their order was complete, go to ``reject``.
    """
    with closing(Numbers()) as numbers:
        gathering = _Gathering(columns, zone, currency, numbers, reject)
        for row in rows:
            try:
                gathering.take(row)
            except ValueError as refusal:
                reject(Reject(row[0], str(refusal), row[1]))
            if gathering.count % SWEEP == 0:
                yield gathering.due()
        yield gathering.rest()


class _Draft(Struct, kw_only=True):
    """An order whose lines are still coming in; ``head`` is what it says beside its lines."""

    number: str
    head: tuple[str, ...]
    seen: int = 0
    created: datetime | None = None
    lines: list[Line] = []
    rows: list[tuple[int, str]] = []
    others: list[tuple[str, ...]] = []


class _Gathering:
    """The orders of one file whose lines are coming in."""

    def __init__(
        self,
        columns: Columns,
        zone: tzinfo,
        currency: str,
        numbers: Numbers,
        reject: Callable[[Reject], None],
    ) -> None:
        self.count = 0
        self._currency = currency
        self._numbers = numbers
        self._reject = reject
        self._read_time = reader_of_times(zone)
        self._at = itemgetter(*(columns.at.get(field, ABSENT) for field in OF_LINES))
        self._fields = [f for f in FIELDS if f in columns.at and f not in OF_LINES]
        self._head = _texts_at([columns.at[field] for field in self._fields])
        self._columns = list(columns.others.values())
        self._others = _texts_at(list(columns.others))
        self._open: dict[str, _Draft] = {}
        self._held = 0

    def take(self, row: Row) -> None:
        """Put a row to its order; raise ValueError with the reason where it cannot be."""
        self.count += 1
        line, text, fields = row
        fields.append("")  # what a column says that is absent
        number, sku, title, quantity, time, price = self._at(fields)
        pieces, each, total = read_worth(quantity, price)
        read_name("stock code", sku)
        moment = self._read_time(time)
        draft = self._draft(number, self._head(fields))
        draft.seen = self.count
        draft.created = draft.created or moment
        draft.lines.append(
            Line(
                number=len(draft.lines) + 1,
                sku=sku,
                title=title,
                quantity=pieces,
                unit_price=each,
                total=total,
                created=None if moment == draft.created else moment,
            )
        )
        draft.rows.append((line, text))
        if self._columns:
            draft.others.append(self._others(fields))
        self._held += 1

    def due(self) -> list[Gathered]:
        """Give the orders that are complete, first seen first."""
        oldest = self.count - WINDOW
        complete = list(takewhile(lambda draft: draft.seen <= oldest, self._open.values()))
        excess = self._held - MOST_HELD - sum(len(draft.lines) for draft in complete)
        if excess > 0:
            complete += self._unseen(excess, set(map(id, complete)))
        return self._closed(complete)

    def rest(self) -> list[Gathered]:
        """Give all orders that are left, first seen first."""
        return self._closed(list(self._open.values()))

    def _draft(self, number: str, head: tuple[str, ...]) -> _Draft:
        draft = self._open.get(number)
        if draft is None:
            return self._opened(number, head)
        if len(draft.lines) >= MOST_LINES:
            raise ValueError(f"its order {number!r} has more than {MOST_LINES} lines")
        if head != draft.head:
            draft.head = self._agreed(draft, head)
        return draft

    def _opened(self, number: str, head: tuple[str, ...]) -> _Draft:
        read_name("order number", number)
        self._check(head)
        if not self._numbers.is_new(number):
            raise ValueError(
                f"its order {number!r} was complete before, as too many rows stand between its "
                "lines; sort the file by order and import it again"
            )
        self._open[number] = draft = _Draft(number=number, head=head)
        return draft

    def _check(self, head: tuple[str, ...]) -> None:
        said = dict(zip(self._fields, head, strict=False))
        if said.get("currency", "").strip():
            read_currency(said["currency"])
        for field in ("customer", "po_number"):
            if said.get(field, "").strip():
                read_name(field, said[field])

    def _agreed(self, draft: _Draft, head: tuple[str, ...]) -> tuple[str, ...]:
        """Fill what an order has not said yet; raise ValueError where a row says otherwise."""
        self._check(head)
        for field, said, says in zip(self._fields, draft.head, head, strict=False):
            if said.strip() and says.strip() and said != says:
                raise ValueError(
                    f"its {field} is {says[:40]!r}, but {said[:40]!r} on line {draft.rows[0][0]} "
                    f"of the same order {draft.number!r}"
                )
        return tuple(
            said if said.strip() else says for said, says in zip(draft.head, head, strict=True)
        )

    def _unseen(self, excess: int, but: set[int]) -> Iterator[_Draft]:
        for draft in sorted(self._open.values(), key=attrgetter("seen")):
            if excess > 0 and id(draft) not in but:
                excess -= len(draft.lines)
                yield draft

    def _closed(self, drafts: list[_Draft]) -> list[Gathered]:
        gathered = []
        for draft in drafts:
            del self._open[draft.number]
            self._held -= len(draft.lines)
            order = self._order(draft)
            if order.totals.total is not None and abs(order.totals.total) >= LARGEST:
                reason = f"its order {draft.number!r} comes to too much money"
                for line, text in draft.rows:
                    self._reject(Reject(line, reason, text))
            else:
                gathered.append(Gathered(order, draft.rows))
        return gathered

    def _order(self, draft: _Draft) -> Order:
        said = dict(zip(self._fields, draft.head, strict=False))
        customer = _identity(said.get("customer", ""))
        currency = said.get("currency", "").strip().upper()
        return Order(
            number=draft.number,
            references=(Reference(FILE, draft.number),),
            kind=kind_of(draft.lines, customer),
            status=Status.COMPLETED,
            customer=customer,
            po_number=said.get("po_number", ""),
            notes=said.get("notes", ""),
            created=draft.created,
            modified=_last_time(draft),
            currency=currency or self._currency,
            bill_to=_address(said),
            lines=tuple(draft.lines),
            totals=_totals(draft.lines),
            extras=_extras(self._columns, draft.others),
        )


def _last_time(draft: _Draft) -> datetime | None:
    """Give the time of the last line: whatever the book made of the order since is newer."""
    if draft.created is None:
        return None
    return max((draft.created, *(line.created for line in draft.lines if line.created)))


def kind_of(lines: list[Line], customer: Identity | None) -> Kind:
    """Tell by its lines what an order is; what its number looks like says nothing.

    A negative price makes it an adjustment. Where every quantity is negative, it is a return; but
    one of goods all free that nobody gives back corrects the stock, an adjustment, too.
    """
    if any(line.unit_price is not None and line.unit_price < 0 for line in lines):
        return Kind.ADJUSTMENT
    if any(line.quantity >= 0 for line in lines):
        return Kind.SALE
    free = all(line.unit_price == 0 for line in lines)
    return Kind.ADJUSTMENT if free and customer is None else Kind.RETURN


def _texts_at(places: list[int]) -> Callable[[list[str]], tuple[str, ...]]:
    """Make the function that takes the texts at some places out of a row.

    The tuple ends with two texts of no column, as ``itemgetter`` gives a tuple only from two on.
    """
    return itemgetter(*places, ABSENT, ABSENT)


def _identity(number: str) -> Identity | None:
    if not number.strip():
        return None
    return Identity(number=number, references=(Reference(FILE, number),))


def _address(said: dict[str, str]) -> Address | None:
    texts = {field: said[field] for field in OF_ADDRESSES if said.get(field)}
    country = texts.pop("country", "")
    if country:
        texts |= {"country_name": country, "country": country_code(country)}
    return msgspec.convert(texts, Address) if texts else None


def _totals(lines: list[Line]) -> Totals:
    """Add the lines up; where one has no price, the sum is not known."""
    totals = [line.total for line in lines if line.total is not None]
    if len(totals) < len(lines):
        return Totals()
    due = sum(totals, ZERO)
    return Totals(subtotal=due, total=due)


def _extras(columns: list[str], rows: list[tuple[str, ...]]) -> dict[str, Any]:
    """Keep the columns of no field: a text that all lines share, else each line's in a list."""
    extras: dict[str, Any] = {}
    for column, texts in zip(columns, zip(*rows, strict=True), strict=False):
        if any(texts):
            extras[f"{FILE}.{column}"] = texts[0] if len(set(texts)) == 1 else list(texts)
    return extras
