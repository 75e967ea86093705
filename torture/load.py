"""Load: many clients that create orders in every dialect until the server is gone."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field

from orderglot import dialects
from orderglot.core.errors import HubError
from orderglot.wire.message import Response
from torture.books import creation
from torture.connections import Answer, Closed, Connection, Refused, TimedOut, ask, encoded, opened
from torture.harness import Row

CLIENTS = 16


@dataclass
class Load:
    """What was sent to a server and what came of it."""

    sent: dict[str, str] = field(default_factory=dict)
    """The dialect of every creation that was sent, by its key."""
    answers: dict[str, Answer] = field(default_factory=dict)
    """The answers, by the key of the creation."""
    outcomes: Counter[str] = field(default_factory=Counter)
    closed: dict[str, str] = field(default_factory=dict)
    """The creations whose connection ended before the answer, by their keys, and how."""

    async def begun(self) -> None:
        """Wait until the clients are being answered."""
        while self.outcomes["answered"] < CLIENTS:  # noqa: ASYNC110 (nothing tells when it is)
            await asyncio.sleep(0.01)

    def acknowledged(self) -> dict[str, Answer]:
        """Give the answers that are no refusals."""
        return {key: one for key, one in self.answers.items() if not self.error(key, one)}

    def refused(self) -> list[tuple[str, Answer]]:
        """Give the answers that are refusals."""
        return [(key, one) for key, one in self.answers.items() if self.error(key, one)]

    def error(self, key: str, answer: Answer) -> HubError | None:
        """Give what the vendor's client reads out of an answer; some vendors refuse with a 200."""
        response = Response(status=answer.status, headers=answer.headers, body=answer.body)
        return dialects.dialect(self.sent[key]).faults.read(response)


async def create_orders(load: Load, port: int, name: str, *, keep: bool = True) -> None:
    """Create orders one after the other until nobody listens any more.

    With ``keep`` one connection is used as long as it lasts, else each creation has its own.
    """
    connection: Connection | None = None
    for number in range(1_000_000):
        try:
            if connection is None or not connection.open:
                connection = await opened(port)
        except Refused:
            load.outcomes["refused"] += 1
            return
        except Closed:
            # Nothing had been sent yet.
            load.outcomes["refused"] += 1
            continue
        await create_order(load, connection, f"{name}-{number}", number)
        if not keep:
            connection.close()


async def create_order(load: Load, connection: Connection, key: str, number: int) -> None:
    """Create one order, in each dialect in turn, and keep what came of it."""
    names = dialects.names()
    name = names[number % len(names)]
    load.sent[key] = name
    try:
        load.answers[key] = await connection.ask(encoded(creation(dialects.dialect(name), key)))
        load.outcomes["answered"] += 1
    except Closed as error:
        load.closed[key] = f"{error.__cause__!r}, request {connection.count} of its connection"
        load.outcomes["closed"] += 1
    except TimedOut:
        load.outcomes["timed out"] += 1


async def time_request(row: Row, port: int, request: bytes, slowest: float) -> float:
    """Send a request as an ordinary client; it has to be answered within ``slowest`` seconds."""
    began = time.perf_counter()
    answer = await ask(port, request, timeouts=30)
    took = time.perf_counter() - began
    if answer.status == 200 and took < slowest:
        row.survive()
    else:
        row.lose(f"an ordinary client: {answer.status} after {took:.1f} s")
    return took


async def send_again(load: Load, port: int, keys: list[str]) -> dict[str, Answer]:
    """Send creations once more, many at a time; gives the answers."""
    answers: dict[str, Answer] = {}
    waiting = iter(keys)

    async def send() -> None:
        connection = await opened(port)
        for key in waiting:
            dialect = dialects.dialect(load.sent[key])
            answers[key] = await connection.ask(encoded(creation(dialect, key)))
            if not connection.open:
                connection = await opened(port)
        connection.close()

    await asyncio.gather(*(send() for _ in range(CLIENTS)))
    return answers
