"""Replaying here: a request that came once more, in test mode, by whom it came, with nothing sent anywhere."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import TYPE_CHECKING, Any, cast

from msgspec.structs import replace

from orderglot.core.acts import Person
from orderglot.core.caller import READ, RIGHTS, Caller
from orderglot.core.errors import NotFound, Rule, invalid
from orderglot.core.journal import Kept
from orderglot.dialects.orderglot.tables import NAME
from orderglot.faces.completing import Completing
from orderglot.faces.server import Server
from orderglot.hub.dialects import chosen, chosen_one
from orderglot.hub.replaying import again
from orderglot.wire.message import Response

if TYPE_CHECKING:
    from orderglot.core.keyring import Keyring
    from orderglot.stores.store import BookStore
    from orderglot.wire.dialect import Auth, Dialect
    from orderglot.wire.message import Request

OURS = "orders."
"""What the operations of our own API begin with that know of test orders; the others would be for real."""


class _As:
    """A dialect's way of proving who calls, which lets in one caller without any proof."""

    def __init__(self, auth: Auth, caller: Caller) -> None:
        self._auth = auth
        self._caller = caller

    def __getattr__(self, name: str) -> Any:
        return getattr(self._auth, name)

    async def identify(self, request: Request, keyring: Keyring) -> Caller:  # noqa: ARG002
        """Give the caller."""
        return self._caller


async def replayed(store: BookStore, by: Caller, peer: str, kept: Kept) -> Response:
    """Answer a request that came as it would be answered now to the same key, were that in test mode.

    It writes to test orders alone, with no more rights than he has ``by`` whom it is done, and bears his
    name. Raises Invalid for what can only be done for real, NotFound where the key is good no more.
    """
    demand_replayable(kept)
    row = kept.row
    dialect, request = again(kept)
    caller = await _caller(store, by, kept)
    what = {"method": row.method, "path": row.path, "url": "the test orders here"}
    await store.acting(Person(by.name, peer)).act(by.seller, "exchange.replayed", row.id, what)
    auth = cast("Auth", _As(dialect.auth, caller))
    server = Server(
        dataclasses.replace(dialect, auth=auth),
        store,
        Completing(store, lambda: chosen(())),
        named=chosen_one,
        pause=asyncio.sleep,
        counts=False,
    )
    return await server(replace(request, base=kept.bytes.base, peer=peer))


def demand_replayable(kept: Kept) -> None:
    """Raise Invalid where a request cannot come once more in test mode."""
    row = kept.row
    if row.direction != "in":
        raise invalid("exchange", Rule.UNEXPECTED, "We sent this ourselves; it did not come.")
    dialect, _ = again(kept)
    right = _right(dialect, row.operation)
    if dialect.name == NAME and right != READ and not row.operation.startswith(OURS):
        reason = f"{row.operation} knows no test mode: it would be done for real."
        raise invalid("exchange", Rule.UNEXPECTED, reason)
    if right not in RIGHTS:
        raise invalid("exchange", Rule.UNEXPECTED, f"{row.operation} is about no order.")


def _right(dialect: Dialect, operation: str) -> str:
    rights = {one.name: one.endpoint.right for one in dialect.operations}
    return rights.get(operation, "")


async def _caller(store: BookStore, by: Caller, kept: Kept) -> Caller:
    """Give whose key it came with, in test mode; raises NotFound where that lets nobody in now."""
    dialect, _, id = kept.row.key.partition(":")
    for record in await store.keyring.keys(by.seller):
        key = record.key
        if (key.dialect, key.id) == (dialect, id) and not key.is_over(store.now()):
            may = key.caller.may & by.may & RIGHTS
            return replace(key.caller, test=True, tests=False, may=may, name=by.name)
    whose = f"its key, {kept.row.key[:60]}," if kept.row.key else "who sent it"
    raise NotFound(f"Nobody could send this now: {whose} is not known here any more.")
