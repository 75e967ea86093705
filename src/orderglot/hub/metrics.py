"""Metrics: what is counted of requests, and how the book fares, in the format of Prometheus."""

from __future__ import annotations

import os
from collections.abc import Iterable
from ipaddress import ip_address

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from orderglot.core.administration import OPERATORS
from orderglot.core.errors import Unauthenticated
from orderglot.faces.addressing import BadHost, read_authority
from orderglot.hub.book_metrics import metrics_of
from orderglot.hub.shared_counts import COUNTS_FOLDER
from orderglot.journal.recorder import Recorder
from orderglot.stores.store import BookStore
from orderglot.wire.exchange import Exchange

METRICS = "/orderglot/metrics"

LOCAL = "localhost"

REFUSED = (
    "Ask for the metrics from this machine itself and under its own name, such as "
    "http://localhost, or send an operator's key: Authorization: Bearer KEY.\n"
)

FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
"""What proxies add to what they hand on: behind one everybody seems to be on this machine."""


class Metrics:
    """Counts exchanges as they are recorded, and hands each on to the ``recorder``, if there is one."""

    def __init__(self, recorder: Recorder | None = None) -> None:
        self._recorder = recorder
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "orderglot_requests",
            "Requests answered by the faces.",
            ("dialect", "operation", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "orderglot_request_seconds",
            "How long the answers took until they were sent.",
            ("dialect", "operation"),
            registry=self._registry,
        )
        dropped = Counter(
            "orderglot_journal_dropped",
            "Exchanges that the journal could not keep.",
            registry=self._registry,
        )
        if recorder is not None:
            recorder.on_drop = dropped.inc
        self._known: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def __call__(self, exchange: Exchange) -> None:
        """Count an exchange, and hand it on."""
        trace, response = exchange.trace, exchange.response
        key = trace.dialect, trace.operation, 0 if response is None else response.status
        known = self._known.get(key)
        if known is None:
            dialect, operation, status = key
            known = self._known[key] = (
                self._requests.labels(dialect, operation, str(status)),
                self._seconds.labels(dialect, operation),
            )
        requests, seconds = known
        requests.inc()
        seconds.observe(exchange.took)
        if self._recorder is not None:
            self._recorder(exchange)

    def page(self, accept: str, found: Iterable[Metric]) -> Response:
        """Write what all workers have counted, and what was found in the book, as a client takes it."""
        registry, folder = self._registry, os.environ.get(COUNTS_FOLDER)
        if folder:
            registry = CollectorRegistry()
            MultiProcessCollector(registry, folder)  # type: ignore[no-untyped-call]
        encode, kind = choose_encoder(accept)
        whole = CollectorRegistry()
        whole.register(_Found([*registry.collect(), *found]))
        return Response(encode(whole), headers={"content-type": kind, "cache-control": "no-store"})


class _Found(Collector):
    """Metrics that are there already."""

    def __init__(self, found: Iterable[Metric]) -> None:
        self._found = tuple(found)

    def collect(self) -> Iterable[Metric]:
        """Give them."""
        return self._found


def metrics_page(metrics: Metrics, store: BookStore) -> Starlette:
    """Make the page of the metrics, for whoever is on this machine, or has an operator's key."""

    async def show(request: Request) -> Response:
        if not (_is_here(request) or await _is_operator(request, store)):
            return PlainTextResponse(REFUSED, 401, {"www-authenticate": "Bearer"})
        return metrics.page(request.headers.get("accept", ""), await metrics_of(store))

    return Starlette(routes=[Route(METRICS, show, methods=["GET"])])


def _is_here(request: Request) -> bool:
    """Tell whether a program on this machine asks, of itself, under a name of this machine.

    By the name it is told from a page in a browser on this machine that was led here by its own name.
    """
    peer = request.client.host if request.client else ""
    if any(name in request.headers for name in FORWARDED):
        return False
    try:
        host = read_authority(request.headers.get("host", ""))
    except BadHost:
        return False
    name = host.partition("]")[0].strip("[") if host[0] == "[" else host.partition(":")[0]
    return _is_loopback(peer) and (name == LOCAL or _is_loopback(name))


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


async def _is_operator(request: Request, store: BookStore) -> bool:
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret.strip().startswith(OPERATORS):
        return False
    try:
        await store.keyring.operator(secret.strip())
    except Unauthenticated:
        return False
    return True
