"""Adding up: what agrees does, what does not is named with its difference, what is not known stays open."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from orderglot.core.adding_up import Sum, adds_up, answer, in_words
from orderglot.core.amounts import Amounts, Totals
from orderglot.core.charges import AllowanceCharge, TaxLine
from orderglot.core.currencies import DECIMALS, rounded
from orderglot.core.findings import (
    AFTER_DISCOUNT,
    INCLUDED,
    ON_TOP,
    PER_LINE,
    PER_ORDER,
    PER_RATE,
    WITHOUT_CANCELLED,
    Answer,
    Difference,
)
from orderglot.core.line_details import LineDetails
from orderglot.core.order import Identity, Invoice, Line, LinePricing, Link, Order
from orderglot.core.order_details import (
    OrderDetails,
    PaymentMade,
    Refund,
    RefundedLine,
    SecondCurrency,
)
from orderglot.core.quantities import Quantity
from orderglot.core.quantity_equations import along
from orderglot.core.totals import summed
from orderglot.core.values import InvoiceStatus, Kind, Relation, Status
from tests.strategies import orders


def money(text: str) -> Decimal:
    return Decimal(text)


def totals(**amounts: str) -> Totals:
    return Totals(**{name: Decimal(amount) for name, amount in amounts.items()})


def line(quantity: Quantity, price: str, total: str = "", number: int = 1) -> Line:
    amount = Decimal(total) if total else None
    return Line(number=number, quantity=quantity, unit_price=Decimal(price), total=amount)


PLAIN = Order(
    currency="EUR",
    lines=(line(2, "5", "10"), line(1, "3", "3", 2)),
    totals=totals(subtotal="13", discount="1", shipping="2", tax="0", total="14"),
)


def taxed(total: str, **details: Any) -> Order:
    known = totals(subtotal="10", discount="0", shipping="0", tax="2", total=total)
    extra = OrderDetails(**details) if details else None
    return replace(PLAIN, lines=(line(2, "5", "10"),), totals=known, details=extra)


def billed(entry: str, **details: Any) -> Order:
    """Make an order with a bill of which one entry is 4."""
    bill = replace(Invoice(), **{entry: Amounts(total=money("4"))})
    return replace(PLAIN, invoice=bill, details=OrderDetails(**details))


def detailed(*taxes: tuple[str, str], tax: str) -> Order:
    """Make an order of lines that each have one tax: its rate, and what it is of."""
    lines = tuple(
        Line(
            number=number,
            total=Decimal(base),
            details=LineDetails(
                tax_lines=(TaxLine(percent=Decimal(rate), taxable_amount=Decimal(base)),)
            ),
        )
        for number, (rate, base) in enumerate(taxes, 1)
    )
    goods = sum((one.total for one in lines if one.total), Decimal())
    known = Totals(subtotal=goods, tax=Decimal(tax), total=goods + Decimal(tax))
    return Order(currency="EUR", lines=lines, totals=known, details=OrderDetails())


@pytest.mark.parametrize(
    ("order", "ways"),
    [
        (PLAIN, ()),
        (Order(totals=totals(subtotal="0", total="0")), ()),
        (taxed("12"), (ON_TOP,)),
        (taxed("10"), (INCLUDED,)),
        (taxed("10", prices_include_tax=True), (INCLUDED,)),
        (replace(PLAIN, totals=replace(PLAIN.totals, subtotal=money("12"))), (AFTER_DISCOUNT,)),
        (
            replace(
                PLAIN,
                lines=(PLAIN.lines[0], replace(PLAIN.lines[1], status=Status.CANCELLED)),
                totals=totals(subtotal="10", total="10"),
            ),
            (WITHOUT_CANCELLED,),
        ),
        (
            replace(
                PLAIN,
                lines=(line(1, "1.115"), line(1, "1.115")),
                totals=totals(subtotal="2.24", total="2.24"),
            ),
            (PER_LINE,),
        ),
        (
            replace(
                PLAIN,
                lines=(line(1, "1.114"), line(1, "1.114")),
                totals=totals(subtotal="2.23", total="2.23"),
            ),
            (PER_ORDER,),
        ),
        (detailed(("20", "0.13"), ("20", "0.13"), ("10", "0.13"), tax="0.07"), (ON_TOP, PER_LINE)),
        (detailed(("20", "0.12"), ("20", "0.12"), ("10", "0.35"), tax="0.09"), (ON_TOP, PER_RATE)),
        (detailed(("20", "0.12"), ("10", "0.24"), ("5", "0.19"), tax="0.06"), (ON_TOP, PER_ORDER)),
    ],
)
def test_an_order_adds_up_in_a_known_way(order: Order, ways: tuple[str, ...]) -> None:
    assert Sum(answer=Answer.YES, ways=ways) == adds_up(order)


@pytest.mark.parametrize(
    ("order", "member", "by"),
    [
        (replace(PLAIN, totals=replace(PLAIN.totals, total=money("264"))), "totals.total", "250"),
        (taxed("12", prices_include_tax=True), "totals.total", "2"),
        (taxed("10", prices_include_tax=False), "totals.total", "-2"),
        (replace(PLAIN, lines=PLAIN.lines[:1]), "totals.subtotal", "3"),
        (replace(PLAIN, lines=(line(2, "5", "9.99"), line(1, "3.01"))), "lines[1].total", "-0.01"),
        (
            taxed("12", tax_lines=(TaxLine(amount=money("1.5")), TaxLine(amount=money("0.49")))),
            "totals.tax",
            "0.01",
        ),
        (
            taxed(
                "12",
                tax_lines=(
                    TaxLine(percent=money("19"), taxable_amount=money("10"), amount=money("2")),
                ),
            ),
            "details.tax_lines[1].amount",
            "0.1",
        ),
        (
            replace(
                PLAIN,
                details=OrderDetails(allowance_charges=(AllowanceCharge(amount=money("1.25")),)),
            ),
            "totals.discount",
            "-0.25",
        ),
        (
            replace(PLAIN, invoice=Invoice(due=Amounts(total=money("15")))),
            "invoice.due.total",
            "1",
        ),
        (
            replace(
                PLAIN,
                invoice=Invoice(
                    due=Amounts(total=money("14")),
                    paid=Amounts(total=money("4")),
                    owed=Amounts(total=money("9")),
                ),
            ),
            "invoice.owed.total",
            "-1",
        ),
        (billed("paid", payments=(PaymentMade(amount=money("3")),)), "invoice.paid.total", "1"),
        (billed("refunded", refunds=(Refund(amount=money("5")),)), "invoice.refunded.total", "-1"),
        (
            replace(
                PLAIN,
                details=OrderDetails(
                    second_currency=SecondCurrency(
                        currency="USD", rate=money("1.1"), totals=totals(total="17")
                    )
                ),
            ),
            "details.second_currency.totals.total",
            "1.6",
        ),
        (
            replace(
                PLAIN,
                details=OrderDetails(
                    refunds=(Refund(lines=(RefundedLine(number=2, quantity=3),)),)
                ),
            ),
            "details.refunds.lines[2]",
            "2",
        ),
        (
            replace(
                PLAIN,
                lines=(
                    replace(
                        PLAIN.lines[0],
                        pricing=LinePricing(net_price=money("5"), total=money("11")),
                    ),
                    PLAIN.lines[1],
                ),
            ),
            "lines[1].pricing.total",
            "1",
        ),
    ],
)
def test_what_does_not_add_up_is_named_with_its_difference(
    order: Order, member: str, by: str
) -> None:
    found = adds_up(order)

    assert Answer.NO == found.answer
    assert Difference(member, Decimal(by)) in found.differences
    assert member in in_words(found, most=9)


@pytest.mark.parametrize(
    ("details", "member", "by"),
    [
        (LineDetails(cancelled=3), "cancelled", 1),
        (LineDetails(cancelled=1, shipped=2), "shipped", 1),
        (LineDetails(shipped=1, returned=2), "returned", 1),
        (LineDetails(returned=Decimal("2.5")), "returned", Decimal("0.5")),
    ],
)
def test_no_more_of_a_line_can_be_gone_than_was_ordered(
    details: LineDetails, member: str, by: Quantity
) -> None:
    order = replace(PLAIN, lines=(replace(PLAIN.lines[0], details=details), PLAIN.lines[1]))

    assert (Difference(f"lines[1].{member}", Decimal(by)),) == adds_up(order).differences


@pytest.mark.parametrize(
    ("order", "missing"),
    [
        (Order(), ("totals.total",)),
        (replace(PLAIN, lines=(), totals=totals(total="9")), ("lines",)),
        (replace(PLAIN, lines=(Line(quantity=1),), totals=totals(total="9")), ("lines.total",)),
        (replace(PLAIN, totals=totals(total="15")), ("totals.shipping", "totals.tax")),
        (replace(PLAIN, totals=totals(total="15", tax="0")), ("totals.shipping",)),
        (replace(PLAIN, totals=totals(total="12")), ("totals.discount",)),
        (
            replace(PLAIN, lines=(replace(PLAIN.lines[0], currency="USD"), PLAIN.lines[1])),
            ("lines.total",),
        ),
        (
            replace(
                PLAIN,
                details=OrderDetails(second_currency=SecondCurrency(currency="USD")),
            ),
            ("details.second_currency.rate",),
        ),
        (
            replace(
                PLAIN,
                totals=totals(subtotal="13", shipping="0", tax="0", total="12"),
                details=OrderDetails(allowance_charges=(AllowanceCharge(reason="SUMMER"),)),
            ),
            ("totals.discount",),
        ),
    ],
)
def test_what_cannot_be_told_names_what_is_missing(order: Order, missing: tuple[str, ...]) -> None:
    found = adds_up(order)

    assert (Answer.UNKNOWN, missing) == (found.answer, found.missing)
    assert missing[0] in in_words(found)


@pytest.mark.parametrize("amount", ["1E+40", "-1E+40", "NaN", "Infinity", "1E-40"])
def test_no_amount_is_beyond_an_answer(amount: str) -> None:
    huge = Decimal(amount)
    second = SecondCurrency(currency="JPY", rate=huge, totals=Totals(total=huge))
    box = Line(quantity=2**62, unit_price=huge, total=huge, units_per_box=2**62, unit="box")
    details = OrderDetails(second_currency=second, tax_lines=(TaxLine(amount=huge),))
    order = replace(PLAIN, lines=(box,), totals=Totals(subtotal=huge, total=huge), details=details)

    assert answer(order) in Answer
    assert answer(order) is adds_up(order).answer
    assert in_words(adds_up(order)).startswith(str(answer(order)))


@given(orders())
def test_any_order_gets_one_of_three_answers(order: Order) -> None:
    found = adds_up(order)

    assert found.answer == answer(order)
    assert (found.answer is Answer.NO) is bool(found.differences)
    assert (found.answer is Answer.YES) is not bool(found.differences or found.missing)
    assert str(found.answer) in in_words(found)


@given(
    st.sampled_from(sorted(DECIMALS)),
    st.lists(st.tuples(st.integers(-9, 99), st.decimals(0, 10**5, places=6)), max_size=5),
    st.decimals(0, 10**3, places=4),
    st.decimals(0, 10**3, places=4),
    st.decimals(1, 10**3, places=4),
)
def test_whatever_is_summed_up_here_adds_up_and_one_unit_more_does_not(
    currency: str,
    goods: list[tuple[int, Decimal]],
    off: Decimal,
    shipping: Decimal,
    more: Decimal,
) -> None:
    lines = tuple(Line(quantity=count, unit_price=price) for count, price in goods)
    bill = Invoice(due=Amounts(total=Decimal()), paid=Amounts(total=Decimal()))
    order = summed(
        Order(
            currency=currency,
            lines=lines,
            totals=Totals(shipping=shipping, discount=off),
            discount=replace(Order().discount, amount=off),
            invoice=bill,
        )
    )
    assert Answer.YES == answer(order), in_words(adds_up(order))
    total = (order.totals.total or Decimal()) + rounded(more, currency)
    wrong = replace(order, totals=replace(order.totals, total=total), invoice=None)
    assert Answer.NO == answer(wrong)


def test_nothing_is_owed_of_a_cancelled_bill_and_what_went_back_may_be() -> None:
    bill = Invoice(
        status=InvoiceStatus.CANCELLED,
        due=Amounts(total=money("14")),
        paid=Amounts(total=money("0")),
        owed=Amounts(total=money("0")),
    )
    assert Answer.YES == answer(replace(PLAIN, invoice=bill))
    refunded = replace(bill, status=None, paid=bill.due, refunded=bill.due, owed=bill.due)
    assert Answer.YES == answer(replace(PLAIN, invoice=refunded))
    assert Answer.NO == answer(replace(PLAIN, invoice=replace(bill, status=None)))


def test_splits_and_returns_hold_no_more_than_was_ordered() -> None:
    whole = Order(id=7, lines=(Line(sku="A", quantity=3, details=LineDetails(returned=1)),))

    def of_it(relation: Relation, kind: Kind, quantity: int) -> Order:
        link = Link(relation, Identity(id=7))
        return Order(kind=kind, links=(link,), lines=(Line(sku="A", quantity=quantity),))

    splits = [of_it(Relation.SPLIT_OF, Kind.SALE, count) for count in (2, 1)]
    back = of_it(Relation.RETURN_OF, Kind.RETURN, -1)
    assert () == along(whole, [*splits, back])
    more = of_it(Relation.SPLIT_OF, Kind.SALE, 1)
    assert (Difference("split of A", Decimal(1)),) == along(whole, [*splits, more])
    assert (Difference("return of A", Decimal(1)),) == along(whole, [back, back])
    gone = replace(of_it(Relation.RETURN_OF, Kind.RETURN, 5), status=Status.CANCELLED)
    assert () == along(whole, [gone])
