"""Jobs as Python programs have them, with an event loop and without one."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from orderglot import open_book, open_book_sync
from orderglot.core.errors import NotFound
from orderglot.hub.books import open_store
from orderglot.jobs import states
from orderglot.jobs.leases import Lease, Leases
from orderglot.jobs.work import Outcome, Work


def planned(folder: Path) -> str:
    """Make a book that has a job, and give its URL."""
    url = f"sqlite:///{folder}/book.db"

    async def make() -> None:
        store = open_store(url, create=True)
        seller = await store.add_seller("acme")

        async def run(_lease: Lease) -> Outcome:
            return Outcome()

        work = Work(name="there.pull", what="pull", run=run, seller=seller.id, every=60)
        await states.plan(Leases(store).book(seller.id), work)
        await store.close()

    asyncio.run(make())
    return url


def test_a_program_sees_its_jobs_and_says_what_becomes_of_them(tmp_path: Path) -> None:
    url = planned(tmp_path)

    async def program() -> None:
        async with open_book(url) as book:
            (job,) = await book.jobs.list()
            assert ("there.pull", "pull", 60) == (job.name, job.setting.what, job.setting.every)
            assert (await book.jobs.pause("there.pull")).setting.paused
            assert (await book.jobs.get("there.pull")).setting.paused
            assert not (await book.jobs.resume("there.pull")).setting.paused
            asked = (await book.jobs.run("there.pull")).setting.asked
            assert asked == (await book.jobs.get("there.pull")).setting.asked is not None
            assert () == await book.jobs.runs("there.pull")

    asyncio.run(program())


def test_a_program_without_a_loop_does_so_too(tmp_path: Path) -> None:
    with open_book_sync(planned(tmp_path)) as book:
        assert book.jobs.pause("there.pull").setting.paused
        assert ["there.pull"] == [one.name for one in book.jobs.list()]
        with pytest.raises(NotFound):
            book.jobs.run("none")
