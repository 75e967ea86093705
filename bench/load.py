"""The load generator: requests that were encoded beforehand, over some connections, and their answers.

It is a plain loop over epoll, because it has to be faster than the server: an answer costs it some 7
microseconds.
"""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Iterator, Sequence
from itertools import count, cycle
from statistics import quantiles

from msgspec import Struct

MARK = b"serial-number-012345"
"""Where a request has this, it gets a number that no other request has."""

PIECE = 1 << 15
TIMEOUT = 30
"""So many seconds an answer may take before the server counts as hung."""

_SERIAL = count(time.time_ns())
_END = b"\r\n\r\n"
_LENGTH = b"content-length:"


class Sample(Struct, frozen=True, kw_only=True):
    """The figures of one turn of load; times in milliseconds.

    ``cost`` is the server's processor time per answer, in microseconds, which is the same on a busy
    machine as on an idle one.
    """

    rate: float
    p50: float
    p99: float
    answers: int
    refused: int = 0
    cost: float = 0.0


class Wrong(Exception):
    """The server did something that makes a measurement worthless."""


def endless(requests: Sequence[bytes]) -> Iterator[bytes]:
    """Repeat requests without end, each with a number of its own where it has a place for one."""
    for request in cycle(requests):
        yield request.replace(MARK, b"%020d" % next(_SERIAL)) if MARK in request else request


def send_load(port: int, requests: Iterator[bytes], *, connections: int, seconds: float) -> Sample:
    """Send requests for so many seconds, one at a time on each connection.

    Raises Wrong where the server closes a connection or does not answer.
    """
    opened = [_Connection(port, requests) for _ in range(connections)]
    try:
        return _run(opened, seconds)
    finally:
        for connection in opened:
            connection.socket.close()


def once(port: int, requests: Iterator[bytes]) -> tuple[int, bytes, bytes]:
    """Send the next request, and give status, head and body of the answer."""
    connection = _Connection(port, requests)
    with connection.socket:
        connection.send()
        while (answer := connection.receive()) is None:
            select.select([connection.socket], [], [], TIMEOUT)
        head, body = answer
        return int(head[9:12]), head, body


def _run(connections: list[_Connection], seconds: float) -> Sample:
    ready = select.epoll()
    by_number = {connection.socket.fileno(): connection for connection in connections}
    for number in by_number:
        ready.register(number, select.EPOLLIN)
    now = time.perf_counter
    times: list[float] = []
    refused = 0
    began = now()
    end = began + seconds
    for connection in connections:
        connection.send()
    while by_number:
        events = ready.poll(TIMEOUT)
        if not events:
            raise Wrong(f"no answer within {TIMEOUT} seconds")
        for number, _ in events:
            connection = by_number[number]
            answer = connection.receive()
            if answer is None:
                continue
            moment = now()
            times.append(moment - connection.sent_at)
            refused += answer[0][9:10] != b"2"
            if moment < end:
                connection.send()
            else:
                ready.unregister(number)
                del by_number[number]
    took = now() - began
    ready.close()
    cuts = quantiles(times, n=100, method="inclusive") if len(times) > 1 else [times[0]] * 99
    return Sample(
        rate=len(times) / took,
        p50=cuts[49] * 1000,
        p99=cuts[98] * 1000,
        answers=len(times),
        refused=refused,
    )


class _Connection:
    """One connection, and the answer that is arriving on it."""

    def __init__(self, port: int, requests: Iterator[bytes]) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), TIMEOUT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # With a timeout, each call would ask the system first whether it has to wait.
        self.socket.settimeout(None)
        self.requests = requests
        self.pieces = b""
        self.sent_at = 0.0

    def send(self) -> None:
        """Send the next request."""
        request = next(self.requests)
        self.sent_at = time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> tuple[bytes, bytes] | None:
        """Read what arrived, and give head and body once the answer is whole."""
        piece = self.socket.recv(PIECE)
        if not piece:
            raise Wrong("the server closed the connection")
        arrived = self.pieces = self.pieces + piece if self.pieces else piece
        head, end, body = arrived.partition(_END)
        if not end:
            return None
        if len(body) < _length(head):
            return None
        self.pieces = b""
        return head, body


def _length(head: bytes) -> int:
    lower = head.lower()
    at = lower.find(_LENGTH)
    if at < 0:
        if lower[9:12] == b"204":
            return 0
        raise Wrong(f"an answer without its length: {head[:80]!r}")
    return int(lower[at + len(_LENGTH) :].partition(b"\r\n")[0])
