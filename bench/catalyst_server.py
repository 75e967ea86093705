"""A filled book behind Catalyst's server face, called without a socket."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from bench.book import DIALECT, OTHER, SELLER
from orderglot import dialects
from orderglot.core.caller import Caller
from orderglot.core.order import native
from orderglot.faces.server import Server
from orderglot.stores.sqlite import SqliteStore
from orderglot.wire.message import Request, Response

SITE = "/webresources/api/v3/sites/current"


class CatalystServer:
    """The server face, with a token for each of the two sellers."""

    def __init__(self, runner: asyncio.Runner, store: SqliteStore) -> None:
        self.runner = runner
        self.store = store
        self.server = Server(dialects.dialect(DIALECT), store)
        self.callers: dict[str, Caller] = {}
        self.tokens: dict[str, str] = {}
        auth = self.server.dialect.auth
        for name in (SELLER, OTHER):
            seller = runner.run(store.seller(name))
            self.callers[name] = Caller(seller=seller.id, name="bench", test=False)
            key = store.keyring.issue_key(
                DIALECT, self.callers[name], auth.make_secret, auth.make_key_id
            )
            self.tokens[name] = runner.run(key).secret

    def ask(self, seller: str, path: str, query: str = "") -> Response:
        """Send a request of a seller's client, for a path below the site."""
        headers = {"authorization": self.tokens[seller]}
        request = Request(method="GET", path=SITE + path, query=query, headers=headers)
        return self.runner.run(self.server(request))

    def shown(self, response: Response) -> set[str]:
        """Give the ids of the orders in a response."""
        page: dict[str, Any] = msgspec.json.decode(response.body)
        return {str(item["id"]) for item in page["items"]}

    def ids(self, seller: str) -> set[str]:
        """Give the ids of all orders of a seller."""

        async def walked() -> set[str]:
            book = self.store.of(self.callers[seller])
            return {native(order, DIALECT) async for order in book.walk()}

        return self.runner.run(walked())


@contextmanager
def opened(path: Path) -> Iterator[CatalystServer]:
    """Open a book that ``bench.book`` filled."""
    with asyncio.Runner() as runner:
        store = SqliteStore(path)
        try:
            yield CatalystServer(runner, store)
        finally:
            runner.run(store.close())
