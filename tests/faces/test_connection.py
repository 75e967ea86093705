"""A client's connection, over a real socket: what it may send, how long it may take, what it hears."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from statistics import median
from typing import Any

import pytest

from orderglot.core.caller import OPEN
from orderglot.core.errors import HubError
from orderglot.core.order import Order
from orderglot.faces.asgi import Limits
from orderglot.wire import json
from orderglot.wire.message import Request, Response
from orderglot.wire.operation import Endpoint
from tests.faces.connections import (
    HEAD_MS,
    HELLO_REQUEST,
    LAST_HELLO,
    ORDER,
    Peer,
    run_flow,
    statuses,
)
from tests.faces.tiny import DIALECT, FAULTS, HELLO, answer, rewritten

MOST = DIALECT.max_body
CHUNKED = b"%x\r\n%s\r\n0\r\n\r\n" % (len(ORDER), ORDER)
CLOSES = b"connection: close\r\n"


def sent(*headers: str, body: bytes = ORDER, behind: bytes = b"") -> tuple[bytes, list[Order]]:
    """Send an order, and give what was answered until the end, and the orders that there are."""

    async def send(peer: Peer) -> tuple[bytes, list[Order]]:
        return await peer.exchange(peer.create(*headers, body=body) + behind), await peer.orders()

    received, orders = run_flow(send)
    assert isinstance(received, bytes)
    return received, orders


@pytest.mark.parametrize("length", [3, 14, 99, 10**9])
@pytest.mark.parametrize("first", [True, False], ids=["the length first", "the length last"])
def test_of_chunks_and_a_length_the_chunks_count_and_the_connection_ends(
    length: int, first: bool
) -> None:
    both = [f"Content-Length: {length}", "Transfer-Encoding: chunked"]

    received, orders = sent(*(both if first else both[::-1]), body=CHUNKED, behind=HELLO_REQUEST)

    assert [201] == statuses(received)
    assert CLOSES in received
    assert ["PO-7"] == [order.po_number for order in orders]


def test_a_body_in_chunks_is_put_together_and_the_connection_goes_on() -> None:
    pieces = b'3\r\n{"p\r\nb\r\no": "PO-7"}\r\n0\r\n\r\n'

    received, orders = sent("Transfer-Encoding: chunked", body=pieces, behind=LAST_HELLO)

    assert [201, 200] == statuses(received)
    assert ["PO-7"] == [order.po_number for order in orders]


@pytest.mark.parametrize("coding", ["gzip, chunked", "gzip,chunked", "chunked, chunked"])
def test_another_transfer_coding_is_not_offered(coding: str) -> None:
    received, orders = sent(f"Transfer-Encoding: {coding}", body=CHUNKED)

    assert statuses(received)[0] in (400, 501)
    assert (CLOSES in received, []) == (True, orders)


def test_what_stands_behind_a_body_is_no_header() -> None:
    async def sneak(peer: Peer) -> bytes:
        proof = peer.create().partition(b"example\r\n")[2].partition(b"\r\n\r\n")[0]
        head = b"POST /tiny/orders HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
        body = b"%x\r\n%s\r\n0\r\n%s\r\n\r\n" % (len(ORDER), ORDER, proof)
        return await peer.exchange(head + b"Connection: close\r\n\r\n" + body)

    assert [401] == statuses(run_flow(sneak))


def test_what_comes_in_pieces_is_answered_as_if_it_came_whole() -> None:
    async def drip(peer: Peer) -> bytes:
        whole = peer.create("Content-Length: 14", "Connection: close")
        return await peer.exchange(*(whole[at : at + 25] for at in range(0, len(whole), 25)))

    assert [201] == statuses(run_flow(drip))


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (["Content-Length: 3", "Content-Length: 14"], ORDER),
        (["Content-Length: +14"], ORDER),
        (["Content-Length: 14, 14"], ORDER),
        (["Content-Length: -1"], ORDER),
        (["Content-Length: 1e1"], ORDER),
        (["Content-Length: 99999999999999999999999"], ORDER),
        (["Transfer-Encoding: identity"], ORDER),
        (["Transfer-Encoding: chunked"], b"%x\r\n%s\r\nnonsense\r\n" % (len(ORDER), ORDER)),
        (["Transfer-Encoding: chunked"], b"-1\r\n"),
    ],
)
def test_a_body_that_is_none_is_refused_and_nothing_is_kept(
    headers: Sequence[str], body: bytes
) -> None:
    received, orders = sent(*headers, body=body)

    assert ([400], []) == (statuses(received), orders)
    assert CLOSES in received


def test_a_body_that_is_too_large_is_refused_by_its_head() -> None:
    received, orders = sent(f"Content-Length: {MOST + 1}", body=b"")

    assert ([400], []) == (statuses(received), orders)
    assert (True, True) == (CLOSES in received, f"{MOST} bytes".encode() in received)


def test_who_waits_to_be_asked_for_a_body_that_is_too_large_is_not_asked() -> None:
    received, _ = sent(f"Content-Length: {MOST + 1}", "Expect: 100-continue", body=b"")

    assert [400] == statuses(received)


def test_a_body_without_a_length_is_refused_as_soon_as_it_is_too_large() -> None:
    received, orders = sent(
        "Transfer-Encoding: chunked", body=b"%x\r\n%s" % (2 * MOST, b"x" * (MOST + 1))
    )

    assert ([400], []) == (statuses(received), orders)
    assert f"{MOST} bytes".encode() in received


def test_who_goes_on_sending_what_is_too_large_hears_why() -> None:
    async def flood(peer: Peer) -> bytes:
        reader, writer = await peer.opened()
        writer.write(peer.create("Content-Length: 20000000", body=b""))
        for _ in range(200):
            writer.write(b"x" * 100_000)
            await writer.drain()
        received = await reader.read()
        writer.close()
        return received

    assert [400] == statuses(run_flow(flood, limits=Limits(linger=10)))


def test_a_body_may_be_just_so_large() -> None:
    received, _ = sent(f"Content-Length: {MOST}", "Connection: close", body=ORDER.ljust(MOST))

    assert [201] == statuses(received)


def test_a_body_that_does_not_come_to_its_end_is_refused_and_nothing_is_kept() -> None:
    received, orders = sent("Content-Length: 15")

    assert ([408], []) == (statuses(received), orders)
    assert CLOSES in received


def test_a_body_that_comes_drop_by_drop_has_one_time_for_all_of_it() -> None:
    async def drip(peer: Peer) -> bytes:
        reader, writer = await peer.opened()
        writer.write(peer.create("Content-Length: 1000", body=b""))
        hearing = asyncio.create_task(reader.readuntil(b"\r\n\r\n"))
        while not hearing.done():
            writer.write(b" ")
            await asyncio.sleep(0.01)
        writer.close()
        return hearing.result()

    assert [408] == statuses(run_flow(drip, limits=Limits(body=0.2)))


@pytest.mark.parametrize("head", [b"", b"GET /tiny/hello HT", b"GET /tiny/hello HTTP/1.1\r\nA: b"])
def test_who_does_not_come_to_the_end_of_a_head_is_hung_up_on(head: bytes) -> None:
    async def dawdle(peer: Peer) -> float:
        began = asyncio.get_running_loop().time()
        assert b"" == await peer.exchange(head)
        return asyncio.get_running_loop().time() - began

    assert HEAD_MS / 2000 < run_flow(dawdle)


def test_who_says_nothing_more_is_hung_up_on() -> None:
    assert [200] == statuses(run_flow(lambda peer: peer.exchange(HELLO_REQUEST)))


def test_several_requests_at_once_are_answered_in_their_order() -> None:
    echo = rewritten(
        HELLO,
        read=lambda request, _caller: request.query,
        write=lambda run_flow, _request: answer(run_flow),
    )
    asking = [HELLO_REQUEST.replace(b"hello", b"hello?%d" % number) for number in range(5)]
    last = LAST_HELLO.replace(b"hello", b"hello?last")

    received = run_flow(
        lambda peer: peer.exchange(b"".join(asking) + last), replace(DIALECT, operations=(echo,))
    )

    assert [200] * 6 == statuses(received)
    parts = [part[1:].partition(b" ")[0] for part in received.split(b"\r\n\r\n")[1:]]
    assert [b"0", b"1", b"2", b"3", b"4", b"last"] == parts


@pytest.mark.parametrize(
    "more",
    [
        b"GARBAGE\r\n\r\n",
        HELLO_REQUEST[:-2] + b"Transfer-Encoding: chunked\r\n\r\nnonsense\r\n",
    ],
    ids=["no request", "a broken body"],
)
def test_a_request_is_answered_whatever_comes_behind_it(more: bytes) -> None:
    received, orders = sent("Content-Length: 14", behind=more)

    assert [201, 400] == statuses(received)
    assert 1 == len(orders)


def test_a_client_that_waits_to_be_asked_for_its_body_is_asked() -> None:
    async def wait(peer: Peer) -> tuple[bytes, bytes]:
        reader, writer = await peer.opened()
        writer.write(peer.create("Content-Length: 14", "Expect: 100-continue", body=b""))
        asked = await reader.readuntil(b"100 Continue\r\n\r\n")
        writer.write(ORDER + LAST_HELLO)
        received = await reader.read()
        writer.close()
        return asked, received

    asked, received = run_flow(wait)
    assert [100] == statuses(asked)
    assert [201, 200] == statuses(received)


def test_a_client_of_http_1_0_is_not_asked_for_its_body() -> None:
    async def flow(peer: Peer) -> bytes:
        whole = peer.create("Content-Length: 14", "Expect: 100-continue")
        return await peer.exchange(whole.replace(b"HTTP/1.1", b"HTTP/1.0"))

    received = run_flow(flow)
    assert [201] == statuses(received)
    assert received.startswith(b"HTTP/1.0 ")


@pytest.mark.parametrize("kept", [True, False])
def test_a_client_of_http_1_0_keeps_its_connection_where_it_says_so(kept: bool) -> None:
    first = b"GET /tiny/hello HTTP/1.0\r\n%s\r\n" % (b"Connection: keep-alive\r\n" * kept)

    received = run_flow(lambda peer: peer.exchange(first + b"GET /tiny/hello HTTP/1.0\r\n\r\n"))

    assert [200] * (1 + kept) == statuses(received)


@pytest.mark.parametrize("behind", [b"", HELLO_REQUEST], ids=["alone", "and one behind it"])
@pytest.mark.parametrize(
    ("length", "body"),
    [("Content-Length: 14", ORDER), ("Transfer-Encoding: chunked", CHUNKED)],
    ids=["whole", "chunked"],
)
def test_a_wish_for_another_protocol_is_passed_over_and_the_body_is_read(
    length: str, body: bytes, behind: bytes
) -> None:
    more = ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMA")

    received, orders = sent(length, *more, body=body, behind=behind + LAST_HELLO)

    assert [201, *[200] * bool(behind), 200] == statuses(received)
    assert 1 == len(orders)


@pytest.mark.parametrize("version", ["HTTP/1.2", "HTTP/2.0", "HTTP/3.7", "HTTP/0.9", "HTTQ/1.1"])
def test_an_odd_version_is_refused(version: str) -> None:
    odd = HELLO_REQUEST.replace(b"HTTP/1.1", version.encode())

    (status,) = statuses(run_flow(lambda peer: peer.exchange(odd)))

    assert status in (400, 505)


def test_the_other_versions_way_to_begin_is_answered_with_the_end() -> None:
    assert b"HTTP" not in run_flow(lambda peer: peer.exchange(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))


def test_head_is_get_without_the_body() -> None:
    head = LAST_HELLO.replace(b"GET", b"HEAD")

    async def both(peer: Peer) -> tuple[bytes, bytes]:
        return await peer.exchange(LAST_HELLO), await peer.exchange(head)

    got, headed = run_flow(both)

    (got_head, _, body), (headed_head, _, nothing) = (
        received.partition(b"\r\n\r\n") for received in (got, headed)
    )
    assert (b"", True) == (nothing, bool(body))
    assert sorted(_undated(got_head)) == sorted(_undated(headed_head))


def _undated(head: bytes) -> list[bytes]:
    return [line for line in head.split(b"\r\n") if not line.startswith(b"date:")]


@pytest.mark.parametrize("target", [b"/tiny/hello", b"*"])
def test_options_are_answered_and_the_connection_goes_on(target: bytes) -> None:
    options = HELLO_REQUEST.replace(b"GET /tiny/hello", b"OPTIONS " + target)

    first, second = statuses(run_flow(lambda peer: peer.exchange(options + LAST_HELLO)))

    assert (first in (404, 405), 200) == (True, second)


def test_no_tunnel_is_dug() -> None:
    connect = b"CONNECT orders.example:80 HTTP/1.1\r\nHost: orders.example\r\n\r\n"

    received = run_flow(lambda peer: peer.exchange(connect + HELLO_REQUEST))

    assert [400] == statuses(received)


@pytest.mark.parametrize(
    ("more", "status"),
    [
        (b"A: " + b"x" * 300_000 + b"\r\n", 431),
        (b"A: b\r\n" * 200, 431),
        (b"A : b\r\n", 400),
        (b"A: b\r\n c\r\n", 400),
    ],
    ids=["a long header", "many headers", "a space before the colon", "a header in two lines"],
)
def test_a_head_that_is_too_long_or_malformed_is_refused(more: bytes, status: int) -> None:
    received = run_flow(lambda peer: peer.exchange(HELLO_REQUEST[:-2] + more + b"\r\n"))

    assert [status] == statuses(received)


def test_a_target_that_is_too_long_is_refused() -> None:
    target = b"/" + b"x" * 70_000

    received = run_flow(
        lambda peer: peer.exchange(b"GET " + target + b" HTTP/1.1\r\nHost: a\r\n\r\n")
    )

    assert [414] == statuses(received)


def test_a_path_is_taken_as_it_was_sent() -> None:
    echo = rewritten(
        replace(HELLO, endpoint=Endpoint("GET", ("/tiny/hello/{name}",), OPEN)),
        read=lambda request, _caller: f"{request.path} is {request.params['name']}",
        write=lambda run_flow, _request: answer(run_flow),
    )
    asking = LAST_HELLO.replace(b"hello", b"hello/a%2Fb%20c")

    received = run_flow(lambda peer: peer.exchange(asking), replace(DIALECT, operations=(echo,)))

    assert b'"/tiny/hello/a%2Fb%20c is a/b c at ' in received


async def _take_time(_context: Any, _ask: Any) -> str:
    await asyncio.sleep(2 * HEAD_MS / 1000)
    return "hello"


@pytest.mark.parametrize("behind", [LAST_HELLO, HELLO_REQUEST[:9]], ids=["a request", "a part"])
def test_an_answer_that_takes_its_time_is_not_cut_off(behind: bytes) -> None:
    tardy = replace(DIALECT, operations=(replace(HELLO, perform=_take_time),))

    received = run_flow(lambda peer: peer.exchange(HELLO_REQUEST + behind), tardy)

    assert [200] * (1 + (behind == LAST_HELLO)) == statuses(received)


def test_a_large_answer_is_whole_for_who_takes_it_slowly() -> None:
    large = rewritten(HELLO, write=lambda run_flow, request: answer("x" * 3_000_000))

    async def take(peer: Peer) -> bytes:
        reader, writer = await peer.opened()
        writer.write(LAST_HELLO)
        received = b""
        while piece := await reader.read(65_536):
            received += piece
            await asyncio.sleep(0.01)
        writer.close()
        return received

    received = run_flow(take, replace(DIALECT, operations=(large,)))
    assert 3_000_002 == len(received.partition(b"\r\n\r\n")[2])


def test_nothing_is_kept_when_the_client_hangs_up_halfway(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def hang_up(peer: Peer) -> list[Order]:
        _, writer = await peer.opened()
        writer.write(peer.create("Content-Length: 14", body=ORDER[:7]))
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        await peer.exchange(LAST_HELLO)
        return await peer.orders()

    assert [] == run_flow(hang_up)
    assert [] == [one for one in caplog.records if one.levelname == "ERROR"]


def test_what_a_client_asked_for_is_done_though_it_hangs_up() -> None:
    async def go(peer: Peer) -> list[Order]:
        orders: list[Order] = []
        for look in count():
            # On a busy machine the end may be seen before the request: then it is sent once more.
            if look % 500 == 0:
                _, writer = await peer.opened()
                writer.write(peer.create("Content-Length: 14"))
                await writer.drain()
                writer.close()
            await asyncio.sleep(0.01)
            if orders := await peer.orders():
                break
        return orders

    assert {"PO-7"} == {order.po_number for order in run_flow(go)}


def test_a_header_that_no_header_may_be_never_leaves() -> None:
    def split(_answer: Any, _request: Any) -> Any:
        return Response(status=302, headers={"location": "a\r\nX-B: c"})

    broken = rewritten(HELLO, write=split)
    received = run_flow(
        lambda peer: peer.exchange(LAST_HELLO), replace(DIALECT, operations=(broken,))
    )

    assert [500] == statuses(received)
    assert b"X-B" not in received


def _speechless(_error: HubError, _request: Request) -> Response:
    raise RuntimeError("never shown")


def test_where_not_even_a_refusal_can_be_written_the_connection_goes_on() -> None:
    nowhere = HELLO_REQUEST.replace(b"hello", b"nowhere")

    received = run_flow(
        lambda peer: peer.exchange(nowhere + LAST_HELLO),
        replace(DIALECT, faults=replace(FAULTS, write=_speechless)),
    )

    assert [500, 200] == statuses(received)
    assert b"never shown" not in received


@pytest.mark.parametrize("begun", [b"0\r\nA: ", b"1;a="], ids=["a trailer", "an extension"])
def test_what_stands_beside_a_body_has_an_end_as_well(begun: bytes) -> None:
    endless = begun + b"x" * 500_000

    async def flow(peer: Peer) -> tuple[bytes, list[Order]]:
        reader, writer = await peer.opened()
        chunked = peer.create("Transfer-Encoding: chunked", body=b"")
        writer.write(chunked + b"%x\r\n%s\r\n" % (len(ORDER), ORDER) + endless)
        received = await reader.read()
        writer.close()
        return received, await peer.orders()

    received, orders = run_flow(flow)
    assert ([400], []) == (statuses(received), orders)


def test_who_is_silent_keeps_nobody_waiting() -> None:
    async def times(peer: Peer) -> list[float]:
        loop, found = asyncio.get_running_loop(), []
        for _ in range(20):
            began = loop.time()
            assert [200] == statuses(await peer.exchange(LAST_HELLO))
            found.append(loop.time() - began)
        return found

    async def crowd(peer: Peer) -> tuple[float, float]:
        alone = median(await times(peer))
        silent = [await peer.opened() for _ in range(500)]
        beside = median(await times(peer))
        for _, writer in silent:
            writer.close()
        return alone, beside

    alone, beside = run_flow(crowd)
    assert beside < 10 * alone


def test_the_bodies_of_answers_are_those_of_the_vendor() -> None:
    received, _ = sent("Content-Length: 14", "Connection: close")

    head, _, body = received.partition(b"\r\n\r\n")
    assert "PO-7" == json.read(body)["po"]
    assert b"content-length: %d\r\n" % len(body) in head
