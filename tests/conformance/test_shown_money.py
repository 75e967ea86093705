"""Law 10: money that adds up in the book adds up on every wire, by the members that it shows."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from orderglot import dialects
from orderglot.core.adding_up import adds_up, answer, in_words
from orderglot.core.boxes import unpacked
from orderglot.core.currencies import rounded
from orderglot.core.findings import Answer
from orderglot.core.order import (
    Amounts,
    Discount,
    Invoice,
    Line,
    LinePricing,
    Order,
    Reference,
    Totals,
)
from orderglot.core.order_details import OrderDetails
from orderglot.core.quantities import exact
from orderglot.core.totals import less_discount, worth
from orderglot.core.values import Status
from orderglot.wire.dialect import Dialect
from orderglot.wire.loss import loses

NOTHING = Decimal(0)
BESIDE = ("shipping", "tax", "duty", "charges", "taxable_charges")
"""What an order comes to beside its goods."""


BILLED = ("shipping", "tax", "duty")


def money(largest: int = 1000) -> st.SearchStrategy[Decimal]:
    return st.integers(0, largest * 100).map(lambda cents: Decimal(cents) / 100)


def some(strategy: st.SearchStrategy[Decimal]) -> st.SearchStrategy[Decimal | None]:
    return st.none() | strategy


@st.composite
def lines(draw: st.DrawFn) -> Line:
    """Make a line of boxes, of pieces or of what is measured, that comes to its price."""
    price = draw(money())
    quantity = draw(st.integers(1, 50) | st.sampled_from([exact(Decimal("1.5")), -2]))
    packing = draw(st.sampled_from([(None, None), (50, None), (10, 25), (None, 12)]))
    held, stems = packing
    box = draw(st.sampled_from(["", "FB"])) if held else ""
    each = draw(st.sampled_from([1, held or 1, stems or 1, (held or 1) * (stems or 1)]))
    total = worth(quantity * each, price)
    pricing = LinePricing(list_price=price, discounted_price=price, net_price=price, total=total)
    return Line(
        sku=draw(st.sampled_from(["AA124", "BB125"])),
        quantity=quantity,
        unit_price=price,
        total=total,
        box=box,
        units_per_box=held,
        pieces_per_unit=stems,
        pricing=pricing if each == 1 else None,
    )


@st.composite
def orders(draw: st.DrawFn, rare: bool = True) -> Order:
    """Make an order that adds up, with whatever can make up a total, or all of it but duty and charges."""
    bought = tuple(
        replace(line, number=number)
        for number, line in enumerate(draw(st.lists(lines(), min_size=1, max_size=3)), 1)
    )
    goods = sum([line.total or NOTHING for line in bought], NOTHING)
    discount = Discount(amount=draw(some(money(50))), voucher_amount=draw(some(money(50))))
    off = (discount.amount or NOTHING) + (discount.voucher_amount or NOTHING)
    beside = {
        name: draw(some(money(50))) if rare or name in ("shipping", "tax") else None
        for name in BESIDE
    }
    included = draw(st.sampled_from([None, True, False])) if beside["tax"] else None
    net = less_discount(goods, off)
    more = sum(filter(None, beside.values()), NOTHING)
    total = net + more - ((beside["tax"] or NOTHING) if included else NOTHING)
    after = draw(st.booleans())
    due = Amounts(
        subtotal=total - sum([beside[name] or NOTHING for name in BILLED], NOTHING),
        total=total,
        **{name: beside[name] for name in BILLED},
    )
    order = Order(
        currency="USD",
        references=tuple(Reference(name, "77001") for name in dialects.names()),
        status=draw(st.sampled_from([Status.COMPLETED, Status.RECEIVED])),
        lines=bought,
        discount=discount,
        totals=Totals(
            subtotal=net if after else goods,
            discount=draw(st.sampled_from([None, discount.amount])),
            total=total,
            **beside,
        ),
        invoice=draw(st.sampled_from([None, Invoice(due=due, owed=due)])),
        details=None if included is None else OrderDetails(prices_include_tax=included),
    )
    assume(answer(order) is Answer.YES)
    return order


def shown(dialect: Dialect, order: Order) -> Order:
    """Give an order as a client of a dialect reads it."""
    write = next(iter(dialect.bodies.write.values()))
    (seen,) = dialect.bodies.read(write((order,))).orders
    return seen


@pytest.mark.parametrize("name", dialects.names())
@given(order=orders(rare=False))
def test_what_a_face_shows_of_an_order_that_adds_up_does_not_contradict_itself(
    name: str, order: Order
) -> None:
    # Where the total is that of the lines again, a subtotal after discount is taken for a wrong one.
    assume(order.totals.total != sum([line.total or NOTHING for line in order.lines], NOTHING))
    seen = shown(dialects.dialect(name), order)

    assert Answer.NO is not answer(seen), in_words(adds_up(seen))


@pytest.mark.parametrize("name", dialects.names())
@given(order=orders())
def test_the_money_that_a_face_shows_comes_to_its_total(name: str, order: Order) -> None:
    dialect = dialects.dialect(name)
    seen = shown(dialect, order)
    totals, due = seen.totals, seen.invoice.due if seen.invoice else Amounts()
    if not dialect.can.loses:
        # It has a member for each thing that a total is made of.
        assert Answer.YES is answer(seen)
        return

    if totals.subtotal is not None:
        # Where a page has no member for taxes, it says that they are in the total.
        unsaid = order.totals.tax if loses(dialect.can, "totals.tax") else None
        beside = [getattr(totals, one) for one in BESIDE if one != "duty"]
        assert totals.total == totals.subtotal + sum(filter(None, [*beside, unsaid]), NOTHING)
    if due.total is not None:
        beside = [getattr(due, one) for one in BILLED]
        assert due.total == (due.subtotal or NOTHING) + sum(filter(None, beside), NOTHING)
    if totals.total is not None and all(line.pricing for line in seen.lines) and seen.lines:
        priced = [line.pricing.total for line in seen.lines if line.pricing]
        goods = sum(filter(None, priced), NOTHING)
        # What lines come to exactly is rounded once, to what can be paid.
        assert totals.total in (goods, rounded(goods, order.currency))


@pytest.mark.parametrize("name", dialects.names())
@given(order=orders())
def test_quantity_and_price_of_a_line_that_a_face_shows_come_to_its_total(
    name: str, order: Order
) -> None:
    for line in shown(dialects.dialect(name), order).lines:
        if line.unit_price is not None and line.total is not None:
            piece = unpacked(line)
            assert worth(piece.quantity, line.unit_price) == line.total
            assert piece == line or not loses(dialects.dialect(name).can, "lines.units_per_box")
        if line.pricing is not None and line.pricing.net_price is not None:
            assert worth(line.quantity, line.pricing.net_price) == line.pricing.total
