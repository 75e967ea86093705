"""Cases: small files that people have, each of which is right, or refused with what to do."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from orderglot.core.errors import Invalid
from orderglot.core.order import Order
from orderglot.core.quantities import Quantity
from orderglot.files.progress import Progress
from tests.files.books import Shop, shop_in

CASES = Path(__file__).parent / "cases"

Import = Callable[..., Progress]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with shop_in("memory", tmp_path) as opened:
        yield opened


@pytest.fixture
def take(shop: Shop, tmp_path: Path) -> Import:
    def take(name: str, **options: Any) -> Progress:
        shutil.copy(CASES / name, tmp_path)
        return shop.take(tmp_path / name, **{"currency": "USD", **options})

    return take


def lines(order: Order) -> list[tuple[str, Quantity, Decimal | None]]:
    return [(line.sku, line.quantity, line.unit_price) for line in order.lines]


def totals(shop: Shop) -> dict[str, Decimal | None]:
    return {order.number: order.totals.total for order in shop.orders()}


def remarks_of(done: Progress) -> str:
    return "\n".join(done.remarks)


def test_what_spreadsheets_write_to_keep_zeros_is_unwrapped(shop: Shop, take: Import) -> None:
    assert take("excelf.csv").whole
    assert {"00123": ["007"], "00124": ["008"]} == {
        order.number: [line.sku for line in order.lines] for order in shop.orders()
    }


def test_what_spreadsheets_have_rounded_is_refused_and_never_one_order(
    shop: Shop, take: Import
) -> None:
    done = take("sci.csv")
    assert (0, 3, 3) == (done.orders, done.rows, done.rejected)
    assert [] == shop.orders()
    assert ["3.82386E+12", "3.82386E+12", "5.01235E+12"] == [one.order for one in done.aside]
    assert all("was rounded by a spreadsheet" in one.reason for one in done.aside)


def test_fifteen_hundred_is_fifteen_hundred_beside_what_shows_it(shop: Shop, take: Import) -> None:
    done = take("de3.csv")
    assert {"1001": Decimal(1500), "1002": Decimal(1500)} == totals(shop)
    assert "'1.500' and the like are read with ',' before decimals" in remarks_of(done)
    assert done.whole


def test_fifteen_hundred_is_one_and_a_half_only_where_somebody_says_so(
    shop: Shop, take: Import
) -> None:
    done = take("de3.csv", decimal=".")
    assert {"1001": Decimal("1.5")} == totals(shop)
    assert ["1002"] == [one.order for one in done.aside]
    assert "the price '1.500,00' is not a number" in done.aside[0].reason


def test_a_number_that_nothing_beside_it_explains_is_asked_about(
    shop: Shop, tmp_path: Path
) -> None:
    file = tmp_path / "orders.csv"
    file.write_text("order;sku;quantity;price\n1001;A-1;1;1.500\n1002;A-1;2;20\n")
    with pytest.raises(Invalid) as asked:
        shop.take(file)
    assert asked.value.message == (
        "decimal: '1.500' on line 2 can be 1.5 or 1500; say what parts decimals with "
        "--decimal . or --decimal ,."
    )
    assert [] == shop.orders()
    shop.take(file, decimal=",")
    assert {"1001": Decimal(1500), "1002": Decimal(40)} == totals(shop)


def test_a_row_of_totals_is_put_aside_by_name(shop: Shop, take: Import) -> None:
    done = take("total2.csv")
    assert {"1001": Decimal(10), "1002": Decimal(10)} == totals(shop)
    assert "Line 4 is a row of totals, 'Grand Total 2 items 3 20.00': put aside." in done.remarks
    assert (1, False) == (done.rejected, done.whole)


def test_blanks_around_an_order_number_are_none_of_it_and_that_is_said(
    shop: Shop, take: Import
) -> None:
    done = take("trail.csv")
    (order,) = shop.orders()
    assert ("1001", ["A-1", "A-2", "A-3", "A-4"]) == (order.number, [x.sku for x in order.lines])
    assert "3 rows had blanks or signs of a spreadsheet round the order number." in done.remarks
    assert done.whole


@pytest.mark.parametrize("fill_down", [False, True])
def test_rows_without_a_number_are_of_the_order_above(
    shop: Shop, take: Import, fill_down: bool
) -> None:
    done = take("blank_order.csv", fill_down=fill_down)
    assert {"1001": Decimal(60), "1002": Decimal(1)} == totals(shop)
    assert "2 rows without an order number went to the order above." in done.remarks
    assert done.whole


def test_an_order_with_a_bad_row_is_put_aside_with_all_its_rows(shop: Shop, take: Import) -> None:
    done = take("r1.csv")
    assert (0, 2, 1) == (done.orders, done.rejected, done.orders_aside)
    assert [] == shop.orders()
    assert done.rejects is not None
    done.rejects.write_text(done.rejects.read_text().replace(",one,", ",1,"))
    mended = shop.take(done.rejects, currency="USD")
    assert (1, 2, True) == (mended.new, mended.lines, mended.whole)
    assert {"1001": Decimal(15)} == totals(shop)


def test_an_order_with_a_bad_row_is_taken_without_it_where_that_is_wished(
    shop: Shop, take: Import
) -> None:
    done = take("r1.csv", partial=True)
    assert (1, 1, 1) == (done.new, done.lines, done.rejected)
    assert {"1001": Decimal(10)} == totals(shop)


def test_a_header_is_found_below_blank_rows_and_what_is_below_the_orders_is_named(
    shop: Shop, take: Import
) -> None:
    done = take("ebay.csv")
    assert {"24-10000-11111": Decimal(900), "24-10000-22222": Decimal(2501)} == totals(shop)
    first = shop.order("24-10000-11111")
    assert [("PH-1", 1, Decimal(900))] == lines(first)
    assert "Card, rare" == first.lines[0].title
    assert "2026-07-25" == f"{first.created:%Y-%m-%d}"
    assert "Line 7 is no order's: '2 record(s) downloaded,from Jul-01-26...'." in done.remarks
    assert "Line 8 is no order's: 'Seller ID : someone'." in done.remarks
    assert (2, True) == (done.orders, done.whole)


def test_money_is_what_it_says_and_of_its_orders_currency(shop: Shop, take: Import) -> None:
    done = take("cur.csv")
    amounts = ("9.99", "1234.50", "9.99", "-5", "-5", "9.99", "9.99")
    numbers = ("1001", "1002", "1005", "1006", "1007", "1008", "1009")
    assert dict(zip(numbers, map(Decimal, amounts), strict=True)) == totals(shop)
    assert ["1003", "1004"] == [one.order for one in done.aside]
    assert "'9,99 €' is in EUR, and its order in USD" == done.aside[1].reason
    assert "'£9.99' is in GBP or EGP or FKP, and its order in USD" == done.aside[0].reason


@pytest.mark.parametrize("name", ["u16.txt", "nl.csv", "pipe.csv", "sep.csv", "total2.csv"])
def test_what_leaves_no_doubt_needs_nothing_said(shop: Shop, take: Import, name: str) -> None:
    take(name)
    assert shop.orders()


def test_utf_16_is_read_by_its_mark(shop: Shop, take: Import) -> None:
    assert take("u16.txt").whole
    assert ["Café crème"] == [line.title for line in shop.order("1001").lines]


def test_windows_1252_is_read_where_somebody_says_so(shop: Shop, take: Import) -> None:
    assert take("cp1252.csv", encoding="cp1252").whole
    assert ["Café crème", "Tea"] == [line.title for line in shop.order("1001").lines]


def test_windows_1252_is_refused_by_line_where_nobody_says_so(shop: Shop, take: Import) -> None:
    with pytest.raises(Invalid) as refused:
        take("cp1252.csv")
    assert refused.value.message.startswith(
        "Line 2 is not UTF-8 (byte 0xe9); the file is likely cp1252, by which that place reads "
        "'2,3.50,Café crème': give --encoding cp1252"
    )
    assert [] == shop.orders()


def test_windows_1252_is_read_where_the_file_says_so(shop: Shop, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_bytes(b"# charset=windows-1252\n" + (CASES / "cp1252.csv").read_bytes())
    done = shop.take(file, currency="USD")
    assert ["Café crème", "Tea"] == [line.title for line in shop.order("1001").lines]
    assert "1 line stands before the header, which is line 2." in done.remarks


def test_line_breaks_and_quotes_in_quotes_are_read(shop: Shop, take: Import) -> None:
    assert take("nl.csv").whole
    assert ["please leave\r\nat the door\r\n", 'say "hi"'] == [
        order.notes for order in shop.orders()
    ]


@pytest.mark.parametrize(("name", "price"), [("pipe.csv", "10"), ("sep.csv", "3.5")])
def test_bars_and_what_a_file_says_of_itself_part_its_columns(
    shop: Shop, take: Import, name: str, price: str
) -> None:
    assert take(name).whole
    assert Decimal(price) == shop.order("1001").lines[0].unit_price
