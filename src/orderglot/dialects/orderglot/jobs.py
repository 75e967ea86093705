"""Our own operations on jobs: a list, one of them, its runs; asked for, paused and resumed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import asdict

from orderglot.core import jobs
from orderglot.core.caller import CHANGE, Caller
from orderglot.core.errors import Rule, invalid
from orderglot.core.jobs import Job, Run
from orderglot.dialects.orderglot import job_shapes
from orderglot.dialects.orderglot.media import ASKS, answer, arguments_of
from orderglot.dialects.orderglot.records import demand_seller
from orderglot.dialects.orderglot.tables import JOB, JOBS
from orderglot.wire.message import Request, Response, fill
from orderglot.wire.operation import Context, Endpoint, Operation, RequestFormat, ResponseFormat
from orderglot.wire.shape import ResponseShape, success

T = TypeVar("T")


class Shown(Struct, frozen=True, kw_only=True):
    """A job as it is shown: what it is, how it is doing, when it is due."""

    name: str
    what: str
    channel: str = ""
    every: float = 0
    paused: bool = False
    running: str = ""
    failing: int = 0
    overdue: bool = False
    good: datetime | None = None
    next: datetime | None = None
    last: Run | None = None


class Jobs(Struct, frozen=True):
    """The jobs of a seller."""

    items: tuple[Shown, ...]


class Runs(Struct, frozen=True):
    """The runs of a job, the latest first."""

    items: tuple[Run, ...]


def _shown(job: Job, now: datetime) -> Shown:
    setting, state = job.setting, job.state
    return Shown(
        name=job.name,
        what=setting.what,
        channel=setting.channel,
        every=setting.every,
        paused=setting.paused,
        running=job.held,
        failing=state.failing,
        overdue=state.overdue,
        good=state.good,
        next=jobs.next_run(job, now),
        last=state.last,
    )


def _write_run(run: Run) -> dict[str, Any]:
    seconds = None if run.ended is None else (run.ended - run.began).total_seconds()
    members = asdict(run)
    began, ended = members.pop("began"), members.pop("ended")
    return {"began": began, "ended": ended, "seconds": seconds, **members}


def _write_job(job: Shown) -> dict[str, Any]:
    every = int(job.every) if job.every.is_integer() else job.every
    return {**asdict(job), "every": every, "last": _write_run(job.last) if job.last else None}


def _read(kind: type[T]) -> Callable[[Response, Any], T]:
    def read(response: Response, _ask: Any) -> T:
        try:
            return msgspec.json.decode(response.body, type=kind)
        except msgspec.MsgspecError as error:
            raise invalid(
                "body", Rule.MALFORMED, f"This is no answer about jobs: {error}."
            ) from None

    return read


def _write_named(method: str, template: str) -> Callable[[str], Request]:
    return lambda name: Request(method=method, path=fill(template, name=name), headers=ASKS)


def _read_name(request: Request, _caller: Caller) -> str:
    arguments_of(request, ())
    return request.params["name"]


# jobs.list


def _read_nothing(request: Request, _caller: Caller) -> None:
    arguments_of(request, ())


async def _list_jobs(context: Context, _ask: None) -> Jobs:
    """List the jobs: what each does, how its last run went, when it is due."""
    demand_seller(context.book.caller, "see what runs by itself")
    found = await jobs.jobs_of(context.book)
    return Jobs(tuple(_shown(one, context.now) for one in found))


LIST_JOBS: Operation[None, Jobs] = Operation(
    name="jobs.list",
    endpoint=Endpoint("GET", (JOBS,)),
    request=RequestFormat(
        lambda _none: Request(method="GET", path=JOBS, headers=ASKS), _read_nothing
    ),
    perform=_list_jobs,
    response=ResponseFormat(
        lambda found, _request: answer({"items": list(map(_write_job, found.items))}),
        _read(Jobs),
        success(200, job_shapes.Jobs),
    ),
)


# jobs.get, jobs.run, jobs.pause, jobs.resume

_SHOWN: ResponseFormat[str, Shown] = ResponseFormat(
    lambda job, _request: answer(_write_job(job)), _read(Shown), success(200, job_shapes.Job)
)


async def _get_job(context: Context, name: str) -> Shown:
    """Get a job, how it is doing, and when it is due."""
    demand_seller(context.book.caller, "see what runs by itself")
    return _shown(await jobs.job_named(context.book, name), context.now)


GET_JOB: Operation[str, Shown] = Operation(
    name="jobs.get",
    endpoint=Endpoint("GET", (JOB,)),
    request=RequestFormat(_write_named("GET", JOB), _read_name),
    perform=_get_job,
    response=_SHOWN,
)


async def _run_job(context: Context, name: str) -> Shown:
    """Ask for a run of a job: it begins within seconds where a process runs jobs and none is under way."""
    return await _changed(context, name, asked=context.now)


async def _pause_job(context: Context, name: str) -> Shown:
    """Let a job run no more by itself until it is resumed; a run that is under way goes on."""
    return await _changed(context, name, paused=True)


async def _resume_job(context: Context, name: str) -> Shown:
    """Let a job that was paused run again when it is due."""
    return await _changed(context, name, paused=False)


async def _changed(
    context: Context, name: str, *, paused: bool | None = None, asked: datetime | None = None
) -> Shown:
    demand_seller(context.book.caller, "say what runs by itself")
    job = await jobs.change(context.book, name, paused=paused, asked=asked, person=context.person)
    return _shown(job, context.now)


def _changing(
    word: str, perform: Callable[[Context, str], Awaitable[Shown]]
) -> Operation[str, Shown]:
    return Operation(
        name=f"jobs.{word}",
        endpoint=Endpoint("POST", (f"{JOB}/{word}",), CHANGE, idempotent=True),
        request=RequestFormat(_write_named("POST", f"{JOB}/{word}"), _read_name),
        perform=perform,
        response=_SHOWN,
    )


async def _forget_job(context: Context, name: str) -> None:
    """Take a job that no configuration has any more out of the list, with its runs."""
    demand_seller(context.book.caller, "say what runs by itself")
    await jobs.forget(context.book, name, context.person)


FORGET_JOB: Operation[str, None] = Operation(
    name="jobs.forget",
    endpoint=Endpoint("DELETE", (JOB,), CHANGE, idempotent=True),
    request=RequestFormat(_write_named("DELETE", JOB), _read_name),
    perform=_forget_job,
    response=ResponseFormat(
        lambda _none, _request: Response(status=204),
        lambda _response, _ask: None,
        (ResponseShape(204),),
    ),
)


# jobs.runs


async def _list_runs(context: Context, name: str) -> Runs:
    """List the runs of a job, the latest first: when, how long, what came of it, why it failed."""
    demand_seller(context.book.caller, "see what runs by itself")
    return Runs(await jobs.runs_of(context.book, name))


LIST_RUNS: Operation[str, Runs] = Operation(
    name="jobs.runs",
    endpoint=Endpoint("GET", (f"{JOB}/runs",)),
    request=RequestFormat(_write_named("GET", f"{JOB}/runs"), _read_name),
    perform=_list_runs,
    response=ResponseFormat(
        lambda found, _request: answer({"items": list(map(_write_run, found.items))}),
        _read(Runs),
        success(200, job_shapes.Runs),
    ),
)

JOB_OPERATIONS = (
    *(LIST_JOBS, GET_JOB, LIST_RUNS),
    *(_changing("run", _run_job), _changing("pause", _pause_job)),
    *(_changing("resume", _resume_job), FORGET_JOB),
)
