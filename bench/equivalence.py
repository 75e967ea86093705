"""Equivalence: sides that are measured beside each other must first give the same responses."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from bench.load import Wrong
from bench.request_bytes import CREATE, Workload

Answer = tuple[int, bytes, bytes]

PASSING = {"requestId", "next"}
"""Members that differ between any two responses."""

MADE_UP = re.compile(rb"\d{10,}")
"""An id that the hub gave, which differs between any two orders."""


def demand_same(workload: Workload, ours: Answer, theirs: Answer) -> None:
    """Raise Wrong where another side's response differs from Orderglot's."""
    apart = list(_apart(workload, ours, theirs))
    if apart:
        what = f"{workload.wire.name} {workload.call}"
        raise Wrong(f"{what}: the other response differs in {', '.join(apart[:5])}")


def _apart(workload: Workload, ours: Answer, theirs: Answer) -> Iterator[str]:
    if ours[0] != theirs[0]:
        yield f"status ({ours[0]}, {theirs[0]})"
    elif workload.wire.xml:
        if MADE_UP.sub(b"", ours[2]) != re.sub(
            rb"<(\w+)/>", rb"<\1></\1>", MADE_UP.sub(b"", theirs[2])
        ):
            yield "XML"
    elif ours[2] and theirs[2]:
        mine, other = json.loads(ours[2]), json.loads(theirs[2])
        if list(mine) != list(other):
            yield "order of members"
        yield from _different(mine, other, "", shapes=workload.call == CREATE)
    elif ours[2] or theirs[2]:
        yield "body"


def _different(ours: Any, theirs: Any, place: str, *, shapes: bool) -> Iterator[str]:
    """Name the members in which two values differ; of a new order only the shape is compared."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        if set(ours) != set(theirs):
            yield f"{place} (members {set(ours) ^ set(theirs)})"
        for name in (set(ours) & set(theirs)) - PASSING:
            yield from _different(ours[name], theirs[name], f"{place}.{name}", shapes=shapes)
    elif isinstance(ours, list) and isinstance(theirs, list):
        if len(ours) != len(theirs):
            yield f"{place} (length)"
        for number, (mine, other) in enumerate(zip(ours, theirs, strict=False)):
            yield from _different(mine, other, f"{place}[{number}]", shapes=shapes)
    elif ours != theirs and not (shapes and type(ours) is type(theirs)):
        yield f"{place} ({ours!r}, {theirs!r})"
