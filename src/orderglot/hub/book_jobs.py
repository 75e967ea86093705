"""The jobs of a book, for Python programs: listed, asked for, paused and resumed, as our own API does."""

from __future__ import annotations

from orderglot.core import jobs
from orderglot.core.jobs import Job, Run
from orderglot.core.ports import Book
from orderglot.hub.blocking import Method


class BookJobs:
    """What runs by itself for a seller; some process that runs jobs does what is asked for."""

    def __init__(self, book: Book) -> None:
        self._book = book

    @Method
    async def list(self) -> tuple[Job, ...]:
        """Give the jobs by name, each with its last run."""
        return await jobs.jobs_of(self._book)

    @Method
    async def get(self, name: str) -> Job:
        """Give a job; raises NotFound where there is none of that name."""
        return await jobs.job_named(self._book, name)

    @Method
    async def runs(self, name: str) -> tuple[Run, ...]:
        """Give the runs of a job, the latest first; raises NotFound where there is none of that name."""
        return await jobs.runs_of(self._book, name)

    @Method
    async def run(self, name: str) -> Job:
        """Ask for a run, which begins within seconds; raises NotFound where there is none of that name."""
        return await jobs.change(self._book, name, asked=self._book.now())

    @Method
    async def pause(self, name: str) -> Job:
        """Let a job run no more by itself; raises NotFound where there is none of that name."""
        return await jobs.change(self._book, name, paused=True)

    @Method
    async def resume(self, name: str) -> Job:
        """Let a paused job run again when it is due; raises NotFound where there is none of that name."""
        return await jobs.change(self._book, name, paused=False)

    @Method
    async def forget(self, name: str) -> None:
        """Take a job that no process has any more out of the list; raises NotFound where there is none."""
        await jobs.forget(self._book, name)
