"""Attempts: what an attempt to place an order that failed has left with the vendor."""

from __future__ import annotations

from enum import StrEnum

from orderglot.core.errors import Conflict, HubError, Upstream
from orderglot.faces.client import Transcript
from orderglot.faces.http import Unreached
from orderglot.faces.pacing import Exhausted
from orderglot.sync.notes import Placing
from orderglot.wire.dialect import Dialect


class Left(StrEnum):
    """What an attempt that failed has left with the vendor, as far as its answers tell."""

    NOTHING = "nothing"
    PART = "a part"
    UNKNOWN = "unknown"


def left_behind(
    dialect: Dialect, transcript: Transcript, error: HubError, placing: Placing
) -> Left:
    """Tell what is left by the answers to what must not be performed twice.

    What an earlier attempt left there, this one would have found, unless the vendor objects to
    its coming again. A flow that goes on after a refusal, and then fails with it, has undone what
    it began.
    """
    first = placing.sendings == 1 and not any(one.repeated for one in transcript.responses)
    if not transcript.responses and (
        not transcript.sent or isinstance(error, Unreached | Exhausted)
    ):
        return Left.NOTHING if first else Left.UNKNOWN
    errors = [dialect.faults.read(response) for response in transcript.responses]
    refusals = [number for number, one in enumerate(errors) if one is not None]
    if transcript.waiting or not refusals:
        return Left.UNKNOWN
    number = refusals[0]
    if isinstance(errors[number], Upstream) or (isinstance(errors[number], Conflict) and not first):
        return Left.UNKNOWN
    undone = number == 0 or (len(refusals) == 1 and errors[-1] is None)
    return Left.NOTHING if undone else Left.PART
