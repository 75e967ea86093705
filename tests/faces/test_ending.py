"""The end of a server: everybody who was put through by then is heard, and nobody cut off."""

from __future__ import annotations

import asyncio
import socket
import sys
from dataclasses import replace
from typing import Any

import pytest

from orderglot.cli.worker import Process, put_nobody_through
from orderglot.faces import connection
from tests.faces.connections import HELLO_REQUEST, Line, said, statuses, until
from tests.faces.tiny import DIALECT, HELLO, answer, rewritten


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
    large = rewritten(HELLO, write=lambda said, request: answer("x" * 3_000_000))

    async def ask_on(line: Line) -> bytes:
        reader, writer = await line.opened()
        writer.write(HELLO_REQUEST * 2)
        await until(lambda: any(one.paused for one in line.connections))
        writer.write(HELLO_REQUEST)
        for one in line.connections:
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
