"""Channels: the seller's accounts with vendors, what runs over them, and how it went."""

from __future__ import annotations

from collections import defaultdict
from urllib.parse import quote

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from orderglot.console.api import Api, request_of
from orderglot.console.forms import form_of
from orderglot.console.rendering import HEADERS, page
from orderglot.console.visits import Visit
from orderglot.core.errors import Rule, invalid
from orderglot.core.jobs import How, Run
from orderglot.core.users import Role
from orderglot.dialects.orderglot.jobs import Jobs, Runs, Shown
from orderglot.dialects.orderglot.tables import CHANNELS, JOB, JOBS
from orderglot.wire.message import fill
from orderglot.wire.operation import VendorChannel

OUTCOMES = {
    "run": "It was asked for: it begins within seconds where a process runs jobs.",
    "pause": "It is paused; a run that is under way goes on.",
    "resume": "It runs again when it is due.",
}
"""What is said after each thing that can be done with a job."""

WORDS = {
    How.RUNNING: ("part", "running"),
    How.DONE: ("done", "went well"),
    How.ASIDE: ("held", "put some aside"),
    How.FAILED: ("bad", "failed"),
    How.STOPPED: ("gone", "stopped"),
    How.DIED: ("bad", "its process died"),
}
"""The shape and the words for how a run stands or ended."""


class Account(Struct, frozen=True):
    """An account with a vendor, and the jobs that use it; the name is "" for jobs that use none."""

    name: str
    dialect: str
    jobs: tuple[Shown, ...]
    configured: bool = True


class ChannelsPage:
    """The list of channels, and the page of each job."""

    def __init__(self, api: Api) -> None:
        self.api = api

    async def show(self, request: Request, visit: Visit) -> Response:
        """Show the channels with the last run of each of their jobs."""
        accounts = await self._accounts(visit)
        jobs = [job for account in accounts for job in account.jobs]
        return page(
            request,
            "channels",
            visit,
            accounts=accounts,
            failing=sum(bool(job.failing) for job in jobs),
            overdue=sum(job.overdue for job in jobs),
            seconds=seconds,
            every=every_in_words,
            words=WORDS,
            quoted=quote,
        )

    async def job(self, request: Request, visit: Visit) -> Response:
        """Show a job with its runs, or have it run, pause or go on."""
        name = request.path_params["name"]
        path = fill(JOB, name=name)
        if request.method == "POST":
            visit.demand(Role.OPERATOR)
            do = str((await form_of(request)).get("do", ""))
            if do not in OUTCOMES:
                raise invalid("do", Rule.UNKNOWN, "Say what is to be done: run, pause or resume.")
            await self.api.ask(visit.caller, request_of("POST", f"{path}/{do}", peer=visit.peer))
            where = f"{visit.home}/channels/{quote(name)}?done={do}"
            return RedirectResponse(where, 303, headers=HEADERS)
        job: Shown = await self.api.read(visit.caller, path)
        runs: Runs = await self.api.read(visit.caller, f"{path}/runs")
        return page(
            request,
            "job",
            visit,
            job=job,
            runs=runs.items,
            done=OUTCOMES.get(request.query_params.get("done", ""), ""),
            seconds=seconds,
            every=every_in_words,
            words=WORDS,
        )

    async def _accounts(self, visit: Visit) -> tuple[Account, ...]:
        found: tuple[VendorChannel, ...] = await self.api.read(visit.caller, CHANNELS)
        jobs: Jobs = await self.api.read(visit.caller, JOBS)
        by_channel = defaultdict[str, list[Shown]](list)
        for job in jobs.items:
            by_channel[job.channel].append(job)
        named = [
            Account(one.name, one.dialect, tuple(by_channel.pop(one.name, ()))) for one in found
        ]
        others = [
            Account(name, "", tuple(some), False) for name, some in sorted(by_channel.items())
        ]
        return (*named, *sorted(others, key=lambda one: not one.name))


def seconds(run: Run) -> str:
    """Say how long a run took, "" of one that is not over."""
    if run.ended is None:
        return ""
    took = (run.ended - run.began).total_seconds()
    if took < 90:
        return f"{took:.1f} s"
    minutes, rest = divmod(round(took), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def every_in_words(span: float) -> str:
    """Say how often something runs that does so every so many seconds."""
    for size, word in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if span >= size and span % size == 0:
            return f"every {span / size:g} {word}"
    return f"every {span:g} s" if span else "by itself"
