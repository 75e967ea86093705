"""What conformance tests run against: every store, and every dialect by its name."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from orderglot import dialects
from orderglot.wire.dialect import Dialect
from tests.conformance.callers import SiteBehaviour, SiteCheck, clock_of, site
from tests.conformance.implementations import IMPLEMENTATIONS, STORES, Implementation, Shop, can
from tests.conformance.specimens import Specimen

Behaviour = Callable[[Implementation], Awaitable[None]]
Check = Callable[[Behaviour], None]


def checking(implementation: str, folders: pytest.TempPathFactory) -> Check:
    """Give what checks a behaviour in a new, empty implementation of a kind."""

    async def run(behaviour: Behaviour) -> None:
        async with IMPLEMENTATIONS[implementation](folders.mktemp("implementation")) as opened:
            await behaviour(opened)

    return lambda behaviour: asyncio.run(run(behaviour))


def that_can(need: str) -> list[str]:
    """Give the implementations that can do something."""
    return [implementation for implementation in IMPLEMENTATIONS if can(implementation, need)]


@pytest.fixture(params=IMPLEMENTATIONS)
def orders(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Check:
    """Check a behaviour wherever there are orders."""
    return checking(request.param, tmp_path_factory)


@pytest.fixture(params=that_can("place"))
def placing(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Check:
    """Check a behaviour where orders can be placed."""
    return checking(request.param, tmp_path_factory)


@pytest.fixture(params=that_can("page"))
def paging(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Check:
    """Check a behaviour where orders come in pages."""
    return checking(request.param, tmp_path_factory)


@pytest.fixture(params=that_can("linked"))
def linking(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Check:
    """Check a behaviour where orders are linked."""
    return checking(request.param, tmp_path_factory)


@pytest.fixture(params=STORES)
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Shop:
    """Open stores of every kind."""
    return Shop(request.param, tmp_path)


@pytest.fixture
def check(shop: Shop) -> SiteCheck:
    """Check a behaviour of a dialect's server over a store of every kind, with no orders in it."""

    async def run(specimen: Specimen, behaviour: SiteBehaviour) -> None:
        clock = clock_of(specimen.dialect)
        await behaviour(await site(specimen.dialect, shop.store(clock), orders=False), clock)

    return lambda specimen, behaviour: shop.run(run(specimen, behaviour))


@pytest.fixture(autouse=True)
def _no_dice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every secret that a server gives away be written out of zeros."""
    monkeypatch.setattr(secrets, "token_bytes", bytes)


@pytest.fixture(params=dialects.names())
def dialect(request: pytest.FixtureRequest) -> Dialect:
    """Give every dialect."""
    return dialects.dialect(request.param)
