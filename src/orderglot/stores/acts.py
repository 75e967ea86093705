"""Acts of people as they are written: each a note that goes with what was done, into one commit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from itertools import count
from secrets import token_hex
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import asdict, replace

from orderglot.core.acts import ACT, Act, Person, field_of_act
from orderglot.core.errors import Forbidden
from orderglot.core.fields import values_in
from orderglot.core.keyring import Credential
from orderglot.core.ports import Note
from orderglot.core.query import Query, true_of
from orderglot.stores import writes
from orderglot.stores.backend import Backend

AT_ONCE = 500
"""So many acts are read and looked at in one go."""

_NUMBERS = count()
"""Those of one process at one moment are in the order in which they were done."""


class Acts:
    """Writes down what is done for as long as it is known who does it."""

    def __init__(self, person: Person | None = None) -> None:
        self.person = person

    def of(self, person: Person) -> Acts:
        """Give what writes down a person's acts."""
        return Acts(person)

    def put(
        self,
        at: datetime,
        what: str,
        about: str,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
    ) -> tuple[writes.PutNote, ...]:
        """Give the writes that keep an act; none where nobody is named."""
        if self.person is None:
            return ()
        act = Act(
            at=at,
            who=self.person.who,
            where=self.person.where,
            what=what,
            about=about,
            before=dict(before or {}),
            after=dict(after or {}),
        )
        # Names rise with the time, and no two are alike.
        name = f"{at:%Y%m%dT%H%M%S.%f}-{next(_NUMBERS):06x}{token_hex(4)}"
        note = Note(kind=ACT, name=name, version=1, document=msgspec.json.encode(act))
        return (writes.PutNote(note),)


def read_act(note: Note) -> Act:
    """Read an act."""
    return replace(msgspec.json.decode(note.document, type=Act), id=note.name)


async def list_acts(
    backend: Backend, seller: int, where: Query, after: str, limit: int | None
) -> tuple[Act, ...]:
    """Give the acts that match, the newest first, behind one: so many at most, or all."""
    found = list[Act]()
    while notes := await backend.notes_behind(seller, ACT, after, AT_ONCE, newest=True):
        acts = map(read_act, notes)
        found += [act for act in acts if true_of(where, partial(_value_of, act))]
        if len(notes) < AT_ONCE or (limit is not None and len(found) >= limit):
            break
        after = notes[-1].name
    return tuple(found[:limit])


def _value_of(act: Act, name: str) -> tuple[Any, ...]:
    return values_in(act, field_of_act(name))


def kept_above(note: Note, seller: str) -> Note:
    """Give the act of a seller who is taken out as the hub itself keeps it."""
    act = replace(read_act(note), seller=seller, id="")
    return replace(note, version=1, document=msgspec.json.encode(act))


def demand_no_act(note: Note) -> None:
    """Raise Forbidden where a note is an act: nobody writes one by itself, or takes one out."""
    if note.kind == ACT:
        raise Forbidden("What somebody did stays written down as it was.")


def differing(
    before: Struct | None, after: Struct | None, without: frozenset[str] = frozenset()
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give the members in which one thing differs from another, of both; of tables each by itself."""
    old, new = ({} if one is None else _flat(asdict(one), without) for one in (before, after))
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    return (
        {name: old[name] for name in names if name in old},
        {name: new[name] for name in names if name in new},
    )


def described(key: Credential) -> dict[str, Any]:
    """Describe a key, without a word of its secret."""
    caller = key.caller
    return {
        "customer": caller.customer,
        "may": sorted(caller.may),
        "test": caller.test,
        "expires": key.expires,
    }


def _flat(members: Mapping[str, Any], without: frozenset[str]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in members.items():
        if name in without:
            continue
        if isinstance(value, dict):
            flat |= {f"{name}.{inner}": one for inner, one in value.items()}
        else:
            flat[name] = value
    return flat
