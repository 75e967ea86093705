"""Files in the layouts of shops: what each order comes to, how it adds up, and its details.

The files of ``shops/`` are made up, in the columns, encodings and line ends that the shops write.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import Struct

from orderglot.core.adding_up import adds_up, in_words
from orderglot.core.order import Order
from orderglot.core.order_details import OrderDetails
from tests.files.books import Shop

SHOPS = Path(__file__).parent / "shops"
SUMS = ("subtotal", "discount", "shipping", "tax", "total")


class ShopFile(Struct, frozen=True):
    """Files of a shop with the options of their import, and each order's sums and details."""

    files: tuple[str, ...]
    options: dict[str, Any]
    sums: dict[str, str]
    details: dict[str, set[str]]
    aside: tuple[str, ...] = ()


FILES = msgspec.json.decode((SHOPS / "expected.json").read_bytes(), type=list[ShopFile])


@pytest.mark.parametrize("file", FILES, ids=lambda file: " ".join(file.files))
def test_each_order_of_a_shop_says_what_it_comes_to_and_how_it_adds_up(
    shop: Shop, tmp_path: Path, file: ShopFile
) -> None:
    copies = [Path(shutil.copy(SHOPS / name, tmp_path)) for name in file.files]
    done = shop.take(*copies, **file.options)
    assert list(file.aside) == [one.reason for one in done.aside]
    assert file.sums == {order.number: sums(order) for order in shop.orders()}
    assert file.details == {order.number: set(details(order)) for order in shop.orders()}


def sums(order: Order) -> str:
    amounts = (getattr(order.totals, name) for name in SUMS)
    return " ".join([*map(text_of, amounts), in_words(adds_up(order))])


def text_of(amount: Decimal | None) -> str:
    return "-" if amount is None else str(amount)


def details(order: Order) -> Iterator[str]:
    """Give in a few words what an order says beside its goods and its sums."""
    if order.bill_to and order.bill_to.city + order.bill_to.last_name:
        bill_to = order.bill_to
        yield joined(bill_to.first_name, f"{bill_to.last_name},", bill_to.city, "pays")
    if order.ship_to:
        ship_to = order.ship_to
        yield joined(
            "goes to", ship_to.first_name, f"{ship_to.last_name or ship_to.company},", ship_to.city
        )
    if order.invoice and order.invoice.refunded.total:
        yield f"back {order.invoice.refunded.total}"
    yield from of_order(order.details or OrderDetails())
    yield from of_lines(order)


def of_order(found: OrderDetails) -> Iterator[str]:
    yield from (f"{tax.name} {tax.amount}" for tax in found.tax_lines)
    yield from (f"code {one.reason} {text_of(one.amount)}" for one in found.allowance_charges)
    for paid in found.payments:
        yield joined(paid.id, paid.method, f"at {paid.date:%Y-%m-%d %H:%M}" if paid.date else "")
    for back in found.refunds:
        yield from (f"line {one.number} back {one.amount}" for one in back.lines)
    for one in found.shipments:
        date = f"at {one.date:%Y-%m-%d %H:%M}" if one.date else ""
        lines = " ".join(["with", *(f"{line.number}" for line in one.lines)]) if one.lines else ""
        yield joined("sent by", one.carrier, one.service, one.tracking, date, lines)
    if found.schedule.wanted:
        yield f"wanted {found.schedule.wanted}"


def of_lines(order: Order) -> Iterator[str]:
    for line in order.lines:
        if line.details is None:
            continue
        for one in line.details.allowance_charges:
            yield f"line {line.number} {one.reason} {text_of(one.amount)}"
        for party in order.details.parties if order.details else ():
            if party.number == line.details.ship_to and party.address:
                yield f"line {line.number} goes to {party.address.line_1}"


def joined(*texts: str) -> str:
    return " ".join(filter(None, texts))
