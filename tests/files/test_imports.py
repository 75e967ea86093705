"""Imports: a file taken into a book, once or again, in one go or in two, its rejects beside it."""

from __future__ import annotations

import gzip
import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from stat import S_IMODE
from subprocess import PIPE
from typing import Any

import pytest
from msgspec.structs import replace

from orderglot.core.errors import Invalid, NotFound
from orderglot.core.order import Order, Reference
from orderglot.core.ports import Check
from orderglot.core.sum_counts import SumCounts
from orderglot.core.values import Status
from orderglot.files import imports
from orderglot.files.imports import BATCH
from orderglot.files.progress import Progress
from orderglot.files.rejects import Rejects
from orderglot.files.rows import Reject, open_rows
from orderglot.files.sources import OtherOrder
from tests.files.books import STORES, Shop, shop_in

BEHIND = re.compile(r'(.*),(\d+),("(?:[^"]|"")*"|[^",]*)')

HEADER = "order,sku,title,qty,date,price,customer\n"


@pytest.fixture(params=STORES)
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    with shop_in(request.param, tmp_path) as opened:
        yield opened


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "orders.csv"


def rows(*orders: object, quantity: str = "2") -> str:
    """Write two lines for each order."""
    return "".join(
        f"{order},{sku},LIGHTS,{quantity},2009-12-01 07:45,1.25,13085\n"
        for order in orders
        for sku in ("85048", "79323P")
    )


def rejects_of(path: Path) -> list[tuple[int, str, str]]:
    beside = path.with_name(path.name + ".rejects.csv")
    with beside.open(encoding="utf-8", errors="surrogateescape", newline="") as text:
        header, *rejects = text.read().split("\n")[:-1]
    assert header.endswith(",orderglot line,orderglot reason")
    found = [BEHIND.fullmatch(reject) for reject in rejects]
    return [(int(one[2]), one[3].strip('"'), one[1]) for one in found if one is not None]


def test_a_file_is_taken_with_all_its_orders(shop: Shop, file: Path) -> None:
    file.write_text(HEADER + rows("A", "B"))
    size = file.stat().st_size
    done = shop.take(file, timezone="UTC")
    sums = SumCounts(add_up=2)
    assert Progress(read=size, size=size, rows=4, lines=4, orders=2, new=2, adds_up=sums) == done
    assert done.whole
    assert ["A", "B"] == shop.numbers()
    assert Decimal("5.00") == shop.order("A").totals.total


@pytest.mark.parametrize("umask", [0, 0o022, 0o277], ids=oct)
def test_what_is_rejected_is_the_owners_alone_to_read(shop: Shop, file: Path, umask: int) -> None:
    file.write_text(HEADER + rows("A") + rows("B", quantity="many"))
    beside = file.with_name(file.name + ".rejects.csv")
    before = os.umask(umask)
    try:
        for _ in range(2):
            shop.take(file)
            assert 0o600 == S_IMODE(beside.stat().st_mode)
            # One that an older import left to be read by others is written anew.
            beside.chmod(0o644)
    finally:
        os.umask(before)


def test_rejects_that_go_to_a_terminal_leave_its_rights_as_they_are(file: Path) -> None:
    file.write_text("order,sku\n")
    ours, theirs = pty.openpty()
    try:
        terminal = Path(os.ttyname(theirs))
        terminal.chmod(0o622)
        with open_rows(file) as opened, Rejects(terminal, opened) as rejects:
            rejects.add(Reject(line=2, reason="no", row="A"))

        assert b"order,sku,orderglot line,orderglot reason" in os.read(ours, 100)
        assert 0o622 == S_IMODE(terminal.stat().st_mode)
    finally:
        os.close(ours)
        os.close(theirs)


def test_the_same_file_twice_changes_nothing(shop: Shop, file: Path) -> None:
    file.write_text(HEADER + rows(*range(BATCH + 1)))
    shop.take(file)
    before = shop.orders()
    again = shop.take(file)
    assert (0, 0, BATCH + 1) == (again.new, again.changed, again.same)
    assert before == shop.orders()


