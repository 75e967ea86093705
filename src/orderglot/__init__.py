"""Orderglot: one order book that speaks every partner's order API.

These few names are what a Python program needs (docs/python.md). Each is loaded when it is first
asked for, so that a command loads only what it needs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from orderglot.core.caller import Caller as Caller
    from orderglot.core.errors import HubError as HubError
    from orderglot.core.order import Address as Address
    from orderglot.core.order import Line as Line
    from orderglot.core.order import Order as Order
    from orderglot.core.order import Reference as Reference
    from orderglot.core.query import And as And
    from orderglot.core.query import Compare as Compare
    from orderglot.core.query import Not as Not
    from orderglot.core.query import Operator as Operator
    from orderglot.core.query import Or as Or
    from orderglot.core.query import Query as Query
    from orderglot.core.query import Sort as Sort
    from orderglot.core.query import Window as Window
    from orderglot.core.seller import Seller as Seller
    from orderglot.hub.library import administer as administer
    from orderglot.hub.library import open_book as open_book
    from orderglot.hub.library import open_book_sync as open_book_sync
    from orderglot.hub.library import translate as translate
    from orderglot.hub.lookup import find_order as find_order

_HOMES = {
    "Caller": "orderglot.core.caller",
    "Seller": "orderglot.core.seller",
    "administer": "orderglot.hub.library",
    "HubError": "orderglot.core.errors",
    "Address": "orderglot.core.order",
    "Line": "orderglot.core.order",
    "Order": "orderglot.core.order",
    "Reference": "orderglot.core.order",
    "And": "orderglot.core.query",
    "Compare": "orderglot.core.query",
    "Not": "orderglot.core.query",
    "Operator": "orderglot.core.query",
    "Or": "orderglot.core.query",
    "Query": "orderglot.core.query",
    "Sort": "orderglot.core.query",
    "Window": "orderglot.core.query",
    "open_book": "orderglot.hub.library",
    "open_book_sync": "orderglot.hub.library",
    "translate": "orderglot.hub.library",
    "find_order": "orderglot.hub.lookup",
}

__all__ = [*_HOMES]


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


if not TYPE_CHECKING:
    # A type checker would take every name for one that is there.
    def __getattr__(name: str) -> Any:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found = globals()[name] = getattr(import_module(_HOMES[name]), name)
        return found
