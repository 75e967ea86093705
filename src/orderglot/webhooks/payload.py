"""Payloads: the body of a delivery, which is the feed's item, and samples for who builds a receiver."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from orderglot.core.event_types import STATUS, type_of
from orderglot.core.lifecycle import EVENTS
from orderglot.core.ports import DUPLICATE, PLACED, REPEATED, Event
from orderglot.core.values import Status
from orderglot.core.webhooks import Body
from orderglot.dialects.orderglot.events import write_cloud_event
from orderglot.dialects.orderglot.tables import SELLER
from orderglot.wire import json
from orderglot.wire.message import fill

THIN = ("order", "version")
"""What a thin body says of an event: where to read it."""

SAMPLE = 1_000_000_001
"""The order of which samples speak."""

SUBJECTS = {
    "order": {},
    "pull": {"job": "wholesaler.pull", "reason": "A sample."},
    "webhook": {"webhook": "wh-0123456789abcdef", "reason": "A sample."},
}
"""What samples say of that which they speak of where that is no order."""

SAMPLE_EXTENSION = "orderglotsample"
"""The CloudEvents attribute that a sample has, and no event."""


def body_of(seller: str, event: Event, body: Body, sample: str = "") -> str:
    """Write an event as it is delivered; a ``sample`` has that id."""
    item = write_cloud_event(fill(SELLER, name=seller), type_of(event), event)
    if body == "thin":
        data = item["data"]
        assert isinstance(data, dict)
        item["data"] = {name: data[name] for name in THIN if name in data}
    if sample:
        item |= {"id": sample, SAMPLE_EXTENSION: True}
    return json.write(item).decode()


def sample_of(type: str, at: datetime) -> Event:
    """Make an event of a type such as there is one each time."""
    event = Event(order=SAMPLE, version=2, what="changed", at=at, who="orderglot")
    words = (
        *EVENTS.values(),
        PLACED,
        REPEATED,
        DUPLICATE,
        "split",
        "returned",
        "exchanged",
        "linked",
    )
    several = (
        *(replace(event, what=word) for word in words),
        *(replace(event, details={STATUS: str(status)}) for status in Status),
        event,
        Event(what=type, at=at, who="orderglot", details=SUBJECTS[type.partition(".")[0]]),
    )
    found = next(one for one in several if type_of(one) == type)
    return replace(found, version=1) if found.what == PLACED else found
