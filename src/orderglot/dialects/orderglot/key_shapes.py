"""The shapes of keys on our own wire: what is told of one, and what is asked for a new one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, NotRequired, TypedDict

from msgspec import Meta, Struct

from orderglot.core.keyring import OPERATOR, KeyRecord, MadeKey
from orderglot.dialects.orderglot.shapes import CustomerName, Text, shape_of
from orderglot.dialects.orderglot.tables import NAME
from orderglot.wire.known_members import known_members
from orderglot.wire.shape import description

Right = Literal["read", "create", "change", "admin"]


class Whose(Struct, frozen=True):
    """The customer whose orders a key sees."""

    id: int


class Key(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A key, of which nobody knows the secret. ``id`` has the dialect before the id that its clients know."""

    id: str
    dialect: str
    may: tuple[str, ...]
    live: bool
    created: datetime
    operator: bool = False
    everybody: bool = False
    customer: Whose | None = None
    expires: datetime | None = None
    ended: datetime | None = None
    used: datetime | None = None
    """When it was used last, to within some minutes."""
    former_until: datetime | None = None
    """Until when a secret that it had before lets in as well."""


class NewSecret(Key, frozen=True, kw_only=True):
    """A key whose secret was drawn just now, which is shown this one time."""

    secret: str


def key_of(record: KeyRecord) -> Key:
    """Give a key as it is shown."""
    return Key(**_members(record))


def secret_of(made: MadeKey) -> NewSecret:
    """Give a key with its new secret."""
    return NewSecret(**_members(made.record), secret=made.secret)


def _members(record: KeyRecord) -> dict[str, Any]:
    key, caller = record.key, record.key.caller
    operator = key.kind == OPERATOR
    return {
        "id": record.name,
        "dialect": key.dialect,
        "may": tuple(sorted(caller.may)),
        "live": not caller.test,
        "created": key.created,
        "operator": operator,
        "everybody": caller.customer is None and not operator,
        "customer": None if caller.customer is None else Whose(caller.customer),
        "expires": key.expires,
        "ended": key.ended,
        "used": record.used,
        "former_until": record.former_until,
    }


KEY = shape_of(Key)
SECRET = shape_of(NewSecret)


class Keys(TypedDict):
    """A page of keys; ``next`` is what ``after`` is to be for the one behind it."""

    items: list[KEY]  # type: ignore[valid-type]
    next: str | None
    total: NotRequired[int]


class NewKey(TypedDict, total=False):
    """Who is to come in, and what for; ``customer`` or ``everybody`` has to be said, or ``operator``."""

    dialect: Annotated[Text, description("Whose clients show it, such as kole; ours if not said.")]
    customer: Annotated[CustomerName, description("It sees this customer's orders alone.")]
    everybody: Annotated[bool, description("It sees every customer's orders.")]
    operator: Annotated[bool, description("It stands above the sellers.")]
    may: Annotated[
        list[Right], Meta(min_length=1), description("What it may do; all but admin if not said.")
    ]
    live: Annotated[bool, description("Whether its orders are real ones from the start.")]
    expires: Annotated[Text, description("90d, 2027-01-31 or a moment; never if not said.")]


class Roll(TypedDict, total=False):
    """How long the secret from before is to let in beside the new one."""

    grace: Annotated[Text, description("Such as 12h or 7d, 90d at most; 7d if not said.")]


NEW = known_members(NewKey, NAME, client=True)
ROLL = known_members(Roll, NAME, client=True)
