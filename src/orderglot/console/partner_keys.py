"""Keys of partners: a new one, its steps, and the sheet that is handed over with it."""

from __future__ import annotations

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from orderglot.console.api import Api, request_of
from orderglot.console.forms import form_of
from orderglot.console.handing_over import first_line
from orderglot.console.partners import (
    customer_of,
    everywhere,
    make_key,
    new_key_of,
    read_secret,
    show_secret,
)
from orderglot.console.rendering import HEADERS, page
from orderglot.console.visits import Visit
from orderglot.core.customer import Customer, identity
from orderglot.core.errors import HubError, NotFound
from orderglot.core.order import native
from orderglot.core.users import Role
from orderglot.dialects.orderglot.key_shapes import Key
from orderglot.dialects.orderglot.keys import GRACE
from orderglot.dialects.orderglot.tables import KEY
from orderglot.hub.dialects import chosen_one
from orderglot.hub.reference import REFERENCE
from orderglot.wire.message import fill


class Step(Struct, frozen=True):
    """What can be done to a key."""

    verb: str
    does: str


STEPS = {
    "roll": Step(
        "Roll", "Gives the key a new secret; the one from before lets in beside it for a while."
    ),
    "live": Step("Move to live", "Its orders are real ones from now on."),
    "end": Step("End", "Nobody comes in with it any more, nor with what it has given out."),
}


class KeyPages:
    """What is done to keys."""

    def __init__(self, api: Api) -> None:
        self.api = api

    async def make(self, request: Request, visit: Visit) -> Response:
        """Make a key of a customer, and show its secret."""
        visit.demand(Role.ADMIN)
        form = await form_of(request)
        customer = await customer_of(self.api, visit, request.path_params["id"])
        made = await make_key(self.api, visit, customer, new_key_of(form))
        return show_secret(request, visit, customer, made)

    async def step(self, request: Request, visit: Visit) -> Response:
        """Show what a step does to a key, or take it."""
        visit.demand(Role.ADMIN)
        name = request.path_params["step"]
        if name not in STEPS:
            raise NotFound(
                f"There is no step {name[:40]!r} of a key; there are {', '.join(STEPS)}."
            )
        key = await self._key(request, visit)
        customer = await self._customer(visit, key)
        problem = ""
        if request.method == "POST":
            form = await form_of(request)
            given = {"grace": str(form.get("grace", "")).strip() or GRACE}
            members = given if name == "roll" else None
            path = f"{fill(KEY, id=key.id)}/{name}"
            asked = request_of("POST", path, members, peer=visit.peer)
            try:
                answer = await self.api.ask(everywhere(visit), asked)
            except HubError as error:
                problem = error.message
            else:
                if name == "roll":
                    return show_secret(request, visit, customer, read_secret(answer.body))
                return RedirectResponse(_back(visit, customer), 303, headers=HEADERS)
        return page(
            request,
            "key_step",
            visit,
            status=409 if problem else 200,
            key=key,
            customer=customer,
            step=STEPS[name],
            name=name,
            grace=GRACE,
            problem=problem,
            back=_back(visit, customer),
        )

    async def sheet(self, request: Request, visit: Visit) -> Response:
        """Show what a partner needs to know to begin, without the secret."""
        visit.demand(Role.ADMIN)
        customer = await customer_of(self.api, visit, request.path_params["id"])
        key = await self._key(request, visit)
        if key.customer is None or key.customer.id != customer.id:
            raise NotFound(f"This partner has no key {key.id[:60]!r}.")
        dialect = chosen_one(key.dialect)
        public, secret = dialect.auth.fields
        variable = secret.upper()
        return page(
            request,
            "sheet",
            visit,
            customer=customer,
            key=key,
            dialect=dialect,
            base=request.state.base,
            document=f"{request.state.base}{REFERENCE}/{dialect.name}",
            named=native(identity(customer), key.dialect),
            public=public,
            public_value=key.id.partition(":")[2],
            secret=secret,
            variable=variable,
            # Out of the single quotes in which it stands, the shell puts the variable in.
            line=first_line(request, key, customer, f"'\"${variable}\"'"),
        )

    async def _key(self, request: Request, visit: Visit) -> Key:
        path = fill(KEY, id=request.path_params["key"])
        found: Key = await self.api.read(everywhere(visit), path)
        return found

    async def _customer(self, visit: Visit, key: Key) -> Customer | None:
        return await customer_of(self.api, visit, key.customer.id) if key.customer else None


def _back(visit: Visit, customer: Customer | None) -> str:
    return f"{visit.home}/partners/{customer.id}" if customer else f"{visit.home}/partners"
