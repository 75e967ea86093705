"""Flows: sequences of requests as generators, without a connection; a call is the shortest one."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

from orderglot.core.errors import Invalid, Upstream
from orderglot.wire.message import Request, Response, words_of
from orderglot.wire.operation import Operation

Ask = TypeVar("Ask")
Answer = TypeVar("Answer")
T = TypeVar("T")

Flow = Generator[Request, Response, T]
"""A conversation of calls, without a connection: yields requests, is sent responses, returns what came of it."""


class Unreadable(Upstream):
    """An answer that came and is not what the vendor's page says; asking again brings the same."""


def call(operation: Operation[Ask, Answer], ask: Ask) -> Flow[Answer]:
    """Make one call and read its answer: the shortest flow.

    Raises Unreadable where the answer is not what the vendor's page says.
    """
    response = yield operation.request.write(ask)
    try:
        return operation.response.read(response, ask)
    except Invalid as error:
        reason = f"The vendor's answer to {operation.name} cannot be read: {error.message}"
        if message := words_of(response):
            reason = f"The vendor says {message!r}. {reason}"
        raise Unreadable(reason) from error


def cause_of(error: BaseException | None) -> Invalid | None:
    """Give the refusal behind an error that names fields, None where there is none."""
    while error is not None and not isinstance(error, Invalid):
        error = error.__cause__
    return error
