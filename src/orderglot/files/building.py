"""Building: what a draft with all its lines comes to as an order."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.amounts import LARGEST
from orderglot.core.order import Order, Totals
from orderglot.core.order_details import OrderDetails
from orderglot.core.quantities import Quantity
from orderglot.files.amounts import (
    Scope,
    Sums,
    of_order,
    read_percent,
    read_rate,
    shows_taxed,
    summed,
)
from orderglot.files.cells import bare
from orderglot.files.detail_columns import DetailCells
from orderglot.files.details import add_amounts, details_of
from orderglot.files.drafts import (
    BETWEEN,
    Draft,
    Lines,
    extras_of,
    goods,
    made,
    unrepeated,
    with_ids,
    with_invoice,
)
from orderglot.files.field_names import FIELDS, MONEY_PARTS, OF_LINES, TAXES
from orderglot.files.header import Texts, reader_of_heads
from orderglot.files.joined_headers import HeaderOf, Headers
from orderglot.files.layout import Layout
from orderglot.files.line_details import with_quantities, with_taxes, with_units
from orderglot.files.lines import agrees, read_money, read_quantity
from orderglot.files.memo import Memo
from orderglot.files.plan import Plan
from orderglot.files.remarks import Remarks
from orderglot.files.rows import Reject
from orderglot.files.shipments import as_shipped
from orderglot.files.sources import FILE


class Gathered(Struct, frozen=True):
    """An order, with the numbers of its rows in the file, and their texts there as one.

    ``refused`` are those of its rows that were not taken, where the others are nevertheless.
    """

    order: Order
    numbers: Sequence[int]
    text: str
    refused: tuple[Reject, ...] = ()

    @property
    def texts(self) -> list[str]:
        """The text of each row."""
        return self.text.split(BETWEEN)


class OrderBuilder:
    """Makes orders of drafts that are complete, by the plan of their import."""

    def __init__(
        self, plan: Plan, layout: Layout, headers: Headers | None, remarks: Remarks
    ) -> None:
        self._plan = plan
        self._reference = plan.source.reference
        self._layout = layout
        self._headers = headers
        self._remarks = remarks
        self._joined = _joined(layout.fields, headers)
        self.check = self._read_head = reader_of_heads(layout.fields, plan.source)
        if headers is not None:
            self._read_head = reader_of_heads(self._joined, plan.source)
        self._money = {
            field: Memo[str, Decimal | None](partial(self._read_money, field))
            for field in (layout.money if headers is None else MONEY_PARTS)
        }
        self._taxes = {
            field: Memo[str, Decimal | None](partial(self._read_tax, field)) for field in TAXES
        }
        self._line_taxes = dict(layout.taxes).get("line_tax")
        self._details = details_of(plan, layout.details, headers, remarks)
        self._said_amounts = "amount" in plan.columns.at and "price" in plan.columns.at
        self._beside = (
            bool(layout.extras or headers)
            or (layout.ids, layout.units, layout.quantities, layout.taxes) != (None, None, [], [])
            or self._said_amounts
        )

    def make(self, draft: Draft) -> Gathered:
        """Make the order of a draft; raises ValueError with the reason where none can be made."""
        if self._layout.ids is not None:
            self._note_repeated(unrepeated(draft, self._layout.ids))
        lines = draft.all_lines()
        header = None if self._headers is None else self._header(self._headers, draft)
        head = self._read_head(self._head_of(draft.head, header) if header else draft.head)
        currency = head.currency or self._plan.currency
        if draft.signs or not currency:
            _demand_currency(currency, draft)
        taxed = self._taxed(head.prices_include_tax, currency)
        due = goods(lines.worths)
        sums = Sums(totals=Totals(subtotal=due, total=due))
        cells = None if self._details is None else self._details.read(lines, header)
        if self._money or self._line_taxes is not None or cells is not None:
            sums = self._sums(draft.number, due, lines, header, cells, taxed)
        totals = sums.totals
        order = made(draft, lines, head, currency, self._reference(draft.number), totals)
        if head.invoice or sums.refunded is not None or sums.paid is not None:
            order = with_invoice(order, head.invoice, sums.refunded, sums.paid)
        if due is not None and abs(totals.total or due) >= LARGEST:
            raise ValueError("it comes to too much money")
        if (taxed := shows_taxed(totals) if taxed is None else taxed) is not None:
            order = replace(order, details=OrderDetails(prices_include_tax=taxed))
        order = self._detailed(order, lines, header, cells)
        if self._plan.shipping_tells and not head.has_status:
            order = as_shipped(order, cells)
        if head.unknown:
            self._remarks.note_words(head.unknown)
        return Gathered(order, lines.numbers, lines.text, draft.refused)

    def _taxed(self, own: bool | None, currency: str) -> bool | None:
        """Tell whether prices include tax, as far as the order or its shop's layout says it."""
        if own is not None:
            return own
        shop = self._plan.shop
        return False if currency in shop.taxed_on_top_in else shop.prices_include_tax

    def _detailed(
        self, order: Order, lines: Lines, header: HeaderOf | None, cells: DetailCells | None
    ) -> Order:
        """Give an order what its file says of it beside its goods, its sums and its head."""
        if self._beside:
            order = self._with_beside(order, lines, header)
        if self._details is not None and cells is not None:
            order = self._details.put(order, cells)
        return order

    def _header(self, headers: Headers, draft: Draft) -> HeaderOf:
        """Give what the file of headers says of an order, and take its time."""
        header = headers.of(draft.number)
        moment = self._plan.read_time(header.fields.get("created", ""))
        if moment is not None:
            draft.created = moment
            draft.modified = max(draft.modified or moment, moment)
        return header

    def _head_of(self, texts: Texts, header: HeaderOf) -> Texts:
        """Put together what the rows say and what a header says; raises ValueError if they differ."""
        values = dict(zip(self._layout.fields, texts, strict=True))
        for field, text in header.fields.items():
            if values.get(field, "").strip() and text.strip() and bare(values[field]) != bare(text):
                raise ValueError(
                    f"its {field} is {values[field][:40]!r}, but {text[:40]!r} on line {header.line} "
                    f"of {self._headers and self._headers.name}"
                )
            values[field] = text if text.strip() else values.get(field, "")
        return tuple([values.get(field, "") for field in self._joined])

    def _sums(
        self,
        number: str,
        due: Decimal | None,
        lines: Lines,
        header: HeaderOf | None,
        cells: DetailCells | None,
        taxed: bool | None,
    ) -> Sums:
        """Describe what an order comes to; raises ValueError where its rows contradict each other."""
        begin = len(self._layout.extras)
        columns = lines.others[begin : begin + len(self._layout.money)]
        values = dict[str, Decimal | None]()
        for field, texts in zip(self._layout.money, columns, strict=True):
            amounts = self._money[field].all(texts)
            if field == "discount_rate":
                values["discount"] = _taken_off(amounts, lines)
            else:
                scope = self._plan.scopes.get(field, Scope.ORDER)
                _add(values, field, of_order(field, amounts, scope))
        for field in MONEY_PARTS if header else ():
            text = header.fields.get(field, "") if header else ""
            if text.strip():
                values.pop(field, None)
                _add(values, field, self._money[field][text])
        whole = True
        if cells is not None:
            whole = add_amounts(values, cells, lines.worths, self._plan)
        if self._line_taxes is not None and values.get("tax") is None:
            amounts = self._read_taxes("line_tax", lines)
            values["tax"] = of_order("tax", amounts, Scope.ROW)
        sums = summed(due, values, len(lines.skus), whole=whole, taxed=taxed)
        if sums.differs:
            self._remarks.note_difference(number)
        return sums

    def _read_money(self, field: str, text: str) -> Decimal | None:
        plan = self._plan
        if field == "discount_rate":
            return read_rate(text, plan.marks, hundredths=plan.hundredths)
        found = read_money(field, text, plan.marks)
        return None if found is None else found.amount

    def _note_repeated(self, rows: int) -> None:
        self._remarks.repeated += rows
        self._remarks.passed += rows

    def _with_beside(self, order: Order, lines: Lines, header: HeaderOf | None) -> Order:
        """Give an order what its file says beside: columns of no field, ids of its lines."""
        layout, remarks = self._layout, self._remarks
        extras = extras_of(layout.extras, lines.others[: len(layout.extras)])
        if header:
            extras |= {f"{FILE}.{name}": text for name, text in header.extras.items()}
        if extras:
            remarks.note_texts(extras)
            order = replace(order, extras=extras)
        if layout.ids is not None:
            order = with_ids(order, [bare(id) for id in lines.others[layout.ids]])
        if layout.units is not None:
            order = with_units(order, [bare(word) for word in lines.others[layout.units]])
        if layout.quantities:
            order = with_quantities(order, self._read_quantities(lines))
        if layout.taxes:
            rates, amounts = (self._read_taxes(field, lines) for field in TAXES)
            order = with_taxes(order, rates, amounts)
        if self._said_amounts:
            remarks.reckoned += sum(
                each is not None and total is not None and not agrees(pieces, each, total)
                for pieces, each, total, _ in lines.worths
            )
        return order

    def _read_taxes(self, field: str, lines: Lines) -> list[Decimal | None]:
        """Read the rate of the tax on each line, or its amount; none where there is no such column."""
        place = dict(self._layout.taxes).get(field)
        if place is None:
            return [None] * len(lines.skus)
        return self._taxes[field].all(lines.others[place])

    def _read_tax(self, field: str, text: str) -> Decimal | None:
        if field == "tax_rate":
            return read_percent(text, self._plan.marks)
        found = read_money("line tax", text, self._plan.marks)
        return None if found is None else found.amount

    def _read_quantities(self, lines: Lines) -> dict[str, list[Quantity | None]]:
        """Read what has become of how much of each line; raises ValueError where it is no number."""
        marks = self._plan.marks
        return {
            name: [read_quantity(f"{name} quantity", text, marks) for text in lines.others[place]]
            for name, place in self._layout.quantities
        }


