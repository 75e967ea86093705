"""Kole's links: where to go on from here, by the name of the method that is found there."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from orderglot.core.caller import Caller
from orderglot.core.errors import Rule, invalid
from orderglot.core.order import Reference
from orderglot.dialects.kole import shapes
from orderglot.dialects.kole.media import LINK, agree, answer, media_received, media_type, read_body
from orderglot.dialects.kole.tables import NAME
from orderglot.wire.form import Form
from orderglot.wire.message import Request, Response, segment
from orderglot.wire.operation import Context, Endpoint, Operation, RequestFormat, ResponseFormat
from orderglot.wire.shape import ResponseShape
from orderglot.wire.values import NO_ID

ORDERS = "/orders"

COLLECTION = ORDERS + "/"
"""How links write the path of the orders; requests write it without the slash at the end."""

ROOT = {"listOrders": COLLECTION, "createOrder": COLLECTION}


def write_link(method: str, url: str, media: str) -> dict[str, str]:
    """Write a link to a method of the orders; its media type follows that of the answer."""
    return {"method": method, "media_type": media_type("order", media), "url": url}


def read_links(form: Form) -> dict[str, str]:
    """Read a list of links into their paths by method; of two for one method the first counts."""
    links: dict[str, str] = {}
    for link in form.each("links", "link"):
        links.setdefault(link.text("method"), link.parsed("url", path_of) or "")
    return links


def path_of(url: str) -> str:
    """Give path and query of a link, so that following it never leads to another host.

    The vendor's JSON has its ampersands escaped once more. Raises ValueError for what is no URL.
    """
    try:
        parts = urlsplit(url.replace("&amp;", "&"))
    except ValueError:
        raise ValueError("is not a URL") from None
    path = "/" + parts.path.lstrip("/")
    return f"{path}?{parts.query}" if parts.query else path


def write_order_path(id: str) -> str:
    """Write the path of one order."""
    return f"{ORDERS}/{segment(id)}"


def read_order_path(path: str) -> Reference:
    """Read what an order is known by out of its path; raises Invalid where that is another path."""
    collection, _, id = path.partition("?")[0].rstrip("/").rpartition("/")
    if not collection.endswith(ORDERS) or unquote(id) in NO_ID:
        raise invalid("links", Rule.REQUIRED, "No link leads to the order.")
    return Reference(NAME, unquote(id))


def located(request: Request, path: str) -> dict[str, str]:
    """Describe where what is answered can be found again."""
    return {"content-location": request.base + path}


def _write_root_request(_ask: None) -> Request:
    return Request(method="GET", path="/", headers={"accept": LINK[0]})


def _read_root_request(request: Request, _caller: Caller) -> None:
    agree(request, LINK)


async def _list_links(_desk: Context, _ask: None) -> Mapping[str, str]:
    """List where to go on from the root."""
    return ROOT


def _write_root(paths: Mapping[str, str], request: Request) -> Response:
    media = agree(request, LINK)
    links = [write_link(method, request.base + path, media) for method, path in paths.items()]
    return answer(200, media, "links", links, located(request, "/"))


def _read_root(response: Response, _ask: None) -> Mapping[str, str]:
    return Form({"links": read_body(media_received(response), response.body, "links")}).checked(
        read_links
    )


LIST_LINKS: Operation[None, Mapping[str, str]] = Operation(
    name="listLinks",
    endpoint=Endpoint("GET", ("/",)),
    request=RequestFormat(_write_root_request, _read_root_request),
    perform=_list_links,
    response=ResponseFormat(
        _write_root, _read_root, (ResponseShape(200, shapes.LINKS_MEDIA, shapes.Found),)
    ),
)
