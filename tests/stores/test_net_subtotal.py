"""The net subtotal: what a page shows as a subtotal, asked for in every store alike."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from orderglot.core.charges import AllowanceCharge
from orderglot.core.fields import NET_SUBTOTAL, field, values_of
from orderglot.core.order import Discount, Order, Totals
from orderglot.core.order_details import OrderDetails
from orderglot.core.query import Compare, Operator, Sort, Window
from tests.stores.shops import Shop


def sums(**amounts: int) -> Totals:
    return Totals(**{name: Decimal(amount) for name, amount in amounts.items()})


def off(*amounts: int | None, charge: bool = False) -> OrderDetails:
    each = (None if one is None else Decimal(one) for one in amounts)
    listed = tuple(AllowanceCharge(charge=charge, amount=one) for one in each)
    return OrderDetails(allowance_charges=listed)


THREE = Discount(amount=Decimal(2), voucher_amount=Decimal(1))
ORDERS = (
    (Order(totals=sums(subtotal=30, shipping=5, total=35)), 30),
    (Order(totals=sums(subtotal=30, shipping=5, total=32), discount=THREE), 27),
    (Order(totals=sums(subtotal=27, shipping=5, total=32), discount=THREE), 27),
    (Order(totals=sums(subtotal=30, discount=3, total=27)), 27),
    (Order(totals=sums(subtotal=30, discount=40, shipping=5, total=5)), 0),
    (Order(totals=sums(subtotal=-30, discount=3, total=-30)), -30),
    (Order(totals=sums(subtotal=30, duty=4, charges=1, taxable_charges=2, total=37)), 34),
    (Order(totals=sums(subtotal=30, total=27), details=off(1, 2)), 27),
    (Order(totals=sums(subtotal=30, total=27), details=off(1, None)), 30),
    (Order(totals=sums(subtotal=30, total=33), details=off(3, charge=True)), 30),
    (
        Order(
            totals=sums(subtotal=30, tax=5, total=30),
            details=OrderDetails(prices_include_tax=True),
        ),
        25,
    ),
    (Order(totals=sums(subtotal=30, tax=5, total=30)), 30),
    (Order(totals=sums(subtotal=30, total=26), discount=THREE), 30),
    (Order(totals=sums(subtotal=30), discount=THREE), 30),
    (Order(totals=sums(total=27), discount=THREE), None),
)


@pytest.mark.parametrize(("order", "amount"), ORDERS)
def test_it_is_worked_out_by_the_order_and_found(
    shop: Shop, order: Order, amount: int | None
) -> None:
    wanted = None if amount is None else Decimal(amount)
    id = shop.run(shop.book.place(replace(order, currency="USD"))).id
    shop.run(shop.book.place(Order(totals=sums(subtotal=8, total=8))))

    assert (wanted,) == values_of(order, field(NET_SUBTOTAL))
    assert (id,) == found(shop, Compare(NET_SUBTOTAL, Operator.EQ, wanted))
    assert id in found(shop, Compare(NET_SUBTOTAL, Operator.NE, Decimal(8)))


@pytest.mark.parametrize("exponent", [40, 100_000])
def test_amounts_beyond_all_bounds_fail_no_list(shop: Shop, exponent: int) -> None:
    huge = Decimal(1).scaleb(exponent)
    shop.run(shop.book.place(Order(totals=Totals(subtotal=huge, total=huge), discount=THREE)))
    (order, _), *_ = ORDERS
    id = shop.run(shop.book.place(order)).id

    assert (id,) == found(shop, Compare(NET_SUBTOTAL, Operator.EQ, Decimal(30)))


def found(shop: Shop, where: Compare) -> tuple[int, ...]:
    page = shop.run(shop.book.page(Window(where=where, sort=(Sort(NET_SUBTOTAL),), total=True)))
    assert len(page.orders) == page.total
    return tuple(order.id for order in page.orders)
