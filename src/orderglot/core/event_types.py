"""The types of events, as feeds name them: what became of an order, whichever dialect's client did it."""

from __future__ import annotations

from orderglot.core.lifecycle import EVENTS
from orderglot.core.ports import DUPLICATE, KEPT, NO_ORDER, PLACED, REPEATED, Event
from orderglot.core.values import Status

PREFIX = "order."
STATUS = "status"
"""The detail of an event that says into which status the order came by it."""

CHANGED = f"{PREFIX}changed"
CREATED = f"{PREFIX}created"

_BY_WORD = {
    **{word: PREFIX + word.replace(" ", "_") for word in EVENTS.values()},
    PLACED: CREATED,
    REPEATED: f"{PREFIX}request_repeated",
    DUPLICATE: f"{PREFIX}duplicate_suspected",
    **{word: PREFIX + word for word in ("split", "returned", "exchanged", "linked")},
}

_BY_STATUS = {
    Status.RECEIVED: f"{PREFIX}received",
    Status.PROCESSING: f"{PREFIX}confirmed",
    Status.ON_HOLD: f"{PREFIX}held",
    Status.PARTLY_SHIPPED: f"{PREFIX}shipped",
    Status.SHIPPED: f"{PREFIX}shipped",
    Status.DELIVERED: f"{PREFIX}delivered",
    Status.COMPLETED: f"{PREFIX}completed",
    Status.RETURNED: f"{PREFIX}returned",
    Status.CANCELLED: f"{PREFIX}cancelled",
}

STATUS_TYPES = frozenset(_BY_STATUS.values())
"""The types by which an order comes into a status, or parcels of it are sent."""

PULL_FAILED = "pull.failed"
PULL_OVERDUE = "pull.overdue"
PULL_RECOVERED = "pull.recovered"
UNTOLD = "write_back.untold"
"""A vendor was not told what became of his order: he refused it, or his API has no call for it."""

WEBHOOK_FAILING = "webhook.failing"
WEBHOOK_DISABLED = "webhook.disabled"
_OF_NO_ORDER = frozenset(
    {PULL_FAILED, PULL_OVERDUE, PULL_RECOVERED, UNTOLD, WEBHOOK_FAILING, WEBHOOK_DISABLED}
)

TYPES = tuple(sorted({*_BY_WORD.values(), *_BY_STATUS.values(), CHANGED, *_OF_NO_ORDER}))
"""Every type that there is."""


def type_of(event: Event) -> str:
    """Give the type of an event: by what was done, else by the status that the order came into."""
    if event.order == NO_ORDER:
        return event.what
    if event.what == KEPT and event.version == 1:
        return CREATED
    if event.what in _BY_WORD:
        return _BY_WORD[event.what]
    status = event.details.get(STATUS)
    return _BY_STATUS.get(Status(status), CHANGED) if status else CHANGED