def test_an_import_that_was_killed_is_completed_by_the_next(
    shop: Shop, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "BATCH", 100)
    file.write_text(HEADER + rows(*range(500)))

    def kill(progress: Progress) -> None:
        if progress.orders >= 200:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        shop.take(file, on_progress=kill)
    assert 200 == len(shop.orders())
    again = shop.take(file)
    assert (300, 0, 200) == (again.new, again.changed, again.same)
    assert [str(n) for n in range(500)] == shop.numbers()


KILLED = """
import sys
from pathlib import Path
from tests.files.books import shop_in

with shop_in("sqlite", Path(sys.argv[1])) as shop:
    shop.take(Path(sys.argv[2]), on_progress=lambda progress: progress.new and (print(progress.new), input()))
"""


def test_a_process_that_was_killed_leaves_whole_batches(tmp_path: Path, file: Path) -> None:
    file.write_text(HEADER + rows(*range(3 * BATCH)))
    root = Path(__file__).parents[2]
    command = [sys.executable, "-u", "-c", KILLED, str(tmp_path), str(file)]
    with subprocess.Popen(command, cwd=root, stdin=PIPE, stdout=PIPE) as process:
        assert process.stdout is not None
        assert b"%d\n" % BATCH == process.stdout.readline()
        process.kill()
    with shop_in("sqlite", tmp_path) as shop:
        assert BATCH == len(shop.orders())
        again = shop.take(file)
        assert (2 * BATCH, 0, BATCH) == (again.new, again.changed, again.same)
        assert [str(n) for n in range(3 * BATCH)] == shop.numbers()


def test_a_mended_file_changes_what_was_mended(shop: Shop, file: Path) -> None:
    file.write_text(HEADER + rows("A", "B"))
    shop.take(file)
    file.write_text(HEADER + rows("A") + rows("B", quantity="3"))
    again = shop.take(file)
    assert (0, 1, 1) == (again.new, again.changed, again.same)
    assert Decimal("7.50") == shop.order("B").totals.total


def test_orders_of_one_customer_are_that_customers(shop: Shop, file: Path) -> None:
    file.write_text(HEADER + rows("A", "B"))
    shop.take(file)
    first, second = (order.customer for order in shop.orders())
    assert first == second
    assert first is not None
    assert ("13085", (Reference("file", "13085"),)) == (first.number, first.references)


def test_a_gzip_is_taken_whatever_its_name(shop: Shop, file: Path) -> None:
    file.write_bytes(gzip.compress((HEADER + rows("A")).encode()))
    assert 1 == shop.take(file).new


def test_the_currency_is_the_sellers_unless_another_is_given(shop: Shop, file: Path) -> None:
    file.write_text(HEADER + rows("A"))
    shop.take(file)
    assert "GBP" == shop.order("A").currency
    shop.take(file, currency="eur")
    assert "EUR" == shop.order("A").currency


def test_times_are_read_in_the_time_zone_that_is_given(shop: Shop, file: Path) -> None:
    file.write_text(HEADER + rows("A").replace("2009-12", "2010-07"))
    shop.take(file, timezone="Europe/London")
    assert datetime(2010, 7, 1, 6, 45, tzinfo=UTC) == shop.order("A").created


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2024-07-01", "2024-06-30T22:00"),
        ("2024-06-30 23:59:59", "2024-06-30T21:59:59"),
        ("2024-07-01 00:00", "2024-06-30T22:00"),
        ("2024-01-01", "2023-12-31T23:00"),
        ("2024-10-27 02:30", "2024-10-27T00:30"),  # an hour that comes twice
        ("2024-03-31 02:30", "2024-03-31T01:30"),  # an hour that is skipped
        ("2024-07-01T00:30Z", "2024-07-01T00:30"),
    ],
)
def test_times_are_read_in_the_time_zone_of_the_seller(
    shop: Shop, file: Path, text: str, instant: str
) -> None:
    shop.change_seller(timezone="Europe/Berlin")
    file.write_text(HEADER + rows("A").replace("2009-12-01 07:45", text))
    done = shop.take(file)

    assert datetime.fromisoformat(instant).replace(tzinfo=UTC) == shop.order("A").created
    reported = [one for one in done.remarks if one.startswith("Times without a zone")]
    sentence = "Times without a zone are taken as Europe/Berlin, the seller's; --timezone names"
    assert ([] if text.endswith("Z") else [f"{sentence} another."]) == reported
    assert not [one for one in shop.take(file, timezone="UTC").remarks if one in reported]


