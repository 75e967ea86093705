"""Visits: a request to the console, whose session it is, and in which seller's book it is made."""

from __future__ import annotations

import hmac
import re
from datetime import tzinfo
from hashlib import sha256
from urllib.parse import quote

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from orderglot.core.caller import Caller
from orderglot.core.errors import Forbidden, Invalid, NotFound, Unauthenticated
from orderglot.core.seller import Seller
from orderglot.core.time_zones import zone_of
from orderglot.core.users import Role, Session, role_in
from orderglot.stores.store import BookStore

ROOT = "/orderglot/"
LIVE, TEST = "live", "test"
CSRF = "csrf"
"""The member of every form that shows that a page of ours has sent it."""

_SHOWN = "[A-Za-z0-9_-]{43}"

NO_FORM = "This form was not sent by a page of this console, or is from before you signed in."


class Visit(Struct, frozen=True, kw_only=True):
    """Who asks and may do what, in whose book, and in which mode."""

    session: Session
    secret: str
    sellers: tuple[Seller, ...]
    roles: dict[int, Role]
    seller: Seller
    role: Role
    test: bool
    peer: str

    @property
    def caller(self) -> Caller:
        """Who asks, as our own API has it."""
        name = f"console:{self.session.who}"
        return Caller(seller=self.seller.id, test=self.test, may=self.role.rights, name=name)

    @property
    def zone(self) -> tzinfo:
        """The time zone of the clock by which times are shown."""
        try:
            return zone_of(self.session.zone or self.seller.timezone)
        except Invalid:
            return zone_of("")

    @property
    def zone_name(self) -> str:
        """What that zone is called."""
        return self.session.zone or self.seller.timezone or "UTC"

    @property
    def home(self) -> str:
        """The address of this seller's pages in this mode, without a slash at the end."""
        return home_of(self.seller, test=self.test)

    @property
    def token(self) -> str:
        """What every form of this session shows."""
        return token_of(self.secret)

    def may(self, role: str) -> bool:
        """Tell whether the role is at least this one."""
        return Role(role).rights <= self.role.rights

    def demand(self, role: Role) -> None:
        """Raise Forbidden unless the role is at least this one."""
        if not self.may(role):
            reason = f"This takes the role {role}, and yours for {self.seller.name} is {self.role}"
            raise Forbidden(f"{reason}; ask who set up your account.")


def home_of(seller: Seller, *, test: bool) -> str:
    """Give the address of a seller's pages in a mode."""
    # A step of a path cannot have a slash in it.
    name = str(seller.id) if "/" in seller.name else seller.name
    return f"{ROOT}{TEST if test else LIVE}/{quote(name, safe='')}"


def token_of(secret: str) -> str:
    """Derive what the forms of a session show from its secret, which no page contains."""
    return hmac.new(secret.encode(), CSRF.encode(), sha256).hexdigest()


def cookie_name(request: Request) -> str:
    """Name the one cookie; under TLS so that no other host and no plain connection can set it."""
    return "__Host-orderglot" if is_secure(request) else "orderglot"


def is_secure(request: Request) -> bool:
    """Tell whether the reader's connection is encrypted, as far as the proxies that are believed say."""
    return str(request.state.base).startswith("https:")


def secret_of(request: Request) -> str:
    """Give the secret that the cookie shows, "" where there is none."""
    pattern = rf"(?:^|[;,]\s*){re.escape(cookie_name(request))}=({_SHOWN})(?=\s*[;,]|\s*$)"
    found = re.search(pattern, request.headers.get("cookie", ""))
    return found[1] if found else ""


def set_cookie(request: Request, response: Response, secret: str) -> None:
    """Give the browser a secret to show, for as long as it runs; "" takes it away."""
    response.set_cookie(
        cookie_name(request),
        secret,
        max_age=None if secret else 0,
        path="/",
        secure=is_secure(request),
        httponly=True,
        samesite="lax",
    )


def demand_form(request: Request, shown: str, secret: str) -> None:
    """Raise Forbidden unless a form was sent by a page that this console gave to the same browser."""
    site = request.headers.get("sec-fetch-site", "same-origin")
    same = bool(secret) and hmac.compare_digest(shown.encode(), token_of(secret).encode())
    if not same or site not in ("same-origin", "none"):
        raise Forbidden(NO_FORM)


async def visit_of(request: Request, store: BookStore) -> Visit:
    """Read a request to a seller's pages.

    Raises Unauthenticated without a session, NotFound where there is no such seller for its user.
    """
    session, roles, secret = await signed_in(request, store)
    named = request.path_params["seller"]
    for seller in await store.sellers():
        role = role_in(roles, seller.id)
        same = named == (str(seller.id) if "/" in seller.name else seller.name)
        if same and role is not None:
            return Visit(
                session=session,
                secret=secret,
                sellers=await sellers_of(roles, store),
                roles=roles,
                seller=seller,
                role=role,
                test=request.path_params["mode"] == TEST,
                peer=request.client.host if request.client else "",
            )
    raise NotFound(f"There is no seller {str(named)[:60]!r} for you here.")


async def signed_in(request: Request, store: BookStore) -> tuple[Session, dict[int, Role], str]:
    """Give the session of a request, its user's roles, and its secret; raises Unauthenticated without one."""
    secret = secret_of(request)
    if not secret:
        raise Unauthenticated("Please sign in.")
    session, roles = await store.users.session(secret)
    return session, roles, secret


async def sellers_of(roles: dict[int, Role], store: BookStore) -> tuple[Seller, ...]:
    """Give the sellers in whose books somebody with these roles may look."""
    return tuple(one for one in await store.sellers() if role_in(roles, one.id) is not None)
