"""Orders: lines gathered though they stand apart, with nothing lost and nothing made up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

import pytest

from orderglot.core.errors import Invalid
from orderglot.core.order import Address, Amounts, Identity, Invoice, Order, Reference, Totals
from orderglot.core.time_zones import zone_of
from orderglot.core.values import InvoiceStatus, Kind, Status
from orderglot.files import open_orders, orders
from orderglot.files.building import Gathered
from orderglot.files.columns import recognise
from orderglot.files.dates import reader_of_times
from orderglot.files.lines import Signs, reader_of_worths
from orderglot.files.numbers import Marks
from orderglot.files.open_orders import MOST_LINES, WINDOW
from orderglot.files.orders import gather
from orderglot.files.plan import Plan
from orderglot.files.remarks import Aside, Remarks
from orderglot.files.rows import STRIDE, Reject, Stride

HEADER = ("order", "sku", "title", "qty", "date", "price", "customer", "country")


def plan_for(header: Sequence[str], zone: str = "UTC", **options: Any) -> Plan:
    columns, marks = recognise(header, {}), Marks()
    signs = Signs(marks)
    return Plan(
        columns=columns,
        read_time=reader_of_times(zone_of(zone)),
        read_worth=reader_of_worths(marks, signs),
        signs=signs,
        currency="GBP",
        stand_in=columns.at.get("title"),
        **options,
    )


def gathered(
    rows: Iterable[Sequence[str]],
    header: tuple[str, ...] = HEADER,
    zone: str = "UTC",
    remarks: Remarks | None = None,
    **options: Any,
) -> tuple[list[Gathered], list[Reject]]:
    rejects: list[Reject] = []
    plan = plan_for(header, zone, **options)
    orders = gather(strides(rows), plan, rejects.append, remarks or Remarks())
    return [one for batch in orders for one in batch], rejects


def batches(rows: Iterable[Sequence[str]], rejects: list[Reject]) -> Iterator[list[Gathered]]:
    return gather(strides(rows), plan_for(HEADER), rejects.append, Remarks())


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
    row = ("A", "47503J ", " WHITE CHERRY  LIGHTS ", "1", "", "1", "7", " EIRE")
    (order,) = read([row])
    assert ("47503J ", " WHITE CHERRY  LIGHTS ") == (order.lines[0].sku, order.lines[0].title)
    assert Address(country="IE", country_name=" EIRE") == order.bill_to


def test_numbers_that_differ_by_blanks_are_one_order_and_that_is_said() -> None:
    remarks = Remarks()
    rows = [line("A1"), line("A1 "), line(" A1", customer=" 13085"), line("\u00a0A1\u00a0")]
    (one,), rejects = gathered(rows, remarks=remarks)
    assert ("A1", 4) == (one.order.number, len(one.order.lines))
    assert "13085" == (one.order.customer and one.order.customer.number)
    assert [] == rejects
    assert {"order number": 3} == remarks.trimmed


@pytest.mark.parametrize("blank", ["", " "])
def test_an_order_may_have_no_customer(blank: str) -> None:
    (order,) = read([line("A", customer=blank)])
    assert order.customer is None


def test_what_is_said_on_a_later_line_fills_what_was_not() -> None:
    (order,) = read([line("A", customer=""), line("A", time=""), line("A", country="")])
    assert "13085" == (order.customer and order.customer.number)
    assert "United Kingdom" == (order.bill_to and order.bill_to.country_name)


def test_a_row_that_gives_an_order_another_customer_is_rejected_with_it() -> None:
    found, rejects = gathered([line("A"), line("A", customer="7"), line("A")])
    assert [] == found
    reason = "its customer is '7', but '13085' on line 2 of the same order 'A'"
    whole = f"its order 'A' is put aside whole, for line 3: {reason}"
    assert [(2, whole), (3, reason), (4, whole)] == [(one.line, one.reason) for one in rejects]


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
        (line("A", quantity="x"), "the quantity 'x' is not a number such as 12, 1.5 or -3"),
        (line("A", price="x"), "the price 'x' is not a number such as 1250.95"),
        (line("A", time="x"), "the time 'x' is not one such as 2010-12-01 08:26"),
        (line("A" * 251), "order number is longer than 250 characters"),
        (line("A", customer="7" * 251), "customer is longer than 250 characters"),
    ],
)
def test_a_row_that_says_no_line_is_rejected(row: tuple[str, ...], reason: str) -> None:
    found, rejects = gathered([line("A"), row, line("A")], partial=True)
    refused = [*(one for order in found for one in order.refused), *rejects]
    assert [(3, reason, ",".join(row))] == [(one.line, one.reason, one.row) for one in refused]
    assert [2] == [len(one.order.lines) for one in found]


def test_an_order_with_a_row_that_says_no_line_is_put_aside_with_all_its_rows() -> None:
    remarks = Remarks()
    rows = [line("A"), line("B"), line("A", quantity="x"), line("B"), line("A")]
    found, rejects = gathered(rows, remarks=remarks)
    assert ["B"] == [one.order.number for one in found]
    assert [2, 4, 6] == [one.line for one in rejects]
    assert {"A"} == {one.row[0] for one in rejects}
    reason = "the quantity 'x' is not a number such as 12, 1.5 or -3"
    assert [Aside("A", "", 4, reason)] == remarks.aside
    assert 1 == remarks.orders_aside


def test_an_order_that_is_put_aside_is_so_to_its_end_however_far_that_is() -> None:
    others = [line(f"B{n}") for n in range(WINDOW + orders.SWEEP)]
    found, rejects = gathered([line("A", quantity="x"), *others, line("A")])
    assert len(others) == len(found)
    assert ["A", "A"] == [one.row[0] for one in rejects]
    assert "its order 'A' was put aside whole" == rejects[1].reason


def test_an_order_without_some_of_its_rows_is_one_where_that_is_wished() -> None:
    remarks = Remarks()
    rows = [line("A"), line("A", quantity="x"), line("A"), line("B", price="y")]
    (one,), rejects = gathered(rows, remarks=remarks, partial=True)
    assert [2, 4] == list(one.numbers)
    assert [3] == [refused.line for refused in one.refused]
    assert [5] == [reject.line for reject in rejects]
    assert ["A", "B"] == [aside.order for aside in remarks.aside]
    assert 1 == remarks.orders_aside


def test_the_purchase_order_of_what_is_put_aside_is_told() -> None:
    remarks = Remarks()
    header = ("order", "sku", "qty", "PO Number")
    rows = [("A", "1", "x", "P7"), ("B", "1", "2", "P8"), ("B", "1", "y", "")]
    gathered(rows, header, remarks=remarks)
    assert [("A", "P7"), ("B", "P8")] == [(one.order, one.po_number) for one in remarks.aside]


@pytest.mark.parametrize("number", ["3.82386E+12", "3,82386e+12"])
def test_orders_whose_numbers_were_rounded_alike_are_never_one(number: str) -> None:
    found, rejects = gathered([line(number), line(number, customer="7")])
    assert [] == found
    assert 2 == len(rejects)
    assert f"the order number {number!r} was rounded by a spreadsheet" in rejects[0].reason


@pytest.mark.parametrize(
    "name",
    ["Grand Total", "TOTAL", "total:", "Total (3 orders)", "Summe", "Gesamtergebnis", "A Total"],
)
def test_a_row_of_totals_is_named_and_put_aside(name: str) -> None:
    remarks = Remarks()
    found, rejects = gathered([line("A"), line("B"), line(name)], remarks=remarks)
    assert ["A", "B"] == [one.order.number for one in found]
    assert [(4, "it is a row of totals, and no order's")] == [
        (one.line, one.reason) for one in rejects
    ]
    ((number, text),) = remarks.totals.first
    assert (4, True) == (number, text.startswith(name))


@pytest.mark.parametrize("name", ["TOTAL-1", "Subtotal7", "S1 Totally"])
def test_a_number_that_only_looks_like_a_total_is_an_orders(name: str) -> None:
    assert [name] == [order.number for order in read([line(name)])]


def test_rows_that_are_no_orders_are_passed_over_and_named() -> None:
    remarks = Remarks()
    blank = ("",) * len(HEADER)
    note = ("2", "", "", "", "", "", "", "record(s) downloaded")
    seller = ("Seller ID : someone", *blank[1:])
    found, rejects = gathered([blank, line("A"), blank, ("", *note[1:]), seller], remarks=remarks)
    assert (1, []) == (len(found), rejects)
    assert [(5, "record(s) downloaded"), (6, "Seller ID : someone")] == remarks.footers.first
    assert 4 == remarks.passed


def test_a_row_that_says_nothing_but_the_number_of_an_order_is_that_orders() -> None:
    row = ("A 1", "", "see below", "", "", "", "", "")
    found, rejects = gathered([line("A 1"), row])
    assert ([], [2, 3]) == (found, [one.line for one in rejects])


@pytest.mark.parametrize(
    "row",
    [
        ("7", "", "", "", "", "", "", ""),
        ("", "", "", "", "", "9.99", "", ""),
        ("", "A", "", "", "", "", "", ""),
        ("B", "", "", "", "", "", "", ""),
    ],
)
def test_a_row_that_could_be_an_orders_is_rejected(row: tuple[str, ...]) -> None:
    found, rejects = gathered([line("A"), row])
    assert (1, [3]) == (len(found), [one.line for one in rejects])


def test_rows_without_a_number_are_of_the_order_above_where_the_file_is_so() -> None:
    remarks = Remarks()
    rows = [line("A"), line("", sku="X"), line(" ", sku="Y"), line("B"), line("")]
    found, rejects = gathered(rows, remarks=remarks, fill_down=True)
    assert [("A", 3), ("B", 2)] == [(one.order.number, len(one.order.lines)) for one in found]
    assert [] == rejects
    assert 3 == remarks.filled


def test_rows_without_a_number_go_with_their_order_where_that_is_put_aside() -> None:
    found, rejects = gathered(
        [line("A"), line("", quantity="x"), line(""), line("B")], fill_down=True
    )
    assert ["B"] == [one.order.number for one in found]
    assert [2, 3, 4] == [one.line for one in rejects]


def test_a_row_without_a_number_elsewhere_is_rejected_with_what_would_take_it() -> None:
    found, rejects = gathered([line("A"), line(""), line("A")])
    assert [2] == [len(one.order.lines) for one in found]
    assert [
        "it has no order number; with --fill-down it would be a row of the order 'A' above it"
    ] == [one.reason for one in rejects]


def test_below_a_row_of_no_order_that_is_known_a_row_without_a_number_is_nobodys() -> None:
    found, rejects = gathered([line("A"), line("1E+12"), line("")], fill_down=True)
    assert [1] == [len(one.order.lines) for one in found]
    assert "it has no order number" == rejects[-1].reason


def test_a_total_below_rows_without_a_number_is_no_line() -> None:
    found, rejects = gathered([line("A"), line(""), line("", sku="Total")], fill_down=True)
    assert [2] == [len(one.order.lines) for one in found]
    assert ["it is a row of totals, and no order's"] == [one.reason for one in rejects]


def test_a_title_stands_in_for_a_sku_that_is_not_there_and_that_is_said() -> None:
    remarks = Remarks()
    (one,), rejects = gathered([line("A"), line("A", sku=" ")], remarks=remarks)
    assert ["85048", "LIGHTS"] == [goods.sku for goods in one.order.lines]
    assert (1, []) == (remarks.without_sku, rejects)


def test_an_order_with_nothing_that_stands_in_for_a_sku_is_put_aside() -> None:
    found, rejects = gathered([("A", "1", "2"), ("A", "", "3")], ("order", "sku", "qty"))
    assert [] == found
    assert "say what does with --sku COLUMN" in rejects[1].reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("£9.99", "'£9.99' is in "),
        ("9,99 €", "'9,99 €' is in EUR, and its order in USD"),
        ("EUR 5", "'EUR 5' is in EUR, and its order in USD"),
    ],
)
def test_money_in_another_currency_than_its_order_is_refused(text: str, reason: str) -> None:
    header = ("order", "sku", "qty", "price", "currency")
    rows = [("A", "1", "2", "$5", "USD"), ("A", "1", "2", text, ""), ("B", "1", "1", "$5", "CAD")]
    found, rejects = gathered(rows, header)
    assert ["B"] == [one.order.number for one in found]
    assert [2, 3] == [one.line for one in rejects]
    assert rejects[0].reason.startswith(f"its order 'A' is put aside: {reason}")


def test_a_line_id_that_comes_again_with_the_same_row_counts_once() -> None:
    remarks = Remarks()
    header = ("order", "line id", "sku", "qty")
    rows = [("A", "7", "X", "1"), ("A", "8", "X", "1"), ("A", "7", "X", "1"), ("A", "", "Y", "1")]
    (one,), rejects = gathered(rows, header, remarks=remarks)
    assert [("7", "X"), ("8", "X"), ("", "Y")] == [(x.id, x.sku) for x in one.order.lines]
    assert (1, 1, []) == (remarks.repeated, remarks.passed, rejects)


def test_a_line_id_that_stands_for_two_lines_has_its_order_put_aside() -> None:
    header = ("order", "line id", "sku", "qty")
    found, rejects = gathered([("A", "7", "X", "1"), ("A", "7", "X", "2")], header)
    assert [] == found
    assert "its line id '7' stands on line 2 and on line 3 of the file" in rejects[0].reason


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Cancelled", Status.CANCELLED),
        ("canceled", Status.CANCELLED),
        ("Storniert", Status.CANCELLED),
        ("Retoure", Status.RETURNED),
        ("On Hold", Status.ON_HOLD),
        ("on-hold", Status.ON_HOLD),
        ("Shipped", Status.SHIPPED),
        ("In Process", Status.PROCESSING),
        ("completed", Status.COMPLETED),
        ("failed", Status.FAILED),
        ("", Status.RECEIVED),
        ("Frobnicated", Status.RECEIVED),
    ],
)
def test_an_order_has_the_status_that_its_file_says(word: str, status: Status) -> None:
    remarks = Remarks()
    (one,), _ = gathered(
        [("A", "1", "2", word)], ("order", "sku", "qty", "Status"), remarks=remarks
    )
    assert status is one.order.status
    assert ({word: 1} if word == "Frobnicated" else {}) == remarks.words


@pytest.mark.parametrize(
    ("text", "cancelled"), [("2024-10-05 17:26", True), ("yes", True), ("no", False), ("", False)]
)
def test_a_column_of_cancellations_says_who_was(text: str, cancelled: bool) -> None:
    (one,), _ = gathered([("A", "1", "2", text)], ("order", "sku", "qty", "Cancelled at"))
    assert (Status.CANCELLED if cancelled else Status.COMPLETED) is one.order.status


def test_what_was_paid_and_refunded_is_in_the_invoice() -> None:
    header = ("order", "sku", "qty", "price", "financial status", "refunded amount")
    (one,), _ = gathered([("A", "1", "2", "5", "partially refunded", "3.00")], header)
    assert one.order.invoice == Invoice(
        status=InvoiceStatus.PAID_PARTIALLY_REFUNDED, refunded=Amounts(total=Decimal(3))
    )
    (one,), _ = gathered([("A", "1", "2", "5", "", "10")], header)
    assert one.order.invoice == Invoice(
        status=InvoiceStatus.REFUNDED, refunded=Amounts(total=Decimal(10))
    )


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
    assert "the currency '€' is not a code such as GBP" == rejects[0].reason
    assert ([], 2) == (found, len(rejects))


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


def test_what_spreadsheets_put_before_numbers_is_no_part_of_them() -> None:
    header = ("order", "sku", "qty", "zip", "phone", "title", "customer", "Lot")
    (order,) = read([("'1", "'00A", "2", "'4182", "'+49 30", "'til dawn", "'7", '="007"')], header)
    assert (order.number, order.lines[0].sku) == ("1", "00A")
    assert Address(postal_code="4182", phone="+49 30") == order.bill_to
    assert "'til dawn" == order.lines[0].title
    assert "7" == (order.customer and order.customer.number)
    assert {"file.Lot": "007"} == order.extras


def test_a_column_that_is_no_field_stays_with_the_order() -> None:
    header = ("order", "sku", "qty", "Route", "Lot", "Spare")
    (order,) = read([("A", "1", "2", "R1", "L1", ""), ("A", "1", "2", "R1", "L2", "")], header)
    assert {"file.Route": "R1", "file.Lot": ["L1", "L2"]} == order.extras


def test_an_order_stays_open_for_a_window_of_rows() -> None:
    others = [line(f"B{n}") for n in range(WINDOW - 1)]
    assert [2] + [1] * len(others) == [
        len(order.lines) for order in read([line("A"), *others, line("A")])
    ]


def test_a_row_that_comes_after_its_order_was_complete_is_rejected_alone_where_wished() -> None:
    others = [line(f"B{n}") for n in range(WINDOW + orders.SWEEP)]
    rows = [line("A"), *others, line("A"), line("A")]
    found, rejects = gathered(rows, partial=True)
    assert 1 + len(others) == len(found)
    assert [len(others) + 3, len(others) + 4] == [reject.line for reject in rejects]
    assert "its order 'A' was complete before" in rejects[0].reason


def test_a_file_whose_orders_come_again_is_refused_there() -> None:
    others = [line(f"B{n}") for n in range(WINDOW + orders.SWEEP)]
    with pytest.raises(Invalid) as refused:
        gathered([line("A"), *others, line("A")])
    assert "is of the order 'A', which was complete" in refused.value.message
    assert "sort the file by its order numbers" in refused.value.message


def test_an_order_that_is_seen_again_and_again_stays_open() -> None:
    rows = [line("A" if n % 1_000 == 0 else f"B{n}") for n in range(20_000)]
    assert 20 == len(read(rows)[0].lines)


def test_orders_come_in_the_order_of_their_first_rows() -> None:
    rows = [line(f"{n // 3 + n % 3 * 40}") for n in range(30_000)]
    numbers = [order.number for order in read(rows)]
    assert list(dict.fromkeys(row[0] for row in rows)) == numbers


def test_no_more_lines_are_held_than_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_orders, "MOST_HELD", 1_000)
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
    (one,), _ = gathered([line("A")] * MOST_LINES)
    assert MOST_LINES == len(one.order.lines)
    found, rejects = gathered([line("A")] * (MOST_LINES + 2))
    assert ([], MOST_LINES + 2) == (found, len(rejects))
    reason = "its order 'A' has more than 10000 lines"
    assert (MOST_LINES + 2, reason) == (rejects[MOST_LINES].line, rejects[MOST_LINES].reason)


def test_an_order_of_too_much_money_is_rejected_with_all_its_rows() -> None:
    rows = [line("A", price="999999999999"), line("A"), line("B")]
    found, rejects = gathered(rows)
    assert ["B"] == [one.order.number for one in found]
    reason = "its order 'A' is put aside: it comes to too much money"
    assert [(2, reason), (3, reason)] == [(one.line, one.reason) for one in rejects]
