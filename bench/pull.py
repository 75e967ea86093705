"""How many orders a second a pull takes, beside asking for the same pages and throwing them away.

    .venv/bin/python -m bench.pull FILE.csv.gz [DIALECT ...]

Both go to one serving process on this machine, over a socket; the pull keeps its orders durably.
"""

from __future__ import annotations

import asyncio
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from orderglot import dialects
from orderglot.core.caller import Caller
from orderglot.faces.client import Client
from orderglot.faces.http import HttpLine
from orderglot.files.imports import take
from orderglot.stores.sqlite import SqliteStore
from orderglot.vendors.pull import pull
from orderglot.vendors.question import Question
from orderglot.wire.dialect import Dialect
from orderglot.wire.message import Request, Response
from tests.cli.program import serving


async def filled(folder: Path, file: Path, dialect: Dialect) -> dict[str, str]:
    """Put the file's orders into the book that is served, and give a key to it."""
    store = SqliteStore(folder / "source.db")
    book = store.of(Caller(seller=(await store.add_seller("source")).id))
    await take(book, file)
    key = await store.keyring.issue_key(
        dialect.name, book.caller, dialect.auth.spell, dialect.auth.name
    )
    await store.close()
    return dict(zip(dialect.auth.fields, (key.id, key.secret), strict=True))


async def measured(folder: Path, url: str, dialect: Dialect, credentials: dict[str, str]) -> None:
    """Pull into a new book, then ask for the same once more and do nothing with it."""
    store = SqliteStore(folder / "target.db")
    book = store.of(Caller(seller=(await store.add_seller("target")).id))
    asked: list[Request] = []
    async with HttpLine(url) as line:

        async def send(request: Request) -> Response:
            asked.append(request)
            return await line(request)

        question, orders = Question(url=url), 0
        for what in ("pull", "pull again"):
            asked.clear()
            began = time.perf_counter()
            orders = (
                await pull(book, Client(dialect, send, credentials), question)
            ).checkpoint.read
            show(dialect, what, orders, began)
        began = time.perf_counter()
        for request in asked:
            await line(request)
        show(dialect, "bare paging", orders, began)
    await store.close()


def show(dialect: Dialect, what: str, orders: int, began: float) -> None:
    """Print a figure."""
    print(f"{dialect.name:10} {what:12} {orders / (time.perf_counter() - began):8,.0f} orders/s")


def main(file: str, *names: str) -> None:
    """Measure some dialects, all that can list for none."""
    listing = [name for name in dialects.names() if dialects.dialect(name).page is not None]
    for name in names or listing:
        dialect = dialects.dialect(name)
        with TemporaryDirectory() as place, ExitStack() as stack:
            folder = Path(place)
            credentials = asyncio.run(filled(folder, Path(file), dialect))
            line = stack.enter_context(serving(folder, "--database", "sqlite:///source.db"))
            asyncio.run(measured(folder, line.base, dialect, credentials))


if __name__ == "__main__":
    main(*sys.argv[1:])
