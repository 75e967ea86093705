"""Origin: under which names the orders of an export come into a book, be it another or the same.

The hub's own ids are another book's; what goes by nothing else goes by them as ids of a file.
"""

from __future__ import annotations

from msgspec.structs import replace

from orderglot.core.order import HUB, Identity, Link, Order, Reference
from orderglot.files.sources import FILE

COPY = f"{HUB}:"
"""What a file's id begins with that is the hub id of an order in another book."""


def incoming(order: Order, source: str) -> Order:
    """Give an order of an export as it comes into a book that does not have it by its hub id.

    With a ``source`` the file's numbers are of that name. Raises ValueError where nothing names it.
    """
    references = _references(order.references, order.id, source)
    if not references and order.number:
        references = (Reference(FILE, f"{source}:{order.number}" if source else order.number),)
    if not references:
        raise ValueError("it has neither an id nor a number nor references; give it one of them")
    return replace(
        order,
        id=0,
        version=0,
        references=references,
        customer=order.customer and _customer(order.customer, source),
        links=tuple([Link(one.relation, _named(one.order, source)) for one in order.links]),
    )


def is_same(kept: Order, order: Order) -> bool:
    """Tell whether an order of an export is the one that a book has under its hub id."""
    agree = (kept.id, kept.created, kept.number) == (order.id, order.created, order.number)
    return agree and not _is_another(kept, order)


def _is_another(kept: Order, order: Order) -> bool:
    """Tell whether two that have the same hub id are known by other names."""
    if order.references:
        return bool(kept.references) and {*kept.references}.isdisjoint(order.references)
    # One that came out of a file under another id is a copy of that.
    own = Reference(FILE, f"{COPY}{order.id}")
    copies = [one for one in kept.references if one.dialect == FILE and one.id.startswith(COPY)]
    return bool(copies) and own not in copies


def in_place_of(kept: Order, order: Order) -> Order:
    """Give an order of an export as the next version of the one that it was, or is a copy of.

    Whom and what it names is as it is known in the book; a copy's customer has another hub id there.
    """
    customer = order.customer and _customer(order.customer, "")
    if kept.customer and order.customer and _agree(kept.customer, order.customer, customer):
        customer = kept.customer
    return replace(
        order,
        version=kept.version,
        references=kept.references,
        test=kept.test,
        customer=customer,
        links=tuple([_link(kept, one) for one in order.links]),
    )


def _link(kept: Order, link: Link) -> Link:
    target = _named(link.order, "")
    found = [
        one
        for one in kept.links
        if one.relation == link.relation and _agree(one.order, link.order, target)
    ]
    # Of two that it may be it is the one that goes by the same names.
    found.sort(key=lambda one: one.order.references != link.order.references)
    return found[0] if found else Link(link.relation, target)


def _agree(kept: Identity, named: Identity, coming: Identity | None) -> bool:
    """Tell whether what a book has is what an export names, by the names that it comes in with."""
    if kept.number != named.number:
        return False
    if kept.references == named.references:
        return bool(named.number or named.references) or kept.id == named.id
    return coming is not None and {*coming.references} <= {*kept.references}


def _customer(named: Identity, source: str) -> Identity:
    if named.number or named.references:
        references = _references(named.references, 0, source)
        return replace(named, id=0, references=references)
    return replace(_named(named, source), number="")


def _named(named: Identity, source: str) -> Identity:
    return replace(named, id=0, references=_references(named.references, named.id, source))


def _references(given: tuple[Reference, ...], id: int, source: str) -> tuple[Reference, ...]:
    """Give references of a file's source; without any the hub's id stands for one."""
    if not given and id:
        given = (Reference(FILE, f"{COPY}{id}"),)
    if not source:
        return given
    return tuple(
        [Reference(FILE, f"{source}:{one.id}") if one.dialect == FILE else one for one in given]
    )
