"""Two versions of Orderglot on one PostgreSQL, the older one serving while the book is migrated under it."""

from __future__ import annotations

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

import pytest

from orderglot.core.caller import Caller
from orderglot.core.order import Order
from orderglot.core.query import Window
from orderglot.stores.migrations import latest
from orderglot.stores.postgres import PostgresStore
from tests.postgres import asked, new_database
from tests.stores.next_version import next_steps

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
BEFORE = 120
"""So many orders are there before anything is migrated."""

MORE = """
-- beside: {oldest}

-- quick:
ALTER TABLE orders ADD COLUMN weight BIGINT;
-- batched orders (seller, id):
UPDATE orders SET weight = coalesce(weight, 0) + 1
WHERE id > 0;
-- concurrent:
CREATE INDEX orders_weight ON orders (seller, weight);
-- replaced:
CREATE INDEX orders_number ON orders (seller, number NULLS FIRST, id NULLS FIRST, weight);
"""
KILLED_AT = (1, 2, 4, 9, 14, 17, 18, 19)
"""After so many lines of its progress a migration is killed, each time anew."""


class Old:
    """A program of this version that places orders without end."""

    def __init__(self, url: str) -> None:
        self.store = PostgresStore(url)
        self.placed: list[int] = []
        self.working = True

    async def open(self) -> None:
        seller = await self.store.add_seller("example")
        self.book = self.store.of(Caller(seller=seller.id))
        await asyncio.gather(*(self.place() for _ in range(BEFORE)))

    async def place(self) -> None:
        self.placed.append((await self.book.place(Order(notes="old"))).id)

    async def work(self) -> None:
        while self.working:
            await self.place()
            assert (await self.book.page(Window(limit=5, total=True))).total


def next_version(steps: Path, *words: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "tests.stores.next_version", str(steps), *words)


async def began(*command: str) -> Process:
    return await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, stdin=PIPE, stdout=PIPE, stderr=PIPE
    )


async def killed(command: tuple[str, ...], after: int) -> None:
    """Kill a command in the middle, when it has written so many lines."""
    process = await began(*command)
    assert process.stderr
    for _ in range(after):
        await process.stderr.readline()
    process.kill()
    await process.communicate()


async def finished(command: tuple[str, ...]) -> str:
    process = await began(*command)
    printed, errors = await process.communicate()
    assert 0 == process.returncode, errors.decode()
    return printed.decode()


async def new_orders(command: tuple[str, ...], count: int) -> list[int]:
    """Let a program of the next version place orders, kill it, and give what it said to be placed."""
    process = await began(*command)
    assert process.stdin
    assert process.stdout
    process.stdin.write(b"begin\n")
    placed = list[int]()
    while len(placed) < count:
        what, word = (await process.stdout.readline()).split()
        if what == b"placed":
            placed.append(int(word))
    process.send_signal(signal.SIGKILL)
    rest, _ = await process.communicate()
    return [*placed, *(int(line.split()[1]) for line in rest.splitlines() if b"placed" in line)]


def test_what_an_old_and_a_new_program_write_while_it_is_migrated_is_all_there(
    tmp_path: Path,
) -> None:
    url, now = new_database(), latest("postgres")
    steps = next_steps(tmp_path, MORE.format(oldest=now))
    migrate = next_version(steps, "orderglot.cli", "database", "migrate", "--database", url)
    program = next_version(steps, "tests.stores.store_process", url, "burst")

    async def meet() -> tuple[Old, list[int], set[int], int | None]:
        old = Old(url)
        await old.open()
        working = [asyncio.create_task(old.work()) for _ in range(3)]
        for lines in KILLED_AT:
            await killed(migrate, lines)
        await finished(migrate)
        new = await new_orders(program, 20)
        await old.store.check_ready()
        old.working = False
        await asyncio.gather(*working)
        kept = [order.id async for order in old.book.walk()]
        total = (await old.book.page(Window(limit=1, total=True))).total
        assert len(kept) == len(set(kept)) == total
        versions = {int(str(knows)) for (knows,) in asked(url, "SELECT knows FROM processes")}
        await old.store.close()
        return old, new, {*kept}, max(versions)

    old, new, kept, newest = asyncio.run(meet())
    assert {*old.placed, *new} <= kept
    assert len(old.placed) > BEFORE
    assert now + 1 == newest
    first = ", ".join(map(str, old.placed[:BEFORE]))
    # Each batch is done once, however often the migration was killed.
    assert [(1,)] == asked(url, f"SELECT DISTINCT weight FROM orders WHERE id IN ({first})")
    assert [] == asked(url, "SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid")
    assert [(True,)] == asked(
        url, "SELECT indexdef LIKE '%weight)' FROM pg_indexes WHERE indexname = 'orders_number'"
    )
