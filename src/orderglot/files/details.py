"""Details: all that an order's rows say in the columns of details, given to the order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from functools import partial

from msgspec.structs import replace

from orderglot.core.order import Order
from orderglot.core.order_details import OrderDetails
from orderglot.files.address_names import SHIP_TO
from orderglot.files.addresses import MEMBERS, reader_of_addresses
from orderglot.files.detail_columns import DetailCells, DetailReader
from orderglot.files.detail_names import (
    DISCOUNTS,
    HEAD,
    ITEM_NUMBERS,
    PAYMENTS,
    REFUNDS,
    SHIPMENTS,
    TAXES,
)
from orderglot.files.discounts import discount_of_lines, with_discounts
from orderglot.files.drafts import Lines, extras_of
from orderglot.files.head_details import (
    NO_CURRENCY,
    Scopes,
    taxes,
    with_head_details,
    with_tax_lines,
)
from orderglot.files.joined_headers import HeaderOf, Headers
from orderglot.files.line_details import with_item_numbers
from orderglot.files.lines import ZERO, Worth
from orderglot.files.payments import with_payments, with_refunds
from orderglot.files.plan import Plan
from orderglot.files.remarks import Remarks
from orderglot.files.ship_to import with_ship_to
from orderglot.files.shipments import with_shipments

Part = tuple[frozenset[str], Callable[[Order, DetailCells], Order]]


def details_of(
    plan: Plan, places: Sequence[tuple[str, int]], headers: Headers | None, remarks: Remarks
) -> Details | None:
    """Give what reads and puts the details of an import's orders, None where no column has any."""
    if not places and headers is None:
        return None
    known = {field for field, _ in places} | set(headers.columns if headers else ())
    parts = [(fields, put) for fields, put in _parts(plan.scopes) if not known.isdisjoint(fields)]
    return Details(DetailReader(plan, places, headers), parts, remarks)


def _parts(scopes: Scopes) -> Iterator[Part]:
    """Give each part of what a file can say: its fields, and what gives it to an order."""
    yield HEAD, partial(with_head_details, scopes=scopes)
    yield TAXES, partial(with_tax_lines, scopes=scopes)
    yield DISCOUNTS, with_discounts
    yield PAYMENTS, with_payments
    yield REFUNDS, with_refunds
    yield SHIPMENTS, with_shipments
    yield frozenset(SHIP_TO), partial(with_ship_to, read=reader_of_addresses(MEMBERS))
    yield frozenset(ITEM_NUMBERS), _with_item_numbers


def _with_item_numbers(order: Order, cells: DetailCells) -> Order:
    columns = {of: cells.texts(field) for field, of in ITEM_NUMBERS.items() if field in cells.names}
    return with_item_numbers(order, columns)


class Details:
    """The details of the orders of one import."""

    def __init__(self, reader: DetailReader, parts: Sequence[Part], remarks: Remarks) -> None:
        self._reader = reader
        self._parts = parts
        self._remarks = remarks

    def read(self, lines: Lines, header: HeaderOf | None) -> DetailCells | None:
        """Read what an order's rows say; raises ValueError where that cannot be read."""
        return self._reader.read(lines, header)

    def put(self, order: Order, cells: DetailCells) -> Order:
        """Give an order its details; raises ValueError where its rows contradict each other.

        Of what says nothing by itself the text stays with the order.
        """
        for part, put in self._parts:
            if not part.isdisjoint(cells.names):
                order = put(order, cells)
        fields = [field for field in _left_over(order.details) if field in cells.names]
        if not fields:
            return order
        names = [cells.names[field] for field in fields]
        extras = extras_of(names, [cells.raw[field] for field in fields])
        self._remarks.details_alone |= dict.fromkeys(names)
        return replace(order, extras=order.extras | extras)


def add_amounts(
    values: dict[str, Decimal | None], cells: DetailCells, worths: Sequence[Worth], plan: Plan
) -> bool:
    """Add what the details come to, where an order does not say its sum; tell whether all is known."""
    whole = True
    if values.get("tax") is None and not TAXES.isdisjoint(cells.names):
        amounts = [tax.amount for tax in taxes(cells, plan.scopes)]
        whole = None not in amounts
        values["tax"] = sum(filter(None, amounts), ZERO) if amounts and whole else None
    if values.get("discount") or DISCOUNTS.isdisjoint(cells.names):
        return whole
    both = "price" in plan.columns.at and "amount" in plan.columns.at
    off, known = discount_of_lines(cells, worths, values, both=both)
    if off is not None:
        values["discount"] = off
    return whole and known


def _left_over(details: OrderDetails | None) -> Iterator[str]:
    """Give the fields of which nothing stands in an order's details, so that they stay as text."""
    if details is None or details.second_currency == NO_CURRENCY:
        yield from ("second_currency", "exchange_rate", "second_total")
    if details is None or not details.payments:
        yield from ("payment_method", "payment_id")
    if details is None or not details.shipments:
        yield "carrier"
