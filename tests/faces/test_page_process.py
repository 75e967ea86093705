"""The page process as its worker sees it, where it does not do what it should."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

from orderglot.faces.page_process import READY, PageProcess, framed
from orderglot.wire.message import Request

SETTINGS = b"settings"

TALKS_NONSENSE = f"""
import os, pathlib, sys, time
pathlib.Path(sys.argv[1]).write_text(str(os.getpid()))
os.write(1, {framed(READY)!r})
os.read(0, {len(framed(SETTINGS))})
os.read(0, 65536)
os.write(1, {framed(b"nonsense")!r})
time.sleep(600)
"""


async def comes_true(what: Callable[[], bool]) -> None:
    for _ in range(6_000):
        if what():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never did")


def test_one_that_writes_what_nobody_can_read_is_ended_and_the_worker_answers(
    tmp_path: Path,
) -> None:
    named = tmp_path / "pid"
    request = Request(method="GET", path="/")

    async def asked() -> int:
        pages = PageProcess((sys.executable, "-c", TALKS_NONSENSE, str(named)), SETTINGS)
        assert await pages(request) is None
        running = pages._running
        assert running is not None
        await comes_true(lambda: pages._stdin is not None)
        assert await pages(request) is None
        await asyncio.wait_for(running, 60)
        return int(named.read_text())

    assert not Path(f"/proc/{asyncio.run(asked())}").exists()
