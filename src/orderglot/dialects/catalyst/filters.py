"""``where``, both ways: what a client filters by as a question, and a question as a ``where``."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Any

from orderglot.core.customer import identity
from orderglot.core.errors import NotFound
from orderglot.core.order import Reference, native
from orderglot.core.query import And, Compare, Not, Operator, Or, Query, asks
from orderglot.dialects.catalyst.comparisons import Asked, Write
from orderglot.dialects.catalyst.conditions import any_of, negated
from orderglot.dialects.catalyst.fields import MEMBERS
from orderglot.dialects.catalyst.lenient_json import Members, Node, parse, refused
from orderglot.dialects.catalyst.relations import CUSTOMER_ASKED, every_asked
from orderglot.dialects.catalyst.settings import Site
from orderglot.dialects.catalyst.tables import NAME
from orderglot.wire import json
from orderglot.wire.operation import Context

EQUAL = ""
AND, OR = "$and", "$or"

OPERATORS = {
    "$lt": Operator.LT,
    "$lte": Operator.LTE,
    "$gt": Operator.GT,
    "$gte": Operator.GTE,
    "$contains": Operator.CONTAINS,
    "$beginswith": Operator.BEGINS,
}
UNEQUAL = ("$ne", "$neq")
LISTS = ("$in", "$nin")
KNOWN = "$lt, $lte, $gt, $gte, $ne, $neq, $in, $nin, $contains and $beginsWith"

DELETED = "deleted"
EITHER = Or((Compare(DELETED, Operator.EQ, None), Compare(DELETED, Operator.NE, None)))

EVERYTHING: dict[str, Any] = {AND: []}
NOTHING: dict[str, Any] = {OR: []}

SIGNS = {
    Operator.LT: "$lt",
    Operator.LTE: "$lte",
    Operator.GT: "$gt",
    Operator.GTE: "$gte",
    Operator.CONTAINS: "$contains",
    Operator.BEGINS: "$beginsWith",
}
OPPOSITES = {
    Operator.LT: Operator.GTE,
    Operator.LTE: Operator.GT,
    Operator.GT: Operator.LTE,
    Operator.GTE: Operator.LT,
}


def parse_where(text: str) -> Node | None:
    """Read the text of a ``where`` as far as that needs no site; None filters nothing."""
    if not text.strip():
        return None
    node = parse(text)
    if node.value is None:
        return None
    if not isinstance(node.value, Members):
        raise refused("conditions in braces are expected: {'totalPrice':{'$gt':40}}.", node.at)
    return node


def read_where(where: Node | None, site: Site) -> Query:
    """Read a ``where`` into a question; raises Invalid with what is wrong in it and where."""
    return And(()) if where is None else _conditions(where, site)


def _conditions(node: Node, site: Site) -> Query:
    if not isinstance(node.value, Members):
        raise refused("conditions in braces are expected.", node.at)
    parts = tuple(_condition(*pair, site) for pair in node.value.pairs)
    return parts[0] if len(parts) == 1 else And(parts)


def _condition(name: str, at: int, node: Node, site: Site) -> Query:
    if name.lower() in (AND, OR):
        parts = tuple(_conditions(one, site) for one in _listed(name, node))
        return And(parts) if name.lower() == AND else Or(parts)
    if name.startswith("$"):
        raise refused(f"{name[:40]!r} is no operator here; {AND} and {OR} are.", at)
    asked = every_asked().get(name.strip().lower())
    if asked is None:
        raise refused(f"an order has no field {name[:60]!r} to be filtered by.", at)
    if not isinstance(node.value, Members):
        return _asking(name, _compared(name, asked, EQUAL, node, site))
    if not node.value.pairs:
        raise refused(f"{name[:60]!r} is compared with nothing.", node.at)
    parts = tuple(
        _compared(name, asked, sign, value, site, sign_at)
        for sign, sign_at, value in node.value.pairs
    )
    return _asking(name, parts[0] if len(parts) == 1 else And(parts))


def _asking(name: str, asked: Query) -> Query:
    """Have a question about what is deleted ask for it, also where the answer is always the same."""
    if name.strip().lower() != DELETED or asks(asked, DELETED):
        return asked
    return And((asked, EITHER))


def _compared(
    name: str, asked: Asked, sign: str, node: Node, site: Site, at: int | None = None
) -> Query:
    def ask(operator: Operator, one: Node) -> Query:
        if isinstance(one.value, Members | tuple):
            raise refused(f"{name[:60]!r} is compared with single values.", one.at)
        try:
            return asked.read(site, operator, one.value)
        except ValueError as error:
            text = _shortened(one.value)
            raise refused(f"{name[:60]!r}: {text} {error}.", one.at) from None

    lower = sign.lower()
    if lower in OPERATORS:
        return ask(OPERATORS[lower], node)
    if lower in LISTS:
        listed = _listed(sign, node)
        nodes = {(type(one.value), str(one.value)): one for one in listed}.values()
        found = any_of([ask(Operator.EQ, one) for one in nodes])
        return negated(found) if lower == "$nin" else found
    if lower == EQUAL:
        return ask(Operator.EQ, node)
    if lower in UNEQUAL:
        return negated(ask(Operator.EQ, node))
    raise refused(f"{sign[:40]!r} is no operator of a field; {KNOWN} are.", at)


def _listed(sign: str, node: Node) -> tuple[Node, ...]:
    if not isinstance(node.value, tuple):
        raise refused(f"a list in brackets is expected beside {sign}.", node.at)
    return node.value


def _shortened(value: Any) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."


# The way back


def write_where(where: Query, site: Site) -> str:
    """Write a question as the text of a ``where``, "" for one that filters nothing.

    Of what cannot be said so much is left out that all matches are still found.
    """
    document = _write_part(where, site, holds=True)
    return "" if document in (None, EVERYTHING) else json.write(document).decode()


def _write_part(where: Query, site: Site, *, holds: bool) -> dict[str, Any] | None:
    """State that a question holds, or that it does not; None where there are no words for it."""
    match where:
        case And(parts) | Or(parts):
            each = [_write_part(part, site, holds=holds) for part in parts]
            if isinstance(where, And) is holds:
                return {AND: [one for one in each if one is not None]}
            return None if None in each else {OR: each}
        case Not(part):
            return _write_part(part, site, holds=not holds)
        case Compare(field, operator, value):
            if field not in _writes():
                return None
            name, nothing, write = _writes()[field]
            wire = write(site, operator, value)
            return _write_compare(name, nothing, *wire, holds=holds) if wire else None


def _write_compare(
    name: str, nothing: tuple[Any, ...], operator: Operator, value: Any, *, holds: bool
) -> dict[str, Any] | None:
    if operator in SIGNS:
        return _write_sign(name, nothing, operator, value, holds=holds)
    among = value if isinstance(value, list) else [value]
    if any(one is None or one == "" for one in among):
        among = [*(one for one in among if one is not None and one != ""), *nothing]
    is_one = (operator is not Operator.NE) is holds
    if len(among) == 1 and not isinstance(value, list):
        return {name: among[0] if is_one else {"$ne": among[0]}}
    return {name: {"$in" if is_one else "$nin": among}}


def _write_sign(
    name: str, nothing: tuple[Any, ...], operator: Operator, value: Any, *, holds: bool
) -> dict[str, Any] | None:
    if not holds and operator in (Operator.CONTAINS, Operator.BEGINS):
        return None
    if value is None:
        return NOTHING if holds else EVERYTHING
    if holds:
        return {name: {SIGNS[operator]: value}}
    opposite = {name: {SIGNS[OPPOSITES[operator]]: value}}
    return {OR: [opposite, *({name: one} for one in nothing)]}


@cache
def _writes() -> Mapping[str, tuple[str, tuple[Any, ...], Write]]:
    """Give, by canonical field, the name on the wire that asks for it, what is nothing, and how."""
    members = [(member.name, member.asked) for member in MEMBERS]
    paths = [(f"customer.{name}", asked) for name, asked in CUSTOMER_ASKED.items()]
    return {
        field: (name, asked.nothing, write)
        for name, asked in (*paths, *members)
        for field, write in asked.writes.items()
    }


ENTITY = f"customer.native:{NAME}"


async def narrowed(context: Context, where: Query) -> Query:
    """Ask for a customer by the hub's id instead of the shown one, which an index knows best."""
    parts = list[Query]()
    for part in where.parts if isinstance(where, And) else (where,):
        match part:
            case Compare(name, Operator.EQ, Decimal() as id) if name == ENTITY and id == int(id):
                parts.append(await _with_entity(context, str(int(id))))
            case _:
                parts.append(part)
    return And(tuple(parts))


async def _with_entity(context: Context, id: str) -> Query:
    """Ask for the orders of the customer that is shown under an id."""
    try:
        customer = await context.book.customer(Reference(NAME, id))
    except NotFound:
        return Or(())
    shown = native(identity(customer), NAME) == id
    return Compare("customer.id", Operator.EQ, customer.id) if shown else Or(())
