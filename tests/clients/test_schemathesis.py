"""Schemathesis against a serving demo: what its documents say is what its clients get."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from schemathesis import GenerationMode

from bench.malformed import malformed
from orderglot import demo
from tests.cli.program import Serving, serving

pytestmark = pytest.mark.long

COUNT = 60
"""So many requests a dialect; ``python -m bench.malformed`` tries more."""


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(tmp_path_factory.mktemp("demo"), "--demo") as serving_demo:
        yield serving_demo


@pytest.mark.parametrize("name", demo.names())
def test_every_answer_is_as_the_document_says(line: Serving, name: str) -> None:
    modes = (GenerationMode.NEGATIVE, GenerationMode.POSITIVE)
    figures = malformed(line.base, name, COUNT, modes=modes)

    assert [] == figures.seen
    assert (0, COUNT) == (figures.server_errors, figures.survived)
