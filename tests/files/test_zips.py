"""Zips: one file of orders in it, or two that are headers and lines, beside what else is packed."""

from __future__ import annotations

import sys
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from orderglot.core.errors import Invalid
from orderglot.files import containers
from tests.files.books import Shop

HEADERS = "order,date,customer,total,currency\n1,2024-05-13,C1,25,USD\n2,2024-05-14,C2,5,USD\n"
LINES = "order,sku,quantity,price\n1,X,2,10\n1,Y,1,5\n2,Y,1,5\n"
BOTH = {"out/headers.csv": HEADERS, "out/lines.csv": LINES}
ODD = {
    "__MACOSX/out/._lines.csv": "x",
    "out/.DS_Store": "x",
    "out/README.txt": "Orders of May.",
    "License.md": "x",
    "out/invoice.PDF": "%PDF",
}


def packed(path: Path, files: dict[str, str]) -> Path:
    with ZipFile(path, "w", ZIP_DEFLATED) as file:
        for name, text in files.items():
            file.writestr(name, text)
    return path


def found(shop: Shop) -> list[tuple[str, str, int, Decimal | None]]:
    return [
        (
            order.number,
            order.customer.number if order.customer else "",
            len(order.lines),
            order.totals.total,
        )
        for order in shop.orders()
    ]


@pytest.mark.parametrize("more", [{}, ODD], ids=["alone", "beside others"])
@pytest.mark.parametrize("names", [(0, 1), (1, 0)], ids=["headers first", "lines first"])
def test_the_two_files_of_a_zip_are_joined(
    names: tuple[int, int], more: dict[str, str], shop: Shop, tmp_path: Path
) -> None:
    both = [*BOTH.items()]
    file = packed(tmp_path / "orders.zip", {**more, **dict(both[place] for place in names)})
    done = shop.take(file)

    assert [("1", "C1", 2, Decimal(25)), ("2", "C2", 1, Decimal(5))] == found(shop)
    assert "'lines.csv' has the lines, 'headers.csv' the headers." in done.remarks


def test_two_files_of_one_name_in_two_folders_are_joined(shop: Shop, tmp_path: Path) -> None:
    files = {"headers/orders.csv": HEADERS, "../lines/orders.csv": LINES}
    shop.take(packed(tmp_path / "orders.zip", files))

    assert ["1", "2"] == [order.number for order in shop.orders()]
    assert not (tmp_path.parent / "lines").exists()


def test_what_is_put_aside_of_a_zip_stands_beside_it(shop: Shop, tmp_path: Path) -> None:
    wrong = {**BOTH, "out/lines.csv": LINES + "2,Z,much,5\n"}
    done = shop.take(packed(tmp_path / "orders.zip", wrong))

    assert tmp_path / "orders.zip.rejects.csv" == done.rejects
    assert "Z,much" in (tmp_path / "orders.zip.rejects.csv").read_text()


def test_a_zip_that_is_piped_in_may_hold_two_files(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = packed(tmp_path / "orders.zip", BOTH)
    stdin = SimpleNamespace(buffer=BytesIO(file.read_bytes()))
    monkeypatch.setattr(sys, "stdin", stdin)
    shop.take(Path("-"))

    assert ["1", "2"] == [order.number for order in shop.orders()]


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({**BOTH, "more.csv": LINES}, "holds 3 files .*; unpack it"),
        ({"may.csv": LINES, "june.csv": LINES}, "both have .*; import them one after the other"),
        ({"a.csv": HEADERS, "b.csv": HEADERS}, "none has the columns of lines"),
        (ODD, "The zip is empty"),
    ],
)
def test_a_zip_of_other_files_is_refused(
    files: dict[str, str], why: str, shop: Shop, tmp_path: Path
) -> None:
    with pytest.raises(Invalid, match=why):
        shop.take(packed(tmp_path / "orders.zip", files))
    assert [] == list(shop.orders())


def test_a_zip_that_grows_too_large_is_refused(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(containers, "MOST_UNPACKED", 100)
    with pytest.raises(Invalid, match="more than 100 bytes"):
        shop.take(packed(tmp_path / "orders.zip", BOTH))