def test_a_customers_own_item_numbers_become_our_skus(shop: Shop, file: Path) -> None:
    shop.call_items("13085", {"85048": "ZZ100"})
    file.write_text(HEADER + rows("A") + rows("B").replace("13085", "13086"))
    shop.take(file)
    first = shop.order("A").lines

    assert ["ZZ100", "79323P"] == [line.sku for line in first]
    assert first[0].details is not None
    assert "85048" == first[0].details.item_numbers.buyer
    assert ["85048", "79323P"] == [line.sku for line in shop.order("B").lines]
    assert 2 == shop.take(file).same


def test_an_order_is_brought_to_our_skus_when_it_is_imported_once_more(
    shop: Shop, file: Path
) -> None:
    file.write_text(HEADER + rows("A"))
    shop.take(file)
    shop.call_items("13085", {"85048": "ZZ100", "79323P": "ZZ101"})
    done = shop.take(file)

    assert (1, 0) == (done.changed, done.rejected)
    assert ["ZZ100", "ZZ101"] == [line.sku for line in shop.order("A").lines]


def test_columns_are_mapped(shop: Shop, file: Path) -> None:
    file.write_text("Belegnr;Artikel;Menge\nA;85048;2\n")
    shop.take(file, columns="order=Belegnr,sku=Artikel,quantity=Menge")
    assert ["85048"] == [line.sku for line in shop.order("A").lines]


def test_an_order_that_was_changed_meanwhile_stays_changed(shop: Shop, file: Path) -> None:
    file.write_text(HEADER + rows("A"))
    shop.take(file)
    changed = shop.change(replace(shop.order("A"), status=Status.ON_HOLD))
    shop.take(file)
    assert changed == shop.order("A")


def test_a_file_without_times_has_the_last_word(shop: Shop, file: Path) -> None:
    file.write_text("Order,SKU,Quantity\nA,85048,2\n")
    shop.take(file)
    shop.change(replace(shop.order("A"), status=Status.ON_HOLD))
    shop.take(file)
    assert Status.COMPLETED == shop.order("A").status


def test_rejected_rows_are_written_beside_the_file_with_their_orders(
    shop: Shop, file: Path
) -> None:
    file.write_bytes(
        (HEADER + rows("A", "C")).encode() + b'A,"x,y",\xa3,1,,1,13085\nB,85048,,x,,1,7\n"x\n'
    )
    done = shop.take(file, encoding="utf-8")
    assert (7, 2, 5, 3) == (done.rows, done.lines, done.rejected, done.orders_aside)
    assert file.with_name("orders.csv.rejects.csv") == done.rejects
    first, second, bad, odd, lone = sorted(rejects_of(file))
    assert (6, 'A,"x,y",\udca3,1,,1,13085') == (bad[0], bad[2])
    assert "its character 9 is not UTF-8 (byte 0xa3)" == bad[1]
    whole = f"its order 'A' is put aside whole, for line 6: {bad[1]}"
    assert [(2, whole), (3, whole)] == [first[:2], second[:2]]
    assert "the quantity 'x' is not a number such as 12, 1.5 or -3" == odd[1]
    assert (8, '"x') == (lone[0], lone[2])
    assert ["A", "B", "x"] == [one.order for one in done.aside]
    assert not done.whole


def test_the_rejects_keep_the_very_bytes(shop: Shop, file: Path) -> None:
    file.write_bytes(HEADER.encode() + b"A,85048,\xff\xa3,1,,1,13085\n")
    done = shop.take(file, encoding="utf-8")
    assert done.rejects is not None
    assert b"\nA,85048,\xff\xa3,1,,1,13085,2," in done.rejects.read_bytes()


