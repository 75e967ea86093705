"""A full disk: a clean refusal, nothing half kept, reads go on, and so do orders when there is room."""

from __future__ import annotations

import asyncio
import resource
import shutil
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path

from orderglot.core.errors import Upstream
from torture import books
from torture.books import one_of
from torture.connections import ask, encoded, opened
from torture.harness import Harness, Row
from torture.load import CLIENTS, Load, create_order, send_again
from torture.server_process import Served, serving
from torture.stores import Sqlite

MOST = 50_000
"""So many orders fill any of these files."""

REFUSALS = 500
ROOM = 2**21
"""So many bytes more a file may have at first."""

SIZE, BALLAST = "12m", 2**22
MOUNT = 'mount -t tmpfs -o size="$1" none "$2" && cp -r "$3"/. "$2" && shift 3 && exec "$@"'
READ = encoded(one_of("kole", "GET", "/orders"))
STORE = Sqlite()
PLACE = b"book.db"


def run(harness: Harness) -> None:
    """Let files grow no more, then fill a small disk where this user can make one."""
    with harness.row("files that may not grow further, SQLite") as row:
        row.untried = harness.no_file
        if not row.untried:
            _limited(harness, row)
    with harness.row("a disk that is full, SQLite") as row:
        row.untried = harness.no_file or _why_no_disk()
        if not row.untried:
            _disk(harness, row)


def _why_no_disk() -> str:
    """Tell why no small disk can be made here, "" where one can."""
    if shutil.which("unshare") is None:
        return "there is no unshare, with which to make a small disk"
    made = ("unshare", "-Urm", "mount", "-t", "tmpfs", "none", "/mnt")
    tried = subprocess.run(made, capture_output=True, text=True, check=False)
    if tried.returncode:
        return f"this user may not make a small disk: {tried.stderr.strip()[:100]}"
    return ""


def _limited(harness: Harness, row: Row) -> None:
    folder = harness.new_folder()
    url = STORE.new(folder)
    books.made(url)
    before = books.count_orders(url)
    largest = max(file.stat().st_size for file in folder.glob("book.db*"))
    with serving(row, folder, url) as served:
        _limit_files(served, largest + ROOM)
        load = asyncio.run(_fill(harness, row, served, partial(_limit_files, served)))
        row.expect(0, served.end()[0], "the exit code")
    _check(row, load, url, before)


def _limit_files(served: Served, most: int | None = None) -> None:
    """Let no process of a server make a file larger than so many bytes; None: as large as may be."""
    for process in served.processes():
        _, hard = resource.prlimit(process, resource.RLIMIT_FSIZE)
        soft = hard if most is None else most
        resource.prlimit(process, resource.RLIMIT_FSIZE, (soft, hard))


def _disk(harness: Harness, row: Row) -> None:
    """Serve from a disk that only the server sees, and which is reached through its process."""
    folder = harness.new_folder()
    made, disk = folder / "made", folder / "disk"
    for one in (made, disk):
        one.mkdir()
    books.made(STORE.new(made))
    before = books.count_orders(STORE.new(made))
    (made / "ballast").write_bytes(b"\1" * BALLAST)
    through = ("unshare", "-Urm", "sh", "-c", MOUNT, "sh", SIZE, str(disk), str(made))
    with serving(row, folder, STORE.new(disk), through=through) as served:
        inside = Path(f"/proc/{served.process.pid}/root{disk}")
        load = asyncio.run(_fill(harness, row, served, (inside / "ballast").unlink))
        _check(row, load, STORE.new(_copy(inside, folder / "after")), before)
        row.expect(0, served.end()[0], "the exit code")


def _copy(inside: Path, after: Path) -> Path:
    """Copy the book from a disk that ends with its server; nobody writes to it meanwhile."""
    after.mkdir()
    for file in inside.glob("book.db*"):
        shutil.copy(file, after)
    return after


async def _fill(
    harness: Harness, row: Row, served: Served, make_room: Callable[[], object]
) -> Load:
    """Create orders until the disk is full and on; then make room and send all of it again."""
    load = Load()
    await asyncio.gather(*(_client(load, served.port, number) for number in range(CLIENTS)))
    refused = load.refused()
    row.note("orders until it was full", len(load.acknowledged()))
    harness.log(f"full behind {len(load.acknowledged()):,} orders; {len(refused):,} refused")
    if not refused:
        row.lose("it was never full")
    for key, answer in refused:
        row.expect(Upstream, type(load.error(key, answer)), f"{key}, {answer.body[:200]!r}")
        row.expect(
            False, PLACE in answer.body, f"{key} tells where the book is: {answer.body[:200]!r}"
        )
    row.expect(200, (await ask(served.port, READ)).status, "reading while the disk is full")
    make_room()
    answers = await send_again(load, served.port, list(load.sent))
    for key, first in load.acknowledged().items():
        row.expect(first.body, answers[key].body, f"the answer to {key}")
    for key, _ in refused:
        row.expect(None, load.error(key, answers[key]), f"{key} with room again")
    return load


async def _client(load: Load, port: int, client: int) -> None:
    connection = await opened(port)
    for number in range(MOST // CLIENTS):
        if len(load.answers) - load.outcomes["acknowledged"] >= REFUSALS:
            break
        key = f"{client}-{number}"
        await create_order(load, connection, key, number)
        load.outcomes["acknowledged"] += load.error(key, load.answers[key]) is None
        if not connection.open:
            connection = await opened(port)
    connection.close()


def _check(row: Row, load: Load, url: str, before: int) -> None:
    """Compare what is in the book with what was sent."""
    row.expect(len(load.sent), books.count_orders(url) - before, "orders in the end")
    row.check_books(STORE, url)
    for key, how in load.closed.items():
        row.lose(f"{key} was not answered: {how}")
