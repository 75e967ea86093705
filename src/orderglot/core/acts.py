"""Acts of people: what somebody did to keys, sellers and settings, rather than to an order."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct

from orderglot.core.errors import Rule, invalid
from orderglot.core.fields import Field, fields_in

ACT = "act"
"""The kind of the notes that acts are kept as: they are written with what was done, and stay."""


class Person(Struct, frozen=True):
    """Who acts, and from where: a user of a machine, or the key of a caller and its address."""

    who: str
    where: str = ""


class Act(Struct, frozen=True, kw_only=True):
    """One act: when, who, from where, what was done to what, and what was there before and after.

    ``before`` and ``after`` have those members alone in which the two differ.
    """

    at: datetime
    who: str
    where: str
    what: str
    about: str
    seller: str = ""
    """Whose keys and settings they were, of a seller who is there no more."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    id: str = ""
    """What it is called among a seller's acts: ids rise with the time."""


def field_of_act(name: str) -> Field:
    """Find a field of an act that can be asked about; raises Invalid where there is none of such a name."""
    found = fields_in(Act).get(name)
    if found is None:
        raise invalid(name, Rule.UNKNOWN, "An act has no such field.")
    return found
