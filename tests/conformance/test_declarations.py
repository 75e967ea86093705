"""The gates: what every dialect's folder has to have before the other tests can run on it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from orderglot import dialects
from orderglot.core.caller import ADMIN, OPEN, READ
from orderglot.core.errors import KINDS
from orderglot.core.fields import every_field
from orderglot.core.order import Order
from orderglot.core.unknown_members import UNKNOWN
from orderglot.faces.routes import Routes
from orderglot.wire.dialect import Dialect
from tests.conformance.specimens import PARTS, Specimen, book_of, folder_of, specimens_of, welcome

HEADINGS = (*("What it is", "Auth", "Paging", "Filters", "Errors", "Oddities", "Not covered"),)
EVERY = [specimen for name in dialects.names() for specimen in specimens_of(name)]


def id_of(specimen: Specimen) -> str:
    return f"{specimen.dialect.name}-{specimen.name}"


def test_there_are_dialects() -> None:
    assert dialects.names()


def test_every_folder_is_a_dialect() -> None:
    root = Path(dialects.__file__).parent
    folders = {path.name for path in root.iterdir() if path.is_dir() and path.name[0] not in "._"}

    assert folders == set(dialects.names())


def test_a_dialect_is_named_as_its_folder(dialect: Dialect) -> None:
    assert folder_of(dialect).name == dialect.name


def test_a_dialect_says_what_it_is_and_where_that_is_written(dialect: Dialect) -> None:
    assert dialect.title
    assert dialect.reference.startswith(("https://", "http://"))


def test_a_dialects_readme_has_the_seven_headings(dialect: Dialect) -> None:
    text = (folder_of(dialect) / "README.md").read_text("utf-8")
    found = [line.removeprefix("## ") for line in text.splitlines() if line.startswith("## ")]

    assert list(HEADINGS) == [heading for heading in found if heading in HEADINGS]


def test_a_dialects_operations_have_names_of_their_own(dialect: Dialect) -> None:
    names = [operation.name for operation in dialect.operations]

    assert len(names) == len(set(names)) > 0


def test_no_two_dialects_claim_one_path() -> None:
    Routes((name, dialects.dialect(name)) for name in dialects.names())


def test_a_creation_that_comes_again_is_recognised(dialect: Dialect) -> None:
    unsafe = [
        one
        for one in dialect.operations
        if one.endpoint.method == "POST" and one.endpoint.right != OPEN
    ]

    # A seller has a name, by which it is recognised; a key's secret is in no answer that is kept.
    assert [] == [
        one.name
        for one in unsafe
        if not one.endpoint.idempotent and one.endpoint.right not in (READ, ADMIN)
    ]


def test_what_a_wire_loses_are_fields_of_an_order(dialect: Dialect) -> None:
    known = {
        ".".join(name.split(".")[:depth])
        for name in (*every_field(), *UNKNOWN, *msgspec.structs.asdict(Order()))
        for depth in range(1, name.count(".") + 2)
    }

    assert set() == {*dialect.can.loses, *dialect.can.rounds, *dialect.can.follows} - known


def test_there_is_a_specimen_for_each_operation(dialect: Dialect) -> None:
    shown = {one.operation.name for one in welcome(dialect.name) if one.operation}

    assert {operation.name for operation in dialect.operations} == shown


def test_there_is_a_specimen_for_each_kind_of_fault(dialect: Dialect) -> None:
    shown = {type(dialect.faults.read(one.response)) for one in specimens_of(dialect.name)}

    assert set(KINDS) <= shown


def test_what_is_said_to_be_unprovoked_is_there(dialect: Dialect) -> None:
    assert set(book_of(dialect.name).unprovoked) <= {one.name for one in specimens_of(dialect.name)}


def test_a_dialects_specimens_are_explained(dialect: Dialect) -> None:
    assert (folder_of(dialect) / "specimens" / "README.md").read_text("utf-8").strip()


@pytest.mark.parametrize("specimen", EVERY, ids=id_of)
def test_a_specimen_is_whole_and_has_a_source(specimen: Specimen) -> None:
    assert PARTS == {path.name for path in specimen.folder.iterdir()}
    assert (specimen.folder / "source.txt").read_text("utf-8").strip()


@pytest.mark.parametrize("specimen", EVERY, ids=id_of)
def test_a_specimen_is_named_after_its_operation(specimen: Specimen) -> None:
    assert specimen.operation is not None


@pytest.mark.parametrize("specimen", EVERY, ids=id_of)
def test_a_specimen_is_written_with_line_feeds_and_no_length(specimen: Specimen) -> None:
    for part in ("request.http", "response.http"):
        text = (specimen.folder / part).read_bytes()

        assert b"\r" not in text
        assert b"content-length" not in text.lower()
