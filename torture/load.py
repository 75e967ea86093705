"""Load: many clients that create orders in every dialect until the server is gone."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field

from orderglot import dialects
from orderglot.core.errors import HubError
from orderglot.wire.message import Response
from torture.books import creation
from torture.connections import Cut, Heard, Hung, Line, Refused, opened, spelled

CLIENTS = 16


@dataclass
class Load:
    """What was asked of a server and what came of it."""

    sent: dict[str, str] = field(default_factory=dict)
    """The dialect of every creation that was sent, by its key."""
    told: dict[str, Heard] = field(default_factory=dict)
    """The answers, by the key of the creation."""
    outcomes: Counter[str] = field(default_factory=Counter)
    cut: list[str] = field(default_factory=list)
    """The creations whose line ended before the answer."""

    async def begun(self) -> None:
        """Wait until the clients are being answered."""
        while self.outcomes["answered"] < CLIENTS:  # noqa: ASYNC110 (nobody says when it is)
            await asyncio.sleep(0.01)

    def acknowledged(self) -> dict[str, Heard]:
        """Give the answers that said yes."""
        return {key: one for key, one in self.told.items() if not self.error(key, one)}

    def refused(self) -> list[tuple[str, Heard]]:
        """Give the answers that said anything else."""
        return [(key, one) for key, one in self.told.items() if self.error(key, one)]

    def error(self, key: str, heard: Heard) -> HubError | None:
        """Give what the vendor's client reads out of an answer; some vendors say no in a 200."""
        response = Response(status=heard.status, headers=heard.headers, body=heard.body)
        return dialects.dialect(self.sent[key]).faults.read(response)


async def bear(load: Load, port: int, name: str, *, keep: bool = True) -> None:
    """Create orders one after the other until nobody listens any more.

    With ``keep`` one line is used as long as it lasts, else each creation has its own.
    """
    line: Line | None = None
    for number in range(1_000_000):
        try:
            if line is None or not line.open:
                line = await opened(port)
        except Refused:
            load.outcomes["refused"] += 1
            return
        except Cut:
            # Nothing had been sent yet.
            load.outcomes["refused"] += 1
            continue
        await create(load, line, f"{name}-{number}", number)
        if not keep:
            line.close()


async def create(load: Load, line: Line, key: str, number: int) -> None:
    """Create one order, in each dialect in turn, and keep what came of it."""
    names = dialects.names()
    name = names[number % len(names)]
    load.sent[key] = name
    try:
        load.told[key] = await line.ask(spelled(creation(dialects.dialect(name), key)))
        load.outcomes["answered"] += 1
    except Cut as error:
        load.cut.append(f"{key} ({error.__cause__!r}, request {line.count} of its line)")
        load.outcomes["cut"] += 1
    except Hung:
        load.outcomes["hung"] += 1


async def again(load: Load, port: int, keys: list[str]) -> dict[str, Heard]:
    """Send creations once more, many at a time; gives the answers."""
    answers: dict[str, Heard] = {}
    waiting = iter(keys)

    async def send() -> None:
        line = await opened(port)
        for key in waiting:
            dialect = dialects.dialect(load.sent[key])
            answers[key] = await line.ask(spelled(creation(dialect, key)))
            if not line.open:
                line = await opened(port)
        line.close()

    await asyncio.gather(*(send() for _ in range(CLIENTS)))
    return answers
