"""A test of the tests: each deliberate mistake is caught by the law that is there for it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conformance.mutants import CAUGHT_BY

ROOT = Path(__file__).parents[2]
HELD, BROKEN = 0, 1


def held(law: str, mistake: str) -> subprocess.CompletedProcess[str]:
    """Hold a module of laws in a new process in which a mistake was made."""
    options = (
        "-x",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:randomly",
        "--hypothesis-profile=brief",
    )
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            *options,
            "-p",
            "tests.conformance.mutants",
            f"tests/conformance/{law}",
        ],
        cwd=ROOT,
        env={**os.environ, "MUTANT": mistake},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


MISTAKES = [
    pytest.param(law, mistake, id=mistake) for law, made in CAUGHT_BY.items() for mistake in made
]


@pytest.mark.parametrize(("law", "mistake"), MISTAKES)
def test_a_mistake_is_caught(law: str, mistake: str) -> None:
    run = held(law, mistake)

    assert BROKEN == run.returncode, run.stdout
