"""Taxes, refunds and payments in columns: kept line by line, summed up where nobody did, and compared."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from orderglot.core.adding_up import adds_up, answer, in_words
from orderglot.core.charges import TaxLine
from orderglot.core.currencies import DECIMALS
from orderglot.core.findings import Answer
from orderglot.core.order import Order
from orderglot.core.order_details import OrderDetails
from tests.files.books import Shop

HEADER = (
    "order,sku,qty,price,Tax Rate,Line Tax,Prices include tax,total,Amount Paid,Refunded Amount,"
    "shipping,discount\n"
)


def taken(shop: Shop, folder: Path, *rows: str) -> Order:
    file = folder / "taxed.csv"
    file.write_text(HEADER + "".join(f"{row},0,0\n" for row in rows))
    assert shop.take(file, currency="EUR").whole
    return shop.order("1")


def taxes(order: Order) -> list[TaxLine | None]:
    return [line.details.tax_lines[0] if line.details else None for line in order.lines]


def test_the_tax_of_each_line_is_kept_and_that_of_the_order_is_their_sum(
    shop: Shop, tmp_path: Path
) -> None:
    order = taken(
        shop,
        tmp_path,
        "1,A,1,10.00,19%,1.90,no,15.32,15.32,",
        "1,B,1,3.00,0.07,0.21,no,15.32,15.32,",
        "1,C,1,0.21,,,no,15.32,15.32,",
    )

    assert [
        TaxLine(percent=Decimal(19), amount=Decimal("1.90")),
        TaxLine(percent=Decimal(7), amount=Decimal("0.21")),
        None,
    ] == taxes(order)
    assert (Decimal("2.11"), Decimal("15.32")) == (order.totals.tax, order.totals.total)
    assert OrderDetails(prices_include_tax=False) == order.details
    assert order.invoice is not None
    assert (Decimal("15.32"), None) == (order.invoice.paid.total, order.invoice.refunded.total)
    assert "adds up (tax on top)" == in_words(adds_up(order))


ANSWERS = {
    "yes,10.00": "adds up (tax in the prices)",
    "true,11.90": "does not add up: totals.total is 1.9 too much",
    "No,10.00": "does not add up: totals.total is 1.9 too little",
    ",11.90": "adds up (tax on top)",
    ",": "cannot be told: nobody says totals.total",
}
"""By whether prices include tax and what an order comes to: whether 10.00 and a tax of 1.90 do."""


def test_whether_prices_include_the_tax_decides_what_is_right(shop: Shop, tmp_path: Path) -> None:
    rows = (f"{number},A,1,10.00,19,1.90,{end},," for number, end in enumerate(ANSWERS, 1))
    taken(shop, tmp_path, *rows)

    assert [*ANSWERS.values()] == [in_words(adds_up(order)) for order in shop.orders()]


REASONS = {
    "190,,,,,": "the tax rate '190' is no share of something",
    ",much,,,,": "the line tax 'much' is",
    ",,perhaps,,,": "whether its prices include tax is 'perhaps', neither yes nor no",
    ",,,,lots,": "the amount_paid 'lots' is",
}


def test_what_is_no_tax_puts_its_order_aside(shop: Shop, tmp_path: Path) -> None:
    file = tmp_path / "taxed.csv"
    rows = (f"{number},A,1,10,{end},,\n" for number, end in enumerate(REASONS, 1))
    file.write_text(HEADER + "".join(rows))
    done = shop.take(file, currency="EUR")

    assert [] == shop.orders()
    found = {int(one.order): one.reason for one in done.aside}
    for number, reason in enumerate(REASONS.values(), 1):
        assert found[number].startswith(reason)


def test_whatever_an_import_sums_up_adds_up_in_every_currency(shop: Shop, tmp_path: Path) -> None:
    file = tmp_path / "everywhere.csv"
    rows = (
        f"{code},A,3,1.235,1.4,2.5,{code}\n{code},B,-1,0.333,1.4,2.5,{code}\n"
        for code in sorted(DECIMALS)
    )
    file.write_text("order,sku,qty,price,discount,shipping,currency\n" + "".join(rows))
    shop.take(file)

    found = {order.currency: order for order in shop.orders()}
    assert DECIMALS.keys() == found.keys()
    assert [] == [
        in_words(adds_up(order)) for order in found.values() if answer(order) is not Answer.YES
    ]
