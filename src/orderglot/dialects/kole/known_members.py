"""The members that Kole's answers and its clients' orders are known to have, by the wire's shapes."""

from __future__ import annotations

from orderglot.dialects.kole.shapes import NewOrder, Order, Orders
from orderglot.dialects.kole.tables import NAME
from orderglot.wire.known_members import known_members

ORDER = known_members(Order, NAME)
PAGE = known_members(Orders, NAME)
NEW = known_members(NewOrder, NAME, client=True)
