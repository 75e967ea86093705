"""Correcting: what of an order can still be other than it was ordered, and what it comes to then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from orderglot.core import lifecycle
from orderglot.core.adding_up import answer
from orderglot.core.billing import settled
from orderglot.core.correcting import Correction, correct
from orderglot.core.errors import Conflict, HubError, Invalid, Rule
from orderglot.core.findings import Answer
from orderglot.core.line_quantities import counting, to_ship
from orderglot.core.order import Address, Amounts, Discount, Line, Order, Reference, Shipping
from orderglot.core.order_details import OrderDetails, Refund, RefundedLine
from orderglot.core.pricing import price
from orderglot.core.product import Product, Tier
from orderglot.core.quantities import Quantity
from orderglot.core.resumming import overpaid
from orderglot.core.shipments import Shipment, ShippedLine
from orderglot.core.totals import summed
from orderglot.core.values import InvoiceStatus, Kind, Status

NOON = datetime(2026, 5, 21, 12, tzinfo=UTC)
CUP = Product(
    sku="CUP",
    title="Cup",
    pack=6,
    currency="USD",
    tiers=(Tier(price=Decimal("1.25")), Tier(quantity=60, price=Decimal("0.85"))),
    weight=Decimal("0.25"),
)
SALT = Product(sku="SALT", title="Salt", currency="USD", tiers=(Tier(price=Decimal("0.999")),))
PRODUCTS = {one.sku: one for one in (CUP, SALT)}


def ordered(**members: object) -> Order:
    """Give an order of twelve cups and three bags of salt, as it is priced here."""
    lines = (Line(sku="CUP", quantity=12), Line(sku="SALT", quantity=3))
    draft = Order(status=Status.PROCESSING, currency="USD", lines=lines)
    return replace(price(draft, PRODUCTS), **members)


def corrected(order: Order, **members: Any) -> Order:
    return correct(order, Correction(**members), PRODUCTS, "USD")


def problems(step: Callable[[], Order]) -> list[tuple[str, Rule, int | None]]:
    with pytest.raises(Invalid) as refused:
        step()
    return [(one.field, one.rule, one.line) for one in refused.value.problems]


def test_addresses_numbers_and_notes_are_corrected_and_the_rest_stands() -> None:
    order = ordered(shipping=Shipping(carrier="UPS", method="Ground"))
    home = Address(line_1="1 Sample Street")
    shipping = {"method": "Air", "instructions": "Ring twice."}
    head = {"ship_to": home, "bill_to": home, "po_number": "P", "notes": ""}
    result = corrected(order, **head, shipping=shipping)

    assert result == replace(
        order,
        **head,
        shipping=Shipping(carrier="UPS", method="Air", instructions="Ring twice."),
    )


def test_a_line_of_another_quantity_keeps_its_price_and_the_bill_follows() -> None:
    order = corrected(ordered(), quantities={1: 60})

    assert [(60, Decimal("1.25"), 75), (3, Decimal("0.999"), Decimal("2.997"))] == [
        (one.quantity, one.unit_price, one.total) for one in order.lines
    ]
    assert (Decimal("15.00"), [1, 2]) == (
        order.lines[0].weight,
        [one.number for one in order.lines],
    )
    assert order.invoice is not None
    assert Decimal(78) == order.totals.total == order.invoice.owed.total


def test_a_line_more_has_the_price_of_today_by_all_pieces_of_the_order() -> None:
    order = corrected(ordered(), added=(Line(sku="CUP", quantity=48),))

    assert [Decimal("1.25"), Decimal("0.999"), Decimal("0.85")] == [
        one.unit_price for one in order.lines
    ]
    assert (3, "Cup", Decimal("58.80")) == (
        order.lines[2].number,
        order.lines[2].title,
        order.totals.total,
    )


def test_a_line_is_removed_and_its_number_goes_to_no_other() -> None:
    order = corrected(ordered(), removed=(2,), added=(Line(sku="SALT", quantity=1),))

    assert [(1, "CUP"), (3, "SALT")] == [(one.number, one.sku) for one in order.lines]
    assert Decimal("16.00") == order.totals.total


def test_more_is_owed_of_what_was_paid_and_what_was_paid_too_much_is_told() -> None:
    paid = settled(ordered(), InvoiceStatus.PAID)
    more, less = corrected(paid, quantities={1: 24}), corrected(paid, removed=(2,))

    assert more.invoice is not None
    assert (InvoiceStatus.PARTIALLY_PAID, Decimal(15)) == (
        more.invoice.status,
        more.invoice.owed.total,
    )
    assert less.invoice is not None
    assert paid.invoice is not None
    assert (paid.invoice.paid, Decimal(3)) == (less.invoice.paid, overpaid(less))
    assert 0 == overpaid(more)


@pytest.mark.parametrize("references", [(), (Reference("kole@w", "7"),)])
def test_a_bill_of_which_nothing_is_owed_any_more_is_paid_in_full(
    references: tuple[Reference, ...],
) -> None:
    order = ordered(references=references)
    assert order.invoice is not None
    paid = Amounts(total=Decimal(15))
    owed = Amounts(total=Decimal(3))
    bill = replace(order.invoice, status=InvoiceStatus.PARTIALLY_PAID, paid=paid, owed=owed)
    left = corrected(replace(order, invoice=bill), removed=(2,)).invoice

    assert left is not None
    assert (InvoiceStatus.PAID, Decimal(15), Decimal(0)) == (
        left.status,
        left.due.total,
        left.owed.total,
    )
    more = corrected(replace(order, invoice=bill), quantities={1: 18}).invoice
    assert more is not None
    assert InvoiceStatus.PARTIALLY_PAID is more.status


def test_figures_from_elsewhere_stand_and_move_by_what_the_lines_come_to() -> None:
    theirs = ordered(references=(Reference("kole@w", "7"),), discount=Discount(amount=Decimal(1)))
    totals = replace(theirs.totals, total=Decimal("19.50"), tax=Decimal("2.50"))
    assert theirs.invoice is not None
    due = replace(theirs.invoice.due, total=Decimal("19.50"), tax=Decimal("2.50"))
    theirs = replace(theirs, totals=totals, invoice=replace(theirs.invoice, due=due, owed=due))
    order = corrected(theirs, quantities={1: 24})

    assert replace(totals, subtotal=Decimal(33), total=Decimal("34.50")) == order.totals
    assert order.invoice is not None
    assert replace(due, subtotal=Decimal(33), total=Decimal("34.50")) == order.invoice.due
    assert order.invoice.due == order.invoice.owed


def test_what_an_order_from_elsewhere_comes_to_is_not_known_where_a_line_has_no_price() -> None:
    theirs = ordered(references=(Reference("kole@w", "7"),))
    bare = replace(theirs.lines[0], unit_price=None, total=None)
    order = corrected(replace(theirs, lines=(bare, theirs.lines[1])), quantities={1: 6})

    assert (None, None) == (order.totals.total, order.totals.subtotal)
    assert theirs.invoice == order.invoice


def test_a_currency_that_nobody_names_is_the_one_that_is_named() -> None:
    theirs = ordered(currency="", references=(Reference("catalyst@w", "7"),))
    order = corrected(theirs, added=(Line(sku="SALT", quantity=1000),))
    assert Decimal(1017) == order.totals.total

    euros = replace(theirs.lines[0], currency="EUR")
    theirs = replace(theirs, lines=(euros, theirs.lines[1]))
    assert corrected(theirs, added=(Line(sku="SALT", quantity=1000),)).totals.total is None


def test_what_is_so_already_is_not_refused() -> None:
    sent = lifecycle.ship(ordered(), Shipment(lines=(ShippedLine(number=1, quantity=2),)), NOON)

    assert sent == corrected(sent, quantities={1: 12})


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (counting(Line(), shipped=1), "went out"),
        (Line(status=Status.SHIPPED), "went out"),
        (Line(status=Status.PARTLY_SHIPPED), "went out"),
        (counting(Line(), cancelled=1), "was cancelled"),
        (Line(status=Status.FAILED), "was cancelled"),
        (Line(remaining=3), "was returned"),
        (counting(Line(), returned=1), "was returned"),
        (Line(subscription="S1"), "is of subscription S1"),
        (Line(replaces="S1"), "is of subscription S1"),
    ],
)
def test_a_line_of_which_something_became_stays_as_it_is(line: Line, why: str) -> None:
    order = ordered()
    first = replace(
        order.lines[0],
        status=line.status or Status.PROCESSING,
        remaining=line.remaining,
        subscription=line.subscription,
        replaces=line.replaces,
        details=line.details,
    )
    order = replace(order, lines=(first, order.lines[1]))
    fixed = [("number", Rule.STATE, 1)]
    assert fixed == problems(lambda: corrected(order, quantities={1: 6}))
    assert fixed == problems(lambda: corrected(order, removed=(1,)))
    with pytest.raises(Invalid, match=f"Line 1 {why}"):
        corrected(order, removed=(1,))


def test_what_parcels_say_that_went_out_stays() -> None:
    parcel = Shipment(lines=(ShippedLine(number=1, quantity=2),))
    order = ordered(status=Status.PARTLY_SHIPPED, details=OrderDetails(shipments=(parcel,)))

    assert [("number", Rule.STATE, 1)] == problems(lambda: corrected(order, removed=(1,)))


@pytest.mark.parametrize("status", [Status.SHIPPED, Status.DELIVERED])
def test_what_an_order_alone_says_went_out_stays_and_is_not_sent_once_more(status: Status) -> None:
    silent = ordered(status=status)
    silent = replace(silent, lines=tuple(replace(line, status=None) for line in silent.lines))

    assert [("number", Rule.STATE, 1)] == problems(lambda: corrected(silent, quantities={1: 6}))
    more = corrected(silent, added=(Line(sku="SALT", quantity=1),))
    assert Status.PARTLY_SHIPPED is more.status
    assert [0, 0, 1] == [to_ship(line) for line in more.lines]


def test_what_was_refunded_stays() -> None:
    refund = Refund(lines=(RefundedLine(number=2, quantity=1),))
    order = ordered(details=OrderDetails(refunds=(refund,)))

    assert [("number", Rule.STATE, 2)] == problems(lambda: corrected(order, quantities={2: 1}))


def test_each_member_that_is_wrong_is_named_once() -> None:
    assert [
        ("quantity", Rule.PACK, 1),
        ("quantity", Rule.RANGE, 2),
        ("number", Rule.UNKNOWN, 7),
    ] == problems(lambda: corrected(ordered(), quantities={1: 7, 2: Decimal("1.5"), 7: 1}))
    assert [("quantity", Rule.RANGE, 2)] == problems(
        lambda: corrected(ordered(), quantities={2: 0})
    )
    alike = ordered()
    alike = replace(alike, lines=tuple(replace(one, number=1) for one in alike.lines))
    assert [("number", Rule.DUPLICATE, 1)] == problems(lambda: corrected(alike, removed=(1,)))
    assert [("sku", Rule.UNKNOWN, 1)] == problems(
        lambda: corrected(ordered(), added=(Line(sku="X", quantity=1),))
    )


def test_a_line_whose_total_nobody_can_explain_is_repriced_first() -> None:
    order = ordered()
    order = replace(order, lines=(replace(order.lines[0], total=Decimal(9)), order.lines[1]))

    assert [("quantity", Rule.MISMATCH, 1)] == problems(lambda: corrected(order, quantities={1: 6}))


def test_goods_that_all_went_out_go_nowhere_else_but_their_bill_may() -> None:
    order = lifecycle.ship(ordered(), Shipment(), NOON)
    home = Address(line_1="1 Sample Street")

    assert [("ship_to", Rule.STATE, None), ("shipping", Rule.STATE, None)] == problems(
        lambda: corrected(order, ship_to=home, shipping={"method": "Air"})
    )
    assert home == corrected(order, bill_to=home).bill_to


def test_nothing_is_removed_so_that_nothing_is_left() -> None:
    assert [("number", Rule.STATE, None)] == problems(lambda: corrected(ordered(), removed=(1, 2)))
    assert () == corrected(ordered(status=Status.DRAFT), removed=(1, 2)).lines


def test_when_the_rest_is_removed_what_went_out_is_all() -> None:
    sent = lifecycle.ship(ordered(), Shipment(lines=(ShippedLine(number=1, quantity=12),)), NOON)

    assert (Status.PARTLY_SHIPPED, Status.SHIPPED) == (
        sent.status,
        corrected(sent, removed=(2,)).status,
    )


@pytest.mark.parametrize(
    "order",
    [
        ordered(deleted=NOON),
        ordered(kind=Kind.RETURN),
        ordered(kind=Kind.SWITCH),
        *(
            ordered(status=status)
            for status in (Status.CANCELLED, Status.FAILED, Status.COMPLETED, Status.RETURNED)
        ),
    ],
)
def test_what_is_over_is_not_corrected(order: Order) -> None:
    with pytest.raises(Conflict):
        corrected(order, po_number="P")


def test_an_order_without_a_currency_is_added_to_in_the_sellers() -> None:
    order = corrected(ordered(currency=""), added=(Line(sku="SALT", quantity=1, title="Sea"),))

    assert ("", "USD", "Sea") == (order.currency, order.lines[2].currency, order.lines[2].title)


QUANTITIES: st.SearchStrategy[Quantity] = st.integers(-1, 30)
NUMBERS = st.integers(0, 4)
CORRECTIONS = st.builds(
    Correction,
    quantities=st.dictionaries(NUMBERS, QUANTITIES, max_size=2),
    removed=st.lists(NUMBERS, max_size=2, unique=True).map(tuple),
    added=st.lists(
        st.builds(Line, sku=st.sampled_from(("CUP", "SALT")), quantity=st.sampled_from((1, 6, 60))),
        max_size=2,
    ).map(tuple),
)
ORDERS = st.builds(
    lambda references, off, shipping, paid: settled(
        replace(
            summed(
                ordered(
                    discount=Discount(amount=off),
                    totals=replace(ordered().totals, shipping=shipping),
                )
            ),
            references=references,
        ),
        paid,
    ),
    st.sampled_from(((), (Reference("kole@w", "7"),))),
    st.sampled_from((None, Decimal(1), Decimal("2.50"))),
    st.sampled_from((Decimal(0), Decimal("7.25"))),
    st.sampled_from((InvoiceStatus.UNPAID, InvoiceStatus.PAID)),
)
"""Orders that are priced here, and such as a vendor has."""


@given(ORDERS, st.lists(CORRECTIONS, max_size=3))
def test_an_order_adds_up_after_whatever_was_corrected(
    order: Order, corrections: list[Correction]
) -> None:
    for one in corrections:
        numbers = {line.number for line in order.lines}
        try:
            now = correct(order, one, PRODUCTS, "USD")
        except HubError:
            continue
        assert Answer.YES is answer(now)
        assert order.invoice is not None
        assert now.invoice is not None
        assert order.invoice.paid == now.invoice.paid
        wanted = {number: one.quantities[number] for number in numbers & one.quantities.keys()}
        stay = {line.number: line.quantity for line in now.lines if line.number in wanted}
        assert {k: v for k, v in wanted.items() if k not in one.removed} == stay
        order = now
