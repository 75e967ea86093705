"""Ten thousand idle connections: an ordinary client is still answered, and they are let go in time."""

from __future__ import annotations

import asyncio
import resource
import socket
import time

from orderglot.cli.http_server import SECONDS_FOR_HEAD
from torture import books
from torture.books import one_of
from torture.connections import HOST, Hung, ask, spelled
from torture.harness import Ground, Row
from torture.server_process import Served, serving

CONNECTIONS = 10_000
SPARE = 200
"""So many files are left for everything else."""

MARGIN = 15.0
SLOWEST = 2.0
ASKED = 200
FEW = 256
"""So many files a starved server may have open."""

ORDERS = spelled(one_of("kole", "GET", "/orders"))
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: orders.example\r\n\r\n"


def run(ground: Ground) -> None:
    """Open them all, ask among them, wait until they are gone; then once more with too few files."""
    count = _allowed(ground.many(CONNECTIONS, least=100))
    folder = ground.place()
    url = f"sqlite:///{folder}/book.db"
    books.made(url)
    idle = ground.row(f"{count:,} idle connections")
    with idle as row, serving(row, folder, url, before=_ordinary) as served:
        if count < ground.many(CONNECTIONS, least=100):
            row.note("fewer than wanted", f"this user may open {count + SPARE:,} files")
        asyncio.run(_hold(ground, row, served, count))
    what = f"more connections than the {FEW} files that a server may open"
    with ground.row(what) as row, serving(row, folder, url, before=_starve) as served:
        asyncio.run(_starved(ground, row, served))


def _allowed(wanted: int) -> int:
    """Raise what this user may open as far as may be; gives how many connections that allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted + SPARE if hard == resource.RLIM_INFINITY else min(wanted + SPARE, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))
    return max(soft, most) - SPARE if max(soft, most) < wanted + SPARE else wanted


def _ordinary() -> None:
    """Begin with as few files as a login gives, the rest to be asked for."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(1_024, hard), hard))


def _starve() -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (FEW, FEW))


async def _hold(ground: Ground, row: Row, served: Served, count: int) -> None:
    before, began = served.memory(), time.monotonic()
    lines = await _opened(served.port, count)
    row.note("seconds to open them", round(time.monotonic() - began, 1))
    row.note("memory before, MiB", round(before / 2**20, 1))
    row.note("memory with them, MiB", round(served.memory() / 2**20, 1))
    slowest = await _ask_among(row, served.port)
    row.note("slowest answer among them, ms", round(slowest * 1000))
    still = sum(not _gone(line) for line in lines)
    row.note("still open behind the questions", still)
    row.hold(True, time.monotonic() - began > SECONDS_FOR_HEAD or still == count, "all are held")
    ground.say(f"{count:,} are open; waiting until they are let go")
    await _let_go(row, lines, began + SECONDS_FOR_HEAD + MARGIN)
    row.note("memory behind them, MiB", round(served.memory() / 2**20, 1))
    await _ask_among(row, served.port)


async def _opened(port: int, count: int) -> list[socket.socket]:
    """Open lines; every other one asks something first and is then kept."""
    loop = asyncio.get_running_loop()

    async def one(number: int) -> socket.socket:
        line = socket.socket()
        line.setblocking(False)
        await loop.sock_connect(line, (HOST, port))
        if number % 2:
            await loop.sock_sendall(line, HEALTH)
            await loop.sock_recv(line, 4_096)
        return line

    lines: list[socket.socket] = []
    for first in range(0, count, 500):
        lines += await asyncio.gather(*map(one, range(first, min(first + 500, count))))
    return lines


async def _ask_among(row: Row, port: int) -> float:
    slowest = 0.0
    for _ in range(ASKED):
        began = time.perf_counter()
        heard = await ask(port, ORDERS)
        took = time.perf_counter() - began
        slowest = max(slowest, took)
        if heard.status == 200 and took < SLOWEST:
            row.survive()
        else:
            row.lose(f"an ordinary client: {heard.status} after {took:.1f} s")
    return slowest


async def _let_go(row: Row, lines: list[socket.socket], last: float) -> None:
    left = lines
    while left and time.monotonic() < last:
        await asyncio.sleep(0.5)
        left = [line for line in left if not _gone(line)]
    row.survive(len(lines) - len(left))
    for _ in left:
        row.lose("a connection that is idle is still open")
    for line in lines:
        line.close()


def _gone(line: socket.socket) -> bool:
    """Tell whether the other side has hung up."""
    try:
        while line.recv(4_096):
            pass
    except BlockingIOError:
        return False
    except OSError:
        pass
    return True


async def _starved(ground: Ground, row: Row, served: Served) -> None:
    """Open more than the server can hold; when they are gone, it goes on as before."""
    lines = []
    for _ in range(2 * FEW):
        line = socket.socket()
        line.setblocking(False)
        line.connect_ex((HOST, served.port))
        lines.append(line)
    ground.say("waiting until they are let go")
    await asyncio.sleep(SECONDS_FOR_HEAD + MARGIN)
    row.hold(True, served.alive(), "it still runs")
    for line in lines:
        line.close()
    try:
        await _ask_among(row, served.port)
    except Hung:
        row.lose("it answers nobody any more")
