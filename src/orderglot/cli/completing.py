"""Completion in a shell: the names of dialects and of sellers."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from orderglot.config import Config
    from orderglot.core.seller import Seller

LONGEST = 2.0
"""So many seconds a book may take to name its sellers: whoever pressed the key waits."""


def dialects(incomplete: str) -> list[str]:
    """Give the dialects whose names begin so."""
    from orderglot.dialects import names

    return [name for name in names() if name.startswith(incomplete)]


def sellers(ctx: Any, incomplete: str) -> Iterator[tuple[str, str]]:
    """Give the sellers of the book whose names begin so; none where it cannot be opened at once."""
    import asyncio

    from orderglot.core.errors import HubError

    try:
        found = asyncio.run(_sellers(_settings(ctx)))
    except (HubError, OSError, TimeoutError):
        return
    for one in found:
        if one.name.startswith(incomplete):
            yield one.name, one.title


async def _sellers(settings: Config) -> Sequence[Seller]:
    import asyncio

    from orderglot.hub.books import open_store

    store = open_store(settings.database, reads=True)
    try:
        async with asyncio.timeout(LONGEST):
            return await store.sellers()
    finally:
        await store.close()


def _settings(ctx: Any) -> Config:
    from orderglot import config

    given = ctx.params
    file = given.get("config")
    return config.read(
        {"database": given.get("database")}, os.environ, file and Path(file), database=""
    )
