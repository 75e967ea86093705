"""Malformed requests, 100,000 per dialect: each is answered well-formed, soon, without others' data."""

from __future__ import annotations

import asyncio
import logging
import os
import random
import shutil
import signal
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any

from msgspec import Struct

from orderglot import dialects
from orderglot.faces.asgi import Asgi
from orderglot.hub.faces import faces
from orderglot.wire.message import Response
from tests.conformance.structure import structure
from torture import books, marked_book
from torture.harness import Harness, Row
from torture.random_requests import Maker, RandomRequest

REQUESTS = 100_000
PORTION = 4_000
"""So many requests go to one copy of the book, which grows by the good ones among them."""

LONGEST = 1.0
"""An answer that takes more processor time, in seconds, is a hang."""

HOPELESS = 10.0
TRACES = (b"Traceback", b'File "', b".py", b"Error:", b"orderglot.", b"<class", b"object at 0x")


class Portion(Struct):
    """The outcome of some requests."""

    name: str
    tried: int = 0
    lost: list[str] = []
    statuses: dict[int, int] = {}
    slowest: float = 0.0


class Hang(BaseException):
    """A request takes so long that it is given up."""


def run(harness: Harness) -> None:
    """Call every dialect's face in this process, which is fast enough for so many."""
    folder = harness.new_folder()
    url = f"sqlite:///{folder}/book.db"
    asyncio.run(_prepare(url))
    for name in dialects.names():
        with harness.row(f"malformed requests, {name}") as row:
            _fuzz(harness, row, name, folder / "book.db")


async def _prepare(url: str) -> None:
    async with books.opened(url) as store:
        await books.fill(store)
        await marked_book.mark(store, dialects.names())


def _fuzz(harness: Harness, row: Row, name: str, book: Path) -> None:
    portions = -(-harness.scaled(REQUESTS) // PORTION)
    count = -(-harness.scaled(REQUESTS) // portions)
    statuses: dict[int, int] = {}
    slowest = 0.0
    with ProcessPoolExecutor(max(1, os.cpu_count() or 1)) as pool:
        waiting = [
            pool.submit(portion, name, f"{harness.seed} {number}", count, book)
            for number in range(portions)
        ]
        for done in as_completed(waiting):
            found = done.result()
            row.survive(found.tried - len(found.lost))
            for lost in found.lost:
                row.lose(lost)
            for status, many in found.statuses.items():
                statuses[status] = statuses.get(status, 0) + many
            slowest = max(slowest, found.slowest)
            harness.log_progress(lambda: f"{name}: {row.tried:,} tried, {row.lost:,} lost")
    row.note(
        "answers by status", ", ".join(f"{one}: {statuses[one]:,}" for one in sorted(statuses))
    )
    row.note("slowest, ms of processor time", round(slowest * 1000))


def portion(name: str, seed: str, count: int, book: Path) -> Portion:
    """Send so many requests to a new copy of a book."""
    logging.disable()
    folder = book.parent / seed.replace(" ", "-") / name
    folder.mkdir(parents=True)
    copy = shutil.copy(book, folder)
    signal.signal(signal.SIGPROF, _give_up)
    try:
        return asyncio.run(_send_all(name, seed, count, f"sqlite:///{copy}"))
    finally:
        shutil.rmtree(folder)


def _give_up(_sign: int, _frame: object) -> None:
    raise Hang


async def _send_all(name: str, seed: str, count: int, url: str) -> Portion:
    found = Portion(name)
    maker = Maker(name, random.Random(f"{name} {seed}"))
    async with books.opened(url) as store:
        before = await marked_book.kept(store)
        app = faces(store, (name,))
        for _ in range(count):
            request = maker.make()
            why = await _try(app, request, found)
            found.tried += 1
            if why:
                found.lost.append(f"{why}: {request}"[:3_000])
        if before != await marked_book.kept(store):
            found.lost.append("The other seller's orders are not as they were.")
    return found


async def _try(app: Asgi, request: RandomRequest, found: Portion) -> str:
    """Send a request, and tell what is wrong with the answer, "" if nothing."""
    began = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, HOPELESS)
    try:
        response = await answered(app, request)
    except Hang:
        return "no answer"
    except Exception as error:  # noqa: BLE001 (any exception is a loss)
        return f"it raised {type(error).__name__}: {error}"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    took = time.process_time() - began
    found.slowest = max(found.slowest, took)
    found.statuses[response.status] = found.statuses.get(response.status, 0) + 1
    return f"it took {took:.1f} s" if took > LONGEST else wrong(response)


def wrong(response: Response) -> str:
    """Tell what is wrong with an answer to a malformed request, "" if nothing."""
    if not 200 <= response.status < 500:
        return f"{response.status} {response.body[:200]!r}"
    if any(trace in response.body for trace in TRACES):
        return f"a traceback: {response.body[:300]!r}"
    if marked_book.MARK.encode() in response.body or marked_book.MARK in str(response.headers):
        return f"another seller's data: {response.body[:300]!r}"
    try:
        structure(response)
    except ValueError as error:
        return f"not well formed ({error}): {response.body[:300]!r}"
    return ""


async def answered(app: Asgi, request: RandomRequest) -> Response:
    """Call an ASGI application with a request, and collect its response."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": request.body}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope(request), receive, send)
    start, *bodies = sent
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in start["headers"]}
    body = b"".join(one["body"] for one in bodies)
    return Response(status=start["status"], headers=headers, body=body)


def scope(request: RandomRequest) -> dict[str, Any]:
    """Give a request as ASGI's scope."""
    return {
        "type": "http",
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": request.path,
        "raw_path": _raw(request.path),
        "query_string": _raw(request.query),
        "headers": [(_raw(name), _raw(value)) for name, value in request.headers],
        "server": ("127.0.0.1", 8400),
        "client": ("192.0.2.7", 4711),
    }


def _raw(text: str) -> bytes:
    return text.encode(errors="surrogatepass")
