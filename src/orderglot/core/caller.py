"""The caller: who is asking, as the credential says, and what it may see and do."""

from __future__ import annotations

from msgspec import Struct

from orderglot.core.errors import Forbidden

OPEN = ""
"""The right for an operation that is open to everybody: no caller is needed."""

ANY = "any"
"""Whatever right there is: what is asked for takes others in its parts."""

READ = "read"
CREATE = "create"
CHANGE = "change"
RIGHTS = frozenset({READ, CREATE, CHANGE})
"""What may be done to orders: the rights of a key of which nobody says otherwise."""

ADMIN = "admin"
"""The right to a seller's keys and settings; no vendor's API has anything that needs it."""

EVERY_RIGHT = RIGHTS | {ADMIN}


class Caller(Struct, frozen=True, kw_only=True):
    """A seller, perhaps one customer of it, and what it may do there.

    With ``customer`` (a hub id) it sees that customer's orders alone. In ``test`` mode its new
    orders are test orders, which it sees beside the live ones, and it writes to those alone. The
    seller in person may have ``tests`` in sight as well, to change either, and what was ``deleted``.
    """

    seller: int
    customer: int | None = None
    test: bool = False
    tests: bool = False
    deleted: bool = False
    may: frozenset[str] = RIGHTS
    name: str = ""
    """The public part of the credential, for events and messages: ``kole:X00001``."""
    session: str = ""
    """The family of the token that was shown, where a dialect ties a second one to it."""
    unlimited: bool = False
    """A program of the hub's own, whose reads may take as long as they take."""
    former: bool = False
    """Who shows a secret from before a roll, in its grace; no key is kept with it."""
    operator: bool = False
    """Who stands above the sellers. It acts for the seller, or for none (0); no key is kept with it."""


def demand(caller: Caller, right: str) -> None:
    """Raise Forbidden unless the caller has the right."""
    if right not in caller.may and not (right == ANY and caller.may):
        if right == ADMIN:
            raise Forbidden(f"This takes a key that may {ADMIN}; ask the seller for one.")
        raise Forbidden(f"This account may not {right} orders; ask the seller for that right.")
