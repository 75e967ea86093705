"""The page on filters shows filters that are understood."""

import re
from pathlib import Path

import pytest

from orderglot.core.query import EVERYTHING
from orderglot.wire.aip160 import read_filter
from orderglot.wire.aip160.asked import SHORT

PAGE = Path(__file__).parents[2].joinpath("docs", "filters.md").read_text()
ROWS = re.findall(r"^\| `(.+?)` \|", PAGE, re.MULTILINE)


@pytest.mark.parametrize("text", ROWS)
def test_each_filter_of_the_table_is_understood(text: str) -> None:
    assert read_filter(text) != EVERYTHING


def test_or_binds_as_the_page_says() -> None:
    assert read_filter("id = 1 AND id = 2 OR id = 3") == read_filter(
        "id = 1 AND (id = 2 OR id = 3)"
    )


def test_every_short_name_is_told() -> None:
    assert dict(re.findall(r"`([a-z]+)`\s+\(`([a-z_.]+)`\)", PAGE)) == SHORT
