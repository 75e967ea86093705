"""Two-way tables: written once, turned round, and refused where they are undecided."""

from __future__ import annotations

import pytest

from orderglot.core.values import Status
from orderglot.wire.table import Both

ONE_TO_ONE = {"NEW": Status.RECEIVED, "DONE": Status.COMPLETED}


def test_every_code_reads_back_as_it_was_written() -> None:
    table: Both[str, Status] = Both(ONE_TO_ONE)

    assert ONE_TO_ONE == {
        table.write(value): table.read(code) for code, value in ONE_TO_ONE.items()
    }
    assert table.read("LOST") is None
    with pytest.raises(KeyError):
        table.write(Status.FAILED)


def test_two_codes_of_one_value_need_a_word_on_which_is_written() -> None:
    codes = {**ONE_TO_ONE, "FINISHED": Status.COMPLETED}

    with pytest.raises(ValueError, match="say which is written"):
        Both(codes)
    table: Both[str, Status] = Both(codes, back={Status.COMPLETED: "DONE"})
    assert table.write(Status.COMPLETED) == "DONE"
    assert Status.COMPLETED == table.read("FINISHED")


def test_the_code_that_is_written_must_mean_the_value() -> None:
    with pytest.raises(ValueError, match="does not mean"):
        Both(ONE_TO_ONE, back={Status.COMPLETED: "NEW"})
    with pytest.raises(ValueError, match="nothing means"):
        Both(ONE_TO_ONE, back={Status.FAILED: "NEW"})


def test_a_value_without_a_code_is_rounded_to_its_stand_in() -> None:
    table: Both[str, Status] = Both(ONE_TO_ONE, as_={Status.FAILED: Status.COMPLETED})

    assert table.write(Status.FAILED) == "DONE"
    assert Status.COMPLETED == table.rounded(Status.FAILED)
    assert Status.RECEIVED == table.rounded(Status.RECEIVED)


def test_a_value_with_a_code_needs_no_stand_in() -> None:
    with pytest.raises(ValueError, match="needs no stand-in"):
        Both(ONE_TO_ONE, as_={Status.RECEIVED: Status.COMPLETED})
