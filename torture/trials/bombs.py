"""Bombs: small bodies that could cost a parser all memory or much processor time."""

from __future__ import annotations

import asyncio
import time

from msgspec.structs import replace

from orderglot import dialects
from orderglot.wire.dialect import MEBIBYTE, Dialect
from orderglot.wire.message import Request
from torture import books
from torture.books import creation
from torture.connections import Closed, TimedOut, ask, encoded
from torture.harness import Harness, Row
from torture.server_process import Served, serving

LONGEST = 1.0
"""An answer that takes the server more processor time, in seconds, is a hang."""

MOST_MEMORY = 64 * MEBIBYTE
"""So many bytes the server's memory may grow by all of them."""

FULL = MEBIBYTE - 1_000
"""A body that is just not too long."""


def lol(depth: int = 10) -> bytes:
    """Give a billion laughs."""
    entities = "".join(
        f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' if n else '<!ENTITY l0 "lol">'
        for n in range(depth)
    )
    return f"<!DOCTYPE order [{entities}]><order>&l{depth - 1};</order>".encode()


def quadratic() -> bytes:
    """Give one long entity that is referenced very often."""
    long, often = "a" * 50_000, "&a;" * 50_000
    return f'<!DOCTYPE order [<!ENTITY a "{long}">]><order>{often}</order>'.encode()


def external(what: str) -> bytes:
    """Give an entity of another document."""
    return f'<!DOCTYPE order [<!ENTITY a SYSTEM "{what}">]><order>&a;</order>'.encode()


def filled(beginning: bytes, piece: bytes, end: bytes) -> bytes:
    """Give a body that is as long as it may be."""
    return beginning + piece * ((FULL - len(beginning) - len(end)) // len(piece)) + end


XML = {
    "billion laughs": lol(),
    "quadratic blow-up": quadratic(),
    "external entity": external("file:///etc/hostname"),
    "external entity over HTTP": external("http://127.0.0.1:9/"),
    "parameter entity": b"<!DOCTYPE a [<!ENTITY % b \"<!ENTITY c 'd'>\"> %b;]><order>&c;</order>",
    "external document type": b'<!DOCTYPE order SYSTEM "http://127.0.0.1:9/a.dtd"><order/>',
    "deep nesting": filled(b"", b"<a>", b""),
    "deep nesting, closed": b"<a>" * 100_000 + b"</a>" * 100_000,
    "one huge attribute": filled(b'<order a="', b"x", b'"/>'),
    "very many attributes": b"<order " + b" ".join(b'a%d="b"' % n for n in range(80_000)) + b"/>",
    "one attribute again and again": filled(b"<order ", b'a="b" ', b"/>"),
    "very many elements": filled(b"<order>", b"<a/>", b"</order>"),
    "very many namespaces": b"<order "
    + b" ".join(b'xmlns:a%d="b"' % n for n in range(60_000))
    + b"/>",
    "one huge name": filled(b"<", b"a", b"/>"),
    "one huge text": filled(b"<order><notes>", b"x", b"</notes></order>"),
    "character references": filled(b"<order><notes>", b"&#65;", b"</notes></order>"),
    "comments": filled(b"<order>", b"<!-- -->", b"</order>"),
    "processing instructions": filled(b"<order>", b"<?a b?>", b"</order>"),
    "an endless comment": filled(b"<order><!--", b"-", b""),
    "another encoding": '<?xml version="1.0" encoding="utf-16"?><order/>'.encode("utf-16"),
    "an unknown encoding": b'<?xml version="1.0" encoding="x-bomb"?><order/>',
}
JSON = {
    "deep lists": filled(b"", b"[", b""),
    "deep lists, closed": b"[" * 500_000 + b"]" * 500_000,
    "deep objects": filled(b"", b'{"a":', b""),
    "one huge number": filled(b'{"quantity": ', b"9", b"}"),
    "a huge exponent": b'{"quantity": 1e999999999, "items": [{"quantity": 1e-999999999}]}',
    "a huge fraction": filled(b'{"quantity": 0.', b"9", b"}"),
    "one huge text": filled(b'{"notes": "', b"x", b'"}'),
    "escapes": filled(b'{"notes": "', b"\\u0041", b'"}'),
    "very many members": b"{" + b",".join(b'"a%d":1' % n for n in range(80_000)) + b"}",
    "one member again and again": filled(b"{", b'"items":[],', b'"items":[]}'),
    "very many items": filled(b'{"items": [', b'{"quantity":1},', b"{}]}"),
    "very many line items": filled(b'{"lineItems": [', b'{"quantity":1},', b"{}]}"),
    "very many blanks": filled(b"{", b" ", b"}"),
}
FORMS = {
    "very many fields": filled(b"a=1", b"&a=1", b""),
    "very many names": b"&".join(b"a%d=" % n for n in range(100_000)),
    "only separators": filled(b"", b"&", b""),
    "only percents": filled(b"a=", b"%", b""),
    "percent signs": filled(b"a=", b"%41", b""),
}
KINDS = (("xml", XML), ("json", JSON), ("x-www-form-urlencoded", FORMS))


def run(harness: Harness) -> None:
    """Send every bomb to every dialect."""
    folder = harness.new_folder()
    url = f"sqlite:///{folder}/book.db"
    books.made(url)
    for kind, bombs in KINDS:
        with harness.row(f"bombs in {kind.upper()}") as row, serving(row, folder, url) as served:
            asyncio.run(_send_all(row, served, kind, bombs))


async def _send_all(row: Row, served: Served, kind: str, bombs: dict[str, bytes]) -> None:
    before, slowest = served.memory(), 0.0
    for name in dialects.names():
        for bomb, body in bombs.items():
            request = armed(dialects.dialect(name), kind, f"bomb-{bomb}".replace(" ", "-"), body)
            slowest = max(slowest, await _one(row, served, request, f"{name}, {bomb}"))
    more = served.memory() - before
    row.note("slowest, ms of processor time", round(slowest * 1000))
    row.note("memory more than before, MiB", round(more / MEBIBYTE, 1))
    if more > MOST_MEMORY:
        row.lose(f"the server takes {more // MEBIBYTE} MiB more than before")


async def _one(row: Row, served: Served, request: Request, what: str) -> float:
    began, spent = time.perf_counter(), served.spent()
    try:
        answer = await ask(served.port, encoded(request), timeouts=10)
    except (Closed, TimedOut) as error:
        row.lose(f"{what}: {type(error).__name__}")
        return time.perf_counter() - began
    took = served.spent() - spent
    if answer.status >= 500:
        row.lose(f"{what}: {answer.status} {answer.body[:200]!r}")
    elif took > LONGEST:
        row.lose(f"{what}: {took:.1f} s")
    else:
        row.survive()
    return took


def armed(dialect: Dialect, kind: str, key: str, body: bytes) -> Request:
    """Give a creation with a bomb as its body, declared as the vendor's own media type."""
    request = creation(dialect, key)
    media = request.headers["content-type"]
    own = (
        media.replace("+json", f"+{kind}").replace("/json", f"/{kind}").replace("+xml", f"+{kind}")
    )
    return replace(request, headers={**request.headers, "content-type": own}, body=body)
