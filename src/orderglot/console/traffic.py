"""The traffic of a seller: what came and what left, filtered, followed as it comes."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from orderglot.console.api import Api
from orderglot.console.rendering import page
from orderglot.console.visits import Visit
from orderglot.core.errors import Invalid, NotFound, Rule, invalid
from orderglot.core.query import And, Compare, Operator, Or, Query
from orderglot.dialects.orderglot.exchanges import Rows
from orderglot.dialects.orderglot.expanding import Expanded
from orderglot.dialects.orderglot.tables import EXCHANGES, ORDER, ORDERS
from orderglot.hub.dialects import chosen
from orderglot.hub.exchanges import read_since, read_statuses
from orderglot.wire.aip160 import write_filter
from orderglot.wire.message import fill, query_of

PAGE = 50
"""So many exchanges are on a page."""

MOST_EVENTS = 30
"""So many of an order's latest events lead to the exchanges that made them."""

STATUSES = ("", "2xx", "refused", "4xx", "5xx")

REFUSED = Or((Compare("status", Operator.GTE, 400), Compare("status", Operator.EQ, 0)))


class AskingTraffic(Struct, frozen=True, kw_only=True):
    """Which exchanges are asked for, as it stands in the address."""

    way: str = ""
    dialect: str = ""
    status: str = ""
    key: str = ""
    order: str = ""
    since: str = ""
    filter: str = ""
    after: str = ""
    paused: str = ""

    def query(self, **other: str) -> str:
        """Write the address of the same list with something else in it."""
        members = {name: getattr(self, name) for name in self.__struct_fields__} | other
        return f"?{query_of((name, text) for name, text in members.items() if text)}"

    @property
    def narrows(self) -> bool:
        """Tell whether not all exchanges are asked for."""
        return any(getattr(self, name) for name in self.__struct_fields__ if name != "paused")


class TrafficPage:
    """The list of exchanges."""

    def __init__(self, api: Api) -> None:
        self.api = api

    async def show(self, request: Request, visit: Visit) -> Response:
        """Show a page of the exchanges that are asked for."""
        asking = read_asking_traffic(request)
        problem, status, rows = "", 200, Rows((), None)
        try:
            where = await self._filter(visit, asking)
            rows = await self.api.read(
                visit.caller, EXCHANGES, filter=where, limit=str(PAGE), after=asking.after
            )
        except (Invalid, NotFound) as error:
            problem, status = error.message, 400
        live = not asking.after and not asking.paused and not problem
        return page(
            request,
            "traffic",
            visit,
            status=status,
            asking=asking,
            rows=rows.items,
            following=rows.next,
            problem=problem,
            live=live,
            dialects=[one.name for one in chosen(())],
            statuses=STATUSES,
        )

    async def _filter(self, visit: Visit, asking: AskingTraffic) -> str:
        """Write what is asked for in the language of filters."""
        parts = list[Query]()
        for name, text in (("direction", asking.way), ("dialect", asking.dialect)):
            if text:
                parts.append(Compare(name, Operator.EQ, text))
        if asking.key:
            parts.append(Compare("key", Operator.EQ, asking.key))
        parts += _of_status(asking.status)
        if (since := read_since(asking.since, visit.seller.timezone, "since")) is not None:
            parts.append(Compare("at", Operator.GTE, since))
        if asking.order:
            parts.append(await self._of_order(visit, asking.order))
        where = write_filter(And(tuple(parts)))
        if where and asking.filter:
            return f"({where}) AND ({asking.filter})"
        return where or asking.filter

    async def _of_order(self, visit: Visit, text: str) -> Query:
        """Ask for what touched an order, and for what made its events."""
        found = await self._order(visit, text)
        made = [one.exchange for one in found.beside.events or () if one.exchange]
        ids = tuple(dict.fromkeys(reversed(made)))[:MOST_EVENTS]
        touched = Compare("orders", Operator.EQ, found.order.id)
        return Or((touched, Compare("id", Operator.IN, ids))) if ids else touched

    async def _order(self, visit: Visit, text: str) -> Expanded:
        """Find the one order that is called so; raises NotFound, or Invalid where it is several."""
        path: str = text
        if not (text.isdecimal() and len(text) < 19):
            path = ""
        if path:
            try:
                return await self._read(visit, path)
            except NotFound:
                pass
        page_of: Any = await self.api.read(visit.caller, ORDERS, q=text, limit="2")
        if not page_of.orders:
            raise NotFound(f"order: no order here is called {text[:60]!r}.")
        if len(page_of.orders) > 1:
            reason = (
                f"Several orders are called {text[:60]!r}; go to one of them, and from there here."
            )
            raise invalid("order", Rule.CHOICE, reason)
        return await self._read(visit, str(page_of.orders[0].id))

    async def _read(self, visit: Visit, id: str) -> Expanded:
        path = fill(ORDER, id=id)
        found: Expanded = await self.api.read(visit.caller, path, expand="events")
        return found


def _of_status(text: str) -> tuple[Query, ...]:
    wanted = read_statuses(text, "status")
    if wanted.refused:
        return (REFUSED,)
    if wanted.statuses is None:
        return ()
    least, most = wanted.statuses
    return (
        Compare("status", Operator.GTE, least),
        Compare("status", Operator.LTE, most),
    )


def read_asking_traffic(request: Request) -> AskingTraffic:
    """Read what is asked for."""
    given = dict(parse_qsl(request.url.query, errors="replace"))
    names = AskingTraffic.__struct_fields__
    return AskingTraffic(**{name: given[name].strip() for name in names if name in given})
