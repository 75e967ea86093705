"""Lines: several processes listen at one port, and callers are dealt out to them."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from types import SimpleNamespace
from typing import Any

import pytest

from orderglot.cli.workers import Workers, beside

CALLERS = 64


@pytest.fixture
def lines() -> Iterator[list[socket.socket]]:
    """Listen on as many lines as three processes have."""
    with ExitStack() as stack:
        first = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=CALLERS))
        yield [first, *map(stack.enter_context, beside(first, 2, CALLERS))]


def taken(line: socket.socket) -> int:
    """Take all who have called on a line, and say how many they were."""
    line.setblocking(False)
    count = 0
    while True:
        try:
            line.accept()[0].close()
        except BlockingIOError:
            return count
        count += 1


def test_callers_are_dealt_out_to_every_line(lines: list[socket.socket]) -> None:
    for _ in range(CALLERS):
        socket.create_connection(lines[0].getsockname()).close()
    dealt = [taken(line) for line in lines]

    assert CALLERS == sum(dealt)
    assert all(dealt)


def test_a_port_is_there_again_while_old_calls_die_away() -> None:
    with socket.create_server(("127.0.0.1", 0)) as before:
        place = before.getsockname()
        with socket.create_connection(place) as caller:
            # Who hangs up first is the one who remembers the call.
            before.accept()[0].close()
            assert b"" == caller.recv(1)
    with ExitStack() as stack:
        first = stack.enter_context(socket.create_server(place))
        for line in beside(first, 2, CALLERS):
            assert place == stack.enter_context(line).getsockname()


def test_a_port_with_several_lines_is_nobody_elses(lines: list[socket.socket]) -> None:
    with pytest.raises(OSError, match="in use"):
        socket.create_server(lines[0].getsockname())


@pytest.mark.parametrize("replaced", [0, 1, 2])
def test_a_process_gets_the_line_of_the_one_it_replaces_whoever_else_has_died(
    lines: list[socket.socket], replaced: int
) -> None:
    workers: Any = Workers.__new__(Workers)
    workers.lines = lines
    workers.processes = [
        SimpleNamespace(exitcode=-9, parent_conn=SimpleNamespace(closed=number == replaced))
        for number in range(3)
    ]
    assert [lines[replaced]] == workers.sockets
