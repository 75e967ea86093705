"""A client's connection: how long it may take, how much it may say, and how it ends."""

from __future__ import annotations

import asyncio
import gc
import socket
import struct
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
import uvicorn
import uvloop

from orderglot.cli.line import Process, put_nobody_through
from orderglot.core.caller import Caller
from orderglot.core.errors import HubError
from orderglot.core.order import Order
from orderglot.faces import connection, patience, reading
from orderglot.faces.asgi import Asgi
from orderglot.wire.dialect import Dialect
from orderglot.wire.message import Response
from tests.faces.sites import Site, site
from tests.faces.tiny import DIALECT, HELLO, TinyFaults, answer

ORDER = b'{"po": "PO-7"}'
HELLO_REQUEST = b"GET /tiny/hello HTTP/1.1\r\nHost: orders.example\r\n\r\n"


@dataclass
class Line:
    """A server, and connections to it."""

    at: Site
    server: uvicorn.Server
    listening: socket.socket

    async def opened(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(*self.listening.getsockname())

    async def heard(self, *said: bytes) -> bytes:
        """Say something, and give all that is answered until the other side hangs up."""
        reader, writer = await self.opened()
        for piece in said:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.01)
        try:
            return await reader.read()
        finally:
            writer.close()

    def create(self, *headers: str, body: bytes = ORDER) -> bytes:
        proof = [f"X-{name.title()}: {value}" for name, value in self.at.proof.items()]
        lines = ["POST /tiny/orders HTTP/1.1", "Host: orders.example", *proof, *headers, "", ""]
        return "\r\n".join(lines).encode() + body

    async def orders(self) -> list[Order]:
        whole = Caller(seller=self.at.caller.seller)
        return [order async for order in self.at.store.of(whole).walk()]


async def until(true: Callable[[], bool]) -> None:
    while not true():  # noqa: ASYNC110 (nobody says when it is)
        await asyncio.sleep(0.01)


@asynccontextmanager
async def served(dialect: Dialect) -> AsyncIterator[Line]:
    at = await site(dialect)
    with socket.create_server(("127.0.0.1", 0), backlog=100) as listening:
        app = Asgi([at.server])
        config = uvicorn.Config(
            app, http=connection.Connection, log_config=None, server_header=False
        )
        server = Process(config)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        await until(lambda: server.started)
        try:
            yield Line(at, server, listening)
        finally:
            server.should_exit = True
            await serving


def said(talk: Callable[[Line], Awaitable[Any]], dialect: Dialect = DIALECT) -> Any:
    async def go() -> Any:
        async with served(dialect) as line:
            return await talk(line)

    # The loop that really serves: others let one write to a line that is gone.
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(go())


def statuses(heard: bytes) -> list[int]:
    """Give the statuses of the answers in what was heard."""
    heads = [line for line in heard.split(b"\r\n") if b"HTTP/1.1 " in line]
    return [int(line.rpartition(b"HTTP/1.1 ")[2].split()[0]) for line in heads]


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
    huge = replace(HELLO, write_response=lambda said, request: answer("x" * 30_000_000))

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


HUGE = replace(HELLO, write_response=lambda said, request: answer("x" * 30_000_000))


def test_a_client_has_its_time_for_each_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "SWEEP", 3_600)

    async def take(line: Line) -> list[bytes]:
        reader, writer = await line.opened()
        writer.write(HELLO_REQUEST + HELLO_REQUEST[:-2] + b"Connection: close\r\n\r\n")
        head = await reader.readuntil(b"\r\n\r\n")
        (one,) = line.server.server_state.connections
        one.look_at_clock(0.0)  # type: ignore[union-attr]
        await reader.readexactly(30_000_002)
        heads = [head, await reader.readuntil(b"\r\n\r\n")]
        one.look_at_clock(patience.SECONDS_FOR_ANSWER + 1)  # type: ignore[union-attr]
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
        connections = line.server.server_state.connections
        await until(lambda: any(one.answering for one in connections))  # type: ignore[union-attr]
        (one,) = connections
        one.look_at_clock(0.0)  # type: ignore[union-attr]
        await reader.readuntil(b"\r\n\r\n")
        one.look_at_clock(patience.SECONDS_FOR_HEAD + 1)  # type: ignore[union-attr]
        await reader.readexactly(30_000_002)
        one.look_at_clock(patience.SECONDS_FOR_HEAD + 2)  # type: ignore[union-attr]
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

    noting = replace(HELLO, read_request=lambda request, _caller: request.query, perform=note)

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
        await until(lambda: any(one.reader.invited for one in state.connections))  # type: ignore[union-attr]
        end = writer.get_extra_info("socket")
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
        await until(lambda: bool(state.tasks))
        await until(lambda: not state.tasks)
        gc.collect()

    create = next(one for one in DIALECT.operations if one.method == "POST")
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

    broken = replace(HELLO, write_response=split)
    heard = said(
        lambda line: line.heard(HELLO_REQUEST[:-2] + b"Connection: close\r\n\r\n"),
        replace(DIALECT, operations=(broken,)),
    )
    assert [500] == statuses(heard)
    assert b"X-B" not in heard


