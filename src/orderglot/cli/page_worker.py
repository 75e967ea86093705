"""The page worker: the program of the process that answers large pages beside a worker.

It has the settings and requests from its standard input and writes responses to its standard
output, as faces/page_process.py has them; it ends with the worker.
"""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import suppress
from functools import partial
from typing import BinaryIO

import msgspec

from orderglot.cli.logs import set_up_logs
from orderglot.cli.worker import spare_collection
from orderglot.config import Config
from orderglot.faces.page_process import Write, answer_requests, frames
from orderglot.hub.books import open_store
from orderglot.hub.faces import faces

NICE = 5
"""A third of the share of the processor that the workers have, where they want it too."""


def main() -> None:
    """Answer until the worker is gone, be it before the first response is written."""
    os.nice(NICE)
    with suppress(BrokenPipeError), os.fdopen(sys.stdout.fileno(), "wb", closefd=False) as output:
        asyncio.run(_serve(partial(_write, output)))


async def _serve(write: Write) -> None:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    config = msgspec.msgpack.decode(await anext(frames(reader)), type=Config)
    set_up_logs(config.log_level)
    store = open_store(config.database, replica=config.read_database)
    try:
        application = faces(store, config.dialects, counts=False)
        spare_collection()
        await answer_requests(application.dispatcher.answer, reader, write)
    finally:
        await store.close()


def _write(output: BinaryIO, frame: bytes) -> None:
    # It waits until the worker has taken it, which is at once.
    output.write(frame)
    output.flush()


if __name__ == "__main__":
    main()
