"""The body of a request: which codings are decoded, into how much, and how others are refused."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from dataclasses import replace
from typing import Any

import pytest

from orderglot import dialects
from orderglot.faces.asgi import Asgi
from orderglot.faces.dispatcher import Dispatcher
from orderglot.faces.request_body import read_body
from orderglot.faces.server import Server
from orderglot.stores.memory import MemoryStore
from orderglot.wire.message import Request
from tests.faces.connections import LAST_HELLO, ORDER, Peer, run_flow, statuses
from tests.faces.test_asgi import HOST, Message, called, scope
from tests.faces.tiny import CREATE_ORDER, DIALECT, rewritten

MOST = DIALECT.max_body


def raw_deflate(body: bytes) -> bytes:
    """Deflate without the envelope, as many a client does it."""
    packing = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packing.compress(body) + packing.flush()


PACKED = {
    "gzip": gzip.compress(ORDER, mtime=0),
    "x-gzip": gzip.compress(ORDER, mtime=0),
    "GZIP": gzip.compress(ORDER, mtime=0),
    "deflate": zlib.compress(ORDER),
    "Deflate": raw_deflate(ORDER),
    "identity": ORDER,
    "": ORDER,
}


def created(coding: str, body: bytes, *, chunk: int = 0) -> tuple[bytes, int]:
    """Send an order in a coding, in one piece or in chunks; gives the answer and how many there are."""

    async def create(peer: Peer) -> tuple[bytes, int]:
        pieces = [body[at : at + chunk] for at in range(0, len(body), chunk)] if chunk else []
        chunked = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
        length = "Transfer-Encoding: chunked" if chunk else f"Content-Length: {len(body)}"
        asking = peer.create(
            f"Content-Encoding: {coding}",
            length,
            "Connection: close",
            body=chunked + b"0\r\n\r\n" if chunk else body,
        )
        return await peer.exchange(asking), len(await peer.orders())

    received, count = run_flow(create)
    return received, count


@pytest.mark.parametrize("chunk", [0, 1, 7], ids=["whole", "byte by byte", "in chunks"])
@pytest.mark.parametrize("coding", PACKED)
def test_a_body_is_decoded(coding: str, chunk: int) -> None:
    received, count = created(coding, PACKED[coding], chunk=chunk)

    assert ([201], 1) == (statuses(received), count)


@pytest.mark.parametrize(
    "packed", [gzip.compress, zlib.compress, raw_deflate], ids=["gzip", "zlib", "raw"]
)
@pytest.mark.parametrize(("size", "status", "orders"), [(MOST, 201, 1), (MOST + 1, 400, 0)])
def test_the_limit_is_that_of_the_decoded_size(
    packed: Any, size: int, status: int, orders: int
) -> None:
    coding = "gzip" if packed is gzip.compress else "deflate"

    received, count = created(coding, packed(ORDER.ljust(size)))

    assert ([status], orders) == (statuses(received), count)


def test_a_bomb_is_not_unpacked() -> None:
    bomb = zlib.compress(bytes(200_000))
    assert len(bomb) < MOST

    received, count = created("deflate", bomb)

    assert ([400], 0) == (statuses(received), count)
    assert f"{MOST} bytes".encode() in received


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", ORDER),
        ("gzip", PACKED["deflate"]),
        ("gzip", PACKED["gzip"][:-3]),
        ("gzip", PACKED["gzip"] + b"more"),
        ("gzip", PACKED["gzip"][:12] + b"\xff\xff" + PACKED["gzip"][14:]),
        ("deflate", PACKED["gzip"]),
        ("deflate", PACKED["deflate"][:-3]),
        ("deflate", ORDER),
    ],
    ids=["plain", "deflated", "cut", "more", "broken", "gzipped", "cut deflate", "plain deflate"],
)
def test_a_body_that_is_not_coded_as_it_says_is_refused(coding: str, body: bytes) -> None:
    received, count = created(coding, body)

    assert ([400], 0) == (statuses(received), count)
    assert b"Content-Encoding" in received


@pytest.mark.parametrize("coding", ["br", "zstd", "compress", "gzip, gzip", "utf-8", "x" * 900])
def test_another_coding_is_refused_with_those_that_are_understood(coding: str) -> None:
    received, count = created(coding, ORDER)

    assert ([415], 0) == (statuses(received), count)
    assert b"accept-encoding: gzip, deflate\r\n" in received
    assert b"Content-Encoding" in received


def test_a_coding_of_no_body_is_passed_over() -> None:
    coded = LAST_HELLO[:-2] + b"Content-Encoding: gzip\r\nContent-Length: 0\r\n\r\n"

    assert [200] == statuses(run_flow(lambda peer: peer.exchange(coded)))


def test_what_was_decoded_is_no_longer_called_coded() -> None:
    seen: list[Request] = []

    def read(request: Request, caller: Any) -> Any:
        seen.append(request)
        return CREATE_ORDER.request.read(request, caller)

    watched = replace(DIALECT, operations=(rewritten(CREATE_ORDER, read=read),))
    packed = PACKED["gzip"]
    coded = ("Content-Encoding: gzip", f"Content-Length: {len(packed)}", "Connection: close")
    run_flow(lambda peer: peer.exchange(peer.create(*coded, body=packed)), watched)

    (request,) = seen
    assert (ORDER, False) == (request.body, "content-encoding" in request.headers)


@pytest.mark.parametrize("name", dialects.names())
def test_every_dialect_refuses_another_coding_in_its_own_form(name: str) -> None:
    dialect = dialects.dialect(name)
    operation = next(one for one in dialect.operations if one.endpoint.method in ("POST", "PUT"))
    path = operation.endpoint.paths[0].replace("{", "").replace("}", "")

    async def ask(coding: bytes) -> list[Message]:
        app = Asgi([Server(dialect, MemoryStore())])
        headers = [HOST, (b"content-encoding", coding), (b"content-length", b"2")]
        where = {"method": operation.endpoint.method, "path": path, "raw_path": path.encode()}
        sent = {"type": "http.request", "body": b"{}"}
        return await called(app, scope(headers=headers, **where), sent, {"type": "http.disconnect"})

    start, body = asyncio.run(ask(b"br"))
    headers = dict(start["headers"])
    assert 415 == start["status"]
    assert b"gzip, deflate" == headers[b"accept-encoding"]
    assert b"Content-Encoding" in body["body"]
    assert not headers[b"content-type"].startswith(b"text/plain")


def read_from(headers: dict[str, str], *pieces: bytes) -> tuple[bytes, int]:
    """Read a body that comes in pieces and ends by itself; gives it and how often it was waited for."""
    waiting = [*pieces, b""]
    count = len(waiting)

    async def receive() -> Message:
        piece = waiting.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(waiting)}

    body = asyncio.run(read_body(receive, headers, MOST, 10))
    return body, count - len(waiting)


def test_a_body_is_read_until_it_has_come_to_its_length() -> None:
    assert (b"abcd", 2) == read_from({"content-length": "4"}, b"ab", b"cd")
    assert (b"", 0) == read_from({"content-length": "0"})


def test_beside_chunks_a_length_ends_nothing() -> None:
    headers = {"content-length": "2", "transfer-encoding": "chunked"}

    assert (b"abcd", 3) == read_from(headers, b"ab", b"cd")


def test_what_may_grow_has_the_room_of_its_own_face() -> None:
    komet, small = dialects.dialect("komet"), {"content-length": "10"}
    dispatcher = Dispatcher([Server(one, MemoryStore()) for one in (DIALECT, komet)])
    path = komet.operations[0].endpoint.paths[0]

    def most(headers: dict[str, str]) -> int:
        return dispatcher.most_body(Request(method="POST", path=path, headers=headers))

    assert MOST < komet.max_body
    assert MOST == most(small)
    assert [komet.max_body] * 4 == [
        most({"content-length": str(MOST + 1)}),
        most(small | {"content-encoding": "gzip"}),
        most(small | {"transfer-encoding": "chunked"}),
        most({}),
    ]
