"""Imports: a file taken into a book, once or again, in one go or in two, its rejects beside it."""

from __future__ import annotations

import csv
import gzip
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from stat import S_IMODE
from subprocess import PIPE

import pytest
from msgspec.structs import replace

from orderglot.core.errors import Invalid, NotFound
from orderglot.core.order import Order, Reference
from orderglot.core.values import Status
from orderglot.files import imports
from orderglot.files.imports import BATCH, Progress
from orderglot.files.rejects import Rejects
from orderglot.files.rows import Reject
from tests.files.books import STORES, Shop, shop_in

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
        header, *rejects = csv.reader(text)
    assert ["line", "reason", "row"] == header
    return [(int(line), reason, row) for line, reason, row in rejects]


def test_a_file_is_taken_with_all_its_orders(shop: Shop, file: Path) -> None:
    file.write_text(HEADER + rows("A", "B"))
    size = file.stat().st_size
    assert Progress(read=size, size=size, rows=4, lines=4, orders=2, new=2) == shop.take(file)
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


def test_rejects_that_go_to_a_terminal_leave_its_rights_as_they_are() -> None:
    ours, theirs = pty.openpty()
    try:
        terminal = Path(os.ttyname(theirs))
        terminal.chmod(0o622)
        with Rejects(terminal) as rejects:
            rejects.add(Reject(line=2, reason="no", row="A"))

        assert b"line,reason,row" in os.read(ours, 100)
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
        shop.take(file, tell=kill)
    assert 200 == len(shop.orders())
    again = shop.take(file)
    assert (300, 0, 200) == (again.new, again.changed, again.same)
    assert [str(n) for n in range(500)] == shop.numbers()


KILLED = """
import sys
from pathlib import Path
from tests.files.books import shop_in

with shop_in("sqlite", Path(sys.argv[1])) as shop:
    shop.take(Path(sys.argv[2]), tell=lambda progress: progress.new and (print(progress.new), input()))
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


def test_columns_are_mapped(shop: Shop, file: Path) -> None:
    file.write_text("Belegnr;Artikel;Menge\nA;85048;2\n")
    shop.take(file, mapping="order=Belegnr,sku=Artikel,quantity=Menge")
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


def test_rejected_rows_are_written_beside_the_file(shop: Shop, file: Path) -> None:
    file.write_bytes(
        (HEADER + rows("A")).encode() + b'A,"x,y",\xa3,1,,1,13085\nB,85048,,x,,1,7\n"\n'
    )
    done = shop.take(file)
    assert (5, 2, 3) == (done.rows, done.lines, done.rejected)
    assert file.with_name("orders.csv.rejects.csv") == done.rejects
    bad, odd, lone = sorted(rejects_of(file))
    assert (4, 'A,"x,y",\udca3,1,,1,13085') == (bad[0], bad[2])
    assert "its character 9 is not UTF-8 (byte 0xa3)" == bad[1]
    assert "the quantity 'x' is not a whole number such as 12 or -3" == odd[1]
    assert (6, '"') == (lone[0], lone[2])


def test_the_rejects_keep_the_very_bytes(shop: Shop, file: Path) -> None:
    file.write_bytes(HEADER.encode() + b"A,85048,\xff\xa3,1,,1,13085\n")
    done = shop.take(file)
    assert done.rejects is not None
    assert b'"A,85048,\xff\xa3,1,,1,13085"' in done.rejects.read_bytes()


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
    before = file.read_bytes()
    with pytest.raises(Invalid) as refused:
        shop.take(file, rejects=file)
    assert refused.value.message.endswith(
        "orders.csv cannot be written (File exists); name another file for the rejects."
    )
    assert before == file.read_bytes()


def test_rejects_that_cannot_be_written_stop_the_import(shop: Shop, file: Path) -> None:
    file.write_text(HEADER + rows("A", quantity="x"))
    with pytest.raises(Invalid) as refused:
        shop.take(file, rejects=file.parent / "none" / "rejects.csv")
    assert "cannot be written (No such file or directory)" in refused.value.message


def test_a_file_of_rejects_is_not_taken_for_order_lines(shop: Shop, file: Path) -> None:
    file.write_text(HEADER + rows("A", quantity="x"))
    beside = shop.take(file).rejects
    assert beside is not None
    with pytest.raises(Invalid) as refused:
        shop.take(beside)
    assert "no column is the order or the sku or the quantity" in refused.value.message


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


def test_a_gzip_cut_short_is_taken_as_far_as_it_goes(
    shop: Shop, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "BATCH", 100)
    numbers = [str(n * 7919) for n in range(2_000)]
    packed = gzip.compress((HEADER + rows(*numbers)).encode())
    file.write_bytes(packed[: len(packed) // 2])
    heard: list[Progress] = []
    with pytest.raises(Invalid) as broken:
        shop.take(file, tell=heard.append)
    assert "The file breaks off after line " in broken.value.message
    assert 100 < heard[-1].new < 2_000
    assert numbers[: heard[-1].new] == shop.numbers()
    file.write_bytes(packed)
    again = shop.take(file)
    assert 2_000 == again.new + again.changed + again.same
    assert numbers == shop.numbers()
    assert {2} == {len(order.lines) for order in shop.orders()}


def test_progress_is_told_on_the_way(shop: Shop, file: Path) -> None:
    file.write_text(HEADER + rows(*range(3_000)))
    heard: list[Progress] = []
    done = shop.take(file, tell=heard.append)
    assert done == heard[-1]
    assert 5 < len({progress.read for progress in heard})
    assert sorted(one.read for one in heard) == [one.read for one in heard]
    assert {file.stat().st_size} == {one.size for one in heard}
    assert all(one.lines + one.rejected <= one.rows for one in heard)


@pytest.mark.parametrize(
    ("wishes", "reason"),
    [
        ({"mapping": "order=None"}, "columns: there is no column 'None'."),
        ({"mapping": "order"}, "columns: 'order' is not field=column; the fields are order, sku,"),
        ({"timezone": "Mars"}, "timezone: There is no time zone 'Mars'; give one such as"),
        ({"currency": "pounds"}, "currency: the currency 'pounds' is not a code such as GBP."),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused_with_nothing_taken(
    shop: Shop, file: Path, wishes: dict[str, str], reason: str
) -> None:
    file.write_text(HEADER + rows("A"))
    with pytest.raises(Invalid) as refused:
        shop.take(file, **wishes)
    assert reason in refused.value.message
    assert [] == shop.orders()


def test_a_file_that_is_not_there_is_not_found(shop: Shop, file: Path) -> None:
    with pytest.raises(NotFound):
        shop.take(file)


def test_a_batch_is_kept_in_one_go(shop: Shop, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    keep = shop.book.keep

    async def counted(*orders: Order) -> object:
        sizes.append(len(orders))
        return await keep(*orders)

    monkeypatch.setattr(shop.book, "keep", counted)
    file.write_text(HEADER + rows(*range(2 * BATCH + 1)))
    shop.take(file)
    assert [BATCH, BATCH, 1] == sizes


def test_a_batch_is_bounded_by_its_lines(
    shop: Shop, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "BATCH_LINES", 10)
    file.write_text(HEADER + rows(*range(12)))
    heard: list[Progress] = []
    shop.take(file, tell=heard.append)
    assert [5, 10, 12] == sorted({one.orders for one in heard})
