"""What an operator's monitoring reads: requests, the journal, and how the book fares."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from functools import wraps
from typing import ParamSpec

import pytest
from prometheus_client.parser import text_string_to_metric_families

from orderglot import demo
from orderglot.core.administration import OPERATORS
from orderglot.core.caller import Caller
from orderglot.core.errors import Upstream
from orderglot.core.jobs import JOB, STATE, Setting, State, put
from orderglot.core.ports import UnitOfWork
from orderglot.core.seller import Seller
from orderglot.core.webhooks import Endpoint
from orderglot.faces.asgi import Asgi
from orderglot.hub.faces import faces
from orderglot.hub.metrics import METRICS
from orderglot.stores.memory import MemoryStore
from orderglot.stores.store import BookStore
from orderglot.wire.auth import write_basic

HERE = {"host": "localhost:8400"}
THERE = {"host": "orders.example"}
KEY = f"{OPERATORS}{'5a' * 32}"
KOLE = demo.part("kole")
SINCE = datetime(2024, 5, 21, tzinfo=UTC)


P = ParamSpec("P")


def looped(test: Callable[P, Awaitable[None]]) -> Callable[P, None]:
    """Have a test run in a loop of its own."""

    @wraps(test)
    def run(*values: P.args, **named: P.kwargs) -> None:
        async def whole() -> None:
            await test(*values, **named)

        asyncio.run(whole())

    return run


async def asked(
    app: Asgi, path: str, headers: Mapping[str, str], peer: str = "127.0.0.1", method: str = "GET"
) -> tuple[int, str]:
    """Ask as a program at an address does."""
    sent: list[dict[str, object]] = []
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "path": path,
        "headers": [(name.encode(), text.encode()) for name, text in headers.items()],
        "query_string": b"",
        "client": (peer, 4711),
    }

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b""}

    async def send(message: object) -> None:
        assert isinstance(message, dict)
        sent.append(message)

    await app(scope, receive, send)
    status, body = sent[0]["status"], sent[1]["body"]
    assert isinstance(status, int)
    assert isinstance(body, bytes)
    return status, body.decode()


async def read(app: Asgi) -> dict[tuple[str, tuple[str, ...]], float]:
    """Read the metrics: each sample by its name and the values of its labels by name."""
    status, text = await asked(app, METRICS, HERE)
    assert 200 == status, text
    return {
        (sample.name, tuple(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def filled() -> BookStore:
    store = MemoryStore()
    await demo.fill(store)
    return store


@looped
async def test_requests_are_counted_by_dialect_operation_and_status() -> None:
    app = faces(await filled())
    known = {**THERE, "authorization": write_basic(KOLE.key.id, KOLE.key.secret)}
    for _ in range(2):
        await asked(app, "/orders/12345", known)
    await asked(app, "/orders/12345", THERE)

    found = await read(app)
    counted = {
        labels: value
        for (name, labels), value in found.items()
        if name == "orderglot_requests_total"
    }
    (operation,) = {labels[1] for labels in counted}
    assert {("kole", operation, "200"): 2, ("kole", operation, "401"): 1} == counted
    assert 3 == found["orderglot_request_seconds_count", ("kole", operation)]
    assert 0 < found["orderglot_request_seconds_sum", ("kole", operation)]


@looped
async def test_the_pages_of_the_hub_itself_are_not_counted() -> None:
    app = faces(MemoryStore())
    await asked(app, "/healthz", HERE)
    await read(app)

    assert not [name for name, _ in await read(app) if name == "orderglot_requests_total"]


@pytest.mark.parametrize("host", ["localhost", "localhost:8400", "127.0.0.1:8400", "[::1]:8400"])
@looped
async def test_a_program_on_this_machine_needs_no_key(host: str) -> None:
    assert 200 == (await asked(faces(MemoryStore()), METRICS, {"host": host}, "127.0.0.1"))[0]


@pytest.mark.parametrize(
    ("headers", "peer"),
    [
        pytest.param(HERE, "192.0.2.1", id="elsewhere"),
        pytest.param(THERE, "127.0.0.1", id="another name of this machine"),
        pytest.param({**HERE, "x-forwarded-for": "192.0.2.1"}, "127.0.0.1", id="a proxy"),
        pytest.param({**HERE, "forwarded": "for=127.0.0.1"}, "::1", id="its standard"),
        pytest.param({**HERE, "authorization": "Bearer x"}, "192.0.2.1", id="no key"),
        pytest.param({**HERE, "authorization": f"Bearer {KEY}"}, "192.0.2.1", id="unknown key"),
        pytest.param(
            {**HERE, "authorization": f"Bearer {demo.part('orderglot').key.secret}"},
            "192.0.2.1",
            id="a seller's own key",
        ),
    ],
)
@looped
async def test_everybody_else_is_refused(headers: dict[str, str], peer: str) -> None:
    status, text = await asked(faces(await filled()), METRICS, headers, peer)

    assert (401, True) == (status, "send an operator's key" in text)


@looped
async def test_an_operators_key_is_taken_from_everywhere_until_it_ends() -> None:
    store = MemoryStore()
    await store.keyring.issue_operator(lambda _: KEY, lambda _: "operator-1", None)
    headers = {**THERE, "authorization": f"Bearer {KEY}"}
    assert 200 == (await asked(faces(store), METRICS, headers, "192.0.2.1"))[0]

    await store.keyring.end_key(0, "orderglot", "operator-1")
    assert 401 == (await asked(faces(store), METRICS, headers, "192.0.2.1"))[0]


@looped
async def test_metrics_are_only_read() -> None:
    assert 405 == (await asked(faces(MemoryStore()), METRICS, HERE, method="POST"))[0]


@looped
async def test_the_orders_jobs_and_webhooks_of_every_seller_are_told() -> None:
    store = await filled()
    seller = await store.seller("demo")
    await store.add_seller("empty")
    book = store.of(Caller(seller=seller.id))

    async def write(unit: UnitOfWork) -> None:
        put(unit, JOB, "pull-kole", Setting(what="pull", since=SINCE, every=300), None)
        put(unit, STATE, "pull-kole", State(good=SINCE, failing=3, overdue=True), None)

    await book.transact(write)
    made = await store.webhooks.add(seller.id, Endpoint(url="https://example.com/hook"))

    found = await read(faces(store))
    live = (await store.counts(seller.id)).orders
    assert {("demo",): live, ("empty",): 0} == {
        labels: value for (name, labels), value in found.items() if name == "orderglot_orders"
    }
    job, webhook = ("pull-kole", "demo"), ("demo", made.watched.endpoint.id)
    assert 3 == found["orderglot_job_failing", job]
    assert 1 == found["orderglot_job_overdue", job]
    assert 0 == found["orderglot_job_paused", job]
    assert SINCE.timestamp() == found["orderglot_job_good_timestamp_seconds", job]
    assert 0 == found["orderglot_webhook_waiting", webhook]
    assert 0 == found["orderglot_webhook_disabled", webhook]
    assert 1 == found["orderglot_book_up", ()]


class Failing(MemoryStore):
    """A store whose disk is gone."""

    async def sellers(self) -> tuple[Seller, ...]:
        raise Upstream("The disk of /secret/place failed; look at the disk and try again.")


@looped
async def test_a_book_that_does_not_answer_is_told_beside_what_the_process_knows() -> None:
    app = faces(Failing())
    await asked(app, "/orders/12345", THERE)
    found = await read(app)

    assert 0 == found["orderglot_book_up", ()]
    assert any(name == "orderglot_requests_total" for name, _ in found)
