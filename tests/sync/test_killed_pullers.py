"""One hub pulls all orders of another in our own dialect, and is killed again and again on the way.

`make whole` does it with the whole file, where that is on the machine.
"""

from __future__ import annotations

import asyncio
import gzip
import os
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from orderglot import dialects
from orderglot.core.order import Order, native
from orderglot.dialects.orderglot.tables import NAME
from orderglot.stores import document
from orderglot.sync.notes import PULL
from orderglot.wire import json
from tests.cli.program import PROGRAM, clean_environment
from tests.files.test_real_orders import BESIDE, CUT, NAMED
from tests.sync.test_hub_to_hub import KILLS, SOURCE, TARGET, WHOLE, Mortal, fill, opened

THE_BOOKS_OWN = ("id", "version", "modified", "references")
EVERY = 0.005
LONGEST = 120.0


class Puller:
    """A process that pulls, and how far it has come."""

    def __init__(self, folder: Path, url: str, key: str) -> None:
        self.folder = folder
        self.words = (
            *(*PROGRAM, "pull", NAME, "--url", url, "--at", "there", "--seller", "target", "--new"),
            *("--database", f"sqlite:///{TARGET}"),
        )
        self.environment = {**clean_environment(folder), "ORDERGLOT_ORDERGLOT_API_KEY": key}
        self.begins = 0

    def _begin(self) -> subprocess.Popen[str]:
        self.begins += 1
        pipe = subprocess.PIPE
        return subprocess.Popen(
            self.words, cwd=self.folder, env=self.environment, text=True, stdout=pipe, stderr=pipe
        )

    def kill_at(self, place: int) -> int:
        """Pull until so many orders have come, and kill it; gives how many there are then."""
        process = self._begin()
        until = time.monotonic() + LONGEST
        try:
            while self.read() < place:
                assert process.poll() is None, process.communicate()
                assert time.monotonic() < until
                time.sleep(EVERY)
        finally:
            process.kill()
            process.communicate()
        assert process.returncode == -9
        return self.read()

    def end(self) -> None:
        """Pull to the end."""
        process = self._begin()
        _, logged = process.communicate(timeout=20 * LONGEST)
        assert process.returncode == 0, logged

    def read(self) -> int:
        """Give how many orders it has kept, without opening the book for writing."""
        address = f"file:{self.folder / TARGET}?mode=ro"
        try:
            with closing(sqlite3.connect(address, uri=True)) as connection:
                (found,) = connection.execute("SELECT document FROM notes WHERE kind = ?", (PULL,))
        except (sqlite3.OperationalError, ValueError):
            # There is no book yet, or nothing in it.
            return 0
        return int(json.read(found[0])["read"])


def pairs(folder: Path) -> Iterator[tuple[Order, Order]]:
    """Give every order of the one book beside that of the other, by the id there."""

    async def walked(file: str, seller: str) -> list[Order]:
        async with opened(folder / file, seller) as (_, book):
            return [order async for order in book.walk()]

    there = asyncio.run(walked(SOURCE, "source"))
    here = asyncio.run(walked(TARGET, "target"))
    found = {native(order, NAME): order for order in here}
    assert len(here) == len(found)
    assert {native(order, NAME) for order in there} == {*found}
    for order in there:
        yield order, found[native(order, NAME)]


def without_the_books_own(value: Any) -> Any:
    """Give a document without what is each book's own, in it and in whom and what it names."""
    if isinstance(value, list):
        return [without_the_books_own(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name: without_the_books_own(inner)
        for name, inner in value.items()
        if name not in THE_BOOKS_OWN
    }


def repeated(folder: Path, times: int) -> Path:
    """Write the orders of the cut several times under new numbers, for pages to be killed between."""
    header, *rows = gzip.decompress(CUT.read_bytes()).splitlines(keepends=True)
    file = folder / "repeated.csv"
    file.write_bytes(
        b"".join((header, *(b"%d-%b" % (n, row) for n in range(times) for row in rows)))
    )
    return file


@pytest.mark.parametrize(
    ("times", "kills"), [(1, 2), pytest.param(3, KILLS, marks=pytest.mark.long)]
)
def test_a_puller_that_is_killed_again_and_again_has_each_order_once_and_whole(
    times: int, kills: int, tmp_path: Path
) -> None:
    file = repeated(tmp_path, times)
    if os.environ.get(WHOLE) == "whole":
        file = Path(NAMED or BESIDE)
    credentials, orders = asyncio.run(fill(tmp_path, file, dialects.dialect(NAME)))
    places = [len(orders) * number // (kills + 1) for number in range(kills)]
    with ExitStack() as stack:
        hub = Mortal(tmp_path, stack, [])
        puller = Puller(tmp_path, hub.serving.base, credentials["api_key"])
        reached = 0
        for number, place in enumerate(places, 1):
            reached = puller.kill_at(max(place, reached + 1))
            if number == kills // 2:
                hub.restart()
        assert 0 < reached < len(orders)
        puller.end()

    assert kills + 1 == puller.begins
    for theirs, ours in pairs(tmp_path):
        there, here = (json.read(document.write(order)) for order in (theirs, ours))
        assert without_the_books_own(there) == without_the_books_own(here)
