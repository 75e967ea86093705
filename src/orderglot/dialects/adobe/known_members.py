"""The members that Adobe's answers are known to have, by the shapes of its wire."""

from __future__ import annotations

from orderglot.dialects.adobe.shapes import History, Order
from orderglot.dialects.adobe.tables import NAME
from orderglot.wire.known_members import known_members

ORDER = known_members(Order, NAME)
HISTORY = known_members(History, NAME)
