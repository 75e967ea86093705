"""Resumming: orders from elsewhere come to more or less as their lines, discount and shipping do."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from orderglot.core import lifecycle
from orderglot.core.adding_up import answer
from orderglot.core.correcting import Correction, correct
from orderglot.core.findings import Answer
from orderglot.core.goods_returns import take_goods_back
from orderglot.core.order import (
    Amounts,
    Discount,
    Invoice,
    Line,
    Order,
    Reference,
    Shipping,
    Totals,
)
from orderglot.core.order_details import OrderDetails
from orderglot.core.resumming import followed, is_priced_here, resum
from orderglot.core.shipments import Shipment
from orderglot.core.splitting import split
from orderglot.core.values import InvoiceStatus, Status

NOON = datetime(2026, 5, 21, 12, tzinfo=UTC)
TAXED = Totals(
    subtotal=Decimal(24),
    shipping=Decimal(4),
    discount=Decimal(2),
    tax=Decimal(3),
    total=Decimal(29),
)
DUE = Amounts(
    subtotal=Decimal(22), shipping=Decimal(4), tax=Decimal(3), total=Decimal(29), duty=Decimal(0)
)


def theirs(**members: object) -> Order:
    order = Order(
        currency="USD",
        references=(Reference("kole@w", "7"),),
        lines=(Line(number=1, sku="A", quantity=24, unit_price=Decimal(1), total=Decimal(24)),),
        discount=Discount(amount=Decimal(2)),
        totals=TAXED,
        invoice=Invoice(status=InvoiceStatus.UNPAID, due=DUE, owed=DUE),
    )
    return replace(order, **members)


def put(order: Order, shipping: int = 4, off: int = 2, voucher: int = 0, rate: int = 0) -> Order:
    """Change an order beside its lines."""
    return resum(
        replace(
            order,
            totals=replace(order.totals, shipping=Decimal(shipping)),
            discount=Discount(amount=Decimal(off), voucher_amount=Decimal(voucher)),
            shipping=Shipping(tax_rate=Decimal(rate)),
        ),
        order,
    )


def sums(amounts: Amounts) -> list[Any]:
    return [amounts.subtotal, amounts.tax, amounts.total]


@pytest.mark.parametrize(
    ("changed", "subtotal", "tax", "total"),
    [
        (put(theirs(), shipping=9), 22, 3, 34),
        (put(theirs(), off=5), 19, 3, 26),
        (put(theirs(), voucher=1), 21, 3, 28),
        (put(theirs(), rate=50), 22, 5, 31),
        (put(theirs(), shipping=0, off=0), 24, 3, 27),
        (put(theirs(), off=100), 0, 3, 7),
    ],
)
def test_an_order_from_elsewhere_comes_to_more_or_less_with_its_shipping_and_discount(
    changed: Order, subtotal: int, tax: int, total: int
) -> None:
    assert changed.invoice is not None
    due = changed.invoice.due
    assert [24, tax, total] == sums(changed.totals)
    assert [subtotal, tax, total] == sums(due)
    assert due == changed.invoice.owed
    assert (changed.totals.shipping, changed.totals.discount) == (
        due.shipping,
        changed.discount.amount,
    )
    assert Answer.YES is answer(changed)


def test_tax_on_shipping_that_prices_include_is_in_the_total_already() -> None:
    included = OrderDetails(prices_include_tax=True)
    order = theirs(details=included, totals=replace(TAXED, total=Decimal(26)), invoice=None)
    changed = put(order, rate=50)

    assert [24, 5, 26] == sums(changed.totals)


def test_sums_that_the_bill_has_alone_stand_when_shipping_is_put_on() -> None:
    due = Amounts(subtotal=Decimal(24), tax=Decimal(3), total=Decimal(27))
    bill = Invoice(status=InvoiceStatus.UNPAID, due=due, owed=due)
    order = theirs(totals=Totals(total=Decimal(27)), discount=Discount(), invoice=bill)
    changed = put(order, shipping=5, off=0)

    assert (24, 5, 3, 32) == tuple(
        getattr(changed.totals, name) for name in ("subtotal", "shipping", "tax", "total")
    )
    assert changed.invoice is not None
    assert [24, 3, 32] == sums(changed.invoice.owed)
    assert changed.totals.shipping == changed.invoice.due.shipping


@pytest.mark.parametrize("again", [False, True])
def test_a_split_of_an_order_from_elsewhere_keeps_its_share_of_the_tax(again: bool) -> None:
    _, second = split(theirs(), {1: 12})
    if again:
        _, second = split(replace(second, id=1), {1: 11})
    corrected = correct(second, Correction(quantities={1: 10}), {})

    assert not is_priced_here(second)
    assert second.totals.tax == corrected.totals.tax
    assert second.totals.tax
    assert Answer.YES is answer(corrected)


def test_a_return_of_an_order_from_elsewhere_keeps_its_share_of_the_tax() -> None:
    sent = lifecycle.ship(theirs(status=Status.PROCESSING), Shipment(), NOON)
    _, back = take_goods_back(sent, {1: 12}, (), NOON)
    changed = put(back, shipping=3, off=0)

    assert back.totals.tax == Decimal("-1.50") == changed.totals.tax


FIVE, EUROS = (Line(quantity=1, total=Decimal(5), currency=one) for one in ("", "EUR"))


def shown(*lines: Line, **members: Any) -> Order:
    """Give an order of 5.00 whose vendor shows other lines, and no total."""
    before = Order(currency="USD", lines=(FIVE,), totals=Totals(total=Decimal(5)))
    return followed(replace(before, lines=lines, **members), before)


@pytest.mark.parametrize(
    ("lines", "total"),
    [
        ((FIVE, FIVE), Decimal(10)),
        ((FIVE, EUROS), None),
        ((FIVE, replace(FIVE, total=None, unit_price=Decimal(5))), None),
        ((replace(FIVE, title="Other"),), Decimal(5)),
    ],
)
def test_an_order_of_other_lines_comes_to_so_much_more_than_before(
    lines: tuple[Line, ...], total: Decimal | None
) -> None:
    assert total == shown(*lines).totals.total


def test_goods_in_two_currencies_that_stay_leave_a_total_as_it_is() -> None:
    dollars = replace(FIVE, currency="USD")
    before = Order(lines=(dollars, EUROS), totals=Totals(total=Decimal(9)))

    assert before == followed(before, before)
    swapped = replace(before, lines=(EUROS, replace(dollars, total=Decimal(6))))
    assert followed(swapped, before).totals.total is None


def test_what_a_vendor_shows_of_the_sums_stands_and_shipping_is_in_the_total() -> None:
    more = replace(FIVE, quantity=2, total=Decimal(10))
    sums = Totals(subtotal=Decimal(9), shipping=Decimal(2), tax=Decimal(1), total=Decimal(5))
    bill = Invoice(due=Amounts(total=Decimal(5)))
    found = shown(more, totals=sums, invoice=bill)

    assert replace(sums, total=Decimal(12)) == found.totals
    assert bill == found.invoice


def test_a_discount_takes_no_more_off_other_lines_than_they_come_to() -> None:
    line = Line(quantity=10, unit_price=Decimal(1), total=Decimal(10))
    before = Order(
        lines=(line,), discount=Discount(amount=Decimal(4)), totals=Totals(total=Decimal(6))
    )
    less = replace(before, lines=(replace(line, quantity=3, total=Decimal(3)),))

    assert Decimal(0) == followed(less, before).totals.total
