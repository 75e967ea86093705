"""The console as an application: its routes, and what comes of what is refused."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from orderglot.console.api import Api
from orderglot.console.channels import ChannelsPage
from orderglot.console.exchange import ExchangePages
from orderglot.console.export import ExportPage
from orderglot.console.forms import form_of
from orderglot.console.order import OrderPages
from orderglot.console.orders import OrdersPage
from orderglot.console.partner_keys import KeyPages
from orderglot.console.partners import PartnerPages
from orderglot.console.place import PlacePage
from orderglot.console.problems import ProblemsPage
from orderglot.console.reject import RejectPages
from orderglot.console.rendering import page, show_asset
from orderglot.console.signing_in import LINK, SIGN_IN, SIGN_OUT, YOU, SigningIn, to_sign_in
from orderglot.console.system import SystemPage
from orderglot.console.today import TodayPage
from orderglot.console.traffic import TrafficPage
from orderglot.console.visits import CSRF, LIVE, ROOT, TEST, Visit, demand_form, visit_of
from orderglot.console.webhooks import WebhookPages
from orderglot.console.workbench import Workbench
from orderglot.core.errors import (
    Conflict,
    Forbidden,
    HubError,
    Invalid,
    NotFound,
    TooMany,
    Unauthenticated,
)
from orderglot.dialects.orderglot.tables import ROOT as API
from orderglot.faces.pages import Page
from orderglot.hub.placing import Placements
from orderglot.stores.store import BookStore

IN_A_BOOK = ROOT + "{mode}/{seller}"
Shown = Callable[[Request, Visit], Awaitable[Response]]
Pages = tuple[tuple[Any, ...], ...]
"""Pages of a seller: the path behind his home, what shows it, and the methods where it is not GET alone."""

STATUSES = {Invalid: 400, Forbidden: 403, NotFound: 404, Conflict: 409, TooMany: 429}

HEADINGS = {
    400: "This cannot be done so",
    403: "You may not do this",
    404: "There is nothing here",
    405: "This is no page",
    409: "Somebody was faster",
    429: "Too often",
    500: "This went wrong here",
    503: "The order book does not answer",
}


def console(store: BookStore, placements: Placements | None = None) -> dict[str, Page | None]:
    """Make the console over a store: the pages by their paths, for what serves beside the API.

    Orders are placed by ``placements``, over no channel where there are none.
    """
    app = Starlette(
        routes=routes(store, placements),
        exception_handlers={HubError: refuse, HTTPException: refuse_route},
    )
    return {ROOT: app, ROOT.rstrip("/"): app, f"{API}/": None}


def routes(store: BookStore, placements: Placements | None = None) -> list[BaseRoute]:
    """Give the routes."""
    api, signing = Api(store, placements), SigningIn(store)

    def shown(path: str, work: Shown, *methods: str) -> Route:
        async def show(request: Request) -> Response:
            return await _in_a_book(request, store, work)

        return Route(IN_A_BOOK + path, show, methods=methods or ["GET"])

    return [
        Route(ROOT.rstrip("/"), signing.front),
        Route(ROOT, signing.front),
        Route(SIGN_IN, signing.sign_in, methods=["GET", "POST"]),
        Route(LINK, signing.follow, methods=["GET", "POST"]),
        Route(SIGN_OUT, signing.sign_out, methods=["POST"]),
        Route(YOU, signing.you, methods=["POST"]),
        Route(ROOT + "static/{hash}/{name}", show_asset),
        *(shown(*one) for one in (*_of_orders(api), *_of_partners(api), *_of_work(api))),
    ]


def _of_orders(api: Api) -> Pages:
    """Give the pages of orders, of the requests that made them, and of what stands in their way."""
    orders, order, place = OrdersPage(api), OrderPages(api), PlacePage(api)
    traffic, exchange = TrafficPage(api), ExchangePages(api)
    problems, reject = ProblemsPage(api), RejectPages(api)
    return (
        ("/today", TodayPage(api).show),
        ("/orders", orders.show),
        ("/orders/steps", orders.take, "POST"),
        ("/orders/export.{format}", ExportPage(api).give),
        ("/orders/{id:int}", order.show),
        ("/orders/{id:int}/as/{dialect}", order.show),
        ("/orders/{id:int}/steps/{step}", order.step, "GET", "POST"),
        ("/orders/{id:int}/place", place.show, "GET", "POST"),
        ("/traffic", traffic.show),
        ("/traffic/{id}", exchange.show, "GET", "POST"),
        ("/traffic/{id}/{part}", exchange.give),
        ("/problems", problems.show),
        ("/problems/rejects", reject.take_group, "POST"),
        ("/problems/placements", problems.settle, "POST"),
        ("/problems/rejects/{name:path}", reject.show, "GET", "POST"),
    )


def _of_partners(api: Api) -> Pages:
    """Give the pages of customers and their keys."""
    partners, keys = PartnerPages(api), KeyPages(api)
    return (
        ("/partners", partners.show),
        ("/partners/new", partners.add, "GET", "POST"),
        ("/partners/{id:int}", partners.partner, "GET", "POST"),
        ("/partners/{id:int}/keys", keys.make, "POST"),
        ("/partners/{id:int}/sheet/{key}", keys.sheet),
        ("/partners/keys/{key}/{step}", keys.step, "GET", "POST"),
    )


def _of_work(api: Api) -> Pages:
    """Give the pages of what runs by itself, and of what is tried out."""
    channels, webhooks = ChannelsPage(api), WebhookPages(api)
    return (
        ("/channels", channels.show),
        ("/channels/{name:path}", channels.job, "GET", "POST"),
        ("/webhooks", webhooks.show, "GET", "POST"),
        ("/webhooks/{hook}", webhooks.hook, "GET", "POST"),
        ("/webhooks/{hook}/{delivery}", webhooks.delivery, "GET", "POST"),
        ("/system", SystemPage(api).show),
        ("/workbench", Workbench().show, "GET", "POST"),
    )


async def _in_a_book(request: Request, store: BookStore, work: Shown) -> Response:
    if request.path_params["mode"] not in (LIVE, TEST):
        raise NotFound(f"There is nothing at {request.url.path[:200]}.")
    try:
        visit = await visit_of(request, store)
    except Unauthenticated:
        return to_sign_in(request)
    request.state.visit = visit
    if request.method == "POST":
        form = await form_of(request)
        demand_form(request, str(form.get(CSRF, "")), visit.secret)
    return await work(request, visit)


async def refuse(request: Request, error: Exception) -> Response:
    """Show why something was refused, and where to go on."""
    assert isinstance(error, HubError)
    if isinstance(error, Unauthenticated):
        return to_sign_in(request)
    status = next((code for kind, code in STATUSES.items() if isinstance(error, kind)), 503)
    return _refusal(request, status, error.message)


async def refuse_route(request: Request, error: Exception) -> Response:
    """Show that there is no such page."""
    assert isinstance(error, HTTPException)
    reason = f"There is nothing at {request.url.path[:200]}."
    if error.status_code == 405:
        reason = f"{request.url.path[:200]} takes no {request.method}."
    return _refusal(request, error.status_code, reason)


def _refusal(request: Request, status: int, reason: str) -> Response:
    visit = getattr(request.state, "visit", None)
    heading = HEADINGS.get(status, "This cannot be done")
    return page(request, "refused", visit, status=status, heading=heading, reason=reason)
