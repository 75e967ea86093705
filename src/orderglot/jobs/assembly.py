"""Assembly: every job of a book, for the process that runs them."""

from __future__ import annotations

from collections.abc import Mapping

from orderglot.hub.opening import Hub
from orderglot.jobs.channels import scheduled, works_of
from orderglot.jobs.erasing import erasing
from orderglot.jobs.tidying import thinning, tidying
from orderglot.jobs.webhooks import delivering
from orderglot.jobs.work import Work


async def works(hub: Hub, environment: Mapping[str, str]) -> list[Work]:
    """Give the jobs of a book: those of its channels, and the hub's own.

    Raises Invalid with one sentence where a channel is wrong in the configuration.
    """
    of_channels = [work for one in await scheduled(hub, environment) for work in works_of(hub, one)]
    thin = [thinning(hub)] if hub.feed_days else []
    return [*of_channels, tidying(hub), *thin, erasing(hub), delivering(hub)]
