"""What updateOrder is sent: the client's own reference of an order, and what it must leave as it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orderglot.core.errors import Invalid, Problem, Rule
from orderglot.core.values import Kind, Status
from orderglot.dialects.adobe.drafts import RESOURCE, open_sent, read_reference, refuse_unknown
from orderglot.dialects.adobe.tables import STATUSES

FIXED = (
    *("orderType", "referenceOrderId", "currencyCode", "status"),
    *("lineItems", "cancellingItems"),
)
"""The members of an order that are settled once it is there; no client changes them."""


def read_change(body: bytes) -> tuple[str, Mapping[str, Any]]:
    """Read what becomes of an order: the client's own reference of it, "" to take that off.

    Beside it are the members that cannot be changed, as they were sent. Raises Invalid with all that
    is wrong.
    """
    form = open_sent(body)
    refuse_unknown(form, RESOURCE)
    if form.text("status") == STATUSES.write(Status.CANCELLED):
        reason = "An order is returned, not cancelled."
        form.problems.insert(0, Problem("status", Rule.STATE, reason, code="2127"))
    given = form.members.get("externalReferenceId") is not None
    reference = read_reference(form, Kind.SALE, required=not given)
    form.check()
    return reference, {name: form.members[name] for name in FIXED if form.has(name)}


def refuse_changed(fixed: Mapping[str, Any], shown: Mapping[str, Any]) -> None:
    """Raise Invalid with each member that was sent with another value than is shown."""
    reason = "This cannot be changed; leave it out."
    problems = [
        Problem(name, Rule.READ_ONLY, reason)
        for name, value in fixed.items()
        if not _is_shown(value, shown.get(name, []))
    ]
    if problems:
        raise Invalid(*problems)


def _is_shown(sent: Any, shown: Any) -> bool:
    """Tell whether a value says nothing else than is shown, as far as that says anything."""
    if isinstance(sent, Mapping) and isinstance(shown, Mapping):
        return all(_is_shown(value, shown.get(name, value)) for name, value in sent.items())
    if isinstance(sent, list) and isinstance(shown, list):
        return len(sent) == len(shown) and all(map(_is_shown, sent, shown))
    return bool(sent == shown)