class Speechless(TinyFaults):
    """Faults that cannot be written."""

    def write(self, error: HubError, request: Any) -> Response:
        raise RuntimeError("never shown")


def test_where_not_even_a_refusal_can_be_written_the_line_goes_on() -> None:
    nowhere = HELLO_REQUEST.replace(b"hello", b"nowhere")

    heard = said(
        lambda line: line.heard(nowhere + HELLO_REQUEST[:-2] + b"Connection: close\r\n\r\n"),
        replace(DIALECT, faults=Speechless()),
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


def test_who_is_just_asking_when_the_server_ends_is_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connection, "LINGER", 60)

    async def ask_late(line: Line) -> bytes:
        reader, writer = await line.opened()
        writer.write(HELLO_REQUEST)
        await reader.readuntil(b"\r\n\r\n")
        for one in line.server.server_state.connections:
            one.shutdown()
        writer.write(line.create("Content-Length: 14"))
        heard = await reader.read()
        writer.close()
        return heard

    heard = said(ask_late)
    assert [201] == statuses(heard)
    assert b"Connection: close" in heard


def test_the_last_answer_is_whole_though_the_client_asked_more() -> None:
    large = replace(HELLO, write_response=lambda said, request: answer("x" * 3_000_000))

    async def ask_on(line: Line) -> bytes:
        reader, writer = await line.opened()
        writer.write(HELLO_REQUEST * 2)
        connections = line.server.server_state.connections
        await until(lambda: any(one.paused for one in connections))  # type: ignore[union-attr]
        writer.write(HELLO_REQUEST)
        for one in connections:
            one.shutdown()
        heard = b""
        while piece := await reader.read(65_536):
            heard += piece
            await asyncio.sleep(0.005)
        writer.close()
        return heard

    heard = said(ask_on, replace(DIALECT, operations=(large,)))
    assert [200, 200] == statuses(heard)
    assert heard.endswith(b'x"')


def test_who_asks_nothing_more_does_not_hold_up_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "LINGER", 0)

    async def stay(line: Line) -> bytes:
        reader, writer = await line.opened()
        writer.write(HELLO_REQUEST)
        await reader.readuntil(b"\r\n\r\n")
        line.server.should_exit = True
        rest = await reader.read()
        writer.close()
        return rest

    assert b"HTTP" not in said(stay)


def test_who_was_put_through_before_the_end_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[socket.socket] = []
    end = Process.shutdown

    async def end_when_called(server: Process, sockets: Any = None) -> None:
        # Nothing but the system has seen these calls when the end begins.
        for _ in range(20):
            calls.append(socket.create_connection(sockets[0].getsockname()))
            calls[-1].sendall(HELLO_REQUEST)
            calls[-1].setblocking(False)
        await end(server, sockets)

    async def hear(line: Line) -> list[bytes]:
        line.server.should_exit = True
        await until(lambda: len(calls) == 20)
        loop = asyncio.get_running_loop()
        heard = [await loop.sock_recv(call, 65_536) for call in calls]
        for call in calls:
            call.close()
        return heard

    monkeypatch.setattr(Process, "shutdown", end_when_called)
    assert [[200]] * 20 == list(map(statuses, said(hear)))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can hold calls back")
def test_nobody_is_put_through_while_the_line_closes() -> None:
    with socket.create_server(("127.0.0.1", 0)) as line:
        before = socket.create_connection(line.getsockname())
        put_nobody_through(line)
        taken, _ = line.accept()
        before.sendall(b"hello")
        assert b"hello" == taken.recv(5)

        line.setblocking(False)
        with socket.socket() as late:
            late.setblocking(False)
            late.connect_ex(line.getsockname())
            with pytest.raises(BlockingIOError):
                line.accept()
    before.close()
    taken.close()


def test_where_the_system_allows_no_filter_the_line_closes_all_the_same() -> None:
    class Strict(socket.socket):
        waiting = 0

        def setsockopt(self, *args: Any) -> None:
            raise PermissionError(1, "Operation not permitted")

        def listen(self, backlog: int = 128, /) -> None:
            self.waiting = backlog

    with Strict() as line:
        line.listen(100)
        put_nobody_through(line)
        assert 0 == line.waiting
