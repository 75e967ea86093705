"""The members that Catalyst's answers and its clients' orders are known to have.

The case of an order's fields does not matter.
"""

from __future__ import annotations

from msgspec.structs import replace

from orderglot.dialects.catalyst.fields import by_name
from orderglot.dialects.catalyst.relation_members import Inside
from orderglot.dialects.catalyst.relations import RELATIONS
from orderglot.dialects.catalyst.shapes import Addresses, Items, NewItems, Orders
from orderglot.dialects.catalyst.tables import NAME
from orderglot.wire.known_members import Known, known_members


def _inside(members: Inside) -> Known:
    """Give the members that a relation is known to have inside."""
    inside = {name.lower(): _inside(one) for name, one in members.items() if not callable(one)}
    return Known(NAME, frozenset(map(str.lower, members)), inside, folded=True)


_LEADS = {relation.name.lower(): _inside(relation.inside) for relation in RELATIONS}
_NAMES = frozenset({*by_name(), *_LEADS})
_ORDER = Known(NAME, _NAMES, _LEADS, folded=True)

ORDERS = replace(known_members(Orders, NAME), inside={"items": Known(NAME, each=_ORDER)})
ITEMS = known_members(Items, NAME)
ADDRESSES = known_members(Addresses, NAME)

NEW_ITEMS = known_members(NewItems, NAME, client=True)
SENT = Known(NAME, _NAMES | NEW_ITEMS.names, NEW_ITEMS.inside, folded=True, client=True)
"""Those of a client's order; what relations have inside is passed over."""


def _in_file(listed: Known) -> Known:
    """Give the members of a list as a file has it: its elements alone, or as they are answered."""
    return replace(listed, inside={}, each=listed.inside["items"].each, item="items")


_APART = {
    "items": NEW_ITEMS.inside["items"],
    "products": _in_file(ITEMS),
    "addresses": _in_file(ADDRESSES),
}
ORDER = replace(_ORDER, names=_NAMES | set(_APART), inside={**_LEADS, **_APART})
"""Those of an order, and of what is listed apart, as a file has them in one."""
