"""Ordinary requests, which every database has to answer from an index alone."""

from __future__ import annotations

from orderglot.core.query import And, Compare, Operator, Query, Sort
from orderglot.core.values import Kind, Omits, Status
from tests.clock import NOON

EQ, GT = Operator.EQ, Operator.GT
SINCE = Compare("created", GT, NOON)
ORDINARY: dict[str, tuple[Query, str]] = {
    "all": (And(()), "created"),
    "newest first": (And(()), "-created"),
    "by id": (And(()), "id"),
    "since": (SINCE, "created"),
    "by total": (Compare("totals.total", GT, 40), "-totals.total"),
    "in a status": (Compare("status", EQ, "completed"), "-created"),
    "kinds and statuses since": (
        And((Compare("kind", Operator.IN, ("sale", "return")), SINCE)),
        "-created",
    ),
    "by name": (And(()), "name"),
    "modified since": (Compare("modified", GT, NOON), "modified"),
}
OF_A_CUSTOMER = (
    "all",
    "newest first",
    "since",
    "by total",
    "in a status",
    "kinds and statuses since",
)
OMITS: Omits = frozenset({Kind.QUOTE, Kind.ADJUSTMENT, Status.DRAFT})
"""What a dialect with lists omits at most."""

OMITTING = ("all", "newest first", "since", "in a status", "kinds and statuses since")
"""What the dialects that omit something are asked for by all of a seller's clients."""

RARE = {
    "number": Compare("number", EQ, "N1"),
    "name": Compare("name", EQ, "N1"),
    "po_number": Compare("po_number", EQ, "N1"),
    "invoice_number": Compare("invoice.number", EQ, "N1"),
}


def keys(sort: str) -> tuple[Sort, ...]:
    return (Sort(sort.removeprefix("-"), sort.startswith("-")),)
