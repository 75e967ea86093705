"""The writer: commits, those that come at once together, and again where the server undid one.

A call costs little more for some new orders than for one. So new orders of one seller are gathered and
go as one. So is what is written to the tokens of one key: it takes the turn of that key, for which nobody should wait
with a connection that others need.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from typing import TypeVar

import asyncpg

from orderglot.core.errors import HubError, Upstream
from orderglot.core.ports import Event
from orderglot.stores import writes
from orderglot.stores.backend import Entity, Raced
from orderglot.stores.identities import hub_ids
from orderglot.stores.postgres import beginnings, tables
from orderglot.stores.postgres.batching import Batching
from orderglot.stores.postgres.connection import (
    FAILURES,
    in_words,
    is_lost,
    is_of_machine,
    is_passing,
    refused,
)
from orderglot.stores.postgres.grammar import numbered
from orderglot.stores.postgres.identities import claim
from orderglot.stores.postgres.merger import Merger
from orderglot.stores.postgres.order_writes import KINDS, claims
from orderglot.stores.postgres.pool import ANY, EVERY, Place, Pool
from orderglot.stores.sql.grammar import Sql

T = TypeVar("T")

_Key = tuple[int, str, str]
"""A key, by its seller, dialect and id."""

ATTEMPTS = 5
"""How often a transaction is tried that the server undoes."""

_EVERYWHERE = (
    *(writes.PutSeller, writes.DropSeller),
    *(writes.PutCredential, writes.EndKey, writes.RollKey, writes.SetLive),
)
"""What every machine of a cluster has to write."""

_BESIDE_OTHERS = (writes.Expect, writes.ExpectProduct, writes.PutOrder, Event, writes.PutAnswer)


class Writer:
    """Takes commits from one event loop."""

    def __init__(self, pool: Pool, machine: Callable[[int], Place] = lambda _seller: ANY) -> None:
        self._pool = pool
        self._machine = machine
        self._gathering: Batching[int, Collection[writes.Write], None] = Batching(self._together)
        self._turns: Batching[_Key, Collection[writes.Write], None] = Batching(self._in_turn, 1)
        self._merger = Merger(pool, machine)
        self.commits = 0
        """How many transactions were committed."""

    async def write(self, seller: int, batch: Collection[writes.Write]) -> None:
        """Commit writes of a seller, durably.

        Raises Raced, NotFound or Invalid where they cannot be done, and Upstream where the server
        fails; then nothing of it is kept, unless the connection was lost and nobody can know.
        """
        if _plain(batch):
            return await self._gathering.one(seller, batch)
        if (key := _key(seller, batch)) is not None:
            return await self._turns.one(key, batch)
        return await self._commit(seller, batch)

    async def _together(
        self, seller: int, several: Sequence[Collection[writes.Write]]
    ) -> list[None]:
        await self._commit(seller, [write for batch in several for write in batch])
        return [None] * len(several)

    async def _in_turn(self, key: _Key, several: Sequence[Collection[writes.Write]]) -> list[None]:
        return await self._together(key[0], several)

    async def change(self, seller: int, sql: Sql) -> int:
        """Do a statement that is a transaction of its own and gives one number."""
        at = self._machine(seller)
        ((number,),) = await self._tried(lambda: self._pool.fetch(*sql, at))
        return int(number)

    async def _commit(self, seller: int, batch: Collection[writes.Write]) -> None:
        claimed, new = _claimed(batch), _has_new_seller(batch)
        gone = any(isinstance(one, writes.DropSeller) for one in batch)
        statements = list(tables.statements(seller, batch))
        if not statements:
            return
        at = EVERY if any(isinstance(one, _EVERYWHERE) for one in batch) else self._machine(seller)
        if claimed or new or len(statements) > 1:
            await self._tried(
                lambda: self._transact(seller, statements, claimed, at, new=new, gone=gone)
            )
        else:
            straight = all(isinstance(one, KINDS) for one in batch)
            await self._tried(lambda: self._do(statements[0], at, straight=straight))
        self.commits += 1
        if any(isinstance(one, writes.PutOrder) for one in batch):
            self._merger.after_commit(seller)

    async def merge(self, seller: int) -> int:
        """Merge deltas of a seller into the counts, and give how many; raises Upstream where that fails."""
        return await self._tried(lambda: self._merger.merge(seller))

    async def close(self) -> None:
        """Wait for what goes on behind the commits."""
        await self._merger.close()

    async def _tried(self, work: Callable[[], Awaitable[T]]) -> T:
        """Do a transaction, again where the server undid it as a whole, and say what went wrong."""
        for attempt in range(1, ATTEMPTS):
            try:
                return await work()
            except FAILURES as error:
                if not is_passing(error):
                    raise self._translated(error) from error
            await asyncio.sleep(random.random() * 0.01 * 2**attempt)
        try:
            return await work()
        except FAILURES as error:
            raise self._translated(error) from error

    async def _do(self, sql: Sql, at: Place, *, straight: bool) -> None:
        """Do one statement, where it is a call of a function perhaps straight at the machine."""
        there = at.straight if straight and self._pool.refusal is None else None
        if there is None or await there.written(*sql) is None:
            await self._pool.fetch(*sql, at)

    async def _transact(
        self,
        seller: int,
        statements: Iterable[Sql],
        claimed: Collection[int],
        at: Place,
        *,
        new: bool,
        gone: bool,
    ) -> None:
        async with self._pool.transaction(at) as connection:
            if claimed:
                await claim(connection, seller, Entity.CUSTOMER, claimed)
            if gone:
                await beginnings.leave(connection, seller)
            for sql in statements:
                await connection.fetch(numbered(sql.text), *sql.params)
            if new:
                await beginnings.begin(connection, seller)

    def _translated(self, error: BaseException) -> HubError | Raced:
        if isinstance(error, asyncpg.PostgresError) and (no := refused(error)) is not None:
            return no
        translated = in_words(error, self._pool.url)
        if is_lost(error) or is_of_machine(error) or isinstance(error, TimeoutError):
            return Upstream(
                f"{translated.message} What was being written may have been kept or not.",
                in_doubt=True,
            )
        return translated


def _plain(batch: Iterable[writes.Write]) -> bool:
    """Tell whether writes are new orders and what goes with them, which can go beside others."""
    return all(
        isinstance(one, _BESIDE_OTHERS)
        and (not isinstance(one, writes.PutOrder) or (one.kept is None and not one.order.links))
        for one in batch
    ) and not claims(batch)


def _key(seller: int, batch: Iterable[writes.Write]) -> _Key | None:
    """Name the key to whose tokens all of this is written, None where there is no such one."""
    keys = {_whose(seller, one) for one in batch}
    return keys.pop() if len(keys) == 1 else None


def _whose(seller: int, one: writes.Write) -> _Key | None:
    if isinstance(one, writes.EndFamily):
        return seller, one.dialect, one.key
    if isinstance(one, writes.PutToken | writes.SpendToken | writes.SpendCode):
        return seller, one.token.dialect, one.token.key
    return None


def _claimed(batch: Iterable[writes.Write]) -> set[int]:
    """Give the hub ids of customers that references in these writes could be taken for."""
    found = set[int]()
    for write in batch:
        if isinstance(write, writes.PutCustomer):
            new, kept = write.customer, write.kept
            if kept is None or new.references != kept.references:
                found |= hub_ids(new.references, Entity.CUSTOMER)
    return found


def _has_new_seller(batch: Iterable[writes.Write]) -> bool:
    return any(isinstance(one, writes.PutSeller) and one.kept is None for one in batch)