@pytest.mark.parametrize(
    ("bad", "good"),
    [
        ("A,85048,L,two,,1.25,7\n", "A,85048,L,2,,1.25,7\n"),
        ("A,85048,L\n", "A,85048,L,2,,1.25,7\n"),
        ('A,85048,"7" disc",2,,1.25,7\n', 'A,85048,"7"" disc",2,,1.25,7\n'),
        ("A,85048,L,2,,1.25,8\n", "A,85048,L,2,,1.25,7\n"),
    ],
)
def test_rejects_that_were_mended_are_imported_as_they_are(
    shop: Shop, file: Path, bad: str, good: str
) -> None:
    file.write_text(HEADER + 'A,1,"x\ny",1,,9,7\n' + bad + rows("B"))
    first = shop.take(file)
    assert first.rejects is not None
    assert ["B"] == shop.numbers()
    again = shop.take(first.rejects)
    assert (0, 2) == (again.orders, again.rejected)
    left = first.rejects.read_text()
    assert left.startswith(HEADER.strip() + ",orderglot line,orderglot reason\n")
    first.rejects.write_text(left.replace(bad.strip(), good.strip()))
    mended = shop.take(first.rejects)
    assert (1, 2, 0) == (mended.new, mended.lines, mended.rejected)
    assert ["1", "85048"] == [line.sku for line in shop.order("A").lines]
    assert {} == shop.order("A").extras


def test_rejects_of_rejects_say_each_thing_once(shop: Shop, file: Path) -> None:
    file.write_text(HEADER + rows("A", quantity="x"))
    first = shop.take(file).rejects
    assert first is not None
    second = shop.take(first).rejects
    assert second is not None
    assert first.read_text() == second.read_text()


def test_rejects_of_another_encoding_and_delimiter_are_imported_as_they_are(
    shop: Shop, file: Path
) -> None:
    file.write_text("sep=|\norder|sku|qty|title\nA|1|x|é, ü\n", encoding="cp1252")
    first = shop.take(file, encoding="cp1252").rejects
    assert first is not None
    mended = first.read_text(encoding="utf-8-sig").replace("|x|", "|2|")
    assert mended.startswith("sep=|\norder|sku|qty|title|orderglot line|orderglot reason\n")
    first.write_text(mended, encoding="utf-8-sig")
    assert 1 == shop.take(first, encoding="cp1252").new
    assert "é, ü" == shop.order("A").lines[0].title


def test_rejects_do_not_replace_the_file_that_they_are_rejected_from(
    shop: Shop, file: Path
) -> None:
    file.write_text(HEADER + rows("A", quantity="x"))
    first = shop.take(file).rejects
    assert first is not None
    before = first.read_text()
    with pytest.raises(Invalid) as refused:
        shop.take(first, rejects=first)
    assert "is the file that is imported; name another file" in refused.value.message
    assert before == first.read_text()


def test_an_order_is_taken_in_part_where_that_is_wished_and_whole_once_it_is_mended(
    shop: Shop, file: Path
) -> None:
    file.write_text(HEADER + "A,1,L,1,,9,7\nA,2,L,x,,9,7\nA,3,L,1,,9,7\n")
    done = shop.take(file, partial=True)
    assert (1, 2, 1, 3) == (done.new, done.lines, done.rejected, done.rows)
    assert [("A", 3)] == [(one.order, one.line) for one in done.aside]
    assert done.rejects is not None
    assert [2, 3, 4] == [line for line, _, _ in rejects_of(file)]
    assert ["1", "3"] == [line.sku for line in shop.order("A").lines]
    again = shop.take(done.rejects, partial=True)
    assert (1, 1) == (again.same, again.rejected)
    done.rejects.write_text(done.rejects.read_text().replace(",x,", ",2,"))
    mended = shop.take(done.rejects)
    assert (1, 3, 0) == (mended.changed, mended.lines, mended.rejected)
    assert ["1", "2", "3"] == [line.sku for line in shop.order("A").lines]


def test_a_mended_reject_never_replaces_lines_that_are_not_with_it(shop: Shop, file: Path) -> None:
    file.write_text(HEADER + "A,1,L,1,,9,7\n,2,L,1,,9,7\nA,3,L,1,,9,7\n")
    done = shop.take(file)
    assert done.rejects is not None
    assert ["1", "3"] == [line.sku for line in shop.order("A").lines]
    done.rejects.write_text(done.rejects.read_text().replace("\n,2,", "\nA,2,"))
    again = shop.take(done.rejects, source="file")
    assert (0, 1) == (again.orders, again.rejected)
    assert "with lines that are not among these rejects" in again.aside[0].reason
    assert ["1", "3"] == [line.sku for line in shop.order("A").lines]


