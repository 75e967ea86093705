"""Request smuggling: what two servers could delimit differently is refused, with all that follows."""

from __future__ import annotations

import asyncio
import re

from msgspec import Struct

from orderglot import dialects
from torture import books
from torture.books import creation
from torture.connections import HOST, encoded
from torture.harness import Harness, Row
from torture.server_process import Served, serving

TIMEOUT = 5.0
PLAIN = b"GET /healthz HTTP/1.1\r\nHost: orders.example\r\n"
LAST = PLAIN + b"Connection: close\r\n\r\n"
POST = b"POST /orders HTTP/1.1\r\nHost: orders.example\r\n"
ONE, BOTH, NONE = (400,), (200, 200), ()
LAST_ONE = (401,)
"""It is read, refused for want of a key, and the connection is closed."""


class Shape(Struct, frozen=True):
    """What is sent, and the statuses of the answers that are allowed: any of these."""

    name: str
    sent: bytes
    right: tuple[tuple[int, ...], ...] = (ONE,)


def post(*headers: bytes, body: bytes = b"") -> bytes:
    """Write an ambiguous request, and behind it one that must not be answered."""
    return POST + b"".join(header + b"\r\n" for header in headers) + b"\r\n" + body


LENGTH, CHUNKED = b"Content-Length: 5", b"Transfer-Encoding: chunked"

