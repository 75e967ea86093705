"""Placing an order with a vendor: over which channel, what speaks against it, and what came of it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from orderglot.console.api import Api, request_of
from orderglot.console.forms import Form, form_of
from orderglot.console.rendering import HEADERS, page
from orderglot.console.visits import Visit
from orderglot.core.errors import HubError
from orderglot.core.users import Role
from orderglot.dialects.orderglot.expanding import Expanded
from orderglot.dialects.orderglot.placements import PLACE_ORDER
from orderglot.dialects.orderglot.tables import CHANNELS, ORDER
from orderglot.wire.message import fill
from orderglot.wire.operation import PlacementShown, VendorChannel

FLAGS = ("also", "absent")
"""What somebody can say so that an order is placed although something speaks against it."""


class PlacePage:
    """The page on which an order is placed."""

    def __init__(self, api: Api) -> None:
        self.api = api

    async def show(self, request: Request, visit: Visit) -> Response:
        """Show where an order can be placed, what would come of it, or place it."""
        path = fill(ORDER, id=str(request.path_params["id"]))
        form, looked, problem = Form(), None, ""
        if request.method == "POST":
            visit.demand(Role.OPERATOR)
            form = await form_of(request)
            try:
                looked = await self._placed(visit, path, form)
            except HubError as error:
                problem = error.message
            else:
                if looked.state == "placed":
                    return RedirectResponse(
                        f"{visit.home}/orders/{looked.order}/place", 303, headers=HEADERS
                    )
        found: Expanded = await self.api.read(visit.caller, path, expand="customer")
        channels: tuple[VendorChannel, ...] = await self.api.read(visit.caller, CHANNELS)
        return page(
            request,
            "place",
            visit,
            status=409 if problem else 200,
            order=found.order,
            channels=channels,
            there=await self.api.read(visit.caller, f"{path}/placements"),
            looked=looked,
            problem=problem,
            given=dict(form.items()),
        )

    async def _placed(self, visit: Visit, path: str, form: Form) -> PlacementShown:
        """Place an order where somebody is sure, else see what speaks against it."""
        flags = {name: True for name in FLAGS if form.get(name) == "yes"}
        dry = {} if form.get("sure") == "yes" else {"dry_run": True}
        losing = {"without": form.getlist("without")} if "without" in form else {}
        members = {"channel": str(form.get("channel", "")), **flags, **dry, **losing}
        asked = request_of("POST", f"{path}/place", members, peer=visit.peer)
        response = await self.api.ask(visit.caller, asked)
        return PLACE_ORDER.response.read(response, None)  # type: ignore[arg-type]
