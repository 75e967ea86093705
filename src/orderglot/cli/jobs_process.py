"""The jobs process: the program beside the workers of ``orderglot serve`` that runs what is due.

It has its configuration from its standard input, and ends when nobody holds the other end of that any more.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from typing import TYPE_CHECKING

from orderglot.cli.jobs_keeper import read_config
from orderglot.cli.logs import set_up_logs
from orderglot.core.errors import HubError

if TYPE_CHECKING:
    from orderglot.config import Config

log = logging.getLogger("orderglot.jobs")

NICE = 5
"""A third of the share of the processor that the workers have, where they want it too."""


def main() -> None:
    """Run what is due until whoever began this process is gone, or wants it to end."""
    os.nice(NICE)
    config = read_config(sys.stdin.buffer)
    set_up_logs(config.log_level, at_once=True)
    try:
        asyncio.run(_until_asked(config))
    except HubError as error:
        log.critical("no jobs are run", extra={"reason": error.message})
        sys.exit(1)


async def _until_asked(config: Config) -> None:
    working = asyncio.create_task(work(config))
    ending = asyncio.create_task(_asked_to_end())
    await asyncio.wait({working, ending}, return_when=asyncio.FIRST_COMPLETED)
    if working.done():
        # It ends by itself only where something is wrong: that is what is to be seen.
        await working
    working.cancel()
    await asyncio.gather(working, ending, return_exceptions=True)


async def _asked_to_end() -> None:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    await reader.read()


async def work(config: Config) -> None:
    """Run what is due in the book of a configuration, until this is cancelled."""
    from orderglot.cli.command import open_hub
    from orderglot.jobs.assembly import works
    from orderglot.jobs.leases import Leases
    from orderglot.jobs.runner import Runner

    async with open_hub(config, create=False) as hub:
        await Runner(Leases(hub.store), await works(hub, os.environ)).run()


if __name__ == "__main__":
    main()
