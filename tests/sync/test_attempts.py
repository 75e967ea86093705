"""What an attempt to place an order has left behind, told by the vendor's answers."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from orderglot import dialects
from orderglot.core.errors import Conflict, Upstream
from orderglot.faces.client import Transcript
from orderglot.faces.http import Unreached
from orderglot.sync.attempts import Left, left_behind
from orderglot.sync.notes import Placing
from orderglot.wire.message import Request
from tests.sync.vendors import PLACING

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("name", PLACING)
@pytest.mark.parametrize(
    ("sendings", "repeated", "left"),
    [
        (1, False, Left.NOTHING),
        (1, True, Left.UNKNOWN),
        (2, False, Left.UNKNOWN),
    ],
)
def test_a_conflict_with_an_attempt_that_may_have_arrived_says_nothing(
    name: str, left: Left, sendings: int, *, repeated: bool
) -> None:
    dialect = dialects.dialect(name)
    objection = dialect.faults.write(
        Conflict("This came before."), Request(method="POST", path="/")
    )
    transcript = Transcript([replace(objection, repeated=repeated)], sent=1)
    error = dialect.faults.read(objection)

    assert error is not None
    assert left is left_behind(dialect, transcript, error, placing(name, sendings))


def test_what_was_never_reached_has_left_nothing_and_any_other_silence_is_in_doubt() -> None:
    kole = dialects.dialect("kole")
    silent = Transcript(waiting=True, sent=1)

    assert Left.NOTHING is left_behind(kole, silent, Unreached("No."), placing("kole", 1))
    assert Left.UNKNOWN is left_behind(kole, silent, Upstream("No."), placing("kole", 1))


def placing(name: str, sendings: int) -> Placing:
    return Placing(
        dialect=name,
        channel=f"{name}@there",
        key="a key",
        begun=NOON,
        sent=NOON,
        order=b"{}",
        sendings=sendings,
    )
