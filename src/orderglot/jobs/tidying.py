"""The job that tidies up: answers, counts and tokens that are over go, and counts of orders are merged."""

from __future__ import annotations

from orderglot.hub.opening import Hub
from orderglot.jobs.leases import Lease
from orderglot.jobs.work import Outcome, Work

EVERY = 3_600.0
"""So many seconds lie between two rounds."""

NAME = "tidy"


def tidying(hub: Hub) -> Work:
    """Give the job that lets go of what is over in every seller's book."""

    async def run(_lease: Lease) -> Outcome:
        gone = await hub.store.tidy()
        return Outcome(counts={name: count for name, count in gone.items() if count})

    return Work(name=NAME, what=NAME, run=run, every=EVERY)
