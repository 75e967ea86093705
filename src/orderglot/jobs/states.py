"""States: what is written down of a job as it is planned, begins and ends, and when it is due."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from msgspec.structs import replace

from orderglot.core.jobs import JOB, RUNS, STATE, How, Run, Setting, State, put, read, with_run
from orderglot.core.ports import Book, Note, UnitOfWork
from orderglot.jobs.work import Work

OVERDUE = 3
"""A job is overdue when nothing went well for so many times as long as lies between two runs."""


def is_overdue(setting: Setting, state: State, now: datetime) -> bool:
    """Tell whether nothing went well for too long."""
    since = max(filter(None, (state.good, setting.since)))
    return bool(setting.every) and now - since > timedelta(seconds=OVERDUE * setting.every)


async def plan(book: Book, work: Work) -> None:
    """Write down what a job is, unless it is known as that."""

    async def write(unit: UnitOfWork) -> None:
        found = await unit.notes(JOB, work.name)
        fresh = Setting(what=work.what, since=book.now())
        old = read(found[0] if found else None, Setting, fresh)
        new = replace(old, what=work.what, channel=work.channel, every=work.every)
        if not found or new != old:
            put(unit, JOB, work.name, new, found[0] if found else None)

    await book.transact(write)


async def begin(book: Book, name: str, where: str) -> Run:
    """Write down that a run begins; one that never ended is over."""
    run = Run(began=book.now(), where=where)

    async def write(unit: UnitOfWork) -> None:
        note, state = await _state(unit, name)
        if state.last is not None and state.last.ended is None:
            reason = "The process that was at it died, or hung for too long."
            died = replace(state.last, ended=run.began, how=How.DIED, code=1, reason=reason)
            await _keep(unit, name, died)
            state = replace(state, failing=state.failing + 1)
        put(unit, STATE, name, replace(state, last=run), note)

    await book.transact(write)
    return run


async def end(book: Book, name: str, run: Run) -> tuple[State, State]:
    """Write down how a run ended; gives how the job was doing before, and is doing now."""
    states = list[State]()

    async def write(unit: UnitOfWork) -> None:
        note, before = await _state(unit, name)
        if run.how is How.FAILED:
            after = replace(before, last=run, failing=before.failing + 1)
        elif run.how is How.STOPPED:
            after = replace(before, last=run)
        else:
            after = State(last=run, good=run.began)
        states[:] = (before, after)
        await _keep(unit, name, run)
        put(unit, STATE, name, after, note)

    await book.transact(write)
    return states[0], states[1]


async def tell_overdue(book: Book, name: str) -> bool:
    """Write down that it is known that a job is overdue; tells whether nobody else did so before."""
    first = list[bool]()

    async def write(unit: UnitOfWork) -> None:
        note, state = await _state(unit, name)
        first[:] = (not state.overdue,)
        if not state.overdue:
            put(unit, STATE, name, replace(state, overdue=True), note)

    await book.transact(write)
    return first[0]


async def _state(unit: UnitOfWork, name: str) -> tuple[Note | None, State]:
    found = await unit.notes(STATE, name)
    note = found[0] if found else None
    return note, read(note, State, State())


async def _keep(unit: UnitOfWork, name: str, run: Run) -> None:
    """Keep a run that is over among those of the job."""
    found = await unit.notes(RUNS, name)
    before = msgspec.json.decode(found[0].document, type=tuple[Run, ...]) if found else ()
    version = found[0].version if found else 0
    unit.note(Note(kind=RUNS, name=name, version=version, document=with_run(before, run)))