def test_without_rejects_there_is_no_file_of_them(shop: Shop, file: Path) -> None:
    file.write_text(HEADER + rows("A"))
    assert shop.take(file).rejects is None
    assert [file] == [one for one in file.parent.iterdir() if "orders" in one.name]


def test_rejects_of_an_earlier_import_are_gone_once_the_file_is_mended(
    shop: Shop, file: Path
) -> None:
    file.write_text(HEADER + rows("A", quantity="x"))
    first = shop.take(file)
    assert first.rejects is not None
    assert 2 == len(rejects_of(file))
    assert 2 == shop.take(file).rejected
    assert 2 == len(rejects_of(file))
    file.write_text(HEADER + rows("A"))
    shop.take(file)
    assert not first.rejects.exists()


def test_a_file_that_is_not_of_rejects_is_never_overwritten(shop: Shop, file: Path) -> None:
    file.write_text(HEADER + rows("A", quantity="x"))
    other = file.with_name("letter.txt")
    other.write_text("Dear Sir,\n")
    with pytest.raises(Invalid) as refused:
        shop.take(file, rejects=other)
    assert refused.value.message.endswith(
        "letter.txt cannot be written (File exists); name another file for the rejects."
    )
    assert "Dear Sir,\n" == other.read_text()


def test_rejects_that_cannot_be_written_stop_the_import(shop: Shop, file: Path) -> None:
    file.write_text(HEADER + rows("A", quantity="x"))
    with pytest.raises(Invalid) as refused:
        shop.take(file, rejects=file.parent / "none" / "rejects.csv")
    assert "cannot be written (No such file or directory)" in refused.value.message


def test_an_order_that_the_book_refuses_is_rejected_alone(
    shop: Shop, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "BATCH", 100)
    taken = str(shop.place(Order()).id)
    file.write_text(HEADER + rows("A", taken, "B", *range(100)))
    done = shop.take(file)
    assert (102, 2) == (done.new, done.rejected)
    assert [4, 5] == [line for line, _, _ in rejects_of(file)]
    assert rejects_of(file)[0][1].startswith(f"its order '{taken}' was not kept: ")
    assert Decimal("5.00") == shop.order("B").totals.total


@pytest.mark.long
def test_a_gzip_cut_short_is_taken_as_far_as_it_goes(
    shop: Shop, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "BATCH", 100)
    numbers = [str(n * 7919) for n in range(2_000)]
    packed = gzip.compress((HEADER + rows(*numbers)).encode())
    file.write_bytes(packed[: len(packed) // 2])
    reports: list[Progress] = []
    with pytest.raises(Invalid) as broken:
        shop.take(file, on_progress=reports.append)
    assert "The file breaks off after line " in broken.value.message
    assert 100 < reports[-1].new < 2_000
    assert numbers[: reports[-1].new] == shop.numbers()
    file.write_bytes(packed)
    again = shop.take(file)
    assert 2_000 == again.new + again.changed + again.same
    assert numbers == shop.numbers()
    assert {2} == {len(order.lines) for order in shop.orders()}


@pytest.mark.long
def test_progress_is_told_on_the_way(shop: Shop, file: Path) -> None:
    file.write_text(HEADER + rows(*range(15_000)))
    reports: list[Progress] = []
    done = shop.take(file, on_progress=reports.append)
    assert done == reports[-1]
    assert 5 < len({progress.read for progress in reports})
    assert sorted(one.read for one in reports) == [one.read for one in reports]
    assert {file.stat().st_size} == {one.size for one in reports}
    assert all(one.lines + one.rejected <= one.rows for one in reports)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"columns": "order=None"}, "columns: there is no column 'None'."),
        ({"columns": "order"}, "columns: 'order' is not field=column; the fields are order, sku,"),
        ({"decimal": ";"}, "decimal: ';' is neither . nor ,."),
        ({"dates": "ydm"}, "dates: 'ydm' is not dmy, mdy or ymd."),
        ({"encoding": "klingon"}, "encoding: There is no encoding 'klingon'; give one such as"),
        ({"sku": "Colour"}, "sku: there is no column 'Colour': 'order', 'sku', "),
        ({"source": "a shop"}, "source: 'a shop' is not a name of letters, digits, dots and"),
        ({"timezone": "Mars"}, "timezone: There is no time zone 'Mars'; give one such as"),
        ({"currency": "pounds"}, "currency: the currency 'pounds' is not a code such as GBP."),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused_with_nothing_taken(
    shop: Shop, file: Path, options: dict[str, Any], reason: str
) -> None:
    file.write_text(HEADER + rows("A"))
    with pytest.raises(Invalid) as refused:
        shop.take(file, **options)
    assert reason in refused.value.message
    assert [] == shop.orders()


