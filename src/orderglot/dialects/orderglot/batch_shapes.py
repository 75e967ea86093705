"""The shapes of a batch and its answer."""

from typing import Annotated, Any, Literal, NotRequired, TypedDict

from msgspec import Meta

from orderglot.dialects.orderglot.tables import MOST_IN_A_BATCH
from orderglot.wire.shape import description

ItemHeaders = TypedDict(
    "ItemHeaders",
    {
        "If-Match": Annotated[str, description("The ETag of the version that is changed.")],
        "If-None-Match": Annotated[str, description("The ETag of a version that is not changed.")],
        "Idempotency-Key": Annotated[
            str, description("Else that of the batch and the place in it.")
        ],
    },
    total=False,
)


class Item(TypedDict):
    """One request of a batch."""

    method: Literal["POST", "PATCH", "DELETE"]
    path: Annotated[str, description("Such as /orderglot/v1/orders/1000000001/ship.")]
    headers: NotRequired[ItemHeaders]
    body: NotRequired[dict[str, Any] | None]


class Batch(TypedDict):
    """Requests that are carried out in their order, each on its own."""

    requests: Annotated[list[Item], Meta(min_length=1, max_length=MOST_IN_A_BATCH)]


class Answer(TypedDict):
    """What one request was answered."""

    status: int
    headers: dict[str, str]
    body: Any


class Answered(TypedDict):
    """The answers, in the order of the requests."""

    items: list[Answer]