def _joined(fields: Sequence[str], headers: Headers | None) -> list[str]:
    """Give the fields of what an order says beside its lines, those of a file of headers too."""
    beside = headers.columns if headers else ()
    heads = (one for one in FIELDS if one not in (*OF_LINES, *MONEY_PARTS))
    return [one for one in heads if one in fields or one in beside]


def _add(values: dict[str, Decimal | None], part: str, amount: Decimal | None) -> None:
    """Add an amount to those of its field."""
    field = part.partition("+")[0]
    before = values.get(field)
    values[field] = before if amount is None else amount + (before or 0)


def _demand_currency(currency: str, draft: Draft) -> None:
    """Raise ValueError where an order has no currency, or some of its money is in another."""
    if not currency:
        raise ValueError("it has no currency; name one with --currency")
    for text, currencies in sorted(draft.signs):
        if currency not in currencies:
            few = " or ".join(currencies[:3])
            raise ValueError(f"{text!r} is in {few}, and its order in {currency}")


def _taken_off(rates: Sequence[Decimal | None], lines: Lines) -> Decimal | None:
    """Give what rates take off the lines; not known where a line's sum is not."""
    sums = [total for _, _, total, _ in lines.worths]
    if None in sums:
        return None
    return sum(
        (rate * total for rate, total in zip(rates, sums, strict=True) if rate and total), Decimal()
    )
