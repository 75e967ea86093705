"""Recording: what both faces give to whoever keeps exchanges."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress

from msgspec import Struct
from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.errors import HubError
from orderglot.faces.exchange_ids import ExchangeIds
from orderglot.faces.routes import Routes
from orderglot.wire.dialect import Dialect
from orderglot.wire.exchange import Exchange, Record
from orderglot.wire.message import Request, Response
from orderglot.wire.trace import Trace

Observe = Callable[[Request, Response | None, str, float], str]
"""Is told of a request that was sent, its answer, why there is none, and how many seconds it took.

It gives the id of the exchange."""


class Seen(Struct):
    """What is known so far of a request that is being answered."""

    id: str
    trace: Trace | None
    request: Request | None = None
    response: Response | None = None


class Observed:
    """Records what a client face asks a vendor: each attempt, as it went out and what came back.

    ``key`` is the channel, ``caller`` whose book it is for. ``orders`` are the hub's ids of the orders
    that are being sent. ``latest`` is the id of the last exchange, "" before the first. ``kept`` is
    the one of which something is being kept in the book, "" where that is the last one.
    """

    def __init__(self, dialect: Dialect, key: str, caller: Caller, record: Record) -> None:
        self._dialect = dialect
        self._routes = Routes([(dialect, dialect)])
        self._key = key
        self._caller = caller
        self._record = record
        self._ids = ExchangeIds()
        self.orders: tuple[int, ...] = ()
        self.latest = ""
        self.kept = ""

    def __call__(
        self, request: Request, response: Response | None, reason: str, took: float
    ) -> str:
        """Record an attempt, and give its id."""
        self.latest = self._ids()
        trace = Trace(
            dialect=self._dialect.name,
            operation=self._operation(request),
            caller=self._caller,
            key=self._key,
            orders=self.orders,
            reason=reason or self._refusal(response),
        )
        self._record(
            Exchange(
                direction="out",
                request=replace(request, id=self.latest),
                response=response,
                trace=trace,
                took=took,
            )
        )
        return self.latest

    def exchange(self) -> str:
        """Give the id of the exchange that what is written now comes from."""
        return self.kept or self.latest

    def _operation(self, request: Request) -> str:
        try:
            return self._routes.find(request.method, request.path).operation.name
        except HubError:
            # A vendor's link to the next page may lead to a path of which no page speaks.
            return ""

    def _refusal(self, response: Response | None) -> str:
        if response is None:
            return ""
        with suppress(HubError, LookupError, TypeError, ValueError):
            # Whoever asked is told of an answer that nobody can read; here it is only kept.
            if (error := self._dialect.faults.read(response)) is not None:
                return error.message
        return ""


def as_sent(request: Request, base: str, headers: Mapping[str, str]) -> Request:
    """Give a request as it went over the connection."""
    lower = {name.lower(): value for name, value in headers.items()}
    return replace(request, base=base, headers=lower)
