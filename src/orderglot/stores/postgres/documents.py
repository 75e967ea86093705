"""Documents: read out of the database, and told apart where one of them is damaged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec

from orderglot.core.errors import Damaged
from orderglot.core.keyring import Credential
from orderglot.core.tokens import Token
from orderglot.stores import damage, document
from orderglot.stores.damage import UNREADABLE, Unreadable, keyed, sorted_out
from orderglot.stores.database_url import shown
from orderglot.stores.postgres import queries
from orderglot.stores.postgres.pool import ANY, Params, Place, Pool
from orderglot.stores.postgres.reader import Reader
from orderglot.stores.sql.tokens import held

T = TypeVar("T")

_HELD = msgspec.json.Decoder(tuple[msgspec.Raw, str, int, int, int | None]).decode

Read = Callable[[Any], T]
"""Makes a thing of a document."""


class Documents:
    """Reads things, each of which is a document."""

    def __init__(self, pool: Pool, machine: Callable[[int], Place]) -> None:
        self._pool = pool
        self._machine = machine
        self._reader = Reader(pool)

    async def asked_for(
        self, read: Read[T], text: str, params: Params = (), at: Place = ANY
    ) -> tuple[T, ...]:
        """Read the things of a statement; raises Damaged where one of them cannot be read."""
        try:
            return await self._reader.read(read, text, params, at)
        except UNREADABLE as error:
            raise await self.refused(read, text, params, at) from error

    async def readable(
        self, read: Read[T], text: str, params: Params = (), at: Place = ANY
    ) -> tuple[T, ...]:
        """Read those things of a statement that can be read, and note the others as left out."""
        try:
            return await self._reader.read(read, text, params, at)
        except UNREADABLE:
            good, bad = sorted_out(read, await self._pool.read(keyed(read, text), params, at))
        await self.leave_out(bad)
        return tuple(good)

    async def after(
        self, seller: int, read: Read[T], text: str, after: int | str, limit: int
    ) -> tuple[T, ...]:
        """Read things behind a key, so many at most, but for those that cannot be read."""
        at = self._machine(seller)
        while True:
            params = (seller, after, limit)
            try:
                return await self._reader.read(read, text, params, at)
            except UNREADABLE:
                rows = await self._pool.read(keyed(read, text), params, at)
            good, bad = sorted_out(read, rows)
            await self.leave_out(bad)
            # Nothing at all would mean that there is no more.
            if good or not rows:
                return tuple(good)
            after = rows[-1][1]

    async def token(self, name: tuple[int, str, str, str]) -> tuple[Token, Credential] | None:
        """Read the token of that name, and its key; raises as ``asked_for``."""
        at = self._machine(name[0])
        for text, *rest in await self._reader.read(_HELD, queries.HELD, name, at):
            try:
                return held(name, (bytes(text), *rest))
            except UNREADABLE as error:
                read = document.read_credential
                raise await self.refused(read, queries.HELD, name, at) from error
        return None

    async def leave_out(self, bad: Sequence[Unreadable]) -> None:
        """Note things as left out."""
        damage.leave_out(bad, await self._names(bad), shown(self._pool.url))

    async def refused(
        self, read: Read[object], text: str, params: Params, at: Place = ANY
    ) -> Damaged:
        """Refuse what a statement asks for, since a part of it cannot be read."""
        _, bad = sorted_out(read, await self._pool.read(keyed(read, text), params, at))
        where = shown(self._pool.url)
        if not bad:
            # It was written anew meanwhile.
            return Damaged(f"A document in {where} cannot be read; {damage.NEXT}")
        return damage.refused(bad, await self._names(bad), where)

    async def _names(self, bad: Sequence[Unreadable]) -> damage.Names:
        sellers = {one.seller for one in bad}
        rows = {id: await self._pool.read(damage.SELLER_NAME, (id,)) for id in sellers}
        return {id: found[0][0] for id, found in rows.items() if found}
