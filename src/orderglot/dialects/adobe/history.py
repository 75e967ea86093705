"""Adobe's order history, from both ends: a customer's orders, page by page, newest first."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.customer import Customer
from orderglot.core.errors import Invalid, NotFound, Problem, Rule
from orderglot.core.query import Page, Sort, Window
from orderglot.dialects.adobe import known_members, shapes
from orderglot.dialects.adobe.filters import (
    TARGET,
    Search,
    end_of,
    ending,
    read_search,
    where,
    write_search,
)
from orderglot.dialects.adobe.links import ORDERS, asking, read_link, write_link, write_orders_path
from orderglot.dialects.adobe.media import answer, correlated, read_body
from orderglot.dialects.adobe.resources import customer_of, order_of
from orderglot.dialects.adobe.subscriptions import are_finished
from orderglot.dialects.adobe.wire import read_shown, write_shown
from orderglot.wire.message import Request, Response
from orderglot.wire.operation import Context, Endpoint, Operation, RequestFormat, ResponseFormat
from orderglot.wire.shape import success

NEWEST_FIRST = (Sort("created", descending=True),)


def _write_search(ask: Search | str) -> Request:
    """Ask by parameters, or by the link that an answer gave."""
    target = ask if isinstance(ask, str) else write_orders_path(ask.customer, write_search(ask))
    path, _, query = target.partition("?")
    return asking("GET", path, query)


def _read_search(request: Request, _caller: Caller) -> Search | str:
    return read_search(correlated(request))


async def _get_history(context: Context, ask: Search | str) -> Page:
    """List a page of a customer's orders, newest first.

    Its ``next`` is behind the link that leads on.
    """
    assert isinstance(ask, Search)
    customer = await customer_of(context, ask.customer, "1116")
    targets = await _targets(context, customer, ask)
    window = Window(
        where=where(ask, customer, targets, context.now),
        sort=NEWEST_FIRST,
        limit=ask.limit,
        offset=ask.offset,
        after=ask.after,
        total=True,
    )
    page = await context.book.page(window)
    if await are_finished(context, customer, page.orders):
        page = await context.book.page(window)
    total = page.total or 0
    if ask.offset > total:
        reason = f"There are {total} orders, so {ask.offset} is behind the last."
        raise Invalid(Problem("offset", Rule.RANGE, reason), code="1133")
    following = _following(context, ask, page)
    return replace(page, next=following and Window(after=_uri(following)))


async def _targets(context: Context, customer: Customer, search: Search) -> list[int]:
    """Find the orders that others may refer to; one that is not there is referred to by none."""
    found = []
    for id in search.values(TARGET):
        try:
            found.append((await order_of(context, customer, id)).id)
        except NotFound:
            continue
    return found


def _following(context: Context, search: Search, page: Page) -> Search | None:
    """Describe what to ask for next, None at the end.

    A client that begins at the beginning gets the orders of that moment, each once: the list ends
    at the newest of them, and goes on behind the last one that was shown. A client that begins elsewhere
    is led by offsets alone, as the page has it.
    """
    if page.next is None:
        return None
    following = replace(search, offset=search.offset + len(page.orders))
    if search.after:
        return replace(following, after=page.next.after)
    if search.offset:
        return following
    newest = page.orders[0].created or context.now
    end, latest = end_of(search), max(context.now, newest)
    cut = following if end is not None and end <= latest else ending(following, latest)
    return replace(cut, after=page.next.after)


def _write_history(page: Page, request: Request) -> Response:
    search = read_search(request)
    return answer(
        200,
        {
            "totalCount": page.total,
            "count": len(page.orders),
            "offset": search.offset,
            "limit": search.limit,
            "items": [write_shown(order, prices=search.prices) for order in page.orders],
            "links": {name: write_link(uri) for name, uri in _beside(page, search)},
        },
        request,
    )


def _beside(page: Page, search: Search) -> Iterator[tuple[str, str]]:
    yield "self", _uri(search)
    if page.next is not None:
        yield "next", page.next.after
    if search.offset > 0:
        before = replace(search, offset=max(0, search.offset - search.limit), after="")
        yield "prev", _uri(before)


def _uri(search: Search) -> str:
    return write_orders_path(search.customer, write_search(search))


def _read_history(response: Response, _ask: Search | str) -> Page:
    form = read_body(response.body, known_members.HISTORY)
    orders = tuple(map(read_shown, form.each("items", present=True)))
    uri = read_link(form, "next")
    total = form.whole("totalCount")
    form.check()
    following = Window(after=uri) if uri else None
    return Page(orders=orders, next=following, total=total, unknown=form.unknown("items"))


GET_HISTORY: Operation[Search | str, Page] = Operation(
    name="getOrderHistory",
    endpoint=Endpoint("GET", (ORDERS,)),
    request=RequestFormat(
        _write_search, _read_search, query=shapes.Search, headers=shapes.Correlated
    ),
    perform=_get_history,
    response=ResponseFormat(
        _write_history, _read_history, success(200, shapes.History, headers=shapes.Answered)
    ),
)
