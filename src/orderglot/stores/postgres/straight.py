"""The straight way: a machine of a cluster asked itself for the rows that it has, and told what to write.

By way of the coordinator each statement is planned twice, which costs many times what it takes to read an order.
At its machine a seller's part of each table is an ordinary table with a name of its own. So that nobody is given
rows that have moved meanwhile, each statement asks as well whether the part still belongs to that machine, and fails
where it does not. Whatever fails on this way is asked by way of the coordinator, who says what is amiss.

What is written is said with the names of the whole tables, so that the cluster itself sees to it that it comes to
where the rows are by then.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import lru_cache
from typing import TypeVar

import asyncpg

from orderglot.core.errors import HubError
from orderglot.stores import slots
from orderglot.stores.database_url import shown
from orderglot.stores.postgres.connection import FAILURES, in_words, is_lost, is_usable_after
from orderglot.stores.postgres.pool import Params, Pool, Row
from orderglot.stores.postgres.waits import Waits
from orderglot.stores.sql.grammar import fragment

T = TypeVar("T")

REST = 20.0
"""For so many seconds a machine that fails is not asked itself."""

WAITS = Waits(statement=2_000, lock=1_000, idle=10_000, answer=slots.BUDGET + 1.0)
"""What takes longer, and has no limit of its own, is asked by way of the coordinator; who gives no answer at all is
left alone."""

TEXTS = 256
"""So many statements at most are kept as they are said at one machine, for each part."""

# With the start a server and a copy of it are told apart; with the group, which of a cluster it is.
WHO = (
    "SELECT concat_ws(' ', s.system_identifier, extract(epoch FROM pg_postmaster_start_time()), g.groupid)"
    " FROM pg_control_system() AS s, pg_dist_local_group AS g"
)
_HERE = "1 / EXISTS (SELECT FROM pg_dist_placement WHERE shardid = {shard} AND groupid = {group})::int = 1"
_MOVED = (asyncpg.DivisionByZeroError, asyncpg.UndefinedTableError)

log = logging.getLogger("orderglot.stores")


class Machine:
    """A machine of a cluster, and connections to it itself."""

    def __init__(self, group: int, url: str, setting: str) -> None:
        self.group = group
        self.url = url
        self.pool = Pool(url, waits=WAITS)
        self.pool.setting = setting
        self.writing = Pool(url)
        self.writing.setting = setting
        self.known = False
        """Whether what answers there is that machine."""
        self._rests_until = 0.0

    @property
    def answers(self) -> bool:
        """Tell whether it is to be asked."""
        return self.known and time.monotonic() >= self._rests_until

    async def meet(self, who: str) -> None:
        """Find out whether what answers at the address is the machine that the coordinator means."""
        try:
            async with self.pool.lent() as line:
                found = await line.fetchval(WHO)
        except (HubError, *FAILURES) as error:
            self.fails(error)
            return
        self.known = found == who
        if not self.known:
            log.info("another server than the cluster's", extra={"machine": shown(self.url)})

    async def close(self) -> None:
        """Close every connection."""
        await self.pool.close()
        await self.writing.close()

    def fails(self, error: BaseException) -> None:
        """Leave it alone for a while; perhaps another one answers there afterwards."""
        self.known, self._rests_until = False, time.monotonic() + REST
        reason = error if isinstance(error, HubError) else in_words(error, self.url)
        why = {"machine": shown(self.url), "reason": str(reason)}
        log.info("a machine cannot be asked itself", extra=why)


class Straight:
    """One part of all tables, and the machine that has it."""

    def __init__(self, machine: Machine, shard: int, tables: Mapping[str, str]) -> None:
        self.machine = machine
        self.shard = shard
        self.tables = tables
        """The name of the part of each table."""
        self.has_moved = False
        self._called = re.compile(rf"\b(FROM|JOIN) ({'|'.join(tables)})\b")
        self._here = _HERE.format(shard=shard, group=machine.group)
        self.localized = lru_cache(maxsize=TEXTS)(self._localized)
        self.one_of_many = lru_cache(maxsize=TEXTS)(self._one_of_many)

    def _localized(self, text: str) -> str:
        """Say a statement by the names that the tables have there."""
        return fragment("SELECT here.* FROM", f"({self._named(text)}) AS here WHERE", self._here)

    def _one_of_many(self, text: str) -> str:
        """Say a statement so that it looks whether its rows are still there where one parameter more is true.

        That look costs as much as it takes to find an order. Of many statements that go together, the last one
        sees what had moved while those before it were answered.
        """
        here = f"CASE WHEN ?::boolean THEN {self._here} ELSE TRUE END"
        return fragment("SELECT here.* FROM", f"({self._named(text)}) AS here WHERE", here)

    def _named(self, text: str) -> str:
        return self._called.sub(lambda found: f"{found[1]} {self.tables[found[2]]}", text)

    async def asked(self, ask: Callable[[asyncpg.Connection], Awaitable[T]]) -> T | None:
        """Give what the machine itself says, None where it cannot be asked, or not for this."""
        machine = self.machine
        if self.has_moved or not machine.answers:
            return None
        try:
            async with machine.pool.lent() as line:
                return await ask(line)
        except _MOVED:
            self.has_moved = True
        except (HubError, *FAILURES) as error:
            # A value that is wrong is wrong for the coordinator as well.
            if not isinstance(error, asyncpg.DataError) and not is_usable_after(error):
                machine.fails(error)
        return None

    async def written(self, text: str, params: Params) -> list[Row] | None:
        """Do a statement that writes, None where the machine cannot be told and so nothing was done.

        Raises what the driver raises.
        """
        machine = self.machine
        if self.has_moved or not machine.answers:
            return None
        try:
            return await machine.writing.fetch(text, params)
        except HubError as error:
            # Nothing has been sent yet.
            machine.fails(error)
            return None
        except FAILURES as error:
            if is_lost(error) or isinstance(error, TimeoutError):
                machine.fails(error)
            raise
