"""Ten thousand idle connections: other clients are answered meanwhile, and idle ones are closed in time."""

from __future__ import annotations

import asyncio
import resource
import socket
import time

from orderglot.cli.http_server import SECONDS_FOR_HEAD
from torture import books
from torture.books import one_of
from torture.connections import HOST, TimedOut, encoded
from torture.harness import Harness, Row
from torture.load import time_request
from torture.server_process import Served, serving

CONNECTIONS = 10_000
SPARE = 200
"""So many open files are left for everything else."""

MARGIN = 15.0
SLOWEST = 2.0
ASKED = 200
MOST_MEMORY = 120_000_000
"""So many bytes of memory a worker may take without them."""

FEW = 256
"""So few files a server may have open in the second part."""

ORDERS = encoded(one_of("kole", "GET", "/orders"))
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: orders.example\r\n\r\n"


def run(harness: Harness) -> None:
    """Open them all, send requests meanwhile, wait until they are closed; then with too few files."""
    count = _allowed(harness.scaled(CONNECTIONS, least=100))
    folder = harness.new_folder()
    url = f"sqlite:///{folder}/book.db"
    books.made(url)
    idle = harness.row(f"{count:,} idle connections")
    with idle as row, serving(row, folder, url, before=_ordinary) as served:
        if count < harness.scaled(CONNECTIONS, least=100):
            row.note("fewer than planned", f"this user may open {count + SPARE:,} files")
        asyncio.run(_keep(harness, row, served, count))
    what = f"more connections than the {FEW} files that a server may open"
    with harness.row(what) as row, serving(row, folder, url, before=_limit_files) as served:
        asyncio.run(_flood(harness, row, served))


def _allowed(wanted: int) -> int:
    """Raise what this user may open as far as may be; gives how many connections that allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted + SPARE if hard == resource.RLIM_INFINITY else min(wanted + SPARE, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))
    return max(soft, most) - SPARE if max(soft, most) < wanted + SPARE else wanted


def _ordinary() -> None:
    """Begin with the limit of a login, which the server raises itself."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(1_024, hard), hard))


def _limit_files() -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (FEW, FEW))


async def _keep(harness: Harness, row: Row, served: Served, count: int) -> None:
    await _send_requests(row, served.port)
    before, began = served.worker_memory(), time.monotonic()
    row.expect(True, before < MOST_MEMORY, f"a worker takes {before / 10**6:.0f} MB without them")
    connections = await _opened(served.port, count)
    row.note("seconds to open them", round(time.monotonic() - began, 1))
    row.note("memory of the worker before, MB", round(before / 10**6, 1))
    row.note("memory of the worker with them, MB", round(served.worker_memory() / 10**6, 1))
    slowest = await _send_requests(row, served.port)
    row.note("slowest answer meanwhile, ms", round(slowest * 1000))
    still = sum(not _is_closed(one) for one in connections)
    row.note("still open after these answers", still)
    in_time = time.monotonic() - began < SECONDS_FOR_HEAD
    row.expect(True, still == count or not in_time, f"{still:,} of them are still open")
    harness.log(f"{count:,} are open; waiting until they are closed")
    await _await_close(row, connections, began + SECONDS_FOR_HEAD + MARGIN)
    row.note("memory of the worker afterwards, MB", round(served.worker_memory() / 10**6, 1))
    await _send_requests(row, served.port)


async def _opened(port: int, count: int) -> list[socket.socket]:
    """Open connections; every other one is kept open behind a request."""
    loop = asyncio.get_running_loop()

    async def one(number: int) -> socket.socket:
        connection = socket.socket()
        connection.setblocking(False)
        await loop.sock_connect(connection, (HOST, port))
        if number % 2:
            await loop.sock_sendall(connection, HEALTH)
            await loop.sock_recv(connection, 4_096)
        return connection

    opened: list[socket.socket] = []
    for first in range(0, count, 500):
        opened += await asyncio.gather(*map(one, range(first, min(first + 500, count))))
    return opened


async def _send_requests(row: Row, port: int) -> float:
    """Send ordinary requests one by one; gives how many seconds the slowest one took."""
    slowest = 0.0
    for _ in range(ASKED):
        slowest = max(slowest, await time_request(row, port, ORDERS, SLOWEST))
    return slowest


async def _await_close(row: Row, connections: list[socket.socket], last: float) -> None:
    """Wait until the server has closed them all."""
    left = connections
    while left and time.monotonic() < last:
        await asyncio.sleep(0.5)
        left = [one for one in left if not _is_closed(one)]
    row.survive(len(connections) - len(left))
    for _ in left:
        row.lose("an idle connection is still open")
    for one in connections:
        one.close()


def _is_closed(connection: socket.socket) -> bool:
    """Tell whether the server has closed a connection."""
    try:
        while connection.recv(4_096):
            pass
    except BlockingIOError:
        return False
    except OSError:
        pass
    return True


async def _flood(harness: Harness, row: Row, served: Served) -> None:
    """Open more than the server may; when they are closed, it goes on as before."""
    connections = []
    for _ in range(2 * FEW):
        connection = socket.socket()
        connection.setblocking(False)
        connection.connect_ex((HOST, served.port))
        connections.append(connection)
    harness.log("waiting until they are closed")
    await asyncio.sleep(SECONDS_FOR_HEAD + MARGIN)
    row.expect(True, served.alive(), "it still runs")
    for connection in connections:
        connection.close()
    try:
        await _send_requests(row, served.port)
    except TimedOut:
        row.lose("it answers no request any more")
