"""What the trials of `make torture` stand on: they can be started, and their books know their clients."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from orderglot import dialects
from orderglot.faces.server import Server
from torture import books

ROOT = Path(__file__).parents[2]


def test_torture_can_be_started() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "torture", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert 0 == done.returncode, done.stderr
    assert "searches" in done.stdout


@pytest.mark.parametrize("name", dialects.names())
def test_a_client_of_each_dialect_is_known_in_a_book_of_several(tmp_path: Path, name: str) -> None:
    dialect = dialects.dialect(name)

    async def ask() -> int:
        async with books.opened(f"sqlite:///{tmp_path}/book.db") as store:
            await books.fill(store)
            response = await Server(dialect, store)(books.creation(dialect, "key-1"))
            assert dialect.faults.read(response) is None, response.body
            return response.status

    assert asyncio.run(ask()) in (200, 201)
