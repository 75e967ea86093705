"""Trace context (W3C): of which trace a request is part, for the logs and for what is asked of others.

https://www.w3.org/TR/trace-context/
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextvars import ContextVar, Token
from secrets import token_hex
from typing import NamedTuple

TRACEPARENT = "traceparent"
TRACESTATE = "tracestate"
LONGEST_STATE = 512
"""So many characters of a trace's state are handed on; a longer one is left out as a whole."""

SAMPLED = 1
"""The one flag that is handed on: whether the sender records the trace."""

_PARENT = re.compile(
    r"(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})(-.*)?"
)
_STATE = re.compile(r"[\x20-\x7e\t]*")


class TraceContext(NamedTuple):
    """Of which trace a request is part; ``span`` is our own part of it."""

    trace: str
    span: str
    sampled: bool
    state: str = ""

    def headers(self) -> dict[str, str]:
        """Give the headers of what is asked of others because of the request."""
        headers = {TRACEPARENT: f"00-{self.trace}-{self.span}-{int(self.sampled):02x}"}
        return {**headers, TRACESTATE: self.state} if self.state else headers


_current: ContextVar[TraceContext | None] = ContextVar("trace context", default=None)

Entered = Token[TraceContext | None]


def read_context(headers: Mapping[str, str]) -> TraceContext | None:
    """Read of which trace a request is part; None where it does not say, or not so that it can be read."""
    found = _PARENT.fullmatch(headers.get(TRACEPARENT, "").strip())
    # Of later versions the first four parts are read, and there may be more of them.
    if found is None or (found[1] == "00" and found[4]):
        return None
    state = headers.get(TRACESTATE, "").strip()
    kept = len(state) <= LONGEST_STATE and _STATE.fullmatch(state)
    sampled = bool(int(found[3], 16) & SAMPLED)
    return TraceContext(found[2], token_hex(8), sampled, state if kept else "")


def entered(headers: Mapping[str, str]) -> Entered:
    """Begin to answer a request; gives what ``left`` takes at its end."""
    return _current.set(read_context(headers))


def left(before: Entered) -> None:
    """End what was entered."""
    _current.reset(before)


def current() -> TraceContext | None:
    """Give the trace of the request that is being answered, None where there is none."""
    return _current.get()


def traced() -> dict[str, str]:
    """Give the headers by which what is sent now says of which trace it is part."""
    context = _current.get()
    return {} if context is None else context.headers()
