"""Machines of a real cluster that are killed, hang or cannot be reached: their own sellers are told so, others go on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests import citus
from tests.cluster_outages import Clients, Server, lived_through, lost_and_doubled, outlived
from tests.postgres import aside
from tests.relay import Relay

pytestmark = [
    pytest.mark.skipif(not citus.COORDINATOR, reason=citus.MISSING),
    pytest.mark.long,
    # The driver leaves a socket to itself where a server dies while it lets somebody in.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def costs_nobody_but_its_own_sellers(
    url: str, port: int, amiss: Callable[[], None], mended: Callable[[], None]
) -> Clients:
    clients, its, (before, meanwhile) = aside(lived_through(url, port, amiss, mended))
    print(f"p99 of others {before * 1000:.0f} ms before, {meanwhile * 1000:.0f} ms meanwhile")

    assert (set(), []) == lost_and_doubled(url, clients)
    assert its
    assert {seller for seller, errors in clients.refused.items() if errors} <= its
    assert meanwhile <= 2 * before + 0.1
    return clients


def test_a_machine_that_is_killed_costs_nobody_but_its_own_sellers() -> None:
    url = citus.new_book()
    (_, _), (_, port), *_ = citus.nodes()
    server = Server(port)

    clients = costs_nobody_but_its_own_sellers(url, port, server.kill, server.start)

    messages = [str(one) for errors in clients.refused.values() for one in errors]
    assert any("A machine of the cluster" in one for one in messages)


def test_a_machine_that_hangs_costs_nobody_but_its_own_sellers() -> None:
    url = citus.new_book()
    (_, _), (_, port), *_ = citus.nodes()
    server = Server(port)

    costs_nobody_but_its_own_sellers(url, port, server.hang, server.go_on)


def test_a_machine_that_cannot_be_reached_costs_nobody_but_its_own_sellers() -> None:
    (_, _), (host, port), *_ = citus.nodes()
    relay = Relay(host, port)
    try:
        url = citus.new_book({port: relay.port})
        costs_nobody_but_its_own_sellers(url, relay.port, relay.cut, relay.mend)
    finally:
        relay.close()


def test_a_coordinator_that_is_killed_serves_again_once_it_runs() -> None:
    url = citus.new_book()
    (_, port), *_ = citus.nodes()

    clients = aside(outlived(url, Server(port)))

    assert (set(), []) == lost_and_doubled(url, clients)
