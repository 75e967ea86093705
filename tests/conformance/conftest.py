"""Where the laws are held: every store, and every dialect by its name."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from orderglot import dialects
from orderglot.wire.dialect import Dialect
from tests.conformance.implementations import IMPLEMENTATIONS, STORES, Implementation, Shop, can

Law = Callable[[Implementation], Awaitable[None]]
Hold = Callable[[Law], None]


def holding(implementation: str, folders: pytest.TempPathFactory) -> Hold:
    """Give what holds a law in a new, empty implementation of a kind."""

    async def held(law: Law) -> None:
        async with IMPLEMENTATIONS[implementation](folders.mktemp("implementation")) as opened:
            await law(opened)

    return lambda law: asyncio.run(held(law))


def that_can(need: str) -> list[str]:
    """Give the implementations that can do something."""
    return [implementation for implementation in IMPLEMENTATIONS if can(implementation, need)]


@pytest.fixture(params=IMPLEMENTATIONS)
def orders(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Hold:
    """Hold a law wherever there are orders."""
    return holding(request.param, tmp_path_factory)


@pytest.fixture(params=that_can("place"))
def placing(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Hold:
    """Hold a law where orders can be placed."""
    return holding(request.param, tmp_path_factory)


@pytest.fixture(params=that_can("page"))
def paging(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Hold:
    """Hold a law where orders come in pages."""
    return holding(request.param, tmp_path_factory)


@pytest.fixture(params=that_can("linked"))
def linking(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Hold:
    """Hold a law where orders are linked."""
    return holding(request.param, tmp_path_factory)


@pytest.fixture(params=STORES)
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Shop:
    """Open stores of every kind."""
    return Shop(request.param, tmp_path)


@pytest.fixture(autouse=True)
def _no_dice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every secret that a server gives away be spelled out of noughts."""
    monkeypatch.setattr(secrets, "token_bytes", bytes)


@pytest.fixture(params=dialects.names())
def dialect(request: pytest.FixtureRequest) -> Dialect:
    """Give every dialect."""
    return dialects.dialect(request.param)
