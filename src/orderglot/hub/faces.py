"""All that is served over one order book: the dialects' server faces, and the hub's own pages."""

from __future__ import annotations

from collections.abc import Collection

from orderglot.faces.asgi import Asgi
from orderglot.faces.server import Server
from orderglot.hub.dialects import chosen
from orderglot.hub.pages import HEALTH, OPENAPI, health, openapi
from orderglot.stores.store import BookStore


def faces(store: BookStore, names: Collection[str], public_url: str = "") -> Asgi:
    """Put the server faces of some dialects, of all for none, and the hub's own pages on one line."""
    return Asgi(
        [Server(dialect, store) for dialect in chosen(names)],
        pages={HEALTH: health(store), OPENAPI: openapi(names)},
        public_url=public_url,
        ending=store.close,
    )
