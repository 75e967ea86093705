"""Other sellers' and invalid credentials, over a socket: they show nothing and change nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from itertools import cycle
from typing import Any

from orderglot import dialects
from orderglot.core.caller import Caller
from orderglot.core.errors import HubError, TooMany, Unauthenticated
from orderglot.wire.dialect import Dialect
from orderglot.wire.message import Request, Response
from tests.conformance.callers import Credentials, Site, without_proof
from tests.conformance.implementations import Shop
from tests.conformance.specimens import provoked
from tests.conformance.test_strangers import (
    NOBODIES,
    STRANGERS,
    Stranger,
    guarded,
    with_decoys,
    with_secrets,
)
from tests.credentials import issued
from torture.connections import ask, encoded
from torture.harness import Harness, Row
from torture.server_process import serving

STORE = "sqlite"
VARYING = re.compile(
    r"[A-Za-z0-9]{20,}"  # tokens, and ids of requests
    r"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[^\"<,]*"
    r"|[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} [\d:]{8} GMT"
    r"|[A-Z0-9]{6}-\d{14}"
    r"|http://127\.0\.0\.1:\d+"
)
"""What differs between any two answers."""

ELSEWHERE = cycle(f"127.0.{net}.{host}" for net in range(1, 200) for host in range(1, 250))
OF_THE_SERVER = {"date", "content-length"}
REFUSED = {Unauthenticated, TooMany}


def run(harness: Harness) -> None:
    """Send every dialect the credentials of others, and invalid ones."""
    for name in dialects.names():
        dialect = dialects.dialect(name)
        with harness.row(f"strangers, {name}") as row:
            for stranger in STRANGERS:
                _strange(harness, row, dialect, stranger)
        with harness.row(f"wrong, ended, expired and foreign credentials, {name}") as row:
            _nobodies(harness, row, dialect)


class OverHttp(Site):
    """A site whose server is another process."""

    port = 0

    async def key(self, caller: Caller, expires: datetime | None = None) -> Credentials:
        """Issue a new key for a caller."""
        return await issued(self.store, self.dialect, caller, expires)

    async def over(self, request: Request) -> Response:
        """Send a request from a new address each time, for failed logins are limited by address."""
        answer = await ask(self.port, encoded(request), source=next(ELSEWHERE))
        return Response(status=answer.status, headers=answer.headers, body=answer.body)


@contextmanager
def sites(harness: Harness, row: Row, *made: Site) -> Iterator[list[OverHttp]]:
    """Serve the books of sites, each by a server of its own."""
    with ExitStack() as stack:
        found = []
        for site in made:
            folder = harness.new_folder()
            path: Any = site.store._backend
            served = stack.enter_context(serving(row, folder, f"sqlite:///{path._reader._path}"))
            over = OverHttp(site.dialect, site.store, site.server, site.owner, site.drawn)
            over.port = served.port
            over.server = over.over  # type: ignore[assignment]
            found.append(over)
        yield found


def _strange(harness: Harness, row: Row, dialect: Dialect, stranger: Stranger) -> None:
    shop = Shop(STORE, harness.new_folder())

    async def compare() -> None:
        made = await with_secrets(dialect, shop), await with_decoys(dialect, shop)
        keys = [await stranger(site) for site in made]
        before = await made[0].orders()
        with sites(harness, row, *made) as (secrets, decoys):
            for specimen in provoked(dialect.name):
                found = shown(await secrets.ask(specimen.request, keys[0]))
                blank = shown(await decoys.ask(specimen.request, keys[1]))
                what = f"{stranger.__name__}, {specimen.name}: {apart(blank, found)}"
                row.expect(True, blank == found, what)
            row.expect(
                True, before == (await secrets.orders())[: len(before)], "nothing is changed"
            )

    shop.run(compare())


def _nobodies(harness: Harness, row: Row, dialect: Dialect) -> None:
    shop = Shop(STORE, harness.new_folder())

    async def refuse() -> None:
        made = await with_secrets(dialect, shop)
        before = await made.orders()
        with sites(harness, row, made) as (at,):
            for specimen in guarded(dialect.name):
                for nobody in NOBODIES:
                    shown = await nobody(at)
                    answer = await at.ask(specimen.request, shown)
                    what = f"{nobody.__name__}, {specimen.name}: {answer.status}"
                    row.expect(True, kind(at, answer) in REFUSED, what)
                revoked = await _revoked(at, specimen.request)
                row.expect(True, revoked in REFUSED, f"revoked, {specimen.name}: {revoked}")
            row.expect(before, await made.orders(), "orders in the book")

    shop.run(refuse())


async def _revoked(at: Site, request: Request) -> type[HubError] | None:
    """Log in with a good key, end it, and send a request with what the login gave."""
    key = await at.key(at.owner)
    proven = await at.proven(without_proof(at.dialect, request), key)
    if isinstance(proven, Response):
        return None
    await at.store.keyring.end_key(at.owner.seller, at.dialect.name, key[at.dialect.auth.fields[0]])
    return kind(at, await at.server(proven))


def kind(at: Site, response: Response) -> type[HubError] | None:
    """Give the kind of refusal that an answer is."""
    error = at.dialect.faults.read(response)
    return None if error is None else type(error)


def apart(one: tuple[object, ...], other: tuple[object, ...]) -> str:
    """Show where two answers differ."""
    left, right = str(one), str(other)
    at = next((n for n, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), 0)
    return f"...{left[max(0, at - 80) : at + 80]!r} against {right[max(0, at - 80) : at + 80]!r}"


def shown(response: Response) -> tuple[int, str, str]:
    """Give what an answer shows, without what differs between any two."""
    headers = {name: value for name, value in response.headers.items() if name not in OF_THE_SERVER}
    body = VARYING.sub("#", response.body.decode("utf-8", "replace"))
    return response.status, VARYING.sub("#", str(sorted(headers.items()))), body