def test_a_file_that_is_not_there_is_not_found(shop: Shop, file: Path) -> None:
    with pytest.raises(NotFound):
        shop.take(file)


def test_a_batch_is_kept_in_one_go(shop: Shop, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    keep = shop.book.keep

    async def counted(*orders: Order, check: Check) -> object:
        sizes.append(len(orders))
        return await keep(*orders, check=check)

    monkeypatch.setattr(shop.book, "keep", counted)
    file.write_text(HEADER + rows(*range(2 * BATCH + 1)))
    shop.take(file)
    assert [BATCH, BATCH, 1] == sizes


def test_a_batch_is_bounded_by_its_lines(
    shop: Shop, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "BATCH_LINES", 10)
    file.write_text(HEADER + rows(*range(12)))
    reports: list[Progress] = []
    shop.take(file, on_progress=reports.append)
    assert [5, 10, 12] == sorted({one.orders for one in reports})


OURS = "order,sku,qty,price,customer,date\n"


def test_an_order_of_another_shop_under_a_number_that_is_there_is_asked_about(
    shop: Shop, file: Path
) -> None:
    file.write_text(OURS + "1001,A,1,25.00,7,2024-01-01\n")
    shop.take(file)
    file.write_text(OURS + "1000,B,1,5,9,2024-01-01\n1001,B,1,99.00,9,2023-01-01\n")
    with pytest.raises(OtherOrder) as asked:
        shop.take(file)
    assert (
        "There is an order '1001' from a file already, of customer '7' and not '9' and of "
        "2024-01-01 and not 2023-01-01 and with other goods. If this file is another shop's, name "
        "the shop with --source NAME; if it is the same order, changed, say --source file."
    ) == asked.value.message
    assert ["1001"] == shop.numbers()
    assert Decimal(25) == shop.order("1001").totals.total


@pytest.mark.parametrize(
    "row", ["1001,A,1,25,9,2024-01-01", "1001,B,1,25,7,2024-01-01", "1001,A,1,25,7,2024-02-01"]
)
def test_one_of_customer_goods_and_day_is_enough_to_ask(shop: Shop, file: Path, row: str) -> None:
    file.write_text(OURS + "1001,A,1,25,7,2024-01-01\n")
    shop.take(file)
    file.write_text(OURS + row + "\n")
    with pytest.raises(OtherOrder):
        shop.take(file)
    assert 1 == shop.take(file, source="file").orders


def test_orders_of_two_sources_stay_apart_and_so_do_their_customers(shop: Shop, file: Path) -> None:
    file.write_text(OURS + "1001,A,1,25.00,7,2024-01-01\n")
    shop.take(file)
    file.write_text(OURS + "1001,B,1,99.00,7,2023-01-01\n")
    assert 1 == shop.take(file, source="best").new
    assert 1 == shop.take(file, source="best").same
    one, other = shop.order("1001"), shop.order("best:1001")
    assert (Decimal(25), Decimal(99)) == (one.totals.total, other.totals.total)
    assert ("1001", "1001") == (one.number, other.number)
    assert ["7", "best:7"] == [order.customer and order.customer.number for order in (one, other)]


def test_a_small_import_that_is_asked_about_keeps_nothing_of_its_file(
    shop: Shop, file: Path
) -> None:
    file.write_text(OURS + "1001,A,1,25,7,2024-01-01\n")
    shop.take(file)
    file.write_text(OURS + "".join(f"{n},B,1,99,9,2024-01-01\n" for n in range(900, 1100)))
    with pytest.raises(OtherOrder):
        shop.take(file)
    assert ["1001"] == shop.numbers()


def test_a_dry_run_shows_what_would_be_and_keeps_nothing(shop: Shop, file: Path) -> None:
    file.write_text(HEADER + rows(*range(5)) + rows("X", quantity="x"))
    done = shop.take(file, dry_run=True)
    assert (5, 10, 2, None) == (done.orders, done.lines, done.rejected, done.rejects)
    assert [] == shop.orders()
    assert [file] == [one for one in file.parent.iterdir() if "orders" in one.name]


HEADERS = "order_id,order_date,customer,freight,status\n"
DETAILS = "order_id,sku,quantity,price\n"


@pytest.mark.parametrize("turned", [False, True])
def test_headers_and_lines_are_joined_by_their_order_number(
    shop: Shop, file: Path, turned: bool
) -> None:
    headers = file.with_name("headers.csv")
    headers.write_text(
        HEADERS + "1,2024-03-05,7,4.50,shipped\n2,13/03/2024,8,,cancelled\n3,2024-03-05,7,,\n"
    )
    file.write_text(DETAILS + "1,A,2,10\n1,B,1,1.25\n2,A,1,10\n4,A,1,10\n")
    files = (file, headers) if turned else (headers, file)
    done = shop.take(*files)
    assert (2, 3, 1) == (done.new, done.lines, done.rejected)
    assert "it is not in headers.csv" == done.aside[0].reason
    assert done.left_out
    assert "1 order of the headers without lines left out, such as '3'." in done.remarks
    one, two = shop.order("1"), shop.order("2")
    assert (Decimal("21.25"), Decimal("4.50"), Decimal("25.75")) == (
        one.totals.subtotal,
        one.totals.shipping,
        one.totals.total,
    )
    assert "7" == (one.customer and one.customer.number)
    assert (Status.SHIPPED, Status.CANCELLED) == (one.status, two.status)
    assert [5, 13] == [order.created.day for order in (one, two) if order.created]


def test_two_headers_of_one_order_that_differ_have_it_put_aside(shop: Shop, file: Path) -> None:
    headers = file.with_name("headers.csv")
    headers.write_text(HEADERS + "1,2024-03-05,7,,\n1,2024-03-05,8,,\n")
    file.write_text(DETAILS + "1,A,2,10\n")
    done = shop.take(headers, file)
    assert (0, 1) == (done.orders, done.rejected)
    assert "lines 2 and 3 of headers.csv differ" == done.aside[0].reason


def test_a_header_and_a_row_that_contradict_have_their_order_put_aside(
    shop: Shop, file: Path
) -> None:
    headers = file.with_name("headers.csv")
    headers.write_text("order,customer\n1,7\n2,8\n")
    file.write_text("order,sku,qty,customer\n1,A,2,7 \n2,A,2,9\n")
    done = shop.take(headers, file)
    assert ["1"] == shop.numbers()
    assert "its customer is '9', but '8' on line 3 of headers.csv" == done.aside[0].reason


@pytest.mark.parametrize(
    ("header", "what"), [("order,sku,quantity\n", "both have"), ("order,colour\n", "none has")]
)
def test_of_two_files_one_has_the_lines(shop: Shop, file: Path, header: str, what: str) -> None:
    other = file.with_name("other.csv")
    file.write_text(header)
    other.write_text(header)
    with pytest.raises(Invalid) as refused:
        shop.take(file, other)
    assert f"of orders.csv and other.csv {what} the columns of lines" in refused.value.message


def test_columns_are_mapped_in_whichever_of_two_files_they_are(shop: Shop, file: Path) -> None:
    headers = file.with_name("headers.csv")
    headers.write_text("Beleg,Porto\n1,4.50\n")
    file.write_text("Beleg,Artikel,Menge,price\n1,A,2,10\n")
    shop.take(headers, file, columns="order=Beleg,sku=Artikel,quantity=Menge,shipping=Porto")
    assert Decimal("24.50") == shop.order("1").totals.total
    with pytest.raises(Invalid) as refused:
        shop.take(headers, file, columns="order=Beleg,sku=Artikel,quantity=Menge,tax=Steuer")
    assert "there is no column 'Steuer'" in refused.value.message
