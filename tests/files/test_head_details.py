"""Details of an order in columns: reasons, days, a second currency and taxes by their names."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from orderglot.core.adding_up import adds_up, in_words
from orderglot.core.amounts import Totals
from orderglot.core.charges import TaxLine
from orderglot.core.order import Order
from orderglot.core.order_details import OrderDetails, SecondCurrency
from orderglot.core.schedule import Schedule
from orderglot.core.values import Status
from tests.files.books import Shop, order_of, take_rows


def schedules(order: Order) -> list[Schedule | None]:
    return [line.details.schedule if line.details else None for line in order.lines]


def test_reasons_are_kept_in_the_words_of_the_file(shop: Shop, tmp_path: Path) -> None:
    order = order_of(
        shop,
        tmp_path,
        "Cancellation Reason,Hold reason",
        "1,A,1,1,out of stock,",
        "1,B,1,1,,credit limit",
        "1,C,1,1,too late,credit limit",
    )
    assert (
        OrderDetails(cancel_reason="out of stock; too late", hold_reason="credit limit")
        == order.details
    )
    assert {} == order.extras


def test_an_order_whose_details_are_all_blank_has_none(shop: Shop, tmp_path: Path) -> None:
    columns = "Cancellation Reason,Required Date,Tax 1 Name,Tax 1 Value,Presentment Currency"
    assert order_of(shop, tmp_path, columns, "1,A,1,1,, ,,,").details is None


def test_days_are_the_orders_where_its_rows_agree_else_each_lines(
    shop: Shop, tmp_path: Path
) -> None:
    columns = "Required Date,Promised Date,Ship not before,Cancel after date"
    rows = (
        "1,A,1,1,2026-07-31,2026-08-02,,15.09.2026",
        "1,B,1,1,2026-07-31 23:30,2026-08-05,,",
        "1,C,1,1,,,2026-07-20,",
    )
    order = order_of(shop, tmp_path, columns, *rows)
    of_order = Schedule(
        wanted=date(2026, 7, 31), not_before=date(2026, 7, 20), cancel_after=date(2026, 9, 15)
    )
    assert OrderDetails(schedule=of_order) == order.details
    promised = [Schedule(promised=date(2026, 8, 2)), Schedule(promised=date(2026, 8, 5)), None]
    assert promised == schedules(order)


def test_a_day_is_read_as_the_other_days_of_the_file_are(shop: Shop, tmp_path: Path) -> None:
    done = take_rows(
        shop, tmp_path, "order,sku,qty,required date", "1,A,1,05/06/2026", "2,A,1,31/12/2026"
    )
    assert "Dates are read as dmy, as the file has '31/12/2026'." in done.remarks
    details = shop.order("1").details
    assert details is not None
    assert date(2026, 6, 5) == details.schedule.wanted


def test_a_second_currency_has_its_rate_and_its_total(shop: Shop, tmp_path: Path) -> None:
    columns = "total,Presentment Currency,Exchange rate,Presentment Total"
    rows = ("1,A,1,4,9,USD,1.08,9.72", "1,B,1,5,9,USD,1.08,9.72", "2,A,1,9,9,USD,1.08,9.80")
    order = order_of(shop, tmp_path, columns, *rows)
    second = SecondCurrency(
        currency="USD", rate=Decimal("1.08"), totals=Totals(total=Decimal("9.72"))
    )
    assert OrderDetails(second_currency=second) == order.details
    assert [
        "adds up",
        "does not add up: details.second_currency.totals.total is 0.08 too much",
    ] == [in_words(adds_up(each)) for each in shop.orders()]


def test_a_rate_into_the_orders_own_currency_stays_text(shop: Shop, tmp_path: Path) -> None:
    order = order_of(shop, tmp_path, "Exchange Rate,display currency", "1,A,1,1,1.0000000000,eur")
    assert order.details is None
    assert {"file.Exchange Rate": "1.0000000000", "file.display currency": "eur"} == order.extras


def test_taxes_by_name_rate_and_amount_come_to_the_tax_of_the_order(
    shop: Shop, tmp_path: Path
) -> None:
    columns = "Tax 1 Name,Tax 1 Rate,Tax 1 Value,Tax 2 Name,Tax 2 Value"
    rows = ("1,A,1,100,GST,5%,5.00,PST,7.00", "1,B,1,0,GST,5%,5.00,PST,7.00", "2,A,1,9,,,,,")
    order = order_of(shop, tmp_path, columns, *rows)
    assert (
        TaxLine(name="GST", percent=Decimal(5), amount=Decimal("5.00")),
        TaxLine(name="PST", amount=Decimal("7.00")),
    ) == (order.details or OrderDetails()).tax_lines
    assert (Decimal("12.00"), None) == (order.totals.tax, order.totals.total)
    assert (None, Decimal(9)) == (shop.order("2").totals.tax, shop.order("2").totals.total)


def test_taxes_that_differ_from_row_to_row_are_one_by_one(shop: Shop, tmp_path: Path) -> None:
    columns = "total,Tax 1 Name,Tax 1 Rate,Tax 1 Amount"
    rows = ("1,A,1,100,126,VAT,19,19", "1,B,1,0,126,VAT,7,3", "1,C,1,0,126,VAT,7,4")
    order = order_of(shop, tmp_path, columns, *rows)
    assert (
        TaxLine(name="VAT", percent=Decimal(19), amount=Decimal(19)),
        TaxLine(name="VAT", percent=Decimal(7), amount=Decimal(7)),
    ) == (order.details or OrderDetails()).tax_lines
    assert "adds up (tax on top)" == in_words(adds_up(order))


def test_a_tax_of_which_nobody_says_the_amount_leaves_the_sums_unknown(
    shop: Shop, tmp_path: Path
) -> None:
    order = order_of(shop, tmp_path, "Tax 1 Name,Tax 1 Rate", "1,A,1,100,VAT,20 %")
    assert (TaxLine(name="VAT", percent=Decimal(20)),) == (
        order.details or OrderDetails()
    ).tax_lines
    assert (None, None) == (order.totals.tax, order.totals.total)
    assert "cannot be told: nobody says totals.total" == in_words(adds_up(order))


REASONS = [
    ("soon,,,", "'Wanted' on line 2: the time 'soon' is not one such as 2010-12-01 08:26"),
    (
        ",credits,,",
        "'Display Currency' on line 3: the currency 'credits' is not a code such as GBP",
    ),
    (",USD,-1,", "'Exchange Rate' on line 4: the rate '-1' is not above 0"),
    (",,,much", "'Tax 1 Amount' on line 5: the amount 'much' is not a number such as 1250.95"),
]


def test_a_detail_that_cannot_be_read_is_named_by_column_line_and_reason(
    shop: Shop, tmp_path: Path
) -> None:
    header = "order,sku,qty,price,Wanted,Display Currency,Exchange Rate,Tax 1 Amount"
    rows = (f"{number},A,1,1,{end}" for number, (end, _) in enumerate(REASONS, 1))
    done = take_rows(shop, tmp_path, header, *rows)
    assert [f"its {reason}" for _, reason in REASONS] == [one.reason for one in done.aside]


def test_rows_that_contradict_each_other_put_their_order_aside(shop: Shop, tmp_path: Path) -> None:
    header = "order,sku,qty,price,Presentment Currency"
    done = take_rows(shop, tmp_path, header, "1,A,1,1,USD", "1,B,1,1,GBP")
    assert ["its 'Presentment Currency' is USD on one row and GBP on another"] == [
        one.reason for one in done.aside
    ]


def test_of_two_columns_of_one_detail_the_first_named_is_it_and_the_other_stays_text(
    shop: Shop, tmp_path: Path
) -> None:
    order = order_of(shop, tmp_path, "Stornogrund,Cancel Reason", "1,A,1,1,leer,out of stock")
    assert OrderDetails(cancel_reason="out of stock") == order.details
    assert {"file.Stornogrund": "leer"} == order.extras


def test_a_file_of_headers_says_what_the_lines_do_not(shop: Shop, tmp_path: Path) -> None:
    headers = tmp_path / "headers.csv"
    headers.write_text("order,Required Date,cancel reason,hold reason\n1,2026-07-01,late,\n2,x,,\n")
    lines = tmp_path / "lines.csv"
    lines.write_text("order,sku,qty,price,hold reason\n1,A,1,1,credit\n1,B,1,1,\n2,A,1,1,\n")
    done = shop.take(headers, lines, currency="EUR")
    assert (
        OrderDetails(
            cancel_reason="late", hold_reason="credit", schedule=Schedule(wanted=date(2026, 7, 1))
        )
        == shop.order("1").details
    )
    reason = "its 'Required Date' on line 3 of headers.csv: the time 'x' is not one such as 2010-12-01 08:26"
    assert [reason] == [one.reason for one in done.aside]


@pytest.mark.parametrize(
    ("column", "status"), [("notes", Status.COMPLETED), ("status", Status.RECEIVED)]
)
def test_without_a_status_in_either_file_an_order_is_completed(
    shop: Shop, tmp_path: Path, column: str, status: Status
) -> None:
    headers, lines = tmp_path / "headers.csv", tmp_path / "lines.csv"
    headers.write_text(f"order,{column}\n1,\n")
    lines.write_text("order,sku,qty\n1,A,1\n")
    shop.take(headers, lines, currency="EUR")
    assert status is shop.order("1").status
