"""Splitting: so much of an order goes into a second one, and nothing of it is lost, doubled or made."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import fields, replace

from orderglot.core import lifecycle
from orderglot.core.adding_up import adds_up
from orderglot.core.cancellation_requests import CancellationRequest, CancellationState
from orderglot.core.currencies import rounded
from orderglot.core.errors import Conflict, HubError, Invalid
from orderglot.core.findings import Answer
from orderglot.core.line_portions import minus
from orderglot.core.line_quantities import cancelled, to_ship
from orderglot.core.linking import MOVED
from orderglot.core.order import (
    Address,
    Amounts,
    Discount,
    Identity,
    Invoice,
    Line,
    Link,
    Order,
    Reference,
    Shipping,
    Totals,
)
from orderglot.core.order_details import OrderDetails, PaymentMade, SecondCurrency
from orderglot.core.quantities import Quantity
from orderglot.core.quantity_equations import along
from orderglot.core.resumming import PRICED_ELSEWHERE
from orderglot.core.shipments import Shipment, ShippedLine
from orderglot.core.splitting import split
from orderglot.core.values import InvoiceStatus, Kind, Relation, Status
from tests.core.dividable_orders import UNITS, orders

ASKED = CancellationState.ASKED
NOON = datetime(2026, 5, 21, 12, tzinfo=UTC)


@st.composite
def splits(draw: st.DrawFn) -> tuple[Order, dict[int, Quantity]]:
    """Draw an order, some of it perhaps on its way, and how much of which lines is to be moved."""
    order = draw(orders())
    if draw(st.booleans()):
        sent = parcel(draw(some(order)))
        order = lifecycle.ship(order, sent, NOON) if sent.lines else order
    return order, draw(some(order))


def some(order: Order) -> st.SearchStrategy[dict[int, Quantity]]:
    """Draw so much of some lines as is there to be sent."""
    each = {line.number: st.integers(0, 10).map(partial(_tenths, line)) for line in order.lines}
    return st.fixed_dictionaries(each).map(
        lambda found: {number: much for number, much in found.items() if much}
    )


def _tenths(line: Line, tenths: int) -> Quantity:
    """Give some tenths of what is to be sent of a line, in whole pieces where it has these."""
    left = to_ship(line)
    much = left * tenths / Decimal(10)
    return int(much) if isinstance(line.quantity, int) else rounded(much, "USD").normalize()


def parcel(content: dict[int, Quantity]) -> Shipment:
    lines = tuple(ShippedLine(number=number, quantity=much) for number, much in content.items())
    return Shipment(carrier="UPS", lines=lines)


def amounts(thing: Any, name: str = "") -> Iterator[tuple[str, Decimal]]:
    """Give every amount of a thing by its name; a tax, an allowance or a line by what it is called."""
    if isinstance(thing, Decimal):
        yield name, thing
    elif isinstance(thing, tuple):
        for place, one in enumerate(thing):
            yield from amounts(one, f"{name}[{getattr(one, 'number', place)}]")
    elif isinstance(thing, Struct):
        for member in fields(thing):
            if member.name not in RATES:
                yield from amounts(getattr(thing, member.name), f"{name}.{member.name}")


RATES = {
    *("unit_price", "list_price", "discounted_price", "net_price", "price_quantity"),
    *("percent", "rate", "tax_rate"),
    *("quantity", "cancelled", "shipped", "returned", "shipments"),
}
"""Members that are no amounts: what a piece costs, how much per cent, how many."""


def together(*parts: Order) -> dict[str, Decimal]:
    """Add up the amounts of some orders, member by member; nothing is as if it were not there."""
    found = dict[str, Decimal]()
    for order in parts:
        for name, amount in amounts(order):
            found[name] = found.get(name, Decimal(0)) + amount
    return {name: amount for name, amount in found.items() if amount}


def quantities(*parts: Order) -> dict[int, Quantity]:
    found = dict[int, Quantity]()
    for order in parts:
        for line in order.lines:
            found[line.number] = found.get(line.number, 0) + line.quantity
    return found


@given(splits())
def test_quantities_and_money_are_conserved_and_each_part_adds_up(
    drawn: tuple[Order, dict[int, Quantity]],
) -> None:
    order, wanted = drawn
    try:
        first, second = split(order, wanted)
    except HubError:
        return

    assert wanted == {line.number: line.quantity for line in second.lines}
    assert quantities(order) == quantities(first, second)
    assert together(order) == together(first, second)
    unit = Decimal(1).scaleb(-UNITS[order.currency])
    assert Answer.YES is adds_up(second).answer
    assert all(abs(one.by) == unit for one in adds_up(first).differences)


WHOLE = Order(
    id=1,
    version=4,
    number="N1",
    references=(Reference("kole", "K1"),),
    status=Status.PROCESSING,
    po_number="PO-1",
    source="API",
    currency="USD",
    customer=Identity(id=7),
    ship_to=Address(city="Reno"),
    shipping=Shipping(carrier="UPS", tracking="1Z"),
    lines=(
        Line(number=1, id="a", sku="A", quantity=3, unit_price=Decimal(5), total=Decimal(15)),
        Line(number=4, id="b", sku="B", quantity=2, unit_price=Decimal(4), total=Decimal(8)),
    ),
    discount=Discount(voucher="V1", voucher_amount=Decimal("0.07")),
    totals=Totals(subtotal=Decimal(23), shipping=Decimal(4), total=Decimal("26.93")),
    links=(Link(Relation.REFERS_TO, Identity(id=9)),),
    extras={"kodaris.extra5": "2315-01"},
)


def test_the_new_order_is_a_split_of_the_first_with_the_lines_own_numbers() -> None:
    first, second = split(WHOLE, {1: 1, 4: 2})

    assert [(1, 2)] == [(one.number, one.quantity) for one in first.lines]
    assert [(1, "", 1), (4, "b", 2)] == [(one.number, one.id, one.quantity) for one in second.lines]
    assert [(Relation.SPLIT_OF, 1)] == [(one.relation, one.order.id) for one in second.links]
    assert first.links == WHOLE.links


def test_terms_go_along_and_names_history_and_extras_do_not() -> None:
    _, second = split(WHOLE, {4: 2})

    assert ("PO-1", "API", 7, Address(city="Reno"), "UPS") == (
        second.po_number,
        second.source,
        second.customer and second.customer.id,
        second.ship_to,
        second.shipping.carrier,
    )
    assert (0, 0, "", (), "", {MOVED: True, PRICED_ELSEWHERE: True}) == (
        second.id,
        second.version,
        second.number,
        second.references,
        second.shipping.tracking,
        second.extras,
    )


def test_money_is_divided_by_worth_and_shipping_stays() -> None:
    first, second = split(WHOLE, {4: 2})

    assert (Decimal(15), Decimal("0.05"), Decimal(4), Decimal("18.95")) == sums(first)
    assert (Decimal(8), Decimal("0.02"), Decimal(0), Decimal("7.98")) == sums(second)


def sums(order: Order) -> tuple[Decimal | None, ...]:
    totals = order.totals
    return totals.subtotal, order.discount.voucher_amount, totals.shipping, totals.total


def test_tax_on_shipping_stays_with_the_shipping() -> None:
    totals = replace(WHOLE.totals, tax=Decimal("0.40"), total=Decimal("27.33"))
    shipping = replace(WHOLE.shipping, tax_rate=Decimal(10))
    first, second = split(replace(WHOLE, totals=totals, shipping=shipping), {4: 2})

    assert (Decimal("0.40"), Decimal(0)) == (first.totals.tax, second.totals.tax)


def test_what_is_paid_in_full_is_paid_in_both_and_other_payments_stay() -> None:
    due = Amounts(subtotal=Decimal("22.93"), shipping=Decimal(4), total=Decimal("26.93"))
    some, none = Amounts(total=Decimal(20)), Amounts(total=Decimal(0))
    for status, paid, expected in (
        (PAID, due, [(PAID, "18.95", "0"), (PAID, "7.98", "0")]),
        (PARTLY, some, [(PAID, "20", "-1.05"), (UNPAID, "0", "7.98")]),
        (UNPAID, none, [(UNPAID, "0", "18.95"), (UNPAID, "0", "7.98")]),
    ):
        owed = Amounts(total=minus(due.total, paid.total))
        bill = Invoice(number="I1", status=status, date=NOON, due=due, paid=paid, owed=owed)
        bills = [one.invoice for one in split(replace(WHOLE, invoice=bill), {4: 2})]

        assert expected == [
            (one.status, f"{one.paid.total:g}", f"{one.owed.total or 0:g}") for one in bills if one
        ]
        assert ["I1", ""] == [one.number for one in bills if one]


PAID, PARTLY, UNPAID = InvoiceStatus.PAID, InvoiceStatus.PARTIALLY_PAID, InvoiceStatus.UNPAID


def test_payments_that_are_listed_stay_with_the_first() -> None:
    due = Amounts(total=Decimal("26.93"))
    bill = Invoice(status=PAID, due=due, paid=due, owed=Amounts(total=Decimal(0)))
    details = OrderDetails(payments=(PaymentMade(id="P1", amount=due.total),))
    first, second = split(replace(WHOLE, invoice=bill, details=details), {4: 2})

    assert [(PAID, due), (UNPAID, Amounts(total=Decimal(0)))] == [
        (one.invoice.status, one.invoice.paid) for one in (first, second) if one.invoice
    ]
    assert (details, None) == (first.details, second.details)
    assert not [one for one in adds_up(first).differences if one.member.startswith("invoice")]


def test_a_second_currency_is_divided_as_the_first() -> None:
    second_currency = SecondCurrency(
        currency="JPY", rate=Decimal(100), totals=Totals(total=Decimal(2693))
    )
    order = replace(WHOLE, details=OrderDetails(second_currency=second_currency))
    parts = split(order, {4: 2})

    assert [1895, 798] == [one.details.second_currency.totals.total for one in parts if one.details]


def test_what_nobody_priced_is_moved_without_money() -> None:
    bare = tuple(replace(line, unit_price=None, total=None) for line in WHOLE.lines)
    first, second = split(replace(WHOLE, lines=bare), {4: 2})

    assert (WHOLE.totals, Totals()) == (first.totals, second.totals)


def test_a_held_orders_part_is_held_for_the_same_reason() -> None:
    held = lifecycle.hold(WHOLE, "No credit.")
    for one in split(held, {1: 1}):
        assert Status.ON_HOLD is one.status
        assert one.details is not None
        assert "No credit." == one.details.hold_reason
        assert Status.PROCESSING is lifecycle.release(one).status


def test_of_a_held_order_on_its_way_only_the_part_that_did_not_go_out_is_held() -> None:
    sent = lifecycle.ship(WHOLE, parcel({1: 2}), NOON)
    first, second = split(lifecycle.hold(sent, "No credit."), {1: 1, 4: 2})

    assert (Status.SHIPPED, Status.ON_HOLD) == (first.status, second.status)
    assert ["", "No credit."] == [one.details.hold_reason for one in (first, second) if one.details]


def test_of_an_order_on_its_way_what_did_not_go_out_is_moved() -> None:
    sent = lifecycle.ship(WHOLE, parcel({1: 2}), NOON)
    first, second = split(sent, {1: 1, 4: 2})

    assert (Status.SHIPPED, Status.PROCESSING) == (first.status, second.status)
    assert [Status.PROCESSING] * 2 == [line.status for line in second.lines]
    assert second.details is None
    assert first.details is not None
    assert 1 == len(first.details.shipments)


def test_cancelled_pieces_stay_with_the_first() -> None:
    first, second = split(lifecycle.cancel(WHOLE, "sold out", {1: 1}), {1: 2})

    assert [(1, 1), (4, 2)] == [(one.number, one.quantity) for one in first.lines]
    assert [Status.CANCELLED, Status.PROCESSING] == [one.status for one in first.lines]
    assert [0] == [cancelled(line) for line in second.lines]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, [("lines", None)]),
        ({1: 3, 4: 2}, [("lines", None)]),
        ({1: 4, 2: 1, 4: 0}, [("quantity", 1), ("number", 2), ("quantity", 4)]),
    ],
    ids=["nothing", "all", "more than there is"],
)
def test_something_is_moved_and_something_stays(
    wanted: dict[int, Quantity], expected: list[tuple[str, int | None]]
) -> None:
    with pytest.raises(Invalid) as refused:
        split(WHOLE, wanted)
    assert expected == [(one.field, one.line) for one in refused.value.problems]


def test_seats_that_were_given_back_are_not_moved() -> None:
    returned = replace(WHOLE, lines=(replace(WHOLE.lines[0], remaining=1), WHOLE.lines[1]))

    with pytest.raises(Invalid):
        split(returned, {1: 2})
    assert [0, 1] == [one.lines[0].remaining for one in split(returned, {1: 1})]


@pytest.mark.parametrize(
    "changed",
    [
        *({"status": status} for status in (Status.DRAFT, Status.SHIPPED, Status.CANCELLED)),
        *({"kind": kind} for kind in Kind if kind is not Kind.SALE),
        {"deleted": NOON},
        {"completes": NOON},
        {"details": OrderDetails(cancellations=(CancellationRequest(state=ASKED),))},
    ],
    ids=lambda changed: " ".join(f"{name} {value}"[:24] for name, value in changed.items()),
)
def test_what_is_over_or_counted_by_others_or_waited_for_is_not_split(
    changed: dict[str, object],
) -> None:
    with pytest.raises(Conflict):
        split(replace(WHOLE, **changed), {1: 1})


def test_no_more_is_missed_of_an_order_whose_goods_were_moved() -> None:
    first, second = split(WHOLE, {1: 2})

    assert () == along(first, (second,))
    beside = replace(second, extras={})
    assert [1] == [one.by for one in along(first, (beside,))]
