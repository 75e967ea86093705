"""The hub's own pages beside the faces: whether it is well, and what its dialects are."""

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
from orderglot.stores.store import BookStore
from orderglot.wire import json

HEALTH = "/healthz"

OPENAPI = "/openapi/"
"""Where each dialect's document is, as ``kole.json``."""

TIMEOUT = 2
"""So many seconds the store may take to say that it is there."""

log = logging.getLogger("orderglot.hub")


def health(store: BookStore) -> Starlette:
    """Make the page that tells whether the store answers."""

    async def tell_health(_request: Request) -> JSONResponse:
        try:
            async with asyncio.timeout(TIMEOUT):
                await store.sellers()
        except (HubError, TimeoutError) as error:
            log.warning("the store does not answer", extra={"reason": str(error)})
            failing = {"status": "failing", "reason": "The order book does not answer."}
            return JSONResponse(failing, 503)
        return JSONResponse({"status": "ok"})

    return Starlette(routes=[Route(HEALTH, tell_health)])


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
