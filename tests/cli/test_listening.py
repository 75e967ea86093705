"""Listening: a port that is held for the workers is theirs alone."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from orderglot.cli.command import Misused
from orderglot.cli.listening import Place, held
from orderglot.core.errors import Conflict

CLIENTS = 64

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="elsewhere the workers share one socket"
)


@pytest.fixture
def place() -> Iterator[Place]:
    with held("127.0.0.1", 0) as place:
        yield place


def worker(place: Place) -> socket.socket:
    """Listen as a worker does."""
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(place)
    listening.listen(CLIENTS)
    return listening


def test_who_holds_a_port_takes_no_connections(place: Place) -> None:
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(place)


def test_connections_are_dealt_out_to_all_workers(place: Place) -> None:
    with ExitStack() as stack:
        workers = [stack.enter_context(worker(place)) for _ in range(3)]
        for _ in range(CLIENTS):
            stack.enter_context(socket.create_connection(place))
        dealt = [taken(one) for one in workers]

    assert CLIENTS == sum(dealt)
    assert all(dealt)


def taken(listening: socket.socket) -> int:
    """Take all who have connected, and say how many they were."""
    listening.setblocking(False)
    count = 0
    while True:
        try:
            listening.accept()[0].close()
        except BlockingIOError:
            return count
        count += 1


@pytest.mark.parametrize("workers", [0, 1, 2])
@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "localhost"])
def test_a_port_that_is_held_is_nobody_elses(place: Place, workers: int, host: str) -> None:
    with ExitStack() as stack:
        for _ in range(workers):
            stack.enter_context(worker(place))
        with pytest.raises(Conflict, match="in use"), held(host, place.port):
            pass
        with pytest.raises(OSError, match="in use"):
            socket.create_server(place)


def test_a_port_that_others_share_is_in_use() -> None:
    with worker(Place("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(Conflict, match=f"port {port} is in use"), held("127.0.0.1", port):
            pass


def test_a_port_is_free_again_at_once_though_old_connections_die_away() -> None:
    with (
        held("127.0.0.1", 0) as place,
        worker(place) as before,
        socket.create_connection(place) as client,
    ):
        before.accept()[0].close()
        assert b"" == client.recv(1)
    with held("127.0.0.1", place.port) as again:
        assert place == again


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(Misused, match="is no address of this machine"):
        held("nowhere.invalid", 0).__enter__()
