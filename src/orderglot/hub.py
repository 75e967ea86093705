"""The hub: the one place where stores, dialects and faces meet."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import structlog
from msgspec.structs import replace
from starlette.applications import Starlette
from starlette.requests import Request as PageRequest
from starlette.responses import JSONResponse
from starlette.responses import Response as PageResponse
from starlette.routing import Route

from orderglot import dialects, stores
from orderglot.core.caller import Caller
from orderglot.core.errors import (
    HubError,
    Invalid,
    NotFound,
    Problem,
    Rule,
    Unsupported,
    invalid,
)
from orderglot.core.order import Order, Reference, native
from orderglot.core.ports import Book
from orderglot.core.seller import Seller
from orderglot.faces.asgi import Asgi
from orderglot.faces.openapi import document
from orderglot.faces.routes import Routes
from orderglot.faces.server import Server
from orderglot.stores.address import shown
from orderglot.stores.copying import Copied, Copying, Tell
from orderglot.stores.rows import Rows
from orderglot.stores.sqlite import SqliteStore
from orderglot.stores.sqlite.rows import SqliteRows
from orderglot.stores.store import BookStore
from orderglot.wire import json
from orderglot.wire.dialect import Desk, Dialect, Session, Talk
from orderglot.wire.message import Request, Response

COMMAND = "orderglot"
"""Who did what a command did, in an order's events."""

PATIENCE = 2
"""So many seconds the store may take to say that it is there."""

OPENAPI = "/openapi/"
"""Where each dialect's document is, as ``kole.json``."""

log = structlog.get_logger("orderglot.hub")


Table = Mapping[str, str | int | float | bool]
"""What the configuration says of the hub's account with one vendor."""


class Hub:
    """An opened order book with all its sellers: what commands and pages work with."""

    def __init__(
        self, store: BookStore, seller: str = "", vendors: Mapping[str, Table] | None = None
    ) -> None:
        self.store = store
        self.named = seller
        self.vendors = vendors or {}

    async def seller_or_new(self, name: str | None, currency: str) -> Seller:
        """Give a seller as ``seller`` does, added now where the name is new."""
        if name and name not in {seller.name for seller in await self.store.sellers()}:
            return await self.store.add_seller(name, currency=currency or "USD")
        return await self.seller(name)

    async def seller(self, name: str | None = None) -> Seller:
        """Give the seller of a name, else the configured one, else the only one there is."""
        found = {seller.name: seller for seller in await self.store.sellers()}
        name = name or self.named
        if name in found:
            return found[name]
        if name:
            raise NotFound(f"There is no seller {name!r}; {_choice(found)}.")
        if len(found) != 1:
            raise invalid("--seller", Rule.REQUIRED, f"say whose book is meant; {_choice(found)}.")
        return next(iter(found.values()))

    def book(self, seller: Seller, *, test: bool = False) -> Book:
        """Open a seller's whole book; with ``test`` test orders are in sight, and new ones are."""
        return self.store.of(Caller(seller=seller.id, test=test, name=COMMAND))

    async def new_key(self, name: str, caller: Caller) -> tuple[str, dict[str, str]]:
        """Make a key for a dialect: its name here, and its parts by the vendor's own names."""
        auth = chosen_one(name).auth
        key = await self.store.keyring.issue_key(name, caller, auth.spell, auth.name)
        fields = zip(auth.fields, (key.id, key.secret), strict=True)
        return f"{name}:{key.id}", {field: value for field, value in fields if field}

    async def written(
        self, order: Order, book: Book, name: str, base: str, form: str = ""
    ) -> Response:
        """Write an order as a dialect's server face at ``base`` would give it to a client.

        ``form`` is ``xml`` or ``json`` where the dialect has both. Raises Unsupported where the
        dialect cannot give one order, or not in that form.
        """
        dialect = chosen_one(name)
        if dialect.get is None:
            raise Unsupported(f"{dialect.title} cannot give one order; show it without --as.")
        talk = dialect.get(Reference(name, native(order, name)))
        async with book.together() as unit:
            desk = Desk(self.store.keyring, unit.now(), unit)
            session = _open_session(dialect, order, desk.now)
            response = await _said(dialect, talk, session, desk, base, form)
        if form and form not in response.headers.get("content-type", ""):
            raise Unsupported(f"{dialect.title} has no {form.upper()}; leave --format out.")
        return response


