"""The hub's own pages beside the faces: liveness, readiness, and the OpenAPI documents of its dialects."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from orderglot.core.errors import HubError
from orderglot.hub.dialects import chosen
from orderglot.hub.openapi import described
from orderglot.stores.backend import Unready
from orderglot.stores.store import BookStore
from orderglot.wire import json

HEALTH = "/healthz"
READY = "/readyz"

OPENAPI = "/openapi/"
"""Where each dialect's document is, as ``kole.json``."""

TIMEOUT = 1.5
"""So many seconds the store may take to say that it is there."""

NO_ANSWER = "The order book does not answer."

log = logging.getLogger("orderglot.hub")


def health() -> Starlette:
    """Make the page that tells a supervisor that this process lives; it never looks at the book."""

    async def tell_health(_request: Request) -> JSONResponse:
        return JSONResponse({"status": "ok"})

    return Starlette(routes=[Route(HEALTH, tell_health)])


def readiness(store: BookStore) -> Starlette:
    """Make the page that tells a load balancer whether requests can be answered out of the book."""

    async def tell_ready(_request: Request) -> JSONResponse:
        reason = await _not_ready(store)
        if reason:
            return JSONResponse({"status": "failing", "reason": reason}, 503)
        return JSONResponse({"status": "ok"})

    return Starlette(routes=[Route(READY, tell_ready)])


async def _not_ready(store: BookStore) -> str:
    """Give why the book cannot be used, "" where it can; where the book is stays in the logs."""
    reason, details = "", ""
    try:
        async with asyncio.timeout(TIMEOUT):
            await store.check_ready()
    except Unready as error:
        reason = details = str(error)
    except (HubError, TimeoutError) as error:
        reason, details = NO_ANSWER, str(error) or f"no answer within {TIMEOUT} seconds"
    if reason:
        log.warning("not ready", extra={"reason": details})
    return reason


def openapi(names: Collection[str]) -> Starlette:
    """Make the page that describes each dialect that is served, of all for none."""

    async def tell_document(request: Request) -> Response:
        name = request.path_params["name"]
        served = [one.name for one in chosen(names)]
        if name not in served:
            reason = f"There is no dialect {name[:40]!r} here; there are {', '.join(served)}."
            return JSONResponse({"error": reason}, 404)
        described_here = json.write(described(name, request.state.base))
        return Response(described_here, media_type="application/json")

    return Starlette(routes=[Route(OPENAPI + "{name:path}.json", tell_document)])
