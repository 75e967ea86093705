"""Jobs and their runs as a terminal of 80 columns shows them, and as scripts want them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from msgspec.structs import asdict

from orderglot.cli.output import write_line
from orderglot.core.counting import counted

if TYPE_CHECKING:
    from orderglot.core.jobs import Job, Run

COLUMNS = ("job", "every", "last run", "took", "ended", "came of it")
RUN_COLUMNS = ("began", "took", "ended", "code", "came of it")

_UNITS = ((86_400, "d"), (3_600, "h"), (60, "m"))


def job_members(job: Job, now: datetime) -> dict[str, Any]:
    """Give a job as JSON has it."""
    from orderglot.core.jobs import next_run

    setting, state = job.setting, job.state
    return {
        "name": job.name,
        "what": setting.what,
        "channel": setting.channel,
        "every": setting.every,
        "paused": setting.paused,
        "running": job.held,
        "failing": state.failing,
        "overdue": state.overdue,
        "good": state.good,
        "next": next_run(job, now),
        "last": run_members(state.last) if state.last else None,
    }


def run_members(run: Run) -> dict[str, Any]:
    """Give a run as JSON has it."""
    return {**asdict(run), "seconds": _seconds(run)}


def job_row(job: Job) -> tuple[object, ...]:
    """Give a job as a row."""
    last = job.state.last
    return (job.name, span(job.setting.every), *_run(last, _standing(job)))


def run_row(run: Run) -> tuple[object, ...]:
    """Give a run as a row."""
    began, took, ended, what = _run(run, run.how.value)
    return began, took, ended, run.code, what


def _run(run: Run | None, ended: str) -> tuple[object, ...]:
    if run is None:
        return "", "", ended, ""
    seconds = _seconds(run)
    took = "" if seconds is None else span(seconds)
    return f"{run.began:%Y-%m-%d %H:%M}", took, ended, what_came(run)


def what_came(run: Run) -> str:
    """Say what came of a run in one line: the counts, then its certificate, or why it failed."""
    counts = ", ".join(f"{count:,} {name}" for name, count in run.counts.items())
    return ". ".join(filter(None, (counts, run.reason or run.sentence)))


def _standing(job: Job) -> str:
    if job.setting.paused:
        return "paused"
    if job.state.last is None:
        return "to come"
    times = f" ({job.state.failing} in a row)" if job.state.failing > 1 else ""
    overdue = ", overdue" if job.state.overdue else ""
    return f"{job.state.last.how}{times}{overdue}"


def _seconds(run: Run) -> float | None:
    return None if run.ended is None else round((run.ended - run.began).total_seconds(), 3)


def span(seconds: float) -> str:
    """Say a span as the configuration does: 5m."""
    for size, unit in _UNITS:
        if seconds >= size and seconds % size == 0:
            return f"{seconds // size:.0f}{unit}"
    return f"{seconds:.1f}s" if seconds < 10 else f"{seconds:.0f}s"


def tell(unknown: Mapping[str, Sequence[int]]) -> None:
    """Say of which orders nobody knows whether a vendor has them, and how that is settled."""
    for channel, ids in unknown.items():
        orders = list(map(str, ids))
        write_line(
            f"{counted(len(orders), 'order')} may be with {channel}, and nobody knows: "
            f"{', '.join(orders[:10])}{' …' if len(orders) > 10 else ''}. Look there, then "
            f"'orderglot place {orders[0]} --with {channel.partition('@')[0]} --at "
            f"{channel.partition('@')[2]} --is ID' or '--absent'."
        )
