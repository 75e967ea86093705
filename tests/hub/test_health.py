"""The hub's page that says whether it is well."""

import asyncio
import json

from orderglot.core.errors import Upstream
from orderglot.core.seller import Seller
from orderglot.hub.faces import faces
from orderglot.stores.memory import MemoryStore
from orderglot.stores.store import BookStore
from orderglot.wire.message import Response


class Failing(MemoryStore):
    """A store whose disk is gone."""

    async def sellers(self) -> tuple[Seller, ...]:
        raise Upstream("The disk of /secret/place failed; look at the disk and try again.")


def health(store: BookStore, method: str = "GET") -> Response:
    """Ask the health page through the whole ASGI application."""
    said: list[dict[str, object]] = []
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "path": "/healthz",
        "headers": [(b"host", b"orders.example")],
        "query_string": b"",
    }

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b""}

    async def tell(message: object) -> None:
        assert isinstance(message, dict)
        said.append(message)

    asyncio.run(faces(store, ())(scope, receive, tell))
    status, body = said[0]["status"], said[1]["body"]
    assert isinstance(status, int)
    assert isinstance(body, bytes)
    return Response(status=status, body=body)


def test_the_health_page_says_whether_the_store_answers() -> None:
    answer = health(MemoryStore())
    assert (200, {"status": "ok"}) == (answer.status, json.loads(answer.body))
    failing = health(Failing())
    assert failing.status == 503
    assert json.loads(failing.body)["status"] == "failing"
    assert b"/secret/place" not in failing.body


def test_the_health_page_is_only_read() -> None:
    assert health(MemoryStore(), "POST").status == 405
