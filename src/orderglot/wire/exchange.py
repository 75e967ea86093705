"""The exchange: one request and its answer, as a face gives them to whoever records them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from msgspec import Struct

from orderglot.wire.message import Request, Response
from orderglot.wire.trace import Trace

Direction = Literal["in", "out"]
"""Whether we were asked, or asked a vendor."""


class Exchange(Struct, frozen=True, kw_only=True, gc=False):
    """A request and what it was answered, None where no answer came; ``took`` is in seconds."""

    direction: Direction
    request: Request
    response: Response | None
    trace: Trace
    took: float


Record = Callable[[Exchange], None]
"""Takes an exchange to be kept; it never waits and raises nothing."""
