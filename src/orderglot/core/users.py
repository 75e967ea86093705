"""Users: the people who sign in to the console, what each may do there, and their sessions."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from orderglot.core.caller import EVERY_RIGHT, READ, RIGHTS
from orderglot.core.errors import Rule, invalid

EVERY_SELLER = 0
"""Stands for all sellers where a role is given."""

IDLE = timedelta(hours=1)
"""A session in which nothing was asked for so long has ended."""

LONGEST = timedelta(hours=12)
"""A session ends after so long, whatever is asked."""

LINK = timedelta(minutes=15)
"""So long a link to sign in is good, once."""

SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 1024
LONGEST_NAME = 64


class Role(StrEnum):
    """What a user may do in a seller's book, each one all that those before it may."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"

    @property
    def rights(self) -> frozenset[str]:
        """The rights that a key had which may do the same."""
        return {"viewer": frozenset({READ}), "operator": RIGHTS, "admin": EVERY_RIGHT}[self]


class User(Struct, frozen=True, kw_only=True):
    """Who may sign in with a password, of which only a hash is kept.

    ``roles`` are by the hub's ids of sellers, 0 for all of them. A session that began before ``since``
    is over.
    """

    name: str
    password: str
    roles: dict[int, Role]
    since: datetime
    version: int = 0


class Session(Struct, frozen=True, kw_only=True):
    """That somebody is signed in: a ``user`` by name, or for "" whoever had a link of the machine's own.

    ``who`` stands in the events and acts. ``zone`` is the time zone of the clock by which times are
    shown, "" for that of the seller.
    """

    who: str
    user: str = ""
    began: datetime
    seen: datetime
    zone: str = ""
    version: int = 0

    def is_over(self, now: datetime) -> bool:
        """Tell whether it has ended by itself by then."""
        return now >= self.seen + IDLE or now >= self.began + LONGEST


def role_in(roles: dict[int, Role], seller: int) -> Role | None:
    """Give the role in a seller's book, None where there is none; what is said of it goes first."""
    return roles.get(seller, roles.get(EVERY_SELLER))


def demand_user_name(name: str) -> None:
    """Raise Invalid where nobody can be called so."""
    plain = all(one.isalnum() or one in "._@+-" for one in name)
    if not name or not plain or len(name) > LONGEST_NAME:
        reason = f"{name[:60]!r} is no name of a user: 1 to {LONGEST_NAME} letters, digits and any of . _ @ + -"
        raise invalid("name", Rule.MALFORMED, reason)


def demand_password(password: str) -> None:
    """Raise Invalid where a password is too short to keep anybody out, or too long to be hashed."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        reason = f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters."
        raise invalid("password", Rule.SIZE, reason)
