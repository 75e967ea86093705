"""Spelling: a response as the bytes that go over the line."""

from __future__ import annotations

import re
from functools import lru_cache
from http import HTTPStatus

from orderglot.wire.message import Response

NO_BODY = frozenset({204, 304})

STATUS_LINES = {status: f"HTTP/1.1 {status} \r\n" for status in range(100, 600)} | {
    one.value: f"HTTP/1.1 {one.value} {one.phrase}\r\n" for one in HTTPStatus
}

_OWN_NAMES = {"etag": "ETag", "www-authenticate": "WWW-Authenticate"}
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


def has_body(response: Response, method: str) -> bool:
    """Tell whether a body goes over the line behind the head."""
    return method != "HEAD" and response.status not in NO_BODY


def raw_headers(response: Response) -> list[tuple[bytes, bytes]]:
    """Give a response's headers, its length among them, as ASGI has them."""
    headers = response.headers.items()
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    if response.status not in NO_BODY:
        raw.append((b"content-length", b"%d" % len(response.body)))
    return raw


def spelled(response: Response, method: str, more: str) -> bytes:
    """Write a response to a request of that method, with the lines ``more`` in its head.

    Raises ValueError where a header has what no header may have.
    """
    status, body, headers = response.status, response.body, response.headers
    fields = "".join([f"{title(name)}: {value}\r\n" for name, value in headers.items()])
    checked = "".join(headers.values())
    if not checked.isprintable() and _CONTROL.search(checked):
        raise ValueError(f"a header has a control character: {headers}")
    length = "" if status in NO_BODY else f"Content-Length: {len(body)}\r\n"
    head = f"{STATUS_LINES[status]}{more}{fields}{length}\r\n".encode("latin-1")
    return head + body if has_body(response, method) else head


@lru_cache(maxsize=256)
def title(name: str) -> str:
    """Spell a header's name as servers do: there are clients that look for just that."""
    return _OWN_NAMES.get(name) or name.title()
