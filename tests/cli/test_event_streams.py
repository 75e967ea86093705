"""Streams of events from a real server: they come over either HTTP, and hold up no end."""

from __future__ import annotations

import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from orderglot import demo
from orderglot.cli.http_server import GRACE
from tests.cli.program import Serving, serving
from tests.postgres import new_database

pytestmark = pytest.mark.long

KEY = demo.part("orderglot").key.secret
EVENTS = "/orderglot/v1/events"


def following(server: Serving, *words: str) -> subprocess.Popen[bytes]:
    asked = ("-H", f"Authorization: Bearer {KEY}", "-H", "Accept: text/event-stream")
    return subprocess.Popen(
        ("curl", "-sN", "--max-time", "60", *words, *asked, server.base + EVENTS),
        stdout=subprocess.PIPE,
    )


def first_id(stream: subprocess.Popen[bytes]) -> int:
    assert stream.stdout is not None
    for line in stream.stdout:
        if line.startswith(b"id: "):
            return int(line[4:])
    raise AssertionError("the stream has ended")


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_streams_of_several_workers_end_with_them_and_at_once(folder: Path, database: str) -> None:
    place = "sqlite:///demo.db" if database == "sqlite" else new_database()
    words = ("--demo", "--database", place, "--workers", "2", "--http", "2")
    with serving(folder, *words) as server:
        streams = [
            following(server, *version)
            for version in (("--http1.1",), ("--http2-prior-knowledge",)) * 3
        ]
        assert {1} == set(map(first_id, streams))
        with ThreadPoolExecutor(len(streams)) as readers:
            rest = [readers.submit(one.communicate) for one in streams]
            began = time.monotonic()
            code, _ = server.end()
        assert 0 == code
        # So long requests in flight would be waited for.
        assert time.monotonic() - began < GRACE
        assert all(one.result()[0].endswith(b"\n\n") for one in rest)
        assert {0} == {one.returncode for one in streams}
