"""All that is served over one order book: the dialects' server faces, and the hub's own pages."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Collection, Mapping

from orderglot.core.journal import Journal
from orderglot.faces.addressing import Addressing
from orderglot.faces.asgi import Asgi, Limits, Work
from orderglot.faces.completing import Completing
from orderglot.faces.pages import Page
from orderglot.faces.server import Beside, Server
from orderglot.faces.streams import Streams
from orderglot.hub.dialects import chosen, chosen_one
from orderglot.hub.front_page import FRONT, front_page
from orderglot.hub.metrics import METRICS, Metrics, metrics_page
from orderglot.hub.pages import HEALTH, OPENAPI, READY, health, openapi, readiness
from orderglot.hub.placing import Channels, Placements
from orderglot.hub.reference import REFERENCE, reference
from orderglot.hub.retrying import Retries
from orderglot.journal.recorder import Recorder
from orderglot.stores.store import BookStore

SWITCH = 0.0005
"""After so many seconds a thread that computes gives way to another one that waits.

Python itself lets it go on for ten times as long, for which every request would have to wait while
a large page is read or written."""


def faces(
    store: BookStore,
    names: Collection[str] = (),
    *,
    addressing: Addressing | None = None,
    limits: Limits | None = None,
    beside: Beside | None = None,
    logs: bool = False,
    recorder: Recorder | None = None,
    journal: Journal | None = None,
    beginning: Work | None = None,
    counts: bool = True,
    placements: Placements | None = None,
    pages: Mapping[str, Page | None] | None = None,
    streams: Streams | None = None,
) -> Asgi:
    """Put the server faces of some dialects, of all for none, and the hub's own pages together.

    What asks for a large page is answered ``beside``, if there is such a place. Each exchange is
    given to the ``recorder``, if there is one, which is closed with the store; what is kept of them
    is read from the ``journal``. Orders are placed by ``placements``, over no channel where there
    are none. What is counted of the exchanges is shown on a page of its own. Without
    ``counts`` no request counts for its key's limit. Further ``pages`` stand beside
    the hub's own, by their paths. Whoever ends ``streams`` ends what is followed, for which a server
    would else wait.
    The process is from now on one that serves: its threads give way to each other sooner.
    """
    sys.setswitchinterval(SWITCH)
    completing = Completing(store, lambda: chosen(()))
    store.journal = journal or store.journal
    placing = placements or Placements(store, Channels(), recorder)
    streams = streams or Streams()

    async def end() -> None:
        streams.end()
        await placing.close()
        if recorder is not None:
            await recorder.close()
        await store.close()

    metrics = Metrics(recorder)
    return Asgi(
        [
            Server(
                dialect,
                store,
                completing,
                beside,
                chosen_one,
                pause=asyncio.sleep,
                retries=Retries(store),
                placements=placing,
                counts=counts,
                streams=streams,
            )
            for dialect in chosen(names)
        ],
        pages={**_own_pages(store, names, metrics), **(pages or {})},
        addressing=addressing,
        limits=limits,
        logs=logs,
        record=metrics,
        beginning=beginning,
        ending=end,
    )


def _own_pages(
    store: BookStore, names: Collection[str], metrics: Metrics
) -> dict[str, Page | None]:
    """Give the hub's own pages by their paths."""
    described = reference(names)
    return {
        FRONT: front_page(names),
        HEALTH: health(),
        READY: readiness(store),
        METRICS: metrics_page(metrics, store),
        OPENAPI: openapi(names),
        REFERENCE: described,
        f"{REFERENCE}/": described,
    }
