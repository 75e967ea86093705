"""Sub-lists of an order: its items, its addresses; and the statuses of the site."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.order import Order
from orderglot.core.values import Status
from orderglot.dialects.catalyst import known_members, shapes
from orderglot.dialects.catalyst.links import SITES
from orderglot.dialects.catalyst.media import ask_for, envelope
from orderglot.dialects.catalyst.orders import NO_SITE
from orderglot.dialects.catalyst.relations import write_status
from orderglot.dialects.catalyst.resources import order_at, site_at
from orderglot.dialects.catalyst.settings import Site, SiteStatus
from orderglot.dialects.catalyst.tables import DEFAULT_LIMIT, LABELS, PAGE_SIZE
from orderglot.dialects.catalyst.wire import read_addresses, read_line, write_addresses, write_line
from orderglot.wire import json
from orderglot.wire.form import Form
from orderglot.wire.message import Request, Response, query_of
from orderglot.wire.operation import Context, Endpoint, Operation, RequestFormat, ResponseFormat
from orderglot.wire.paging import read_bounded
from orderglot.wire.shape import success

FROM = 0


class Part(Struct, frozen=True):
    """Which order's part is asked for, and which window of it."""

    order: str = ""
    site: str = ""
    skip: int = 0
    limit: int = PAGE_SIZE


class Parts(Struct, frozen=True):
    """An order with the part that was asked for, or the site whose list it is."""

    order: Order = Order()
    site: Site = NO_SITE
    part: Part = Part()
    total: int = 0


def _read_part(request: Request, _caller: Caller) -> Part:
    return Part(
        request.params.get("order", ""),
        request.params["site"],
        read_bounded(request, "skip", FROM),
        min(read_bounded(request, "limit", DEFAULT_LIMIT), PAGE_SIZE),
    )


def _write_part(template: str) -> Callable[[Part], Request]:
    def write(part: Part) -> Request:
        query = query_of((("skip", str(part.skip)), ("limit", str(part.limit))))
        return ask_for(template, query, order=part.order)

    return write


async def _get_part(context: Context, part: Part) -> Parts:
    """List a part of an order."""
    site = await site_at(context, part.site)
    return Parts(await order_at(context, site, part.order), site, part)


async def _get_site(context: Context, part: Part) -> Parts:
    """List the statuses of the site."""
    return Parts(site=await site_at(context, part.site), part=part)


def _listed(write: Callable[[Parts], list[Any]]) -> Callable[[Parts, Request], Response]:
    """Make what answers with the window that was asked for of a list."""

    def answer(parts: Parts, _request: Request) -> Response:
        every, skip, limit = write(parts), parts.part.skip, parts.part.limit
        return envelope(every[skip : skip + limit], len(every), skip, limit)

    return answer


def _write_items(parts: Parts) -> list[Any]:
    return [
        write_line(line, position, parts.order, parts.site)
        for position, line in enumerate(parts.order.lines, 1)
    ]


def _read_items(response: Response, part: Part) -> Parts:
    form = Form(json.read(response.body), known=known_members.ITEMS)
    lines = tuple(map(read_line, form.each("items", present=True)))
    total = form.whole("totalItemsCount", required=True, least=0) or 0
    form.check()
    return Parts(Order(lines=lines), part=part, total=total)


def _read_addresses(response: Response, part: Part) -> Parts:
    form = Form(json.read(response.body), known=known_members.ADDRESSES)
    order = read_addresses(Order(), form.each("items", present=True))
    form.check()
    return Parts(order, part=part)


def _read_statuses(response: Response, part: Part) -> Parts:
    """Read the statuses of a site, each with what its label means."""
    form = Form(json.read(response.body))
    total = form.whole("totalItemsCount", required=True) or 0
    rows = tuple(map(_read_status, form.each("items", present=True)))
    form.check()
    return Parts(site=replace(NO_SITE, statuses=rows), part=part, total=total)


def _read_status(form: Form) -> SiteStatus:
    label = form.text("label")
    means = LABELS.get(label.lower(), Status.RECEIVED)
    return SiteStatus(id=form.whole("id", required=True) or 0, label=label, means=means)


LIST_PRODUCTS: Operation[Part, Parts] = Operation(
    name="listOrderProducts",
    endpoint=Endpoint("GET", (SITES + "/orders/{order}/products",)),
    request=RequestFormat(_write_part("/orders/{order}/products"), _read_part, query=shapes.Window),
    perform=_get_part,
    response=ResponseFormat(_listed(_write_items), _read_items, success(200, shapes.Items)),
)

LIST_ADDRESSES: Operation[Part, Parts] = Operation(
    name="listOrderAddresses",
    endpoint=Endpoint("GET", (SITES + "/orders/{order}/addresses",)),
    request=RequestFormat(
        _write_part("/orders/{order}/addresses"), _read_part, query=shapes.Window
    ),
    perform=_get_part,
    response=ResponseFormat(
        _listed(lambda parts: write_addresses(parts.order, parts.site)),
        _read_addresses,
        success(200, shapes.Addresses),
    ),
)


def _write_status(row: SiteStatus, site: Site) -> Any:
    """Write a status as its own list does, where its members stand in another order."""
    inside = write_status(site, row.id)
    return {name: inside[name] for name in ("id", "siteId", "siteNotificationId", *inside)}


LIST_STATUSES: Operation[Part, Parts] = Operation(
    name="listOrderStatuses",
    endpoint=Endpoint("GET", (SITES + "/orderstatuses",)),
    request=RequestFormat(_write_part("/orderstatuses"), _read_part, query=shapes.Window),
    perform=_get_site,
    response=ResponseFormat(
        _listed(lambda parts: [_write_status(row, parts.site) for row in parts.site.statuses]),
        _read_statuses,
        success(200, shapes.Statuses),
    ),
)
