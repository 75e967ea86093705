"""Malformed requests as bytes over sockets: each is answered or refused, and the server goes on."""

from __future__ import annotations

import asyncio
import random

from orderglot import dialects
from torture import books, marked_book
from torture.books import one_of
from torture.connections import HOST, ask, encoded
from torture.harness import Harness, Row
from torture.random_requests import Maker, RandomRequest
from torture.server_process import Served, serving
from torture.trials.malformed import TRACES

REQUESTS = 4_000
CLIENTS = 64
PATIENCE = 2.0
"""So many seconds a client waits before it says that its request has ended."""

TIMEOUT = 10.0
"""So many seconds the server may then take to close the connection."""

LONGEST = 30.0
"""So many seconds an answer to an unchanged request may take on a busy machine."""

ORDERS = encoded(one_of("kole", "GET", "/orders"))
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


def run(harness: Harness) -> None:
    """Send requests that are malformed as messages and as bytes, in every dialect."""
    folder = harness.new_folder()
    url = f"sqlite:///{folder}/book.db"
    asyncio.run(_prepare(url))
    for name in dialects.names():
        what = f"malformed requests over sockets, {name}"
        with harness.row(what) as row, serving(row, folder, url) as served:
            asyncio.run(_send_all(harness, row, served, name))


async def _prepare(url: str) -> None:
    async with books.opened(url) as store:
        await books.fill(store)
        await marked_book.mark(store, dialects.names())


async def _send_all(harness: Harness, row: Row, served: Served, name: str) -> None:
    count = -(-harness.scaled(REQUESTS) // CLIENTS)

    async def client(number: int) -> None:
        maker = Maker(name, harness.random(name, number))
        for _ in range(count):
            whole = encoded_as_is(maker.make())
            sent = spoiled(whole, maker.rng)
            await _try(row, served.port, sent, whole=sent == whole)
            harness.log_progress(lambda: f"{name}: {row.tried:,} sent")

    await asyncio.gather(*map(client, range(CLIENTS)))
    row.expect(200, (await ask(served.port, ORDERS)).status, "an ordinary request behind them")


async def _try(row: Row, port: int, sent: bytes, *, whole: bool) -> None:
    try:
        answer = await _answer(port, sent, whole=whole)
    except TimeoutError:
        row.lose(f"the connection stays open: {sent[:1_000]!r}")
        return
    row.increment("answered" if answer else "closed without an answer")
    if why := judged(answer, whole=whole):
        row.lose(f"{why}: {sent[:1_000]!r}")
    else:
        row.survive()


def encoded_as_is(request: RandomRequest) -> bytes:
    """Encode a request without mending anything but its length."""
    target = request.path + (f"?{request.query}" if request.query else "")
    headers = dict(request.headers) | {"connection": "close"}
    if request.body:
        headers["content-length"] = str(len(request.body))
    lines = [f"{request.method} {target} HTTP/1.1", *(f"{n}: {v}" for n, v in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode(errors="surrogatepass") + request.body


def spoiled(sent: bytes, rng: random.Random) -> bytes:
    """Change some bytes of most requests."""
    for _ in range(rng.choice((0, 0, 1, 1, 2, 4))):
        at = rng.randrange(min(len(sent), 600))
        sent = sent[:at] + rng.choice(JUNK) + sent[at + rng.choice((0, 0, 1, 9)) :]
    return sent


async def _answer(port: int, sent: bytes, *, whole: bool) -> bytes:
    """Send bytes, and give all that is answered until the connection ends.

    A changed byte may make a server wait for more. So after a while the client closes its half of
    the connection, and the server has to close the other; raises TimeoutError where it does not.
    """
    reader, writer = await asyncio.open_connection(HOST, port)
    answer = b""
    try:
        writer.write(sent)
        async with asyncio.timeout(LONGEST if whole else PATIENCE):
            while piece := await reader.read(65_536):
                answer += piece
        return answer
    except TimeoutError:
        return answer + await _rest(reader, writer)
    except OSError:
        # The server closed the connection while we sent, which it may.
        return answer
    finally:
        writer.transport.abort()


async def _rest(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    """State that no more will come; gives what is still answered."""
    async with asyncio.timeout(TIMEOUT):
        writer.write_eof()
        return await reader.read()


def judged(answer: bytes, *, whole: bool) -> str:
    """Tell what is wrong with the bytes of an answer, "" if nothing."""
    if not answer:
        return "no answer to a whole request" if whole else ""
    if not answer.startswith((b"HTTP/1.1 2", b"HTTP/1.1 3", b"HTTP/1.1 4")):
        return f"answered with {answer[:300]!r}"
    if any(trace in answer for trace in TRACES):
        return f"a traceback: {answer[:300]!r}"
    if marked_book.MARK.encode() in answer:
        return f"another seller's data: {answer[:300]!r}"
    return ""
