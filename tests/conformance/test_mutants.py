"""A test of the tests: each deliberate mistake is caught by the law that is there for it."""

from __future__ import annotations

import pytest

from tests.conformance import mutants
from tests.conformance.subprocesses import held_apart

BROKEN = 1
"""What pytest ends with when a test failed, and not something else."""

MISTAKES = [
    pytest.param(law, mistake, id=mistake)
    for law, made in mutants.CAUGHT_BY.items()
    for mistake in made
]


@pytest.mark.parametrize(("law", "mistake"), MISTAKES)
def test_a_mistake_is_caught(law: str, mistake: str) -> None:
    run = held_apart(
        *("-x", "-q", "-p", mutants.__name__, f"tests/conformance/{law}"), MUTANT=mistake
    )

    assert BROKEN == run.returncode, run.stdout
