"""The shapes of webhooks on our own wire: an endpoint, its deliveries, and what is asked of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, NotRequired, TypedDict

from msgspec import Meta, Struct

from orderglot.core import webhooks
from orderglot.core.webhooks import LONGEST_URL, MadeEndpoint, Watched
from orderglot.dialects.orderglot.shapes import Text, shape_of
from orderglot.dialects.orderglot.tables import NAME
from orderglot.wire.known_members import known_members
from orderglot.wire.shape import description


class Webhook(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Where events are sent, and which: of no ``types`` all of them, and so of no ``filter``."""

    id: str
    version: int
    url: str
    enabled: bool
    body: str
    types: tuple[str, ...] = ()
    filter: str = ""
    created: datetime | None = None
    disabled: str = ""
    """Why it is not enabled."""
    failing_since: datetime | None = None
    """Since when no delivery went well."""
    failing: bool = False
    """Whether one was put aside since."""
    paused_until: datetime | None = None
    """Until when the receiver has asked not to be called."""
    former_until: datetime | None = None
    """Until when a secret that it had before signs as well."""


class WebhookSecret(Webhook, frozen=True, kw_only=True):
    """A webhook whose secret was drawn just now, which is shown this one time."""

    secret: str


class Delivery(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One event on its way to one webhook; ``message`` is its webhook-id, the same for each try."""

    id: str
    message: str
    type: str
    state: str
    at: datetime
    """When it happened."""
    created: datetime
    """When it was on its way first."""
    event: int = 0
    """The number of the event in the feed; a sample has none."""
    order: int | None = None
    due: datetime | None = None
    """When it is tried next; one that waits for an earlier one of its order has no time."""
    tries: int = 0
    """How many of the last tries are kept."""
    status: int | None = None
    """The status of the last answer."""
    reason: str = ""
    """Why the last try was no success."""


class DeliveryAttempt(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One try, its request and its answer; ``status`` is not there where no answer came."""

    at: datetime
    ms: int = 0
    status: int | None = None
    reason: str = ""
    headers: dict[str, str] = {}
    """The request's, where the signature is struck out."""
    answer_headers: dict[str, str] = {}
    answer: str = ""
    """The beginning of the answer's body."""


class WholeDelivery(Delivery, frozen=True, kw_only=True):
    """A delivery with its body, and the last tries, oldest first."""

    body: str = ""
    attempts: tuple[DeliveryAttempt, ...] = ()


def webhook_of(watched: Watched) -> Webhook:
    """Give a webhook as it is shown."""
    return Webhook(**_members(watched))


def secret_of(made: MadeEndpoint) -> WebhookSecret:
    """Give a webhook with its new secret."""
    return WebhookSecret(**_members(made.watched), secret=made.secret)


def delivery_of(one: webhooks.Delivery) -> Delivery:
    """Give a delivery as it is listed."""
    return Delivery(**_row(one))


def whole_of(one: webhooks.Delivery) -> WholeDelivery:
    """Give a delivery with its requests and answers."""
    attempts = tuple(
        DeliveryAttempt(**{name: getattr(each, name) for name in DeliveryAttempt.__struct_fields__})
        for each in one.attempts
    )
    return WholeDelivery(**_row(one), body=one.body, attempts=attempts)


def _members(watched: Watched) -> dict[str, Any]:
    endpoint, progress = watched.endpoint, watched.progress
    return {
        "id": endpoint.id,
        "version": endpoint.version,
        "url": endpoint.url,
        "enabled": not endpoint.disabled,
        "body": endpoint.body,
        "types": endpoint.types,
        "filter": endpoint.filter,
        "created": endpoint.created,
        "disabled": endpoint.disabled,
        "failing_since": progress.failing,
        "failing": progress.marked,
        "paused_until": progress.paused,
        "former_until": watched.former_until,
    }


def _row(one: webhooks.Delivery) -> dict[str, Any]:
    last = one.attempts[-1] if one.attempts else None
    return {
        "id": one.id,
        "message": one.message,
        "type": one.type,
        "state": one.state,
        "at": one.at,
        "created": one.created,
        "event": one.event,
        "order": one.order,
        "due": one.due,
        "tries": len(one.attempts),
        "status": last.status if last else None,
        "reason": last.reason if last else "",
    }


WEBHOOK = shape_of(Webhook)
SECRET = shape_of(WebhookSecret)
DELIVERY = shape_of(Delivery)
WHOLE = shape_of(WholeDelivery)


class Webhooks(TypedDict):
    """A page of webhooks; ``next`` is what ``after`` is to be for the one behind it."""

    items: list[WEBHOOK]  # type: ignore[valid-type]
    next: str | None
    total: NotRequired[int]


class Deliveries(TypedDict):
    """A page of deliveries, the newest first; ``next`` is what ``after`` is to be for the one behind it."""

    items: list[DELIVERY]  # type: ignore[valid-type]
    next: str | None


class WebhookSettings(TypedDict, total=False):
    """What may be set for a webhook; in a change null is what it is unless said, and what is not named stays."""

    types: Annotated[list[Text] | None, description("Such as order.created; of none all are sent.")]
    filter: Annotated[
        Text | None, description("In the language of AIP-160: which orders' events are sent.")
    ]
    body: Annotated[
        Literal["full", "thin"] | None,
        description("Whether the event is told, or only where to read it; full if not said."),
    ]
    enabled: Annotated[bool | None, description("Whether anything is sent; it is if not said.")]


class NewWebhook(WebhookSettings):
    """Where events are to be sent."""

    url: Annotated[str, Meta(min_length=1, max_length=LONGEST_URL)]


class WebhookChange(WebhookSettings, total=False):
    """What of a webhook is to be other than it is (RFC 7396)."""

    url: Annotated[str, Meta(min_length=1, max_length=LONGEST_URL)]


class WebhookRoll(TypedDict, total=False):
    """How long the secret from before is to sign beside the new one."""

    grace: Annotated[Text, description("Such as 12h or 7d, 90d at most; 24h if not said.")]


class Resend(TypedDict):
    """Which deliveries are to be tried again."""

    since: Annotated[Text, description("A moment: what was put aside of events from then on.")]
    everything: NotRequired[Annotated[bool, description("What was delivered as well.")]]


class Trigger(TypedDict):
    """Of which type a sample is to be sent."""

    type: Annotated[Text, description("Such as order.created.")]


class Resent(TypedDict):
    """How many deliveries are tried again."""

    deliveries: int


class DeliveryPaging(TypedDict, total=False):
    """Which page of the deliveries."""

    limit: Annotated[int, Meta(ge=1, le=100), description("How many; 25 if not said.")]
    after: Annotated[str, description("The next of the page before.")]


NEW = known_members(NewWebhook, NAME, client=True)
CHANGE = known_members(WebhookChange, NAME, client=True)
ROLL = known_members(WebhookRoll, NAME, client=True)
RESEND = known_members(Resend, NAME, client=True)
TRIGGER = known_members(Trigger, NAME, client=True)