SHAPES = (
    Shape("CL.TE", post(LENGTH, CHUNKED, body=b"0\r\n\r\n" + LAST), (LAST_ONE,)),
    Shape("TE.CL", post(CHUNKED, LENGTH, body=b"0\r\n\r\n" + LAST), (LAST_ONE,)),
    Shape("two lengths that differ", post(LENGTH, b"Content-Length: 0", body=b"12345" + LAST)),
    Shape("two lengths alike", post(LENGTH, LENGTH, body=b"12345" + LAST), ((401, 200), ONE)),
    Shape("a list of lengths", post(b"Content-Length: 5, 5", body=b"12345" + LAST)),
    Shape("a negative length", post(b"Content-Length: -1", body=LAST)),
    Shape("a length with a sign", post(b"Content-Length: +5", body=b"12345" + LAST)),
    Shape("a length in hex", post(b"Content-Length: 0x5", body=b"12345" + LAST)),
    Shape("a length with a blank", post(b"Content-Length: 5 5", body=b"12345" + LAST)),
    Shape("no length", post(b"Content-Length:", body=LAST)),
    Shape("a length without end", post(b"Content-Length: " + b"9" * 30, body=LAST)),
    Shape("a length with a sign of another script", post(b"Content-Length: \xd9\xa5", body=LAST)),
    Shape("another coding", post(b"Transfer-Encoding: xchunked", body=b"0\r\n\r\n" + LAST)),
    Shape("chunked and more", post(b"Transfer-Encoding: chunked, identity", body=LAST)),
    Shape("chunked twice", post(CHUNKED, CHUNKED, body=b"0\r\n\r\n" + LAST), ((501,), ONE)),
    Shape(
        "chunked after a tab",
        post(b"Transfer-Encoding:\tchunked", body=b"0\r\n\r\n" + LAST),
        ((401, 200), ONE),
    ),
    Shape(
        "chunked after a vertical tab",
        post(b"Transfer-Encoding:\x0bchunked", body=b"0\r\n\r\n" + LAST),
    ),
    Shape(
        "a blank before the colon", post(b"Transfer-Encoding : chunked", body=b"0\r\n\r\n" + LAST)
    ),
    Shape("a folded header", post(b"Transfer-Encoding:\r\n chunked", body=b"0\r\n\r\n" + LAST)),
    Shape("a folded value", post(b"X-A: b\r\n c", b"Content-Length: 0", body=LAST)),
    Shape("a blank before the name", post(b" Content-Length: 5", body=b"12345" + LAST)),
    Shape("a header without a colon", post(b"Content-Length 5", body=b"12345" + LAST)),
    Shape("a nought in a header", post(b"X-A: b\0c", b"Content-Length: 0", body=LAST)),
    Shape("a bare CR in a header", post(b"X-A: b\rContent-Length: 5", body=LAST)),
    # A bare LF may end a line (RFC 9112 2.2), as long as it does so for both servers.
    Shape(
        "bare LF between headers",
        (POST + b"Content-Length: 0\r\n\r\n").replace(b"\r", b"") + LAST,
        ((401, 200), ONE),
    ),
    Shape(
        "a bare LF in a header",
        post(b"X-A: b\nContent-Length: 5", body=b"12345" + LAST),
        ((401, 200), ONE),
    ),
    Shape("a chunk of negative size", post(CHUNKED, body=b"-1\r\n\r\n0\r\n\r\n" + LAST)),
    Shape("a chunk in 0x", post(CHUNKED, body=b"0x1\r\na\r\n0\r\n\r\n" + LAST)),
    Shape("a chunk of huge size", post(CHUNKED, body=b"f" * 20 + b"\r\na\r\n0\r\n\r\n" + LAST)),
    Shape(
        "a chunk with a blank",
        post(CHUNKED, body=b"1 \r\na\r\n0\r\n\r\n" + LAST),
        ((401, 200), ONE),
    ),
    Shape("a chunk that ends in LF", post(CHUNKED, body=b"1\na\n0\n\n" + LAST)),
    Shape(
        "a chunk that is longer than it says", post(CHUNKED, body=b"1\r\nabc\r\n0\r\n\r\n" + LAST)
    ),
    Shape(
        "a chunk extension with a bare LF", post(CHUNKED, body=b"1;a\nb\r\na\r\n0\r\n\r\n" + LAST)
    ),
    Shape(
        "chunk extensions", post(CHUNKED, body=b"1;a=b;c\r\na\r\n0\r\n\r\n" + LAST), ((401, 200),)
    ),
    Shape(
        "trailers",
        post(CHUNKED, body=b"1\r\na\r\n0\r\nContent-Length: 9\r\n\r\n" + LAST),
        ((401, 200), ONE),
    ),
    Shape("a body of a GET", PLAIN + LENGTH + b"\r\n\r\n12345" + LAST, (BOTH,)),
    Shape(
        "a request as a body",
        PLAIN + b"Content-Length: %d\r\n\r\n" % len(LAST) + LAST + LAST,
        (BOTH,),
    ),
    Shape("two in one piece", PLAIN + b"\r\n" + LAST, (BOTH,)),
    Shape("fifty in one piece", (PLAIN + b"\r\n") * 49 + LAST, ((200,) * 50,)),
    Shape("blank lines between", PLAIN + b"\r\n\r\n\r\n" + LAST, (BOTH,)),
    Shape("one behind the last", LAST + PLAIN + b"\r\n", ((200,),)),
    Shape("nonsense behind one", PLAIN + b"\r\nGARBAGE / HTTP\r\n\r\n", ((200,), (200, 400))),
    Shape("HTTP/2 without asking", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", (NONE, ONE)),
    Shape("another version", b"GET /healthz HTTP/9.9\r\n\r\n" + LAST),
    Shape("no version", b"GET /healthz HTTP/\r\n\r\n" + LAST),
    Shape(
        "TLS on a plain connection", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 99
    ),
    Shape("two hosts", PLAIN + b"Host: other.example\r\nConnection: close\r\n\r\n", ((200,), ONE)),
    Shape(
        "a whole URL",
        b"GET http://a.example/healthz HTTP/1.1\r\nHost: b\r\nConnection: close\r\n\r\n",
        ((200,), ONE),
    ),
    Shape("a blank in the target", b"GET /healthz /x HTTP/1.1\r\nHost: a\r\n\r\n" + LAST),
    Shape(
        "a tunnel",
        b"CONNECT a.example:443 HTTP/1.1\r\nHost: a\r\n\r\n" + LAST,
        (ONE, (404,), (405,)),
    ),
    Shape("a star", b"OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", (ONE, (404,))),
)


def run(harness: Harness) -> None:
    """Send every shape, then the same again with an order hidden in it."""
    folder = harness.new_folder()
    url = f"sqlite:///{folder}/book.db"
    sellers = books.made(url)
    shapes = harness.row("requests that two servers delimit differently")
    with shapes as row, serving(row, folder, url) as served:
        asyncio.run(_send_all(row, served))
    with harness.row("orders hidden behind them") as row:
        before = asyncio.run(_orders(url, sellers["kole"]))
        with serving(row, folder, url) as served:
            asyncio.run(_hide_all(row, served))
        found = asyncio.run(_orders(url, sellers["kole"]))
        row.expect(before, found, "orders in the book")


async def _send_all(row: Row, served: Served) -> None:
    for shape in SHAPES:
        found = statuses(await answers_to(served.port, shape.sent))
        if found in shape.right:
            row.survive()
        else:
            row.lose(f"{shape.name}: answered with {found}, not with {shape.right}")


async def _hide_all(row: Row, served: Served) -> None:
    """Put a good order where a server could take it for a second request."""
    for number, shape in enumerate(SHAPES):
        if shape.right[0] not in (ONE, LAST_ONE) or LAST not in shape.sent:
            continue
        order = encoded(creation(dialects.dialect("kole"), f"hidden-{number}"))
        found = statuses(await answers_to(served.port, shape.sent.replace(LAST, order)))
        if 201 in found:
            row.lose(f"{shape.name}: the hidden order was taken")
        else:
            row.survive()


async def answers_to(port: int, sent: bytes) -> bytes:
    """Give all that is answered until the server closes the connection or sends nothing more."""
    reader, writer = await asyncio.open_connection(HOST, port)
    writer.write(sent)
    answer = b""
    try:
        async with asyncio.timeout(TIMEOUT):
            while piece := await reader.read(65_536):
                answer += piece
    except (TimeoutError, OSError):
        pass
    writer.close()
    return answer


def statuses(answers: bytes) -> tuple[int, ...]:
    """Give the statuses of some answers."""
    return tuple(int(found) for found in re.findall(rb"HTTP/1\.1 (\d{3}) ", answers))


async def _orders(url: str, seller: int) -> int:
    async with books.opened(url) as store:
        return (await store.counts(seller, test=True)).orders
