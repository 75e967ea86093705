"""What the tests of the stores share: a shop in every kind of store."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stores.shops import STORES, Clock, Shop


@pytest.fixture(params=STORES)
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    """Open an empty shop in every kind of store."""
    clock = Clock()
    with asyncio.Runner() as runner:
        store = STORES[request.param](tmp_path, clock)
        yield Shop(runner, store, clock)
        runner.run(store.close())
