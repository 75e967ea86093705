"""What the metrics say of the book: each seller's orders, jobs and webhooks, as they stand there."""

from __future__ import annotations

import asyncio
import logging

from prometheus_client.core import GaugeMetricFamily, Metric

from orderglot.core.caller import Caller
from orderglot.core.errors import HubError
from orderglot.core.jobs import jobs_of
from orderglot.core.ports import Book
from orderglot.core.query import Window
from orderglot.core.seller import Seller
from orderglot.core.webhooks import waiting_of
from orderglot.stores.store import BookStore

TIMEOUT = 8.0
"""So many seconds the book may take: Prometheus itself waits for ten."""

MOST_WAITING = 1_000
"""So many deliveries of a webhook are counted; more are shown as so many."""

log = logging.getLogger("orderglot.hub")


class _Families:
    """The metrics of the book, to which each seller adds its own."""

    def __init__(self) -> None:
        self.orders = _gauge("orderglot_orders", "Orders in the book, but for test orders.")
        self.failing = _gauge("orderglot_job_failing", "Runs that failed in a row.", "job")
        self.overdue = _gauge(
            "orderglot_job_overdue", "Whether no run went well for too long.", "job"
        )
        self.paused = _gauge("orderglot_job_paused", "Whether somebody has paused it.", "job")
        self.good = _gauge(
            "orderglot_job_good_timestamp_seconds",
            "When the last run began that went well.",
            "job",
        )
        self.waiting = _gauge(
            "orderglot_webhook_waiting",
            f"Deliveries that wait, counted up to {MOST_WAITING}.",
            "webhook",
        )
        self.stopped = _gauge(
            "orderglot_webhook_disabled", "Whether nothing is sent to it.", "webhook"
        )
        self.silent = _gauge(
            "orderglot_webhook_failing_since_timestamp_seconds",
            "Since when no delivery went well; absent where the last one did.",
            "webhook",
        )

    def all(self) -> list[Metric]:
        """Give those of which there is something to say."""
        return [one for one in vars(self).values() if one.samples]


async def metrics_of(store: BookStore) -> list[Metric]:
    """Give what the book says of itself; where it does not answer, only that."""
    up = GaugeMetricFamily("orderglot_book_up", "Whether the book answered, and was read whole.")
    families = _Families()
    try:
        async with asyncio.timeout(TIMEOUT):
            for seller in await store.sellers():
                book = store.of(Caller(seller=seller.id, may=frozenset()))
                await _add_orders(families, book, seller)
                await _add_jobs(families, book, seller)
                await _add_webhooks(families, store, book, seller)
    except (HubError, TimeoutError) as error:
        reason = str(error) or f"no answer within {TIMEOUT} seconds"
        log.warning("the metrics of the book are missing", extra={"reason": reason})
        up.add_metric((), 0)
        return [up]
    up.add_metric((), 1)
    return [up, *families.all()]


async def _add_orders(families: _Families, book: Book, seller: Seller) -> None:
    found = await book.page(Window(limit=1, total=True))
    families.orders.add_metric((seller.name,), found.total or 0)


async def _add_jobs(families: _Families, book: Book, seller: Seller) -> None:
    for job in await jobs_of(book):
        labels = (seller.name, job.name)
        families.failing.add_metric(labels, job.state.failing)
        families.overdue.add_metric(labels, job.state.overdue)
        families.paused.add_metric(labels, job.setting.paused)
        if job.state.good is not None:
            families.good.add_metric(labels, job.state.good.timestamp())


async def _add_webhooks(families: _Families, store: BookStore, book: Book, seller: Seller) -> None:
    for watched in await store.webhooks.endpoints(seller.id):
        labels = (seller.name, watched.endpoint.id)
        waiting = await book.notes_behind(waiting_of(watched.endpoint.id), "", MOST_WAITING)
        families.waiting.add_metric(labels, len(waiting))
        families.stopped.add_metric(labels, bool(watched.endpoint.disabled))
        if watched.progress.failing is not None:
            families.silent.add_metric(labels, watched.progress.failing.timestamp())


def _gauge(name: str, documentation: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, documentation, labels=("seller", *labels))
