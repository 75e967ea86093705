"""The members that Komet's answers and its clients' requests are known to have, by the wire's shapes."""

from __future__ import annotations

from msgspec.structs import replace

from orderglot.dialects.komet.media import ACCOUNT, PROOF
from orderglot.dialects.komet.shapes import (
    Beginning,
    Ending,
    Item,
    NewItem,
    WebOrder,
    WebOrders,
    Which,
)
from orderglot.dialects.komet.tables import NAME
from orderglot.wire.known_members import Known, known_members
from orderglot.wire.shape import Shape


def _spelled(known: Known, name: str, **inside: Known) -> Known:
    """Add the name that the page's table has for a member that its sample calls otherwise."""
    return replace(known, names=known.names | {name}, inside={**known.inside, **inside})


_ITEMS = Known(NAME, each=_spelled(known_members(Item, NAME), "deliveryBy"))
ORDER = _spelled(known_members(WebOrder, NAME), "subtotal", items=_ITEMS)
ORDERS = replace(known_members(WebOrders, NAME), inside={"webOrders": Known(NAME, each=ORDER)})


def _asked(shape: Shape) -> Known:
    """Give the members of a request: with the proof of who is asking."""
    known = known_members(shape, NAME, client=True)
    return replace(known, names=known.names | {ACCOUNT, PROOF})


BEGINNING = _asked(Beginning)
ENDING = _asked(Ending)
DELETING = _asked(Which)
NEW_ITEM = _asked(NewItem)
