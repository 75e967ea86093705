"""The orders of a book: searched, filtered, chosen from, and stepped on several at a time."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import parse_qsl

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from orderglot.console.api import Api, request_of
from orderglot.console.forms import form_of
from orderglot.console.rendering import page
from orderglot.console.visits import Visit
from orderglot.core.customer import Customer
from orderglot.core.errors import HubError, Invalid, Rule, invalid
from orderglot.core.order import Order
from orderglot.core.users import Role
from orderglot.dialects.orderglot.expanding import ExpandedPage
from orderglot.dialects.orderglot.tables import ORDER, ORDERS
from orderglot.wire.message import fill, query_of

PAGE = 50
"""So many orders are on a page."""

NEWEST = "-created"
SORTS = (NEWEST, "created", "-total", "total", "-modified")

COLUMNS = {
    "po": "PO number",
    "customer": "Customer",
    "source": "Came as",
    "status": "Status",
    "lines": "Lines",
    "total": "Total",
    "created": "Created",
    "modified": "Changed",
    "name": "Name",
    "ship_to": "Ship to",
    "tracking": "Tracking",
}
"""The columns that there are beside the order's own, with their headings."""

USUAL = ("po", "customer", "source", "status", "lines", "total", "created")
NUMBERS = frozenset({"lines", "total", "created", "modified"})

TO_SHIP = 'status = (received OR processing OR charged OR packing OR "partly shipped")'

BULK = {"ship": "Ship", "hold": "Hold", "cancel": "Cancel"}
"""The steps that are taken with several orders at once."""

WITH_REASON = frozenset({"hold", "cancel"})


class Asking(Struct, frozen=True, kw_only=True):
    """What of the book is asked for, as it stands in the address."""

    q: str = ""
    filter: str = ""
    sort: str = NEWEST
    after: str = ""
    columns: str = ""

    def query(self, **other: str) -> str:
        """Write the address of the same list with something else in it."""
        members = {name: getattr(self, name) for name in self.__struct_fields__} | other
        if members["sort"] == NEWEST:
            members["sort"] = ""
        named = query_of((name, text) for name, text in members.items() if text)
        return f"?{named}"

    @property
    def shown(self) -> tuple[str, ...]:
        """Name the columns that are shown."""
        wanted = tuple(name for name in self.columns.split(",") if name in COLUMNS)
        return wanted or USUAL


class Row(Struct, frozen=True):
    """An order of the list, with what is on record of its customer."""

    order: Order
    owner: Customer | None


class Outcome(Struct, frozen=True):
    """What a step comes to with one order: how it is then, or why it cannot be taken."""

    id: int
    order: Order | None
    after: Order | None
    problem: str = ""


class OrdersPage:
    """The list of orders."""

    def __init__(self, api: Api) -> None:
        self.api = api

    async def show(self, request: Request, visit: Visit) -> Response:
        """Show a page of the orders that are asked for."""
        asking = read_asking(request)
        problem, status = "", 200
        rows: tuple[Row, ...] = ()
        following: str | None = None
        total: int | None = None
        try:
            rows, following, total = await self._rows(visit, asking)
        except Invalid as error:
            problem, status = error.message, 400
        return page(
            request,
            "orders",
            visit,
            status=status,
            asking=asking,
            rows=rows,
            following=following,
            total=total,
            problem=problem,
            chips=chips(visit, self.api.store.now()),
            columns=COLUMNS,
            numbers=NUMBERS,
            bulk=BULK if visit.may(Role.OPERATOR) else {},
        )

    async def take(self, request: Request, visit: Visit) -> Response:
        """Show what a step would come to with several orders, or take it with them."""
        visit.demand(Role.OPERATOR)
        form = await form_of(request)
        step, reason = str(form.get("step", "")), str(form.get("reason", ""))
        if step not in BULK:
            raise invalid("step", Rule.CHOICE, f"There are {', '.join(BULK)}.")
        ids = [int(str(one)) for one in form.getlist("order") if str(one).isdecimal()][:PAGE]
        if not ids:
            raise invalid("order", Rule.REQUIRED, "Choose some orders first.")
        sure = form.get("sure") == "yes" and (bool(reason) or step not in WITH_REASON)
        once = str(form.get("once", ""))
        outcomes = [
            await self._outcome(visit, id, step, reason, once if sure else "") for id in ids
        ]
        return page(
            request,
            "bulk",
            visit,
            step=step,
            verb=BULK[step],
            reason=reason,
            outcomes=outcomes,
            done=sure,
            asks=step in WITH_REASON,
            once=once,
        )

    async def _outcome(self, visit: Visit, id: int, step: str, reason: str, once: str) -> Outcome:
        """Take a step with one order under the key of all, or look what it would come to without one."""
        caller, order = visit.caller, None
        members = {"reason": reason or "…"} if step in WITH_REASON else {}
        path = f"{fill(ORDER, id=str(id))}/{step}"
        try:
            order = await order_of(self.api, visit, id)
            if not once:
                asked = request_of("POST", path, members)
                after = (await self.api.rehearse(caller, asked)).order
            else:
                key = f"console-{once}-{id}"
                asked = request_of("POST", path, members, once=key, peer=visit.peer)
                await self.api.ask(caller, asked)
                after = await order_of(self.api, visit, id)
        except HubError as error:
            return Outcome(id, order, None, error.message)
        return Outcome(id, order, after)

    async def _rows(
        self, visit: Visit, asking: Asking
    ) -> tuple[tuple[Row, ...], str | None, int | None]:
        first = not asking.after
        query = {
            "filter": filter_of(visit, asking),
            "q": asking.q,
            "sort": asking.sort,
            "after": asking.after,
            "limit": str(PAGE),
            "expand": "customer",
            "total": "true" if first else "",
        }
        found: ExpandedPage = await self.api.read(visit.caller, ORDERS, **query)
        rows = tuple(Row(order, found.beside[order.id].customer) for order in found.orders)
        return rows, found.next.after if found.next else None, found.total if first else None


def filter_of(visit: Visit, asking: Asking) -> str:
    """Give the filter that finds what is asked for in the mode in which it is looked for."""
    if not visit.test:
        return asking.filter
    return f"test = true AND ({asking.filter})" if asking.filter else "test = true"


async def order_of(api: Api, visit: Visit, id: int) -> Order:
    """Read one order."""
    found: Order = await api.read(visit.caller, fill(ORDER, id=str(id)))
    return found


def read_asking(request: Request) -> Asking:
    """Read what is asked for; of what comes several times the columns are all meant."""
    given = parse_qsl(request.url.query, errors="replace")
    named = dict(given)
    columns = ",".join(text for name, text in given if name == "columns")
    sort = named.get("sort", "")
    return Asking(
        q=named.get("q", "").strip(),
        filter=named.get("filter", "").strip(),
        sort=sort if sort in SORTS else NEWEST,
        after=named.get("after", ""),
        columns=columns,
    )


def chips(visit: Visit, now: datetime) -> tuple[tuple[str, str], ...]:
    """Give the views that everybody has, each with its filter."""
    today = now.astimezone(visit.zone).date()
    return (
        ("All", ""),
        ("New today", f"created >= {today}"),
        ("To ship", TO_SHIP),
        ("On hold", 'status = "on hold"'),
        ("Does not add up", "adds_up = does_not_add_up"),
    )
