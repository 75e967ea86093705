"""Migrations: each step has a number of its own, one after the other."""

from __future__ import annotations

import pytest

from orderglot.stores.migrations import migrations


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_no_two_steps_have_one_number(database: str) -> None:
    numbers = [step.number for step in migrations(database)]

    assert [*range(1, len(numbers) + 1)] == numbers
