"""Today: what is wrong, what came beside what usually comes, and which partner is silent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from statistics import median

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from orderglot.console.api import Api
from orderglot.console.orders import TO_SHIP, Asking, filter_of
from orderglot.console.problems import ProblemsPage
from orderglot.console.rendering import page
from orderglot.console.visits import Visit
from orderglot.core.customer import Customer
from orderglot.dialects.orderglot.expanding import ExpandedPage
from orderglot.dialects.orderglot.record_lists import Listed
from orderglot.dialects.orderglot.tables import CUSTOMERS, ORDERS

SPAN = 2
"""So many hours are one bar of the drawing."""

WEEKS = 4
"""What came on the same day of so many weeks before is what is usual."""

BACK = timedelta(days=28)
"""So far back it is looked how often a partner orders."""

QUIET = timedelta(days=1)
"""A partner is silent after a day at the earliest."""

TIMES = 3
"""And after so many times as long as there usually is between two orders."""

PARTNERS = 30
"""So many partners are looked at."""

WORDS = {
    "rejects": "put aside",
    "placements": "unsettled at vendors",
    "refused": "refused requests",
    "jobs": "failing jobs",
    "deliveries": "failed deliveries",
}
"""What the kinds of problems are called where they are counted."""

HELD = 'status = "on hold"'
HIGH = 110
"""The height of the highest bar."""


class Bar(Struct, frozen=True):
    """Some hours: when they begin, how many orders came, how many usually do, and what finds them.

    Of hours that are to come there is no number.
    """

    hour: int
    came: int | None
    usual: float
    filter: str


class Partner(Struct, frozen=True):
    """A partner: how many orders came today, how many a day on average, the last one, and whether it is silent."""

    customer: Customer
    today: int
    usual: float
    last: datetime
    silent: bool


class TodayPage:
    """The first page."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.problems = ProblemsPage(api)

    async def show(self, request: Request, visit: Visit) -> Response:
        """Show the day as it is by now, by the reader's clock."""
        now = self.api.store.now()
        local = now.astimezone(visit.zone)
        found = await self.problems.found(visit)
        bars = await self._bars(visit, local)
        partners = await self._partners(visit, local)
        groups = [group for one in found.values() for group in one.groups]
        return page(
            request,
            "today",
            visit,
            now=now,
            today=f"created >= {local.date()}",
            came=sum(bar.came or 0 for bar in bars),
            usual=sum(bar.usual * _over(bar, local) for bar in bars),
            bars=bars,
            span=SPAN,
            high=HIGH,
            largest=max([1.0, *(float(bar.came or 0) for bar in bars), *(b.usual for b in bars)]),
            to_ship=(TO_SHIP, await self._count(visit, TO_SHIP)),
            held=(HELD, await self._count(visit, HELD)),
            counts={
                WORDS[name]: (name, sum(len(group.members) for group in one.groups), one.more)
                for name, one in found.items()
            },
            worst=sorted(groups, key=lambda group: -len(group.members))[:3],
            partners=partners,
            is_empty=not partners and not await self._count(visit, ""),
        )

    async def _bars(self, visit: Visit, local: datetime) -> list[Bar]:
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        bars = list[Bar]()
        for hour in range(0, 24, SPAN):
            # By the wall clock, so that the days on which it is put forward or back are whole.
            begin = midnight.replace(hour=hour)
            end = (
                midnight + timedelta(days=1)
                if hour + SPAN >= 24
                else midnight.replace(hour=hour + SPAN)
            )
            before = [
                await self._count(visit, _between(begin - back, end - back))
                for back in (timedelta(weeks=week) for week in range(1, WEEKS + 1))
            ]
            wanted = _between(begin, end)
            came = await self._count(visit, wanted) if begin <= local else None
            bars.append(Bar(hour, came, float(median(before)), wanted))
        return bars

    async def _partners(self, visit: Visit, local: datetime) -> list[Partner]:
        """Give those who ordered in the last weeks, the silent first, then those of most orders today."""
        listed: Listed = await self.api.read(visit.caller, CUSTOMERS, limit=str(PARTNERS))
        found = [await self._partner(visit, customer, local) for customer in listed.items]
        return sorted(
            (one for one in found if one is not None),
            key=lambda one: (not one.silent, -one.today, -one.usual),
        )

    async def _partner(self, visit: Visit, customer: Customer, local: datetime) -> Partner | None:
        theirs = f"customer.id = {customer.id}"
        found = await self._page(visit, f"{theirs} AND created >= {_quoted(local - BACK)}")
        if not found.orders or (last := found.orders[0].created) is None or not found.total:
            return None
        today = 0
        if last.astimezone(visit.zone).date() == local.date():
            today = await self._count(visit, f"{theirs} AND created >= {local.date()}")
        usual = BACK / found.total
        silent = found.total >= WEEKS and local - last > max(QUIET, TIMES * usual)
        return Partner(customer, today, found.total / BACK.days, last, silent)

    async def _count(self, visit: Visit, filter: str) -> int:
        return (await self._page(visit, filter)).total or 0

    async def _page(self, visit: Visit, filter: str) -> ExpandedPage:
        wanted = filter_of(visit, Asking(filter=filter))
        found: ExpandedPage = await self.api.read(
            visit.caller, ORDERS, filter=wanted, sort="-created", limit="1", total="true"
        )
        return found


def _over(bar: Bar, local: datetime) -> float:
    """Give which part of a bar's hours is over, from 0 to 1."""
    return min(1.0, max(0.0, (local.hour + local.minute / 60 - bar.hour) / SPAN))


def _between(begin: datetime, end: datetime) -> str:
    return f"created >= {_quoted(begin)} AND created < {_quoted(end)}"


def _quoted(moment: datetime) -> str:
    return f'"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"'
