"""What the tests of pulling and placing share."""

from __future__ import annotations

import pytest

from orderglot.sync import search
from orderglot.sync.pages import RetryPolicy


@pytest.fixture(autouse=True)
def _retries_are_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Search a vendor for an order without the pauses that a real one is given."""
    monkeypatch.setattr(search, "SHORTLY", RetryPolicy(longest=0.05, pause=0.01))
