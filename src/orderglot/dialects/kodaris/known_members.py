"""The members that Kodaris's answers and its clients' orders are known to have, by the wire's shapes."""

from __future__ import annotations

from msgspec.structs import replace

from orderglot.dialects.kodaris.shapes import NewOrder, Order, OrdersResponse, PageResponse
from orderglot.dialects.kodaris.tables import MEMBERS, NAME
from orderglot.wire.known_members import known_members

ORDER = known_members(Order, NAME)
ORDERS = known_members(OrdersResponse, NAME)
PAGE = known_members(PageResponse, NAME)

_NEW = known_members(NewOrder, NAME, client=True)
NEW = replace(_NEW, names=_NEW.names | set(MEMBERS))
"""With the members that are the vendor's to fill, which clients send back."""
