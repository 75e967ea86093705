"""Head details: reasons, days, a second currency and taxes, out of the columns that say them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from msgspec.structs import replace

from orderglot.core.amounts import Totals
from orderglot.core.charges import TaxLine
from orderglot.core.line_details import LineDetails
from orderglot.core.order import Line, Order
from orderglot.core.order_details import OrderDetails, SecondCurrency
from orderglot.core.schedule import Schedule
from orderglot.files.amounts import Scope, of_order
from orderglot.files.detail_columns import DetailCells, distinct
from orderglot.files.detail_names import DAYS, MOST_TAXES

Scopes = Mapping[str, Scope]

NO_ORDER_DETAILS, NO_LINE_DETAILS = OrderDetails(), LineDetails()
NO_CURRENCY = SecondCurrency()


def with_head_details(order: Order, cells: DetailCells, scopes: Scopes) -> Order:
    """Give an order what its rows say of it as a whole; raises ValueError where they contradict."""
    days = {field: distinct(cells.days(field)) for field in DAYS}
    details = replace(
        order.details or NO_ORDER_DETAILS,
        cancel_reason=cells.text("cancel_reason"),
        hold_reason=cells.text("hold_reason"),
        schedule=Schedule(**{field: found[0] for field, found in days.items() if len(found) == 1}),
        second_currency=second_currency(order, cells, scopes) or NO_CURRENCY,
        tax_lines=taxes(cells, scopes),
    )
    if details != NO_ORDER_DETAILS:
        order = replace(order, details=details)
    own = [field for field, found in days.items() if len(found) > 1]
    return _with_days(order, cells, own) if own else order


def _with_days(order: Order, cells: DetailCells, fields: list[str]) -> Order:
    """Give the lines of an order those of its days in which they differ."""
    columns = {field: cells.days(field) for field in fields}

    def bound(line: Line, place: int) -> Line:
        own = {field: days[place] for field, days in columns.items() if days[place] is not None}
        details = line.details or NO_LINE_DETAILS
        return replace(line, details=replace(details, schedule=Schedule(**own))) if own else line

    lines = (bound(line, place) for place, line in enumerate(order.lines))
    return replace(order, lines=tuple(lines))


def second_currency(order: Order, cells: DetailCells, scopes: Scopes) -> SecondCurrency | None:
    """Give what an order comes to in another currency than its own, None where no row says that."""
    currency = cells.only("second_currency") or ""
    if currency in ("", order.currency):
        return None
    name, scope = cells.names.get("second_total", ""), scopes.get("second_total", Scope.ORDER)
    total = of_order(name, cells.numbers("second_total"), scope)
    rate = cells.only("exchange_rate")
    return SecondCurrency(currency=currency, rate=rate, totals=Totals(total=total))


def taxes(cells: DetailCells, scopes: Scopes) -> tuple[TaxLine, ...]:
    """Give the taxes of an order: those of each place, apart where their names or rates differ."""
    places = (f"tax_{place}" for place in range(1, MOST_TAXES + 1))
    return tuple(tax for place in places for tax in _taxes_of(place, cells, scopes))


def _taxes_of(place: str, cells: DetailCells, scopes: Scopes) -> Iterator[TaxLine]:
    names, rates = cells.texts(f"{place}_name"), cells.numbers(f"{place}_rate")
    amounts = cells.numbers(f"{place}_amount")
    named = distinct(pair for pair in zip(names, rates, strict=True) if pair != ("", None))
    if not named and not distinct(amounts):
        return  # no row says anything of it
    first = named[0] if named else ("", None)
    found = dict[tuple[str, Decimal | None], list[Decimal | None]]()
    for name, rate, amount in zip(names, rates, amounts, strict=True):
        key = first if (name, rate) == ("", None) else (name, rate)
        found.setdefault(key, []).append(amount)
    scope = scopes.get(f"{place}_amount", Scope.ORDER)
    for (name, rate), parts in found.items():
        amount = of_order(name or place, parts, scope)
        yield TaxLine(name=name, percent=rate, amount=amount)
