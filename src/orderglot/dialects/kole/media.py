"""Kole's media types: every resource as XML and as JSON, and which of the two is used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from orderglot.core.errors import Rule, invalid
from orderglot.wire import json, xml
from orderglot.wire.media import negotiate
from orderglot.wire.message import Request, Response, essence

FORM = "application/x-www-form-urlencoded"
"""What curl says of a body when nobody tells it what the body is, as in the page's own example."""

EACH = {"items": "item", "links": "link", "notifications": "notification", "errors": "error"}
"""What XML calls each element of a list; JSON has the list alone."""

_PLAIN = ("application/xml", "text/xml", "application/json")


def is_json(media: str) -> bool:
    """Tell JSON from XML."""
    return "json" in media


def media_type(resource: str, written: str) -> str:
    """Give the vendor's media type for a resource, in XML or JSON as another media type has it."""
    suffix = "json" if is_json(written) else "xml"
    return f"application/vnd.koleimports.ds.{resource}+{suffix}"


LINK = (media_type("link", "xml"), media_type("link", "json"), *_PLAIN)
ORDER = (media_type("order", "xml"), media_type("order", "json"), *_PLAIN)


def agree(request: Request, offers: tuple[str, ...]) -> str:
    """Choose the media type of the answer; raises Invalid where the client takes none of them."""
    media = negotiate(request.headers.get("accept"), offers)
    if media is None:
        reason = f"None of these is offered here; ask for {offers[0]} or {offers[1]}."
        raise invalid("Accept", Rule.CHOICE, reason)
    return media


def media_sent(request: Request) -> str:
    """Tell the media type of a request's body, by its first character where nothing names one.

    Raises Invalid where it is named and is not one for orders.
    """
    media = essence(request.headers.get("content-type", ""))
    if media in ("", FORM):
        begins = request.body.removeprefix(json.BYTE_ORDER_MARK).lstrip()[:1]
        return ORDER[1] if begins == b"{" else ORDER[0]
    if media not in ORDER:
        reason = f"An order is sent as {ORDER[0]} or {ORDER[1]}."
        raise invalid("Content-Type", Rule.CHOICE, reason)
    return media


def media_received(response: Response) -> str:
    """Tell the media type of an answer; raises Invalid where it is neither XML nor JSON."""
    media = essence(response.headers.get("content-type", ""))
    if "json" not in media and "xml" not in media:
        raise invalid("Content-Type", Rule.CHOICE, "The body is neither XML nor JSON.")
    return media


def write_body(media: str, name: str, content: Any) -> bytes:
    """Encode what a root element holds; in JSON the root is the one member of an object."""
    return json.write({name: content}) if is_json(media) else xml.write(name, content, EACH)


def read_body(
    media: str, body: bytes, name: str, decode: Callable[[bytes], Any] = json.read
) -> Any:
    """Decode what a root element holds; JSON may leave the root out. Raises Invalid."""
    if is_json(media):
        value = decode(body)
        return value[name] if isinstance(value, Mapping) and name in value else value
    root, content = xml.read(body)
    if root != name:
        raise invalid(root, Rule.UNEXPECTED, f"The root element must be <{name}>.")
    return content


def answer(
    status: int, media: str, name: str, content: Any, headers: Mapping[str, str] | None = None
) -> Response:
    """Make a response out of what its body's root element holds."""
    return Response(
        status=status,
        headers={"content-type": media, **(headers or {})},
        body=write_body(media, name, content),
    )
