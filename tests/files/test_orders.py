"""Orders: lines gathered though they stand apart, with nothing lost and nothing made up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice

import pytest

from orderglot.core.order import Address, Identity, Order, Reference, Totals
from orderglot.core.values import Kind, Status
from orderglot.files import orders
from orderglot.files.columns import recognise
from orderglot.files.lines import read_zone
from orderglot.files.orders import MOST_LINES, WINDOW, Gathered, gather
from orderglot.files.rows import STRIDE, Reject, Stride

HEADER = ("order", "sku", "title", "qty", "date", "price", "customer", "country")


def gathered(
    rows: Iterable[Sequence[str]], header: tuple[str, ...] = HEADER, zone: str = "UTC"
) -> tuple[list[Gathered], list[Reject]]:
    rejects: list[Reject] = []
    return [one for batch in batches(rows, rejects, header, zone) for one in batch], rejects


def batches(
    rows: Iterable[Sequence[str]],
    rejects: list[Reject],
    header: tuple[str, ...] = HEADER,
    zone: str = "UTC",
) -> Iterator[list[Gathered]]:
    return gather(strides(rows), recognise(header, {}), read_zone(zone), "GBP", rejects.append)


def strides(rows: Iterable[Sequence[str]]) -> Iterator[Stride]:
    """Give rows as they come out of a file, so many at a time."""
    left = iter(rows)
    line = 2
    while some := list(islice(left, STRIDE)):
        numbers = range(line, line + len(some))
        yield Stride(numbers, [",".join(row) for row in some], [*zip(*some, strict=True)])
        line += len(some)


def read(
    rows: Iterable[Sequence[str]], header: tuple[str, ...] = HEADER, zone: str = "UTC"
) -> list[Order]:
    found, rejects = gathered(rows, header, zone)
    assert [] == rejects
    return [one.order for one in found]


def line(
    order: str,
    sku: str = "85048",
    quantity: str = "1",
    price: str = "1.5",
    time: str = "2009-12-01 07:45:00",
    customer: str = "13085",
    country: str = "United Kingdom",
) -> tuple[str, ...]:
    return (order, sku, "LIGHTS", quantity, time, price, customer, country)


def test_an_order_says_what_its_lines_say() -> None:
    (order,) = read([line("489434", quantity="12", price="6.95"), line("489434", sku="79323P")])
    first, second = order.lines
    assert "489434" == order.number
    assert (Reference("file", "489434"),) == order.references
    assert Status.COMPLETED is order.status
    assert Identity(number="13085", references=(Reference("file", "13085"),)) == order.customer
    assert Address(country="GB", country_name="United Kingdom") == order.bill_to
    assert datetime(2009, 12, 1, 7, 45, tzinfo=UTC) == order.created
    assert "GBP" == order.currency
    assert Totals(subtotal=Decimal("84.9"), total=Decimal("84.9")) == order.totals
    assert (1, "85048", "LIGHTS", 12) == (first.number, first.sku, first.title, first.quantity)
    assert (Decimal("6.95"), Decimal("83.4")) == (first.unit_price, first.total)
    assert (2, "79323P", None) == (second.number, second.sku, second.created)
    assert {} == order.extras


def test_lines_of_one_order_need_not_stand_together() -> None:
    found, _ = gathered([line("A"), line("B"), line("A"), line("C"), line("B"), line("A")])
    assert [("A", [2, 4, 7]), ("B", [3, 6]), ("C", [5])] == [
        (one.order.number, list(one.numbers)) for one in found
    ]


def test_identical_rows_are_that_many_goods() -> None:
    (order,) = read([line("A"), line("A"), line("A")])
    assert 3 == len(order.lines)
    assert Decimal("4.5") == order.totals.total


def test_a_line_of_another_minute_has_a_time_of_its_own() -> None:
    (order,) = read([line("A"), line("A", time="2009-12-01 07:46:00"), line("A")])
    assert datetime(2009, 12, 1, 7, 45, tzinfo=UTC) == order.created
    assert [None, datetime(2009, 12, 1, 7, 46, tzinfo=UTC), None] == [
        one.created for one in order.lines
    ]


def test_times_are_of_the_zone_that_is_given() -> None:
    (order,) = read([line("A", time="2010-07-01 08:00:00")], zone="Europe/London")
    assert datetime(2010, 7, 1, 7, 0, tzinfo=UTC) == order.created


def test_texts_stay_as_they_stand() -> None:
    row = ("A ", "47503J ", " WHITE CHERRY  LIGHTS ", "1", "", "1", " 7", " EIRE")
    (order,) = read([row])
    assert "A " == order.number
    assert ("47503J ", " WHITE CHERRY  LIGHTS ") == (order.lines[0].sku, order.lines[0].title)
    assert " 7" == (order.customer and order.customer.number)
    assert Address(country="IE", country_name=" EIRE") == order.bill_to


def test_numbers_that_differ_by_a_blank_are_two_orders() -> None:
    assert ["A", "A "] == [order.number for order in read([line("A"), line("A ")])]


@pytest.mark.parametrize("blank", ["", " "])
def test_an_order_may_have_no_customer(blank: str) -> None:
    (order,) = read([line("A", customer=blank)])
    assert order.customer is None


def test_what_is_said_on_a_later_line_fills_what_was_not() -> None:
    (order,) = read([line("A", customer=""), line("A", time=""), line("A", country="")])
    assert "13085" == (order.customer and order.customer.number)
    assert "United Kingdom" == (order.bill_to and order.bill_to.country_name)


def test_a_row_that_gives_an_order_another_customer_is_rejected() -> None:
    found, rejects = gathered([line("A"), line("A", customer="7"), line("A")])
    assert [2] == [len(one.order.lines) for one in found]
    assert "its customer is '7', but '13085' on line 2 of the same order 'A'" == rejects[0].reason


def test_free_lines_cost_nothing() -> None:
    (order,) = read([line("A", price="0"), line("A", quantity="-4", price="0.0")])
    assert ["0", "0"] == [str(one.total) for one in order.lines]
    assert "0" == str(order.totals.total)


def test_a_line_without_a_price_leaves_the_totals_unknown() -> None:
    (order,) = read([line("A"), line("A", price="")])
    assert order.lines[1].unit_price is None
    assert order.lines[1].total is None
    assert Totals() == order.totals


@pytest.mark.parametrize(
    ("kind", "rows"),
    [
        (Kind.SALE, [line("A")]),
        (Kind.SALE, [line("A"), line("A", quantity="-1")]),
        (Kind.SALE, [line("C1", quantity="1")]),
        (Kind.SALE, [line("A", quantity="0")]),
        (Kind.SALE, [line("A", price="0")]),
        (Kind.RETURN, [line("A", quantity="-1"), line("A", quantity="-2")]),
        (Kind.RETURN, [line("C1", quantity="-1", customer="")]),
        (Kind.RETURN, [line("A", quantity="-1", price="0")]),
        (Kind.RETURN, [line("A", quantity="-1", price="", customer="")]),
        (Kind.ADJUSTMENT, [line("A", quantity="-1", price="0", customer="")]),
        (Kind.ADJUSTMENT, [line("A"), line("A", price="-53594.36")]),
    ],
)
def test_the_kind_follows_from_the_lines(kind: Kind, rows: list[tuple[str, ...]]) -> None:
    (order,) = read(rows)
    assert kind is order.kind


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (line(""), "it has no order number"),
        (line("A", sku=" "), "it has no stock code"),
        (line("A", quantity="x"), "the quantity 'x' is not a whole number such as 12 or -3"),
        (line("A", price="x"), "the price 'x' is not a number such as 1250.95"),
        (line("A", time="x"), "the time 'x' is not one such as 2010-12-01 08:26"),
        (line("A" * 251), "order number is longer than 250 characters"),
        (line("A", customer="7" * 251), "customer is longer than 250 characters"),
    ],
)
def test_a_row_that_says_no_line_is_rejected(row: tuple[str, ...], reason: str) -> None:
    found, rejects = gathered([line("A"), row, line("A")])
    assert [(3, reason, ",".join(row))] == [(one.line, one.reason, one.row) for one in rejects]
    assert [2] == [len(one.order.lines) for one in found]


def test_an_order_of_rejected_rows_alone_is_none() -> None:
    found, rejects = gathered([line("A", quantity="x")])
    assert [] == found
    assert 1 == len(rejects)


def test_columns_may_be_absent() -> None:
    (order,) = read([("A", "85048", "2")], ("order", "sku", "qty"))
    assert (2, None, "") == (
        order.lines[0].quantity,
        order.lines[0].unit_price,
        order.lines[0].title,
    )
    assert order.customer is None
    assert order.bill_to is None
    assert order.created is None


def test_a_column_of_currencies_goes_before_the_default() -> None:
    rows = [("A", "85048", "2", "eur"), ("B", "85048", "2", "")]
    assert ["EUR", "GBP"] == [
        one.currency for one in read(rows, ("order", "sku", "qty", "currency"))
    ]


def test_a_bad_currency_is_rejected() -> None:
    rows = [("A", "85048", "2", "€"), ("A", "85048", "2", "EUR")]
    found, rejects = gathered(rows, ("order", "sku", "qty", "currency"))
    assert ["the currency '€' is not a code such as GBP"] == [one.reason for one in rejects]
    assert ["EUR"] == [one.order.currency for one in found]


def test_an_address_is_read_from_its_columns() -> None:
    header = ("order", "sku", "qty", "company", "email", "city", "zip", "po number", "notes")
    (order,) = read(
        [("A", "1", "2", "Ex Ltd", "a@example.com", "Bath", "BA1", "P7", "ring")], header
    )
    assert (
        Address(company="Ex Ltd", email="a@example.com", city="Bath", postal_code="BA1")
        == order.bill_to
    )
    assert ("P7", "ring") == (order.po_number, order.notes)


def test_a_column_that_is_no_field_stays_with_the_order() -> None:
    header = ("order", "sku", "qty", "Route", "Lot", "Spare")
    (order,) = read([("A", "1", "2", "R1", "L1", ""), ("A", "1", "2", "R1", "L2", "")], header)
    assert {"file.Route": "R1", "file.Lot": ["L1", "L2"]} == order.extras


def test_an_order_stays_open_for_a_window_of_rows() -> None:
    others = [line(f"B{n}") for n in range(WINDOW - 1)]
    assert [2] + [1] * len(others) == [
        len(order.lines) for order in read([line("A"), *others, line("A")])
    ]


def test_a_row_that_comes_after_its_order_was_complete_is_rejected() -> None:
    others = [line(f"B{n}") for n in range(WINDOW + orders.SWEEP)]
    found, rejects = gathered([line("A"), *others, line("A"), line("A")])
    assert 1 + len(others) == len(found)
    assert [len(others) + 3, len(others) + 4] == [reject.line for reject in rejects]
    assert "its order 'A' was complete before" in rejects[0].reason


def test_an_order_that_is_seen_again_and_again_stays_open() -> None:
    rows = [line("A" if n % 1_000 == 0 else f"B{n}") for n in range(20_000)]
    assert 20 == len(read(rows)[0].lines)


def test_orders_come_in_the_order_of_their_first_rows() -> None:
    rows = [line(f"{n // 3 + n % 3 * 40}") for n in range(30_000)]
    numbers = [order.number for order in read(rows)]
    assert list(dict.fromkeys(row[0] for row in rows)) == numbers


def test_no_more_lines_are_held_than_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders, "MOST_HELD", 1_000)
    held = 0

    def rows() -> Iterator[Sequence[str]]:
        nonlocal held
        for n in range(20_000):
            held += 1
            yield line("A" if n % 100 == 0 else f"B{n}")

    most = 0
    for one in batches(rows(), []):
        most = max(most, held)
        held -= sum(len(gathered.texts) for gathered in one)
    assert 1_000 + orders.SWEEP >= most
    assert 0 == held


def test_an_order_has_a_bounded_number_of_lines() -> None:
    found, rejects = gathered([line("A")] * (MOST_LINES + 2))
    assert MOST_LINES == len(found[0].order.lines)
    assert ["its order 'A' has more than 10000 lines"] * 2 == [one.reason for one in rejects]


def test_an_order_of_too_much_money_is_rejected_with_all_its_rows() -> None:
    rows = [line("A", price="999999999999"), line("A"), line("B")]
    found, rejects = gathered(rows)
    assert ["B"] == [one.order.number for one in found]
    assert [(2, "its order 'A' comes to too much money"), (3, rejects[0].reason)] == [
        (one.line, one.reason) for one in rejects
    ]
