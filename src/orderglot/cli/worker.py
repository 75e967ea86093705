"""The worker: what every process of ``orderglot serve`` runs, all server faces over one book."""

from __future__ import annotations

import asyncio
import ctypes
import errno
import gc
import logging
import multiprocessing
import os
import signal
import struct
import sys
from collections.abc import Collection
from socket import SOL_SOCKET, socket
from typing import TYPE_CHECKING

from uvicorn import Server

from orderglot.cli.logs import set_up_logs
from orderglot.core.errors import HubError
from orderglot.hub.books import open_store
from orderglot.hub.faces import faces
from orderglot.stores.address import shown

if TYPE_CHECKING:
    from orderglot.faces.asgi import Asgi
    from orderglot.faces.dispatcher import Dispatcher
    from orderglot.faces.pages import Receive, Scope, Tell

log = logging.getLogger("orderglot.line")


SETTLE = 0.05
"""So many seconds are left for who has just called when the line is about to close."""


NO_CALLS = struct.pack(
    "HBBI" * 4,
    *(0x30, 0, 0, 13),  # take the byte of a segment with its flags
    *(0x45, 0, 1, 0x02),  # is it one that opens a connection?
    *(0x06, 0, 0, 0),  # then drop it
    *(0x06, 0, 0, 0xFFFF_FFFF),  # else keep it
)
"""A filter for Linux's sockets that lets nothing in but what belongs to open connections."""

ATTACH_FILTER = 26


def put_nobody_through(line: socket) -> None:
    """Have the system hold new calls back; whoever was put through already can be answered.

    Callers hear nothing until the line is closed, and then that nobody listens.
    """
    program = ctypes.create_string_buffer(NO_CALLS)
    shown = struct.pack("HP", len(NO_CALLS) // 8, ctypes.addressof(program))
    try:
        if sys.platform != "linux":
            raise OSError(errno.ENOPROTOOPT, "only Linux filters what comes to a socket")
        line.setsockopt(SOL_SOCKET, ATTACH_FILTER, shown)
    except OSError:
        # Some containers do not allow it, either. One call may then get between this and the end.
        line.listen(0)


class Process(Server):
    """The one process that answers; when it ends, whoever was put through is still heard."""

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """Put nobody through any more, hear everybody who was, and end."""
        for line in sockets or ():
            put_nobody_through(line)
        await asyncio.sleep(SETTLE)
        await super().shutdown(sockets)


class Application:
    """All server faces over one book: the ASGI application that every worker process runs.

    It is opened by ASGI's lifespan and can be sent to a new process before that.
    """

    def __init__(
        self,
        url: str,
        names: Collection[str],
        public_url: str,
        log_level: str,
        replica: str = "",
    ) -> None:
        self.url = url
        self.replica = replica
        self.names = tuple(names)
        self.public_url = public_url
        self.log_level = log_level
        self.asgi: Asgi | None = None

    @property
    def dispatcher(self) -> Dispatcher:
        """What answers; it is there from the lifespan's beginning on."""
        assert self.asgi is not None
        return self.asgi.dispatcher

    async def __call__(self, scope: Scope, receive: Receive, tell: Tell) -> None:
        """Serve one connection's scope, as ASGI has it."""
        if self.asgi is None:
            try:
                self.asgi = self._open()
            except HubError as error:
                return await _not_started(error, receive, tell)
        return await self.asgi(scope, receive, tell)

    def _open(self) -> Asgi:
        set_up_logs(self.log_level, at_once=True)
        _follow_parent()
        store = open_store(self.url, replica=self.replica)
        log.info("serving", extra={"book": shown(self.url), "pid": os.getpid()})
        served = faces(store, self.names, self.public_url)
        # What is there by now stays as long as the process: nobody has to go through all of it
        # again and again to find out.
        gc.collect()
        gc.freeze()
        return served


async def _not_started(error: HubError, receive: Receive, tell: Tell) -> None:
    await receive()
    await tell({"type": "lifespan.startup.failed", "message": error.message})


def _follow_parent() -> None:
    """End a worker process when the process that began it is gone, however it went."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        loop = asyncio.get_running_loop()
        loop.add_reader(parent.sentinel, _end, loop, parent.sentinel)


def _end(loop: asyncio.AbstractEventLoop, sentinel: int) -> None:
    loop.remove_reader(sentinel)
    signal.raise_signal(signal.SIGTERM)
