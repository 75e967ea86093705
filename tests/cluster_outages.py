"""Outages of machines of a cluster, and clients who live through them."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from contextlib import suppress

import asyncpg
import psutil

from orderglot.core.caller import Caller
from orderglot.core.errors import Conflict, Upstream
from orderglot.core.order import Order, Reference
from orderglot.stores.postgres import PostgresStore
from tests import citus
from tests.postgres import aside, asked

SELLERS = 6
BEFORE, SETTLING, DURING, AFTER = 5.0, 5.0, 8.0, 6.0
"""So many seconds all is well; then something is amiss, which has time to settle; then it is measured, and mended."""

SERVING = 5.0
"""So many seconds after the coordinator is there again everybody is served."""

PLACES = """
SELECT s.id, n.nodeport FROM sellers AS s
JOIN pg_dist_placement AS p ON p.shardid = get_shard_id_for_distribution_column('orders', s.id)
JOIN pg_dist_node AS n ON n.groupid = p.groupid
"""
NAMES = "SELECT seller, name FROM order_references"


class Server:
    """A server of the cluster that runs on this machine."""

    def __init__(self, port: int) -> None:
        self.port = port
        pids = [
            one.pid
            for one in psutil.net_connections("tcp")
            if one.status == psutil.CONN_LISTEN and one.laddr and one.laddr.port == port
        ]
        assert pids, f"the server at port {port} does not run on this machine"
        self.first = psutil.Process(pids[0])
        self.command = self.first.cmdline()
        self.folder, self.settings = self.first.cwd(), self.first.environ()
        self.user, self.group = self.first.uids().real, self.first.gids().real

    def all(self) -> list[psutil.Process]:
        return [self.first, *self.first.children()]

    def hang(self) -> None:
        self._send(signal.SIGSTOP)

    def go_on(self) -> None:
        self._send(signal.SIGCONT)

    def kill(self) -> None:
        self._send(signal.SIGKILL)
        self.first.wait(30)

    def start(self) -> None:
        """Start it again as it was started."""
        nothing = subprocess.DEVNULL
        started = subprocess.Popen(
            self.command,
            cwd=self.folder,
            env=self.settings,
            user=self.user,
            group=self.group,
            extra_groups=[],
            stdout=nothing,
            stderr=nothing,
            start_new_session=True,
        )
        # It goes on when the tests have ended.
        started.returncode = 0
        until = time.monotonic() + 120
        while time.monotonic() < until:
            with suppress(asyncpg.PostgresError, OSError):
                return aside(reached(self.port))
            time.sleep(0.5)
        raise AssertionError("the server does not start again")

    def _send(self, number: int) -> None:
        for process in self.all():
            with suppress(psutil.NoSuchProcess):
                process.send_signal(number)


async def reached(port: int) -> None:
    """Connect to a server; raises what the driver raises."""
    line = await asyncpg.connect(citus.COORDINATOR, host="127.0.0.1", port=port, timeout=5)
    await line.close()


class Clients:
    """Who place orders for each seller without end, each again until it is told that it is kept."""

    def __init__(self, url: str) -> None:
        self.store = PostgresStore(url)
        self.acknowledged: dict[int, list[str]] = defaultdict(list)
        self.taken: dict[int, list[tuple[float, float]]] = defaultdict(list)
        self.refused: dict[int, list[Upstream]] = defaultdict(list)
        self.working = True

    async def open(self) -> list[int]:
        return [(await self.store.add_seller(f"seller {n}")).id for n in range(SELLERS)]

    async def work(self, seller: int) -> None:
        """Place orders, one after the other."""
        number = 0
        while self.working:
            number += 1
            await self._place(seller, f"K{number}")
            await asyncio.sleep(0.05)

    async def _place(self, seller: int, name: str) -> None:
        book = self.store.of(Caller(seller=seller))
        while self.working:
            began = time.monotonic()
            try:
                await book.place(Order(references=(Reference("kole", name),)))
            except Upstream as error:
                self.refused[seller].append(error)
                await asyncio.sleep(0.2)
                continue
            except Conflict:
                # It was kept, when nobody could know.
                pass
            self.taken[seller].append((began, time.monotonic() - began))
            self.acknowledged[seller].append(name)
            return

    def p99(self, sellers: Iterable[int], since: float, until: float) -> float:
        found = sorted(
            seconds
            for seller in sellers
            for began, seconds in self.taken[seller]
            if since <= began < until
        )
        assert found, "nobody was served"
        return found[int(0.99 * (len(found) - 1))]


async def lived_through(
    url: str, port: int, amiss: Callable[[], None], mended: Callable[[], None]
) -> tuple[Clients, set[int], tuple[float, float]]:
    """Let something happen to a machine under load; gives its sellers, and the others' p99 before and meanwhile."""
    clients = Clients(url)
    sellers = await clients.open()
    found = await asyncio.to_thread(asked, url, PLACES)
    places = {seller: int(str(place)) for seller, place in found}
    its = {seller for seller in sellers if places[seller] == port}
    others = set(sellers) - its
    # So every seller's place is known before anything happens.
    await clients.store.close()
    clients.store = PostgresStore(url)
    working = [asyncio.create_task(clients.work(seller)) for seller in sellers]
    await asyncio.sleep(BEFORE)
    assert not [one.exception() for one in working if one.done()]
    at = time.monotonic()
    before = clients.p99(others, at - BEFORE / 2, at)
    amiss()
    try:
        await asyncio.sleep(SETTLING + DURING)
        now = time.monotonic()
        meanwhile = clients.p99(others, at + SETTLING, now) if others else before
    finally:
        await asyncio.to_thread(mended)
    await asyncio.sleep(AFTER)
    served = {seller: len(clients.acknowledged[seller]) for seller in sellers}
    await asyncio.sleep(AFTER)
    assert all(len(clients.acknowledged[seller]) > served[seller] for seller in sellers), served
    clients.working = False
    await asyncio.gather(*working, return_exceptions=True)
    await clients.store.close()
    return clients, its, (before, meanwhile)


async def outlived(url: str, coordinator: Server) -> Clients:
    """Kill the coordinator under load and start it again; everybody is served five seconds after it runs."""
    clients = Clients(url)
    sellers = await clients.open()
    working = [asyncio.create_task(clients.work(seller)) for seller in sellers]
    await asyncio.sleep(BEFORE)
    coordinator.kill()
    await asyncio.sleep(1)
    await asyncio.to_thread(coordinator.start)
    served = {seller: len(clients.acknowledged[seller]) for seller in sellers}
    async with asyncio.timeout(SERVING):
        # Whoever begins now has nothing but the coordinator to ask where everybody is.
        other = PostgresStore(url)
        assert len(await other.sellers()) == SELLERS
        for seller in sellers:
            await other.of(Caller(seller=seller)).place(Order())
            while len(clients.acknowledged[seller]) == served[seller]:  # noqa: ASYNC110 (nothing tells when)
                await asyncio.sleep(0.05)
    await other.close()
    clients.working = False
    await asyncio.gather(*working, return_exceptions=True)
    await clients.store.close()
    return clients


def lost_and_doubled(
    url: str, clients: Clients
) -> tuple[set[tuple[object, ...]], list[tuple[object, ...]]]:
    """Give what was acknowledged and is not there, and what is there more than once."""
    kept = Counter(asked(url, NAMES))
    acknowledged: set[tuple[object, ...]] = {
        (seller, n) for seller, names in clients.acknowledged.items() for n in names
    }
    return acknowledged - set(kept), [name for name, times in kept.items() if times > 1]
