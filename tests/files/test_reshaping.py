"""Rows that a shop's layout makes into rows of lines."""

from __future__ import annotations

from pathlib import Path

from orderglot.files.layouts.packed_lines import PackedLines
from orderglot.files.layouts.summary_rows import SummaryRows
from orderglot.files.rows import ROWS_BETWEEN, Reject, Stride
from tests.files.books import Shop

Cells = tuple[str, str, str]
HEADER = ("Order Number", "Item Number", "Total")
SUMMED = SummaryRows(HEADER, order="order number", item="item number")


def stride(begin: int, *rows: Cells) -> Stride:
    """Make a stride of rows, whose texts are their cells with blanks between."""
    numbers = range(begin, begin + len(rows))
    return Stride(numbers, [" ".join(row) for row in rows], [*zip(*rows, strict=True)])


def rows(found: Stride | Reject) -> list[tuple[int, str, Cells]] | str:
    if isinstance(found, Reject):
        return found.reason
    cells = zip(*found.columns, strict=True)
    return [*zip(found.numbers, found.texts, cells, strict=True)]


def test_a_summary_goes_to_the_first_item_of_its_order_where_that_says_nothing() -> None:
    given = stride(2, ("1", "", "9"), ("1", "A", ""), ("1", "B", ""), ("2", "C", "5"))
    (found,) = SUMMED.rows([given])
    text = f"1  9{ROWS_BETWEEN}1 A "
    assert [
        (3, text, ("1", "A", "9")),
        (4, "1 B ", ("1", "B", "")),
        (5, "2 C 5", ("2", "C", "5")),
    ] == rows(found)


def test_a_summary_waits_for_the_next_rows() -> None:
    first, last = stride(2, ("0", "Z", "1"), ("1", "", "9")), stride(4, ("1", "A", ""))
    found = [one for one in SUMMED.rows([first, last]) if isinstance(one, Stride)]
    assert [[("Z",), ("1",)], [("A",), ("9",)]] == [list(one.columns[1:]) for one in found]


def test_a_summary_without_items_stays_a_row() -> None:
    alone = ("1", "", "9")
    reject = Reject(3, "broken", "…")
    found = [*SUMMED.rows([stride(2, alone), reject, stride(4, alone, alone)])]
    assert [[alone], "broken", [alone], [alone]] == [
        one if isinstance(one, str) else [cells for _, _, cells in one] for one in map(rows, found)
    ]


def test_packed_lines_are_parted_by_the_names_of_their_members() -> None:
    packed = PackedLines(("Order", "Details"), column="details", members=("Id", "Name", "Price"))
    cells = (
        "Id: 1, Name: Rope, 6 mm | per metre, Price: 2.50|Id: 2, Name: Id tag, Price: $1,000.00|"
    )
    found = packed.rows([Stride([2, 3], ["a", "b"], [("1", "2"), (cells, "")])])
    (made,) = found
    assert isinstance(made, Stride)
    assert [2, 2, 3] == made.numbers
    assert ["a", "a", "b"] == made.texts
    assert [["1", "1", "2"], ["1", "2", ""]] == [list(made.columns[0]), list(made.columns[2])]
    assert ["Rope, 6 mm | per metre", "Id tag", ""] == made.columns[3]
    assert ["2.50", "$1,000.00", ""] == made.columns[4]


def test_more_orders_than_are_read_at_once_keep_their_sums(shop: Shop, tmp_path: Path) -> None:
    header = "Sales Record Number,Order Number,Item Number,Item Title,Quantity,Sold For,Total Price"
    orders = [
        row
        for n in range(700)
        for row in (f"{n},O-{n},,,2,$3,$3", f"{n},O-{n},9,Cup,1,$1,", f"{n},O-{n},8,Pot,1,$2,")
    ]
    file = tmp_path / "ebay.csv"
    file.write_text("\n".join([header, *orders]))
    done = shop.take(file)
    assert (700, 1400, 0) == (done.orders, done.lines, done.rejected)
    assert {3} == {order.totals.total for order in shop.orders()}
