"""Requests inside of another one: each is answered as if it had come alone, and noted where that is."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from msgspec.structs import replace

from orderglot.core.errors import HubError, Upstream
from orderglot.faces.answers import MOST_TOUCHED, SORRY
from orderglot.wire.message import Request, Response
from orderglot.wire.trace import Trace

log = logging.getLogger("orderglot.server")


class Again:
    """Answers the requests of one, each with a trace of its own; raises nothing but a cancellation.

    The trace of the one says which orders they touched, and of how many were refused why the first was.
    """

    def __init__(
        self,
        answer: Callable[[Request], Awaitable[Response]],
        refuse: Callable[[HubError, Request], Response],
        error_of: Callable[[Response], HubError | None],
        whole: Trace | None,
    ) -> None:
        self._answer = answer
        self._refuse = refuse
        self._error_of = error_of
        self._whole = whole
        self._answered = 0
        self._reasons: list[str] = []

    async def __call__(self, request: Request) -> Response:
        """Answer one."""
        trace = Trace()
        request = replace(request, trace=trace)
        try:
            response = await self._answer(request)
        except Exception:
            # What others of them have done stays done, and whoever asked has to learn of that.
            which = {"dialect": trace.dialect, "operation": trace.operation}
            log.exception("unforeseen", extra=which)
            response = self._refuse(Upstream(SORRY), request)
        if self._whole is not None:
            self._note(self._whole, trace, response)
        return response

    def _note(self, whole: Trace, trace: Trace, response: Response) -> None:
        whole.orders = tuple(dict.fromkeys((*whole.orders, *trace.orders)))[:MOST_TOUCHED]
        self._answered += 1
        if (error := self._error_of(response)) is not None:
            self._reasons.append(error.message)
        if self._reasons:
            refused = len(self._reasons)
            were = "was" if refused == 1 else "were"
            whole.reason = f"{refused} of {self._answered} {were} refused: {self._reasons[0]}"
