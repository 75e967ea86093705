"""Shipments: what went out when, with whom and under which number, out of the columns that say it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import zip_longest

from msgspec.structs import replace

from orderglot.core.order import Order
from orderglot.core.shipments import Shipment, ShippedLine
from orderglot.core.values import Status
from orderglot.files.detail_columns import DetailCells, distinct, entries, listed
from orderglot.files.head_details import NO_ORDER_DETAILS

BETWEEN_LINKS = re.compile(r"(?<=[\s,;|])(?=https?://)")

Parcel = tuple[str, str, str, datetime | None]
"""What tells a shipment from others: its tracking number, carrier, link and time."""


def with_shipments(order: Order, cells: DetailCells) -> Order:
    """Give an order its shipments, each with its lines where rows show in which of several they are."""
    found = dict[Parcel, list[int]]()
    for entry, places in entries(
        cells, ("tracking", "carrier", "tracking_url", "shipped_at")
    ).items():
        for parcel in _parcels(*entry):
            found.setdefault(parcel, []).extend(places)
    services = cells.texts("shipping_method")
    order = _with_shipping(order, cells.text("shipping_method"), [one for one, *_ in found])
    if not found:
        return order
    apart = _are_apart(found)
    shipments = tuple(
        Shipment(
            tracking=tracking,
            carrier=carrier,
            tracking_url=link,
            date=date,
            service=next(filter(None, (services[place] for place in places)), ""),
            lines=tuple(_lines(order, places)) if apart else (),
        )
        for (tracking, carrier, link, date), places in found.items()
    )
    details = replace(order.details or NO_ORDER_DETAILS, shipments=shipments)
    return replace(order, details=details)


def as_shipped(order: Order, cells: DetailCells | None) -> Order:
    """Give an order the status that its rows show, as far as they say that they were shipped."""
    if order.status is Status.CANCELLED:
        return order
    dates, numbers = (
        (cells.values.get(field) if cells else None) or [] for field in ("shipped_at", "tracking")
    )
    sent = [bool(date or number) for date, number in zip_longest(dates, numbers)]
    if not any(sent):
        return replace(order, status=Status.RECEIVED)
    return replace(order, status=Status.SHIPPED if all(sent) else Status.PARTLY_SHIPPED)


def _parcels(
    tracking: str | None, carrier: str | None, links: str | None, date: datetime | None
) -> Iterator[Parcel]:
    """Give the parcels of a row: one for each number in it; none where it names a carrier alone."""
    numbers = listed(tracking or "")
    urls = distinct(one.strip(" \t\n,;|") for one in BETWEEN_LINKS.split(links or ""))
    if len(numbers) > 1 and len(urls) == 1:
        urls *= len(numbers)  # one page for all of them
    for number, url in zip_longest(numbers, urls, fillvalue=""):
        yield number, carrier or "", url, date
    if not numbers and not urls and date is not None:
        yield "", carrier or "", "", date


def _are_apart(found: dict[Parcel, list[int]]) -> bool:
    """Tell whether rows show in which of several shipments they are: none is in two of them.

    Where one row names them all, it names those of the whole order.
    """
    places = [place for parcel in found.values() for place in parcel]
    return len(found) > 1 and len(places) == len(set(places))


def _lines(order: Order, places: list[int]) -> Iterator[ShippedLine]:
    for place in places:
        line = order.lines[place]
        yield ShippedLine(
            number=line.number, quantity=line.details.shipped if line.details else None
        )


def _with_shipping(order: Order, method: str, numbers: list[str]) -> Order:
    """Give an order the way in which it goes out, and its tracking number where it has one alone."""
    tracking = numbers[0] if len(numbers) == 1 else ""
    if not method and not tracking:
        return order
    return replace(order, shipping=replace(order.shipping, method=method, tracking=tracking))
