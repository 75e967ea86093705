"""Ordinary requests, which every database has to answer from an index alone."""

from __future__ import annotations

from orderglot.core.query import And, Compare, Operator, Query, Sort
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
RARE = {
    "number": Compare("number", EQ, "N1"),
    "name": Compare("name", EQ, "N1"),
    "po_number": Compare("po_number", EQ, "N1"),
    "invoice_number": Compare("invoice.number", EQ, "N1"),
}


def keys(sort: str) -> tuple[Sort, ...]:
    return (Sort(sort.removeprefix("-"), sort.startswith("-")),)
