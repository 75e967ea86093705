"""Parcels: the rows of a file of tracking numbers, put together by order and number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from msgspec import Struct

from orderglot.core.errors import Rule, invalid
from orderglot.core.line_quantities import to_ship
from orderglot.core.line_steps import detailed
from orderglot.core.order import Order
from orderglot.core.quantities import Quantity, plain
from orderglot.core.shipments import Shipment, ShippedLine
from orderglot.files.detail_columns import NOTHING, listed
from orderglot.files.lines import read_number_of, read_quantity, read_sku
from orderglot.files.plan import Plan
from orderglot.files.rows import Reject, Stride

MOST_ROWS = 500_000
"""So many rows of tracking numbers are read at once, as a parcel's need not stand together."""

FIELDS = (
    *("tracking", "tracking_url", "carrier", "shipping_method", "shipped_at", "sku"),
    *("quantity", "shipped_quantity"),
)


class Parcel(Struct):
    """A parcel of an order, as a file tells of it: what is in it, where it says that, and its rows."""

    tracking: str
    tracking_url: str = ""
    carrier: str = ""
    service: str = ""
    date: datetime | None = None
    goods: list[tuple[str, Quantity | None]] = []
    rows: list[tuple[int, str]] = []

    def shipment(self, order: Order) -> Shipment:
        """Give it as one of an order's; raises ValueError where the order has not such goods."""
        return Shipment(
            tracking=self.tracking,
            tracking_url=self.tracking_url,
            carrier=self.carrier,
            service=self.service,
            date=self.date,
            lines=tuple(_lines(order, self.goods)),
        )


class OrderParcels(NamedTuple):
    """The parcels of one order, by its number in the file."""

    number: str
    parcels: list[Parcel]


def parcels(rows: Iterable[Stride | Reject], plan: Plan) -> Iterator[OrderParcels | Reject]:
    """Give each row that cannot be read, then each order with its parcels, in the file's order.

    Raises Invalid for a file that is too long to be put together.
    """
    found = dict[str, dict[str, Parcel]]()
    count = 0
    for one in rows:
        if isinstance(one, Reject):
            yield one
            continue
        count += len(one.texts)
        if count > MOST_ROWS:
            reason = f"a file of tracking numbers has at most {MOST_ROWS:,} rows; divide it."
            raise invalid("files", Rule.SIZE, reason)
        for line, text, *cells in zip(one.numbers, one.texts, *one.columns, strict=True):
            try:
                _add(found, plan, line, text, cells)
            except ValueError as error:
                yield Reject(line, str(error), text)
    for number, by_tracking in found.items():
        yield OrderParcels(number, [*by_tracking.values()])


def _add(
    found: dict[str, dict[str, Parcel]], plan: Plan, line: int, row: str, cells: list[str]
) -> None:
    """Put a row to the parcels of its order; raises ValueError where it cannot be read."""
    at = plan.columns.at
    texts = {field: cells[at[field]].strip() if field in at else "" for field in FIELDS}
    texts = {field: "" if text.casefold() in NOTHING else text for field, text in texts.items()}
    number = read_number_of("order number", cells[at["order"]])
    numbers = listed(texts["tracking"])
    if not numbers:
        raise ValueError("it has no tracking number")
    sku, quantity = read_sku(texts["sku"]), _quantity(texts, plan)
    date = plan.read_time(texts["shipped_at"])
    for one in numbers:
        parcel = found.setdefault(number, {}).setdefault(one, Parcel(one))
        parcel.tracking_url = parcel.tracking_url or texts["tracking_url"]
        parcel.carrier = parcel.carrier or texts["carrier"]
        parcel.service = parcel.service or texts["shipping_method"]
        parcel.date = parcel.date or date
        parcel.rows.append((line, row))
        if sku:
            parcel.goods.append((sku, quantity))


def _quantity(texts: Mapping[str, str], plan: Plan) -> Quantity | None:
    return read_quantity("quantity", texts["quantity"] or texts["shipped_quantity"], plan.marks)


def _lines(order: Order, goods: list[tuple[str, Quantity | None]]) -> Iterator[ShippedLine]:
    """Give the lines that goods are of, the first of a SKU of which something is left first."""
    left = {line.number: to_ship(line) for line in detailed(order)}
    taken = dict[int, Quantity]()
    for sku, quantity in goods:
        alike = [line.number for line in order.lines if line.sku == sku]
        if not alike:
            raise ValueError(f"it has no line of {sku!r}")
        wanted = sum(left[number] for number in alike) if quantity is None else quantity
        for number in alike:
            last = number == alike[-1]
            much = wanted if last else min(wanted, left[number])
            if much:
                taken[number] = plain(taken.get(number, 0) + much)
                left[number] = plain(left[number] - much)
                wanted = plain(wanted - much)
    for number, much in taken.items():
        yield ShippedLine(number=number, quantity=much)
