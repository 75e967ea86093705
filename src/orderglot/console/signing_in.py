"""Signing in and out: by a name and password, or by a link that is good once."""

from __future__ import annotations

import logging
import re
from secrets import token_urlsafe

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from orderglot.console import passwords
from orderglot.console.forms import form_of
from orderglot.console.rendering import HEADERS, page
from orderglot.console.visits import (
    CSRF,
    ROOT,
    demand_form,
    home_of,
    secret_of,
    sellers_of,
    set_cookie,
    signed_in,
    token_of,
)
from orderglot.core.acts import Person
from orderglot.core.errors import Invalid, NotFound, TooMany, Unauthenticated
from orderglot.core.time_zones import known_zone
from orderglot.core.users import LONGEST_PASSWORD
from orderglot.faces.throttle import Throttle
from orderglot.stores.store import BookStore
from orderglot.wire.message import query_of

SIGN_IN, SIGN_OUT, LINK, YOU = (f"{ROOT}{name}" for name in ("sign-in", "sign-out", "link", "you"))

WRONG = "This name and password do not belong together. Try again, or ask who set up your account."
_LOCAL = re.compile(
    r"/orderglot/(?:[A-Za-z0-9._~!$&'()*+,;=:@%?-][A-Za-z0-9._~!$&'()*+,;=:@%?/-]*)?"
)

log = logging.getLogger("orderglot.console")


class SigningIn:
    """The pages by which people come in and go."""

    def __init__(self, store: BookStore) -> None:
        self.store = store
        self.throttle = Throttle(store.now)

    async def front(self, request: Request) -> Response:
        """Lead to the first page of the first seller that there is."""
        try:
            _, roles, _ = await signed_in(request, self.store)
        except Unauthenticated:
            return to_sign_in(request)
        sellers = await sellers_of(roles, self.store)
        if not sellers:
            return page(request, "no_seller", None)
        return _see(f"{home_of(sellers[0], test=False)}/today")

    async def sign_in(self, request: Request) -> Response:
        """Show the form, or sign in."""
        if request.method != "POST":
            return self._form(request)
        form = await form_of(request)
        name, password = str(form.get("name", "")), str(form.get("password", ""))
        demand_form(request, str(form.get(CSRF, "")), secret_of(request))
        peer = request.client.host if request.client else ""
        try:
            with self.throttle.login(peer, name):
                await self._check(name, password)
        except TooMany as error:
            answer = self._form(request, error.message, 429, name)
            answer.headers["retry-after"] = str(error.retry_after)
            return answer
        except Unauthenticated:
            log.warning("sign-in refused", extra={"user": name[:64], "client": peer})
            return self._form(request, WRONG, 403, name)
        users = self.store.acting(Person(name, peer)).users
        secret = await users.begin(name, name, _zone(str(form.get("zone", ""))))
        answer = _see(_local(str(form.get("next", ""))))
        set_cookie(request, answer, secret)
        return answer

    async def follow(self, request: Request) -> Response:
        """Show the form behind a link, or sign in by it: looking at the link alone spends nothing."""
        code = request.query_params.get("code", "")
        if request.method != "POST":
            return self._form(request, code=code)
        form = await form_of(request)
        demand_form(request, str(form.get(CSRF, "")), secret_of(request))
        peer = request.client.host if request.client else ""
        try:
            users = self.store.acting(Person("console link", peer)).users
            secret = await users.follow(str(form.get("code", "")), _zone(str(form.get("zone", ""))))
        except Unauthenticated as error:
            return self._form(request, error.message, 403)
        answer = _see(ROOT)
        set_cookie(request, answer, secret)
        return answer

    async def sign_out(self, request: Request) -> Response:
        """End the session."""
        form = await form_of(request)
        secret = secret_of(request)
        demand_form(request, str(form.get(CSRF, "")), secret)
        await self.store.users.end(secret)
        answer = _see(SIGN_IN)
        set_cookie(request, answer, "")
        return answer

    async def you(self, request: Request) -> Response:
        """Have times shown by another clock."""
        form = await form_of(request)
        _, _, secret = await signed_in(request, self.store)
        demand_form(request, str(form.get(CSRF, "")), secret)
        await self.store.users.set_zone(secret, known_zone("zone", str(form.get("zone", ""))))
        return _see(_local(str(form.get("next", ""))))

    async def _check(self, name: str, password: str) -> None:
        try:
            kept = (await self.store.users.user(name)).password
        except NotFound:
            kept = ""
        if len(password) > LONGEST_PASSWORD or not await passwords.fits(password, kept):
            raise Unauthenticated(WRONG)

    def _form(
        self, request: Request, problem: str = "", status: int = 200, name: str = "", code: str = ""
    ) -> Response:
        # Before there is a session, the form is tied to the browser by a secret that is nobody's.
        secret = secret_of(request) or token_urlsafe(32)
        answer = page(
            request,
            "sign_in",
            None,
            token=token_of(secret),
            problem=problem,
            status=status,
            name=name,
            code=code,
            next=_local(request.query_params.get("next", "")),
        )
        if not secret_of(request):
            set_cookie(request, answer, secret)
        return answer


def to_sign_in(request: Request) -> Response:
    """Lead to the form, and from there back to where somebody wanted to go."""
    where = request.url.path
    if request.method == "GET" and request.url.query:
        where += f"?{request.url.query}"
    if where == ROOT or not _LOCAL.fullmatch(where):
        return _see(SIGN_IN)
    return _see(f"{SIGN_IN}?{query_of([('next', where)])}")


def _see(where: str) -> Response:
    return RedirectResponse(where, 303, headers=HEADERS)


def _local(where: str) -> str:
    """Give a path of the console back, and the first page for anything that leads elsewhere."""
    return where if _LOCAL.fullmatch(where) else ROOT


def _zone(name: str) -> str:
    """Give the zone that a browser names, "" for one that nobody knows here."""
    try:
        return known_zone("zone", name)
    except Invalid:
        return ""
