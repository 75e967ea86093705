"""A process that runs a job of a book: ``python -m tests.jobs.job_process URL LOG``.

Each run takes a moment, and writes into LOG when it began and ended, and in which process. Meanwhile it places
orders whose PO numbers say which process, run and step of it they are of.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from itertools import count
from pathlib import Path

from orderglot.core.order import Order
from orderglot.hub.books import open_store
from orderglot.jobs.leases import Lease, Leases
from orderglot.jobs.runner import Runner
from orderglot.jobs.work import Outcome, Work

BEAT, PATIENCE, TOOK, EVERY = 0.3, 3.0, 1.0, 0.5
STEPS = 5


async def main(url: str, log: Path) -> None:
    """Run the job whenever it is due, until this is killed."""
    store = open_store(url)
    seller, *_ = await store.sellers()

    numbers = count(1)

    async def run(lease: Lease) -> Outcome:
        _write(log, "began")
        number = next(numbers)
        for step in range(STEPS):
            await lease.book.place(Order(po_number=f"{os.getpid()}/{number}/{step}"))
            await asyncio.sleep(TOOK / STEPS)
        _write(log, "ended")
        return Outcome()

    work = Work(name="there.pull", what="pull", run=run, seller=seller.id, every=EVERY)
    await Runner(Leases(store, beat=BEAT, patience=PATIENCE), [work]).run()


def _write(log: Path, word: str) -> None:
    line = f"{time.monotonic()} {word} {os.getpid()}\n"
    with log.open("ab", buffering=0) as file:
        file.write(line.encode())


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
