"""The worker: what each process of ``orderglot serve`` runs, all server faces over one book."""

from __future__ import annotations

import asyncio
import gc
import logging
import multiprocessing
import os
import signal
import sys
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from orderglot.cli.http_server import GRACE
from orderglot.cli.logs import set_up_logs
from orderglot.console.app import console
from orderglot.core.errors import HubError
from orderglot.core.webhook_addresses import Addresses
from orderglot.faces.addressing import Addressing
from orderglot.faces.asgi import Asgi
from orderglot.faces.page_process import PageProcess
from orderglot.faces.proxies import read_networks
from orderglot.faces.resolving import look_up
from orderglot.faces.streams import Streams
from orderglot.hub.books import open_store
from orderglot.hub.faces import faces
from orderglot.hub.journals import journal_of, recorder_of
from orderglot.hub.pages import HEALTH, READY, health, readiness
from orderglot.hub.placing import Channels, Placements
from orderglot.stores.database_url import shown

if TYPE_CHECKING:
    from types import FrameType

    from orderglot.config import Config
    from orderglot.stores.store import BookStore

log = logging.getLogger("orderglot.http")

PAGE_WORKER = (sys.executable, "-m", "orderglot.cli.page_worker")

TURNS_OF_STARTUP = 10
"""After so many turns of the event loop the run that starts the application is over."""


def load(config: Config) -> Asgi:
    """Open the book and give what is served over it; ends the process where it cannot be opened."""
    store = _opened(config)
    store.keyring.note_uses()
    streams, recorder = Streams(), recorder_of(config)
    placements = Placements(store, _channels(config), recorder)
    return faces(
        store,
        config.dialects,
        addressing=_addressing(config),
        logs=config.access_log,
        recorder=recorder,
        journal=journal_of(config.database),
        beginning=partial(_begin, config, streams),
        beside=PageProcess(PAGE_WORKER, msgspec.msgpack.encode(config)),
        placements=placements,
        pages=console(store, placements),
        streams=streams,
    )


def load_console(config: Config) -> Asgi:
    """Open the book and give the console alone; ends the process where it cannot be opened."""
    store = _opened(config)
    journal = journal_of(config.database)
    if journal is not None:
        store.journal = journal
    recorder = recorder_of(config)
    placements = Placements(store, _channels(config), recorder)

    async def end() -> None:
        await placements.close()
        if recorder is not None:
            await recorder.close()
        await store.close()

    return Asgi(
        (),
        pages={HEALTH: health(), READY: readiness(store), **console(store, placements)},
        addressing=_addressing(config),
        logs=config.access_log,
        beginning=partial(_begin, config, Streams()),
        ending=end,
    )


def _opened(config: Config) -> BookStore:
    set_up_logs(config.log_level, at_once=True)
    try:
        store = open_store(config.database, replica=config.read_database)
    except HubError as error:
        log.critical("not served", extra={"reason": error.message})
        sys.exit(1)
    store.webhooks.addresses = Addresses(read_networks(config.webhook_networks), look_up)
    return store


def _channels(config: Config) -> Channels:
    return Channels(config.channels, config.vendors, os.environ, config.seller)


def _addressing(config: Config) -> Addressing:
    return Addressing(config.public_url, config.hosts, read_networks(config.trusted_proxies))


async def _begin(config: Config, streams: Streams) -> None:
    _follow_parent()
    _end_with_the_process(streams)
    delivery = asyncio.create_task(_deliver_early_signals())
    delivery.add_done_callback(asyncio.Task.result)
    log.info("serving", extra={"book": shown(config.database), "pid": os.getpid()})
    spare_collection()


def spare_collection() -> None:
    """Have what a process that serves holds by now looked through no more, and the rest seldom."""
    # What is there by now stays as long as the process: nobody has to go through all of it again
    # and again to find out.
    gc.collect()
    gc.freeze()
    # A page of 500 orders is tens of thousands of objects, and no cycles: to look through them at
    # every 700 would hold everybody up.
    gc.set_threshold(50_000, 20, 20)


async def _deliver_early_signals() -> None:
    """Deliver a signal that came while the event loop was not running.

    Granian runs the loop twice, for the startup and then to serve. What comes between the two,
    uvloop only notes, and handles when the next signal comes: a worker that was asked to end there
    would go on. So the next signal is one that means nothing.
    """
    for _ in range(TURNS_OF_STARTUP):
        await asyncio.sleep(0)
    asyncio.get_running_loop().add_signal_handler(signal.SIGURG, _ignore)
    signal.raise_signal(signal.SIGURG)


def _end_with_the_process(streams: Streams) -> None:
    """End what is followed once the process is asked to end: else it would be waited for, and killed.

    The event loop has a handler of Granian's, which it calls when it hears of the signal. Python's own
    handler is the loop's too, which notes what comes while it does not run: so that one is called as well.
    """
    loop = asyncio.get_running_loop()
    noting = signal.getsignal(signal.SIGTERM)

    def end(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(streams.end)
        if callable(noting):
            noting(number, frame)

    signal.signal(signal.SIGTERM, end)
    signal.siginterrupt(signal.SIGTERM, False)


def _ignore() -> None:
    """Do nothing."""


def _follow_parent() -> None:
    """End a worker when the process that began it is gone, however it went."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        loop = asyncio.get_running_loop()
        loop.add_reader(parent.sentinel, _end, loop, parent.sentinel)


def _end(loop: asyncio.AbstractEventLoop, sentinel: int) -> None:
    loop.remove_reader(sentinel)
    # Two signals that come before Granian takes the first one stop a worker for good, with all of
    # Python. Then the system ends it.
    signal.alarm(GRACE)
    signal.raise_signal(signal.SIGTERM)
