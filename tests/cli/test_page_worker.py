"""Large pages are answered in a process of their own, as the worker would, and without holding it up."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from orderglot import demo
from orderglot.config import read
from orderglot.core.query import LARGE
from orderglot.faces.page_process import framed
from orderglot.hub.books import open_store
from tests.cli.program import Serving, serving
from tests.cli.test_workers import PLACES, Answer, Team

pytestmark = pytest.mark.long

CATALYST = demo.part("catalyst")
ORDERS = "/webresources/api/v3/sites/{site_id}/customers/{customer_id}/orders".format_map(
    CATALYST.examples
)
HEADERS = {"Authorization": CATALYST.key.secret}


class Pages:
    """A worker that serves, and the process beside it."""

    def __init__(self, server: Serving) -> None:
        self.server = server
        self.team = Team(server)
        self.worker = self.team.begun()
        self.process = 0

    def page(self, number: int = 4 * LARGE, more: str = "") -> Answer:
        """Ask for so many orders."""
        return self.team.ask("GET", f"{ORDERS}?limit={number}{more}", HEADERS)

    def begin(self) -> int:
        """Have the process begun by whoever is first to need it, and give its number."""
        self.page()
        return self.logged("a process answers large pages")

    def logged(self, event: str) -> int:
        """Wait until the worker logs something of the process, and give its number."""
        assert self.server.process.stderr is not None
        for line in self.server.process.stderr:
            if event == (entry := json.loads(line))["event"]:
                self.process = entry["pages"]
                return self.process
        raise AssertionError("it ended")


@contextmanager
def beginning(folder: Path, url: str) -> Iterator[Pages]:
    with serving(folder, "--demo", "--database", url) as server:
        yield Pages(server)


@pytest.fixture(params=PLACES)
def pages(request: pytest.FixtureRequest, folder: Path) -> Iterator[Pages]:
    """Give a worker that serves the demo from either store."""
    with beginning(folder, PLACES[request.param]()) as found:
        yield found


def gone(process: int) -> bool:
    """Wait until a process is gone, and tell whether it is."""
    return _comes_true(lambda: not Path(f"/proc/{process}").exists())


def _comes_true(what: Callable[[], bool], seconds: float = 60.0) -> bool:
    until = time.monotonic() + seconds
    while not (true := what()) and time.monotonic() < until:
        time.sleep(0.05)
    return true


def test_a_page_is_answered_alike_by_the_worker_and_beside_it(pages: Pages) -> None:
    here = pages.page()
    process = pages.begin()

    assert here[0] == 200
    assert here == pages.page()
    assert process != pages.worker


def test_who_gets_an_order_does_not_wait_for_a_page(pages: Pages) -> None:
    process = pages.begin()
    os.kill(process, signal.SIGSTOP)
    with ThreadPoolExecutor(1) as pool:
        page = pool.submit(pages.page)
        one = pages.page(1)
        few = pages.page(LARGE)
        waits = not page.done()
        os.kill(process, signal.SIGCONT)
        many = page.result()

    assert [200, 200, 200] == [one[0], few[0], many[0]]
    assert waits


def test_when_it_is_killed_the_worker_answers_itself(pages: Pages) -> None:
    process = pages.begin()
    before = pages.page()
    os.kill(process, signal.SIGSTOP)
    with ThreadPoolExecutor(1) as pool:
        page = pool.submit(pages.page)
        pages.page(1)
        os.kill(process, signal.SIGKILL)

        assert before == page.result()
    assert process == pages.logged("the process for large pages ended")
    assert before == pages.page()


def test_it_ends_with_its_worker(folder: Path) -> None:
    for by in (signal.SIGTERM, signal.SIGINT):
        with beginning(folder, PLACES["sqlite"]()) as pages:
            process = pages.begin()
            code, logged = pages.server.end(by)

        assert (0, "") == (code, logged)
        assert gone(process)


def test_it_ends_with_a_worker_that_is_killed(folder: Path) -> None:
    with beginning(folder, PLACES["sqlite"]()) as pages:
        process = pages.begin()
        os.kill(pages.worker, signal.SIGKILL)

        assert gone(process)


def test_it_ends_quietly_where_its_worker_is_gone_before_it_is_ready(folder: Path) -> None:
    config = read({}, {}, database=f"sqlite:///{folder}/book.db")
    open_store_at(config.database)
    words = (sys.executable, "-m", "orderglot.cli.page_worker")
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        process.stdin.write(framed(msgspec.msgpack.encode(config)))
        process.stdin.flush()

        assert (0, b"") == (process.wait(timeout=30), process.stderr.read())


def open_store_at(url: str) -> None:
    asyncio.run(open_store(url, create=True).close())


def test_a_refusal_comes_from_beside_in_the_vendors_words(pages: Pages) -> None:
    here = pages.page(more="&where=no")
    pages.begin()

    assert here == pages.page(more="&where=no")
