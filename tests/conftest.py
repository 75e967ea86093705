"""What all tests share: how many examples Hypothesis tries, and logs that are nobody else's.

`ci` is the default and deterministic, and so is `brief`, which tries few; `pytest
--hypothesis-profile=dev` tries other examples each time, `--hypothesis-profile=thorough` many of
them, which are the same each time where CI is set.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Awaitable, Iterator
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, settings

from tests import pgbouncer

SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)

settings.register_profile(
    "ci", max_examples=60, deadline=None, derandomize=True, suppress_health_check=SLOW
)
settings.register_profile("dev", max_examples=60, deadline=None, suppress_health_check=SLOW)
settings.register_profile(
    "thorough",
    max_examples=2_000,
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=SLOW,
)
settings.register_profile(
    "brief",
    max_examples=10,
    deadline=None,
    derandomize=True,
    suppress_health_check=SLOW,
    phases=[Phase.explicit, Phase.generate],
)
settings.load_profile("ci")


@pytest.fixture(autouse=True)
def logs_as_they_were() -> Iterator[None]:
    """Have what a command does to the logs of this process end with its test."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def few_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a test fail that waits again and again for what is done, at which no other task gets on."""
    shield, waits = asyncio.shield, count()

    def counted(waited: Awaitable[object]) -> Awaitable[object]:
        assert next(waits) < 10_000, "somebody waits for ever"
        return shield(waited)

    monkeypatch.setattr(asyncio, "shield", counted)


def pytest_sessionfinish() -> None:
    """End the PostgreSQL of a run; what has to happen at exit does not where workers run tests."""
    for name in ("tests.citus", "tests.postgres"):
        if name in sys.modules:
            sys.modules[name].leave()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in a line each what could not be tried on this machine."""
    if pgbouncer.PROGRAM is None:
        terminalreporter.write_line("Not tried: a book behind PgBouncer, which is not installed.")
    from tests import citus, debian_postgres, shop_files

    if debian_postgres.programs() is None:
        terminalreporter.write_line(f"Not tried: {debian_postgres.MISSING}.")
    if not citus.COORDINATOR:
        terminalreporter.write_line(f"Not tried: {citus.MISSING}.")
    if not shop_files.FOLDER.exists():
        terminalreporter.write_line(f"Not tried: {shop_files.MISSING}.")
