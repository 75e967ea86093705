"""Linking: which orders point at which, as rows beside theirs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from orderglot.core.order import Order
from orderglot.stores import writes

Link = tuple[int, int, str, str, int | None]
"""An order, the place of a link in it, and what it points at: a name and its dialect, or a hub id."""


def relinked(batch: Iterable[writes.PutOrder]) -> list[writes.PutOrder]:
    """Give the writes that change what their orders point at."""
    return [one for one in batch if one.order.links != (one.kept.links if one.kept else ())]


def links(order: Order) -> Iterator[Link]:
    """Give the rows of an order's links: one where a hub id says it, else one for each name."""
    for position, link in enumerate(order.links):
        named = link.order
        if named.id:
            yield order.id, position, "", "", named.id
            continue
        for ref in dict.fromkeys(named.references):
            yield order.id, position, ref.id, ref.dialect, None
        if named.number:
            yield order.id, position, named.number, "", None
