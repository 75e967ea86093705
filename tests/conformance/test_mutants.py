"""A test of the tests: each deliberate mistake is caught by the test that is there for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conformance import mutants
from tests.conformance.forks import Forks, forks

pytestmark = pytest.mark.long

BROKEN = 1
"""What pytest ends with when a test failed, and not something else."""

MISTAKES = [
    pytest.param(test, mistake, id=mistake)
    for test, made in mutants.CAUGHT_BY.items()
    for mistake in made
]


@pytest.fixture(scope="module")
def apart() -> Iterator[Forks]:
    with forks() as found:
        yield found


@pytest.mark.parametrize(("test", "mistake"), MISTAKES)
def test_a_mistake_is_caught(apart: Forks, test: str, mistake: str) -> None:
    run = apart.held_apart(
        *("-x", "-q", "-p", mutants.__name__, f"tests/conformance/{test}"), MUTANT=mistake
    )

    assert BROKEN == run.returncode, run.stdout
