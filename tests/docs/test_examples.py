"""The examples in the docs: each Python block runs as it stands and prints what stands under it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.docs.examples import PAGES, output_of


def test_there_is_a_page_for_python() -> None:
    assert "python.md" in PAGES


@pytest.mark.parametrize("page", PAGES)
def test_the_examples_of_a_page_print_what_it_says(page: str, tmp_path: Path) -> None:
    for code, printed in PAGES[page]:
        assert (printed, "") == output_of(sys.executable, code, tmp_path)
