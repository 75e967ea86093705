"""Malformed requests as bytes over sockets: each is answered or hung up on, and the next one works."""

from __future__ import annotations

import asyncio
import random

from orderglot import dialects
from torture import books, marked_book
from torture.books import one_of
from torture.connections import HOST, ask, spelled
from torture.harness import Ground, Row
from torture.random_requests import Maker, Wild
from torture.server_process import Served, serving
from torture.trials.malformed import TRACES

REQUESTS = 4_000
CLIENTS = 16
TIMEOUT = 10.0
"""A client hears something in so many seconds, or the line's end, once it has said all it will."""

ORDERS = spelled(one_of("kole", "GET", "/orders"))
JUNK = (
    b"\0",
    b"\r",
    b"\n",
    b"\r\n",
    b"\r\n\r\n",
    b" ",
    b":",
    b"\xff",
    b"%",
    b"\x80" * 9,
    b"A" * 999,
)


def run(ground: Ground) -> None:
    """Send requests that are spoiled as messages and as bytes, in every dialect."""
    folder = ground.place()
    url = f"sqlite:///{folder}/book.db"
    asyncio.run(_prepare(url))
    for name in dialects.names():
        what = f"malformed requests over sockets, {name}"
        with ground.row(what) as row, serving(row, folder, url) as served:
            asyncio.run(_send_all(ground, row, served, name))


async def _prepare(url: str) -> None:
    async with books.opened(url) as store:
        await books.fill(store)
        await marked_book.mark(store, dialects.names())


async def _send_all(ground: Ground, row: Row, served: Served, name: str) -> None:
    count = ground.many(REQUESTS) // CLIENTS

    async def client(number: int) -> None:
        maker = Maker(name, ground.chance(name, number))
        for _ in range(count):
            sent = spoiled(maker.make(), maker.dice)
            why = await _wrong(served.port, sent)
            if why:
                row.lose(f"{why}: {sent[:1_000]!r}")
            else:
                row.survive()
            ground.tell(lambda: f"{name}: {row.tried:,} sent")

    await asyncio.gather(*map(client, range(CLIENTS)))
    row.hold(200, (await ask(served.port, ORDERS)).status, "an ordinary request behind them")


def spoiled(wild: Wild, dice: random.Random) -> bytes:
    """Spell a request as bytes, and mostly spoil some of them."""
    target = wild.path + (f"?{wild.query}" if wild.query else "")
    headers = dict(wild.headers) | {"connection": "close"}
    if wild.body:
        headers["content-length"] = str(len(wild.body))
    lines = [f"{wild.method} {target} HTTP/1.1", *(f"{n}: {v}" for n, v in headers.items())]
    sent = "\r\n".join([*lines, "", ""]).encode(errors="surrogatepass") + wild.body
    for _ in range(dice.choice((0, 0, 1, 1, 2, 4))):
        at = dice.randrange(min(len(sent), 600))
        sent = sent[:at] + dice.choice(JUNK) + sent[at + dice.choice((0, 0, 1, 9)) :]
    return sent


async def _wrong(port: int, sent: bytes) -> str:
    """Send bytes and say that no more will come; says what is wrong with the answer, if anything."""
    reader, writer = await asyncio.open_connection(HOST, port)
    heard = b""
    try:
        async with asyncio.timeout(TIMEOUT):
            writer.write(sent)
            await writer.drain()
            writer.write_eof()
            while piece := await reader.read(65_536):
                heard += piece
    except TimeoutError:
        return "neither an answer nor the end of the line"
    except OSError:
        # It hung up while we spoke, which it may.
        pass
    finally:
        writer.transport.abort()
    return judged(heard)


def judged(heard: bytes) -> str:
    """Say what is wrong with the bytes of an answer, "" if nothing."""
    if not heard.startswith((b"HTTP/1.1 2", b"HTTP/1.1 3", b"HTTP/1.1 4")):
        return f"answered with {heard[:300]!r}"
    if any(trace in heard for trace in TRACES):
        return f"a trace: {heard[:300]!r}"
    if marked_book.MARK.encode() in heard:
        return f"a stranger's data: {heard[:300]!r}"
    return ""
