"""Machines of a cluster that are killed, hang or cannot be reached under load: the others' sellers go on as before."""

from __future__ import annotations

from collections.abc import Callable

from tests import citus
from tests.cluster_outages import Clients, Server, lived_through, lost_and_doubled, outlived
from tests.postgres import aside
from tests.relay import Relay
from torture.harness import Harness, Row

SLACK = 0.1
"""So many seconds more than twice as much as before the p99 of the others may be: a machine has other things to do."""


def run(harness: Harness) -> None:
    """Try each kind of outage once, at the first of the workers or at the coordinator."""
    with harness.row("a worker killed") as row:
        if _is_there(row):
            server = Server(_worker()[1])
            _live_through(row, citus.new_book(), server.port, server.kill, server.start)
    with harness.row("a worker that hangs") as row:
        if _is_there(row):
            server = Server(_worker()[1])
            _live_through(row, citus.new_book(), server.port, server.hang, server.go_on)
    with harness.row("the network to a worker cut") as row:
        if _is_there(row):
            host, port = _worker()
            relay = Relay(host, port)
            try:
                url = citus.new_book({port: relay.port})
                _live_through(row, url, relay.port, relay.cut, relay.mend)
            finally:
                relay.close()
    with harness.row("the coordinator killed") as row:
        if _is_there(row):
            url = citus.new_book()
            _count(row, url, aside(outlived(url, Server(citus.nodes()[0][1]))))


def _is_there(row: Row) -> bool:
    if not citus.COORDINATOR:
        row.untried = citus.MISSING
    return bool(citus.COORDINATOR)


def _worker() -> tuple[str, int]:
    return citus.nodes()[1]


def _live_through(
    row: Row, url: str, port: int, amiss: Callable[[], None], mended: Callable[[], None]
) -> None:
    clients, its, (before, meanwhile) = aside(lived_through(url, port, amiss, mended))
    _count(row, url, clients)
    for seller in set(clients.refused) - its:
        for error in clients.refused[seller]:
            row.lose(f"seller {seller}, whose rows are elsewhere, was refused: {error}")
    row.note("p99 of the others before, ms", round(before * 1000))
    row.note("p99 of the others meanwhile, ms", round(meanwhile * 1000))
    fast = meanwhile <= 2 * before + SLACK
    row.expect(True, fast, f"p99 of the others: {meanwhile:.3f} s, {before:.3f} s before")


def _count(row: Row, url: str, clients: Clients) -> None:
    """Count every order that was acknowledged."""
    lost, doubled = lost_and_doubled(url, clients)
    for one in lost:
        row.lose(f"{one} was acknowledged and is not there")
    for one in doubled:
        row.lose(f"{one} is there more than once")
    row.survive(sum(map(len, clients.acknowledged.values())) - len(lost))
