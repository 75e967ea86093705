"""The load: requests that were encoded beforehand, over so many connections, and what came back.

It is a plain loop over epoll, because whoever asks must be faster than whoever answers: an answer
costs it some 7 microseconds.
"""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Iterator, Sequence
from itertools import count, cycle
from statistics import quantiles

from msgspec import Struct

MARK = b"0123456789-serial-0123456789"
"""Where this stands in a request, a number goes that no other request has."""

PIECE = 1 << 15
TIMEOUT = 30
"""So many seconds an answer may take before the server counts as hung."""

_SERIAL = count(time.time_ns())
_END = b"\r\n\r\n"
_LENGTH = b"content-length:"


class Sample(Struct, frozen=True, kw_only=True):
    """What one stretch of load came to; times in milliseconds.

    ``cost`` is the time that the server was on a core for each answer, in microseconds: it says the
    same on a busy machine as on an idle one.
    """

    rate: float
    p50: float
    p99: float
    answers: int
    refused: int = 0
    cost: float = 0.0


class Wrong(Exception):
    """The server did something that no measurement may go on after."""


def endless(requests: Sequence[bytes]) -> Iterator[bytes]:
    """Give requests again and again, each with a number of its own where it has a place for one."""
    for request in cycle(requests):
        yield request.replace(MARK, b"%028d" % next(_SERIAL)) if MARK in request else request


def press(port: int, requests: Iterator[bytes], *, connections: int, seconds: float) -> Sample:
    """Ask again and again for so many seconds, one request at a time on each connection.

    Raises Wrong where the server hangs up or hangs.
    """
    lines = [_Line(port, requests) for _ in range(connections)]
    try:
        return _press(lines, seconds)
    finally:
        for line in lines:
            line.socket.close()


def once(port: int, requests: Iterator[bytes]) -> tuple[int, bytes, bytes]:
    """Ask the next question, and give status, head and body of the answer."""
    line = _Line(port, requests)
    with line.socket:
        line.ask()
        while (answer := line.take()) is None:
            select.select([line.socket], [], [], TIMEOUT)
        head, body = answer
        return int(head[9:12]), head, body


def _press(lines: list[_Line], seconds: float) -> Sample:
    ready = select.epoll()
    by_number = {line.socket.fileno(): line for line in lines}
    for number in by_number:
        ready.register(number, select.EPOLLIN)
    now = time.perf_counter
    times: list[float] = []
    refused = 0
    began = now()
    end = began + seconds
    for line in lines:
        line.ask()
    while by_number:
        events = ready.poll(TIMEOUT)
        if not events:
            raise Wrong(f"no answer within {TIMEOUT} seconds")
        for number, _ in events:
            line = by_number[number]
            answer = line.take()
            if answer is None:
                continue
            moment = now()
            times.append(moment - line.asked_at)
            refused += answer[0][9:10] != b"2"
            if moment < end:
                line.ask()
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


class _Line:
    """One connection, and the answer that is arriving on it."""

    def __init__(self, port: int, requests: Iterator[bytes]) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), TIMEOUT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # With a time to wait for, each call would ask the system whether it has to.
        self.socket.settimeout(None)
        self.requests = requests
        self.pieces = b""
        self.asked_at = 0.0

    def ask(self) -> None:
        """Send the next request."""
        request = next(self.requests)
        self.asked_at = time.perf_counter()
        self.socket.sendall(request)

    def take(self) -> tuple[bytes, bytes] | None:
        """Take what arrived, and give head and body once the answer is whole."""
        piece = self.socket.recv(PIECE)
        if not piece:
            raise Wrong("the server hung up")
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
