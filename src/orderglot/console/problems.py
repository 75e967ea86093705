"""Problems: all that needs somebody, grouped by its reason."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from orderglot.console.api import Api, request_of
from orderglot.console.forms import form_of
from orderglot.console.problem_groups import (
    MOST,
    Found,
    Group,
    Member,
    called,
    counted,
    every,
    largest,
)
from orderglot.console.rendering import HEADERS, page
from orderglot.console.visits import Visit
from orderglot.core.errors import HubError, Rule, invalid
from orderglot.core.users import Role
from orderglot.dialects.orderglot.jobs import Jobs
from orderglot.dialects.orderglot.rejects import Named
from orderglot.dialects.orderglot.tables import (
    DELIVERIES,
    EXCHANGES,
    JOBS,
    ORDER,
    PLACEMENTS,
    REJECTS,
    WEBHOOKS,
)
from orderglot.wire.message import fill, query_of

DAYS = 3
"""So many days back requests are looked at that were refused."""

SHOWN = 5
"""So many of a group are named."""

KINDS = {
    "rejects": "Put aside",
    "placements": "At vendors",
    "refused": "Refused requests",
    "jobs": "Jobs",
    "deliveries": "Webhooks",
}


class ProblemsPage:
    """The list of what needs somebody."""

    def __init__(self, api: Api) -> None:
        self.api = api

    async def show(self, request: Request, visit: Visit) -> Response:
        """Show the groups, of one kind where that is asked for."""
        kind = request.query_params.get("kind", "")
        found = await self.found(visit)
        counts = {name: sum(len(g.members) for g in one.groups) for name, one in found.items()}
        groups = [
            group for name, one in found.items() if kind in ("", name) for group in one.groups
        ]
        return page(
            request,
            "problems",
            visit,
            groups=groups,
            kinds=KINDS,
            kind=kind if kind in KINDS else "",
            counts=counts,
            more=[name for name, one in found.items() if one.more],
            most=MOST,
            shown=SHOWN,
            days=DAYS,
            done=request.query_params.get("done", "")[:200],
        )

    async def found(self, visit: Visit) -> dict[str, Found]:
        """Give the groups of each kind."""
        return {
            "rejects": await self._rejects(visit),
            "placements": Found(await self._placements(visit)),
            "refused": await self._refused(visit),
            "jobs": Found(await self._jobs(visit)),
            "deliveries": await self._deliveries(visit),
        }

    async def settle(self, request: Request, visit: Visit) -> Response:
        """Say what somebody has found out of an order at a vendor."""
        visit.demand(Role.OPERATOR)
        form = await form_of(request)
        order, channel = str(form.get("order", "")), str(form.get("channel", ""))
        if not order.isdecimal():
            raise invalid("order", Rule.MALFORMED, "Say which order is meant; go back to the list.")
        members: dict[str, Any] = {"channel": channel}
        found = str(form.get("found", ""))
        if found in ("absent", "stands"):
            members[found] = True
        else:
            members["id"] = str(form.get("id", "")).strip()
        path = f"{fill(ORDER, id=order)}/placements/settle"
        await self.api.ask(visit.caller, request_of("POST", path, members, peer=visit.peer))
        query = query_of([("done", f"Order {order} is settled with {channel}.")])
        return RedirectResponse(f"{visit.home}/problems?{query}", 303, headers=HEADERS)

    async def _rejects(self, visit: Visit) -> Found:
        found, more = await every(self.api, visit, REJECTS)
        sorted_out = defaultdict[tuple[str, str], list[Named]](list)
        for one in found:
            sorted_out[one.reject.channel or one.reject.dialect, one.reject.reason].append(one)
        groups = [
            Group(
                kind="rejects",
                reason=reason or "It could not be read.",
                whose=whose,
                counted=counted(len(some), "order"),
                since=min(one.reject.first for one in some),
                last=max(one.reject.last for one in some),
                members=tuple(
                    Member(name=called(one), key=one.name, link=_page_of(visit, one))
                    for one in some
                ),
                todo="Open one to correct what came, or to say what a word of the vendor's means; then the"
                " others are tried again. Dropped, it comes again with the next pull.",
                next=_page_of(visit, some[0]),
                verb="Mend the first" if len(some) > 1 else "Mend it",
            )
            for (whose, reason), some in sorted_out.items()
        ]
        return Found(largest(groups), more)

    async def _placements(self, visit: Visit) -> tuple[Group, ...]:
        sorted_out = defaultdict[tuple[str, str, str], list[Any]](list)
        for one in await self.api.read(visit.caller, PLACEMENTS):
            why = one.why or "; ".join(one.differences) or "; ".join(p.reason for p in one.problems)
            sorted_out[one.channel, one.state, why].append(one)
        groups = []
        for (channel, state, why), some in sorted_out.items():
            begun = [one.begun or one.sent for one in some if one.begun or one.sent]
            members = tuple(
                Member(
                    name=str(one.order),
                    link=f"{visit.home}/orders/{one.order}",
                    order=one.order,
                    at=one.begun,
                )
                for one in some
            )
            groups.append(
                Group(
                    kind="placements",
                    reason=f"{why.rstrip('.') or 'Nobody knows what became of it'} ({state}).",
                    whose=channel,
                    counted=counted(len(some), "order"),
                    since=min(begun, default=None),
                    members=members,
                    todo=TO_DO.get(state, TO_DO[""]),
                    state=state,
                )
            )
        return largest(groups)

    async def _refused(self, visit: Visit) -> Found:
        since = self.api.store.now() - timedelta(days=DAYS)
        begins = since.isoformat(timespec="seconds").replace("+00:00", "Z")
        where = f'direction = in AND status >= 400 AND at >= "{begins}"'
        rows, more = await every(self.api, visit, EXCHANGES, filter=where)
        sorted_out = defaultdict[tuple[str, str, str], list[Any]](list)
        for row in rows:
            sorted_out[row.key, row.dialect, row.reason].append(row)
        groups = []
        for (key, dialect, reason), some in sorted_out.items():
            asked = [("key", key), ("status", "refused"), ("since", f"{DAYS}d")]
            query = query_of([pair for pair in asked if pair[1]])
            groups.append(
                Group(
                    kind="refused",
                    reason=reason or f"Answered with {some[0].status}.",
                    whose=f"{dialect or 'no dialect'}, {key or 'without a key'}",
                    counted=counted(len(some), "request"),
                    since=min(row.at for row in some),
                    last=max(row.at for row in some),
                    members=tuple(
                        Member(
                            name=f"{row.method} {row.path}",
                            link=f"{visit.home}/traffic/{row.id}",
                            at=row.at,
                        )
                        for row in some
                    ),
                    todo="Tell the partner what has to be other in what is sent.",
                    next=f"{visit.home}/traffic?{query}",
                    verb="What they sent",
                )
            )
        return Found(largest(groups), more)

    async def _jobs(self, visit: Visit) -> tuple[Group, ...]:
        jobs: Jobs = await self.api.read(visit.caller, JOBS)
        groups = []
        for job in jobs.items:
            if not job.failing and not job.overdue:
                continue
            why = job.last.reason if job.last else ""
            groups.append(
                Group(
                    kind="jobs",
                    reason=why or f"No run of {job.name} went well for too long.",
                    whose=job.name,
                    counted=counted(job.failing, "run") + " in a row failed"
                    if job.failing
                    else "overdue",
                    since=job.good,
                    members=(Member(name=job.name, link=""),),
                    todo="Mend the reason, and have it run; it is tried again by itself as well.",
                    next=f"{visit.home}/channels/{quote(job.name)}",
                    verb="To its runs",
                )
            )
        return tuple(groups)

    async def _deliveries(self, visit: Visit) -> Found:
        if not visit.may(Role.ADMIN):
            return Found(())
        groups, unseen = [], False
        for hook in await _webhooks(self.api, visit):
            if not hook.failing and hook.failing_since is None:
                continue
            path = fill(DELIVERIES, id=hook.id)
            several, more = await every(self.api, visit, path)
            unseen = unseen or more
            sorted_out = defaultdict[str, list[Any]](list)
            for one in several:
                if one.state == "aside" or (one.state == "waiting" and one.reason):
                    sorted_out[one.reason].append(one)
            groups += [
                Group(
                    kind="deliveries",
                    reason=reason or "It was not delivered.",
                    whose=hook.url,
                    counted=counted(len(some), "event"),
                    since=min(one.at for one in some),
                    members=tuple(Member(name=one.type, at=one.at) for one in some),
                    todo="Mend the receiver, then have them sent again.",
                    next=f"{visit.home}/webhooks/{hook.id}",
                    verb="To its deliveries",
                )
                for reason, some in sorted_out.items()
            ]
        return Found(largest(groups), unseen)


TO_DO = {
    "unknown": "Look for it at the vendor, and say under which id he has it, or that he does not have it.",
    "under way": "Wait; where it stays so, look for it at the vendor and say what you have found.",
    "refused": "Mend the order as the reason says, and place it again from its page.",
    "": "Compare it with what the vendor has; say that it stands, or mend it there.",
}
"""What is to be done with a placement in a state."""


async def _webhooks(api: Api, visit: Visit) -> list[Any]:
    try:
        return (await every(api, visit, WEBHOOKS))[0]
    except HubError:
        return []


def _page_of(visit: Visit, one: Named) -> str:
    return f"{visit.home}/problems/rejects/{quote(one.name)}"
