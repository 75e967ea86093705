"""Real orders: what is in the wholesale file is in the book, line for line and to the penny."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from orderglot.core.order import Line, Order
from orderglot.core.values import Kind
from tests.files import cut_invoices
from tests.files.books import STORES, Shop, shop_in

pytestmark = pytest.mark.long

HERE = Path(__file__).parent
CUT = HERE / "online-retail-cut.csv.gz"
NAMED = os.environ.get("ORDERGLOT_WHOLE_FILE", "")
BESIDE = HERE.parents[1].parent / "shared" / "data" / "online-retail-2009-2010.csv.gz"
UNSEEN = {"tangled_invoices", "invoices_of_two_customers", "invoices_of_two_countries"}
"""What cannot be told from orders any more: how their lines stood in the file."""


@pytest.fixture(scope="module", params=STORES)
def shop(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shop]:
    with shop_in(request.param, tmp_path_factory.mktemp("book")) as opened:
        opened.take(CUT, rejects=Path(os.devnull))
        yield opened


def counts(name: str) -> dict[str, int | str]:
    found: dict[str, int | str] = json.loads((HERE / f"online-retail-{name}.json").read_text())
    return found


def counted(orders: Iterable[Order]) -> dict[str, int | str]:
    """Count a book by the same tests as the file was counted by."""
    return cut_invoices.count(
        {order.number: [as_row(order, line) for line in order.lines] for order in orders}
    )


def as_row(order: Order, line: Line) -> cut_invoices.Line:
    """Turn a line back into its row in the file."""
    moment = line.created or order.created
    assert moment is not None
    assert line.unit_price is not None
    assert order.bill_to is not None
    assert isinstance(line.quantity, int)
    values = (
        order.number,
        line.sku,
        line.title,
        line.quantity,
        moment.isoformat(),
        line.unit_price,
        order.customer.number if order.customer else "",
        order.bill_to.country_name,
    )
    return cut_invoices.Line(line.number, "|".join(map(str, values)).encode(), *values)


def expected(name: str) -> dict[str, int | str]:
    return {test: count for test, count in counts(name).items() if test not in UNSEEN}


def test_the_book_has_exactly_what_the_cut_has(shop: Shop) -> None:
    found = counted(shop.orders())
    assert expected("cut") == {test: found[test] for test in expected("cut")}


def test_the_cut_taken_twice_changes_nothing(shop: Shop) -> None:
    before = shop.orders()
    again = shop.take(CUT, rejects=Path(os.devnull))
    assert (0, 0, 374, 0) == (again.new, again.changed, again.same, again.rejected)
    assert before == shop.orders()


def test_the_whole_file_is_taken_where_it_is_at_hand(tmp_path: Path) -> None:
    whole = Path(NAMED) if NAMED else BESIDE
    name, file = ("whole", whole) if NAMED or whole.exists() else ("cut", CUT)
    with shop_in("sqlite", tmp_path) as shop:
        done = shop.take(file, rejects=tmp_path / "rejects.csv")
        found = counted(shop.orders())
    assert expected(name) == {test: found[test] for test in expected(name)}
    assert (found["invoices"], found["lines"], 0) == (done.new, done.lines, done.rejected)


def test_lines_that_stand_apart_are_one_order(shop: Shop) -> None:
    assert {
        number: len(lines) for number, lines in as_in_file() if number in cut_invoices.TANGLED
    } == {number: len(shop.order(number).lines) for number in cut_invoices.TANGLED}


def as_in_file() -> Iterable[tuple[str, list[cut_invoices.Line]]]:
    return cut_invoices.read(gzip.decompress(CUT.read_bytes())).items()


def test_every_line_is_as_in_the_file(shop: Shop) -> None:
    for number, lines in as_in_file():
        order = shop.order(number)
        assert [(line.sku, line.description, line.quantity, line.price) for line in lines] == [
            (line.sku, line.title, line.quantity, line.unit_price) for line in order.lines
        ]
        assert cut_invoices.total(lines) == order.totals.total == order.totals.subtotal


def test_an_order_of_two_minutes_keeps_both(shop: Shop) -> None:
    order = shop.order("529368")
    minutes = {line.created or order.created for line in order.lines}
    assert order.created == min(minute for minute in minutes if minute)
    assert 2 == len(minutes)


def test_a_stock_code_with_a_blank_at_its_end_is_another(shop: Shop) -> None:
    skus = [line.sku for order in shop.orders() for line in order.lines]
    assert 1 == skus.count("47503J ")
    assert 1 <= skus.count("47503J")


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("489434", Kind.SALE),
        ("C496350", Kind.SALE),
        ("519017", Kind.ADJUSTMENT),
        ("A506401", Kind.ADJUSTMENT),
        ("C509622", Kind.RETURN),
    ],
)
def test_an_order_is_what_its_lines_say(shop: Shop, number: str, kind: Kind) -> None:
    assert kind is shop.order(number).kind


def test_the_customer_14911_has_all_their_orders(shop: Shop) -> None:
    theirs = [
        order for order in shop.orders() if order.customer and order.customer.number == "14911"
    ]
    assert counts("cut")["invoices_of_14911"] == len(theirs)
    assert 1 == len({order.customer.id for order in theirs if order.customer})
