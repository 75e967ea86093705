"""The HTTP server: Granian's processes, which run the worker, with the settings that are ours."""

import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from multiprocessing import resource_tracker
from pathlib import Path
from typing import TYPE_CHECKING, Any

from granian.constants import HTTPModes, Interfaces, Loops, SSLProtocols
from granian.http import HTTP1Settings, HTTP2Settings
from granian.log import LogLevels
from granian.server import Server

from orderglot.cli.listening import EVERYWHERE, Place

if TYPE_CHECKING:
    from orderglot.config import Config

GRACE = 25
"""So many seconds requests in flight may take once the end was asked for."""

SECONDS_FOR_HEAD = 20
"""So long a client may take over a head, and keep a connection open between two requests."""

MOST_HEAD = 2**16
"""So many bytes a request's head may have."""

SECONDS_TO_BEGIN = 10
"""So long a new worker may take to begin, on a busy machine, before the one that it replaces ends."""

HEED = 0.05
"""After so many seconds at most the first process heeds a signal."""

QUEUE = 2048
"""So many connections may wait for a worker to take them."""

HTTP1 = HTTP1Settings(header_read_timeout=SECONDS_FOR_HEAD * 1000, max_buffer_size=MOST_HEAD)
HTTP2 = HTTP2Settings(
    # A client that keeps such a connection open and idle is sent a ping.
    keep_alive_interval=SECONDS_FOR_HEAD * 1000,
    keep_alive_timeout=SECONDS_FOR_HEAD,
    max_headers_size=MOST_HEAD,
)

LOGS: dict[str, Any] = {
    "version": 1,
    "handlers": {},
    "formatters": {},
    "loggers": {"_granian": {"propagate": True, "handlers": []}},
}
"""What Granian says is logged as everything else is."""


class _Interrupt(threading.Event):
    """What a server's main loop waits for: an event that takes no lock.

    Signals are handled in the thread that waits: where one comes as that holds the lock of an ordinary event, its
    handler waits for the lock for ever, and the program never ends.
    """

    def __init__(self) -> None:
        super().__init__()
        self._called = False

    def is_set(self) -> bool:
        """Tell whether the loop is called."""
        return self._called

    def set(self) -> None:
        """Call the loop."""
        self._called = True

    def clear(self) -> None:
        """Forget that it was called."""
        self._called = False

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the loop is called, or for so many seconds."""
        end = None if timeout is None else time.monotonic() + timeout
        while not self._called and (end is None or time.monotonic() < end):
            time.sleep(HEED)
        return self._called


def serve(
    config: "Config",
    load: Callable[[], Any],
    place: Place,
    connections: int,
    ready: Callable[[], None],
) -> None:
    """Answer until the end is asked for, and let requests in flight finish.

    Each worker calls ``load`` for the ASGI application that it runs, and takes so many
    ``connections`` at once. ``ready`` is called when the first one answers. Ends the program with
    exit code 1 where a worker cannot begin.
    """
    # A new process starts afresh, with nothing of this one but its arguments.
    multiprocessing.set_start_method("spawn", force=True)
    server = Server(
        "orderglot.cli.worker:load",
        address=place.address,
        port=place.port,
        interface=Interfaces.ASGI,
        workers=config.workers,
        loop=Loops.uvloop,
        websockets=False,
        backlog=QUEUE,
        backpressure=connections,
        http=_versions(config),
        http1_settings=HTTP1,
        http2_settings=HTTP2,
        ssl_cert=Path(config.tls_certificate) if config.tls_certificate else None,
        ssl_key=Path(config.tls_key) if config.tls_key else None,
        ssl_protocol_min=SSLProtocols.tls12,
        log_level=LogLevels.info if config.log_level == "debug" else LogLevels.warning,
        log_dictconfig=LOGS,
        respawn_failed_workers=True,
        respawn_interval=SECONDS_TO_BEGIN,
        workers_kill_timeout=GRACE,
    )
    server.main_loop_interrupt = _Interrupt()
    _keep_interrupts_from_workers()
    server.on_startup(threading.Thread(target=_announce, args=(place, ready), daemon=True).start)
    server.serve(target_loader=load, wrap_loader=False)


def _versions(config: "Config") -> HTTPModes:
    """Give the versions of HTTP to serve: if none is set, HTTP/2 is offered with TLS alone."""
    latest = config.http or ("2" if config.tls_certificate else "1")
    return HTTPModes.http1 if latest == "1" else HTTPModes.auto


def _keep_interrupts_from_workers() -> None:
    """Take Ctrl-C, which a terminal sends to every process, as a request to this one to end.

    A worker that is still being started would end with a trace. What is blocked here is blocked in
    the processes that are started from here.
    """
    # Its start unblocks what was blocked before it.
    resource_tracker.ensure_running()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    threading.Thread(target=_end_when_interrupted, daemon=True).start()


def _end_when_interrupted() -> None:
    signal.sigwait({signal.SIGINT})
    os.kill(os.getpid(), signal.SIGTERM)


def _announce(place: Place, ready: Callable[[], None]) -> None:
    """Wait until somebody listens."""
    pause = threading.Event()
    while True:
        try:
            socket.create_connection(_reachable(place)).close()
        except OSError:
            pause.wait(0.02)
        else:
            return ready()


def _reachable(place: Place) -> Place:
    return Place(EVERYWHERE.get(place.address, place.address), place.port)
