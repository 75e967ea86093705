"""Jobs: work that runs by itself, as notes say it: what it is, how it is doing, who is at it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.acts import Person
from orderglot.core.errors import NotFound
from orderglot.core.ports import Book, Note, UnitOfWork

JOB = "job"
"""The kind of the notes that say what a job is, and what people want of it."""

STATE = "job-state"
"""The kind of the notes that say how a job is doing."""

RUNS = "job-runs"
"""The kind of the notes that keep the runs of a job that are over."""

LEASE = "lease"
"""The kind of the notes that say which process is at a job; their version is the lease's number."""

ASKED, PAUSED, RESUMED, FORGOTTEN = "job.run", "job.paused", "job.resumed", "job.forgotten"
"""What people do to jobs, as their acts name it."""

MOST_RUNS = 200
"""So many runs of a job are kept, the latest ones."""

FIRST_PAUSE = 30.0
"""So many seconds after a run that failed the next one begins; each further failure doubles that."""

S = TypeVar("S", bound=Struct)


class How(StrEnum):
    """How a run stands, or ended."""

    RUNNING = "running"
    DONE = "done"
    ASIDE = "aside"
    FAILED = "failed"
    STOPPED = "stopped"
    DIED = "died"


class Run(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One run: from when to when, on which machine, and what came of it.

    ``counts`` are how many of what: ``new``, ``changed``, ``aside``. ``sentence`` is what the run says of
    itself, such as a pull's certificate; ``reason`` is why it failed. ``code`` is the exit code that a
    command would have ended with.
    """

    began: datetime
    ended: datetime | None = None
    where: str = ""
    how: How = How.RUNNING
    code: int = 0
    counts: dict[str, int] = {}
    sentence: str = ""
    reason: str = ""


class Setting(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a job is: ``what`` it does, with which channel, every so many seconds.

    People have ``paused`` it, or ``asked`` for a run. ``since`` is when it was first planned, or resumed.
    """

    what: str
    since: datetime
    channel: str = ""
    every: float = 0
    paused: bool = False
    asked: datetime | None = None


class State(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a job is doing: its ``last`` run, and when the last one that went well began.

    ``failing`` counts the runs in a row that failed since; ``overdue`` says that it was told that none went
    well for too long.
    """

    last: Run | None = None
    good: datetime | None = None
    failing: int = 0
    overdue: bool = False


class Held(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who is at a job: a process, "" for nobody."""

    holder: str = ""
    where: str = ""


class Job(Struct, frozen=True, kw_only=True):
    """A job by its name, with all that is known of it; ``held`` is where it runs, "" for nowhere."""

    name: str
    setting: Setting
    state: State = State()
    held: str = ""


def seconds_until(setting: Setting, state: State, now: datetime) -> float:
    """Give in how many seconds a job is due; 0 where it is, or where a run of it never ended."""
    last = state.last
    if last is None or last.ended is None or last.began > now:
        return 0.0
    if setting.asked is not None and setting.asked > last.began:
        return 0.0
    # Several machines' clocks are never alike: what is a little early or late by one is so by all.
    return max(0.0, (last.began - now).total_seconds() + _pause(setting.every, state.failing))


def _pause(every: float, failing: int) -> float:
    return min(every, FIRST_PAUSE * 2.0 ** min(failing - 1, 16)) if failing else every


def next_run(job: Job, now: datetime) -> datetime | None:
    """Give when a job is due next; None where it is paused, or knows that by itself."""
    if job.setting.paused or not job.setting.every:
        return None
    return now + timedelta(seconds=seconds_until(job.setting, job.state, now))


def read(note: Note | None, kind: type[S], usual: S) -> S:
    """Read what a note says, the ``usual`` where there is none."""
    return usual if note is None else msgspec.json.decode(note.document, type=kind)


def put(unit: UnitOfWork, kind: str, name: str, content: Struct, before: Note | None) -> None:
    """Write a note in the place of the one before."""
    version = before.version if before else 0
    document = msgspec.json.encode(content)
    unit.note(Note(kind=kind, name=name, version=version, document=document))


async def jobs_of(book: Book, *names: str) -> tuple[Job, ...]:
    """Give the jobs of a seller by name: of these names, of all for none."""
    states = {note.name: note for note in await book.notes(STATE, *names)}
    leases = {note.name: note for note in await book.notes(LEASE, *names)}
    return tuple(
        Job(
            name=note.name,
            setting=msgspec.json.decode(note.document, type=Setting),
            state=read(states.get(note.name), State, State()),
            held=read(leases.get(note.name), Held, Held()).where,
        )
        for note in await book.notes(JOB, *names)
    )


async def job_named(book: Book, name: str) -> Job:
    """Give a job; raises NotFound where there is none of that name."""
    for job in await jobs_of(book, name):
        return job
    raise _missing(name)


async def runs_of(book: Book, name: str) -> tuple[Run, ...]:
    """Give the runs of a job, the latest first; raises NotFound where there is no such job."""
    job = await job_named(book, name)
    kept = await book.notes(RUNS, name)
    over = msgspec.json.decode(kept[0].document, type=tuple[Run, ...]) if kept else ()
    last = job.state.last
    return (last, *over) if last is not None and last.ended is None else over


def with_run(runs: Sequence[Run], run: Run) -> bytes:
    """Give the document of the runs of a job with one more, the latest first."""
    return msgspec.json.encode((run, *runs)[:MOST_RUNS])


async def change(
    book: Book,
    name: str,
    *,
    paused: bool | None = None,
    asked: datetime | None = None,
    person: Person | None = None,
) -> Job:
    """Pause a job, let it go on, or ask for a run; raises NotFound where there is none of that name.

    It is an act of the ``person``, where it is known who wants it.
    """
    what = ASKED if paused is None else PAUSED if paused else RESUMED

    async def write(unit: UnitOfWork) -> Job:
        job = await job_named(unit, name)
        old = job.setting
        new = replace(
            old,
            paused=old.paused if paused is None else paused,
            asked=old.asked if asked is None else asked,
            since=book.now() if old.paused and paused is False else old.since,
        )
        if new != old:
            put(unit, JOB, name, new, (await unit.notes(JOB, name))[0])
        if person is not None:
            unit.acted(person, what, name)
        return replace(job, setting=new)

    return await book.transact(write)


async def forget(book: Book, name: str, person: Person | None = None) -> None:
    """Take a job and its runs out of the book; raises NotFound where there is none of that name.

    Its lease stays, so that no later one has a number that an earlier one had.
    """
    await job_named(book, name)

    async def write(unit: UnitOfWork) -> None:
        for kind in (JOB, STATE, RUNS):
            for note in await unit.notes(kind, name):
                unit.strike(note)
        if person is not None:
            unit.acted(person, FORGOTTEN, name)

    await book.transact(write)


def _missing(name: str) -> NotFound:
    return NotFound(f"There is no job {name[:60]!r}; see 'orderglot jobs'.")
