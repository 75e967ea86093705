"""Details: all that an order's rows say in the columns of details, given to the order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from msgspec.structs import replace

from orderglot.core.order import Order
from orderglot.core.order_details import OrderDetails
from orderglot.files.addresses import MEMBERS, reader_of_addresses
from orderglot.files.detail_columns import DetailCells, DetailReader
from orderglot.files.discounts import discount_of_lines, with_discounts
from orderglot.files.drafts import Lines, extras_of
from orderglot.files.head_details import NO_CURRENCY, Scopes, taxes, with_head_details
from orderglot.files.joined_headers import HeaderOf, Headers
from orderglot.files.line_details import with_item_numbers
from orderglot.files.lines import ZERO, Worth
from orderglot.files.payments import with_payments, with_refunds
from orderglot.files.plan import Plan
from orderglot.files.remarks import Remarks
from orderglot.files.ship_to import with_ship_to
from orderglot.files.shipments import with_shipments

ITEM_NUMBERS = (
    ("gtin", "gtin"),
    ("manufacturer", "manufacturer_number"),
    ("buyer", "buyer_number"),
)
"""Each member of an item's numbers with its field."""


def details_of(
    plan: Plan, places: Sequence[tuple[str, int]], headers: Headers | None, remarks: Remarks
) -> Details | None:
    """Give what reads and puts the details of an import's orders, None where no column has any."""
    if not places and headers is None:
        return None
    return Details(DetailReader(plan, places, headers), plan.scopes, remarks)


class Details:
    """The details of the orders of one import."""

    def __init__(self, reader: DetailReader, scopes: Scopes, remarks: Remarks) -> None:
        self._reader = reader
        self._scopes = scopes
        self._remarks = remarks
        self._read_address = reader_of_addresses(MEMBERS)

    def read(self, lines: Lines, header: HeaderOf | None) -> DetailCells | None:
        """Read what an order's rows say; raises ValueError where that cannot be read."""
        return self._reader.read(lines, header)

    def put(self, order: Order, cells: DetailCells) -> Order:
        """Give an order its details; raises ValueError where its rows contradict each other.

        Of what says nothing by itself the text stays with the order.
        """
        order = with_head_details(order, cells, self._scopes)
        order = with_discounts(order, cells)
        order = with_payments(order, cells)
        order = with_refunds(order, cells)
        order = with_shipments(order, cells)
        order = with_ship_to(order, cells, self._read_address)
        numbers = {of: cells.texts(field) for of, field in ITEM_NUMBERS if field in cells.names}
        order = with_item_numbers(order, numbers) if numbers else order
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
    if values.get("tax") is None:
        amounts = [tax.amount for tax in taxes(cells, plan.scopes)]
        whole = None not in amounts
        values["tax"] = sum(filter(None, amounts), ZERO) if amounts and whole else None
    if values.get("discount"):
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
