"""System: whether the book answers, what is missing in the journal, and what people did to keys and settings."""

from __future__ import annotations

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from orderglot.console.api import Api
from orderglot.console.rendering import page
from orderglot.console.visits import Visit
from orderglot.core.acts import Act
from orderglot.core.caller import Caller
from orderglot.core.errors import HubError
from orderglot.core.users import EVERY_SELLER, Role, role_in
from orderglot.hub.version import version
from orderglot.stores.backend import HUB_ITSELF

PAGE = 50
"""So many acts are on a page."""

BACK = timedelta(days=30)
"""So far back dropped exchanges are counted."""


class SystemPage:
    """What stands behind the book."""

    def __init__(self, api: Api) -> None:
        self.api = api

    async def show(self, request: Request, visit: Visit) -> Response:
        """Show how the book is, and to an admin the acts of people, the newest first."""
        text = request.query_params.get("page", "")
        number = int(text) if text.isdecimal() and len(text) < 4 else 0
        begin, end = number * PAGE, (number + 1) * PAGE
        acts = await self._acts(visit, end + 1)
        return page(
            request,
            "system",
            visit,
            version=version(),
            problem=await self._problem(),
            dropped=await self._dropped(visit),
            days=BACK.days,
            acts=acts[begin:end],
            number=number,
            more=len(acts) > end,
        )

    async def _problem(self) -> str:
        """Say why the book cannot be written to, "" where it can."""
        try:
            await self.api.store.check_ready()
        except HubError as error:
            return error.message
        return ""

    async def _dropped(self, visit: Visit) -> int:
        """Count the exchanges that the journal could not take in, those of nobody known among them."""
        since = self.api.store.now() - BACK
        gaps = [
            gap
            for caller in (visit.caller, Caller(seller=HUB_ITSELF))
            for gap in await self.api.store.journal.gaps(caller, since)
        ]
        return sum(gap.dropped for gap in gaps)

    async def _acts(self, visit: Visit, most: int) -> list[Act]:
        """Give the newest acts in this seller's book; to an admin of every seller those on operators' keys, too."""
        if not visit.may(Role.ADMIN):
            return []
        store = self.api.store
        found = list(await store.acts(visit.seller.id, limit=most))
        if role_in(visit.roles, EVERY_SELLER) is Role.ADMIN:
            found += await store.acts(EVERY_SELLER, limit=most)
        return sorted(found, key=lambda act: act.at, reverse=True)[:most]