@asynccontextmanager
async def opened(
    url: str,
    *,
    create: bool = False,
    replica: str = "",
    seller: str = "",
    vendors: Mapping[str, Table] | None = None,
) -> AsyncIterator[Hub]:
    """Open an order book, brought up to date, and close it at the end.

    Raises NotFound where there is none and ``create`` does not allow to make one.
    """
    store = open_store(url, create=create, replica=replica)
    try:
        # A server that cannot be used says so now, before any work is begun.
        await store.sellers()
        yield Hub(store, seller, vendors)
    finally:
        await store.close()


def open_store(url: str, *, create: bool = False, replica: str = "") -> BookStore:
    """Open the store at a URL, brought up to date; the caller closes it.

    ``replica`` is the URL of a copy of a PostgreSQL database that lists may come from. Raises
    NotFound where there is no book and ``create`` does not allow to make one, Invalid where
    something else is there: PostgreSQL does so when it is first asked something.
    """
    if _is_postgres(url):
        return stores.open_store(url, replica=replica, create=create)
    path = _path(url)
    if replica:
        raise Invalid(message="A file has no replica; leave --read-database out.")
    if not create and not path.exists():
        raise _nowhere(path)
    return SqliteStore(path)


async def open_rows(url: str, *, create: bool = False) -> Rows:
    """Open all rows of the book at a URL, which may be an unfinished copy; the caller closes it.

    Raises as ``open_store`` does, and Upstream where the database cannot be used.
    """
    if _is_postgres(url):
        from orderglot.stores.postgres.rows import PostgresRows

        return await PostgresRows.open(url, create=create)
    path = _path(url)
    if not create and not path.exists():
        raise _nowhere(path)
    return SqliteRows(path)


def _is_postgres(url: str) -> bool:
    return url.partition("://")[0] in stores.POSTGRES


def _path(url: str) -> Path:
    scheme, _, path = url.partition(":///")
    if scheme != "sqlite" or not path:
        reason = (
            f"{shown(url)!r} is not where an order book can be; "
            "write sqlite:///FILE or postgresql://USER@HOST/DATABASE."
        )
        raise Invalid(message=reason)
    return Path(path)


def _nowhere(path: Path) -> NotFound:
    return NotFound(f"There is no order book {path}; 'orderglot seller add NAME' makes one.")


async def copy(source: str, target: str, tell: Tell) -> tuple[Copied, ...]:
    """Copy the book at a URL into the database at another, or go on with that.

    Raises NotFound where there is no book, Conflict where the target holds something else.
    """
    name = shown(_whole(source))
    if name == shown(_whole(target)):
        raise Invalid(message=f"{name} would be copied into itself; name another target.")
    here = await open_rows(source)
    try:
        there = await open_rows(target, create=True)
        try:
            return await Copying(here, there, name, tell).copy()
        finally:
            await there.close()
    finally:
        await here.close()


async def distribute(url: str, *, dry: bool) -> tuple[str, ...]:
    """Spread the book in PostgreSQL over its Citus cluster; gives the statements that do it.

    Raises Invalid where the book is elsewhere, Unsupported where there is no cluster.
    """
    if not _is_postgres(url):
        raise Invalid(
            message=f"{shown(url)} is no PostgreSQL; copy it there with 'orderglot database copy'."
        )
    from orderglot.stores.postgres.distributing import distribute

    return await distribute(url, dry=dry)


def _whole(url: str) -> str:
    """Give a URL with a file's whole path, which is the same wherever a command is run."""
    scheme, mark, path = url.partition("sqlite:///")
    return f"{mark}{Path(path).resolve()}" if mark and not scheme else url


def chosen_one(name: str) -> Dialect:
    """Give a dialect by name, or raise Invalid with the names that there are."""
    return chosen((name,))[0]


def chosen(names: Collection[str]) -> tuple[Dialect, ...]:
    """Give the dialects of those names, all of them for none; raises Invalid on an unknown one."""
    known = dialects.names()
    for name in names:
        if name not in known:
            reason = f"There is no dialect {name!r}; there are {', '.join(known)}."
            raise Invalid(Problem("", Rule.CHOICE, reason))
    return tuple(dialects.dialect(name) for name in known if not names or name in names)


