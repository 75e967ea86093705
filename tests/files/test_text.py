"""Text: whatever the blocks a file is read in, its lines are those that it has."""

from __future__ import annotations

import tempfile
from io import StringIO
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from orderglot.files import text
from orderglot.files.text import Text

PIECES = ("a", "bcd", "é", "\U0001f4e6", "\n", "\r", "\r\n", *text.NO_ENDS)
WRITTEN = st.lists(st.sampled_from(PIECES), max_size=60).map("".join)


def lines_of(content: bytes, block: int, most: int = 4) -> list[str]:
    with tempfile.TemporaryFile() as file, patch.object(text, "BLOCK", block):
        file.write(content)
        file.seek(0)
        with open(file.fileno(), "rb", closefd=False) as opened:
            read = Text(opened)
            found = list[str]()
            while lines := read.read(most):
                assert len(lines) <= most
                found += lines
            assert len(found) == read.count
            return found


@given(WRITTEN, st.integers(1, 20))
def test_lines_end_where_a_file_ends_them_and_nowhere_else(written: str, block: int) -> None:
    assert StringIO(written, newline="").readlines() == lines_of(written.encode(), block)


@given(WRITTEN, st.integers(1, 4), st.integers(4, 9))
def test_of_a_line_that_is_too_long_comes_as_much_as_shows_it(
    written: str, block: int, longest: int
) -> None:
    with patch.object(text, "LONGEST_LINE", longest):
        found = lines_of(written.encode(), block)
    whole = StringIO(written, newline="").readlines()
    assert [line[: longest + 1] for line in whole] == found


def test_bytes_that_are_not_utf_8_come_as_lone_surrogates_and_block_by_block_the_same() -> None:
    content = "é\n".encode() + b"\xe9\n\xc3"
    for block in range(1, 8):
        assert ["é\n", "\udce9\n", "\udcc3"] == lines_of(content, block)
