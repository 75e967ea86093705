"""A full disk: a clean refusal, nothing half kept, reads go on, and so do orders when there is room."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from orderglot import dialects
from orderglot.core.errors import Upstream
from tests.conformance.specimens import book_of
from torture import books
from torture.books import one_of
from torture.connections import opened, spelled
from torture.harness import Ground, Row
from torture.load import CLIENTS, Load, again, create
from torture.server_process import Served, serving
from torture.stores import Sqlite

MOST = 50_000
"""So many orders fill any of these disks."""

REFUSALS = 500
ROOM = 2**21
"""So many bytes more a file may have at first."""

SIZE, BALLAST = "12m", 2**22
MOUNT = 'mount -t tmpfs -o size="$1" none "$2" && cp -r "$3"/. "$2" && shift 3 && exec "$@"'
READ = spelled(one_of("kole", "GET", "/orders"))
STORE = Sqlite()
PLACE = b"book.db"


def run(ground: Ground) -> None:
    """Let files grow no more, then fill a small disk where this user can make one."""
    with ground.row("files that may not grow, SQLite") as row:
        _limited(ground, row)
    with ground.row("a disk that is full, SQLite") as row:
        if row_untried(row):
            return
        _disk(ground, row)


def row_untried(row: Row) -> bool:
    """Tell whether no small disk can be made here, and note why."""
    if shutil.which("unshare") is None:
        row.untried = "there is no unshare, to make a small disk of one's own with"
        return True
    made = ("unshare", "-Urm", "mount", "-t", "tmpfs", "none", "/mnt")
    tried = subprocess.run(made, capture_output=True, text=True, check=False)
    if tried.returncode:
        row.untried = f"this user may not make a small disk: {tried.stderr.strip()[:100]}"
    return bool(tried.returncode)


def _limited(ground: Ground, row: Row) -> None:
    folder = ground.place()
    url = STORE.new(folder)
    sellers = books.made(url)
    largest = max(file.stat().st_size for file in folder.glob("book.db*"))
    with serving(row, folder, url) as served:
        _limit_files(served, largest + ROOM)
        load = asyncio.run(_fill(ground, row, served, partial(_limit_files, served)))
        row.hold(0, served.end()[0], "the exit code")
    _look(row, load, url, sellers)


def _limit_files(served: Served, most: int | None = None) -> None:
    """Let no process of a server make a file larger than so many bytes; None: as large as may be."""
    for process in served.processes():
        _, hard = resource.prlimit(process, resource.RLIMIT_FSIZE)
        soft = hard if most is None else most
        resource.prlimit(process, resource.RLIMIT_FSIZE, (soft, hard))


def _disk(ground: Ground, row: Row) -> None:
    """Serve from a disk that only the server sees; the way in is through its process."""
    folder = ground.place()
    made, disk = folder / "made", folder / "disk"
    for one in (made, disk):
        one.mkdir()
    sellers = books.made(STORE.new(made))
    (made / "ballast").write_bytes(b"\1" * BALLAST)
    through = ("unshare", "-Urm", "sh", "-c", MOUNT, "sh", SIZE, str(disk), str(made))
    with serving(row, folder, STORE.new(disk), through=through) as served:
        inside = Path(f"/proc/{served.process.pid}/root{disk}")
        load = asyncio.run(_fill(ground, row, served, (inside / "ballast").unlink))
        with _brought_out(inside, folder / "after") as after:
            _look(row, load, STORE.new(after), sellers)
        row.hold(0, served.end()[0], "the exit code")


@contextlib.contextmanager
def _brought_out(inside: Path, after: Path) -> Iterator[Path]:
    """Copy the book off a disk that goes with its server; nobody writes to it meanwhile."""
    after.mkdir()
    for file in inside.glob("book.db*"):
        shutil.copy(file, after)
    yield after


async def _fill(ground: Ground, row: Row, served: Served, make_room: Callable[[], object]) -> Load:
    """Create orders until the disk is full and on; then make room and send all of it again."""
    load = Load()
    await asyncio.gather(*(_client(load, served.port, number) for number in range(CLIENTS)))
    refused = load.refused()
    row.note("orders until it was full", len(load.acknowledged()))
    ground.say(f"full behind {len(load.acknowledged()):,} orders; {len(refused):,} refused")
    if not refused:
        row.lose("it was never full")
    for key, heard in refused:
        row.hold(Upstream, type(load.error(key, heard)), f"{key}, {heard.body[:200]!r}")
        row.hold(False, PLACE in heard.body, f"{key} tells where the book is: {heard.body[:200]!r}")
    line = await opened(served.port)
    row.hold(200, (await line.ask(READ)).status, "reading while the disk is full")
    line.close()
    make_room()
    answers = await again(load, served.port, list(load.sent))
    for key, first in load.acknowledged().items():
        row.hold(first.body, answers[key].body, f"the answer to {key}")
    for key, _ in refused:
        row.hold(None, load.error(key, answers[key]), f"{key} with room again")
    return load


async def _client(load: Load, port: int, client: int) -> None:
    line = await opened(port)
    for number in range(MOST // CLIENTS):
        if len(load.told) - load.outcomes["yes"] >= REFUSALS:
            break
        key = f"{client}-{number}"
        await create(load, line, key, number)
        load.outcomes["yes"] += load.error(key, load.told[key]) is None
        if not line.open:
            line = await opened(port)
    line.close()


def _look(row: Row, load: Load, url: str, sellers: dict[str, int]) -> None:
    """Hold what is in the book against what was asked for."""

    async def count() -> int:
        async with books.opened(url) as store:
            counts = [await store.counts(one, test=True) for one in sellers.values()]
            return sum(one.orders for one in counts)

    before = sum(len(book_of(name).orders) for name in dialects.names())
    row.hold(before + len(load.sent), asyncio.run(count()), "orders in the end")
    for complaint in STORE.complaints(url):
        row.lose(complaint)
    for cut in load.cut:
        row.lose(f"{cut} was cut off")
