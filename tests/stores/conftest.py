"""What the tests of the stores share: a shop in every kind of store."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stores.shops import SHELVES, Shop


@pytest.fixture(params=SHELVES)
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    """Open an empty shop in every kind of store."""
    with asyncio.Runner() as runner:
        shop = Shop(runner, SHELVES[request.param](tmp_path))
        yield shop
        runner.run(shop.store.close())
