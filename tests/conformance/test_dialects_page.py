"""The page on the dialects: written out of what they say, and fresh."""

from __future__ import annotations

from dataclasses import replace

from orderglot import dialects
from orderglot.wire.dialect import Dialect
from tools.dialects import PAGE, write_page


def test_the_page_is_fresh() -> None:
    known = tuple(map(dialects.dialect, dialects.names()))

    assert write_page(known) == PAGE.read_text("utf-8"), "run 'make docs'"


def test_the_page_tells_of_every_operation_and_path(dialect: Dialect) -> None:
    page = write_page((dialect,))

    for operation in dialect.operations:
        assert operation.name in page
        for path in operation.endpoint.paths:
            assert f"`{operation.endpoint.method} {path}`" in page


def test_the_page_tells_what_a_wire_loses(dialect: Dialect) -> None:
    page = write_page((replace(dialect, can=replace(dialect.can, loses=frozenset({"lines.box"}))),))

    assert "* of `lines`: `box`" in page
