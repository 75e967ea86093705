"""The shapes of jobs: work that runs by itself, and its runs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, TypedDict

from orderglot.wire.shape import description


class Run(TypedDict):
    """One run of a job: when, where, how long, and what came of it."""

    began: datetime
    ended: datetime | None
    seconds: Annotated[float | None, description("How long it took.")]
    where: Annotated[str, description("The machine and process that ran it.")]
    how: Literal["running", "done", "aside", "failed", "stopped", "died"]
    code: Annotated[int, description("The exit code that a command would have ended with.")]
    counts: Annotated[dict[str, int], description("How many of what: new, changed, aside.")]
    sentence: Annotated[str, description("What the run says of itself: a pull's certificate.")]
    reason: Annotated[str, description("Why it failed.")]


class Job(TypedDict):
    """A job, how it is doing, and when it is due."""

    name: str
    what: Annotated[str, description("What it does, such as pull.")]
    channel: str
    every: Annotated[float, description("So many seconds lie between two runs.")]
    paused: bool
    running: Annotated[str, description("Where it runs at this moment; empty for nowhere.")]
    failing: Annotated[int, description("How many runs in a row failed.")]
    overdue: Annotated[bool, description("Whether none went well for too long.")]
    good: Annotated[datetime | None, description("When the last run began that went well.")]
    next: Annotated[datetime | None, description("When it is due.")]
    last: Run | None


class Jobs(TypedDict):
    """The jobs of a seller by name."""

    items: list[Job]


class Runs(TypedDict):
    """The runs of a job, the latest first."""

    items: list[Run]
