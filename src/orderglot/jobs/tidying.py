"""The jobs that tidy up: answers, counts and tokens that are over go, and old events leave the feeds."""

from __future__ import annotations

from datetime import timedelta

from orderglot.hub.opening import Hub
from orderglot.jobs.leases import Lease
from orderglot.jobs.work import Outcome, Work

EVERY = 3_600.0
"""So many seconds lie between two rounds."""

NAME = "tidy"
THIN = "thin"


def tidying(hub: Hub) -> Work:
    """Give the job that lets go of what is over in every seller's book."""

    async def run(_lease: Lease) -> Outcome:
        gone = await hub.store.tidy()
        return Outcome(counts={name: count for name, count in gone.items() if count})

    return Work(name=NAME, what=NAME, run=run, every=EVERY)


def thinning(hub: Hub) -> Work:
    """Give the job that thins events out of every seller's feed that are older than the feed is kept."""

    async def run(_lease: Lease) -> Outcome:
        before, gone = hub.store.now() - timedelta(days=hub.feed_days), 0
        for seller in await hub.store.sellers():
            gone += await hub.store.thin(seller.id, before)
        return Outcome(counts={"events": gone} if gone else {})

    return Work(name=THIN, what=THIN, run=run, every=EVERY)
