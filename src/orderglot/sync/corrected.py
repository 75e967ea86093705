"""Corrected rejects that come again: whether the vendor has sent the same, or something newer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from orderglot.core.errors import Invalid
from orderglot.core.rejects import Reject, StoredResponse
from orderglot.wire import json, xml
from orderglot.wire.meanings import spelled

OBSOLETE = "The vendor has changed it since it was corrected; the correction of {0:%Y-%m-%d} by {1} is obsolete."


def corrected_again(reject: Reject, before: Reject) -> Reject:
    """Give a reject that comes again with what was corrected in it, if it comes as it came then.

    What the vendor has changed meanwhile is aside again, and the correction obsolete.
    """
    correction = before.correction
    if correction is None:
        return reject
    if not correction.obsolete and comes_again(reject, before):
        return replace(reject, correction=correction, order=before.order)
    reason = f"{reject.reason} {OBSOLETE.format(correction.at, correction.by)}"
    return replace(reject, reason=reason, correction=replace(correction, obsolete=True))


def comes_again(reject: Reject, before: Reject) -> bool:
    """Tell whether an order comes in the same bytes as before, whatever the list around it counts."""
    now, then = reject.answers, before.answers
    if now == then:
        return True
    if len(now) != len(then) or not reject.id:
        return False
    return all(
        one.body == other.body or _same_order(one, other, reject.id)
        for one, other in zip(now, then, strict=True)
    )


def _same_order(one: StoredResponse, other: StoredResponse, id: str) -> bool:
    here, there = (list(_things(decoded(answer.body), id)) for answer in (one, other))
    return bool(here) and here == there


def _things(value: Any, id: str) -> Iterator[Any]:
    """Give the outermost things in an answer's lists that name an id; that is the order."""
    if isinstance(value, Mapping):
        if any(spelled(one) == id for one in value.values() if isinstance(one, str | int)):
            yield value
            return
        value = list(value.values())
    if isinstance(value, list | tuple):
        for one in value:
            yield from _things(one, id)


def decoded(body: bytes) -> Any:
    """Decode an answer as it came; None where it cannot be."""
    for read in (json.read, lambda text: xml.read(text)[1]):
        try:
            return read(body)
        except Invalid:
            continue
    return None
