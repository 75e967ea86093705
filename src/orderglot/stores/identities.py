"""Identities: by what orders and customers are found, and when two of them would go by one."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Generic, Protocol, TypeVar

from orderglot.core.errors import Conflict
from orderglot.core.order import Order, Reference, is_channel
from orderglot.stores.backend import FIRST, Entity, Scope


class Named(Protocol):
    """What orders and customers have in common."""

    @property
    def id(self) -> int: ...
    @property
    def version(self) -> int: ...
    @property
    def number(self) -> str: ...
    @property
    def references(self) -> tuple[Reference, ...]: ...


N = TypeVar("N", bound=Named)


@lru_cache(maxsize=8_192)
def hub_id(text: str) -> int | None:
    """Read a text as one of the hub's own ids, None where it cannot be one.

    Several places ask that of each reference that a unit writes.
    """
    if not 6 <= len(text) <= 10 or text[0] == "0" or not (text.isdigit() and text.isascii()):
        return None
    return int(text)


def hub_ids(references: Iterable[Reference], thing: Entity) -> set[int]:
    """Give the hub ids that references could be taken for."""
    return {
        id
        for ref in references
        if not is_channel(ref.dialect) and (id := hub_id(ref.id)) and id >= FIRST[thing]
    }


def goes_by(thing: Named, ref: Reference) -> bool:
    """Tell whether a thing is known by an id: a reference, else, to a dialect's clients, the hub's."""
    if ref in thing.references:
        return True
    return (
        not is_channel(ref.dialect)
        and str(thing.id) == ref.id
        and not has_id_of(thing, ref.dialect)
    )


def stands_for(ref: Reference) -> int | None:
    """Give the hub id that a reference could be taken for, None for a channel's."""
    return None if is_channel(ref.dialect) else hub_id(ref.id)


def has_id_of(thing: Named, dialect: str) -> bool:
    """Tell whether a thing has a reference of a dialect."""
    return any(reference.dialect == dialect for reference in thing.references)


def visible(order: Order, scope: Scope) -> bool:
    """Tell whether an order is in a scope."""
    if (order.test and not scope.test) or (order.deleted is not None and not scope.deleted):
        return False
    if scope.omits and not scope.omits.isdisjoint((order.kind, order.status)):
        return False
    return scope.customer is None or (
        order.customer is not None and order.customer.id == scope.customer
    )


class IdentityMap(Generic[N]):
    """Things of one sort that a unit has read or is about to write, by each of their names."""

    def __init__(self, thing: Entity) -> None:
        self.thing = thing
        self.kept: dict[int, N | None] = {}
        """What stands on the backend where something is about to be written, None if it is new."""
        self._by_id: dict[int, N] = {}
        self._by_reference: dict[Reference, int] = {}
        self._by_number: dict[str, int] = {}
        self.claimed: set[int] = set()
        """Hub ids that a reference of something here could be taken for."""

    def read(self, things: Iterable[N]) -> None:
        """Take in what the backend has; what is about to be written stays."""
        for thing in things:
            if thing.id not in self._by_id:
                self._add(thing)

    def write(self, thing: N) -> None:
        """Put a thing in place of the one with its id, to be written at the end."""
        before = self._by_id.get(thing.id)
        self.kept.setdefault(thing.id, before)
        if before is not None:
            self._remove(before)
        self._add(thing)

    def refresh(self, thing: N) -> None:
        """Put in what else the same commit makes of a thing, without writing it for that alone."""
        self._remove(self._by_id[thing.id])
        self._add(thing)

    def everything(self) -> list[N]:
        """Give all that was read or is about to be written."""
        return list(self._by_id.values())

    def written(self) -> list[N]:
        """Give what is about to be written, in the order in which it was first put there."""
        return [self._by_id[id] for id in self.kept]

    def with_id(self, id: int) -> N | None:
        """Give the thing with a hub id."""
        return self._by_id.get(id)

    def pending(self, ref: Reference) -> N | None:
        """Give what is about to be written and goes by a name."""
        id = self._by_reference.get(ref, stands_for(ref))
        if id not in self.kept:
            return None
        found = self._by_id[id]
        return found if goes_by(found, ref) else None

    def known(self, references: Iterable[Reference]) -> N | None:
        """Give the thing that has any of these references; raises Conflict where two have."""
        found: int | None = None
        for ref in references:
            id = self._by_reference.get(ref, found)
            if found is not None and id != found:
                shown = " and ".join(f"{ref.dialect}:{ref.id}" for ref in references)
                raise Conflict(
                    f"The {self.thing} is known as {shown}, which are two different {self.thing}s "
                    "here; take the wrong reference off one of them."
                )
            found = id
        return None if found is None else self._by_id[found]

    def named(self, ref: Reference, *, by_hub_id: bool) -> N | None:
        """Give the thing that has a reference; with ``by_hub_id`` else the one it stands for."""
        id = self._by_reference.get(ref, stands_for(ref) if by_hub_id else None)
        found = None if id is None else self._by_id.get(id)
        return found if found is not None and goes_by(found, ref) else None

    def unknown(self, references: Iterable[Reference]) -> list[Reference]:
        """Give those references that nothing here has."""
        return [ref for ref in references if ref not in self._by_reference]

    def numbered(self, number: str) -> N | None:
        """Give the thing of the seller's own number; where there are several, the oldest."""
        return self._by_id[self._by_number[number]] if number in self._by_number else None

    def refuse_clash(self, thing: Named) -> None:
        """Raise Conflict where a reference of the thing is the id that another goes by."""
        for ref in thing.references:
            like = stands_for(ref)
            other = None if like is None else self._by_id.get(like)
            if other is not None and other.id != thing.id and goes_by(other, ref):
                raise Conflict(
                    f"The {ref.dialect} id {ref.id} is already the id of another {self.thing} "
                    f"here; give that {self.thing} a {ref.dialect} reference of its own first."
                )
            if self._by_reference.get(ref, thing.id) != thing.id:
                raise Conflict(
                    f"Another {self.thing} is already known as {ref.id} to {ref.dialect}."
                )

    def _add(self, thing: N) -> None:
        self._by_id[thing.id] = thing
        for ref in thing.references:
            self._by_reference[ref] = thing.id
        if thing.number:
            oldest = self._by_number.setdefault(thing.number, thing.id)
            if thing.id < oldest:
                self._by_number[thing.number] = thing.id

    def _remove(self, thing: N) -> None:
        for ref in thing.references:
            self._by_reference.pop(ref, None)
        self._by_number.pop(thing.number, None)