def checked_table(name: str, text: bytes) -> list[Any]:
    """Read one of a seller's own lists; raises Invalid where no dialect knows it or it is wrong."""
    known = {
        f"{one.name}.{table}": check for one in chosen(()) for table, check in one.tables.items()
    }
    if name not in known:
        reason = f"there is no table {name!r}; there are {', '.join(sorted(known)) or 'none'}."
        raise invalid("TABLE", Rule.CHOICE, reason)
    rows = json.read(text, name)
    if not isinstance(rows, list):
        raise invalid(name, Rule.MALFORMED, "this is no JSON list; put its rows in brackets.")
    known[name](rows)
    return rows


def _choice(sellers: Iterable[str]) -> str:
    names = ", ".join(sellers)
    return f"the book has {names}" if names else "add one with 'orderglot seller add NAME'"


def faces(store: BookStore, names: Collection[str], public_url: str = "") -> Asgi:
    """Put the server faces of some dialects, of all for none, and the hub's own pages on one line."""
    return Asgi(
        [Server(dialect, store) for dialect in chosen(names)],
        pages={"/healthz": health(store), OPENAPI: openapi(names)},
        public_url=public_url,
        ending=store.close,
    )


def version() -> str:
    """Give the version of the program that is running."""
    return metadata.version("orderglot")


def health(store: BookStore) -> Starlette:
    """Make the page that tells whether the store answers."""

    async def tell_health(_request: PageRequest) -> JSONResponse:
        try:
            async with asyncio.timeout(PATIENCE):
                await store.sellers()
        except (HubError, TimeoutError) as error:
            log.warning("the store does not answer", reason=str(error))
            failing = {"status": "failing", "reason": "The order book does not answer."}
            return JSONResponse(failing, 503)
        return JSONResponse({"status": "ok"})

    return Starlette(routes=[Route("/healthz", tell_health)])


def openapi(names: Collection[str]) -> Starlette:
    """Make the page that describes each dialect that is served, of all for none."""

    async def tell_document(request: PageRequest) -> PageResponse:
        name = request.path_params["name"]
        served = [one.name for one in chosen(names)]
        if name not in served:
            reason = f"There is no dialect {name[:40]!r} here; there are {', '.join(served)}."
            return JSONResponse({"error": reason}, 404)
        described_here = json.write(described(name, request.state.base))
        return PageResponse(described_here, media_type="application/json")

    return Starlette(routes=[Route(OPENAPI + "{name:path}.json", tell_document)])


def described(name: str, base: str) -> dict[str, Any]:
    """Describe a dialect's server face at ``base`` as an OpenAPI document."""
    return {**_description(chosen_one(name).name), "servers": [{"url": base}]}


@cache
def _description(name: str) -> dict[str, Any]:
    return document(dialects.dialect(name), "", version())


def _open_session(dialect: Dialect, order: Order, now: datetime) -> Session:
    """Make the session of a client that is about an order's customer and has nothing to prove.

    Nobody asks whose proof it is, for the desk is open. But some answers repeat a part of it.
    """
    whose = native(order.customer, dialect.name) if order.customer else "0"
    credentials = {**dict.fromkeys(dialect.auth.fields, "0"), dialect.customer: whose}
    return Session(credentials, lambda: now, defaultdict(lambda: "0"))


async def _said(
    dialect: Dialect, talk: Talk[Any], session: Session, desk: Desk, base: str, form: str
) -> Response:
    """Let a client of the dialect ask, answer it at the desk, and give the answer with the order.

    Some clients ask for more beside it.
    """
    routes = Routes([(dialect, dialect)])
    said: Response | None = None
    request = next(talk)
    while True:
        request = dialect.auth.prove(request, session)
        route = routes.find(request.method, request.path)
        operation = route.operation
        headers = {**request.headers, "accept": _accept(request, form)}
        asked = replace(request, headers=headers, params=route.params, base=base)
        ask = operation.read_request(asked, desk.book.caller)
        try:
            answer = await operation.perform(desk, ask)
        except NotFound as error:
            request = talk.throw(error)
            continue
        response = operation.write_response(answer, asked)
        said = said or (response if _has_order(dialect, response) else None)
        try:
            request = talk.send(response)
        except StopIteration:
            return said or response


def _has_order(dialect: Dialect, response: Response) -> bool:
    try:
        return bool(dialect.bodies.read(response.body).orders)
    except Invalid:
        return False


def _accept(request: Request, form: str) -> str:
    """Give the media type that a client asks for, in the form that is wanted."""
    accept = request.headers.get("accept", "*/*")
    if form and form not in accept:
        return accept.replace("json" if form == "xml" else "xml", form)
    return accept
