"""A client's connection: how long it may take, how much it may say, and what it is answered."""

from __future__ import annotations

import asyncio
import gc
import socket
import struct
from dataclasses import replace
from typing import Any

import pytest

from orderglot.core.errors import HubError
from orderglot.core.order import Order
from orderglot.faces import patience, reading
from orderglot.wire.message import Response
from tests.faces.connections import HELLO_REQUEST, ORDER, Line, said, statuses, until
from tests.faces.tiny import DIALECT, FAULTS, HELLO, answer, rewritten


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the server lose its patience at once."""
    monkeypatch.setattr(patience, "SWEEP", 0.05)
    monkeypatch.setattr(patience, "SECONDS", dict.fromkeys(("head", "body"), 0.1))


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("head", [b"GET /tiny/hello HT", b"GET /tiny/hello HTTP/1.1\r\nA: b\r\n"])
def test_a_head_that_does_not_come_to_its_end_is_refused(head: bytes) -> None:
    assert [408] == statuses(said(lambda line: line.heard(head)))


@pytest.mark.usefixtures("hasty")
def test_a_client_that_says_nothing_is_hung_up_on() -> None:
    assert b"" == said(lambda line: line.heard())


@pytest.mark.usefixtures("hasty")
def test_what_goes_wrong_with_one_client_keeps_nobody_from_looking_at_the_others() -> None:
    async def crowd(line: Line) -> int:
        wrong: list[Any] = []
        asyncio.get_running_loop().set_exception_handler(lambda _loop, what: wrong.append(what))
        writers = [(await line.opened())[1] for _ in range(5)]
        await until(lambda: len(line.connections) == len(writers))
        broken = line.connections[0]
        reader = broken.reader
        del broken.reader
        await until(lambda: bool(wrong) and line.connections == [broken])
        broken.reader = reader
        for writer in writers:
            writer.close()
        return len(line.connections)

    assert 1 == said(crowd)


@pytest.mark.usefixtures("hasty")
def test_a_client_that_says_nothing_more_is_hung_up_on() -> None:
    assert [200] == statuses(said(lambda line: line.heard(HELLO_REQUEST)))


@pytest.mark.usefixtures("hasty")
def test_a_body_that_does_not_come_to_its_end_is_refused_and_nothing_is_kept() -> None:
    async def dawdle(line: Line) -> tuple[bytes, list[Order]]:
        return await line.heard(line.create("Content-Length: 15")), await line.orders()

    heard, orders = said(dawdle)
    assert ([408], []) == (statuses(heard), orders)


@pytest.mark.parametrize("requests", [1, 3])
def test_a_client_that_does_not_take_its_answer_is_hung_up_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, requests: int
) -> None:
    monkeypatch.setattr(patience, "SWEEP", 0.05)
    monkeypatch.setattr(patience, "SECONDS_FOR_ANSWER", 0.1)
    huge = rewritten(HELLO, write=lambda said, request: answer("x" * 30_000_000))

    async def ignore(line: Line) -> int:
        _, writer = await asyncio.open_connection(*line.listening.getsockname(), limit=1_000)
        writer.write(HELLO_REQUEST * requests)
        connections = line.server.server_state.connections
        await until(lambda: bool(connections))
        await until(lambda: not connections)
        writer.close()
        return len(connections)

    assert 0 == said(ignore, replace(DIALECT, operations=(huge,)))
    assert [] == [one for one in caplog.records if one.levelname == "ERROR"]


HUGE = rewritten(HELLO, write=lambda said, request: answer("x" * 30_000_000))


def test_a_client_has_its_time_for_each_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "SWEEP", 3_600)

    async def take(line: Line) -> list[bytes]:
        reader, writer = await line.opened()
        writer.write(HELLO_REQUEST + HELLO_REQUEST[:-2] + b"Connection: close\r\n\r\n")
        head = await reader.readuntil(b"\r\n\r\n")
        (one,) = line.connections
        one.look_at_clock(0.0)
        await reader.readexactly(30_000_002)
        heads = [head, await reader.readuntil(b"\r\n\r\n")]
        one.look_at_clock(patience.SECONDS_FOR_ANSWER + 1)
        rest = await reader.read()
        writer.close()
        return [*heads, rest[-1:]]

    *heads, end = said(take, replace(DIALECT, operations=(HUGE,)))
    assert [200, 200] == statuses(b"".join(heads))
    assert b'"' == end


def test_the_time_for_a_head_begins_when_the_answer_before_it_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(patience, "SWEEP", 3_600)

    async def go_on(line: Line) -> bytes:
        reader, writer = await line.opened()
        writer.write(HELLO_REQUEST)
        await until(lambda: any(one.answering for one in line.connections))
        (one,) = line.connections
        one.look_at_clock(0.0)
        await reader.readuntil(b"\r\n\r\n")
        one.look_at_clock(patience.SECONDS_FOR_HEAD + 1)
        await reader.readexactly(30_000_002)
        one.look_at_clock(patience.SECONDS_FOR_HEAD + 2)
        writer.write(HELLO_REQUEST[:-2] + b"Connection: close\r\n\r\n")
        heard = await reader.read()
        writer.close()
        return heard.partition(b"\r\n\r\n")[0]

    slow = replace(HUGE, perform=_take_time)
    assert [200] == statuses(said(go_on, replace(DIALECT, operations=(slow,))))


@pytest.mark.parametrize(
    "more",
    [
        b"A: " + b"x" * reading.MOST_HEAD + b"\r\n",
        b"A: b\r\n" * reading.MOST_HEADERS,
        b"A: " + b"x" * 3 * reading.MOST_HEAD,
    ],
    ids=["a long header", "many headers", "a header without an end"],
)
def test_a_head_that_is_too_long_is_refused(more: bytes) -> None:
    heard = said(lambda line: line.heard(HELLO_REQUEST[:-2] + more + b"\r\n"))

    assert [431] == statuses(heard)


def test_a_target_that_is_too_long_is_refused() -> None:
    target = b"/" + b"x" * reading.MOST_HEAD

    assert [431] == statuses(said(lambda line: line.heard(b"GET " + target + b" HTTP/1.1\r\n\r\n")))


def test_what_stands_behind_a_body_is_no_header() -> None:
    async def sneak(line: Line) -> bytes:
        proof = line.create().partition(b"example\r\n")[2].partition(b"\r\n\r\n")[0]
        head = b"POST /tiny/orders HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
        body = b"%x\r\n%s\r\n0\r\n%s\r\n\r\n" % (len(ORDER), ORDER, proof)
        return await line.heard(head + b"Connection: close\r\n\r\n" + body)

    assert [401] == statuses(said(sneak))


def test_what_comes_in_pieces_is_answered_as_if_it_came_whole() -> None:
    async def drip(line: Line) -> bytes:
        whole = line.create("Content-Length: 14", "Connection: close")
        return await line.heard(*(whole[at : at + 9] for at in range(0, len(whole), 9)))

    assert [201] == statuses(said(drip))


@pytest.mark.parametrize(
    "more",
    [
        b"GARBAGE\r\n\r\n",
        HELLO_REQUEST[:-2] + b"Transfer-Encoding: chunked\r\n\r\nnonsense\r\n",
    ],
    ids=["no request", "a broken body"],
)
def test_a_request_is_answered_whatever_comes_behind_it(more: bytes) -> None:
    async def follow(line: Line) -> tuple[bytes, list[Order]]:
        return await line.heard(line.create("Content-Length: 14") + more), await line.orders()

    heard, orders = said(follow)
    assert [201, 400] == statuses(heard)
    assert 1 == len(orders)


def test_a_body_that_breaks_is_refused_and_nothing_is_kept() -> None:
    async def break_off(line: Line) -> tuple[bytes, list[Order]]:
        body = b"%x\r\n%s\r\nnonsense\r\n" % (len(ORDER), ORDER)
        broken = line.create("Transfer-Encoding: chunked", body=body)
        return await line.heard(broken), await line.orders()

    heard, orders = said(break_off)
    assert ([400], []) == (statuses(heard), orders)


@pytest.mark.parametrize(
    ("length", "status", "orders"), [(14, 201, 1), (15, 400, 0)], ids=["whole", "not whole"]
)
def test_who_says_no_more_is_still_answered(length: int, status: int, orders: int) -> None:
    async def half_close(line: Line) -> tuple[bytes, list[Order]]:
        reader, writer = await line.opened()
        writer.write(line.create(f"Content-Length: {length}"))
        writer.write_eof()
        heard = await reader.read()
        writer.close()
        return heard, await line.orders()

    heard, kept = said(half_close)
    assert ([status], orders) == (statuses(heard), len(kept))


async def _take_time(_desk: Any, _ask: Any) -> str:
    await asyncio.sleep(0.4)
    return "hello"


SLOW = replace(HELLO, perform=_take_time)


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize(
    ("behind", "answers"),
    [(HELLO_REQUEST, [200, 200]), (HELLO_REQUEST[:9], [200, 408])],
    ids=["a request", "a part of one"],
)
def test_an_answer_that_takes_its_time_is_not_cut_off(behind: bytes, answers: list[int]) -> None:
    tardy = replace(DIALECT, operations=(SLOW,))

    assert answers == statuses(said(lambda line: line.heard(HELLO_REQUEST + behind), tardy))


def test_who_asks_much_at_once_does_not_keep_others_waiting() -> None:
    answered: list[str] = []

    async def note(_desk: Any, ask: Any) -> str:
        answered.append(str(ask))
        return "hello"

    noting = rewritten(replace(HELLO, perform=note), read=lambda request, _caller: request.query)

    def asking(name: str) -> bytes:
        return HELLO_REQUEST.replace(b"hello", b"hello?%s" % name.encode())

    async def crowd(line: Line) -> None:
        lines = [await line.opened() for _ in range(2)]
        for name, (_, writer) in zip(("much", "little"), lines, strict=True):
            writer.write(asking(name) * (100 if name == "much" else 1))
        await until(lambda: len(answered) == 101)
        for _, writer in lines:
            writer.close()

    said(crowd, replace(DIALECT, operations=(noting,)))
    assert answered.index("little") < 50


def test_a_client_that_waits_to_be_asked_for_its_body_is_asked() -> None:
    async def wait(line: Line) -> tuple[bytes, bytes]:
        reader, writer = await line.opened()
        writer.write(
            HELLO_REQUEST + line.create("Content-Length: 14", "Expect: 100-continue", body=b"")
        )
        asked = await reader.readuntil(b"100 Continue\r\n\r\n")
        writer.write(ORDER)
        writer.write_eof()
        heard = await reader.read()
        writer.close()
        return asked, heard

    asked, heard = said(wait)
    assert [200, 100] == statuses(asked)
    assert [201] == statuses(heard)


def test_a_client_that_breaks_off_instead_of_being_asked_for_its_body_leaves_no_trace() -> None:
    wrong: list[dict[str, Any]] = []

    async def reset(line: Line) -> None:
        loop, state = asyncio.get_running_loop(), line.server.server_state
        loop.set_exception_handler(lambda _loop, context: wrong.append(context))
        _, writer = await line.opened()
        expecting = line.create("Content-Length: 14", "Expect: 100-continue", body=b"")
        writer.write(HELLO_REQUEST + expecting)
        await until(lambda: any(one.reader.invited for one in line.connections))
        end = writer.get_extra_info("socket")
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
        await until(lambda: bool(state.tasks))
        await until(lambda: not state.tasks)
        gc.collect()

    create = next(one for one in DIALECT.operations if one.endpoint.method == "POST")
    said(reset, replace(DIALECT, operations=(create, SLOW)))
    assert [] == wrong


def test_a_client_of_http_1_0_is_not_asked_for_its_body() -> None:
    async def say(line: Line) -> bytes:
        whole = line.create("Content-Length: 14", "Expect: 100-continue")
        return await line.heard(whole.replace(b"HTTP/1.1", b"HTTP/1.0"))

    assert [201] == statuses(said(say))


@pytest.mark.parametrize("length", ["Content-Length: {}", "Transfer-Encoding: chunked"])
def test_a_body_that_is_too_large_is_refused_before_it_is_whole(length: str) -> None:
    most = DIALECT.max_body

    async def say(line: Line) -> tuple[bytes, list[Order]]:
        body = b"%x\r\n%s" % (2 * most, b"x" * (most + 1))
        head = line.create(length.format(most + 1), body=body if "chunked" in length else b"")
        return await line.heard(HELLO_REQUEST + head), await line.orders()

    heard, orders = said(say)
    assert ([200, 400], []) == (statuses(heard), orders)
    assert b"bytes" in heard


@pytest.mark.parametrize("behind", [b"", HELLO_REQUEST], ids=["alone", "and one behind it"])
@pytest.mark.parametrize(
    ("length", "body"),
    [
        ("Content-Length: 14", ORDER),
        ("Transfer-Encoding: chunked", b"%x\r\n%s\r\n0\r\n\r\n" % (len(ORDER), ORDER)),
    ],
    ids=["whole", "chunked"],
)
def test_a_wish_for_another_protocol_is_passed_over_and_the_body_is_read(
    length: str, body: bytes, behind: bytes
) -> None:
    async def wish(line: Line) -> tuple[bytes, list[Order]]:
        more = ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMA")
        whole = line.create(length, *more, body=body) + behind + HELLO_REQUEST[:-2]
        return await line.heard(whole + b"Connection: close\r\n\r\n"), await line.orders()

    heard, orders = said(wish)
    assert [201, *[200] * bool(behind), 200] == statuses(heard)
    assert 1 == len(orders)


def test_many_wishes_for_another_protocol_are_passed_over_each() -> None:
    wish = HELLO_REQUEST[:-2] + b"Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
    last = HELLO_REQUEST[:-2] + b"Connection: close\r\n\r\n"

    assert [200] * 2001 == statuses(said(lambda line: line.heard(wish * 2000 + last)))


def test_no_tunnel_is_dug() -> None:
    heard = said(lambda line: line.heard(b"CONNECT / HTTP/1.1\r\nHost: a\r\n\r\n" + HELLO_REQUEST))

    assert [400] == statuses(heard)


def test_a_header_that_no_header_may_be_never_leaves() -> None:
    def split(_said: Any, _request: Any) -> Any:
        return Response(status=302, headers={"location": "a\r\nX-B: c"})

    broken = rewritten(HELLO, write=split)
    heard = said(
        lambda line: line.heard(HELLO_REQUEST[:-2] + b"Connection: close\r\n\r\n"),
        replace(DIALECT, operations=(broken,)),
    )
    assert [500] == statuses(heard)
    assert b"X-B" not in heard


def speechless(error: HubError, request: Any) -> Response:
    raise RuntimeError("never shown")


def test_where_not_even_a_refusal_can_be_written_the_line_goes_on() -> None:
    nowhere = HELLO_REQUEST.replace(b"hello", b"nowhere")

    heard = said(
        lambda line: line.heard(nowhere + HELLO_REQUEST[:-2] + b"Connection: close\r\n\r\n"),
        replace(DIALECT, faults=replace(FAULTS, write=speechless)),
    )

    assert [500, 200] == statuses(heard)
    assert b"never shown" not in heard


def test_headers_are_spelled_as_servers_do() -> None:
    heard = said(lambda line: line.heard(HELLO_REQUEST[:-2] + b"Connection: close\r\n\r\n"))

    names = [one.partition(b":")[0] for one in heard.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]]
    assert [b"Date", b"Connection", b"Content-Type", b"Content-Length"] == names


@pytest.mark.parametrize("begun", [b"0\r\nA: ", b"1;a="], ids=["a trailer", "an extension"])
def test_what_stands_beside_a_body_has_an_end_as_well(begun: bytes) -> None:
    endless = begun + b"x" * 9 * reading.MOST_HEAD

    async def say(line: Line) -> tuple[bytes, list[Order]]:
        chunked = line.create("Transfer-Encoding: chunked", body=b"")
        body = b"%x\r\n%s\r\n" % (len(ORDER), ORDER)
        return await line.heard(chunked, body + endless), await line.orders()

    heard, orders = said(say)
    assert ([431], []) == (statuses(heard), orders)
